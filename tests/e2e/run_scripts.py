#!/usr/bin/env python3
"""The command line for scripts: status, ack, watch --for, --expect, csv and tsv, completion.

Ends with `N passed, N failed, N skipped`.
"""

import csv
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys

from engine import (MLW, ROOT, after, callback, contains, kill, parameter, pipeline, processing, run_cases, same,
                    training, until)

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
    for part in ("Red 1", "Waiting for a person 1", "Running 1", failed, token, waits, "boom: "):
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


def case_status_fits_a_terminal(space):
    space.run(pipeline(processing("boom", "echo %s >&2; exit 3" % ("x" * 200))), "--name", "n" * 200,
              status=1)
    whole = space.call("status", status=1).out
    contains(whole, "n" * 200)
    master, slave = os.openpty()
    child = subprocess.Popen([MLW, "-C", space.dir, "status"], stdin=slave, stdout=slave,
                             stderr=slave, env=space.env)
    os.close(slave)
    said = b""
    while said.count(b"\n") < len(whole.splitlines()):
        said += os.read(master, 65536)
    same(child.wait(timeout=60), 1)
    os.close(master)
    for line in said.decode().splitlines():
        assert len(line) <= 80, line


def instructions(space, *words):
    """What the release build takes for a command, by callgrind: the same on each machine."""
    release = os.environ.get("MLW_RELEASE") or os.path.join(ROOT, "build", "mlw")
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", release]
                          + list(words), env=space.env, cwd=space.dir, timeout=120,
                          capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def case_status_for_a_status_bar_is_small(space):
    for name in ("a", "b", "c"):
        space.run(pipeline(training("fit", "exit 3")), "--name", name, status=1)
    space.sql("insert into run(uid, source, slot, experiment, name, status, started)"
              " with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)"
              " select 'run-' || i, e.source, 100 + i, e.id, 'run', 'FINISHED', i"
              " from n, (select * from experiment limit 1) e")
    same(space.call("status", "-o", "line", status=1).out, "\u27173\n")
    more = instructions(space, "status", "-o", "line") - instructions(space, "--version")
    assert more < 4000000, more


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
    same(space.call("ack", "execution", failed[:5], "--reason", "known").out,
         "execution %s is put aside until its state changes\n" % failed, "no key of the screen")
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


# --- ls: --expect ---

def case_expect_refuses_what_is_no_number(space):
    for word in ("x", "-1", "1.5", "", "some more", "99999999999999999999"):
        done = space.call("ls", "runs", "--expect", word, status=2)
        same(done.out, "")
        contains(done.err, "--expect is none, some or a whole number")
    done = space.call("ls", "runs", "--expect", "none", "--filter", "(", status=2)
    contains(done.err, "column ")


def case_expect_counts_all_that_match(space):
    for name in ("a", "b", "b"):
        space.run(GOOD, "--name", name)

    def look(expect, code, *words):
        done = space.call("ls", "executions", "-o", "json", "--expect", expect, *words, status=code)
        assert (done.err == "") == (code == 0), done.err
        return len(done.json()), done.err
    for words in ([], ["--limit", "1"]):
        rows = 1 if words else 3
        same(look("3", 0, *words), (rows, ""))
        same(look("some", 0, *words), (rows, ""))
        contains(look("none", 1, *words)[1], "3 executions are there, and none was expected")
        contains(look("0", 1, *words)[1], "none was expected")
        same(look("2", 1, *words)[0], rows)
    same(look("2", 0, "--filter", "pipeline=b")[0], 2)
    same(look("none", 0, "--filter", "pipeline=c")[0], 0)
    contains(look("some", 1, "--filter", "pipeline=c")[1], "0 executions match, and some were")
    contains(look("2", 1, "--filter", "pipeline=a")[1], "1 execution matches, and 2 were expected")


# --- ls: csv, tsv and tables ---

HARD = 'a "b",\tc\\d\r\ne\nf\x1bg'


