#!/usr/bin/env python3
"""`mlw run --plan`: what a start would do, without doing anything.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys

from engine import (CACHED, DEADLINE_S, ML, MLW, Skip, after, callback, condition, contains, fail, get,
                    parameter, pipeline, processing, register, run_cases, same, training)

HERE = sys.modules[__name__]


def tree_of(*folders):
    """Every name with its mode, size, times and content."""
    lines = []
    for folder in folders:
        for base, dirs, files in os.walk(folder):
            for name in sorted(dirs + files):
                path = os.path.join(base, name)
                at = os.lstat(path)
                line = (path, at.st_mode, at.st_size, at.st_mtime_ns)
                if name in files and os.path.isfile(path):
                    with open(path, "rb") as handle:
                        line += (hashlib.sha256(handle.read()).hexdigest(),)
                lines.append(line)
    return sorted(lines)


def plan(space, what, *words, **more):
    steps = space.call("run", what, "--plan", "-o", "json", *words, **more).json()["steps"]
    assert all(sorted(s) == ["action", "name", "why"] for s in steps), steps
    return {s["name"]: (s["action"], s["why"]) for s in steps}


def actions(steps):
    return {name: action for name, (action, _) in steps.items()}


def churn(space):
    """prepare → train → score → good → register | low, cached as far as can be."""
    space.write("raw.csv", "a,b\n1,2\n")
    space.write("code/train.py", "print(1)\n")
    score = dict(CACHED, **after("train"))
    return space.document(pipeline(
        processing("prepare", ML + "cp $ML/processing/raw/* $ML/processing/out/", outputs=["out"],
                   inputs=[("raw", get("Parameters.Raw"))], **CACHED),
        training("train", ML + "echo $SM_DEPTH > $ML/model/m", channels=[(
            "train", get("Steps.prepare.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri"))],
            hyperparameters={"depth": get("Parameters.Depth"),
                             "sagemaker_submit_directory": "\"code\""}, **CACHED),
        processing("score", ML + "echo '{\"auc\":0.9}' > $ML/processing/m/m.json", outputs=["m"],
                   inputs=[("model", get("Steps.train.ModelArtifacts.S3ModelArtifacts"))],
                   files=[("metrics", "m", "m.json")], **score),
        condition("good", {"Std:JsonGet": {"PropertyFile": {
            "Get": "Steps.score.PropertyFiles.metrics"}, "Path": "auc"}},
            get("Parameters.MinAuc"), kind="GreaterThan",
            yes=[register("keep", get("Steps.train.ModelArtifacts.S3ModelArtifacts"))],
            no=[fail("low", "too low")]),
        parameters=[parameter("Raw", "raw.csv"), parameter("Depth", "4"),
                    parameter("MinAuc", 0.5, "Float")]), "churn.json")


# --- nothing happens ---

def case_nothing_is_written(space):
    path = churn(space)
    space.run(path)
    rows = space.sql("select count(*), max(seq) from event")
    before = tree_of(space.dir)
    for words in ((), ("-p", "Depth=6"), ("-p", "Raw=churn.json"), ("-p", "Depth"),
                  ("-p", "Raw=none.csv"), ("-o", "json")):
        space.call("run", path, "--plan", *words, status=None)
        space.call("run", "churn", "--plan", *words, status=None)
        same(tree_of(space.dir), before, " ".join(words))
    same(space.sql("select count(*), max(seq) from event"), rows)


def case_a_workspace_that_cannot_be_written_is_planned(space):
    path = churn(space)
    execution = space.run(path)
    words = [MLW, "-C", space.dir, "run", "churn", "--plan"]
    if os.geteuid() == 0:
        bwrap = shutil.which("bwrap")
        box = [bwrap or "", "--dev-bind", "/", "/", "--ro-bind", space.dir, space.dir, "--"]
        if not bwrap or subprocess.run(box + ["true"], check=False, capture_output=True).returncode:
            raise Skip("bwrap --ro-bind DIR DIR true")
        words = box + words
    else:
        for base, dirs, files in os.walk(space.dir):
            for name in dirs + files:
                os.chmod(os.path.join(base, name), 0o500)
    before = tree_of(space.dir)
    done = subprocess.run(words, env=space.env, check=False, capture_output=True,
                          timeout=DEADLINE_S)
    same((done.returncode, done.stderr), (0, b""))
    contains(done.stdout.decode(), "from " + execution.id)
    same(tree_of(space.dir), before)


def case_a_folder_without_a_workspace_is_planned(space):
    path = churn(space)
    folder = os.path.join(space.base, "bare")
    os.mkdir(folder)
    for name in ("churn.json", "raw.csv"):
        shutil.copy(os.path.join(space.dir, name), folder)
    shutil.copytree(os.path.join(space.dir, "code"), os.path.join(folder, "code"))
    before = tree_of(space.base)
    env = dict(space.env, XDG_DATA_HOME=os.path.join(space.base, "home"))
    done = subprocess.run([MLW, "-C", folder, "run", os.path.join(folder, "churn.json"), "--plan"],
                          env=env, check=False, capture_output=True, timeout=DEADLINE_S)
    same((done.returncode, done.stderr), (0, b""))
    same([line.split()[:2] for line in done.stdout.decode().splitlines()], [
        ["STEP", "ACTION"], ["prepare", "run"], ["train", "run"], ["score", "run"],
        ["good", "run"], ["keep", "unknown"], ["low", "unknown"]])
    same(tree_of(space.base), before)
    same(actions(plan(space, path))["prepare"], "run")


def case_a_plan_looks_beside_what_runs(space):
    path = churn(space)
    first = space.run(path)
    held = space.detach(pipeline(processing("held", space.hold)))
    space.until_marks(1)
    same(plan(space, "churn")["train"], ("cache", "from " + first.id))
    space.open_gate()
    space.watch(held)
    same(plan(space, "churn")["train"], ("cache", "from " + first.id))


def case_a_pipeline_is_started_by_its_name(space):
    path = churn(space)
    space.run(path, "--name", "other")
    space.write("other/x", "a folder of that name")
    same(actions(plan(space, "other"))["train"], "cache")
    started = space.run("other", "-p", "Depth=6")
    contains(started.document["PipelineArn"], ":pipeline/other")
    same(started.misses, {"train": "HyperParameters"})


# --- what a run refuses, a plan refuses ---

def case_a_plan_fails_as_a_run_does(space):
    good = churn(space)
    cycle = space.document(pipeline(processing("a", "true", **after("b")),
                                    processing("b", "true", **after("a"))), "cycle.json")
    lone = space.document(pipeline({"Name": "x", "Type": "EMR", "Arguments": {}}), "emr.json")
    for words in ((cycle,), (lone,), (space.write("bad.json", "{"),), ("none.json",), ("nobody",),
                  (good, "-p", "Depth"), (good, "-p", "Nothing=1"), (good, "-p", "MinAuc=high"),
                  (good, "-p", "Raw=none.csv")):
        real = space.call("run", "--detach", *words, status=None)
        done = space.call("run", "--plan", *words, status=real.status)
        assert real.status in (1, 2, 3, 4, 5), (words, real.status)
        same((done.out, real.out), ("", ""), words)
        assert done.err.strip(), words
    space.call("run", good, "--plan", "-o", "xml", status=2)
    space.call("run", good, "-o", "json", status=2)
    same(space.sql("select count(*) from execution"), [(0,)])


# --- what is foreseen ---

def case_each_step_is_foreseen(space):
    path = churn(space)
    first = plan(space, path)
    same(list(first), ["prepare", "train", "score", "good", "keep", "low"])
    same([first[n] for n in ("prepare", "train", "score")], [("run", "first run")] * 3)
    same(first["keep"], ("unknown", "if good holds, depends on score"))
    one = space.run(path)
    hit = ("cache", "from " + one.id)
    again = plan(space, path)
    same([again[n] for n in ("prepare", "train", "score")], [hit] * 3)
    same(again["good"], ("run", "it holds"))
    # parameters do not decide the branch: what the cached results lead to is said
    same([again[n] for n in ("keep", "low")],
         [("unknown", "if good holds: it does by the cached score"),
          ("unknown", "else of good: it holds by the cached score")])
    deeper = plan(space, path, "-p", "Depth=6")
    same(deeper["prepare"], hit)
    same(deeper["train"], ("run", "HyperParameters.depth 4 → 6"))
    same(deeper["score"], ("unknown", "depends on train"))
    same([deeper[n][0] for n in ("keep", "low")], ["unknown", "unknown"])
    higher = plan(space, path, "-p", "MinAuc=0.95")
    same([higher[n] for n in ("prepare", "train", "score", "good")], [hit] * 3 + [
        ("run", "it does not hold")])
    same(higher["low"], ("unknown", "else of good: it does not hold by the cached score"))
    # the same bytes elsewhere are a hit; other bytes are named by both digests
    space.write("copy.csv", "a,b\n1,2\n")
    same(plan(space, path, "-p", "Raw=copy.csv")["prepare"], hit)
    space.write("copy.csv", "a,b\n1,3\n")
    other = plan(space, path, "-p", "Raw=copy.csv")
    contains(other["prepare"][1], "ProcessingInputs[raw]")
    same(other["prepare"][1].count("→"), 1)
    same(other["train"], ("unknown", "depends on prepare"))
    space.write("code/train.py", "print(2)\n")
    contains(plan(space, path)["train"][1], "HyperParameters.sagemaker_submit_directory ")


def case_what_is_foreseen_comes_true(space):
    path = churn(space)
    space.write("other.csv", "a,b\n9,9\n")
    for words in ((), (), ("-p", "Depth=6"), ("-p", "Raw=other.csv"), ("-p", "MinAuc=0.95"), (),
                  ("-p", "Depth=6", "-p", "Raw=other.csv")):
        foreseen = plan(space, path, *words)
        done = space.run(path, *words, status=None)
        for name, (action, why) in foreseen.items():
            hit = done.steps.get(name, {}).get("CacheHitResult")
            text = "%s %s: %s, %s" % (words, name, action, why)
            if action == "cache":
                same(hit and hit["SourcePipelineExecutionArn"].rsplit("/", 1)[1], why[5:], text)
            elif action == "run":
                assert name in done.steps and not hit, text
            elif action == "skip":
                assert name in done.skipped, text
            else:
                same(action, "unknown", text)
    same(actions(plan(space, path, "-p", "Depth=6", "-p", "Raw=other.csv"))["score"], "cache")


def case_branches_that_parameters_decide_are_planned(space):
    inner = condition("inner", get("Parameters.Size"), 5, kind="GreaterThan",
                      yes=[processing("big", "true")], no=[processing("small", "true")])
    path = space.document(pipeline(
        condition("outer", get("Parameters.Mode"), "full", yes=[inner, callback("ask")],
                  no=[fail("stop", "not full")]),
        processing("last", "true", **after("big")), processing("free", "true"),
        parameters=[parameter("Mode", "full"), parameter("Size", 9, "Integer")]))
    same(actions(plan(space, path)), {
        "outer": "run", "inner": "run", "big": "run", "small": "skip", "ask": "run",
        "stop": "skip", "last": "run", "free": "run"})
    less = plan(space, path, "-p", "Size=1")
    same((less["big"], less["small"][0], less["last"]),
         (("skip", "inner does not hold"), "run", ("skip", "big is skipped")))
    none = plan(space, path, "-p", "Mode=none")
    same(actions(none), {"outer": "run", "inner": "skip", "big": "skip", "small": "skip",
                         "ask": "skip", "stop": "run", "last": "skip", "free": "run"})
    same(none["ask"][1], "outer does not hold")
    done = space.run(path, "-p", "Mode=none", status=1)
    same(done.skipped, sorted(n for n, a in actions(none).items() if a == "skip"))


def case_what_is_not_cached_says_so(space):
    path = space.document(pipeline(
        processing("plain", "true"),
        processing("off", "true", CacheConfig={"Enabled": False}),
        processing("rescue", "true", DependsOn=[{"Step": "plain", "Trigger": "Failed"}]),
        processing("gone", "true", inputs=[("x", "s3://nowhere/x")], **CACHED),
        callback("ask", **after("plain"))))
    same(plan(space, path), {
        "plain": ("run", "no CacheConfig"),
        "off": ("run", "CacheConfig is not enabled"),
        "rescue": ("unknown", "only if plain fails"),
        "gone": ("run", "fails: there is no object s3://nowhere/x in this workspace"),
        "ask": ("run", "waits for a person")})


def case_what_a_step_will_write_is_not_taken_for_what_is_there(space):
    make = processing("make", "true", **CACHED)
    make["Arguments"]["ProcessingOutputConfig"] = {"Outputs": [{
        "OutputName": "o", "AppManaged": False, "S3Output": {
            "S3Uri": "s3://fixed/out", "LocalPath": "/opt/ml/processing/o",
            "S3UploadMode": "EndOfJob"}}]}
    make["Arguments"]["AppSpecification"]["ContainerEntrypoint"] = [
        "/bin/sh", "-c", ML + "echo $A > $ML/processing/o/x"]
    make["Arguments"]["Environment"] = {"A": get("Parameters.A")}
    read = processing("read", "true", inputs=[("x", "s3://fixed/out/x")],
                      **dict(CACHED, **after("make")))
    path = space.document(pipeline(make, read, parameters=[parameter("A", "1")]))
    space.run(path)
    same(actions(plan(space, path)), {"make": "cache", "read": "cache"})
    other = plan(space, path, "-p", "A=2")
    same(other["make"], ("run", "Environment.A 1 → 2"))
    same(other["read"], ("unknown", "depends on make"))


def case_an_earlier_result_than_the_newest_counts(space):
    path = churn(space)
    first = space.run(path)
    space.run(path, "-p", "Depth=6")
    same(plan(space, path)["train"], ("cache", "from " + first.id))
    # its newest success had Depth 6, but an input that is not known yet may bring back the first
    same(plan(space, path, "-p", "Depth=8")["train"], ("run", "HyperParameters.depth 6 → 8"))
    space.write("new.csv", "a,b\n5,5\n")
    both = plan(space, path, "-p", "Raw=new.csv", "-p", "Depth=8")
    same(both["train"], ("run", "HyperParameters.depth 6 → 8"))
    same(plan(space, path, "-p", "Raw=new.csv")["train"], ("unknown", "depends on prepare"))


# --- what a pipeline is before it starts ---

def case_a_pipeline_is_described_as_a_start_would_take_it(space):
    path = churn(space)
    execution = space.run(path)
    space.call("show", "pipeline", "nobody", status=3)
    shown = space.call("show", "pipeline", "churn", "-o", "json").json()
    contains(shown["PipelineArn"], ":pipeline/churn")
    assert "Steps" in json.loads(shown["PipelineDefinition"])
    mlw = shown["Mlw"]
    same((mlw["File"], mlw["Problem"], mlw["LastExecution"], mlw["LastStatus"]),
         (path, None, execution.id, "Succeeded"))
    same([(p["Name"], p["Type"], p["DefaultValue"]) for p in mlw["Parameters"]],
         [("Raw", "String", "raw.csv"), ("Depth", "String", "4"), ("MinAuc", "Float", 0.5)])
    same([(s["Name"], s["DependsOn"], s["Why"]) for s in mlw["Steps"]][3:5],
         [("good", ["score"], "after score"), ("keep", ["good", "train"], "if good holds")])
    never = space.document(pipeline(processing("only", "true")), "never.json")
    shown = space.call("show", "pipeline", never, "-o", "json").json()
    same((shown["PipelineName"], shown["Mlw"]["Executions"]), ("never", 0))
    # without its file: what was started last, and why no more can be
    os.remove(path)
    mlw = space.call("show", "pipeline", "churn", "-o", "json").json()["Mlw"]
    contains(mlw["Problem"], "could not open")
    same(len(mlw["Steps"]), 6)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
