#!/usr/bin/env python3
"""200 random kills: at a random point, of the process there or of any that works for the execution.

The seed is printed; `run_random.py SEED [TRIAL...]` repeats it. Ends with `N passed, N failed`.
"""

import concurrent.futures
import os
import random
import sys
import traceback

import crash
from engine import Space, base_folder, is_alive, kill, until

TRIALS = 200
POINTS = 66  # what the wide pipeline passes, about; one that is not reached kills nobody


def one_kill(space, rng, count, child):
    """Kills somebody soon after a random number of points, or nobody if all was over before."""
    point = rng.randint(1, POINTS)
    until(lambda: len(crash.points(count)) >= point or (child.poll() is not None
                                                  and not space.processes()), "point %d" % point)
    victims = sorted(space.processes())
    if victims:
        kill(rng.choice(victims))


def trial(seed, number):
    rng = random.Random("%s/%d" % (seed, number))
    # a leak check has a helper process of its own: killed, its parent would wait for ever
    space = Space(base_folder(), rng.choice(["none", "bwrap"]), ASAN_OPTIONS="detect_leaks=0")
    kills = rng.choice([1, 1, 2])
    count = os.path.join(space.base, "count")
    try:
        path = space.document(crash.document(space, is_wide=True))
        words = ["run", path, "--parallel", str(rng.randint(1, 3))]
        words += rng.choice([[], ["--detach"]])
        environment = {"MLW_FAULT_COUNT": count}
        if rng.random() < 0.5:
            environment["MLW_FAULT"] = "all:%d" % rng.randint(1, POINTS)
            kills_here = kills - 1
        else:
            kills_here = kills
        child = space.start(*words, **environment)
        for _ in range(kills_here):
            one_kill(space, rng, count, child)
        until(lambda: child.poll() is not None or not is_alive(child.pid) or kills_here == 0,
              "the command ends")
        child.communicate(timeout=60)
        execution = crash.end_of(space)
        crash.check_end(space, execution, kills)
        crash.check_quiet(space, execution)
        crash.check_replay([space])
        return None
    except Exception:
        return "%s\n%s" % (traceback.format_exc(), crash.explain(space, count))
    finally:
        space.close()


def main():
    seed = sys.argv[1] if len(sys.argv) > 1 else "%d" % random.SystemRandom().randrange(1 << 32)
    numbers = [int(w) for w in sys.argv[2:]] or list(range(TRIALS))
    print("seed %s" % seed)
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number, problem in zip(numbers, pool.map(lambda n: trial(seed, n), numbers)):
            passed += problem is None
            failed += problem is not None
            if problem:
                print("FAILED run_random.py %s %d\n%s" % (seed, number, problem))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
