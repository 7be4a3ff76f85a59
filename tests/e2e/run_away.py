#!/usr/bin/env python3
"""Being away: signals and time at an attached execution, reports for CI, calls by [notify].

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import json
import os
import pty
import signal
import stat
import subprocess
import sys
import xml.etree.ElementTree as xml

from engine import (MLW, after, callback, condition, contains, fail, is_alive, kill, pipeline, processing,
                    register, run_cases, same, training, until, write_clock)

HERE = sys.modules[__name__]
ML_MODEL = "ML=${SAGEMAKER_BASE_DIR:-/opt/ml}; echo model > $ML/processing/m/model.tar.gz"


def executions(space):
    return space.call("ls", "executions", "-o", "json").json()


def catches(pid, *numbers):
    with open("/proc/%d/status" % pid, encoding="ascii") as handle:
        mask = int(next(x for x in handle if x.startswith("SigCgt")).split()[1], 16)
    return all(mask >> (n - 1) & 1 for n in numbers)


def first_line(child):
    line = child.stdout.readline().decode().strip()
    assert len(line) == 12, line
    return line


def begin(space, script, *words):
    """Starts one job, attached or not, and returns the command and its execution once both are
    there: the job has begun and the command handles signals."""
    child = space.start("run", space.document(pipeline(processing("one", script))), *words)
    execution = first_line(child)
    space.until_marks(1)
    until(lambda: catches(child.pid, signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
          "the command handles signals")
    return child, execution


def end(child, status):
    _, err = child.communicate(timeout=60)
    same(child.returncode, status, err.decode())
    return err.decode()


# --- options ---

def case_options_that_contradict_each_other(space):
    path = space.document(pipeline(processing("one", "true")))
    for words, part in (
            (["--detach", "--attached"], "attached"), (["--detach", "--timeout", "5"], "timeout"),
            (["--detach", "--junit", "x.xml"], "junit"), (["--detach", "--notify"], "notify"),
            (["--plan", "--attached"], "attached"), (["--plan", "--detach"], "detach"),
            (["--plan", "--junit", "x.xml"], "junit"), (["--timeout", "0"], "timeout"),
            (["--timeout", "soon"], "soon"), (["--timeout", "-3"], "-3"),
            (["--timeout", "5x"], "5x"), (["--timeout"], "timeout"), (["--junit"], "junit"),
            (["--attached=yes"], "attached")):
        done = space.call("run", path, *words, status=2)
        contains(done.err, part)
        same(done.out, "")
    space.call("watch", "zzzzzzzzzzzz", "--attached", status=2)
    same(executions(space), [])
    assert not os.path.exists("x.xml")


# --- signals ---

TRAP = "trap 'echo got TERM; echo term > %s; exit 9' TERM; echo here > %s; " \
       "while :; do read go < %s; done"


def trap(space):
    """A job that says when it is there and when SIGTERM reached it."""
    return TRAP % (space.mark, space.mark, space.gate)


def case_attached_a_signal_stops_the_execution(space):
    for number, status in ((signal.SIGTERM, 1), (signal.SIGHUP, 1), (signal.SIGINT, 130)):
        space.marked = ""
        child, execution = begin(space, trap(space), "--attached")
        child.send_signal(number)
        contains(end(child, status), execution)
        same(space.marks(), ["here", "term"], "the job got its SIGTERM")
        same(space.status(execution), "Stopped")
        contains(space.call("logs", execution).out, "got TERM")
    actions = [(r["name"], r["status"]) for r in
               space.call("ls", "journal", "-o", "json").json()]
    same(sorted(actions), [("start", "done")] * 3 + [("stop", "done")] * 3)


def case_attached_the_job_has_its_grace(space):
    # a trap runs while the shell waits; what reads the gate meanwhile is not to take its word
    script = ("trap 'kill $! 2>/dev/null; wait $!; echo term > %s; read go < %s; echo saved; exit 0' "
              "TERM; echo here > %s; while :; do read go < %s & wait $!; done" % (
                  space.mark, space.gate, space.mark, space.gate))
    child, execution = begin(space, script, "--attached")
    child.send_signal(signal.SIGTERM)
    space.until_marks(2)
    same((child.poll(), space.status(execution)), (None, "Stopping"), "it waits for the job")
    space.open_gate()
    end(child, 1)
    contains(space.call("logs", execution).out, "saved")


def case_attached_a_second_signal_leaves_at_once(space):
    for second in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        space.marked = ""
        script = ("trap 'echo term > %s' TERM; echo here > %s; while :; do read go < %s && exit 0; "
                  "done" % (space.mark, space.mark, space.gate))
        child, execution = begin(space, script, "--attached")
        child.send_signal(signal.SIGTERM)
        space.until_marks(2)
        same(child.poll(), None)
        child.send_signal(second)
        contains(end(child, 130), "mlw watch " + execution)
        same(space.status(execution), "Stopping")
        space.open_gate()
        space.call("watch", execution, status=1)


def case_a_signal_before_the_command_waits_is_not_lost(space):
    """It comes as soon as the id is there: the command may not have begun to wait."""
    for _ in range(5):
        child = space.start("run", space.document(pipeline(processing("one", space.hold))),
                            "--attached")
        execution = first_line(child)
        child.send_signal(signal.SIGTERM)
        end(child, 1)
        same(space.status(execution), "Stopped")


def case_without_attached_a_signal_leaves_it_running(space):
    for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 1), (signal.SIGHUP, 1)):
        space.marked = ""
        child, execution = begin(space, space.hold, "--junit", os.path.join(space.dir, "r.xml"))
        child.send_signal(number)
        contains(end(child, status), "goes on")
        same(space.status(execution), "Executing")
        same(suite(space)[1]["errors"], "1")
        space.open_gate()
        space.watch(execution)


def case_what_was_ignored_stays_ignored(space):
    """nohup mlw run --attached: the line may drop."""
    path = space.document(pipeline(processing("one", space.hold)))
    child = subprocess.Popen(["sh", "-c", 'trap "" HUP; exec "$0" -C "$1" run "$2" --attached',
                              MLW, space.dir, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=space.env, start_new_session=True)
    execution = first_line(child)
    space.until_marks(1)
    until(lambda: catches(child.pid, signal.SIGINT, signal.SIGTERM), "the command handles signals")
    child.send_signal(signal.SIGHUP)
    space.open_gate()
    end(child, 0)
    same(space.status(execution), "Succeeded")


def case_retry_attached_is_stopped(space):
    flag = os.path.join(space.base, "flag")
    path = space.document(pipeline(processing("one", "test -e %s || exit 1; " % flag + trap(space))))
    execution = space.call("run", path, status=1).out.split()[0]
    with open(flag, "w", encoding="ascii"):
        pass
    child = space.start("retry", execution, "--attached")
    space.until_marks(1)
    child.send_signal(signal.SIGTERM)
    end(child, 1)
    same(space.status(execution), "Stopped")


# --- time ---

def case_time_runs_out(space):
    report = os.path.join(space.dir, "r.xml")
    path = space.document(pipeline(processing("one", space.hold)))
    done = space.call("run", path, "--timeout", "1500ms", "--junit", report, status=5)
    execution = done.out.split()[0]
    contains(done.err, "has not ended within 1s")
    contains(done.err, "mlw watch " + execution)
    same(space.status(execution), "Executing", "it goes on")
    same(suite(space)[1]["errors"], "1")
    contains(space.call("watch", execution, "--timeout", "1", status=5).err, execution)
    same(space.status(execution), "Executing", "watch stops nothing")
    space.open_gate()
    space.call("watch", execution, "--timeout", "60")
    space.marked = ""
    done = space.call("run", space.document(pipeline(processing("one", trap(space)))),
                      "--timeout", "1500ms", "--attached", "--junit", report, status=5)
    same(space.status(done.out.split()[0]), "Stopped")
    contains(suite(space)[0].find("testcase/error").get("message"), "topped")


def case_time_that_suffices(space):
    space.call("run", space.document(pipeline(processing("one", "true"))), "--timeout", "1h")
    space.call("run", space.document(pipeline(fail("one", "no"))), "--timeout", "1h", status=1)


# --- reports ---

def suite(space, name="r.xml"):
    """The one testsuite of a report, its numbers checked against its cases."""
    root = xml.parse(os.path.join(space.dir, name)).getroot()
    same(root.tag, "testsuites")
    suites = root.findall("testsuite")
    same(len(suites), 1)
    one = suites[0]
    cases = one.findall("testcase")
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        n = str(len(one.findall("testcase/" + tag)))
        same((key, one.get(key), root.get(key)), (key, n, n))
    same((one.get("tests"), root.get("tests")), (str(len(cases)), str(len(cases))))
    assert float(one.get("time")) >= 0 and all(float(c.get("time")) >= 0 for c in cases)
    assert not [n for n in os.listdir(space.dir) if name + "." in n], "a temporary is left"
    return one, dict(one.attrib)


def case_a_report_that_cannot_be_written(space):
    path = space.document(pipeline(processing("one", "true")))
    os.mkdir(os.path.join(space.dir, "folder"))
    os.mkfifo(os.path.join(space.dir, "fifo"))
    os.symlink("nowhere", os.path.join(space.dir, "dangling"))
    space.write("file", "")
    for name in ("absent/r.xml", "folder", "fifo", "dangling", "file/r.xml", "",
                 "/dev/null", "/proc/r.xml", "x" * 300, "y" * 250, "folder/"):
        where = name if name.startswith("/") or not name else os.path.join(space.dir, name)
        done = space.call("run", path, "--junit", where, status=5)
        same(done.out, "", name)
        contains(done.err, "nothing was started")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    same(executions(space), [])
    same(sorted(os.listdir(os.path.join(space.dir, "folder"))), [])


def case_a_report_of_every_end(space):
    report = os.path.join(space.dir, "r.xml")
    done = space.call("run", space.document(pipeline(
        processing("prepare", "true"),
        training("train", "echo the last words; exit 3", **after("prepare")),
        processing("later", "true", **after("train")),
        condition("check", 1, 2, yes=[processing("taken-not", "true")],
                  no=[processing("taken", "true")]))),
        "--name", "ci-pipeline", "--junit", report, status=1)
    one, numbers = suite(space)
    same((numbers["name"], numbers["tests"], numbers["failures"], numbers["errors"],
          numbers["skipped"]), ("ci-pipeline", "6", "1", "0", "2"))
    cases = {c.get("name"): c for c in one.findall("testcase")}
    same(sorted(cases), ["check", "later", "prepare", "taken", "taken-not", "train"])
    same(sorted(n for n, c in cases.items() if c.find("skipped") is not None),
         ["later", "taken-not"])
    assert cases["train"].find("failure").get("message"), "a reason"
    same(cases["train"].find("failure").get("type"), "Training")
    contains(cases["train"].find("system-out").text, "the last words")
    same({p.get("name"): p.get("value") for p in one.findall("properties/property")}["execution"],
         done.out.split()[0])
    # a file that was there is replaced, links are followed, the other commands do it too
    os.symlink("r.xml", os.path.join(space.dir, "link.xml"))
    execution = done.out.split()[0]
    space.write("r.xml", "old")
    space.call("watch", execution, "--junit", os.path.join(space.dir, "link.xml"), status=1)
    assert os.path.islink(os.path.join(space.dir, "link.xml"))
    same(suite(space)[1]["failures"], "1")
    space.call("retry", execution, "--junit", report, status=1)
    same(suite(space)[1]["failures"], "1")
    space.call("run", space.document(pipeline(processing("a", "true"), processing("b", "true"))),
               "--junit", report)
    same([suite(space)[1][k] for k in ("tests", "failures", "errors", "skipped")],
         ["2", "0", "0", "0"])


def case_a_report_of_whatever_was_printed(space):
    report = os.path.join(space.dir, "r.xml")
    script = ("printf 'a\\000b\\001\\033[31mred\\033[0m ]]> <x>&amp;&\\n\\377\\376 bad\\n';"
              "printf '\\357\\277\\276\\355\\240\\200 \\360\\237\\230\\200 \\303\\251\\r\\n';"
              "head -c 3000000 /dev/zero | tr '\\000' 'A'; printf '\\n';"
              "i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i+1)); done;"
              "printf 'last ]]> \\033]0;title\\007\\001\\377'; exit 1")
    for text, part in ((script, "last ]]>"), ("head -c 5000000 /dev/zero | tr '\\000' 'B'; exit 1",
                                              "B" * 900)):
        space.call("run", space.document(pipeline(processing("one", text))), "--junit", report,
                   status=1)
        out = suite(space)[0].find("testcase/system-out").text
        contains(out, part)
        assert "title" not in out and "\x1b" not in out, out
        assert os.path.getsize(report) < 100000
    space.call("run", space.document(pipeline(fail("one", "]]>\x01\x1b[31m<\"&'> \ud83d\ude00é"))),
               "--junit", report, status=1)
    contains(suite(space)[0].find("testcase/failure").text, "]]>")


def case_a_report_that_fails_at_the_end(space):
    """What was possible at the start is not any more: the report's folder has gone."""
    os.mkdir(os.path.join(space.base, "out"))
    report = os.path.join(space.base, "out", "r.xml")
    child, _ = begin(space, space.hold, "--junit", report)
    os.rmdir(os.path.join(space.base, "out"))
    space.open_gate()
    contains(end(child, 5), "could not write the report")


