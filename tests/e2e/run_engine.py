#!/usr/bin/env python3
"""What the engine promises, of the real mlw: ends and their reasons, branches, gates, retries.

Ends with `N passed, N failed, N skipped`; words choose cases by name. The cache and inputs are in
run_inputs.py, commands and their exit statuses in run_commands.py.
"""

import getpass
import hashlib
import json
import os
import re
import sys

from engine import (CACHED, ML, after, callback, condition, contains, fail, get, is_alive,
                    parameter, pipeline, processing, register, run_cases, same, training, until)

HERE = sys.modules[__name__]
FAST = {"IntervalSeconds": 1, "MaxAttempts": 5, "BackoffRate": 1.0}


# --- ends and their reasons ---

def case_every_end_of_a_job_has_its_reason(space):
    def said(make, name, file, text, status):
        script = ML + "printf '%%s' \"$TEXT\" > $ML/output/%s; exit %d" % (file, status)
        return make(name, script, environment={"TEXT": text})
    cases = (
        (processing("silent", "exit 3"), "AlgorithmError: exit code: 3"),
        (said(processing, "said", "message", "rows are missing", 4),
         "rows are missing, exit code: 4"),
        (said(processing, "long", "message", "\u00e9" * 1500, 5),
         "\u00e9" * 1024 + ", exit code: 5"),
        (said(training, "trained", "failure", "loss is NaN", 6), "loss is NaN, exit code: 6"),
        (processing("killed", "kill -SEGV $$"), "AlgorithmError: signal: 11 (SIGSEGV)"),
        (processing("absent", "exec /nowhere/program"), "AlgorithmError: exit code: 127"))
    for step, want in cases:
        x = space.run(pipeline(step), status=1)
        same((x.status, x.why(step["Name"])), ("Failed", want))
        contains(x.reason, "step %s: %s" % (step["Name"], want[:100]))
        same(len(x.attempts(step["Name"])), 1, "a script's own failure is not retried")
    same(x.attempts("absent")[0]["ExitCode"], 127)


def case_max_runtime_is_exceeded(space):
    x = space.run(pipeline(training("slow", "read never < %s" % space.gate, runtime_s=1)), status=1)
    contains(x.why("slow"), "MaxRuntimeExceeded")
    same(x.state("slow"), "Failed")


def case_a_failure_lets_what_runs_finish(space):
    x = space.run(pipeline(
        processing("bad", "while ! test -e %s; do :; done; exit 1" % space.base + "/right-runs"),
        processing("right", "echo > %s/right-runs; echo fine" % space.base),
        processing("later", "true", **after("right"))), "--parallel", "2", status=1)
    same(x.states(), {"bad": "Failed", "right": "Succeeded"})


def case_triggers_follow_a_failure(space):
    def on(step, trigger):
        return {"DependsOn": [{"Step": step, "Trigger": trigger}]}
    x = space.run(pipeline(
        processing("bad", "exit 1"), processing("rescue", "true", **on("bad", "Failed")),
        processing("always", "true", **on("bad", "Any")),
        processing("stopped", "true", **on("bad", "Stopped")),
        processing("next", "true", **after("bad"))), status=1)
    same(x.states(), {"bad": "Failed", "rescue": "Succeeded", "always": "Succeeded"})


# --- conditions ---

def case_both_branches_of_a_condition(space):
    prep = processing("prep", ML + 'echo "{\\"auc\\":{\\"value\\":$AUC}}" > '
                      '$ML/processing/out/m.json', outputs=["out"], files=[("f", "out", "m.json")],
                      environment={"AUC": get("Parameters.Auc")})
    auc = {"Std:JsonGet": {"PropertyFile": get("Steps.prep.PropertyFiles.f"), "Path": "auc.value"}}
    document = pipeline(
        prep, condition("good", auc, get("Parameters.Least"), "GreaterThanOrEqualTo",
                        yes=[processing("keep", "true"),
                             processing("after-keep", "true", **after("keep"))],
                        no=[fail("stop", {"Std:Join": {"On": " ", "Values": [
                            "auc is below", get("Parameters.Least")]}})]),
        processing("last", "true", **after("after-keep")),
        parameters=[parameter("Auc", "0.9"), parameter("Least", 0.8, "Float")])
    x = space.run(document)
    same(x.steps["good"]["Metadata"]["Condition"]["Outcome"], "True")
    same(x.skipped, ["stop"])
    same(set(x.states().values()), {"Succeeded"})
    x = space.run(document, "-p", "Auc=0.5", status=1)
    same(x.skipped, ["after-keep", "keep", "last"])
    same(x.states(), {"prep": "Succeeded", "good": "Succeeded", "stop": "Failed"})
    same(x.why("stop"), "auc is below 0.8")
    same(x.steps["stop"]["Metadata"]["Fail"]["ErrorMessage"], "auc is below 0.8")


