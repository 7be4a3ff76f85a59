#!/usr/bin/env python3
"""mlruns that the real MLflow 3.6.0 wrote, as mlw reads them and as MLflow itself reads them back:
value for value, for odd values by hand and many by chance.

Ends with `N passed, N failed`. MLflow comes from its package registry into build/venv.
"""

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
PACKAGE = "mlflow-skinny==3.6.0"
SEED = 20240607
ODD = [0.0, -0.0, 1e-320, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 0.1, 1 / 3,
       float(2 ** 63 - 1), 2.0 ** 53 + 2, math.nan, math.inf, -math.inf]
KEYS = ["loss", "val/acc", "a b", "täglich", "x.y-z_1", "deep/er/est"]


# --- with MLflow ---

def write(client, entities, seed):
    rnd = random.Random(seed)
    experiments = [client.create_experiment("exp %d: é" % i) for i in range(3)]
    runs = []
    for n in range(40):
        tags = {"mlflow.note.content": "note\n%d" % n, "team/a": rnd.choice(["red", "", "blé"])}
        if runs and rnd.random() < 0.4:
            tags["mlflow.parentRunId"] = rnd.choice(runs)
        name = rnd.choice(["run %d" % n, "1e5", "null", "yes", "'q'", "0x1F", "- a: b", "é # c"])
        run = client.create_run(rnd.choice(experiments), run_name=name, tags=tags,
                                start_time=1700000000000 + rnd.randrange(20)).info.run_id
        runs.append(run)
        for key in rnd.sample(KEYS, 3):
            client.log_param(run, key, rnd.choice(["", "x" * 6000, "1e-05", "{'a': 1}", "ü\t|", n]))
        for key in rnd.sample(KEYS, 3):
            for _ in range(rnd.randrange(1, 12)):
                value = rnd.choice(ODD) if rnd.random() < 0.5 else rnd.gauss(0, 10 ** rnd.randrange(9))
                step = rnd.choice([0, 1, 2, -3, 2 ** 63 - 1, rnd.randrange(100)])
                client.log_metric(run, key, value, timestamp=1700000000000 + rnd.randrange(5), step=step)
        if rnd.random() < 0.3:
            client.log_inputs(run, [entities.DatasetInput(
                entities.Dataset("data", "digest%d" % n, "local", "{}"),
                [entities.InputTag("mlflow.data.context", "training")])])
        if rnd.random() < 0.7:
            client.set_terminated(run, rnd.choice(["FINISHED", "FAILED", "KILLED"]))
        if rnd.random() < 0.2:
            client.delete_run(run)
    client.delete_experiment(experiments[2])


def number(x):
    return repr(float(x))


def read(client, entities):
    answer = {}
    for experiment in client.search_experiments(view_type=entities.ViewType.ALL):
        if experiment.lifecycle_stage != "active":
            continue
        for run in client.search_runs([experiment.experiment_id], run_view_type=entities.ViewType.ALL):
            answer[run.info.run_id] = {
                "name": run.info.run_name, "experiment": experiment.name, "status": run.info.status,
                "start": run.info.start_time, "end": run.info.end_time,
                "deleted": run.info.lifecycle_stage == "deleted", "params": run.data.params,
                "tags": run.data.tags,
                "metrics": {key: number(value) for key, value in run.data.metrics.items()},
                "inputs": sorted([i.dataset.name, i.dataset.digest] for i in run.inputs.dataset_inputs),
                "history": {key: sorted([m.step, m.timestamp, number(m.value)] for m in
                                        client.get_metric_history(run.info.run_id, key))
                            for key in run.data.metrics}}
    return answer


def with_mlflow(role, path):
    import logging
    import warnings
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    import mlflow
    from mlflow import entities
    client = mlflow.MlflowClient(tracking_uri="file://" + path)
    if role == "write":
        write(client, entities, SEED)
    print(json.dumps(read(client, entities)))


# --- with mlw ---

def mlw(*words, env):
    done = subprocess.run([os.environ["MLW_BIN"], *words], env=env, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, (words, done.returncode, done.stderr)
    return json.loads(done.stdout)


def time_ms(text):
    if text is None:
        return None
    head, tail = text.rstrip("Z").split(".")
    import datetime
    at = datetime.datetime.fromisoformat(head).replace(tzinfo=datetime.timezone.utc)
    return int(at.timestamp()) * 1000 + int(tail)


def value_of(row, key, odd):
    if key in odd:
        return repr(float(odd[key].replace("Infinity", "inf")))
    return number(row[key])


def point_of(row):
    value = "nan" if row.get("nan") else repr(row["inf"] * math.inf) if "inf" in row else number(row["value"])
    return [row["step"], time_ms(row["time"]), value]


def ours(path, env):
    answer = {}
    for view in ("active", "deleted"):
        for row in mlw("ls", "runs", "--source", path, "-o", "json", "--view", view, env=env):
            run, odd = row["run_id"], row.get("nonfinite", {})
            shown = mlw("show", "run", run, "--source", path, "-o", "json", env=env)
            answer[run] = {
                "name": row["name"], "experiment": row["experiment"], "status": row["status"],
                "start": time_ms(row["start_time"]), "end": time_ms(row["end_time"]),
                "deleted": view == "deleted", "params": row["params"], "tags": row["tags"],
                "metrics": {key: value_of(row["metrics"], key, odd) for key in row["metrics"]},
                "inputs": sorted([i["name"], i["digest"]] for i in shown["inputs"]),
                "history": {key: sorted(point_of(p) for p in mlw(
                    "history", run, key, "--source", path, "-o", "json", env=env))
                    for key in row["metrics"]}}
            assert row["parent"] == row["tags"].get("mlflow.parentRunId"), row
    return answer


def main():
    if not os.path.exists(PYTHON):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    if subprocess.run([PYTHON, "-c", "import mlflow"], capture_output=True, check=False).returncode:
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", PACKAGE], check=True)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as tmp:
        path = os.path.join(tmp, "mlruns")
        env = dict(os.environ, XDG_CACHE_HOME=os.path.join(tmp, "cache"), LC_ALL="C.UTF-8")
        done = subprocess.run([PYTHON, os.path.abspath(__file__), "write", path], capture_output=True,
                              text=True, check=False)
        assert done.returncode == 0, done.stderr
        theirs = json.loads(done.stdout)
        mine = {run: row for run, row in ours(path, env).items() if row["experiment"] != "exp 2: é"}
        assert len(theirs) > 20 and sorted(theirs) == sorted(mine), (sorted(theirs), sorted(mine))
        for run, want in theirs.items():
            same = want == mine[run]
            passed, failed = passed + same, failed + (not same)
            for key in want:
                if want[key] != mine[run][key]:
                    print("%s %s: MLflow %.1000r, mlw %.1000r" % (run, key, want[key], mine[run][key]))
    print("seed %d" % SEED)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        with_mlflow(sys.argv[1], sys.argv[2])
    else:
        sys.exit(main())
