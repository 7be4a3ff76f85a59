#!/usr/bin/env python3
"""Runs core/templates/tabular as an engine would, without the engine.

Each case lays the template down in a folder of its own, stages every input that pipeline.json names
below SAGEMAKER_BASE_DIR, starts the commands that stand in pipeline.json, and looks at what they
leave. Plain python3. Ends with `N passed, N failed`; exit status 1 when any failed.
"""

import filecmp
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TEMPLATE = os.path.join(ROOT, "core", "templates", "tabular")
FAST = {"Epochs": 3, "Members": 2}
NAME = re.compile(r"[A-Za-z0-9\-_]{1,64}")


class Project:
    """The template laid down, and one execution of it."""

    def __init__(self, folder, data=None, target=None, **parameters):
        self.folder = os.path.join(folder, "project")
        self.jobs = os.path.join(folder, "jobs")
        shutil.copytree(TEMPLATE, self.folder)
        if data is not None:
            with open(os.path.join(self.folder, "data", "own.csv"), "wb") as handle:
                handle.write(data.encode())
        with open(os.path.join(self.folder, "pipeline.json"), encoding="utf-8") as handle:
            text = handle.read()
        values = template_values()
        if data is not None:
            values = {"DATA": "data/own.csv", "TARGET": target}
        for key, value in values.items():
            text = text.replace("@%s@" % key, json.dumps(value)[1:-1])
        self.document = json.loads(text)
        self.steps = {step["Name"]: step for step in self.document["Steps"]}
        self.parameters = {p["Name"]: p["DefaultValue"] for p in self.document["Parameters"]}
        self.parameters.update(FAST)
        self.parameters.update(parameters)
        self.stored = {}   # s3 address → folder or file

    def bind(self, value):
        """Get of parameters, of an output's address and of the model; Std:Join."""
        if isinstance(value, dict) and set(value) == {"Get"}:
            return self.get(value["Get"])
        if isinstance(value, dict) and "Std:Join" in value:
            join = value["Std:Join"]
            return join["On"].join(str(self.bind(part)) for part in join["Values"])
        return value

    def get(self, path):
        root, _, rest = path.partition(".")
        if root == "Parameters":
            return self.parameters[rest]
        if root == "Execution":
            return rest
        step, _, rest = rest.partition(".")
        if rest == "ModelArtifacts.S3ModelArtifacts":
            return "s3://model/model.tar.gz"
        output = re.fullmatch(r"ProcessingOutputConfig\.Outputs\['(.*)'\]\.S3Output\.S3Uri",
                              rest).group(1)
        outputs = self.steps[step]["Arguments"]["ProcessingOutputConfig"]["Outputs"]
        return next(self.bind(o["S3Output"]["S3Uri"]) for o in outputs if o["OutputName"] == output)

    def stage(self, uri, folder):
        source = self.stored.get(uri) or os.path.join(self.folder, uri)
        if os.path.isdir(source):
            shutil.copytree(source, folder)
        else:
            os.makedirs(folder)
            shutil.copy(source, folder)

    def start(self, command, base, cwd, extra):
        environment = {"PATH": os.environ["PATH"], "HOME": base, "LANG": "C.UTF-8",
                       "SAGEMAKER_BASE_DIR": base}
        environment.update(extra)
        return subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def process(self, name):
        """Runs a Processing step: (exit status, log, its base folder)."""
        arguments = self.steps[name]["Arguments"]
        base = os.path.join(self.jobs, name)
        place = {}
        for entry in arguments["ProcessingInputs"]:
            local = os.path.join(base, os.path.relpath(entry["S3Input"]["LocalPath"], "/opt/ml"))
            self.stage(self.bind(entry["S3Input"]["S3Uri"]), local)
        for entry in arguments["ProcessingOutputConfig"]["Outputs"]:
            local = os.path.join(base, os.path.relpath(entry["S3Output"]["LocalPath"], "/opt/ml"))
            os.makedirs(local)
            place[self.bind(entry["S3Output"]["S3Uri"])] = local
        app = arguments["AppSpecification"]
        words = app["ContainerEntrypoint"] + app.get("ContainerArguments", [])
        job = self.start([self.bind(word) for word in words], base, base, {})
        log = job.communicate()[0]
        if job.returncode == 0:
            self.stored.update(place)
        return job.returncode, log, base

    def start_training(self):
        arguments = self.steps["train"]["Arguments"]
        base = os.path.join(self.jobs, "train")
        extra = {"SM_MODEL_DIR": os.path.join(base, "model"),
                 "SM_OUTPUT_DIR": os.path.join(base, "output"),
                 "SM_OUTPUT_DATA_DIR": os.path.join(base, "output", "data")}
        for channel in arguments["InputDataConfig"]:
            local = os.path.join(base, "input", "data", channel["ChannelName"])
            self.stage(self.bind(channel["DataSource"]["S3DataSource"]["S3Uri"]), local)
            extra["SM_CHANNEL_" + channel["ChannelName"].upper()] = local
        for folder in ("model", "output/data"):
            os.makedirs(os.path.join(base, folder))
        values = {key: self.bind(value) for key, value in arguments["HyperParameters"].items()}
        self.stage(values.pop("sagemaker_submit_directory"), os.path.join(base, "code"))
        command = [sys.executable, values.pop("sagemaker_program")]
        for key in sorted(values):
            command += ["--" + key, values[key]]
        return self.start(command, base, os.path.join(base, "code"), extra), base

    def train(self):
        job, base = self.start_training()
        log = job.communicate()[0]
        archive = os.path.join(self.jobs, "model.tar.gz")
        with tarfile.open(archive, "w:gz") as out:
            out.add(os.path.join(base, "model"), ".")
        self.stored["s3://model/model.tar.gz"] = archive
        return job.returncode, log, base

    def run(self):
        """All three jobs; returns their logs and the report."""
        logs = {}
        for name in ("preprocess", "train", "evaluate"):
            status, logs[name], base = self.train() if name == "train" else self.process(name)
            assert status == 0, "%s ended with %d:\n%s" % (name, status, logs[name])
        declared = self.steps["evaluate"]["PropertyFiles"][0]
        with open(os.path.join(base, "processing", declared["OutputName"], declared["FilePath"]),
                  encoding="utf-8") as handle:
            return logs, json.load(handle)

    def quality(self, report):
        """What the condition reads in the report."""
        condition = self.steps["check-auc"]["Arguments"]["Conditions"][0]
        for key in condition["LeftValue"]["Std:JsonGet"]["Path"].split("."):
            report = report[key]
        return report

    def metrics(self, log):
        """For each metric of the definition, the numbers in the log."""
        algorithm = self.steps["train"]["Arguments"]["AlgorithmSpecification"]
        return {d["Name"]: [float(text) for text in re.findall(d["Regex"], log)]
                for d in algorithm["MetricDefinitions"]}