def case_a_comparison_of_mixed_types_fails_its_step(space):
    x = space.run(pipeline(
        condition("mixed", get("Parameters.N"), "1", yes=[processing("a", "true")]),
        parameters=[parameter("N", 1, "Integer")]), status=1)
    same(x.states(), {"mixed": "Failed"})
    contains(x.why("mixed"), "cannot compare")


def case_what_a_property_file_lacks_is_named(space):
    prep = processing("prep", ML + "echo '{\"a\":1}' > $ML/processing/out/m.json",
                      outputs=["out"], files=[("f", "out", "m.json"), ("g", "out", "absent.json")])
    for file, path, part in (("f", "b.c", "b"), ("g", "a", "absent.json")):
        value = {"Std:JsonGet": {"PropertyFile": get("Steps.prep.PropertyFiles." + file),
                                 "Path": path}}
        x = space.run(pipeline(prep, condition("c", value, 1)), status=1)
        same(x.state("c"), "Failed")
        contains(x.why("c"), part)


def case_images_are_what_the_configuration_says(space):
    space.configure("[executor]\nsandbox = auto\n[images]\nbare* = rootfs /nowhere/at/all\n"
                    "* = command /usr/bin/env MARK=set\n")
    x = space.run(pipeline(processing("one", 'test "$MARK" = set')))
    same(x.status, "Succeeded")
    x = space.run(pipeline(processing("one", "true", image="bare:1")), status=1)
    contains(x.why("one"), "/nowhere/at/all")
    assert re.search("^image bare:1: .* no such folder|needs bubblewrap", x.why("one")), x.why("one")


# --- gates ---

def waiting(space, execution):
    def look():
        return [g for g in space.call("gate", "ls", "-o", "json").json()
                if g["execution"] == execution and g["state"] == "Waiting"]
    return until(look, "a gate waits")[0]


def case_a_callback_is_approved_with_outputs(space):
    document = pipeline(callback("ask", outputs=["answer"]),
                        processing("use", "test \"$ANSWER\" = yes", environment={
                            "ANSWER": get("Steps.ask.OutputParameters['answer']")}))
    execution = space.detach(document)
    gate = waiting(space, execution)
    same((gate["kind"], gate["step"], len(gate["token"])), ("Callback", "ask", 10))
    space.call("gate", "approve", gate["token"], status=2)
    space.call("gate", "approve", gate["token"], "--output", "other=1", status=2)
    same(space.show(execution).status, "Executing")
    space.call("gate", "approve", gate["token"], "--output", "answer=yes")
    x = space.watch(execution)
    same(x.states(), {"ask": "Succeeded", "use": "Succeeded"})
    same(x.steps["ask"]["Metadata"]["Callback"]["OutputParameters"],
         [{"Name": "answer", "Value": "yes"}])
    space.call("gate", "reject", gate["token"], "--reason", "late", status=4)
    space.call("gate", "approve", "AAAAAAAAAA", status=3)


def case_a_callbacks_outputs_have_their_types(space):
    names, types = ["n", "x", "b", "s"], ["Integer", "Float", "Boolean", "String"]
    output = "Steps.ask.OutputParameters['%s']"
    document = pipeline(callback("ask", names, types), condition(
        "is-more", get(output % "n"), 5, kind="GreaterThan", yes=[condition(
            "is-true", get(output % "b"), True, yes=[condition("is-text", get(output % "s"), "7")])]))
    execution = space.detach(document)
    gate = waiting(space, execution)
    good = {"n": "7", "x": "0.5", "b": "true", "s": "7"}
    for name, value in (("n", "seven"), ("n", "7.5"), ("x", "nan"), ("b", "1"), ("n", "")):
        words = ["--output=%s=%s" % (k, v) for k, v in dict(good, **{name: value}).items()]
        done = space.call("gate", "approve", gate["token"], *words, status=2)
        contains(done.err, "the output %s of step ask is of type" % name)
    space.call("gate", "approve", gate["token"], *["--output=%s=%s" % o for o in good.items()])
    x = space.watch(execution)
    same([x.steps[s]["Metadata"]["Condition"]["Outcome"] for s in ("is-more", "is-true", "is-text")],
         ["True"] * 3)
    same({o["Name"]: o["Value"] for o in x.steps["ask"]["Metadata"]["Callback"]["OutputParameters"]}, good)