def two_runs(space):
    """A run whose values need quoting, and a later one with other keys; their ids."""
    first = {"lr": "0.1", "note": HARD, "b,c": "2"}
    space.run(pipeline(training("one", "echo loss=0.5", metrics=[("loss", "loss=([0-9.]+)")],
                                hyperparameters=first)), "--name", "first")
    space.run(pipeline(training("two", "true", hyperparameters={"depth": "6"})), "--name", "second")
    rows = space.call("ls", "runs", "--sort", "created", "-o", "json").json()
    same(rows[0]["params"]["note"], HARD)
    return ids(rows)


def read_csv(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def read_tsv(text):
    letters = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
    assert text.endswith("\n") and "\r" not in text, text
    return [[re.sub(r"\\(.)", lambda m: letters[m.group(1)], cell) for cell in line.split("\t")]
            for line in text[:-1].split("\n")]


def case_columns_that_there_are_not(space):
    for words in ("nope", "id,,name", "", "id,", "params", "params.", "param.lr", "lr"):
        done = space.call("ls", "runs", "--columns", words, "-o", "csv", status=2)
        same(done.out, "")
        contains(done.err, "no column")
    space.call("ls", "executions", "--columns", "params.lr", status=2)
    space.call("ls", "models", "--columns", "run_id", status=2)


def case_parents_are_found_as_ids_are(space):
    one, two = two_runs(space)
    first = space.call("ls", "executions", "--filter", "pipeline=first", "-o", "json").json()[0]["id"]

    def below(kind, parent, status=0):
        done = space.call("ls", kind, "--parent", parent, "-o", "json", status=status)
        return ids(done.json()) if status == 0 else done
    for prefix in (first, first[:4]):
        same(below("steps", prefix), [first + "/one"])
        same(below("jobs", prefix), [first + "/one/1"])
        assert below("events", prefix)
    same((below("runs", "first"), below("runs", "seco")), ([one], [two]))
    same(below("executions", "first"), [first])
    assert below("timeline", "execution:" + first[:5]) and below("lineage", "run:" + one[:6])
    for kind, parent, code, said in (
            ("steps", "zzzzzzzz", 3, "zzzzzzzz"), ("steps", first[:3], 3, "four characters"),
            ("steps", "", 3, "no execution"), ("runs", "none", 3, "none"),
            ("packages", "none", 3, "none"), ("lineage", "run:zzzzzzzz", 3, "zzzzzzzz"),
            ("lineage", first, 2, "KIND:ID"), ("evidence", "bogus:x", 2, "KIND:ID"),
            ("pipelines", "first", 2, "below nothing"), ("contexts", "local", 2, "below nothing")):
        done = below(kind, parent, code)
        same(done.out, "")
        contains(done.err, said)


def case_families_are_flattened(space):
    one, two = two_runs(space)
    for form, read in (("csv", read_csv), ("tsv", read_tsv)):
        text = raw(space, "ls", "runs", "--sort", "created", "-o", form)
        head, *rows = read(text)
        same([row[0] for row in rows], [one, two])
        same([row[head.index("run_id")] for row in rows], [one, two])
        same(sorted(c for c in head if c.startswith("params.")),
             ["params.b,c", "params.depth", "params.lr", "params.note"])
        same(len(set(head)), len(head))
        documents = space.call("ls", "runs", "--sort", "created", "-o", "json").json()
        for row, document in zip(rows, documents):
            for family in ("params", "metrics", "tags"):
                for name, value in zip(head, row):
                    if name.startswith(family + "."):
                        want = document[family].get(name[len(family) + 1:], "")
                        same(value, want if isinstance(want, str) else repr(want), name)
        same(rows[0][head.index("params.note")], HARD)
        same(rows[0][head.index("metrics.loss")], "0.5")
    text = raw(space, "ls", "runs", "-o", "csv", "--filter", "params.depth=6")
    assert "params.lr" not in text, "what no row has is no column"


def raw(space, *words):
    """What is printed, line ends as they are."""
    child = space.start(*words)
    out, err = child.communicate(timeout=60)
    same((child.returncode, err), (0, b""))
    return out.decode()


def case_csv_and_tsv_are_as_they_should_be(space):
    two_runs(space)
    words = ["ls", "runs", "--filter", "params.lr=0.1", "--columns", 'params."b,c",params.note,params.none']
    same(raw(space, *words, "-o", "csv"), '"params.b,c",params.note,params.none\r\n'
         '2,"a ""b"",\tc\\d\r\ne\nf\x1bg",\r\n')
    same(raw(space, *words, "-o", "tsv"),
         'params.b,c\tparams.note\tparams.none\n2\ta "b",\\tc\\\\d\\r\\ne\\nf\x1bg\t\n')
    same(raw(space, "ls", "runs", "--columns", "tags.none", "-o", "csv"),
         'tags.none\r\n""\r\n""\r\n', "a row of one empty cell is no empty line")
    same(raw(space, "ls", "runs", "--filter", "none", "--columns", "params.lr,id,metrics.loss",
             "-o", "csv"), "params.lr,id,metrics.loss\r\n")
    run = space.call("ls", "runs", "--filter", "params.lr=0.1", "-o", "json").json()[0]["id"]
    head, point = read_csv(raw(space, "history", run, "loss", "-o", "csv"))
    same((head, point[0], point[2]), (["step", "time", "value"], "0", "0.5"))


def case_a_piped_table_holds_whole_ids(space):
    name = "n" * 200 + HARD
    space.run(pipeline(processing("s" * 64, "exit 3")), "--name", name, status=1)
    table = raw(space, "ls", "pipelines")
    contains(table, "n" * 200)
    execution = space.call("ls", "executions", "-o", "json").json()[0]["id"]
    contains(raw(space, "ls", "steps"), execution + "/" + "s" * 64)
    for kind in ("pipelines", "executions", "steps", "jobs", "events", "attention"):
        table = raw(space, "ls", kind)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", table), table
        same(len(table.splitlines()) - 1,
             len(space.call("ls", kind, "-o", "json").json()), kind)


def case_tables_of_wide_letters_stand_under_each_other(space):
    for name in ("\u65e5\u672c\u8a9e", "e\u0301t\u00e9", "plain"):
        space.run(GOOD, "--name", name)
    lines = space.call("ls", "executions", "--columns", "pipeline,status").out.splitlines()
    same(lines, ["PIPELINE  STATE", "plain     Succeeded", "e\u0301t\u00e9       Succeeded",
                 "\u65e5\u672c\u8a9e    Succeeded"])


# --- watch --for ---

def lines(done):
    return [json.loads(line) for line in done.out.splitlines()]


def case_watch_refuses(space):
    good = space.run(GOOD).id
    cases = ((["watch"], 2, "usage"), (["watch", "a", "b", "c"], 2, "usage"),
             (["watch", "bogus", good], 2, "kinds are"),
             (["watch", "execution", good, "--for", "status="], 2, "column 8"),
             (["watch", "execution", good, "--for", "lr<1"], 2, "no field lr"),
             (["watch", "execution", good, "-o", "csv"], 2, "jsonl"),
             (["watch", "execution", good, "--timeout", "x"], 2, "--timeout"),
             (["watch", "execution", good, "--junit", "x.xml"], 2, "--junit"),
             (["watch", "context", "local", "--for", "a", "--notify"], 2, "context"),
             (["watch", "execution", "zzzzzzzz", "--for", "a"], 3, "zzzzzzzz"),
             (["watch", "run", "zzzzzzzz", "--for", "a"], 3, "zzzzzzzz"),
             (["watch", "step", good + "/none", "--for", "a"], 3, "none"))
    for words, code, said in cases:
        done = space.call(*words, status=code)
        same(done.out, "")
        contains(done.err, said)


def case_watch_ends_when_the_filter_holds_or_no_longer_can(space):
    good, bad = space.run(GOOD).id, space.run(BAD, status=1).id
    rows = {row["id"]: row for row in space.call("ls", "executions", "-o", "json").json()}
    for words, code in (([good, "--for", "status=Succeeded"], 0), ([good, "--for", ""], 0),
                        ([good, "--for", "status=Failed"], 1), ([bad, "--for", "status=Failed"], 0),
                        ([good], 0), ([bad], 1), ([good, "--for", "duration>1w"], 1)):
        done = space.call("watch", "execution", *words, status=code)
        now, = lines(done)
        want = rows[words[0]]
        same((sorted(now), dict(now, age_s=0)), (sorted(want), dict(want, age_s=0)))
        same(done.err == "", code == 0 or len(words) == 1)
    contains(space.call("watch", "execution", good, "--for", "status=Failed", status=1).err,
             "is Succeeded: status=Failed no longer can hold")
    same(space.call("watch", good[:6], "--for", "status=Succeeded").out.count("\n"), 1)
    same(lines(space.call("watch", "step", bad[:4] + "/boom", status=1))[0]["status"], "Failed")
    same(lines(space.call("watch", "event", good + "/1", "--for", "none", status=1))[0]["seq"], 1)


def case_watch_tells_every_change_once(space):
    execution = space.detach(WAITS)
    token = until_waiting(space, execution)
    child = space.start("watch", "gate", token[:4], "--for", "state=Approved", "-o", "jsonl",
                        "--timeout", "1m")
    first = json.loads(child.stdout.readline())
    same((first["id"], first["state"]), (token, "Waiting"))
    space.call("gate", "approve", token, "--reason", "good")
    out, err = child.communicate(timeout=60)
    last, = [json.loads(line) for line in out.splitlines()]
    same((child.returncode, err, last["state"], last["reason"]), (0, b"", "Approved", "good"))
    done = space.call("watch", "execution", execution, "--timeout", "1m")
    seen = [{k: v for k, v in row.items() if k not in ("age_s", "duration")} for row in lines(done)]
    assert all(a != b for a, b in zip(seen, seen[1:])), seen
    same(seen[-1]["status"], "Succeeded")


def case_watch_of_a_run_that_logs(space):
    steps = pipeline(training("fit", space.hold + "echo loss=0.5; read go < %s; echo loss=0.1; "
                              "read go < %s" % (space.gate, space.gate),
                              metrics=[("loss", "loss=([0-9.]+)")]))
    execution = space.detach(steps)
    space.until_marks(1)
    run = until(lambda: space.call("ls", "runs", "-o", "json").json(), "a run")[0]["id"]
    child = space.start("watch", "run", run, "--for", "metrics.loss<0.3")
    same(json.loads(child.stdout.readline())["metrics"], {})
    space.open_gate()
    while json.loads(child.stdout.readline())["metrics"] != {"loss": 0.5}:
        assert child.poll() is None
    space.open_gate()
    out, err = child.communicate(timeout=60)
    same((child.returncode, err), (0, b""))
    same(json.loads(out.splitlines()[-1])["metrics"], {"loss": 0.1})
    space.open_gate()
    space.watch(execution)


def case_watch_runs_out_of_time(space):
    space.run(GOOD, "--name", "p")
    done = space.call("watch", "pipeline", "p", "--for", "executions=2", "--timeout", "500ms",
                      status=5)
    same(len(lines(done)), 1)
    contains(done.err, "pipeline p: executions=2 did not hold within")
    held = space.call("watch", "pipeline", "p", "--for", "age>1s", "--timeout", "1m")
    assert lines(held)[-1]["age_s"] >= 1, held.out
    execution = space.detach(WAITS)
    until_waiting(space, execution)
    held = space.call("watch", execution, "--for", "duration>1s", "--timeout", "1m")
    assert lines(held)[-1]["duration"] > 1, held.out
    contains(space.call("watch", "execution", execution, "--timeout", "200ms", status=5).err,
             "has not ended")


def case_watch_calls_who_is_away(space):
    calls = os.path.join(space.base, "calls")
    home = os.path.join(space.base, "config")
    hook = space.write("hook", "#!/bin/sh\nprintf '%%s\\n' \"$(cat)\" >> %s\n" % calls)
    os.chmod(hook, 0o700)
    os.makedirs(os.path.join(home, "mlw"))
    with open(os.path.join(home, "mlw", "mlw.conf"), "w", encoding="utf-8") as out:
        out.write("[notify]\ncommand = %s\n" % hook)
    waits = space.detach(WAITS)
    token = until_waiting(space, waits)
    child = space.start("watch", "gate", token, "--for", "state=Approved", "--notify",
                        XDG_CONFIG_HOME=home)
    child.stdout.readline()
    until(lambda: os.path.exists(calls) and open(calls, encoding="utf-8").read(), "the call")
    space.call("gate", "approve", token)
    child.communicate(timeout=60)
    same(child.returncode, 0)
    with open(calls, encoding="utf-8") as lines_of:
        told = [json.loads(line) for line in lines_of]
    same([(t["event"], t["kind"], t["id"]) for t in told][:1], [("waiting", "gate", token)])


def case_watch_and_signals(space):
    execution = space.detach(WAITS)
    until_waiting(space, execution)
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 1), (signal.SIGHUP, 1)):
        child = space.start("watch", "execution", execution, "--for", "status=Failed")
        child.stdout.readline()
        child.send_signal(number)
        err = child.communicate(timeout=60)[1].decode()
        same(child.returncode, code)
        contains(err, execution + " goes on")
    same(space.status(execution), "Executing")