def template_values():
    """[values] of template.ini."""
    values, section = {}, ""
    with open(os.path.join(TEMPLATE, "template.ini"), encoding="utf-8") as handle:
        for line in handle:
            if line.startswith("["):
                section = line.strip()
            elif section == "[values]" and "=" in line:
                key, value = line.split("=", 1)
                values[key.strip()] = value.strip()
    return values


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(at, name), folder)
                  for at, _, names in os.walk(folder) for name in names if not name.endswith(".gz"))


def assert_learned(project, logs, report, kind, at_least):
    assert (kind + " on ") in logs["train"], logs["train"]
    for name, series in project.metrics(logs["train"]).items():
        assert len(series) == project.parameters["Epochs"], "%s: %d values" % (name, len(series))
    assert at_least <= project.quality(report) <= 1, project.quality(report)


def assert_refused(project, *words):
    status, log, base = project.process("preprocess")
    assert status == 1, "ended with %d:\n%s" % (status, log)
    with open(os.path.join(base, "output", "message"), encoding="utf-8") as handle:
        message = handle.read()
    for word in words:
        assert word in message, message
    assert "Traceback" not in log, log


# --- tables made here; no chance in them beyond a fixed recurrence ---

def noise(count, state=1):
    for _ in range(count):
        state = state * 48271 % 2147483647
        yield state / 2147483647


