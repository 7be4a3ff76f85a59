"""What the lint tools share: the tree's files, and C text without its comments and literals."""

import os
import re
import subprocess

SKIPPED = {".git", "build", "__pycache__"}


def files(*suffixes, under=("core", "tui", "views", "tests")):
    """Paths below the current folder, sorted: what git would hold, or all where git is not used."""
    if os.path.isdir(".git") or os.path.isfile(".git"):
        text = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        found = [path for path in text.splitlines() if os.path.isfile(path)]
    else:
        found = []
        for folder, folders, names in os.walk("."):
            folders[:] = [name for name in folders if name not in SKIPPED]
            found += [os.path.relpath(os.path.join(folder, name), ".") for name in names]
    return sorted({path for path in found
                   if path.endswith(suffixes) and (not under or path.split("/")[0] in under)})


def read(path):
    with open(path, encoding="utf-8", errors="replace") as handle:
        return handle.read()


TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)


def plain(text, keep_strings=False):
    """C text with comments, strings and characters blanked; line numbers stay what they were."""
    def blank(match):
        token = match.group(0)
        if token[0] in "\"'":
            return token if keep_strings else token[0] * 2
        return " " + "\n" * token.count("\n")
    return TOKEN.sub(blank, text)


def finish(tool, problems):
    """Prints the problems, sorted as found; the exit status of a lint tool."""
    for problem in problems:
        print(problem)
    if problems:
        print("%s: %d problem%s" % (tool, len(problems), "" if len(problems) == 1 else "s"))
    return 1 if problems else 0
