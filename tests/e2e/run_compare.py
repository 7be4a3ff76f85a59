#!/usr/bin/env python3
"""`mlw compare`: runs and model versions side by side, as scripts and people get them.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import csv
import io
import sys

from engine import contains, pipeline, run_cases, same, training

HERE = sys.modules[__name__]


def train(space, depth, *lines):
    """One training that prints these lines; the id of its run."""
    script = "; ".join("echo '%s'" % line for line in lines)
    space.run(pipeline(training("train", script,
                                metrics=[("loss", "loss=([^ ]+)"), ("auc", "auc=([^ ]+)")],
                                hyperparameters={"depth": depth, "same": "1"})))
    return space.call("ls", "runs", "-o", "json", "--limit", "1").json()[0]["id"]


def rows_of(answer):
    return {row["field"]: row for row in answer["rows"]}


def two(space):
    return train(space, "4", "loss=0.5 auc=0.75"), train(space, "8", "loss=0.25 auc=0.5")


def case_the_shape_is_as_pinned(space):
    a, b = two(space)
    answer = space.call("compare", a, b, "-o", "json").json()
    same(sorted(answer), ["ids", "rows"])
    same(answer["ids"], [a, b])
    same([row["field"] for row in answer["rows"]],
         ["params.depth", "params.same", "metrics.auc", "metrics.loss"])
    rows = rows_of(answer)
    same(rows["metrics.loss"], {"field": "metrics.loss", "values": [0.5, 0.25],
                                "delta": [0, -0.25], "better": [None, None]})
    same(rows["params.depth"], {"field": "params.depth", "values": ["4", "8"],
                                "delta": [None, None], "better": [None, None]})
    answer = space.call("compare", a, b, "--diff", "--baseline", b[:8], "-o", "json").json()
    same(answer["ids"], [a, b])
    assert "params.same" not in rows_of(answer), answer
    same(rows_of(answer)["metrics.loss"]["delta"], [0.25, 0])


def case_better_is_what_mlw_conf_says(space):
    a, b = two(space)
    space.configure("[metrics]\nloss = min\n")
    rows = rows_of(space.call("compare", a, b, "-o", "json").json())
    same(rows["metrics.loss"]["better"], [None, True])
    same(rows["metrics.auc"]["better"], [None, None])
    space.configure("[metrics]\nloss = max\nauc = max\n")
    rows = rows_of(space.call("compare", b, a, "-o", "json").json())
    same(rows["metrics.loss"]["better"], [None, True])
    same(rows["metrics.auc"]["better"], [None, True])
    contains(space.call("compare", a, b).out, "-0.25  worse")


def case_nan_is_null_and_named(space):
    a, b = train(space, "4", "loss=nan"), train(space, "4", "loss=0.25")
    row = rows_of(space.call("compare", a, b, "-o", "json").json())["metrics.loss"]
    same(row["values"], [None, 0.25])
    same(row["delta"], [None, None])
    same(row["nonfinite"], ["NaN", None])
    contains(space.call("compare", a, b).out, "NaN")


def case_tables_and_csv(space):
    a, b = two(space)
    done = space.call("compare", a, b)
    head = done.out.splitlines()[0]
    contains(head, a)
    contains(head, b)
    points = {line.index("0.") for line in done.out.splitlines() if line.startswith("metrics.")}
    same(len(points), 1, "decimal points stand under each other")
    table = list(csv.reader(io.StringIO(space.call("compare", a, b, "-o", "csv").out)))
    same(table[0], ["field", a, b, "delta." + b, "better." + b])
    same(table[-1], ["metrics.loss", "0.5", "0.25", "-0.25", ""])
    lines = space.call("compare", a, b, "-o", "tsv").out.splitlines()
    same(lines[-1].split("\t"), ["metrics.loss", "0.5", "0.25", "-0.25", ""])


def case_exit_statuses(space):
    a, b = two(space)
    for words, status, part in (
            ((a,), 2, "usage: mlw compare"),
            ((), 2, "usage: mlw compare"),
            ((a, a), 2, "it takes two"),
            ((a, "00000000"), 3, "no run \"00000000\""),
            ((a, "abc"), 3, "a prefix needs four characters"),
            ((a, "nothing/1"), 2, "not of one kind"),
            (("nothing/1", "nothing/2"), 3, "no package \"nothing/1\""),
            ((a, b, "--baseline", "00000000"), 3, "no run"),
            ((a, b, "-o", "yaml"), 2, "yaml")):
        done = space.call("compare", *words, status=status)
        same(done.out, "", words)
        contains(done.err, part)
    prefix = a
    while prefix and not b.startswith(prefix):
        prefix = prefix[:-1]
    if len(prefix) >= 4:
        done = space.call("compare", a, prefix, status=3)
        contains(done.err, a)
        contains(done.err, b)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