def case_what_is_watched_is_driven(space):
    execution = space.detach(pipeline(processing("one", space.hold + "true"),
                                      processing("two", "true", **after("one"))))
    space.until_marks(1)
    child = space.start("watch", "execution", execution, "--for", "status=Succeeded")
    child.stdout.readline()
    first = space.driver_pid(execution)
    kill(first)
    until(lambda: space.driver_pid(execution) not in (0, first), "another driver")
    space.open_gate()
    child.communicate(timeout=60)
    same(child.returncode, 0)


# --- help of kinds ---

def case_help_lists_every_field_of_every_kind(space):
    contains(space.call("help", "nothing", status=2).err, "no command and no kind")
    for kind in kind_names(space, 0):
        listed = re.findall("^  ([a-z_]+) ", space.call("help", kind).out, re.MULTILINE)
        columns = space.call("ls", kind, "-o", "csv").out.splitlines()[0].split(",")
        same(listed, [c for c in columns if c not in ("age_s",) and
                      (kind, c) != ("runs", "run_id") and "." not in c], kind)
    contains(space.call("help", "runs").out, "params.K")
    same(space.call("help", "gate").out.split()[:2], ["mlw", "gate"], "a command comes first")


# --- completion ---

BASH = """
source <(mlw completion bash)
complete -p mlw >/dev/null || exit 9
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_mlw mlw "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
for reply in "${COMPREPLY[@]}"; do printf '%s\\n' "$reply"; done
"""
# what completion calls into, as far as the script needs it
ZSH = """
compdef() { }
_call_program() { shift; eval "$*"; }
_describe() { print -l -- "${(@P)3}"; }
_files() { print -- files "$@"; }
compset() { print -- "$@"; }
eval "$(mlw completion zsh)"
words=("$@")
CURRENT=$#
_mlw
"""


