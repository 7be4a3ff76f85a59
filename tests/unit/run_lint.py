#!/usr/bin/env python3
"""Each lint tool is shown a small bad tree and must complain, and a good one and must not."""

import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools")
ROOT = os.path.dirname(os.path.dirname(TOOLS))
GOOD = "int good(void);\nint good(void)\n{\n    return 1;\n}\n"


class Lint(unittest.TestCase):
    def lint(self, tool, tree, *args, env=None):
        """(exit status, output) of a tool on a tree {path: text}."""
        with tempfile.TemporaryDirectory() as folder:
            for path, text in tree.items():
                path = os.path.join(folder, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w", encoding="utf-8") as handle:
                    handle.write(text)
            done = subprocess.run([os.path.join(TOOLS, tool), *args], cwd=folder, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env={**os.environ, "B": "build", **(env or {})})
            return done.returncode, done.stdout

    def bad(self, tool, tree, *words, args=()):
        status, text = self.lint(tool, tree, *args)
        self.assertEqual(status, 1, text)
        for word in words:
            self.assertIn(word, text)

    def good(self, tool, tree, *args):
        status, text = self.lint(tool, tree, *args)
        self.assertEqual(status, 0, text)

    # --- layers ---
    def test_layer_upwards(self):
        self.bad("layers", {"core/base/a.c": '#include "core/store/s.h"\n', "core/store/s.h": ""},
                 "core/base/a.c:1:", "core/store/s.h")

    def test_layer_sideways(self):
        self.bad("layers", {"core/net/a.c": "\n#include \"core/store/s.h\"\n", "core/store/s.h": ""}, "a.c:2:")

    def test_toolkit_sees_base_only(self):
        self.bad("layers", {"tui/a.c": '#include "core/model/m.h"\n', "core/model/m.h": ""}, "tui may not")

    def test_view_sees_the_facade_only(self):
        tree = {"views/a.c": '#include "core/hub/h.h"\n', "core/hub/h.h": "", "core/mlw.h": ""}
        self.bad("layers", tree, "views may not include core/hub")
        self.good("layers", {"views/a.c": '#include "core/mlw.h"\n#include "tui/t.h"\n', "core/mlw.h": "",
                             "tui/t.h": '#include "core/base/b.h"\n', "core/base/b.h": ""})

    def test_view_cannot_block(self):
        self.bad("layers", {"views/a.c": "#include <sys/socket.h>\n"}, "<sys/socket.h> in a view")

    def test_facade_sees_the_model_only(self):
        self.bad("layers", {"core/mlw.h": '#include "core/store/s.h"\n', "core/store/s.h": ""}, "core/mlw.h:1:")

    def test_shim_is_a_program_of_its_own(self):
        self.bad("layers", {"core/executor/shim/a.c": '#include "core/job/s.h"\n', "core/job/s.h": ""},
                 "core/executor/shim may not")

    def test_layer_reached_through_another(self):
        self.good("layers", {"core/pipeline/a.c": '#include "core/store/s.h"\n', "core/store/s.h": ""})

    def test_composition_root_sees_all(self):
        self.good("layers", {"tui/main.c": '#include "core/cmd/c.h"\n#include "views/v.h"\n',
                             "core/cmd/c.h": "", "views/v.h": ""})

    def test_library_has_one_door(self):
        for header, door in {"sqlite3.h": "core/store/s.c", "ncurses.h": "tui/term.c", "uv.h": "core/loop/l.c",
                             "curl/curl.h": "core/net/http.c", "cjson/cJSON.h": "core/base/json.c",
                             "openssl/evp.h": "core/base/digest.c", "pcre2.h": "core/base/re.c",
                             "archive.h": "core/base/tar.c", "ini.h": "core/base/ini.c"}.items():
            with self.subTest(header):
                self.bad("layers", {"core/base/a.c": "#include <%s>\n" % header}, "its door")
                self.bad("layers", {"core/base/a.c": "#  include \"%s\"\n" % header}, "its door")
                self.good("layers", {door: "#include <%s>\n" % header})

    def test_include_in_a_comment_is_none(self):
        self.good("layers", {"core/base/a.c": "/*\n#include <sqlite3.h>\n*/\n"})

    def test_include_of_nothing(self):
        self.bad("layers", {"core/base/a.c": '#include "core/base/b.h"\n'}, "not in the tree")

    def test_unknown_layer(self):
        self.bad("layers", {"core/extra/a.c": ""}, "belongs to no layer")

    # --- limits ---
    def test_long_file(self):
        self.bad("limits", {"core/base/a.c": GOOD + "\n" * 800}, "805 lines, at most 800")

    def test_long_header(self):
        self.bad("limits", {"core/base/a.h": "\n" * 201}, "201 lines, at most 200")

    def test_long_function(self):
        body = "    x++;\n" * 70
        self.bad("limits", {"core/base/a.c": "int f(int x)\n{\n" + body + "    return x;\n}\n"}, "f has")

    def test_complex_function(self):
        body = "    if (x) x--;\n" * 15
        self.bad("limits", {"tests/unit/a.c": "int f(int x)\n{\n" + body + "    return x;\n}\n"},
                 "f has complexity 16")

    def test_allow_list(self):
        long_file = {"core/base/a.c": GOOD + "\n" * 800}
        self.good("limits", {**long_file, "tests/tools/limits.allow": "core/base/a.c a reason\n"})
        self.bad("limits", {"core/base/a.c": GOOD, "tests/tools/limits.allow": "core/base/a.c a reason\n"},
                 "within the limits")

    def test_allow_list_is_empty(self):
        with open(os.path.join(TOOLS, "limits.allow"), encoding="utf-8") as handle:
            self.assertEqual([line for line in handle if line.strip() and line[0] != "#"], [])

    # --- banned ---
    def test_banned_calls(self):
        for call in ("strcpy(a, b)", "strcat (a, b)", "sprintf(a, b)", "gets(a)", "strtok(a, b)", "localtime(a)",
                     "gmtime(a)", "asctime(a)", "ctime(a)", "system(a)", "popen(a, b)", "atoi(a)", "time(0)",
                     "sleep(1)", "usleep(1)", "getenv(a)"):
            with self.subTest(call):
                self.bad("banned", {"core/store/a.c": "void f(void)\n{\n    %s;\n}\n" % call}, "a.c:3:")

    def test_banned_sleep_in_a_test(self):
        self.bad("banned", {"tests/e2e/test_a.c": "usleep(1);\n"}, "deadline")

    def test_not_banned(self):
        self.good("banned", {"core/base/clock.c": "clock_gettime(a, b);\n", "core/config/a.c": "getenv(a);\n",
                             "core/store/a.c": '/* atoi(a) */ // system(b)\nlog("strcpy(a)"); gmtime_r(a, b); '
                                               "my_time(1); at->time(2); char q = '\"';\n"})

    def test_work_for_later(self):
        self.bad("banned", {"tui/a.c": "/* TODO: more */\n"}, "TODO")

    # --- the checks of lint itself ---
    def test_format(self):
        with open(os.path.join(ROOT, ".clang-format"), encoding="utf-8") as handle:
            law = handle.read()
        self.bad("lint", {".clang-format": law, "core/base/a.c": "int f( void ) { return 1; }\n"},
                 "a.c:1:", args=["clang_format"])
        self.good("lint", {".clang-format": law, "core/base/a.c": GOOD}, "clang_format")

    def test_cppcheck(self):
        self.bad("lint", {"core/base/a.c": "int f(void)\n{\n    int a[2];\n    a[2] = 1;\n    return a[2];\n}\n"},
                 "out of bounds", args=["cppcheck"])
        self.good("lint", {"core/base/a.c": GOOD}, "cppcheck")

    def test_clang_tidy(self):
        with open(os.path.join(ROOT, ".clang-tidy"), encoding="utf-8") as handle:
            config = handle.read()
        text = "int f(const char *);\nint f(const char *s)\n{\n    if (s) return 1;\n    return *s;\n}\n"
        self.bad("lint", {".clang-tidy": config, "core/base/a.c": text}, "a.c:5:", args=["clang_tidy"])
        self.good("lint", {".clang-tidy": config, "core/base/a.c": GOOD}, "clang_tidy")

    def test_memory_forgets_what_changed(self):
        """A header that turns bad is found, though the file that includes it did not change."""
        with tempfile.TemporaryDirectory() as folder:
            def write(path, text):
                with open(os.path.join(folder, path), "w", encoding="utf-8") as handle:
                    handle.write(text)

            def check():
                return subprocess.run([os.path.join(TOOLS, "lint"), "cppcheck"], cwd=folder, text=True,
                                      stdout=subprocess.PIPE, env={**os.environ, "B": "build"}).returncode
            os.makedirs(os.path.join(folder, "core/base"))
            write("core/base/a.c", '#include "a.h"\nint f(void)\n{\n    int a[N] = {0};\n    return a[1];\n}\n')
            write("core/base/a.h", "#define N 2\n")
            self.assertEqual((check(), check()), (0, 0))
            write("core/base/a.h", "#define N 1\n")
            self.assertEqual((check(), check()), (1, 1))

    def test_manual(self):
        self.bad("lint", {"man/a.1": ".Dd x\n.Dt A 1\n.Os\n.Sh NAME\n.Xx\n"}, "a.1", args=["manuals"])

    def test_shell(self):
        self.bad("lint", {"tests/tools/a": "#!/bin/sh\necho $x\n"}, "SC2", args=["shellcheck"])

    def test_python(self):
        self.bad("lint", {"tests/tools/a.py": "def f(:\n"}, "a.py:1:", args=["python"])

    def test_linked_library(self):
        code = "#include <openssl/crypto.h>\nint main(void)\n{\n    return OpenSSL_version_num() == 0;\n}\n"
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(os.path.join(folder, "build"))
            with open(os.path.join(folder, "a.c"), "w", encoding="utf-8") as handle:
                handle.write(code)
            for name in ("mlw", "mlw-shim"):
                subprocess.run(["gcc", "-no-pie", "a.c", "-o", "build/" + name, "-lcrypto"], cwd=folder, check=True)
            done = subprocess.run([os.path.join(TOOLS, "lint"), "binaries"], cwd=folder, text=True,
                                  stdout=subprocess.PIPE, env={**os.environ, "B": "build"})
            self.assertEqual(done.returncode, 1)
            self.assertIn("linked with libcrypto", done.stdout)
            self.assertIn("without PIE", done.stdout)

    def test_promise_without_test(self):
        head = "| promise | test |\n|---|---|\n"
        one = {"tests/unit/test_a.c": "static void holds(void **s)\n"}
        self.bad("lint", {}, "not there", args=["promises"])
        self.bad("lint", {"tests/README.md": head}, "no table", args=["promises"])
        self.bad("lint", {"tests/README.md": head + "| p | |\n"}, ":3: no test is named", args=["promises"])
        self.bad("lint", {"tests/README.md": head + "| p | `tests/unit/test_b.c: x` |\n"}, "test_b.c is not there",
                 args=["promises"])
        self.bad("lint", {"tests/README.md": head + "| p | `tests/unit/test_a.c: hold` |\n", **one}, "has no hold",
                 args=["promises"])
        self.good("lint", {"tests/README.md": head + "| p | `tests/unit/test_a.c: holds` |\n", **one}, "promises")

    def test_unknown_check(self):
        self.assertEqual(self.lint("lint", {}, "nosuch")[0], 2)


if __name__ == "__main__":
    result = unittest.TextTestRunner(stream=sys.stdout).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Lint))
    bad = min(result.testsRun, len(result.failures + result.errors))
    print("%d passed, %d failed" % (result.testsRun - bad, bad))
    sys.exit(1 if bad else 0)
