#!/usr/bin/env python3
"""What else goes wrong: lines that drop, reboots, full and read-only disks, clocks, other drivers.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys

import crash
from engine import (ML, MLW, Skip, after, children, contains, is_alive, kill, pipeline,
                    processing, run_cases, same, until, write_clock)

HERE = sys.modules[__name__]


def held(space, *more, sandbox=None):
    """An execution whose first job waits at the gate."""
    if sandbox:
        space.configure("[executor]\nsandbox = %s\n" % sandbox)
    execution = space.detach(pipeline(
        processing("one", space.hold + "echo done"), processing("two", "true", **after("one")),
        *more))
    space.until_marks(1)
    space.until_step(execution, "one", "Executing")
    return execution


def check_once(space, execution, interrupted=0):
    """Succeeded, with one launch of each attempt."""
    x = space.show(execution)
    same(x.status, "Succeeded", x.reason)
    same([a["Status"] for a in x.attempts("one")], ["Interrupted"] * interrupted + ["Succeeded"])
    same(len(x.attempts("two")), 1)
    same(len(space.marks()), len(set(space.marks())), "launches of one attempt")
    same(len(space.marks()), interrupted + 1, "launches")
    crash.check_quiet(space, execution)
    crash.check_replay([space])


def kill_all(space):
    for pid in space.processes():
        kill(pid)
    until(lambda: not space.processes(), "everything is dead")


# --- the line drops ---

def in_terminal(space, words, **environment):
    """Starts words as the leader of a session with its own terminal."""
    master, slave = pty.openpty()

    def lead():
        os.setsid()
        import fcntl
        import termios
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    child = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave, preexec_fn=lead,
                             env=dict(space.env, TERM="xterm-256color", **environment))
    os.close(slave)
    return child, master


def case_the_session_hangs_up(space):
    path = space.document(pipeline(processing("one", space.hold),
                                   processing("two", "true", **after("one"))))
    child, master = in_terminal(space, [MLW, "-C", space.dir, "run", path])
    space.until_marks(1)
    os.close(master)
    try:
        os.killpg(child.pid, signal.SIGHUP)
    except ProcessLookupError:
        pass
    child.wait(10)
    execution = crash.executions(space)[0]
    space.until_step(execution, "one", "Executing")
    space.open_gate()
    until(lambda: space.status(execution) == "Succeeded", "the execution goes on alone")
    check_once(space, execution)


def case_the_screen_is_killed(space):
    execution = held(space)
    child, master = in_terminal(space, [MLW, "-C", space.dir])
    text = b""
    while b"mlw" not in text:
        text += os.read(master, 65536)
    kill(child.pid)
    child.wait(10)
    os.close(master)
    space.open_gate()
    until(lambda: space.status(execution) == "Succeeded", "the execution goes on alone")
    check_once(space, execution)


def case_the_waiting_command_is_killed(space):
    path = space.document(pipeline(processing("one", space.hold),
                                   processing("two", "true", **after("one"))))
    child = space.start("run", path)
    space.until_marks(1)
    child.kill()
    child.communicate()
    space.open_gate()
    execution = crash.executions(space)[0]
    until(lambda: space.status(execution) == "Succeeded", "the execution goes on alone")
    check_once(space, execution)


# --- driver, shim, job ---

def case_the_shim_starts_the_driver_again(space):
    execution = held(space)
    kill(space.driver_pid(execution))
    until(lambda: not is_alive(space.driver_pid(execution)), "the driver is dead")
    space.open_gate()
    until(lambda: space.status(execution) == "Succeeded", "nobody looked, and it ended")
    check_once(space, execution)


def case_a_lost_shim_is_interrupted_and_retried_once(space):
    execution = held(space)
    info = space.attempt(execution, "one")
    kill(info["shim_pid"])
    space.until_marks(2)
    assert not is_alive(info["job_pid"]), "the first job lives beside the second"
    space.open_gate()
    space.watch(execution)
    check_once(space, execution, interrupted=1)


def case_the_sandboxed_job_ends_with_its_shim(space):
    if not has_sandbox():
        raise Skip("bubblewrap does not start here")
    execution = held(space, sandbox="bwrap")
    info = space.attempt(execution, "one")
    kill(info["shim_pid"])
    space.until_marks(2)
    assert not is_alive(info["job_pid"]), "the first job lives beside the second"
    space.open_gate()
    space.watch(execution)
    check_once(space, execution, interrupted=1)


def case_a_second_interruption_fails_with_its_reason(space):
    execution = held(space)
    kill(space.attempt(execution, "one")["shim_pid"])
    space.until_marks(2)
    # the new driver must know of the first retry
    kill(space.driver_pid(execution))
    kill(space.attempt(execution, "one", 2)["shim_pid"])
    x = space.watch(execution, status=1)
    same([a["Status"] for a in x.attempts("one")], ["Interrupted", "Interrupted"])
    contains(x.why("one"), "SageMaker.JOB_INTERNAL_ERROR")
    crash.check_replay([space])


def leave_behind(space):
    """A job that starts a process of another session, and whose shim is then killed."""
    execution = space.detach(pipeline(processing(
        "one", "setsid sh -c 'read go < %s' & " % space.gate + space.hold)))
    space.until_marks(1)
    space.until_step(execution, "one", "Executing")
    info = space.attempt(execution, "one")
    kill(info["shim_pid"])
    until(lambda: not is_alive(info["job_pid"]), "the job's own group ends")
    until(lambda: space.sql("select count(*) from event where type='Note'")[0][0], "it is told")
    same(len(space.marks()), 1, "a second attempt beside what the first left")
    return execution


def case_what_a_lost_job_left_is_waited_for(space):
    execution = leave_behind(space)
    space.open_gate()
    space.until_marks(2)
    space.open_gate(jobs=2)
    x = space.watch(execution)
    same([a["Status"] for a in x.attempts("one")], ["Interrupted", "Succeeded"])


def case_a_stop_does_not_wait_for_what_was_left(space):
    execution = leave_behind(space)
    space.call("stop", execution)
    x = space.watch(execution, status=1)
    same(x.states(), {"one": "Stopped"})


def slow_bwrap(space):
    """A bwrap on PATH that waits once, as bubblewrap's child does for a parent that was killed
    before the child could ask to end with it. Gives the folder that is made when it waits."""
    if not has_sandbox():
        raise Skip("bubblewrap does not start here")
    folder, fifo = os.path.join(space.base, "bin"), os.path.join(space.base, "never")
    words = os.path.join(folder, "bwrap")
    os.mkdir(folder)
    os.mkfifo(fifo)
    with open(words, "w", encoding="ascii") as handle:
        handle.write("#!/bin/sh\ncase \"$*\" in *--inner) if /bin/mkdir $0.waits 2>/dev/null; then\n"
                     "(read go < %s) & wait; fi;; esac\nexec %s \"$@\"\n"
                     % (fifo, shutil.which("bwrap")))
    os.chmod(words, 0o755)
    space.env["PATH"] = folder + ":" + space.env["PATH"]
    return words + ".waits"


def case_what_bubblewrap_left_before_the_job_ends(space):
    waits = slow_bwrap(space)
    space.configure("[executor]\nsandbox = bwrap\n")
    execution = space.detach(pipeline(processing("one", space.hold),
                                      processing("two", "true", **after("one"))))
    until(lambda: os.path.exists(waits), "bubblewrap has begun")
    with open(os.path.join(space.attempt_dir(execution, "one"), "started"),
              encoding="utf-8") as handle:
        shim = json.load(handle)["shim_pid"]
    box = until(lambda: children(shim), "bubblewrap is the shim's child")[0]
    left = until(lambda: children(box), "it has a child of its own")[0]
    kill(shim)
    kill(box)
    until(lambda: not is_alive(left), "what bubblewrap left is ended")
    space.until_marks(1)
    space.open_gate()
    x = space.watch(execution)
    same([a["Status"] for a in x.attempts("one")], ["Interrupted", "Succeeded"])
    same(len(space.marks()), 1, "launches")
    crash.check_quiet(space, execution)
    crash.check_replay([space])


def case_a_killed_job_is_an_algorithm_error(space):
    execution = held(space)
    os.killpg(space.attempt(execution, "one")["job_pid"], signal.SIGKILL)
    x = space.watch(execution, status=1)
    contains(x.why("one"), "signal: 9 (SIGKILL)")
    same(x.attempts("one")[0]["Signal"], 9)
    same(x.attempts("one")[0]["ExitCode"], None)
    same(len(x.attempts("one")), 1, "attempts")


def case_a_reused_pid_is_left_alone(space):
    execution = held(space)
    decoy = subprocess.Popen(["cat"], stdin=subprocess.PIPE, start_new_session=True)
    try:
        path = os.path.join(space.attempt_dir(execution, "one"), "attempt.json")
        info = space.attempt(execution, "one")
        for key in ("shim_pid", "job_pid"):
            info[key] = decoy.pid
        with open(path, "w", encoding="utf-8") as handle:
            json.dump(info, handle)
        real = [p for p in space.processes() if p != decoy.pid]
        kill(space.driver_pid(execution))
        for pid in real:
            kill(pid)
        x_words = space.start("watch", execution)
        space.until_marks(2)
        space.call("stop", execution)
        x_words.communicate(timeout=60)
        assert decoy.poll() is None, "another's process was killed"
    finally:
        decoy.kill()
        decoy.communicate()


def case_stop_works_without_a_driver(space):
    execution = held(space)
    kill(space.driver_pid(execution))
    space.call("stop", execution)
    space.call("stop", execution)
    x = space.watch(execution, status=1)
    same(x.status, "Stopped")
    same(x.states(), {"one": "Stopped"})
    crash.check_replay([space])


# --- reboot ---

def case_a_reboot_interrupts_what_ran(space):
    clock = os.path.join(space.base, "clock")
    write_clock(clock, boot=1)
    space.env["MLW_CLOCK"] = clock
    execution = held(space)
    kill_all(space)
    write_clock(clock, boot=2)
    child = space.start("watch", execution)
    space.until_marks(2)
    space.open_gate()
    child.communicate(timeout=60)
    same(child.returncode, 0)
    check_once(space, execution, interrupted=1)


def case_a_reboot_before_the_launch(space):
    clock = os.path.join(space.base, "clock")
    write_clock(clock, boot=1)
    space.env["MLW_CLOCK"] = clock
    path = space.document(pipeline(processing("one", space.hold),
                                   processing("two", "true", **after("one"))))
    space.env["MLW_FAULT"] = "driver:3"  # its row is there, its process is not
    execution = space.detach(path)
    until(lambda: space.sql("select count(*) from attempt")[0][0] == 1 and not space.processes(),
          "the driver dies before it forks")
    del space.env["MLW_FAULT"]
    write_clock(clock, boot=2)
    space.open_gate()
    x = space.watch(execution)
    same([a["Status"] for a in x.attempts("one")], ["Interrupted", "Succeeded"])
    same(len(space.marks()), 1, "launches")


# --- the disk ---

class Small:
    """A small tmpfs as the space's folder; root alone may mount one."""

    def __init__(self, space, mib):
        self.dir = space.dir
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % mib, "tmpfs", self.dir],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False) if not os.getuid() else None
        if not done or done.returncode:
            raise Skip("no tmpfs can be mounted by this user")
        space.call("init")
        space.configure("[executor]\nsandbox = none\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.dir], check=False)

    def remount(self, options):
        words = ["mount", "-o", "remount," + options, self.dir]
        until(lambda: subprocess.run(words, stderr=subprocess.DEVNULL, check=False).returncode == 0,
              "remount " + options)


def case_a_full_disk_while_publishing(space):
    with Small(space, 8) as disk:
        # takes no room where it lies, and eight times what there is where it goes
        x = space.run(pipeline(processing("one", ML + "truncate -s 64M $ML/processing/out/big",
                                          outputs=["out"])), status=1)
        tries = x.attempts("one")
        same([a["Status"] for a in tries], ["Failed"] * 3)
        contains(x.why("one"), "No space left on device")
        objects = os.path.join(space.mlw, "objects", "work")
        assert not os.path.exists(os.path.join(objects, x.id, "one", "out", "big"))
        disk.remount("size=200m")
        space.call("retry", x.id)
        x = space.show(x.id)
        same(x.status, "Succeeded")
        same(os.path.getsize(os.path.join(objects, x.id, "one", "out", "big")), 64 << 20)
        crash.check_replay([space])
        kill_all(space)


def case_a_full_disk_while_staging(space):
    with Small(space, 8) as disk:
        big = os.path.join(space.base, "big")
        with open(big, "wb") as handle:
            handle.write(b"x" * (5 << 20))
        space.call("cp", big, "s3://in/big")
        x = space.run(pipeline(processing("one", "true", inputs=[("in", "s3://in/big")])), status=1)
        same([a["Status"] for a in x.attempts("one")], ["Failed"] * 3)
        contains(x.why("one"), "s3://in/big")
        contains(x.why("one"), "No space left on device")
        disk.remount("size=200m")
        space.call("retry", x.id)
        same(space.show(x.id).status, "Succeeded")
        crash.check_replay([space])
        kill_all(space)


def case_a_full_disk_under_the_store(space):
    with Small(space, 8):
        execution = held(space)
        filler = fill(space)
        space.open_gate()
        until(lambda: not is_alive(space.attempt(execution, "one")["job_pid"]), "the job ends")
        done = space.start("watch", execution)
        os.remove(filler)
        done.communicate(timeout=60)
        same(done.returncode, 0)
        check_once(space, execution)
        kill_all(space)


def fill(space):
    filler = os.path.join(space.dir, "filler")
    with open(filler, "wb", buffering=0) as handle:
        try:
            while handle.write(b"x" * 4096):
                pass
        except OSError:
            pass
    return filler


def ids(rows):
    return [row["id"] for row in rows]


def case_a_full_disk_is_named(space):
    with Small(space, 2):
        document = space.document(pipeline(processing("one", "echo a word")))
        execution = space.run(document).id
        until(lambda: space.show(execution).driver is None, "the driver has gone home")
        filler = fill(space)
        for words in (["run", document], ["stop", execution], ["watch", execution],
                      ["logs", execution, "-f"]):
            done = space.call(*words, status=5)
            contains(done.err, "local.db")
            contains(done.err, "the disk is full")
            same(done.out, "")
        # what only looks sees all of it
        same(ids(space.call("ls", "executions", "-o", "json").json()), [execution])
        same(space.show(execution).status, "Succeeded")
        contains(space.call("logs", execution).out, "a word")
        same(space.call("status", "-o", "line").out, "\u2713\n")
        space.call("--read-only", "ls", "executions")
        lookers = [space.start("ls", "executions", "-o", "json") for _ in range(6)]
        for child in lookers:
            same((ids(json.loads(child.communicate(timeout=60)[0])), child.returncode), ([execution], 0))
        os.remove(filler)
        space.call("run", document)
        same(len(space.call("ls", "executions", "-o", "json").json()), 2)
        kill_all(space)


def case_a_read_only_disk(space):
    with Small(space, 8) as disk:
        execution = held(space)
        kill_all(space)
        disk.remount("ro")
        same(space.show(execution).status, "Executing")
        for words in (["run", os.path.join(space.dir, "p.json"), "--detach"], ["stop", execution],
                      ["retry", execution]):
            done = space.call(*words, status=None)
            assert done.status in (4, 5), (words, done.status, done.err)
            contains(done.err, space.dir)
        done = space.call("watch", execution, status=None, seconds=20)
        assert done.status in (4, 5), (done.status, done.err)
        contains(done.err, space.dir)
        disk.remount("rw")
        child = space.start("watch", execution)
        space.until_marks(2)
        space.open_gate()
        child.communicate(timeout=60)
        check_once(space, execution, interrupted=1)
        kill_all(space)
        disk.remount("ro")
        same(space.show(execution).status, "Succeeded")
        same(crash.executions(space), [execution])
        disk.remount("rw")


def as_anybody(space, *words):
    """mlw without root's power to write what its mode forbids: (status, out, err)."""
    gone = "-dac_override,-dac_read_search"
    drop = ["setpriv", "--bounding-set=" + gone, "--inh-caps=" + gone] if not os.getuid() else []
    done = subprocess.run(drop + [MLW, "-C", space.dir] + list(words), env=space.env, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def case_a_read_only_database(space):
    x = space.run(pipeline(processing("one", "true")))
    path = os.path.join(space.mlw, "local.db")
    os.chmod(path, 0o444)
    contains(as_anybody(space, "ls", "executions")[1], x.id)
    contains(as_anybody(space, "show", "execution", x.id)[1], "Succeeded")
    same(as_anybody(space, "watch", x.id)[0], 0)
    for words in (["run", os.path.join(space.dir, "p.json"), "--detach"], ["retry", x.id]):
        status, out, err = as_anybody(space, *words)
        same((words[0], status, out), (words[0], 4, ""))
        contains(err, path)
    os.chmod(path, 0o600)
    same(crash.executions(space), [x.id], "executions")
    same(space.run(os.path.join(space.dir, "p.json")).status, "Succeeded")


# --- clocks, and other drivers ---

def jump(space, offset_ms):
    clock = os.path.join(space.base, "clock")
    write_clock(clock)
    space.env["MLW_CLOCK"] = clock
    execution = space.detach(pipeline(processing("one", space.hold, runtime_s=3600),
                                      processing("two", "true", **after("one"))))
    space.until_marks(1)
    space.until_step(execution, "one", "Executing")
    write_clock(clock, offset_ms=offset_ms)
    space.open_gate()
    space.watch(execution)
    check_once(space, execution)


def case_the_clock_jumps_ahead(space):
    jump(space, 10 * 86400000)


def case_the_clock_jumps_back(space):
    jump(space, -10 * 86400000)


def case_drivers_race_for_one_lock(space):
    execution = held(space)
    kill(space.driver_pid(execution))
    until(lambda: not is_alive(space.driver_pid(execution)), "the driver is dead")
    racers = [space.start("drive", execution) for _ in range(8)]
    until(lambda: sum(r.poll() is None for r in racers) == 1, "one of them leads")
    leader = next(r for r in racers if r.poll() is None)
    same(space.show(execution).driver, leader.pid)
    same([r.returncode for r in racers if r is not leader], [0] * 7)
    space.open_gate()
    for r in racers:
        r.communicate(timeout=60)
    same(leader.returncode, 0)
    check_once(space, execution)


def case_a_driver_that_was_overtaken_writes_nothing(space):
    execution = held(space)
    space.sql("update execution set epoch=epoch+1 where id=?", execution)
    events = space.sql("select count(*) from event")
    old = space.driver_pid(execution)
    space.open_gate()
    until(lambda: not is_alive(old) or space.driver_pid(execution) != old, "it gives up")
    assert space.sql("select count(*) from event") >= events
    space.watch(execution)
    check_once(space, execution)


def case_what_cannot_be_driven_is_told(space):
    execution = held(space)
    space.configure("[executor]\nsandbox = perhaps\n")
    kill(space.driver_pid(execution))
    done = space.call("watch", execution, status=5, seconds=30)
    contains(done.err, "mlw.conf")
    space.configure("[executor]\nsandbox = none\n")
    space.open_gate()
    space.watch(execution)
    check_once(space, execution)


def case_torn_files_fail_with_a_sentence(space):
    execution = held(space)
    kill_all(space)
    with open(os.path.join(space.attempt_dir(execution, "one"), "exit.json"), "wb") as handle:
        handle.write(b'{"format":1,"rea')
    x = space.watch(execution, status=1)
    contains(x.why("one"), "exit.json")


def has_sandbox():
    return subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "true"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