def shell(space, argv, *words):
    """What a shell without settings says, in the workspace, with this mlw in its PATH."""
    done = subprocess.run(argv + list(words), cwd=space.dir, stdin=subprocess.DEVNULL, timeout=60,
                          env=dict(space.env, PATH=os.path.dirname(MLW) + ":" + os.environ["PATH"]),
                          capture_output=True, text=True)
    same((done.returncode, done.stderr), (0, ""), str(words))
    return done.stdout.splitlines()


def tab(space, *words):
    return shell(space, ["bash", "--norc", "--noprofile", "-c", BASH, "bash"], "mlw", *words)


def options_of(text):
    return set(re.findall(r"^  (?:-., )?(--[a-z-]+)", text, re.MULTILINE))


def case_completion_offers_nothing_wrong(space):
    for words in (["zz"], ["bogus", ""], ["ls", "zz"], ["ls", "runs", ""], ["ls", "runs", "--limit", ""],
                  ["ls", "runs", "--expect", "z"], ["ls", "--", "--fil"], ["show", "bogus", ""],
                  ["show", "run", ""], ["history", "none", ""], ["-C", "/no/such", "show", "run", ""],
                  ["--expect", "z"], ["init", "--bogus=", ""]):
        same([r for r in tab(space, *words) if not os.path.exists(os.path.join(space.dir, r))], [],
             str(words))
    contains(space.call("completion", "tcsh", status=2).err, "bash|zsh|fish")
    same(space.call("complete").out, "")


