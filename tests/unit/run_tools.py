#!/usr/bin/env python3
"""The tools of the tests themselves: the runner, what is compiled in, the packages, the bench's screen."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = os.path.join(ROOT, "tests/tools")
sys.path.insert(0, os.path.join(ROOT, "tests/bench"))
import screen  # noqa: E402


def call(*argv, **more):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **more)
    return done.returncode, done.stdout


class Runner(unittest.TestCase):
    def outcome(self, *commands):
        status, text = call(os.path.join(TOOLS, "run"), *commands)
        return status, text.splitlines()[-1], text

    def say(self, *lines, end="exit 0"):
        words = " ".join("'%s'" % line for line in lines)
        return 'sh -c "printf \\"%%s\\\\n\\" %s; %s"' % (words, end)

    def test_what_counts_as_failed(self):
        cases = {"a program that is not there": "/nosuch/program", "a crash": "sh -c 'kill -SEGV $$'",
                 "an exit status": self.say("3 passed, 0 failed", end="exit 3"),
                 "no test": "true", "over time": "timeout=0.2 sh -c 'read x <&2; tail -f /dev/null'",
                 "a failed test": self.say("[ RUN      ] a", "[  FAILED  ] a", end="exit 1"),
                 "a test that did not end": self.say("[ RUN      ] a"),
                 "its own count": self.say("3 passed, 1 failed", end="exit 1")}
        for what, command in cases.items():
            with self.subTest(what):
                status, last, text = self.outcome(command)
                self.assertEqual(status, 1, text)
                self.assertRegex(last, r"^\d+ passed, 1 failed$", text)

    def test_what_is_added_up(self):
        cmocka = self.say("[ RUN      ] a", "[       OK ] a", "[ RUN      ] b", "SKIP b: no such host",
                          "[  SKIPPED ] b", "[  PASSED  ] 1 test(s).")
        status, last, text = self.outcome(cmocka, self.say("4 passed, 0 failed"))
        self.assertEqual((status, last), (0, "5 passed, 0 failed"), text)
        self.assertIn("skipped: b (no such host)", text)

    def test_what_is_left_behind_is_ended(self):
        with tempfile.TemporaryDirectory() as folder:
            command = "timeout=0.2 sh -c 'echo $$ > %s/pid; tail -f /dev/null'" % folder
            self.outcome(command)
            with open(folder + "/pid", encoding="ascii") as handle:
                self.assertFalse(os.path.exists("/proc/%s" % handle.read().strip()))

    def test_variables_are_for_one_program(self):
        status, _, text = self.outcome("X=1 sh -c 'echo $X passed, 0 failed'",
                                       "sh -c 'echo ${X-2} passed, 0 failed'")
        self.assertEqual((status, text.splitlines()[-1]), (0, "3 passed, 0 failed"), text)


class Embed(unittest.TestCase):
    FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wwrite-strings", "-Wcast-qual",
             "-Werror", "-I" + ROOT]

    def test_bytes_come_back(self):
        files = {"a/plain.txt": b"text\n", "a/empty": b"", "every \"byte\"?.bin": bytes(range(256)) * 64}
        main = ('#include "core/base/embed.h"\n#include <stdio.h>\nint main(void)\n{\n'
                "    for (const struct embed_file *f = themes_files; f->name; f++) {\n"
                '        printf("%s\\n%zu\\n", f->name, f->size);\n'
                "        fwrite(f->data, 1, f->size, stdout);\n    }\n    return 0;\n}\n")
        with tempfile.TemporaryDirectory() as folder:
            want = b""
            for name, data in files.items():
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as handle:
                    handle.write(data)
                want += name.encode() + b"\n%d\n" % len(data) + data
            self.build(folder, main, [os.path.join(folder, name) for name in files])
            self.assertEqual(subprocess.run([folder + "/main"], stdout=subprocess.PIPE).stdout, want)

    def test_no_files(self):
        main = '#include "core/base/embed.h"\nint main(void)\n{\n    return themes_files[0].name != 0;\n}\n'
        with tempfile.TemporaryDirectory() as folder:
            self.build(folder, main, [])
            self.assertEqual(call(folder + "/main")[0], 0)

    def build(self, folder, main, paths):
        status, text = call(os.path.join(TOOLS, "embed"), "themes", folder, *paths)
        self.assertEqual(status, 0, text)
        for name, code in {"embed.c": text, "main.c": main}.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as handle:
                handle.write(code)
        status, text = call("gcc", *self.FLAGS, "embed.c", "main.c", "-o", "main", cwd=folder)
        self.assertEqual(status, 0, text)


class Deps(unittest.TestCase):
    def test_nothing_missing_says_nothing(self):
        self.assertEqual(call(os.path.join(TOOLS, "deps"), "test"), (0, ""))

    def test_commands_where_nothing_may_be_installed(self):
        """A host with a shell and little more: it names what is missing, and how to get it."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("sh", "id", "grep", "uname"):
                os.symlink(os.path.realpath("/bin/" + name if os.path.exists("/bin/" + name) else
                                            "/usr/bin/" + name), os.path.join(folder, name))
            status, text = call("/bin/sh", os.path.join(TOOLS, "deps"), "run", env={"PATH": folder})
        self.assertEqual(status, 1, text)
        self.assertIn("missing: gcc make", text)
        for command in ("sudo apt-get install gcc", "sudo dnf install", "sudo pacman -S", "brew install"):
            self.assertIn(command, text)

    def test_usage(self):
        self.assertEqual(call(os.path.join(TOOLS, "deps"))[0], 2)


class Screen(unittest.TestCase):
    def test_movement(self):
        cases = [("ab\r\ncd", "ab\ncd\n\n"), ("\x1b[2;3Hx\x1b[Ay", "   y\n  x\n\n"),
                 ("abc\x1b[1;2H\x1b[K", "a\n\n\n"), ("1\r\n2\r\n3\r\n4\r\n5", "2\n3\n4\n5"),
                 ("1\r\n2\r\n3\x1b[2;3r\x1b[3;1H\n", "1\n3\n\n"), ("abc\x1b[1;1H\x1b[P", "bc\n\n\n"),
                 ("ab\x1b[3b", "abbbb\n\n\n"), ("x\x1b[2J", "\n\n\n"), ("12345678", "12345\n678\n\n"),
                 ("\x1b]0;title\x07\x1b(B\x1b[?25lt", "t\n\n\n"), ("\x1b[1;1H\x1bMx", "x\n\n\n")]
        for data, want in cases:
            with self.subTest(repr(data)):
                view = screen.Screen(4, 5)
                for char in data:  # a byte at a time: sequences come in pieces
                    view.feed(char.encode())
                self.assertEqual(view.text(), want)


if __name__ == "__main__":
    result = unittest.TextTestRunner(stream=sys.stdout).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"]))
    bad = min(result.testsRun, len(result.failures + result.errors))
    print("%d passed, %d failed" % (result.testsRun - bad, bad))
    sys.exit(1 if bad else 0)