# --- calls ---

PROGRAM = "#!/bin/sh\n"


def personal(space, text):
    """The person's own mlw.conf."""
    folder = os.path.join(space.base, "config")
    space.env["XDG_CONFIG_HOME"] = folder
    space.write(os.path.join(folder, "mlw", "mlw.conf"), text)


def program(space, script, name="hook"):
    path = os.path.join(space.base, name)
    space.write(path, PROGRAM + script)
    os.chmod(path, 0o755)
    return path


def recorder(space):
    """A program that keeps what it is told, and a function that reads it."""
    calls = os.path.join(space.base, "calls")
    personal(space, "[notify]\ncommand = %s\n" % program(space, "cat >> %s\n" % calls))

    def read():
        if not os.path.exists(calls):
            return []
        with open(calls, encoding="utf-8") as handle:
            return [json.loads(line) for line in handle.read().splitlines()]
    return read


def settle(space):
    """Nothing works here any more: no driver, no watcher, no program."""
    until(lambda: not space.processes(), "all has ended")


def told(calls, *keys):
    return [tuple(c[k] for k in keys or ("event", "kind", "state")) for c in calls]


def case_a_program_that_cannot_be_called(space):
    absent = os.path.join(space.base, "absent")
    for command in (absent, "no-such-program-here", space.base,
                    space.write(os.path.join(space.base, "plain"), "no x bit")):
        personal(space, "[notify]\ncommand = %s\n" % command)
        x = space.run(pipeline(condition("c", 1, 1)))
        done = space.call("watch", x.id, "--notify")
        contains(done.err, "[notify] command was not called")
        until(lambda: "was not called" in space.driver_log(x.id), "the driver says so")
        same(space.sql("select count(*) from notice"), [(0,)], "nobody claimed it")