def case_completion_of_commands_options_and_values(space):
    overview = space.call("help").out
    commands = re.findall("^  mlw ([a-z]+) ", overview, re.MULTILINE)
    same(tab(space, ""), commands)
    same(tab(space, "st"), [c for c in commands if c.startswith("st")])
    same(tab(space, "help", "wa"), ["watch"])
    for command in commands:
        own = options_of(space.call("help", command).out)
        same(set(tab(space, command, "--")), own | options_of(overview), command)
    assert "--limit" not in tab(space, "ls", "runs", "--limit", "1", "--")
    assert "--param" in tab(space, "run", "-p", "a=1", "--"), "which may come several times"
    for words, want in ((["ls", "runs", "-o", ""], ["table", "json", "jsonl", "csv", "tsv"]),
                        (["ls", "runs", "-o", "js"], ["json", "jsonl"]),
                        (["ls", "runs", "--expect", ""], ["none", "some"]),
                        (["ls", "runs", "--expect", "=", "s"], ["some"]),
                        (["ls", "runs", "--expect", "="], ["none", "some"]),
                        (["ls", "runs", "--expect=s"], ["--expect=some"]),
                        (["ls", "runs", "-oc"], ["-ocsv"]),
                        (["status", "-o", ""], ["text", "json", "line"]),
                        (["gate", ""], ["ls", "approve", "reject"]), (["new", ""], ["tabular"]),
                        (["completion", "f"], ["fish"]), (["--theme", "m"], ["mono"]),
                        (["ls", "runs", "--columns", "id,stat"], ["id,status"]),
                        (["ls", "runs", "--sort", "dur"], ["duration", "duration:desc"]),
                        (["watch", "run", "x", "--for", "stat"], ["status"]),
                        (["ls", "--context", "l"], ["local"])):
        same(tab(space, *words), want, str(words))
    same(tab(space, "ls", ""), kind_names(space, 0))
    same(tab(space, "show", ""), kind_names(space, 1))
    same(tab(space, "ack", ""), ["execution", "gate"], "what can be put aside")


