#!/usr/bin/env python3
"""Event files of tensorboardX and of TensorBoard's own summary writer beside EventAccumulator, and
offline runs of the real wandb beside what was logged and what `wandb leet inspect` reads back.

Ends with `N passed, N failed`. The packages come from their registry into build/venv; one that does
not install is skipped by name."""

import glob
import json
import math
import os
import random
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, "build/venv")
PYTHON = os.path.join(VENV, "bin/python3")
SEED = 20240611
ODD = [0.0, 1e-320, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3, 2.0 ** 53 + 2, math.nan, math.inf, -math.inf]
KEYS = ["loss", "val/acc", "täglich", "x.y-z_1", "deep/er/est"]


def us(seconds):
    """Ties go up: a double of today's seconds often lies half-way between two microseconds."""
    return math.floor(seconds * 1e6 + 0.5)


def number(x):
    return repr(float(x))


# --- in build/venv ---

def write_tensorboard(path):
    import numpy
    import tensorboardX
    from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
    from tensorboard.compat.proto.types_pb2 import DT_DOUBLE
    from tensorboard.summary.writer.event_file_writer import EventFileWriter
    rnd = random.Random(SEED)
    for n in range(6):
        with tensorboardX.SummaryWriter(os.path.join(path, "x/run %d" % n)) as out:
            for step in range(200):
                key = rnd.choice(KEYS)
                value = rnd.choice(ODD) if rnd.random() < 0.3 else rnd.gauss(0, 1e3)
                with numpy.errstate(over="ignore"):
                    out.add_scalar(key, float(numpy.float32(value)), step)
            out.add_histogram("weights", numpy.arange(10), 1)
    out = EventFileWriter(os.path.join(path, "tensors"))
    for step in range(200):
        value = rnd.choice(ODD) if rnd.random() < 0.3 else rnd.gauss(0, 1e3)
        tensor = tensor_pb2.TensorProto(dtype=DT_DOUBLE, tensor_shape=tensor_shape_pb2.TensorShapeProto())
        if step % 2:
            tensor.double_val.append(value)
        else:
            tensor.tensor_content = numpy.float64(value).tobytes()
        out.add_event(event_pb2.Event(wall_time=1.7e9 + step / 7, step=step, summary=summary_pb2.Summary(
            value=[summary_pb2.Summary.Value(tag="t", tensor=tensor)])))
    out.close()


def read_tensorboard(path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.util import tensor_util
    answer = {}
    for top, _, files in os.walk(path):
        if not any("tfevents" in name for name in files):
            continue
        events = EventAccumulator(top, size_guidance={"scalars": 0, "tensors": 0})
        events.Reload()
        metrics = {tag: [[e.step, us(e.wall_time), number(e.value)] for e in events.Scalars(tag)]
                   for tag in events.Tags()["scalars"]}
        for tag in events.Tags()["tensors"]:
            metrics[tag] = [[e.step, us(e.wall_time), number(tensor_util.make_ndarray(e.tensor_proto))]
                            for e in events.Tensors(tag)]
        answer[os.path.relpath(top, path)] = {"metrics": metrics}
    return answer


def write_wandb(path):
    import wandb
    rnd = random.Random(SEED)
    for n in range(3):
        config = {"lr": 1e-05, "n": 2 ** 63 - 1, "s": "é" * 6000, "empty": "", "nest": {"a": {"b": [1, 2.5]}}}
        run = wandb.init(project="proj é", mode="offline", dir=path, config=config, name="run %d" % n)
        for step in range(300):
            values = {key: rnd.choice(ODD) if rnd.random() < 0.3 else rnd.gauss(0, 1e3) for key in rnd.sample(KEYS, 3)}
            run.log(dict(values, text="no", flag=True, nest={"d": step}), step=step * 2)
        run.summary["best"] = 0.25
        run.finish(exit_code=n)


def finite(value):
    words = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
    value = words.get(value, value) if isinstance(value, str) else value
    return None if isinstance(value, (bool, str)) or value is None else value


def leaves(value, path=""):
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, path + "." + key if path else key)
    else:
        yield path, value


