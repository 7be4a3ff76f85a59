#!/usr/bin/env python3
"""Who is lost or what goes wrong, by where the step then is: every cell of that table.

The phases are held still: a process stops itself before the durable effect that the phase is about
(MLW_FAULT=PROC:N:stop), the harm is done, and it goes on. Ends with `N passed, N failed, N skipped`;
words choose cells by name.
"""

import concurrent.futures
import json
import os
import signal
import sys
import traceback

import crash
from engine import (MLW, Space, after, base_folder, is_alive, kill, pipeline, processing, same,
                    until, write_clock)
from run_faults import has_sandbox, in_terminal, kill_all

TEN_DAYS_MS = 10 * 86400000
# the end of step one: as if nothing had been; interrupted and tried once more; failed by the kill
ONCE, AGAIN, FAILED = ["Succeeded"], ["Interrupted", "Succeeded"], ["Failed"]


def document(space):
    return space.document(pipeline(
        processing("one", space.hold + "echo whole > $ML/processing/out/file", outputs=["out"]),
        processing("two", "true", **after("one"))))


def state_of(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as handle:
            return handle.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return None


def numbers(sandbox):
    """Where the phases are, by the names of the points of an undisturbed execution."""
    space = Space(base_folder(), sandbox)
    count = os.path.join(space.base, "count")
    try:
        with crash.Gates(space):
            x = space.run(document(space), MLW_FAULT_COUNT=count)
        same(x.status, "Succeeded", x.reason)
        crash.check_quiet(space, x.id)
        driver, shim = crash.points(count, "driver"), crash.points(count, "shim")
        end = shim.index("fsync")  # of exit.json: fsync, rename, fsync of its folder
        same(shim[end:end + 3], ["fsync", "rename", "fsync"])
        return {"fork": "driver:%d:stop" % (driver.index("fork") + 1),
                "started": "shim:1:stop",
                "exec": "job:1:stop",
                "exit": "shim:%d:stop" % (end + 1),
                "after exit": "shim:%d:stop" % (end + 3),
                "publish": "driver:%d:stop" % (driver.index("rename") + 1)}
    finally:
        space.close()


class Cell:
    """One execution, brought to a phase and held there."""

    def __init__(self, space, points, phase, victim):
        self.space, self.phase, self.victim = space, phase, victim
        self.count = os.path.join(space.base, "count")
        self.clock = os.path.join(space.base, "clock")
        stops = {"before launch": {"shim": ["started"], "job": ["exec"]}.get(victim, ["fork"]),
                 "running": [],
                 "exiting": ["exit"],
                 "publishing": ["publish"] + ["after exit"] * (victim == "shim")}[phase]
        write_clock(self.clock, boot=1)
        space.env["MLW_CLOCK"] = self.clock
        fault = {"MLW_FAULT": ",".join(points[s] for s in stops), "MLW_FAULT_COUNT": self.count}
        self.terminal = self.begin(fault)
        until(lambda: crash.executions(space), "it is durable")
        self.execution = crash.executions(space)[0]
        if phase != "before launch":
            space.until_marks(1)
            space.until_step(self.execution, "one", "Executing")
            self.job = space.attempt(self.execution, "one")["job_pid"]
        if phase in ("exiting", "publishing"):
            space.open_gate()
        until(lambda: len(self.stopped()) == len(stops), "%s stop" % stops)

    def begin(self, fault):
        """Started from a terminal that stays, where that is what will hang up."""
        path = document(self.space)
        if self.victim == "session":
            return in_terminal(self.space, [MLW, "-C", self.space.dir, "run", path], **fault)
        self.space.call("run", path, "--detach", **fault)
        return None

    def stopped(self):
        return [p for p in self.space.processes() if state_of(p) == "T"]

    def go_on(self):
        for pid in self.stopped():
            kill(pid, signal.SIGCONT)

    def shim(self):
        path = os.path.join(self.space.attempt_dir(self.execution, "one"), "started")
        with open(path, encoding="utf-8") as handle:
            return json.load(handle)["shim_pid"]


# --- what goes wrong; each gives the end that step one must have ---

def lose_screen(cell):
    child, master = in_terminal(cell.space, [MLW, "-C", cell.space.dir])
    text = b""
    while b"mlw" not in text:
        text += os.read(master, 65536)
    kill(child.pid)
    child.wait(10)
    os.close(master)
    return ONCE


def lose_session(cell):
    child, master = cell.terminal
    os.close(master)
    try:
        os.killpg(child.pid, signal.SIGHUP)
    except ProcessLookupError:
        pass
    child.wait(10)
    return ONCE


def lose_driver(cell):
    pid = cell.space.driver_pid(cell.execution)
    kill(pid)
    until(lambda: not is_alive(pid), "the driver is dead")
    return ONCE


def lose_shim(cell):
    if cell.phase == "before launch":  # it has not said its number yet
        kill(cell.stopped()[0])
        return ONCE
    kill(cell.shim())
    return AGAIN if cell.phase in ("running", "exiting") else ONCE


def lose_job(cell):
    if cell.phase == "before launch":
        kill(cell.stopped()[0])
        return FAILED
    if cell.phase == "running":
        os.killpg(cell.job, signal.SIGKILL)
        return FAILED
    assert not is_alive(cell.job), "something of the job is left"
    kill(cell.job)  # as far as it can be: nobody may take a zombie's second death for the first
    return ONCE


def lose_machine(cell):
    kill_all(cell.space)
    write_clock(cell.clock, boot=2)
    return ONCE if cell.phase == "publishing" else AGAIN


def jump_ahead(cell):
    write_clock(cell.clock, offset_ms=TEN_DAYS_MS, boot=1)
    return ONCE


def jump_back(cell):
    write_clock(cell.clock, offset_ms=-TEN_DAYS_MS, boot=1)
    return ONCE


HARMS = {"screen": lose_screen, "session": lose_session, "driver": lose_driver, "shim": lose_shim,
         "job": lose_job, "machine": lose_machine, "clock ahead": jump_ahead,
         "clock back": jump_back}
PHASES = ("before launch", "running", "exiting", "publishing")
KILLED = ("driver", "shim", "job")  # also in the sandbox: there they have other children
# with these gone somebody has to look: no shim lives that starts a driver
NEEDS_A_LOOK = {("driver", "before launch"), ("driver", "publishing"), ("machine", "before launch"),
                ("machine", "running"), ("machine", "exiting"), ("machine", "publishing")}


def output(space, execution):
    return os.path.join(space.mlw, "objects", "work", execution, "one", "out", "file")


def check_end(cell, want):
    space, execution = cell.space, cell.execution
    x = space.show(execution)
    same([a["Status"] for a in x.attempts("one")], want, "attempts")
    marks = space.marks()
    same(len(marks), len(set(marks)), "launches of one attempt")
    if want == FAILED:
        same(x.status, "Failed")
        assert any(r in x.why("one") for r in crash.TRUE_REASONS), x.why("one")
    else:
        same(x.status, "Succeeded", x.reason)
        with open(output(space, execution), "rb") as handle:
            same(handle.read(), b"whole\n")
        same([a["Status"] for a in x.attempts("two")], ["Succeeded"])
    assert len(marks) <= len(want), "%d launches, %d attempts" % (len(marks), len(want))
    crash.check_quiet(space, execution)
    crash.check_replay([space])


def cell(sandbox, points, victim, phase):
    """None when the cell ends as it must."""
    space = Space(base_folder(), sandbox)
    try:
        held = Cell(space, points, phase, victim)
        assert not os.path.exists(output(space, held.execution)), "an output is seen too soon"
        want = HARMS[victim](held)
        held.go_on()
        if want == AGAIN and phase != "before launch":
            until(lambda: not is_alive(held.job), "the first job is dead")
        if want == AGAIN or (want == ONCE and phase in ("before launch", "running")):
            space.open_gate()
        if (victim, phase) in NEEDS_A_LOOK:
            space.watch(held.execution)
        else:
            until(lambda: space.status(held.execution) in ("Succeeded", "Failed"), "it ends alone")
        check_end(held, want)
        return None
    except Exception:
        return "%s\n%s" % (traceback.format_exc(),
                           crash.explain(space, os.path.join(space.base, "count")))
    finally:
        space.close()


def cases():
    """(sandbox, points, victim, phase), and the sandboxes that are not there."""
    chosen, lacking = [], 0
    for sandbox in ("none", "bwrap"):
        if sandbox == "bwrap" and not has_sandbox():
            print("SKIP cells_bwrap: bubblewrap does not start here")
            lacking += 1
            continue
        points = numbers(sandbox)
        chosen += [(sandbox, points, v, p) for v in HARMS for p in PHASES
                   if sandbox == "none" or v in KILLED]
    return chosen, lacking


def main():
    passed = failed = 0
    chosen, skipped = cases()
    names = ["%s, %s, %s" % (c[2], c[3], c[0]) for c in chosen]
    kept = [i for i, n in enumerate(names)
            if not sys.argv[1:] or any(w in n for w in sys.argv[1:])]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for i, problem in zip(kept, pool.map(lambda i: cell(*chosen[i]), kept)):
            passed += problem is None
            failed += problem is not None
            if problem:
                print("FAILED %s\n%s" % (names[i], problem))
                sys.stdout.flush()
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