def case_a_stopped_callback_waits_for_nobody(space):
    execution = space.detach(pipeline(callback("ask"), processing("use", "true", **after("ask"))))
    gate = waiting(space, execution)
    space.call("stop", execution)
    x = space.watch(execution, status=1)
    same((x.status, x.states()), ("Stopped", {"ask": "Stopped"}))
    same([(g["token"], g["state"], g["reason"]) for g in space.call("gate", "ls", "-o", "json").json()],
         [(gate["token"], "Rejected", "the execution was stopped")])
    space.call("gate", "approve", gate["token"], status=4)
    space.call("status")
    space.call("retry", execution, "--detach")
    again = waiting(space, execution)
    space.call("gate", "approve", again["token"])
    same(space.watch(execution).states(), {"ask": "Succeeded", "use": "Succeeded"})


def case_a_rejected_callback_fails_with_its_reason(space):
    execution = space.detach(pipeline(callback("ask"), processing("use", "true", **after("ask"))))
    gate = waiting(space, execution)
    space.call("gate", "reject", gate["token"], status=2)
    space.call("gate", "reject", gate["token"], "--reason", "the data is old")
    x = space.watch(execution, status=1)
    same(x.why("ask"), "the data is old")
    same(x.states(), {"ask": "Failed"})
    space.call("gate", "approve", gate["token"], status=4)


def case_a_callback_waits_without_a_driver(space):
    execution = space.detach(pipeline(callback("ask"), processing("use", "true", **after("ask"))))
    gate = waiting(space, execution)
    pid = space.driver_pid(execution)
    os.kill(pid, 9)
    until(lambda: not is_alive(pid), "the driver is dead")
    space.call("gate", "approve", gate["token"])
    until(lambda: space.status(execution) == "Succeeded", "the decision starts a driver")


def case_a_version_waits_but_not_its_execution(space):
    train = training("train", ML + "echo w > $ML/model/w")
    x = space.run(pipeline(train, register(
        "reg", get("Steps.train.ModelArtifacts.S3ModelArtifacts"), group="churn")))
    same(x.status, "Succeeded")
    package = space.call("ls", "packages", "-o", "json").json()[0]
    same((package["id"], package["approval_status"]), ("churn/1", "PendingManualApproval"))
    gate = waiting(space, x.id)
    same((gate["kind"], gate["subject"]), ("Approval", "churn/1"))
    space.call("gate", "approve", gate["token"])
    package = space.call("ls", "packages", "-o", "json").json()[0]
    same(package["approval_status"], "Approved")


def case_a_version_says_what_speaks_for_it(space):
    """Who had it made, what it passed, the digests of its data and code; nothing that came later."""
    texts = {"my rows.csv": "a,b\n1,2\n", "later.csv": "a\n", "train.py": "print(1)\n"}
    for name, text in texts.items():
        space.write(name, text)
        space.call("cp", os.path.join(space.dir, name), "s3://rows/" + name)
    train = training("train", ML + "echo w > $ML/model/w", channels=[
        ("train", "s3://rows/my rows.csv"), ("code", "s3://rows/train.py")])
    step = register("reg", get("Steps.train.ModelArtifacts.S3ModelArtifacts"), group="churn")
    later = processing("later", "true", inputs=[("later", "s3://rows/later.csv")], **after("reg"))
    space.run(pipeline(train, condition("good", 0.9, 0.5, "GreaterThanOrEqualTo", yes=[step],
                                        **after("train")), later))
    package = space.call("ls", "packages", "-o", "json").json()[0]
    same(package["started_by"], getpass.getuser())
    same(package["passed"], "good 0.9 >= 0.5")
    for field, name in (("data", "my rows.csv"), ("code", "train.py")):
        same(package[field], name + "@" + hashlib.sha256(texts[name].encode()).hexdigest()[:8])