def read_wandb(path):
    answer = {}
    for log in glob.glob(os.path.join(path, "wandb/offline-run-*/*.wandb")):
        done = subprocess.run([os.path.join(VENV, "bin/wandb"), "leet", "inspect", "--json", log],
                              capture_output=True, text=True, check=True)
        run, metrics = {}, {}
        for line in done.stdout.splitlines():
            record = json.loads(line)
            if record["type"] == "run":
                run = record["run"]
            if record["type"] == "history":
                row = record["history"].get("item", record["history"])
                for key, value in leaves(row):
                    if not key.startswith("_") and finite(value) is not None:
                        metrics.setdefault(key, []).append(
                            [row["_step"], us(row["_timestamp"]), number(finite(value))])
        params = {key: value if isinstance(value, str) else json.dumps(value)
                  for key, value in leaves(run["config"]["update"]) if not key.startswith("_wandb")}
        answer[run["run_id"]] = {"metrics": metrics, "params": params, "name": run["display_name"]}
    return answer


PEERS = {"tensorboard": (["tensorboard", "tensorboardX"], write_tensorboard, read_tensorboard),
         "wandb": (["wandb"], write_wandb, read_wandb)}


# --- with mlw ---

def mlw(*words, env):
    done = subprocess.run([os.environ["MLW_BIN"], *words], env=env, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, (words, done.returncode, done.stderr)
    return json.loads(done.stdout)


def time_us(text):
    import datetime
    head, tail = text.rstrip("Z").split(".")
    at = datetime.datetime.fromisoformat(head).replace(tzinfo=datetime.timezone.utc)
    return int(at.timestamp()) * 1000000 + int(tail.ljust(6, "0"))


def point(row):
    value = "nan" if row.get("nan") else repr(row["inf"] * math.inf) if "inf" in row else number(row["value"])
    return [row["step"], time_us(row["time"]), value]


def ours(path, env):
    answer = {}
    for row in mlw("ls", "runs", "--source", path, "-o", "json", env=env):
        answer[row["run_id"]] = {
            "name": row["name"], "params": row["params"],
            "metrics": {key: [point(p) for p in mlw("history", row["run_id"], key, "--source", path, "-o",
                                                    "json", env=env)] for key in row["metrics"] if key != "best"}}
    return answer


def same(kind, want, have):
    if kind == "params":
        def plain(text):
            try:
                return json.loads(text)
            except ValueError:
                return text
        return {k: plain(v) for k, v in want.items()} == {k: plain(v) for k, v in have.items()}
    return want == have


def compare(peer, tmp):
    path = os.path.join(tmp, peer)
    os.mkdir(path)
    env = dict(os.environ, XDG_CACHE_HOME=os.path.join(tmp, "cache"), LC_ALL="C.UTF-8", WANDB_SILENT="true")
    done = subprocess.run([PYTHON, os.path.abspath(__file__), peer, path], capture_output=True, text=True,
                          env=env, check=False)
    assert done.returncode == 0, done.stderr
    theirs, mine = json.loads(done.stdout.splitlines()[-1]), ours(path, env)
    assert len(theirs) > 2 and sorted(theirs) == sorted(mine), (sorted(theirs), sorted(mine))
    passed = failed = 0
    for run, want in theirs.items():
        wrong = [kind for kind in want if not same(kind, want[kind], mine[run][kind])]
        passed, failed = passed + (not wrong), failed + bool(wrong)
        for kind in wrong:
            print("%s %s %s: theirs %.600r, mlw %.600r" % (peer, run, kind, want[kind], mine[run][kind]))
    points = sum(len(rows) for want in theirs.values() for rows in want["metrics"].values())
    print("%s: %d runs, %d points" % (peer, len(theirs), points))
    return passed, failed


def main():
    if not os.path.exists(PYTHON):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    passed = failed = 0
    for peer, (packages, _, _) in PEERS.items():
        if any(subprocess.run([PYTHON, "-c", "import " + name], capture_output=True, check=False).returncode
               for name in packages) and \
           subprocess.run([PYTHON, "-m", "pip", "install", "-q", *packages], check=False).returncode:
            print("skipped: %s does not install" % ", ".join(packages))
            continue
        with tempfile.TemporaryDirectory() as tmp:
            results = compare(peer, tmp)
        passed, failed = passed + results[0], failed + results[1]
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        PEERS[sys.argv[1]][1](sys.argv[2])
        print(json.dumps(PEERS[sys.argv[1]][2](sys.argv[2])))
        sys.exit(0)
    sys.exit(main())