def flowers(rows=150):
    """Three classes with quotes, commas and line ends in cells, missing values, ids, a constant."""
    lines = ['"row id","petal, cm",colour,"note ""q""",kind,always,code']
    chance = list(noise(3 * rows))
    for n in range(rows):
        a, b, c = chance[3 * n:3 * n + 3]
        kind = ("rose", '"wild", rose', "lily\nwhite")[n % 3]
        petal = "" if c < 0.1 else "%.2f" % (2 * (n % 3) + a)
        colour = "NA" if c > 0.9 else ("red", "pink", "white")[(n + (b > 0.8)) % 3]
        lines.append('%d,%s,%s,"text, %d","%s",1,%s' % (
            n + 100, petal, colour, n, kind.replace('"', '""'), chr(ord("a") + n % 26)))
    return "\r\n".join(lines) + "\r\n"


def houses(rows=200):
    """Prices: numbers, levels, a target with gaps; semicolons and a byte order mark."""
    lines = ["\ufeffarea;district;price"]
    chance = list(noise(2 * rows, 7))
    for n in range(rows):
        area, luck = 40 + 160 * chance[2 * n], chance[2 * n + 1]
        price = "" if n % 40 == 0 else "%.1f" % (3000 * area + 90000 * (n % 3) + 20000 * luck)
        lines.append("%.1f;%s;%s" % (area, ("north", "south", "old town")[n % 3], price))
    return "\n".join(lines) + "\n"


# --- the cases ---

def case_definition_keeps_the_rules(folder):
    project = Project(folder)
    branch = project.steps["check-auc"]["Arguments"]
    names = list(project.steps) + [s["Name"] for s in branch["IfSteps"] + branch["ElseSteps"]]
    assert len(set(names)) == len(names) == 6, names
    assert all(NAME.fullmatch(name) for name in names), names
    text = json.dumps(project.document)
    declared = set(project.parameters)
    used = set(re.findall(r'"Parameters\.([^"]*)"', text))
    assert used == declared, used ^ declared
    assert not re.search("@[A-Z]+@", text), "a placeholder is left"
    assert all("DefaultValue" in p for p in project.document["Parameters"])
    for name in ("preprocess", "train", "evaluate"):
        assert project.steps[name]["CacheConfig"] == {"Enabled": True, "ExpireAfter": "P30D"}


def case_demo_data_learns_and_passes(folder):
    project = Project(folder)
    logs, report = project.run()
    assert_learned(project, logs, report, "binary", 0.5)
    assert set(report["binary_classification_metrics"]) >= {"auc", "accuracy", "confusion_matrix"}
    assert re.search(r"^epoch 2/3 train_loss=\d\.\d{4} val_loss=\d\.\d{4} val_auc=\d\.\d{4}$",
                     logs["train"], re.M), logs["train"]
    assert "warning: 11 rows without a value in sex" in logs["preprocess"], logs["preprocess"]


def case_demo_reaches_its_threshold(folder):
    # a fifth of the ensemble, all epochs: the default run has more members, so is no worse
    project = Project(folder, Epochs=60, Members=4)
    logs, report = project.run()
    assert_learned(project, logs, report, "binary", project.parameters["MinAuc"])


def case_same_seed_same_bytes(folder):
    runs = []
    for name in ("a", "b"):
        project = Project(os.path.join(folder, name))
        runs.append((project.jobs, project.run()[0]))
    (a, logs_a), (b, logs_b) = runs
    assert logs_a == logs_b
    names = files_below(a)
    assert names == files_below(b) and "evaluate/processing/evaluation/evaluation.json" in names
    different = filecmp.cmpfiles(a, b, names, shallow=False)
    assert different[1:] == ([], []), different[1:]


def case_other_seed_other_model(folder):
    runs = [Project(os.path.join(folder, str(seed)), Seed=seed).run()[0] for seed in (7, 8)]
    assert runs[0]["train"] != runs[1]["train"]


def case_many_classes_quotes_and_gaps(folder):
    project = Project(folder, flowers(), "kind", Epochs=8)
    logs, report = project.run()
    assert_learned(project, logs, report, "multiclass", 0.8)
    assert '"wild", rose' in report["multiclass_classification_metrics"]["confusion_matrix"]
    assert "'lily\\nwhite'" in logs["preprocess"], logs["preprocess"]
    for text in ("row id                   left out: looks like an identifier",
                 'note "q"                 left out: looks like an identifier',
                 "always                   left out: one value only",
                 "colour                   3 levels, some missing",
                 "code                     20 levels, other"):
        assert text in logs["preprocess"], logs["preprocess"]


