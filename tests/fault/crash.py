"""What the crash tests share: one pipeline of every kind of step, and what must hold at its end."""

import collections
import os
import sqlite3
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "e2e"))
from engine import (MLW, ML, NAME, Space, after, base_folder, condition, fail, get,  # noqa: E402
                    pipeline, processing, register, same, training, until)

REPLAY = os.path.join(os.path.dirname(MLW), "tests", "fault", "test_replay")
# reasons that are true of a pipeline in which one process was killed by SIGKILL
# (bubblewrap says its child's SIGKILL as 137 where the child died before the job began)
TRUE_REASONS = ("signal: 9 (SIGKILL)", "bubblewrap: signal 9", "bubblewrap: status 137",
                "SageMaker.JOB_INTERNAL_ERROR")
SIDES = ["left", "right"]


def document(space, is_wide=False, is_held=False):
    """Every job writes its attempt's name into the fifo: what is there twice was launched twice.
    A wide one has steps beside the training; jobs that are held go on when Gates saw them run."""
    said = ML + NAME + "echo $JOB > %s; " % space.mark
    hold = "read go < %s; " % space.gate if is_held else ""
    sides = [processing(n, said, **after("prep")) for n in SIDES] if is_wide else []
    prep = processing(
        "prep", said + hold + 'echo \'{"m":{"value":1}}\' > $ML/processing/out/m.json; '
        "echo data > $ML/processing/out/data.csv",
        outputs=["out"], files=[("f", "out", "m.json")])
    uri = get("Steps.prep.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri")
    train = training(
        "train", said + "cp $ML/input/data/train/data.csv $ML/model/w; "
        "printf 'loss=0.5\\nloss=0.25\\n'; " + hold, channels=[("train", uri)],
        metrics=[("loss", "loss=([0-9.]+)")])
    value = {"Std:JsonGet": {"PropertyFile": get("Steps.prep.PropertyFiles.f"), "Path": "m.value"}}
    model = get("Steps.train.ModelArtifacts.S3ModelArtifacts")
    decide = condition("cond", value, 1, yes=[register("reg", model)],
                       no=[fail("no", "not good enough")], **after("train"))
    return pipeline(prep, train, *sides, decide)


class Gates(threading.Thread):
    """Lets each held job go on when the store says that it runs, and has the points it printed: so
    a driver that lives meets it running once, and passes the same points whatever the load."""

    ASK = ("select a.execution, a.step, a.n from attempt a join step s on s.execution=a.execution"
           " and s.name=a.step where a.status='Executing'"
           " and (s.type<>'Training' or s.log_offset>0)")

    def __init__(self, space):
        super().__init__()
        self.space = space
        self.over = threading.Event()

    def run(self):
        opened = set()
        while not self.over.wait(0.01):
            for job in self.space.sql(self.ASK):
                if job not in opened:
                    opened.add(job)
                    self.space.open_gate()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def points(path, process=""):
    """Names of the points that were passed, of one kind of process or of all, in their order."""
    try:
        with open(path, encoding="ascii") as handle:
            words = [line.split() for line in handle.read().splitlines()]
    except OSError:
        return []
    return [w[1] for w in words if process in ("", w[0])]


def executions(space):
    return [row["id"] for row in space.call("ls", "executions", "-o", "json").json()]


