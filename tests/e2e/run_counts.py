#!/usr/bin/env python3
"""What a step, a key, a frame and silence cost, in numbers that do not hang on the machine: fsyncs,
system calls, bytes and instructions of the release build. The limits have about a quarter of room;
a changed limit is a commit of its own with before and after.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import glob
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys

from engine import MLW, ROOT, Skip, after, pipeline, processing, run_cases

sys.path.insert(0, os.path.join(ROOT, "tests", "bench"))
from screen import Program  # noqa: E402

HERE = sys.modules[__name__]
RELEASE = os.environ.get("MLW_RELEASE") or os.path.join(ROOT, "build", "mlw")
MKRUNS = os.environ.get("MLW_MKRUNS") or os.path.join(ROOT, "build", "tests", "mkruns")
RUNS = 1000
MANY = 20000
SHORT, LONG = 4, 16  # steps of two chains: what one more step costs is their difference

# measured on x86-64 with ncurses 6.4 and SQLite 3.40, and the limit; a step has 4 fsyncs, and one
# more where the driver meets its job running
LIMITS = {
    "fsyncs a step": (4.3, 5.4),
    "system calls a key": (18, 23),
    "system calls a second of silence": (10.7, 13),
    "bytes a key": (226, 250),
    "bytes of silence": (0, 0),
    "writes of silence": (0, 0),
    "wake-ups a second of silence": (3.7, 5),
    "thousand instructions a key": (1800, 2250),
    "thousand instructions a whole frame": (3140, 3930),
    "instructions a run, a word": (9790, 12200),
    "instructions a run, a word with other letters": (9780, 12200),
    "instructions a run, a param in a filter": (6930, 8670),
    "instructions a run, an order by a param": (7460, 9330),
    "instructions a run, an order by a word": (7840, 9800),
    "instructions a run, an order by a metric": (1110, 1400),
    "instructions a run, an order by status": (1270, 1590),
    "thousand instructions a hundred new runs and a key": (13300, 16600),
    "thousand instructions a listed run, as a table": (17.5, 22),
    "thousand instructions a listed run, as csv": (50, 62),
    "thousand instructions a listed run, as json": (59, 74),
}


def hold(name, value):
    print("%s: %.4g (at most %g)" % (name, value, LIMITS[name][1]))
    assert value <= LIMITS[name][1], "%s: %.4g, more than %g (it was %g)" % (
        name, value, LIMITS[name][1], LIMITS[name][0])


def need_tracing(program):
    """deps installs it; a container may still forbid a process to trace its child."""
    done = subprocess.run([program, "-o", "/dev/null", "true"] if program == "strace" else
                          [program, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False) if shutil.which(program) else None
    if not done or done.returncode:
        raise Skip("%s cannot trace here: %s" % (
            program, done.stdout.decode("utf-8", "replace").strip() if done else "not installed"))


def calls(path):
    """The calls that strace wrote down so far."""
    with open(path, encoding="utf-8", errors="replace") as handle:
        return [line for line in handle if " resumed>" not in line]


# --- the engine ---

def syncs(space, steps):
    name = "chain%d" % steps
    chain = [processing("s%d" % i, "true", **(after("s%d" % (i - 1)) if i else {}))
             for i in range(steps)]
    out = os.path.join(space.base, name)
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", out, RELEASE, "-C",
                    space.dir, "run", space.document(pipeline(*chain), name + ".json")],
                   env=space.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=True, timeout=120)
    return len([line for line in calls(out) if "sync(" in line])


def case_fsyncs_of_a_step(space):
    need_tracing("strace")
    hold("fsyncs a step", (syncs(space, LONG) - syncs(space, SHORT)) / (LONG - SHORT))


# --- the screen ---

def screen(space, *wrapper, runs=RUNS):
    """The list of so many runs, in a terminal of 80x24."""
    subprocess.run([MKRUNS, os.path.join(space.base, "runs"), str(runs), "7"], check=True,
                   stdout=subprocess.DEVNULL)
    program = Program([*wrapper, RELEASE, "-C", os.path.join(space.base, "runs"), "--open", "runs"])
    program.wait_text("run-%05d" % (runs - 1), 60)
    program.settle(0.3)
    for _ in range(3):
        press(program, b"j")
    return program


def press(program, key, times=1):
    for _ in range(times):
        delay, _ = program.key(key, 10)
        assert delay is not None, "no frame follows %r" % key
    program.settle(0.2)


def case_system_calls_and_bytes_of_a_key(space):
    need_tracing("strace")
    out = os.path.join(space.base, "calls")
    with screen(space, "strace", "-f", "-qq", "-o", out) as program:
        before, had = len(calls(out)), program.bytes
        press(program, b"j", 20)
        hold("system calls a key", (len(calls(out)) - before) / 20)
        hold("bytes a key", (program.bytes - had) / 20)
        program.idle(2.5)  # for so long it waits for more keys
        before = len(calls(out))
        program.idle(3)
        hold("system calls a second of silence", (len(calls(out)) - before) / 3)


def number(path, key):
    with open(path, encoding="ascii") as handle:
        return int(re.search(r"^%s:\s*(\d+)" % key, handle.read(), re.MULTILINE).group(1))


def wakeups(pid):
    return sum(number(path, "voluntary_ctxt_switches")
               for path in glob.glob("/proc/%d/task/*/status" % pid))


def case_silence(space):
    with screen(space) as program:
        program.idle(2.5)
        woken, wrote = wakeups(program.pid), number("/proc/%d/io" % program.pid, "syscw")
        bytes_a_second, _ = program.idle(3)
        hold("bytes of silence", bytes_a_second)
        hold("writes of silence", number("/proc/%d/io" % program.pid, "syscw") - wrote)
        hold("wake-ups a second of silence", (wakeups(program.pid) - woken) / 3)


def instructions(program, out, name):
    """Those since the last call, by all threads."""
    done = subprocess.run(["callgrind_control", "--dump=" + name, str(program.pid)], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    for path in glob.glob(out + ".*"):
        with open(path, encoding="utf-8", errors="replace") as handle:
            text = handle.read()
        if "Trigger: dump %s\n" % name in text:
            return int(re.search(r"^totals: (\d+)", text, re.MULTILINE).group(1))
    raise Skip("callgrind_control cannot ask here: " + done.stdout.decode("utf-8", "replace"))


def callgrind(space, argv):
    """Those of a command, from its start to its end."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *argv],
                          env=space.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=120, check=True)
    return int(re.search(rb"Collected : (\d+)", done.stderr).group(1))


