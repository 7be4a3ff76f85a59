#!/usr/bin/env python3
"""MLflow's FileStore as a source: what is in it, what is new in it, what is damaged in it.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import os
import shutil
import sys

from engine import contains, run_cases, same, write_clock
from tracking import FileStore, damage, listed, look, points

HERE = sys.modules[__name__]
A, B, C, D = ("%032x" % n for n in (0xa1, 0xb2, 0xc3, 0xd4))


def store(space):
    return FileStore(os.path.join(space.base, "mlruns"))


def ms(n):
    return "2023-11-14T22:13:20.%03dZ" % n


def lines(*rows):
    return "".join(" ".join(map(str, row)) + "\n" for row in rows)


def case_runs_are_as_they_were_logged(space):
    s = store(space)
    s.experiment("12", "'it''s one'")
    s.run("12", A, name="1e5", end=1700000000250, status=3,
          params={"lr": "1e-05", "empty": "", "a/b c": "x" * 6000, "schlüssel": "é\n"},
          tags={"mlflow.note.content": "two\nlines\n"},
          metrics={"loss": lines((1700000000000, 0.5, 0), (1700000000001, 0.25, 1)),
                   "val/acc": lines((1700000000002, 1e-320, 2 ** 63 - 1))})
    s.run("0", B, name="'null'", start=1700000001000, tags={"mlflow.parentRunId": A})
    runs = listed(space, s.path)
    same(list(runs), [B, A])
    run = runs[A]
    same([run[k] for k in ("name", "experiment", "status", "start_time", "end_time", "parent",
                           "source")],
         ["1e5", "it's one", "FINISHED", ms(0), ms(250), None, s.path])
    same(run["params"], {"lr": "1e-05", "empty": "", "a/b c": "x" * 6000, "schlüssel": "é\n"})
    same(run["tags"], {"mlflow.note.content": "two\nlines\n"})
    same(run["metrics"], {"loss": 0.25, "val/acc": 1e-320})
    assert "nonfinite" not in run, run
    same([runs[B][k] for k in ("name", "status", "end_time", "parent")],
         ["null", "RUNNING", None, A])
    same(points(space, s.path, A[:31], "val/acc"), [(2 ** 63 - 1, ms(2), 1e-320)])
    same(damage(space, s.path), [])


def case_lines_have_two_three_or_five_fields(space):
    s = store(space)
    s.run("0", A, metrics={"m": lines((1700000000005, 1), (1700000000004, 2, 7),
                                      (1700000000003, 3, -1, "data", "digest"))})
    same(points(space, s.path, A, "m"), [(-1, ms(3), 3), (0, ms(5), 1), (7, ms(4), 2)])
    same(listed(space, s.path)[A]["metrics"], {"m": 2})


def case_the_last_is_the_largest_of_step_time_and_value(space):
    s = store(space)
    t = 1700000000000
    for key, rows in {
            "step": ((t, 1, 9), (t + 5, 2, 3)), "time": ((t + 5, 1, 3), (t, 2, 3)),
            "value": ((t, 5, 3), (t, 2, 3)), "nan_first": ((t, "nan", 3), (t, 2, 3)),
            "nan_later": ((t, 2, 3), (t, "nan", 3)), "inf": ((t, "-inf", 3),)}.items():
        s.run("0", A, metrics={key: lines(*rows)})
    run = listed(space, s.path)[A]
    same(run["metrics"], {"step": 1, "time": 1, "value": 5, "nan_first": None, "nan_later": 2,
                          "inf": None})
    same(run["nonfinite"], {"nan_first": "NaN", "inf": "-Infinity"})
    same(points(space, s.path, A, "nan_first"), [(3, ms(0), "nan"), (3, ms(0), 2)])
    same(points(space, s.path, A, "inf"), [(3, ms(0), [-1])])


def case_the_bin_is_left_out_unless_asked_for(space):
    s = store(space)
    s.run("0", A)
    s.run("0", B, stage="deleted")
    s.experiment(".trash/9", "old", "deleted")
    s.run(".trash/9", C)
    same(set(listed(space, s.path)), {A})
    same(set(listed(space, s.path, "--view", "deleted")), {B, C})
    same(set(listed(space, s.path, "--view", "all")), {A, B, C})
    same(listed(space, s.path, "--view", "all")[C]["experiment"], "old")
    contains(space.call("ls", "runs", "--source", s.path, "--view", "some", status=2).err, "--view")
    contains(space.call("ls", "runs", "--view", "all", status=2).err, "--source")
    same(space.call("show", "run", B, "--source", s.path, "-o", "json").json()["run_id"], B)


def case_order_and_number_are_as_asked(space):
    s = store(space)
    for n, run in enumerate((C, A, B)):
        s.run("0", run, start=1700000000000 + n // 2, metrics={"m": lines((0, n, 0))})
    same(list(listed(space, s.path)), [B, A, C])
    same(list(listed(space, s.path, "--sort", "metrics.m")), [C, A, B])
    same(list(listed(space, s.path, "--limit", "1", "--filter=metrics.m>0")), [B])
    rows = space.call("ls", "experiments", "--source", s.path, "-o", "json").json()
    same([(row["name"], row["runs"]) for row in rows], [("Default", 3)])


def case_only_what_is_new_is_read(space):
    s = store(space)
    s.run("0", A, metrics={"m": lines(*((1700000000000 + n, n, n) for n in range(5000)))})
    same(len(points(space, s.path, A, "m")), 5000)
    # what was read is not looked at again, so that it is another now goes unseen
    with open(os.path.join(s.path, "0", A, "metrics/m"), "r+b") as handle:
        handle.write(b"1700000000000 7 0")
    s.write("0/%s/metrics/m" % A, lines((1700000000000, 0.5, 5000)), "a")
    s.run("0", B, start=1700000000500)
    same(points(space, s.path, A, "m")[0], (0, ms(0), 0))
    same(points(space, s.path, A, "m")[4999:], [(4999, "2023-11-14T22:13:24.999Z", 4999),
                                                (5000, ms(0), 0.5)])
    same(set(listed(space, s.path)), {A, B})


def case_what_becomes_of_a_run_is_seen(space):
    s = store(space)
    text = lines((1700000000000, 1, 0), (1700000000001, 2, 1))
    s.run("0", A, params={"p": "1"}, tags={"t": "one"}, metrics={"m": text, "n": text})
    same(listed(space, s.path)[A]["tags"], {"t": "one"})
    s.run("0", A, status=4, end=1700000000900, params={"p": "1", "q": "2"}, tags={"t": "two"})
    os.remove(os.path.join(s.path, "0", A, "metrics/n"))
    run = listed(space, s.path)[A]
    same([run["status"], run["end_time"], run["tags"], run["params"], run["metrics"]],
         ["FAILED", ms(900), {"t": "two"}, {"p": "1", "q": "2"}, {"m": 2}])
    # into the bin, out of it, away, and back
    os.rename(os.path.join(s.path, "0", A), os.path.join(s.path, ".trash", A))
    same(listed(space, s.path, "--view", "all"), {})
    os.rename(os.path.join(s.path, ".trash", A), os.path.join(s.path, "0", A))
    same(points(space, s.path, A, "m"), [(0, ms(0), 1), (1, ms(1), 2)])
    same(listed(space, s.path)[A]["metrics"], {"m": 2})
    # another file under the name of the metric, and one that is shorter
    s.write("0/%s/metrics/new" % A, lines((1700000000005, 7, 0), (1700000000006, 8, 1), (5, 5, 5)))
    os.rename(os.path.join(s.path, "0", A, "metrics/new"),
              os.path.join(s.path, "0", A, "metrics/m"))
    same(points(space, s.path, A, "m")[:2], [(0, ms(5), 7), (1, ms(6), 8)])
    s.write("0/%s/metrics/m" % A, lines((1700000000009, 9, 0)))
    same(points(space, s.path, A, "m"), [(0, ms(9), 9)])


def case_the_cache_may_go_at_any_time(space):
    s = store(space)
    s.run("0", A, metrics={"m": lines((1700000000000, 1, 0))})
    before = space.call("ls", "runs", "--source", s.path, "-o", "csv", "--columns",
                        "id,status,metrics.m").out
    same(os.listdir(os.path.join(space.base, "cache")), ["mlw"])
    shutil.rmtree(os.path.join(space.base, "cache"))
    same(space.call("ls", "runs", "--source", s.path, "-o", "csv", "--columns",
                    "id,status,metrics.m").out, before)


def case_no_workspace_is_needed(space):
    s = store(space)
    s.run("0", A)
    shutil.rmtree(space.mlw)
    same(list(listed(space, s.path)), [A])
    contains(space.call("compare", A, A, "--source", s.path, status=2).err, "it takes two")


# --- damage ---

def case_damage_costs_its_piece_alone(space):
    s = store(space)
    good = lines((1700000000000, 1, 0))
    s.run("0", A, metrics={
        "fields": "1700000000000 1 2 3\n" + good, "time": good + "yesterday 1 2\n" + good,
        "value": "1700000000000 one 2\n" + good, "step": good + "1700000000000 1 2.5\n",
        "torn": good + "17000", "long": b"9" * 10000000 + b"\n" + good.encode(), "nothing": "",
        "bytes": b"\xff\x00\xfe 1 2\n" + good.encode()})
    s.write("0/%s/meta.yaml" % B, "run_id: [\n")
    s.write("0/%s/meta.yaml" % C, b"")
    s.write("7/meta.yaml", b"\xff\xff")
    s.run("7", D, params={"p": b"\xff\x00x"})
    have = {(d["file"], d["offset"]) for d in damage(space, s.path)}
    n = len(good)
    m = "0/%s/metrics/" % A
    same(have, {(m + "fields", 0), (m + "time", n), (m + "value", 0), (m + "step", n),
                (m + "torn", n), (m + "long", 0), (m + "bytes", 0), ("0/%s/meta.yaml" % B, 0),
                ("0/%s/meta.yaml" % C, 0), ("7/meta.yaml", 0)})
    runs = listed(space, s.path)
    same(set(runs), {A, D})
    same(runs[A]["metrics"], {key: 1 for key in ("fields", "time", "value", "step", "torn", "long",
                                                 "bytes")})
    same(runs[D]["experiment"], "7")
    same(runs[D]["params"], {"p": "\ufffd\ufffdx"})
    # what is mended is no longer damaged, and nothing is there twice
    s.run("0", B)
    s.write(m + "torn", "00000001 5 9\n", "a")  # was "17000"
    have = {(d["file"], d["offset"]) for d in damage(space, s.path)}
    assert not {(m + "torn", n), ("0/%s/meta.yaml" % B, 0)} & have, have
    same(points(space, s.path, A, "torn"), [(0, ms(0), 1), (9, ms(1), 5)])
    same(set(listed(space, s.path)), {A, B, D})


def case_what_is_no_file_is_not_read(space):
    s = store(space)
    s.run("0", A, params={"p": "1"}, metrics={"m": lines((1700000000000, 1, 0))})
    at = os.path.join(s.path, "0", A)
    secret = os.path.join(space.base, "secret")
    with open(secret, "w", encoding="ascii") as handle:
        handle.write("secret")
    os.symlink(secret, os.path.join(at, "params/link"))
    os.symlink(at, os.path.join(at, "params/loop"))
    os.mkfifo(os.path.join(at, "metrics/fifo"))
    run = listed(space, s.path)[A]
    same(run["params"], {"p": "1"})
    same(run["metrics"], {"m": 1})


def case_what_is_no_source_is_said(space):
    for path, part in ((os.path.join(space.base, "nowhere"), "nowhere"),
                       (space.dir, "no tracking data that is known here")):
        done = space.call("ls", "runs", "--source", path, status=None)
        same((done.status in (3, 5), done.out), (True, ""), done.err)
        contains(done.err, part)
    s = store(space)
    contains(space.call("ls", "executions", "--source", s.path, status=2).err, "no executions")


# --- nothing is changed, nothing is lost, nothing is there twice ---

def many(space, runs=12):
    s = store(space)
    for n in range(runs):
        s.run("0", "%032x" % (n + 1), params={"p": str(n)}, metrics={
            "m%d" % k: lines(*((1700000000000 + i, i + k, i) for i in range(40))) for k in range(4)})
    return s


def case_the_source_stays_as_it_was(space):
    s = many(space)
    s.write("0/%s/metrics/torn" % A, "17000")
    before = look(s.path)
    for words in (("ls", "runs"), ("ls", "experiments"), ("history", "%032x" % 1, "m0"),
                  ("show", "run", "%032x" % 1), ("compare", "%032x" % 1, "%032x" % 2),
                  ("doctor",)):
        space.call(*words, "--source", s.path, "-o", "json")
    same(look(s.path), before)


def case_a_kill_at_any_commit_loses_and_doubles_nothing(space):
    s = many(space, 60)
    want = {run: points(space, s.path, run, "m2") for run in ("%032x" % n for n in (1, 30, 60))}
    clock = os.path.join(space.base, "clock")
    write_clock(clock, scale=20000.0)
    for n in range(1, 200):
        shutil.rmtree(os.path.join(space.base, "cache"))
        done = space.call("ls", "runs", "--source", s.path, status=None, MLW_FAULT="mlw:%d" % n,
                          MLW_CLOCK=clock)
        if done.status == 0:
            break
        for run, curve in want.items():
            same(points(space, s.path, run, "m2"), curve)
    assert n > 5, "only %d commits" % n


def case_two_at_once_double_nothing(space):
    s = many(space)
    clock = os.path.join(space.base, "clock")
    write_clock(clock, scale=20000.0)
    children = [space.start("ls", "runs", "--source", s.path, "-o", "json", MLW_CLOCK=clock)
                for _ in range(3)]
    for child in children:
        _, err = child.communicate(timeout=60)
        same((child.returncode, err), (0, b""))
    want = [(i, "2023-11-14T22:13:20.%03dZ" % i, i + 2) for i in range(40)]
    for n in range(12):
        same(points(space, s.path, "%032x" % (n + 1), "m2"), want)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
