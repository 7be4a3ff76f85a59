#!/usr/bin/env python3
"""The README's picture is what the program draws today; `make picture` draws it anew."""

import filecmp
import os
import subprocess
import sys
import tempfile


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "screen.svg")
        subprocess.run([sys.executable, "tests/tools/picture", os.environ["MLW_BIN"], out], check=True)
        ok = filecmp.cmp(out, "man/screen.svg", shallow=False)
    if not ok:
        print("man/screen.svg is not what the program draws: look at it, then make picture")
    print("%d passed, %d failed" % (ok, not ok))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
