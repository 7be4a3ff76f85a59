#!/usr/bin/env python3
"""Why a thing is as it is, its states in time and its lineage, of real executions.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import sys

from engine import (after, callback, contains, fail, get, parameter, pipeline, processing, run_cases, same,
                    training, until)

HERE = sys.modules[__name__]


def about(space, kind, of=None):
    words = ["ls", kind, "-o", "json"] + (["--parent", of] if of else [])
    return space.call(*words).json()


def brittle(space):
    """Succeeds with N = 0, else work exits with N, after prep."""
    return space.document(pipeline(
        processing("prep", "true"),
        processing("work", "exit $N", environment={"N": get("Parameters.N")}, **after("prep")),
        parameters=[parameter("N", 0, "Integer")]))


def case_evidence_is_ranked(space):
    path = brittle(space)
    good = space.run(path)
    space.run(path, "-p", "N=3", status=1)
    bad = space.run(path, "-p", "N=4", status=1)
    rows = about(space, "evidence", "execution:" + bad.id)
    same([row["name"] for row in rows], ["work", "work/1", "parameter N", "work"])
    contains(rows[0]["why"], "exit code: 4")
    same(rows[0]["target"], "step:%s/work" % bad.id)
    contains(rows[1]["why"], "exit code 4")
    same(rows[1]["target"], "job:%s/work/1" % bad.id)
    same(rows[2]["why"], "0 → 4 since %s, which Succeeded" % good.id)
    same(rows[2]["target"], "execution:" + good.id)
    contains(rows[3]["why"], "it failed in 1 earlier execution too")
    # of one step, and of one attempt
    same(about(space, "evidence", "step:%s/prep" % bad.id), [])
    same(len(about(space, "evidence", "job:%s/work/1" % bad.id)), 4)
    # without a name: all that failed lately
    same(len({row["target"].split(":")[1][:12] for row in about(space, "evidence")}), 3)


def case_what_ran_no_job_leads_to_its_execution(space):
    bad = space.run(space.document(pipeline(fail("stop", "auc is below 0.8"))), status=1)
    row = about(space, "evidence", "execution:" + bad.id)[0]
    contains(row["why"], "auc is below 0.8")
    same(row["target"], "execution:" + bad.id)


def case_nothing_speaks_against_what_succeeded(space):
    good = space.run(brittle(space))
    same(about(space, "evidence", "execution:" + good.id), [])
    same(about(space, "evidence"), [])


def case_states_in_time_follow_each_other(space):
    bad = space.run(brittle(space), "-p", "N=1", status=1)
    rows = about(space, "timeline", "execution:" + bad.id)
    states = [(row["name"], row["status"]) for row in rows]
    same(states[0], ("p", "Executing"))
    same(states[-1], ("p", "Failed"))
    same([status for name, status in states if name == "work"][0], "Starting")
    same([status for name, status in states if name == "work"][-1], "Failed")
    since = [row["since"] for row in rows]
    same(since, sorted(since))
    same([row["status"] for row in about(space, "timeline", "step:%s/work" % bad.id)],
         [status for name, status in states if name == "work"])


def case_what_waits_and_was_rejected_is_said(space):
    x = space.detach(pipeline(callback("ask")))
    token = until(lambda: space.call("gate", "ls", "-o", "json").json(), "a gate waits")[0]["token"]
    rows = about(space, "evidence", "gate:" + token)
    same([row["status"] for row in rows if row["target"] == "gate:" + token], ["Waiting"])
    space.call("gate", "reject", token, "--reason", "too risky")
    space.watch(x, status=1)
    rows = about(space, "evidence", "execution:" + x)
    assert any("too risky" in row["why"] and row["target"] == "gate:" + token for row in rows), rows
    rows = about(space, "timeline", "gate:" + token)
    same([row["status"] for row in rows if row["target"] == "gate:" + token], ["Waiting", "Rejected"])


def case_a_training_that_ends_at_once_has_its_run(space):
    x = space.run(pipeline(training("quick", "true")))
    step = space.call("ls", "steps", "--parent", x.id, "-o", "json").json()[0]
    run = space.call("ls", "runs", "-o", "json").json()[0]
    same(step["run"], run["id"])
    rows = about(space, "lineage", "run:" + run["id"])
    assert any(row["target"] == "run:" + run["id"] and "(this one)" in row["relation"] for row in rows), rows


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