def case_a_workspace_cannot_name_the_program(space):
    calls = os.path.join(space.base, "calls")
    space.configure("[notify]\ncommand = %s\n" % program(space, "cat >> %s\n" % calls))
    done = space.call("run", space.document(pipeline(condition("c", 1, 1))), status=1)
    contains(done.err, "mlw.conf:2: [notify] command")
    same(done.out, "")
    assert not os.path.exists(calls)


def case_each_end_is_told_by_the_driver(space):
    calls = recorder(space)
    good = space.run(pipeline(condition("c", 1, 1)), "--name", "good")
    bad = space.run(pipeline(fail("no", 'it "broke" \x1b[31m\n' + "x" * 5000)), "--name", "bad",
                    status=1)
    child, stopped = begin(space, trap(space), "--name", "stopped")
    space.call("stop", stopped)
    end(child, 1)
    settle(space)
    same(sorted(told(calls(), "event", "kind", "id", "name", "context", "state")), sorted([
        ("ended", "execution", good.id, "good", "local", "Succeeded"),
        ("red", "execution", bad.id, "bad", "local", "Failed"),
        ("ended", "execution", stopped, "stopped", "local", "Stopped")]))
    of_bad = next(c for c in calls() if c["id"] == bad.id)
    same(sorted(of_bad), ["context", "event", "id", "kind", "name", "since", "state", "why"])
    contains(of_bad["why"], "broke")
    assert len(of_bad["why"]) <= 1000 and "\x1b" not in of_bad["why"], of_bad
    row = next(r for r in executions(space) if r["id"] == bad.id)
    same(of_bad["since"], row["ended"])
    # it runs again and fails again: that is another event
    space.call("retry", bad.id, status=1)
    settle(space)
    same([c["event"] for c in calls() if c["id"] == bad.id], ["red", "red"])