def listing(space, form):
    """What `ls runs` takes for one more run: no statement, no tree."""
    counts = []
    for n in (1000, 3000):
        where = os.path.join(space.base, "runs%d" % n)
        if not os.path.isdir(where):
            subprocess.run([MKRUNS, where, str(n), "1"], check=True, stdout=subprocess.DEVNULL)
        counts.append(callgrind(space, [RELEASE, "-C", where, "ls", "runs", "-o", form]))
    return (counts[1] - counts[0]) / 2000 / 1000


def case_instructions_of_a_listed_run(space):
    need_tracing("valgrind")
    for form, words in (("table", "a table"), ("csv", "csv"), ("json", "json")):
        hold("thousand instructions a listed run, as " + words, listing(space, form))


def case_instructions_of_a_key_and_of_a_frame(space):
    need_tracing("valgrind")
    out = os.path.join(space.base, "callgrind")
    with screen(space, "valgrind", "--tool=callgrind", "--callgrind-out-file=" + out,
                "--log-file=" + out + ".log") as program:
        instructions(program, out, "start")
        press(program, b"j", 30)
        hold("thousand instructions a key", instructions(program, out, "keys") / 30 / 1000)
        press(program, b"\x0c", 20)
        hold("thousand instructions a whole frame", instructions(program, out, "frames") / 20 / 1000)
        os.kill(program.pid, signal.SIGKILL)


def case_instructions_of_filters_and_orders(space):
    """A run: what a command takes that filters or sorts many besides one that does neither. All runs
    fit each filter. Rows are put in order once, when the tags or the param that is asked about are
    read."""
    need_tracing("valgrind")
    folder = os.path.join(space.base, "many")
    subprocess.run([MKRUNS, folder, str(MANY), "7"], check=True, stdout=subprocess.DEVNULL)

    def a_run(*words):
        return callgrind(space, [RELEASE, "-C", folder, "ls", "runs", "--limit", "500", *words]) / MANY

    bare = a_run()
    for what, words in [("a word", ["--filter", "NOT zzz"]),
                        ("a word with other letters", ["--filter", "NOT zé"]),
                        ("a param in a filter", ["--filter", "lr<1"]),
                        ("an order by a param", ["--sort", "lr"]),
                        ("an order by a word", ["--sort", "optimizer"]),
                        ("an order by a metric", ["--sort", "accuracy"]),
                        ("an order by status", ["--sort", "status"])]:
        hold("instructions a run, " + what, a_run(*words) - bare)


def add_runs(database, n):
    """As another program does: `n` that go on, newer than all others."""
    slot, started, source, experiment = database.execute(
        "select slot, started, source, experiment from run order by started desc limit 1").fetchone()
    database.execute("begin immediate")
    database.executemany(
        "insert into run(uid,source,slot,experiment,name,status,started) values(?,?,?,?,?,?,?)",
        [("new-%d" % (slot + i), source, slot + i, experiment, "new-%d" % (slot + i), "RUNNING",
          started + i) for i in range(1, n + 1)])
    database.execute("commit")


def case_instructions_of_runs_that_arrive(space):
    """The list is held because keys are pressed; each run that goes on is looked at again."""
    need_tracing("valgrind")
    out = os.path.join(space.base, "callgrind")
    with screen(space, "valgrind", "--tool=callgrind", "--callgrind-out-file=" + out,
                "--log-file=" + out + ".log") as program:
        mlw = os.path.join(space.base, "runs", ".mlw")
        database = sqlite3.connect(os.path.join(mlw, "local.db"), isolation_level=None, timeout=10)
        instructions(program, out, "start")
        for _ in range(10):
            add_runs(database, 100)
            with open(os.path.join(mlw, "wake"), "w", encoding="ascii") as bell:
                bell.write("x")
            press(program, b"j")
        hold("thousand instructions a hundred new runs and a key",
             instructions(program, out, "arrived") / 10 / 1000)
        database.close()
        os.kill(program.pid, signal.SIGKILL)


if __name__ == "__main__":
    assert os.path.exists(MLW), MLW
    sys.exit(run_cases(HERE))