def case_numbers_are_a_regression(folder):
    project = Project(folder, houses(), "price", Epochs=20)
    logs, report = project.run()
    assert_learned(project, logs, report, "regression", 0.8)
    assert set(report["regression_metrics"]) == {"mse", "rmse", "mae", "r2", "auc"}
    assert report["regression_metrics"]["r2"]["value"] > 0.5, report
    assert "5 rows without a value in price" in logs["preprocess"], logs["preprocess"]


def case_a_target_that_begins_with_a_dash(folder):
    project = Project(folder, houses().replace("price", "--price \"x\""), "--price \"x\"")
    status, log, _ = project.process("preprocess")
    assert status == 0, log


def case_one_class_is_refused(folder):
    data = "a,b\n" + "".join("%d,yes\n" % (n * n) for n in range(50))
    assert_refused(Project(folder, data, "b"), "one value only", "'yes'", "TargetColumn")


def case_rare_second_class_is_refused(folder):
    data = "a,b\n" + "".join("%d,%s\n" % (n * n, "no" if n == 3 else "yes") for n in range(50))
    assert_refused(Project(folder, data, "b"), "one value only", "'yes'")


def case_unknown_target_is_refused(folder):
    project = Project(folder, houses(), "prise")
    assert_refused(project, "no column 'prise'", "did you mean 'price'", "area")


def case_text_target_is_refused(folder):
    data = "a,b\n" + "".join("%d,text %d\n" % (n, n // 4) for n in range(400))
    assert_refused(Project(folder, data, "b"), "100 different values")


def case_text_is_no_regression(folder):
    project = Project(folder, houses(), "district", Task="regression")
    assert_refused(project, "regression", "'north'")


def case_header_alone_is_refused(folder):
    assert_refused(Project(folder, "a,b\n", "b"), "no rows")


def case_empty_file_is_refused(folder):
    assert_refused(Project(folder, "", "b"), "no rows")


def case_same_name_twice_is_refused(folder):
    assert_refused(Project(folder, "a,a,b\n1,2,3\n", "b"), "more than once", "'a'")


def case_few_rows_are_refused(folder):
    data = "a,b\n" + "".join("%d,%d\n" % (n * n, n % 2) for n in range(12))
    assert_refused(Project(folder, data, "b"), "12 usable rows", "20")


def case_only_identifiers_are_refused(folder):
    data = "id,b\n" + "".join("%d,%d\n" % (n, n % 2) for n in range(60))
    assert_refused(Project(folder, data, "b"), "no column beside the target")


def case_bad_hyperparameter_names_itself(folder):
    project = Project(folder, Epochs=0)
    assert project.process("preprocess")[0] == 0
    status, _, base = project.train()
    with open(os.path.join(base, "output", "failure"), encoding="utf-8") as handle:
        failure = handle.read()
    assert status == 1 and "hyperparameter epochs" in failure, failure


def case_sigterm_saves_the_best_epoch(folder):
    project = Project(folder, Epochs=100000)
    assert project.process("preprocess")[0] == 0
    job, base = project.start_training()
    for line in job.stdout:
        if line.startswith("epoch 2/"):
            break
    job.send_signal(signal.SIGTERM)
    log = job.communicate(timeout=60)[0]
    assert job.returncode == 128 + signal.SIGTERM, log
    assert "SIGTERM: stopping" in log and "saved epoch" in log, log
    with open(os.path.join(base, "model", "model.json"), encoding="utf-8") as handle:
        assert json.load(handle)["format"] == 1


def case_broken_archive_leaves_a_message(folder):
    project = Project(folder)
    assert project.process("preprocess")[0] == 0
    archive = os.path.join(folder, "model.tar.gz")
    with open(archive, "wb") as handle:
        handle.write(b"no archive")
    project.stored["s3://model/model.tar.gz"] = archive
    status, _, base = project.process("evaluate")
    assert status == 1 and os.path.getsize(os.path.join(base, "output", "message")) > 0


def main():
    passed, failed = 0, 0
    cases = sorted(name for name in globals() if name.startswith("case_"))
    for name in cases:
        with tempfile.TemporaryDirectory() as folder:
            try:
                globals()[name](folder)
                passed += 1
            except Exception as error:
                failed += 1
                print("FAILED %s: %s: %s" % (name, type(error).__name__, error))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