def case_what_waits_is_told_once(space):
    calls = recorder(space)
    work = processing("make", ML_MODEL, outputs=["m"])
    uri = {"Get": "Steps.make.ProcessingOutputConfig.Outputs['m'].S3Output.S3Uri"}
    execution = space.detach(pipeline(callback("review"), work, register("reg", uri)))
    until(lambda: len(calls()) == 2, "both gates are told")
    gates = {g["token"]: g for g in space.call("gate", "ls", "-o", "json").json()}
    same(sorted(told(calls(), "event", "kind", "id", "name", "state")), sorted(
        ("waiting", "gate", t, g["subject"],
         "Waiting" if g["kind"] == "Callback" else "PendingManualApproval")
        for t, g in gates.items()))
    assert all(execution in c["why"] for c in calls()), calls()
    # a new driver and everybody who looks know that it was told
    kill(space.driver_pid(execution))
    child = space.start("watch", execution, "--notify")
    until(lambda: catches(child.pid, signal.SIGINT), "it watches")
    token = next(t for t, g in gates.items() if g["kind"] == "Callback")
    space.call("gate", "approve", token)
    err = end(child, 0)
    assert all(t in err for t in gates), err
    settle(space)
    same(sorted(told(calls())), [("ended", "execution", "Succeeded"),
                                 ("waiting", "gate", "PendingManualApproval"),
                                 ("waiting", "gate", "Waiting")])


