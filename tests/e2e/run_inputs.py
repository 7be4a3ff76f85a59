#!/usr/bin/env python3
"""Inputs, code and the cache: what is taken at the start, what is named, what runs again and why.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import os
import sys
import tarfile

from engine import (CACHED, ML, NAME, after, contains, get, parameter, pipeline, processing,
                    run_cases, same, training, until, write_clock)

HERE = sys.modules[__name__]
COPY = ML + "cp -r $ML/processing/in/. $ML/processing/out/"


def reason(space, execution, step="one"):
    return space.sql("select why from step where execution=? and name=?", execution, step)[0][0]


# --- inputs ---

def case_an_absent_object_is_named(space):
    x = space.run(pipeline(processing("one", "true", inputs=[("in", "s3://data/absent.csv")])),
                  status=1)
    same(x.states(), {"one": "Failed"})
    contains(x.why("one"), "s3://data/absent.csv")
    same(x.attempts("one")[0]["Status"] if x.attempts("one") else "Failed", "Failed")


def case_an_absent_file_is_named_before_anything_starts(space):
    path = space.document(pipeline(processing("one", "true", inputs=[("in", "absent.csv")])))
    done = space.call("run", path, status=5)
    same(done.out, "")
    contains(done.err, "absent.csv")
    contains(done.err, "one")
    same(space.call("ls", "executions", "-o", "json").json(), [])


def case_files_folders_and_addresses(space):
    space.write("data/a.csv", "a")
    space.write("data/sub/b.csv", "b")
    other = space.write("../other/c.csv", "c")
    space.write("d.csv", "d")
    space.call("cp", os.path.join(space.dir, "d.csv"), "s3://bucket/dir/d.csv")
    for uri, want in (("data", {"a.csv": b"a", "sub/b.csv": b"b"}),
                      ("data/a.csv", {"a.csv": b"a"}), ("file://" + other, {"c.csv": b"c"}),
                      (other, {"c.csv": b"c"}), ("s3://bucket/dir", {"d.csv": b"d"}),
                      ("s3://bucket/dir/d.csv", {"d.csv": b"d"})):
        x = space.run(pipeline(processing("one", COPY, inputs=[("in", uri)], outputs=["out"])))
        root = os.path.join(space.mlw, "objects", "work", x.id, "one", "out")
        have = {}
        for folder, _, names in os.walk(root):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as handle:
                    have[os.path.relpath(path, root)] = handle.read()
        same(have, want, uri)


def case_editing_disturbs_nothing_that_runs(space):
    space.write("data.csv", "before")
    with tarfile.open(os.path.join(space.dir, "code.tar.gz"), "w:gz") as archive:
        archive.add(space.write("train.py", "print('code=1')\n"), "train.py")
    step = training("two", "", channels=[("data", "data.csv")], hyperparameters={
        "sagemaker_program": "train.py", "sagemaker_submit_directory": '"code.tar.gz"'},
                    metrics=[("code", "code=([0-9])")], **after("one"))
    del step["Arguments"]["AlgorithmSpecification"]["ContainerEntrypoint"]
    path = space.document(pipeline(
        processing("one", space.hold), step,
        processing("three", COPY, inputs=[("in", "data.csv")], outputs=["out"], **after("two"))))
    execution = space.detach(path)
    space.until_marks(1)
    space.write("data.csv", "after")
    os.remove(os.path.join(space.dir, "code.tar.gz"))
    space.write("p.json", "{}")
    os.kill(space.driver_pid(execution), 9)
    space.open_gate()
    x = space.watch(execution)
    same(x.status, "Succeeded")
    same(space.object("work/%s/three/out/data.csv" % execution), b"before")
    run = space.call("ls", "runs", "-o", "json").json()[0]["id"]
    same(space.call("show", "run", run, "-o", "json").json()["metrics"], {"code": 1})


def case_outputs_are_left_alone(space):
    x = space.run(pipeline(processing("one", ML + "echo x > $ML/processing/out/x",
                                      outputs=["out"])))
    same(space.object("work/%s/one/out/x" % x.id), b"x\n")
    x = space.run(pipeline(processing("one", ML + "rm -r $ML/processing/out", outputs=["out"])),
                  status=1)
    contains(x.why("one"), "out")
    # nothing of a job that failed is ever seen
    x = space.run(pipeline(processing("one", ML + "echo x > $ML/processing/out/x; exit 1",
                                      outputs=["out"])), status=1)
    assert not os.path.exists(os.path.join(space.mlw, "objects", "work", x.id))


# --- cache ---

def case_the_same_bytes_at_another_place_are_a_hit(space):
    space.write("a/data.csv", "rows")
    space.write("b/data.csv", "rows")
    space.write("c/data.csv", "other rows")
    document = pipeline(
        processing("one", COPY, inputs=[("in", get("Parameters.Data"))], outputs=["out"],
                   **CACHED), parameters=[parameter("Data", "a/data.csv")])
    first = space.run(document)
    same(first.misses, {})
    same(reason(space, first.id), "first run")
    hit = space.run(document, "-p", "Data=b/data.csv")
    same(hit.steps["one"]["CacheHitResult"]["SourcePipelineExecutionArn"].rsplit("/", 1)[1],
         first.id)
    same(hit.attempts("one"), [])
    contains(reason(space, hit.id), "cache hit")
    miss = space.run(document, "-p", "Data=c/data.csv")
    same(miss.misses, {"one": "ProcessingInputs"})
    contains(reason(space, miss.id), "ProcessingInputs")
    # what is gone cannot be taken
    for folder, _, names in os.walk(os.path.join(space.mlw, "objects", "work", first.id)):
        for name in names:
            os.remove(os.path.join(folder, name))
    os.rmdir(os.path.join(space.mlw, "objects", "work", first.id, "one", "out"))
    again = space.run(document)
    same(again.steps["one"]["CacheHitResult"], None)
    contains(reason(space, again.id), "gone")


def case_a_rerun_names_what_differed(space):
    def document(depth="4", script="true", environment=None, instance="local"):
        return pipeline(training("one", ML + NAME + script, hyperparameters={"max_depth": depth},
                                 environment=environment, instance=instance, **CACHED))
    first = space.run(document())
    for other, attribute, part in (
            (document(depth="6"), "HyperParameters", "max_depth 4 \u2192 6"),
            (document(depth="6", script="true "), "AlgorithmSpecification", "ContainerEntrypoint"),
            (document(depth="6", script="true ", environment={"A": "1"}), "Environment", "A")):
        x = space.run(other)
        same(x.misses, {"one": attribute})
        contains(reason(space, x.id), part)
    hit = space.run(document(instance="ml.t3.medium"))
    same(hit.steps["one"]["CacheHitResult"]["SourcePipelineExecutionArn"].rsplit("/", 1)[1],
         first.id)


def case_a_failure_or_no_cache_config_is_no_hit(space):
    document = pipeline(processing("one", "test -e %s/fixed" % space.base, **CACHED),
                        processing("plain", "true"))
    space.run(document, "--parallel", "1", status=1)
    space.write("../fixed", "")
    x = space.run(document)
    same([x.steps[n]["CacheHitResult"] for n in ("one", "plain")], [None, None])
    x = space.run(document)
    assert x.steps["one"]["CacheHitResult"]
    same(x.steps["plain"]["CacheHitResult"], None)


def case_an_expired_result_runs_again(space):
    clock = os.path.join(space.base, "clock")
    write_clock(clock)
    space.env["MLW_CLOCK"] = clock
    document = pipeline(processing("one", "true", CacheConfig={"Enabled": True,
                                                               "ExpireAfter": "P1D"}))
    space.run(document)
    assert space.run(document).steps["one"]["CacheHitResult"]
    write_clock(clock, offset_ms=2 * 86400000)
    x = space.run(document)
    same(x.steps["one"]["CacheHitResult"], None)
    contains(reason(space, x.id), "expired")


def case_a_hit_gives_its_outputs_on(space):
    one = processing("one", ML + "echo rows > $ML/processing/out/r", outputs=["out"], **CACHED)
    uri = get("Steps.one.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri")
    document = pipeline(one, processing("two", COPY, inputs=[("in", uri)], outputs=["out"]))
    space.run(document)
    x = space.run(document)
    assert x.steps["one"]["CacheHitResult"]
    same(space.object("work/%s/two/out/r" % x.id), b"rows\n")


def case_two_executions_at_once(space):
    path = space.document(pipeline(*[processing("s%d" % i, "true") for i in range(10)]))
    children = [space.start("run", path, "--parallel", "2") for _ in range(4)]
    for child in children:
        out, err = child.communicate(timeout=60)
        same(child.returncode, 0, err)
        same(space.status(out.decode().split("\n")[0]), "Succeeded")
    until(lambda: not space.processes(), "all drivers end")


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