def check_end(space, execution, kills=1):
    """The three ends that are allowed, and nothing launched twice."""
    x = space.show(execution)
    marks = collections.Counter(m for m in space.marks() if "-%s-" % execution in m)
    twice = [m for m, n in marks.items() if n > 1]
    assert not twice, "launched twice: %s" % twice
    interrupted = 0
    for name in ["prep", "train"] + SIDES:
        tries = x.attempts(name)
        same([a["N"] for a in tries], list(range(1, len(tries) + 1)), "attempts of " + name)
        for a in tries[:-1]:
            same(a["Status"], "Interrupted", "an earlier attempt of " + name)
        interrupted += sum(a["Status"] == "Interrupted" for a in tries)
        begun = sum(n for m, n in marks.items() if "-%s-" % name in m)
        assert begun <= len(tries), "%s: %d launches, %d attempts" % (name, begun, len(tries))
        assert x.state(name) != "Succeeded" or tries[-1]["Status"] == "Succeeded", tries
    assert interrupted <= kills, "%d attempts were interrupted" % interrupted
    if x.status == "Succeeded":
        same(set(x.states().values()), {"Succeeded"})
        assert {"prep", "train", "cond", "reg"} <= set(x.states()), x.states()
        same(x.skipped, ["no"])
        check_results(space, x)
    else:
        same(x.status, "Failed")
        assert any(r in x.reason for r in TRUE_REASONS), x.reason
    return x


def check_results(space, x):
    """What succeeded is there, whole and once."""
    out = os.path.join(space.mlw, "objects", "work", x.id, "prep", "out")
    same(sorted(os.listdir(out)), ["data.csv", "m.json"])
    packages = space.call("ls", "packages", "-o", "json").json()
    same(len(packages), 1, "versions")
    runs = [r for r in space.call("ls", "runs", "-o", "json").json() if x.id in r["name"]]
    finished = [r for r in runs if r["status"] == "FINISHED"]
    same(len(finished), 1, "finished runs")
    points = space.call("history", finished[0]["id"], "loss", "-o", "json").json()
    same([p["value"] for p in points], [0.5, 0.25], "points")


def check_quiet(space, execution):
    """No sanitizer spoke, nothing of ours is left, and the events give the same state again."""
    text = space.driver_log(execution)
    assert "Sanitizer" not in text and "runtime error" not in text, text
    try:
        until(lambda: not space.processes(), "all processes of the execution end", 20)
    except AssertionError as why:
        raise AssertionError("%s: %s" % (why, space.describe())) from None


def read(path, size=20000):
    """The end of a file as text, or why it cannot be read."""
    try:
        with open(path, "rb") as handle:
            return handle.read()[-size:].decode("utf-8", "replace")
    except OSError as why:
        return str(why)


def explain(space, count):
    """All that tells why a trial failed, before its folder goes: points, events, attempts, and each
    process with where it waits and what it has open (locks by their names)."""
    texts = ["points: " + read(count).replace("\n", ", ")]
    try:
        texts += ["event %s" % (row,) for row in space.sql(
            "select seq, time, type, substr(json, 1, 300) from event order by execution, seq")]
    except sqlite3.Error as why:
        texts.append(str(why))
    runs = os.path.join(space.mlw, "runs")
    for folder, _, names in os.walk(runs):
        if "/ml" not in folder[len(runs):]:
            texts.append("%s: %s" % (folder[len(runs):], " ".join(sorted(names))))
            texts += ["driver.log: " + read(os.path.join(folder, n))
                      for n in names if n == "driver.log"]
    texts.append("processes: " + space.describe())
    for pid in space.processes():
        about = "/proc/%d/" % pid
        files = ["%s=%s" % (n, os.path.basename(os.readlink(about + "fd/" + n)))
                 for n in os.listdir(about + "fd")] if os.access(about + "fd", os.R_OK) else []
        texts.append("%d waits in %s %s, has %s" % (
            pid, read(about + "wchan"), read(about + "stack").replace("\n", " "), " ".join(files)))
    return "\n".join(texts)


def check_replay(spaces):
    """store_rebuild over each workspace gives the rows that were there."""
    assert os.path.exists(REPLAY), "%s is not built" % REPLAY
    done = subprocess.run([REPLAY] + [s.dir for s in spaces], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")


def end_of(space, is_held=False):
    """Whoever looks next finishes it; where nothing became durable, it is begun again."""
    found = executions(space)
    assert len(found) <= 1, found
    if not found:
        return space.run(document(space, is_held=is_held)).id
    space.watch(found[0], status=None)
    return found[0]