def case_many_watchers_one_call(space):
    for _ in range(3):
        calls = recorder(space)
        before = len(calls())
        space.marked = ""
        child, execution = begin(space, space.hold, "--notify")
        watchers = [space.start("watch", execution, "--notify") for _ in range(8)]
        for w in watchers:
            until(lambda w=w: catches(w.pid, signal.SIGINT), "it watches")
        kill(space.driver_pid(execution))  # the watchers start another
        space.open_gate()
        for w in watchers + [child]:
            end(w, 0)
        settle(space)
        same(told(calls()[before:], "event", "id"), [("ended", execution)])


def case_a_watcher_that_is_killed_after_its_claim(space):
    """At most once: what was claimed is never told by another, what was not claimed is."""
    calls = recorder(space)
    path = space.document(pipeline(condition("c", 1, 1)))
    count = os.path.join(space.base, "count")
    space.call("run", path, MLW_FAULT_COUNT=count)
    settle(space)
    same(len(calls()), 1)
    with open(count, encoding="ascii") as handle:
        points = [x.split()[1] for x in handle if x.startswith("driver ")]
    assert points[-2:] == ["commit", "fork"] or points[-3:] == ["commit", "fork", "exec"], points
    fork = len(points) - points[::-1].index("fork")
    for point, n in ((fork, 1), (fork - 1, 2)):
        execution = space.detach(path, MLW_FAULT="driver:%d" % point)
        settle(space)
        same((space.status(execution), len(calls())), ("Succeeded", 1))
        watchers = [space.start("watch", execution, "--notify") for _ in range(4)]
        for w in watchers:
            end(w, 0)
        settle(space)
        same(len(calls()), n)


