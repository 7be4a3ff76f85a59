#!/usr/bin/env python3
"""Measures the budgets of the design beside peers in the same run, and prints a table.

Nothing here fails a build: times belong to the machine, ratios are what to read. What cannot be
measured is named. Environment: MLW_BIN, MLW_MKRUNS, B (the build folder), ROUNDS, STEPS, RUNS."""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import screen  # noqa: E402

B = os.path.abspath(os.environ.get("B", "build"))
MLW = os.path.abspath(os.environ.get("MLW_BIN", os.path.join(B, "mlw")))
MKRUNS = os.path.abspath(os.environ.get("MLW_MKRUNS", os.path.join(B, "tests/mkruns")))
ROUNDS = int(os.environ.get("ROUNDS", "7"))
STEPS = int(os.environ.get("STEPS", "1000"))
RUNS = int(os.environ.get("RUNS", "10000"))
KEYS = 40
IDLE_S = 3.0
NNN_MS = 11.0  # first paint of nnn on the quiet machine that the budgets were set on

missing = []


def first_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0][:100]


# --- the screen ---
class Subject:
    def __init__(self, name, argv, needle, down, env=None, cwd=None):
        self.name, self.argv, self.needle, self.down = name, argv, needle, down
        self.env, self.cwd = env, cwd

    def start(self):
        return screen.Program(self.argv, env=self.env, cwd=self.cwd)

    def measure(self):
        """{column: value}"""
        paints, sizes = [], []
        for _ in range(ROUNDS):
            with self.start() as program:
                paints.append(program.wait_text(self.needle) * 1000)
                program.settle()
                sizes.append(program.bytes)
        with self.start() as program:
            program.wait_text(self.needle)
            program.settle()
            for _ in range(3):
                program.key(self.down)
            delays, counts = [], []
            for _ in range(KEYS):
                delay, count = program.key(self.down)
                counts.append(count)
                if delay is not None:
                    delays.append(delay * 1000)
            program.settle(0.3)
            rate, cpu = program.idle(IDLE_S)
            out = {"paint": statistics.median(paints), "start bytes": statistics.median(sizes),
                   "bytes": statistics.mean(counts), "idle": rate, "cpu": cpu * 100,
                   "rss": program.rss_mib()}
        if delays:
            delays.sort()
            out["key50"] = statistics.median(delays)
            out["key95"] = delays[min(len(delays) - 1, int(len(delays) * 0.95))]
        return out


def private_env(folder):
    os.makedirs(folder + "/config", exist_ok=True)  # nnn wants it to be there
    return {"HOME": folder, "XDG_DATA_HOME": folder + "/data", "XDG_CACHE_HOME": folder + "/cache",
            "XDG_CONFIG_HOME": folder + "/config"}


