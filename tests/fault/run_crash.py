#!/usr/bin/env python3
"""Every durable effect of a small pipeline, and the process that is about to do it killed there.

The points of mlw, driver, shim and job are counted over all processes; each is walked with and
without the sandbox. Ends with `N passed, N failed, N skipped`.
"""

import concurrent.futures
import os
import subprocess
import sys
import traceback

import crash
from engine import MLW, Space, base_folder, until


def walk(sandbox, point):
    """Kill at one point; None when what must hold holds."""
    space = Space(base_folder(), sandbox)
    try:
        count = os.path.join(space.base, "count")
        path = space.document(crash.document(space))
        space.call("run", path, "--detach", status=None, MLW_FAULT="all:%d" % point,
                   MLW_FAULT_COUNT=count)
        # how often a driver looks differs from run to run: the last points may not come
        until(lambda: crash.lines(count) >= point or not space.processes(),
              "point %d is reached" % point)
        execution = crash.end_of(space)
        crash.check_end(space, execution)
        crash.check_quiet(space, execution)
        crash.check_replay([space])
        return None
    except Exception:
        with open(count, encoding="ascii") as handle:
            passed = handle.read().replace("\n", ", ")
        return "%s\n%s" % (passed, traceback.format_exc())
    finally:
        space.close()


def has_bwrap():
    return subprocess.run(["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "true"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def main():
    passed = failed = skipped = 0
    cases = []
    for sandbox in ("none", "bwrap"):
        if sandbox == "bwrap" and not has_bwrap():
            print("SKIP walk_bwrap: bubblewrap does not start here")
            skipped += 1
            continue
        points = crash.count_points(sandbox)
        print("%s: %d points" % (sandbox, points))
        cases += [(sandbox, n) for n in range(1, points + 1)]
    if len(sys.argv) > 1:
        cases = [c for c in cases if "%s:%d" % c in sys.argv[1:]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for case, problem in zip(cases, pool.map(lambda c: walk(*c), cases)):
            passed += problem is None
            failed += problem is not None
            if problem:
                print("FAILED %s:%d %s\n%s" % (case + (MLW, problem)))
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