def case_killed_at_any_point_it_is_told_at_most_once(space):
    """The driver is killed before each of its durable effects; others then look."""
    calls = recorder(space)
    path = space.document(pipeline(fail("no", "because")))
    count = os.path.join(space.base, "count")
    space.call("run", path, status=1, MLW_FAULT_COUNT=count)
    settle(space)
    with open(count, encoding="ascii") as handle:
        points = len([x for x in handle if x.startswith("driver ")])
    assert points >= 5, points
    for point in range(1, points + 2):
        before = len(calls())
        execution = space.detach(path, MLW_FAULT="driver:%d" % point)
        settle(space)
        watchers = [space.start("watch", execution, "--notify") for _ in range(2)]
        for w in watchers:
            end(w, 1)
        settle(space)
        n = len(calls()) - before
        claims = space.sql("select count(*) from notice where id=?", execution)[0][0]
        same(claims, 1, "point %d: it is claimed" % point)
        assert n == 1 or (n == 0 and point >= points - 1), "point %d of %d: %d" % (point, points, n)


def case_a_program_by_its_name(space):
    calls = recorder(space)
    personal(space, "[notify]\ncommand = hook\n")
    space.env["PATH"] = ".:relative:" + space.base + ":" + os.environ["PATH"]
    # not what lies in the workspace, where a relative folder of PATH would find it
    os.mkdir(os.path.join(space.dir, "relative"))
    for name in ("hook", "relative/hook"):
        os.chmod(space.write(name, PROGRAM + "echo {} >> %s/wrong\n" % space.base), 0o755)
    space.run(pipeline(condition("c", 1, 1)))
    settle(space)
    same(len(calls()), 1)
    assert not os.path.exists(os.path.join(space.base, "wrong"))


def case_a_program_has_ten_seconds(space):
    clock = os.path.join(space.base, "clock")
    write_clock(clock, scale=20)
    space.env["MLW_CLOCK"] = clock
    pids = os.path.join(space.base, "pids")
    hook = program(space, "trap '' TERM HUP INT\nsh -c 'trap \"\" TERM HUP; echo $$ >> %s; read x < %s'"
                          " &\necho $$ >> %s\nread x < %s\n" % (pids, space.gate, pids, space.gate))
    personal(space, "[notify]\ncommand = %s\n" % hook)
    x = space.run(pipeline(condition("c", 1, 1)))
    until(lambda: os.path.exists(pids) and os.path.getsize(pids) and
          len(open(pids, encoding="ascii").read().split()) == 2, "the program and its child are there")
    same(x.status, "Succeeded", "it was not waited for")
    with open(pids, encoding="ascii") as handle:
        both = [int(p) for p in handle.read().split()]
    until(lambda: not any(is_alive(p) for p in both), "both are killed")
    settle(space)


ABOUT = """#!%s
import json, os, sys
fds = {}
for fd in range(64):
    try:
        fds[fd] = os.readlink("/proc/self/fd/%%d" %% fd)
    except OSError:
        pass
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print("noise"), print("noise", file=sys.stderr)
about = {"fds": fds, "env": sorted(os.environ), "cwd": os.getcwd(), "words": sys.argv[1:],
         "pid": os.getpid(), "group": os.getpgid(0), "session": os.getsid(0),
         "tty": open("/proc/self/stat").read().rsplit(")", 1)[1].split()[4],
         "blocked": int(status["SigBlk"], 16), "text": sys.stdin.read()}
with open("%s.new", "w") as handle:
    json.dump(about, handle)
os.rename("%s.new", "%s")
"""