def kind_names(space, is_one):
    """Of all kinds, as `ls` names them; in the singular as completion of `show` and `watch` agree."""
    if is_one:
        return tab(space, "watch", "")
    said = space.call("ls", "nothing", status=2).err
    return re.search("kinds are (.*)", said).group(1).split(", ")


def case_completion_of_ids_and_files(space):
    space.run(pipeline(training("fit", "echo loss=0.5", metrics=[("loss", "loss=([0-9.]+)")])),
              "--name", "alpha")
    waits = space.detach(WAITS, "--name", "waits")
    token = until_waiting(space, waits)
    first = space.call("ls", "executions", "--filter", "pipeline=alpha", "-o", "json").json()[0]["id"]
    run = space.call("ls", "runs", "-o", "json").json()[0]["id"]
    failed = space.run(BAD, "--name", "zz", status=1).id
    space.write("deep/x.json", "{}")
    space.write("deep/er/y.json", "{}")
    space.document(pipeline(processing("one", "true"), parameters=[
        parameter("Epochs", 3, "Integer"), parameter("Depth", 2, "Integer")]), name="q.json")
    for words, want in ((["show", "execution", ""], [first, waits, failed]),
                        (["stop", first[:6]], [first]), (["ack", "execution", ""], [failed]),
                        (["ack", "run", ""], []),
                        (["ls", "steps", "--parent", ""], [first, waits, failed]),
                        (["ls", "lineage", "--parent", "run", ":", ""], [run]),
                        (["logs", first + "/"], [first + "/fit"]),
                        (["logs", first + "/fit/"], [first + "/fit/1"]),
                        (["show", "step", first[:4]], [first + "/fit"]),
                        (["gate", "approve", ""], [token]), (["ack", "gate", ""], [token]),
                        (["history", ""], [run]), (["history", run, ""], ["loss"]),
                        (["ls", "runs", "--sort", "metrics.l"], ["metrics.loss", "metrics.loss:desc"]),
                        (["show", "attention", "gate", ":", ""], [token]),
                        (["run", "w"], ["waits"]), (["run", "deep/"], ["deep/er", "deep/x.json"]),
                        (["run", "--junit", "=", "deep/x"], ["deep/x.json"]),
                        (["run", "q.json", "-p", ""], ["Depth=", "Epochs="]),
                        (["run", "q.json", "--param", "E"], ["Epochs="]),
                        (["run", "absent", "-p", ""], []),
                        (["run", "-p", ""], []), (["gate", "approve", "--output", ""], []),
                        (["check", "p"], ["p.json"]), (["-C", "d"], ["deep"]),
                        (["-C", "deep", "run", "x"], ["x.json"]),
                        (["-Cdeep", "run", "p"], []),
                        (["-C", "deep", "run", "q.json", "-p", ""], []),
                        (["-C", "deep", "run", "--junit", "=", "er/"], ["er/y.json"])):
        same(sorted(tab(space, *words)), sorted(want), str(words))