def with_runs(folder, count):
    """mlw on the list of count runs."""
    for path in (MLW, MKRUNS):
        if not os.path.exists(path):
            raise OSError("%s is not built" % path)
    workspace = os.path.join(folder, "runs%d" % count)
    if not os.path.exists(workspace):
        done = subprocess.run([MKRUNS, workspace, str(count), "1"], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            raise OSError("mkruns: " + first_line(done.stdout))
    return Subject("mlw", [MLW, "-C", workspace, "--open", "runs"], "run-%05d" % (count - 1), b"j",
                   private_env(folder))


def subjects(folder):
    found = []
    try:
        found.append(with_runs(folder, RUNS))
    except OSError as why:
        missing.append("mlw on the screen: " + first_line(why))
    year = subprocess.run(["git", "log", "-1", "--format=%ad", "--date=format:%Y-"], stdout=subprocess.PIPE,
                          text=True).stdout
    table = os.path.join(folder, "runs.csv")
    with open(table, "w", encoding="ascii") as handle:
        handle.write("name,status,auc,loss\n")
        handle.writelines("run-%05d,FINISHED,0.9%03d,0.1%03d\n" % (n, n % 997, n % 991)
                          for n in range(RUNS - 1, -1, -1))
    peers = [Subject("nnn", ["nnn", "/usr/bin"], "/usr/bin", b"j", private_env(folder)),
             Subject("htop", ["htop"], "F1", b"\x1b[B", private_env(folder)),
             Subject("tig", ["tig"], year.strip() or "20", b"j", private_env(folder), os.getcwd()),
             Subject("vd", ["vd", table], "run-%05d" % (RUNS - 1), b"j", private_env(folder))]
    for peer in peers:
        if shutil.which(peer.argv[0]):
            found.append(peer)
        else:
            missing.append("%s is not installed" % peer.name)
    return found


ROWS = [("paint", "content on the screen, ms", "20"), ("start bytes", "bytes for it", "-"),
        ("key50", "key to first byte, p50, ms", "0.5"), ("key95", "key to first byte, p95, ms", "1"),
        ("bytes", "bytes per key", "250"), ("idle", "idle, B/s", "0"), ("cpu", "idle, % of a CPU", "0.2"),
        ("rss", "memory, MiB", "16")]


def on_screen(folder):
    results = {}
    for subject in subjects(folder):
        try:
            results[subject.name] = subject.measure()
        except (OSError, EOFError, TimeoutError) as why:
            missing.append("%s on the screen: %s" % (subject.name, first_line(why)))
    names = ["mlw", "nnn", "htop", "tig", "vd"]
    print("On the screen: 80x24, xterm-256color, %d starts, %d keys; mlw with %d runs" % (ROUNDS, KEYS, RUNS))
    print("%-32s %8s" % ("", "budget") + "".join("%10s" % name for name in names))
    for key, title, budget in ROWS:
        cells = ["%10.2f" % results[name][key] if key in results.get(name, {}) else "%10s" % "-" for name in names]
        print("%-32s %8s" % (title, budget) + "".join(cells))
    if "nnn" in results:
        print("nnn takes %.1f times as long as on the machine the budgets were set on" % (
            results["nnn"]["paint"] / NNN_MS))


# 1,000 runs a second into the workspace argv[1], until it is killed
WRITER = """
import select, sqlite3, sys
db = sqlite3.connect(sys.argv[1] + "/.mlw/local.db", isolation_level=None, timeout=10)
slot, started = db.execute("select max(slot), max(started) from run").fetchone()
source, experiment = db.execute("select source, experiment from run limit 1").fetchone()
while True:
    db.execute("begin immediate")
    for _ in range(100):
        slot, started = slot + 1, started + 1
        db.execute("insert into run(uid,source,slot,experiment,name,status,started) values(?,?,?,?,?,?,?)",
                   ("new-%d" % slot, source, slot, experiment, "new-%d" % slot, "RUNNING", started))
    db.execute("commit")
    open(sys.argv[1] + "/.mlw/wake", "w").write("x")
    select.select([], [], [], 0.1)
"""


def key_under_load(program, workspace):
    """p95 of a key to its first byte, in ms, while 1,000 runs a second arrive."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, workspace], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    try:
        program.settle(0.5, 1.0)
        delays = sorted(delay * 1000 for delay, _ in (program.key(b"j", settle=0.03) for _ in range(KEYS)) if delay)
        if writer.poll() is not None:
            raise OSError("the writer ended by itself")
        return delays[int(len(delays) * 0.95)]
    finally:
        writer.kill()
        writer.wait()


def many_runs(folder, count=100000):
    """The same with many runs; a filter and an order from a key to the last byte it led to."""
    title = "%s runs" % format(count, ",")

    def row(what, budget, value):
        print("%-40s %8s%10.2f" % (title + ": " + what, budget, value))
    try:
        subject = with_runs(folder, count)
        found = subject.measure()
        row("content on the screen, ms", "20", found["paint"])
        row("key to first byte, p95, ms", "1", found["key95"])
        row("bytes per key", "250", found["bytes"])
        row("idle, B/s", "0", found["idle"])
        with subject.start() as program:
            program.wait_text(subject.needle, 30)
            program.settle(0.3)
            program.key(b"/")
            took = [program.key_until_quiet(key) * 1000 for key in (b"r", b"u", b"n", b"-", b"9", b"8", b"7")]
            row("filter letter, ms", "16", statistics.median(took))
            program.key(b"\x1b")
            took = []
            for line in (b":sort accuracy desc", b":sort loss asc", b":sort auc desc", b":sort f1 asc"):
                for letter in line:
                    program.key(bytes([letter]))
                took.append(program.key_until_quiet(b"\r") * 1000)
            row("sort by a metric, ms", "30", statistics.median(took))
            row("memory, MiB", "64", program.rss_mib())
            small = with_runs(folder, RUNS)
        with small.start() as program:
            program.wait_text(small.needle, 30)
            program.settle(0.3)
            row("key, p95, while runs are written, ms", "1", key_under_load(program, small.argv[2]))
    except (OSError, EOFError, TimeoutError) as why:
        missing.append("%s: %s" % (title, first_line(why)))
    missing.append("key latency while a server hangs: no server is asked yet")
    missing.append("bytes of a live chart's point: held by tests/views and tests/e2e")


# --- commands ---
def chained(steps):
    """A pipeline of steps that run true, each after the one before."""
    out = []
    for number in range(steps):
        step = {"Name": "s%04d" % number, "Type": "Processing", "Arguments": {
            "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1,
                                                      "VolumeSizeInGB": 1}},
            "AppSpecification": {"ImageUri": "host", "ContainerEntrypoint": ["true"]},
            "RoleArn": "arn:aws:iam::000000000000:role/none"}}
        if number:
            step["DependsOn"] = ["s%04d" % (number - 1)]
        out.append(step)
    return {"Version": "2020-12-01", "Parameters": [], "Steps": out}


def definition(folder, steps):
    path = os.path.join(folder, "chain%d.json" % steps)
    with open(path, "w", encoding="utf-8") as handle:
        json.dump(chained(steps), handle)
    return path


def timed(argv, rounds=1, **more):
    """The median of seconds; raises when the command fails."""
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, **more)
        took.append(time.perf_counter() - start)
        if done.returncode:
            raise OSError("%s: exit status %d: %s" % (" ".join(argv[-2:]), done.returncode, first_line(done.stderr)))
    return statistics.median(took)


def spawn_true(count):
    """Seconds for count times fork, exec of true, wait."""
    path = shutil.which("true")
    start = time.perf_counter()
    for _ in range(count):
        os.waitpid(os.posix_spawn(path, ["true"], {}), 0)
    return time.perf_counter() - start


def fsync_seconds(folder):
    """The median of one fsync after a small write there."""
    took = []
    with open(os.path.join(folder, "sync"), "wb", buffering=0) as handle:
        for _ in range(50):
            handle.write(b"x" * 4096)
            start = time.perf_counter()
            os.fsync(handle.fileno())
            took.append(time.perf_counter() - start)
    return statistics.median(took)


def instructions(argv, **more):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=%s/out" % folder, *argv],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, **more)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not counted:
        raise OSError("%s under callgrind: exit status %d" % (" ".join(argv[-2:]), done.returncode))
    return int(counted.group(1))


def attempt(title, budget, measure, form="%.2f"):
    try:
        print("%-52s %10s %12s" % (title, budget, form % measure()))
    except (OSError, EOFError, ValueError) as why:
        missing.append("%s: %s" % (title, first_line(why)))


def commands(folder):
    print("\n%-52s %10s %12s" % ("Commands", "budget", "measured"))
    env = {**os.environ, **private_env(folder)}
    attempt("true (the floor), ms", "-", lambda: timed(["true"], 50) * 1000)
    attempt("mlw --version, ms", "3", lambda: timed([MLW, "--version"], 50, env=env) * 1000)
    workspace = os.path.join(folder, "status")
    timed([MLW, "init", workspace], env=env)
    line = [MLW, "-C", workspace, "status", "-o", "line"]
    attempt("mlw status -o line, ms", "5", lambda: timed(line, 50, env=env) * 1000)
    big = definition(folder, 2000)
    attempt("mlw check, 2,000 steps, ms", "1000", lambda: timed([MLW, "check", big], 3, env=env) * 1000)
    if not shutil.which("valgrind"):
        missing.append("instruction counts: valgrind is not installed")
        return
    attempt("mlw --version, million instructions", "-", lambda: instructions([MLW, "--version"], env=env) / 1e6)
    attempt("mlw status -o line, million instructions", "-", lambda: instructions(line, env=env) / 1e6)
    attempt("mlw check, 2,000 steps, million instructions", "-",
            lambda: instructions([MLW, "check", big], env=env) / 1e6)


def run_chain(folder, steps, wrapper=()):
    workspace = tempfile.mkdtemp(prefix="chain", dir=folder)
    env = {**os.environ, **private_env(folder)}
    timed([MLW, "init", workspace], env=env)
    with open(os.path.join(workspace, ".mlw/mlw.conf"), "a", encoding="utf-8") as handle:
        handle.write("[executor]\nsandbox = none\n")
    return timed([*wrapper, MLW, "-C", workspace, "run", definition(folder, steps)], env=env)


def fsync_count(folder, steps):
    """fsyncs a step, seen by strace."""
    if not shutil.which("strace"):
        raise OSError("strace is not installed")
    out = os.path.join(folder, "strace")
    run_chain(folder, steps, ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", out])
    with open(out, encoding="utf-8", errors="replace") as handle:
        return sum("sync(" in line for line in handle) / steps


def engine(folder):
    title = "Engine: %d chained steps of true, sandbox none" % STEPS
    print("\n%-52s %10s %12s" % (title, "budget", "measured"))
    makefile = os.path.join(folder, "Makefile")
    with open(makefile, "w", encoding="utf-8") as handle:
        names = ["s%d" % number for number in range(STEPS)]
        handle.write("all: %s\n" % " ".join(names) + "".join("%s:\n\t@true\n" % name for name in names))
    bare = {"s": 0.0, "fsync": 0.0, "mlw": 0.0}

    def fork():
        bare["s"] = spawn_true(STEPS)
        return bare["s"]

    def sync():
        bare["fsync"] = fsync_seconds(folder)
        return bare["fsync"] * 1000

    def mlw():
        bare["mlw"] = run_chain(folder, STEPS)
        return bare["mlw"]

    def per_step():
        if not bare["mlw"]:
            raise OSError("there was no run")
        return (bare["mlw"] - bare["s"]) / STEPS * 1000
    attempt("bare fork and exec of true, s", "-", fork)
    attempt("make -j2, s", "-", lambda: timed(["make", "-s", "-j2", "-f", makefile], env={
        key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}))
    attempt("one fsync there, ms", "-", sync)
    attempt("mlw run, s", "20", mlw)
    attempt("engine cost per step over bare fork, ms", "5", per_step)
    attempt("fsyncs per step", "6", lambda: fsync_count(folder, 50))


def main():
    os.makedirs(B, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench", dir=B) as folder:
        on_screen(folder)
        many_runs(folder)
        commands(folder)
        engine(folder)
    print("\nNot measured:" if missing else "\nAll was measured.")
    for what in missing:
        print("  " + what)


if __name__ == "__main__":
    main()