def case_a_program_gets_nothing_of_ours(space):
    out = os.path.join(space.base, "about")
    hook = os.path.join(space.base, "about.py")
    space.write(hook, ABOUT % ((sys.executable,) + (out,) * 3))
    os.chmod(hook, 0o755)
    personal(space, "[notify]\ncommand = %s --to 'a person'\n" % hook)
    path = space.document(pipeline(condition("c", 1, 1)))
    done = space.call("run", path, SECRET="x", LANG="C.UTF-8")
    until(lambda: os.path.exists(out), "the program has run")
    with open(out, encoding="utf-8") as handle:
        about = json.load(handle)
    # LC_CTYPE is python's own doing
    same([n for n in about["env"] if n != "LC_CTYPE"], ["HOME", "LANG", "PATH"])
    same((about["cwd"], about["words"]), (space.dir, ["--to", "a person"]))
    same(sorted(about["fds"]), ["0", "1", "2"], about["fds"])
    same((about["fds"]["1"], about["fds"]["2"]), ("/dev/null", "/dev/null"))
    same((about["group"], about["tty"], about["blocked"]), (about["pid"], "0", 0))
    assert about["session"] != os.getsid(0), about
    same(json.loads(about["text"])["id"], done.out.split()[0])
    settle(space)
    assert "noise" not in done.out + done.err + space.driver_log(done.out.split()[0])


def rings(space, *words):
    """How often a terminal at stderr of a watcher rings."""
    master, slave = pty.openpty()
    child = space.start(*words, stderr=slave)
    os.close(slave)
    text = b""
    try:
        while True:
            piece = os.read(master, 4096)
            if not piece:
                break
            text += piece
    except OSError:  # nobody has the other end any more
        pass
    os.close(master)
    child.communicate(timeout=60)
    return text.count(b"\a")


def case_a_terminal_rings(space):
    path = space.document(pipeline(condition("c", 1, 1)))
    same(rings(space, "run", path), 0)
    same(rings(space, "run", path, "--notify"), 1)
    execution = executions(space)[0]["id"]
    same([rings(space, "watch", execution, "--notify") for _ in range(2)], [1, 1])
    personal(space, "[notify]\nterminal = never\n")
    same(rings(space, "watch", execution, "--notify"), 0)
    contains(space.call("run", path, "--notify", "--detach", status=2).err, "notify")


def case_any_row_that_ends_calls(space):
    calls = recorder(space)
    x = space.detach(pipeline(training("train", space.hold), **{
        "PipelineExperimentConfig": {"ExperimentName": "e", "TrialName": "t"}}))
    space.until_marks(1)
    run = until(lambda: space.call("ls", "runs", "-o", "json").json(), "the run")[0]["id"]
    for kind, name in (("step", x + "/train"), ("job", x + "/train/1"), ("experiment", "e")):
        contains(space.call("watch", kind, name, "--notify", status=2).err, "cannot be watched")
    watchers = [space.start("watch", "run", run, "--notify") for _ in range(4)]
    watchers.append(space.start("watch", x, "--for", "status:Succeeded", "--notify"))
    for w in watchers:
        first = w.stdout.readline()
        assert first.startswith(b"{"), first
        until(lambda w=w: catches(w.pid, signal.SIGINT), "it watches")
    space.open_gate()
    for w in watchers:
        end(w, 0)
    settle(space)
    same(sorted(told(calls(), "event", "kind", "id", "state")),
         [("ended", "execution", x, "Succeeded"), ("ended", "run", run, "FINISHED")])
    # a terminal rings for what had ended before, too; the program was told
    same(rings(space, "watch", "run", run, "--notify"), 1)
    settle(space)
    same(len(calls()), 2)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
