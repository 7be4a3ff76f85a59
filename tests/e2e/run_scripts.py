#!/usr/bin/env python3
"""The command line for scripts: status, ack, watch --for, --expect, csv and tsv, completion.

Ends with `N passed, N failed, N skipped`.
"""

import json
import os
import re
import subprocess
import sys

from engine import callback, contains, pipeline, processing, run_cases, same, until

HERE = sys.modules[__name__]
GOOD = pipeline(processing("one", "true"))
BAD = pipeline(processing("one", "true"), processing("boom", "exit 3"))
WAITS = pipeline(callback("ask"))


def status(space, code=0):
    return space.call("status", "-o", "json", status=code).json()


def ids(rows):
    return [row["id"] for row in rows]


def until_waiting(space, execution):
    """The token of the gate at which the execution waits."""
    until(lambda: space.sql("select 1 from gate where execution=?", execution), "a gate")
    return space.sql("select token from gate where execution=?", execution)[0][0]


# --- status ---

def case_status_when_nothing_is_there(space):
    same(status(space), {"red": [], "waiting": [], "running": []})
    same(space.call("status", "-o", "line").out, "\u2713\n")
    same(space.call("status", "-o", "line", LC_ALL="C").out, "+\n")
    contains(space.call("status").out, "Nothing is red")
    for words, code in ((["status", "x"], 2), (["status", "-o", "csv"], 2)):
        same(space.call(*words, status=code).out, "")


def case_status_needs_a_workspace(space):
    empty = os.path.join(space.base, "empty")
    os.mkdir(empty)
    done = space.call("-C", empty, "status", "-o", "line", status=3, XDG_DATA_HOME=empty)
    same(done.out, "")
    contains(done.err, "mlw init")


def case_status_tells_what_is_red_waits_and_runs(space):
    failed = space.run(BAD, "--name", "red", status=1).id
    waits = space.detach(WAITS, "--name", "waits")
    token = until_waiting(space, waits)
    done = status(space, 1)
    same(sorted(done), ["red", "running", "waiting"])
    for rows in done.values():
        for row in rows:
            same(list(row), ["kind", "id", "context", "state", "why", "since"])
            same(row["context"], "local")
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["since"]), row
    same([(r["kind"], r["id"], r["state"]) for r in done["red"]], [("execution", failed, "Failed")])
    contains(done["red"][0]["why"], "boom")
    same([(r["kind"], r["id"]) for r in done["waiting"]], [("gate", token)])
    contains(done["waiting"][0]["why"], "ask")
    same([(r["kind"], r["id"]) for r in done["running"]], [("execution", waits)])
    same(space.call("status", "-o", "line", status=1).out, "\u27171 \u20261 \u25b61\n")
    same(space.call("status", "-o", "line", status=1, LC_ALL="C").out, "x1 .1 >1\n")
    table = space.call("status", status=1).out
    for part in ("Red 1", "Waiting for a person 1", "Running 1", failed, token, waits, "step boom"):
        contains(table, part)
    assert "\x1b" not in table, table
    space.call("gate", "approve", token)
    space.watch(waits)
    same([len(rows) for rows in status(space, 1).values()], [1, 0, 0])
    same(space.call("status", "-o", "line", status=1).out, "\u27171\n")


def case_what_succeeded_since_is_no_longer_red(space):
    first = space.run(BAD, "--name", "p", status=1).id
    second = space.run(BAD, "--name", "p", status=1).id
    space.run(GOOD, "--name", "other")
    same(ids(status(space, 1)["red"]), [second, first], "another pipeline's success helps nobody")
    space.run(GOOD, "--name", "p")
    same(status(space)["red"], [])
    third = space.run(BAD, "--name", "p", status=1).id
    same(ids(status(space, 1)["red"]), [third], "what failed after it is red")


def case_a_retried_execution_is_not_red_while_it_runs(space):
    flag = os.path.join(space.dir, "flag")
    script = "test -e %s && { %strue; } || exit 3" % (flag, space.hold)
    failed = space.run(pipeline(processing("boom", script)), status=1).id
    same(ids(status(space, 1)["red"]), [failed])
    space.write("flag", "")
    child = space.start("retry", failed)
    space.until_marks(1)
    now = status(space)
    same((ids(now["red"]), ids(now["running"])), ([], [failed]))
    space.open_gate()
    child.communicate(timeout=60)
    same(status(space), {"red": [], "waiting": [], "running": []})


# --- ack ---

def case_ack_refuses(space):
    failed = space.run(BAD, "--name", "red", status=1).id
    good = space.run(GOOD, "--name", "good").id
    cases = ((["ack"], 2, "usage"), (["ack", "execution", failed], 2, "--reason"),
             (["ack", "execution", failed, "--reason", "  "], 2, "--reason"),
             (["ack", "bogus", failed, "--reason", "x"], 2, "kinds are"),
             (["ack", "execution", "zzzzzzzz", "--reason", "x"], 3, "zzzzzzzz"),
             (["ack", "gate", "zzzzzzzz", "--reason", "x"], 3, "zzzzzzzz"),
             (["ack", "execution", good, "--reason", "x"], 4, "Succeeded"),
             (["ack", "pipeline", "good", "--reason", "x"], 4, "cannot be put aside"),
             (["--read-only", "ack", "execution", failed, "--reason", "x"], 4, "--read-only"))
    for words, code, said in cases:
        done = space.call(*words, status=code)
        same(done.out, "")
        contains(done.err, said)
    same(ids(status(space, 1)["red"]), [failed])
    same(space.sql("select count(*) from ack")[0][0], 0)


def case_ack_hides_until_the_state_changes(space):
    failed = space.run(BAD, status=1).id
    contains(space.call("ack", "execution", failed[:5], "--reason", "known").out, failed)
    same(status(space)["red"], [])
    same(space.sql("select reason from journal where action='acknowledge' and object=?",
                   "execution:" + failed), [("known",)])
    space.call("retry", failed, status=1)
    same(ids(status(space, 1)["red"]), [failed], "it failed again, which nobody has seen yet")
    space.call("ack", "exec", failed, "--reason", "known too")
    same(status(space)["red"], [])


def case_a_gate_is_put_aside(space):
    waits = space.detach(WAITS)
    token = until_waiting(space, waits)
    space.call("ack", "gate", token[:4], "--reason", "after the holidays")
    now = status(space)
    same((now["waiting"], ids(now["running"])), ([], [waits]))
    same(space.call("status", "-o", "line").out, "\u25b61\n")
    space.call("gate", "approve", token)
    space.watch(waits)
    contains(space.call("ack", "gate", token, "--reason", "x", status=4).err, "Approved")


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
