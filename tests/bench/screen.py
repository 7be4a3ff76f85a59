"""A program in a pseudo terminal, with time stamps, and as much of a terminal as it takes to say
what text stands on its screen. Standard library alone."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

CONTROL = re.compile(
    r"\x1b\[(?P<args>[0-9;:?<=>!]*)[ -/]*(?P<final>[@-~])"      # CSI
    r"|\x1b\](?:[^\x07\x1b]|\x1b(?!\\))*(?:\x07|\x1b\\)"          # OSC
    r"|\x1b[PX^_](?:[^\x1b]|\x1b(?!\\))*\x1b\\"                  # DCS and the like
    r"|\x1b[ -/]+.|\x1b(?P<escape>[^\[\]PX^_ -/])"                 # charset; ESC x
    r"|(?P<text>[^\x00-\x1f\x7f]+)|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])", re.DOTALL)


class Screen:
    """Cells by plain cursor movement; attributes and wide characters are not kept."""

    def __init__(self, rows, cols):
        self.rows, self.cols = rows, cols
        self.cells = [[" "] * cols for _ in range(rows)]
        self.row = self.col = 0
        self.top, self.bottom = 0, rows - 1
        self.pending = ""

    def feed(self, data):
        text = self.pending + data.decode("utf-8", "replace")
        at = 0
        while at < len(text):
            match = CONTROL.match(text, at)
            if not match:
                break  # a sequence that is not all here yet
            at = match.end()
            self.take(match)
        self.pending = text[at:][-256:]

    def take(self, match):
        if match.group("text"):
            for char in match.group("text"):
                self.put(char)
        elif match.group("control"):
            self.control(match.group("control"))
        elif match.group("final"):
            self.sequence(match.group("final"), match.group("args"))
        elif match.group("escape") == "M":
            if self.row == self.top:
                self.scroll(-1)
            else:
                self.row = max(0, self.row - 1)
        elif match.group("escape") == "D":
            self.control("\n")

    def put(self, char):
        if self.col >= self.cols:
            self.col = 0
            self.control("\n")
        self.cells[self.row][self.col] = char
        self.col += 1

    def control(self, char):
        if char == "\r":
            self.col = 0
        elif char in "\n\x0b\x0c":
            if self.row == self.bottom:
                self.scroll(1)
            else:
                self.row = min(self.rows - 1, self.row + 1)
        elif char == "\b":
            self.col = max(0, min(self.col, self.cols) - 1)
        elif char == "\t":
            self.col = min(self.cols - 1, self.col // 8 * 8 + 8)

    def scroll(self, count):
        for _ in range(abs(count)):
            blank = [" "] * self.cols
            if count > 0:
                del self.cells[self.top]
                self.cells.insert(self.bottom, blank)
            else:
                del self.cells[self.bottom]
                self.cells.insert(self.top, blank)

    def sequence(self, final, args):
        if args[:1] in ("?", "<", "=", ">", "!"):
            return
        numbers = [int(word) if word.isdigit() else 0 for word in args.split(";")]
        count = max(1, numbers[0])
        line = self.cells[self.row]
        if final in "Hf":
            self.row, self.col = count - 1, max(1, numbers[1] if len(numbers) > 1 else 1) - 1
        elif final in "ABCDEFGd`a":
            self.move(final, count)
        elif final == "J":
            self.erase(numbers[0])
        elif final == "K":
            first, last = {0: (self.col, self.cols), 1: (0, self.col + 1)}.get(numbers[0], (0, self.cols))
            line[first:last] = [" "] * len(line[first:last])
        elif final == "X":
            line[self.col:self.col + count] = [" "] * len(line[self.col:self.col + count])
        elif final == "b" and self.col:
            for _ in range(count):
                self.put(line[min(self.col, self.cols) - 1])
        elif final == "@":
            line[self.col:self.col] = [" "] * count
            del line[self.cols:]
        elif final == "P":
            del line[self.col:self.col + count]
            line += [" "] * (self.cols - len(line))
        elif final == "r":
            self.top = count - 1
            self.bottom = (numbers[1] if len(numbers) > 1 and numbers[1] else self.rows) - 1
            self.row = self.col = 0
        elif final in "STLM":
            top, self.top = self.top, self.row if final in "LM" else self.top
            self.scroll(count if final in "SM" else -count)
            self.top = top
        self.row = min(max(self.row, 0), self.rows - 1)
        self.col = min(max(self.col, 0), self.cols)

    def move(self, final, count):
        if final in "AF":
            self.row -= count
        elif final in "BE":
            self.row += count
        elif final in "Ca":
            self.col += count
        elif final == "D":
            self.col = min(self.col, self.cols) - count
        elif final in "G`":
            self.col = count - 1
        elif final == "d":
            self.row = count - 1
        if final in "EF":
            self.col = 0

    def erase(self, mode):
        flat = self.row * self.cols + min(self.col, self.cols - 1)
        first, last = {0: (flat, self.rows * self.cols), 1: (0, flat + 1)}.get(mode, (0, self.rows * self.cols))
        for at in range(first, last):
            self.cells[at // self.cols][at % self.cols] = " "

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)


class Program:
    """argv in a terminal of rows x cols; use it with `with`: it is ended when that is left."""

    def __init__(self, argv, rows=24, cols=80, env=None, cwd=None):
        self.screen = Screen(rows, cols)
        self.bytes = 0
        env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8",
               "TERM": "xterm-256color", **(env or {})}
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
                if cwd:
                    os.chdir(cwd)
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        for sig in (signal.SIGHUP, signal.SIGKILL):
            try:
                os.kill(self.pid, sig)
            except ProcessLookupError:
                break
            if self.wait_end(1):
                return
        self.wait_end(1)

    def wait_end(self, seconds):
        end = time.perf_counter() + seconds
        pidfd = os.pidfd_open(self.pid)
        try:
            select.select([pidfd], [], [], max(0, end - time.perf_counter()))
        finally:
            os.close(pidfd)
        return os.waitpid(self.pid, os.WNOHANG)[0] == self.pid

    def read(self, seconds):
        """The time of what came within seconds, or None; the screen has it."""
        if not select.select([self.fd], [], [], max(0, seconds))[0]:
            return None
        stamp = time.perf_counter()
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:
            data = b""
        if not data:
            raise EOFError("it ended by itself: " + " ".join(self.screen.text().split())[:80])
        self.bytes += len(data)
        self.screen.feed(data)
        if b"\x1b[5n" in data:
            os.write(self.fd, b"\x1b[0n")  # as terminals answer: all is shown
        return stamp

    def wait_text(self, needle, seconds=10):
        """Seconds from the start until needle stands on the screen."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            stamp = self.read(end - time.perf_counter())
            if stamp and needle in self.screen.text():
                return stamp - self.started
        raise TimeoutError("%r is not on the screen after %g s:\n%s" % (needle, seconds, self.screen.text()))

    def settle(self, quiet=0.06, most=2.0):
        """Reads until nothing comes for quiet seconds; when the last byte came, or None."""
        last, end = None, time.perf_counter() + most
        while time.perf_counter() < end:
            stamp = self.read(quiet)
            if not stamp:
                break
            last = stamp
        return last

    def key(self, data, most=1.0, settle=0.06):
        """(seconds to the first byte or None, bytes until quiet for so many seconds, or half a second)"""
        before, sent = self.bytes, time.perf_counter()
        os.write(self.fd, data)
        stamp = self.read(most)
        self.settle(settle, 0.5)
        return (stamp - sent if stamp else None), self.bytes - before

    def key_until_quiet(self, data, most=2.0):
        """Seconds from the key to the last byte that it led to."""
        sent = time.perf_counter()
        os.write(self.fd, data)
        first = self.read(most)
        if not first:
            raise TimeoutError("no answer to %r" % data)
        return (self.settle(0.15, most) or first) - sent

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.pid, encoding="ascii", errors="replace") as handle:
            words = handle.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self):
        with open("/proc/%d/status" % self.pid, encoding="ascii", errors="replace") as handle:
            return next(int(line.split()[1]) / 1024 for line in handle if line.startswith("VmRSS:"))

    def idle(self, seconds):
        """(bytes a second, share of one CPU)"""
        before, cpu, start = self.bytes, self.cpu_seconds(), time.perf_counter()
        while time.perf_counter() - start < seconds:
            self.read(seconds - (time.perf_counter() - start))
        spent = time.perf_counter() - start
        return (self.bytes - before) / spent, (self.cpu_seconds() - cpu) / spent