def case_completion_lets_no_name_become_a_command(space):
    for name in ("x $(touch hurt); `touch hurt`", "y'\"\\&", HARD):
        space.run(GOOD, "--name", name)
    same(sorted(tab(space, "show", "pipeline", "")),
         ["x\\ \\$\\(touch\\ hurt\\)\\;\\ \\`touch\\ hurt\\`", "y\\'\\\"\\\\\\&"],
         "one with control characters is not offered")
    assert not os.path.exists(os.path.join(space.dir, "hurt"))


def case_completion_in_zsh_and_fish(space):
    space.run(GOOD, "--name", "alpha")
    execution = space.call("ls", "executions", "-o", "json").json()[0]["id"]
    space.write("deep/x.json", "{}")
    zsh, fish = space.call("completion", "zsh").out, space.call("completion", "fish").out
    assert zsh.startswith("#compdef mlw\n") and "compdef _mlw mlw" in zsh, zsh
    contains(fish, "complete -c mlw ")
    if shutil.which("zsh"):
        for words, want in ((["stat"], ["status:say what is red, waits and runs; exit 1 if anything is red"]),
                            (["show", "exec", ""], [execution + ":alpha Succeeded"]),
                            (["ls", "runs", "--expect=s"], ["--expect=some:"]),
                            (["run", "--junit=x"], ["-P --junit=", "files"]), (["zz"], []),
                            (["-C", "deep", "check", "x"], ["files -W " + os.path.join(space.dir, "deep")])):
            same(shell(space, ["zsh", "-f", "-c", ZSH, "zsh"], "mlw", *words), want, str(words))
    if shutil.which("fish"):
        script = "mlw completion fish | source; complete -C $argv[1]"
        for line, want in (("mlw stat", ["status\tsay what is red, waits and runs; exit 1 if anything is red"]),
                           ("mlw show exec ", [execution + "\talpha Succeeded"]),
                           ("mlw ls runs --expect=s", ["--expect=some"]), ("mlw zz", []),
                           ("mlw -C deep check x", ["x.json"])):
            same([s.rstrip("\t") for s in shell(space, ["fish", "--no-config", "-c", script], line)],
                 want, line)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