def case_a_model_needs_its_artifact(space):
    step = {"Name": "model", "Type": "Model", "Arguments": {
        "PrimaryContainer": {"Image": "none", "ModelDataUrl": "s3://models/absent/model.tar.gz"}}}
    x = space.run(pipeline(step), status=1)
    contains(x.why("model"), "s3://models/absent/model.tar.gz")
    x = space.run(pipeline(register("reg", "s3://models/absent/model.tar.gz")), status=1)
    contains(x.why("reg"), "s3://models/absent/model.tar.gz")
    same(space.call("ls", "packages", "-o", "json").json(), [])


# --- retries ---

def flaky(space, failures):
    """A job that fails so many times before it succeeds."""
    return ("echo x >> %s/tries; test $(wc -l < %s/tries) -gt %d" %
            (space.base, space.base, failures))


def case_retry_on_exit_runs_a_failing_script_again(space):
    document = pipeline(processing("flaky", flaky(space, 2)))
    x = space.run(document, "--retry-on-exit", "1", status=1)
    same(len(x.attempts("flaky")), 2)
    os.remove(os.path.join(space.base, "tries"))
    x = space.run(document, "--retry-on-exit", "5")
    same([a["Status"] for a in x.attempts("flaky")], ["Failed", "Failed", "Succeeded"])
    same([a["ExitCode"] for a in x.attempts("flaky")], [1, 1, 0])


def case_a_policy_does_not_retry_a_script(space):
    step = processing("flaky", flaky(space, 1), RetryPolicies=[
        dict(FAST, ExceptionType=["Step.SERVICE_FAULT", "SageMaker.JOB_INTERNAL_ERROR"])])
    x = space.run(pipeline(step), status=1)
    same(len(x.attempts("flaky")), 1)


def case_a_policy_counts_interruptions(space):
    step = processing("one", space.hold, RetryPolicies=[
        dict(FAST, ExceptionType=["SageMaker.JOB_INTERNAL_ERROR"], MaxAttempts=2)])
    execution = space.detach(pipeline(step))
    for n in (1, 2, 3):
        space.until_marks(n)
        os.kill(space.attempt(execution, "one", n)["shim_pid"], 9)
    x = space.watch(execution, status=1)
    same([a["Status"] for a in x.attempts("one")], ["Interrupted"] * 3)


def case_a_retried_attempt_still_fills_the_cache(space):
    document = pipeline(processing("flaky", flaky(space, 1), **CACHED))
    first = space.run(document, "--retry-on-exit", "1")
    same(len(first.attempts("flaky")), 2)
    x = space.run(document)
    assert x.steps["flaky"]["CacheHitResult"], "no hit after a retried attempt"


def case_retry_keeps_what_succeeded(space):
    document = pipeline(
        processing("one", "echo one >> %s/ran" % space.base),
        processing("two", "echo two >> %s/ran; test -e %s/fixed" % (space.base, space.base),
                   **after("one")),
        condition("c", 1, 1, yes=[processing("yes", "true")], no=[processing("no", "true")],
                  **after("two")))
    x = space.run(document, status=1)
    same(x.states(), {"one": "Succeeded", "two": "Failed"})
    space.write("../fixed", "")
    space.call("retry", x.id)
    x = space.show(x.id)
    same(x.status, "Succeeded")
    same(x.reason, None)
    same(x.skipped, ["no"])
    same([a["N"] for a in x.attempts("two")], [1, 2])
    with open(os.path.join(space.base, "ran"), encoding="ascii") as handle:
        same(handle.read().split(), ["one", "two", "two"])
    space.call("retry", x.id, status=4)


# --- stop ---

def case_stop_is_idempotent_and_graceful(space):
    execution = space.detach(pipeline(
        processing("one", "trap 'echo asked; exit 0' TERM; echo up; " + space.hold),
        processing("two", "true", **after("one"))))
    space.until_marks(1)
    for _ in range(3):
        space.call("stop", execution)
    x = space.watch(execution, status=1)
    same((x.status, x.states()), ("Stopped", {"one": "Stopped"}))
    contains(space.call("logs", execution).out, "asked")
    space.call("stop", execution)
    space.open_gate()
    space.call("retry", execution)
    same(space.show(execution).status, "Succeeded")


def case_a_stop_that_came_too_late_stops_no_retry(space):
    x = space.run(pipeline(processing("one", "test -e %s/fixed" % space.base)), status=1)
    space.sql("insert into request(execution,kind,actor,created) values(?,'stop','x',1)", x.id)
    space.write("../fixed", "")
    space.call("retry", x.id)
    same(space.show(x.id).status, "Succeeded")


