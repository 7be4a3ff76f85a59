#!/usr/bin/env python3
"""A line of 1,200 B/s: keys held for five seconds leave at most 12,500 bytes behind the last one,
whether the terminal answers what it is asked (DSR) when it has read so far, as real ones do, or never."""

import concurrent.futures
import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

RATE = 1200  # bytes a second
LIMIT = 12500
CASES = (("up and down, answered", (b"j", b"k"), True), ("up and down, never answered", (b"j", b"k"), False),
         ("down, never answered", (b"j",), False))
HELD_S, KEYS_PER_S, QUIET_S = 5, 30, 4


def spawn(program, workspace):
    pid, fd = pty.fork()
    if pid == 0:
        env = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": workspace, "PATH": os.environ["PATH"]}
        os.execve(program, [program, "-C", workspace, "--open", "runs"], env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return pid, fd


class Line:
    """Reads at RATE, a few bytes at a time, and answers questions once they were read."""

    def __init__(self, fd, answers):
        self.answers = answers
        self.fd, self.budget, self.at, self.tail, self.total = fd, 0.0, time.monotonic(), b"", 0
        self.last = time.monotonic()

    def step(self):
        now = time.monotonic()
        self.budget = min(self.budget + (now - self.at) * RATE, 120)
        self.at = now
        readable, _, _ = select.select([self.fd] if self.budget >= 12 else [], [], [], 0.01)
        if not readable:
            return
        data = os.read(self.fd, int(self.budget))
        self.budget -= len(data)
        self.total += len(data)
        self.last = now
        self.tail = (self.tail + data)[-64:]
        if b"\x1b[5n" in self.tail:
            self.tail = b""
            if self.answers:
                os.write(self.fd, b"\x1b[0n")

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.step()

    def drain(self, deadline_s):
        end = time.monotonic() + deadline_s
        while time.monotonic() < end and time.monotonic() - self.last < QUIET_S:
            self.step()


def bytes_after_last_key(program, workspace, keys, answers):
    pid, fd = spawn(program, workspace)
    try:
        line = Line(fd, answers)
        line.drain(20)
        for i in range(HELD_S * KEYS_PER_S):
            os.write(fd, keys[i // 20 % len(keys)])
            line.run(1 / KEYS_PER_S)
        before = line.total
        line.drain(40)
        return line.total - before
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def main():
    program, mkruns = os.environ["MLW_BIN"], os.environ.get("MLW_MKRUNS")
    if not mkruns or not os.path.exists(mkruns):
        print("SKIP run_slow: mkruns was not built")
        print("0 passed, 0 failed")
        return 0
    workspace = tempfile.mkdtemp(prefix="mlw-slow-")
    try:
        subprocess.run([mkruns, workspace, "500", "1"], check=True)
        passed = 0
        with concurrent.futures.ThreadPoolExecutor(len(CASES)) as pool:  # they wait most of the time
            results = list(pool.map(lambda case: bytes_after_last_key(
                os.path.abspath(program), workspace, *case[1:]), CASES))
        for (name, _, _), left in zip(CASES, results):
            print("%s: %d bytes came after the last key (at most %d)" % (name, left, LIMIT))
            passed += left <= LIMIT
    finally:
        shutil.rmtree(workspace)
    print("%d passed, %d failed" % (passed, len(CASES) - passed))
    return 0 if passed == len(CASES) else 1


if __name__ == "__main__":
    sys.exit(main())
