#!/usr/bin/env python3
"""Every durable effect of a small pipeline, and the process that is about to do it killed there.

The points of mlw, driver, shim and job are counted for each; every one is walked with and without
the sandbox, and must be reached. Ends with `N passed, N failed, N skipped`.
"""

import concurrent.futures
import os
import subprocess
import sys
import traceback

import crash
from engine import Space, base_folder, same, until

PROCESSES = ("mlw", "driver", "shim", "job")


def start(space, count, **environment):
    path = space.document(crash.document(space, is_held=True))
    return space.call("run", path, "--detach", status=None, MLW_FAULT_COUNT=count, **environment)


def count_points(sandbox):
    """The points of one undisturbed execution: [(process, n)]."""
    space = Space(base_folder(), sandbox)
    count = os.path.join(space.base, "count")
    try:
        with crash.Gates(space):
            start(space, count)
            execution = crash.end_of(space)
        crash.check_end(space, execution, kills=0)
        crash.check_quiet(space, execution)
        same(len(crash.points(count)), sum(len(crash.points(count, p)) for p in PROCESSES))
        return [(p, n + 1) for p in PROCESSES for n in range(len(crash.points(count, p)))]
    finally:
        space.close()


def walk(sandbox, process, point):
    """Kill at one point; None when what must hold holds."""
    space = Space(base_folder(), sandbox)
    count = os.path.join(space.base, "count")
    try:
        with crash.Gates(space):
            start(space, count, MLW_FAULT="%s:%d" % (process, point))
            until(lambda: len(crash.points(count, process)) >= point,
                  "%s reaches its point %d" % (process, point))
            execution = crash.end_of(space, is_held=True)
        crash.check_end(space, execution)
        crash.check_quiet(space, execution)
        crash.check_replay([space])
        return None
    except Exception:
        return "%s\n%s" % (traceback.format_exc(), crash.explain(space, count))
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
        points = count_points(sandbox)
        print("%s: %d points" % (sandbox, len(points)))
        cases += [(sandbox,) + p for p in points]
    if len(sys.argv) > 1:
        cases = [c for c in cases if "%s:%s:%d" % c in sys.argv[1:]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for case, problem in zip(cases, pool.map(lambda c: walk(*c), cases)):
            passed += problem is None
            failed += problem is not None
            if problem:
                print("FAILED run_crash.py %s:%s:%d\n%s" % (case + (problem,)))
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