# --- at the same time ---

def case_three_steps_overlap(space):
    def meet(name):
        others = " && ".join("test -e %s/%s" % (space.base, n) for n in ("a", "b", "c"))
        return processing(name, "echo > %s/%s; until %s; do :; done" % (space.base, name, others))
    x = space.run(pipeline(meet("a"), meet("b"), meet("c")), "--parallel", "3")
    same(x.status, "Succeeded")


def case_parallel_is_a_limit(space):
    def alone(name):
        return processing(name, "mkdir {0}/only && rmdir {0}/only".format(space.base))
    x = space.run(pipeline(*[alone("s%d" % i) for i in range(8)]), "--parallel", "1")
    same(set(x.states().values()), {"Succeeded"})


def case_what_asks_for_too_much_runs_alone(space):
    alone = "mkdir {0}/only && rmdir {0}/only".format(space.base)
    sizes = {"big": "ml.p4d.24xlarge", "one": "ml.t3.medium", "two": "ml.t3.medium"}
    x = space.run(pipeline(*[processing(n, alone, instance=i) for n, i in sizes.items()]),
                  "--parallel", "1")
    same(set(x.states().values()), {"Succeeded"})
    notes = space.sql("select json from event where type='Note' and execution=?", x.id)
    same(len(notes), 1, "said once")
    contains(notes[0][0], "runs alone")


# --- what a job is given ---

def case_the_environment_of_a_job_is_declared(space):
    space.env.update(AWS_SECRET_ACCESS_KEY="do-not-leak", AWS_PROFILE="mine", OWN="mine")
    x = space.run(pipeline(processing("one", "env", environment={"DECLARED": "1"})))
    same(x.status, "Succeeded")
    names = sorted(line.split("=")[0] for line in space.call("logs", x.id).out.splitlines())
    same([n for n in names if n not in ("PWD", "OLDPWD", "SHLVL", "_")],
         ["DECLARED", "HOME", "LANG", "PATH", "SAGEMAKER_BASE_DIR"])
    for root, _, files in os.walk(os.path.join(space.mlw, "runs")):
        for name in files:
            with open(os.path.join(root, name), "rb") as handle:
                assert b"do-not-leak" not in handle.read(), os.path.join(root, name)


# --- metrics ---

def case_metrics_are_stored_as_they_are_printed(space):
    x = space.run(pipeline(training(
        "train", "echo 'loss=3 loss=2 acc: high'; echo loss=1e-1; echo acc: low; echo nothing; "
        "printf 'loss=0.05'", metrics=[("loss", "loss=([0-9.e+-]+)"), ("acc", "acc: (.*)")],
        hyperparameters={"depth": "4", "name": '"quoted"'}),
        PipelineExperimentConfig={"ExperimentName": "trees", "TrialName": "t"}))
    run = space.call("ls", "runs", "-o", "json").json()[0]
    shown = space.call("show", "run", run["id"], "-o", "json").json()
    same(shown["experiment"], "trees")
    same(shown["params"], {"depth": "4", "name": "quoted"})
    same(shown["metrics"], {"loss": 0.05})
    points = space.call("history", run["id"], "loss", "-o", "json").json()
    same([p["value"] for p in points], [3, 2, 0.1, 0.05])
    same([p["step"] for p in points], [0, 1, 2, 3])
    notes = [json.loads(n[0])["text"] for n in
             space.sql("select json from event where type='Note' and execution=?", x.id)]
    same(len(notes), 1, "reported once")
    contains(notes[0], "metric acc")


def case_a_new_driver_reads_no_line_twice(space):
    execution = space.detach(pipeline(training(
        "train", "echo loss=1; echo loss=2; " + space.hold + "echo loss=3",
        metrics=[("loss", "loss=([0-9]+)")])))
    space.until_marks(1)
    until(lambda: space.sql("select coalesce(sum(n),0) from series")[0][0] == 2, "two points")
    os.kill(space.driver_pid(execution), 9)
    space.open_gate()
    space.watch(execution)
    run = space.call("ls", "runs", "-o", "json").json()[0]["id"]
    points = space.call("history", run, "loss", "-o", "json").json()
    same([(p["step"], p["value"]) for p in points], [(0, 1), (1, 2), (2, 3)])


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
