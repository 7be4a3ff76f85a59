#!/usr/bin/env python3
"""What the pinned interface says and no other test holds.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import json
import os
import re
import sys

from engine import (ML, Skip, after, callback, condition, contains, get, parameter, pipeline, processing,
                    register, run_cases, same, training)

HERE = sys.modules[__name__]


def joined(path):
    return {"Std:Join": {"On": "", "Values": [get(path)]}}


# --- documents ---

def case_the_order_is_kahns_with_the_smallest_index_first(space):
    path = space.document(pipeline(
        processing("z", "true", DependsOn=[{"Step": "a", "Trigger": "Failed"}]),
        condition("c", get("Steps.a.ProcessingJobStatus"), "x", yes=[processing("y", "true")],
                  no=[processing("n", "true", **after("late", "a"))]),
        processing("late", "true"), processing("a", "true"),
        {"Name": "cluster", "Type": "EMR", "Arguments": {}}))
    steps = space.call("check", path, "-o", "json").json()["steps"]
    same([(s["name"], s["depends_on"], s["needs"]) for s in steps], [
        ("late", [], "local"), ("a", [], "local"), ("z", ["a"], "local"), ("c", ["a"], "local"),
        ("y", ["c"], "local"), ("n", ["a", "c", "late"], "local"), ("cluster", [], "aws")])


def case_an_invalid_document_still_answers_in_json(space):
    for text, at in (("", "$"), ("{", "$"), ("[]", "$"), ("[" * 1001 + "]" * 1001, "$"),
                     ('{"PipelineDefinition": "{"}', "$.PipelineDefinition")):
        done = space.call("check", space.write("bad.json", text), "-o", "json", status=1)
        answer = done.json()
        same((answer["valid"], answer["problems"][0]["path"]), (False, at), text[:20])
    path = space.document(pipeline(condition("a", 1, 1), condition(
        "c", 1, 1, yes=[processing("y", "true", **after("nobody"))])))
    problems = space.call("check", path, "-o", "json", status=1).json()["problems"]
    same([p["path"] for p in problems], ["$.Steps[1].Arguments.IfSteps[0].DependsOn[0]"])


# --- values ---

def case_integers_keep_their_digits(space):
    numbers = [10 ** 14, 10 ** 15, -2 * 10 ** 15, 2 ** 53 - 1, 2 ** 53 + 1, 2 ** 63 - 1]
    names = ["P%d" % i for i in range(len(numbers))]
    document = pipeline(
        processing("one", "echo " + " ".join("$%s $L%s" % (n, n) for n in names), environment=dict(
            [(n, joined("Parameters." + n)) for n in names] +
            [("L" + n, {"Std:Join": {"On": "", "Values": [x]}}) for n, x in zip(names, numbers)])),
        condition("same", get("Parameters.P1"), 1e15),
        parameters=[parameter(n, x, "Integer") for n, x in zip(names, numbers)])
    words = [w for n, x in zip(names, numbers) for w in ("-p", "%s=%d" % (n, x))]
    wanted = [str(x) for x in numbers for _ in range(2)]
    for more in ([], words):
        x = space.run(document, *more)
        same(space.call("logs", x.id + "/one").out.split(), wanted)
        same([p["Value"] for p in x.document["PipelineParameters"]], [str(n) for n in numbers])
        same(x.steps["same"]["Metadata"]["Condition"]["Outcome"], "True")
    shown = space.call("check", os.path.join(space.dir, "p.json"), "-o", "json")
    same([p["default"] for p in shown.json()["parameters"]], numbers)
    assert "e+" not in shown.out, shown.out


def case_final_metrics_are_a_property_of_the_training(space):
    train = training("train", "echo acc=0.25 loss=9; echo acc=0.5; echo loss=nan", metrics=[
        ("validation:acc", "acc=([0-9.]+)"), ("loss", "loss=([0-9a-z.]+)")])
    value = get("Steps.train.FinalMetricDataList['validation:acc'].Value")
    x = space.run(pipeline(train, condition(
        "good", value, 0.4, kind="GreaterThan", yes=[processing("yes", "true")])))
    same(x.states(), {"train": "Succeeded", "good": "Succeeded", "yes": "Succeeded"})
    # a value that JSON cannot hold is missing, by name
    x = space.run(pipeline(train, condition(
        "good", get("Steps.train.FinalMetricDataList['loss'].Value"), 1)), status=1)
    contains(x.why("good"), "FinalMetricDataList['loss'].Value is undefined")


def case_what_a_job_cannot_do_without_is_told_before_anything_starts(space):
    def broken(**arguments):
        one = processing("one", "true")
        one["Arguments"].update(arguments)
        return pipeline(processing("first", "true"), condition("c", 1, 1, yes=[one]))

    for arguments, status, said in (
            ({"ProcessingInputs": [{"InputName": "i"}]}, 1, "ProcessingInput i has no S3Input.S3Uri"),
            ({"Environment": ["A"]}, 1, "Environment must be an object"),
            ({"StoppingCondition": {"MaxRuntimeInSeconds": "1"}}, 1, "MaxRuntimeInSeconds must be"),
            ({"ProcessingOutputConfig": {"Outputs": [{"OutputName": "o", "S3Output": {
                "S3Uri": "out", "LocalPath": "/opt/ml/o"}}]}}, 1, "outputs go to s3://BUCKET/KEY"),
            ({"ProcessingInputs": [{"InputName": "i", "DatasetDefinition": {}}]}, 4,
             "DatasetDefinition does not run")):
        done = space.call("run", space.document(broken(**arguments)), status=status)
        contains(done.err, "step one: ")
        contains(done.err, said)
        same(done.out, "")
    bad = pipeline(training("t", "true", metrics=[("m", "([")]))
    contains(space.call("run", space.document(bad), status=1).err, "step t: metric m: ")
    same(space.call("ls", "executions", "-o", "json").json(), [])


def case_a_job_begins_where_it_may_write(space):
    write = "echo here > relative && pwd"
    x = space.run(pipeline(processing("p", write), training("t", write)))
    for name in ("p", "t"):
        same(space.call("logs", x.id + "/" + name).out.strip(),
             os.path.join(space.attempt_dir(x.id, name), "ml"))


def case_a_version_has_the_metrics_that_there_are(space):
    model = "mkdir -p $ML/model; echo w > $ML/model/w; echo auc=0.5; echo auc=0.75 loss=0.125; "
    train = training("train", ML + model, metrics=[
        ("auc", "auc=([0-9.]+)"), ("loss", "loss=([0-9.]+)")])
    uri = get("Steps.train.ModelArtifacts.S3ModelArtifacts")
    document = {"plain": '{"accuracy": 0.5, "more": {"f1": 0.25, "deep": {"no": 1}}}',
                "quality": '{"version": 0.0, "b": {"a": {"value": 0.8846153846153846}, "q\\\\\\"": {"value": 2}}}'}
    steps = [train, register("r", uri, group="alone")]
    for name, text in document.items():
        steps.append(processing("e" + name, ML + 'printf %s "$TEXT" > $ML/processing/out/m.json',
                                outputs=["out"], environment={"TEXT": text}))
        step = register("r" + name, uri, group=name)
        step["Arguments"]["ModelMetrics"] = {"ModelQuality": {"Statistics": {
            "ContentType": "application/json", "S3Uri": {"Std:Join": {"On": "/", "Values": [
                get("Steps.e%s.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri" % name),
                "m.json"]}}}}}
        steps.append(step)
    space.run(pipeline(*steps))
    rows = space.call("ls", "packages", "-o", "json").json()
    same({p["id"]: p["metrics"] for p in rows}, {
        "alone/1": {"auc": 0.75, "loss": 0.125}, "plain/1": {"accuracy": 0.5, "f1": 0.25},
        "quality/1": {"a": 0.8846153846153846, 'q\\"': 2}})
    # what waits is told as it was written
    space.call("--open", ":home", "--shot", space.base + "/home.txt")
    with open(space.base + "/home.txt", encoding="utf-8") as handle:
        contains(handle.read(), "a 0.8846153846153846")
    wrong = space.run(pipeline(train, register("r", uri, approval="Perhaps")), status=1)
    contains(wrong.why("r"), "ModelApprovalStatus is Perhaps; it is PendingManualApproval")


# --- failures, gates, runs ---

def case_a_reason_is_the_first_1024_characters(space):
    for made, path in ((processing, "message"), (training, "failure")):
        write = "python3 -c \"print('\u00e9' * 1500, end='')\" > $ML/output/%s; exit 3" % path
        x = space.run(pipeline(made("one", ML + write)), status=1)
        same(x.why("one"), "\u00e9" * 1024 + ", exit code: 3")


def case_everything_downstream_is_skipped(space):
    x = space.run(pipeline(
        condition("c", 1, 1, yes=[processing("y", "true")], no=[
            processing("n", "true"), condition("inner", 1, 1, yes=[processing("m", "true")])]),
        processing("d", "true", **after("n")), processing("e", "true", **after("d")),
        processing("both", "true", **after("y", "e"))))
    same((sorted(x.steps), x.skipped), (["c", "y"], ["both", "d", "e", "inner", "m", "n"]))


def case_gates_have_the_pinned_shape(space):
    execution = space.detach(pipeline(callback("ask", ["K"], DisplayName="Ask them")))
    space.until_step(execution, "ask", "Executing")
    gate, = space.call("gate", "ls", "-o", "json").json()
    same(sorted(gate), ["execution", "kind", "reason", "state", "step", "subject", "token"])
    assert re.fullmatch("[A-Za-z0-9]{10}", gate["token"]), gate
    same((gate["kind"], gate["state"], gate["reason"]), ("Callback", "Waiting", None))
    for words in (["reject", gate["token"]], ["approve", gate["token"]],
                  ["approve", gate["token"], "--output", "K=1", "--output", "Other=1"],
                  ["approve", gate["token"], "--output", "K=1", "--output", "K=2"]):
        space.call("gate", *words, status=2)
    space.call("gate", "approve", gate["token"], "--output", "K=a=b")
    space.call("gate", "reject", gate["token"], "--reason", "late", status=4)
    same(space.call("gate", "ls", "-o", "json").json()[0]["state"], "Approved")
    ask = space.watch(execution).steps["ask"]
    same((ask["StepName"], ask["StepDisplayName"]), ("ask", "Ask them"))
    same(ask["Metadata"]["Callback"], {"CallbackToken": gate["token"], "SqsQueueUrl": "none",
                                       "OutputParameters": [{"Name": "K", "Value": "a=b"}]})
    space.call("retry", execution, status=4)


# --- where a job runs ---

def case_the_sandboxed_job_sees_what_it_should(space):
    if "bubblewrap works" not in space.call("doctor", status=None).out:
        raise Skip("bubblewrap does not work here")
    look = ("import os, json, socket; open('/tmp/x', 'w').close(); print(json.dumps({"
            "'names': sorted(os.environ), 'opt': sorted(os.listdir('/opt')),"
            "'net': sorted(n for _, n in socket.if_nameindex())}))")
    one = processing("one", "exec python3 -c \"%s\"" % look, environment={"MINE": "1"})
    alone = json.loads(json.dumps(one).replace('"one"', '"alone"'))
    alone["Arguments"]["NetworkConfig"] = {"EnableNetworkIsolation": True}
    path = space.document(pipeline(one, alone))
    secret = {"AWS_SECRET_ACCESS_KEY": "s", "AWS_PROFILE": "s", "HTTPS_PROXY": "s"}
    execution = space.call("run", path, **secret).out.split("\n")[0]
    seen = {n: json.loads(space.call("logs", execution + "/" + n).out) for n in ("one", "alone")}
    same(set(seen["one"]["names"]) - {"PWD", "LC_CTYPE"}, {"HOME", "LANG", "MINE", "PATH"})
    same(set(seen["one"]["opt"]), set(os.listdir("/opt")) | {"ml"})
    same(seen["alone"]["net"], ["lo"])


case_the_sandboxed_job_sees_what_it_should.sandbox = "auto"


def case_what_cannot_be_enforced_is_said(space):
    one = processing("one", "true")
    one["Arguments"]["NetworkConfig"] = {"EnableNetworkIsolation": True}
    said = space.call("run", space.document(pipeline(one))).err
    contains(said, "note: one: EnableNetworkIsolation is asked for")
    contains(said, "the job has the network")


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
