#!/usr/bin/env python3
"""Commands as scripts meet them: exit statuses, what is printed first, hostile documents and logs.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import json
import os
import re
import signal
import subprocess
import sys

from engine import (MLW, ML, NAME, after, callback, condition, contains, fail, mode_of, parameter,
                    pipeline, processing, run_cases, same, training, until)

HERE = sys.modules[__name__]
RELEASE = os.environ.get("MLW_RELEASE") or os.path.join(os.path.dirname(MLW), "mlw")


def executions(space):
    return space.call("ls", "executions", "-o", "json").json()


# --- run, watch, retry ---

def case_run_prints_the_id_alone_first(space):
    path = space.document(pipeline(processing("one", "echo to the log")), name="my-name.json")
    done = space.call("run", path)
    assert re.fullmatch("[a-z0-9]{12}\n", done.out.split("\n", 1)[0] + "\n"), done.out
    row = executions(space)[0]
    same((row["id"], row["pipeline"], row["status"]),
         (done.out.split("\n")[0], "my-name", "Succeeded"))
    done = space.call("run", path, "--detach", "--name", "other")
    assert re.fullmatch("[a-z0-9]{12}\n", done.out), done.out
    space.watch(done.out.strip())
    contains(space.show(done.out.strip()).document["PipelineArn"], "pipeline/other")


def case_the_id_is_printed_before_the_end(space):
    child = space.start("run", space.document(pipeline(processing("one", space.hold))))
    line = child.stdout.readline().decode()
    same(space.status(line.strip()), "Executing")
    space.open_gate()
    child.communicate(timeout=60)
    same(child.returncode, 0)


def case_interrupt_leaves_the_execution_running(space):
    for command in ("run", "watch", "retry"):
        fixed = "test %s = run || test -e %s/fixed" % (command, space.base)
        path = space.document(pipeline(processing("one", fixed + " || exit 1; " + space.hold)))
        if command == "run":
            child = space.start("run", path)
        elif command == "watch":
            space.write("../fixed", "")
            child = space.start("watch", space.detach(path))
        else:
            os.remove(os.path.join(space.base, "fixed"))
            execution = space.call("run", path, status=1).out.split("\n")[0]
            space.write("../fixed", "")
            child = space.start("retry", execution)
        begun = {"run": 1, "watch": 2, "retry": 3}[command]
        space.until_marks(begun)
        execution = executions(space)[0]["id"]
        # the command waits once it has looked; before that SIGINT simply ends it
        until(lambda: has_handler(child.pid, signal.SIGINT), "the command handles SIGINT")
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
        same(child.returncode, 130, err)
        contains(err.decode(), execution)
        same(space.status(execution), "Executing")
        space.open_gate()
        space.watch(execution)


def has_handler(pid, number):
    with open("/proc/%d/status" % pid, encoding="ascii") as handle:
        caught = next(line for line in handle if line.startswith("SigCgt"))
    return int(caught.split()[1], 16) >> (number - 1) & 1


def case_exit_statuses(space):
    good = space.document(pipeline(processing("one", "true"), parameters=[
        parameter("Must"), parameter("N", 1, "Integer"), parameter("E", "a", EnumValues=["a"])]))
    bad = space.document(pipeline(processing("one", "true", **after("absent"))), "bad.json")
    incomplete = space.document(pipeline({"Name": "one", "Type": "Training", "Arguments": {}}),
                                "incomplete.json")
    wide = processing("two", "true")
    wide["Arguments"]["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = 2
    many = space.document(pipeline(wide), "many.json")
    refused = space.document(pipeline(
        {"Name": "cluster", "Type": "EMR", "Arguments": {"ClusterId": "j-1", "StepConfig": {
            "HadoopJarStep": {"Jar": "s3://a/b.jar"}}}}), "emr.json")
    failing = space.document(pipeline(fail("no", "because")), "failing.json")
    ok = ["-p", "Must=x"]
    for words, status, part in (
            (["run", good] + ok, 0, None), (["run", good], 2, "Must"),
            (["run", good] + ok + ["-p", "Other=1"], 2, "Other"),
            (["run", good] + ok + ["-p", "N=much"], 2, "N"),
            (["run", good] + ok + ["-p", "E=b"], 2, "E"),
            (["run", good] + ok + ["--parallel", "0"], 2, "parallel"),
            (["run", good, "--unknown"], 2, "--unknown"), (["run"], 2, None),
            (["run", bad], 1, "absent"), (["run", incomplete], 1, "one"),
            (["run", many], 4, "InstanceCount"), (["run", refused], 4, "cluster"),
            (["run", os.path.join(space.dir, "none.json")], 5, "none.json"),
            (["run", failing], 1, "because"), (["check", bad], 1, None), (["check", good], 0, None),
            (["watch", "zzzzzzzzzzzz"], 3, "zzzzzzzzzzzz"), (["stop", "zzzzzzzzzzzz"], 3, None),
            (["retry", "zzzzzzzzzzzz"], 3, None), (["logs", "zzzzzzzzzzzz"], 3, None),
            (["show", "execution", "zzzzzzzzzzzz"], 3, None),
            (["gate", "approve", "zzzzzzzzzz"], 3, None),
            (["gate", "reject", "zzzzzzzzzz"], 2, "--reason"),
            (["gate", "reject", "zzzzzzzzzz", "--reason", "no"], 3, None)):
        done = space.call(*words, status=status)
        if status:
            assert done.err.strip() or done.out.strip(), words
        if part and status:
            contains(done.err, part)
        if status in (2, 4, 5) and words[0] == "run":
            same(done.out, "", "nothing started: " + str(words))
    same(sorted(r["status"] for r in executions(space)), ["Failed", "Succeeded"])


def case_a_prefix_names_an_execution(space):
    x = space.run(pipeline(processing("one", "echo hello")))
    same(space.show(x.id[:6]).id, x.id)
    contains(space.call("logs", x.id[:6] + "/one").out, "hello")
    space.call("logs", x.id[:6] + "/two", status=3)
    contains(space.call("logs", x.id + "/one/9", status=3).err, "has no attempt 9")
    space.call("logs", x.id + "/one/0", status=2)
    contains(space.call("logs", x.id + "/", status=2).err, "EXEC[/STEP[/N]]")
    space.call("show", "execution", x.id[:3], status=3)


def case_a_followed_log_ends_with_its_attempt(space):
    held = "read go < %s" % space.gate
    execution = space.detach(pipeline(processing("one", "echo begun; %s; echo ended" % held),
                                      processing("two", held, **after("one"))))
    until(lambda: space.call("logs", execution, status=None).out, "the first job writes")
    following = space.start("logs", execution, "-f")
    same(following.stdout.readline(), b"begun\n")
    space.open_gate()
    out = following.communicate(timeout=60)[0]  # though the next attempt goes on
    same((following.returncode, out), (0, b"ended\n"))
    same(space.status(execution), "Executing")
    space.open_gate()
    space.watch(execution)


def case_show_is_the_pinned_shape(space):
    x = space.run(pipeline(
        processing("one", "true"), condition("c", 1, 2, yes=[processing("yes", "true")]),
        parameters=[parameter("N", 1, "Integer")]))
    same(x.document["PipelineExecutionArn"],
         "arn:aws:sagemaker:local:000000000000:pipeline/p/execution/" + x.id)
    same(x.document["PipelineParameters"], [{"Name": "N", "Value": "1"}])
    same((x.skipped, sorted(x.steps)), (["yes"], ["c", "one"]))
    until(lambda: space.show(x.id).driver is None, "the driver has gone home")
    attempt = x.attempts("one")[0]
    same(sorted(attempt), ["Dir", "EndTime", "ExitCode", "JobPid", "N", "ShimPid", "Signal",
                           "StartTime", "Status", "StepName"])
    same((attempt["N"], attempt["Status"], attempt["ExitCode"], attempt["Signal"]),
         (1, "Succeeded", 0, None))
    same(attempt["Dir"], space.attempt_dir(x.id, "one"))
    assert os.path.exists(os.path.join(attempt["Dir"], "log"))


def case_pids_are_the_hosts(space):
    space.configure("[executor]\nsandbox = auto\n")
    execution = space.detach(pipeline(processing("one", space.hold)))
    space.until_marks(1)
    space.until_step(execution, "one", "Executing")
    x = space.show(execution)
    attempt = x.attempts("one")[0]
    with open("/proc/%d/cmdline" % attempt["JobPid"], "rb") as handle:
        contains(handle.read().decode(), space.gate)
    with open("/proc/%d/cmdline" % attempt["ShimPid"], "rb") as handle:
        contains(handle.read().decode(), "mlw-shim")
    same(x.driver, space.driver_pid(execution))
    space.open_gate()
    space.watch(execution)


def case_the_workspace_is_the_persons_alone(space):
    space.run(pipeline(processing("one", "true")))
    same(oct(mode_of(space.mlw)), "0o700")
    same(oct(mode_of(os.path.join(space.mlw, "local.db"))), "0o600")


def case_copies_go_in_and_out(space):
    path = space.write("a.bin", b"\0\1\2" * 1000)
    space.call("cp", path, "s3://bucket/dir/a.bin")
    space.call("cp", "s3://bucket/dir/a.bin", path + ".back")
    with open(path + ".back", "rb") as handle:
        same(handle.read(), b"\0\1\2" * 1000)
    space.call("cp", "s3://bucket/absent", path, status=3)
    space.call("cp", path, "s3://../escape", status=1)
    space.call("cp", path + ".none", "s3://bucket/x", status=5)


# --- hostile documents and logs ---

def peak_kib(words, env):
    """Runs words; its exit status, what it says and its greatest resident size."""
    child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, env=env)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    child.stdout.close()
    return child.returncode, text.decode(), usage.ru_maxrss


def case_a_hundred_megabytes_of_brackets(space):
    path = os.path.join(space.dir, "deep.json")
    with open(path, "wb") as handle:
        for _ in range(100):
            handle.write(b"[" * (1 << 20))
    small = space.write("small.json", b"[" * 100000)
    for file in (path, small):
        for words in (["check", file], ["run", file]):
            status, text, kib = peak_kib([RELEASE, "-C", space.dir] + words, space.env)
            same(status, 1, text)
            contains(text, "at most 33554432" if file == path else "1000 levels")
            if "asan" not in RELEASE:
                assert kib <= 64 * 1024, "%d KiB for %s" % (kib, words)
    same(executions(space), [])


def case_bad_documents_are_named_with_their_place(space):
    loop = [processing("a", "true", **after("b")), processing("b", "true", **after("a"))]
    for document, part in ((pipeline(*loop), "cycle"),
                           (pipeline({"Name": "a", "Type": "Magic", "Arguments": {}}), "Magic"),
                           (pipeline(processing("a", "true", **after("nobody"))), "nobody"),
                           ({"Version": "2020-12-01", "Steps": 7}, "Steps")):
        path = space.document(document)
        done = space.call("run", path, status=1)
        contains(done.err, part)
        problems = space.call("check", path, "-o", "json", status=1).json()["problems"]
        assert all(p["path"].startswith("$") and p["reason"] for p in problems), problems
    done = space.call("run", space.write("torn.json", '{"Version": '), status=1)
    contains(done.err, "torn.json")


def case_a_flood_is_cut_at_the_limit(space):
    space.configure("[executor]\nsandbox = none\nlog_limit = 1MiB\n")
    x = space.run(pipeline(training("one", "head -c 1073741824 /dev/zero | tr '\\0' x; echo last=1",
                                    metrics=[("last", "last=([0-9])")])))
    size = os.path.getsize(os.path.join(space.attempt_dir(x.id, "one"), "log"))
    assert size < (1 << 20) + 1000, size
    done = subprocess.run([MLW, "-C", space.dir, "logs", x.id], stdout=subprocess.PIPE, check=True)
    contains(done.stdout[-300:].decode(), "1")
    assert len(done.stdout) < (1 << 20) + 2000 + len(done.stdout) // 1000


def case_escape_sequences_do_not_reach_the_terminal(space):
    nasty = r"printf '\033[31mred\033[0m \033]0;title\007 \033[2J\a\b\r\nplain\n'"
    x = space.run(pipeline(processing("one", nasty)))
    out = space.call("logs", x.id).out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f]", out), repr(out)
    contains(out, "red")
    contains(out, "plain")
    contains(space.call("logs", x.id, "--raw").out, "\x1b[31m")


def case_hostile_messages_are_harmless(space):
    x = space.run(pipeline(processing(
        "one", ML + r"printf '\033[2Jbad \377\n' > $ML/output/message; exit 1")), status=1)
    done = space.call("watch", x.id, status=1)
    assert "\x1b" not in done.err + done.out, repr(done.err)
    assert "\x1b" not in space.call("show", "execution", x.id).out


def case_names_of_steps_are_told_apart(space):
    name = "a" * 64
    x = space.run(pipeline(processing(name, ML + NAME + "echo $JOB"), callback("b")), "--detach")
    until(lambda: space.show(x.id).state(name) == "Succeeded", "the long name runs")
    job = space.call("logs", x.id).out.strip()
    assert len(job) <= 63 and re.fullmatch("[A-Za-z0-9-]+", job), job
    space.call("stop", x.id)


def case_stop_says_what_had_ended(space):
    x = space.run(pipeline(processing("one", "true")))
    for _ in range(2):
        done = space.call("stop", x.id[:6], "--yes")
        same(done.out, "")
        contains(done.err, x.id + " has ended already: it is Succeeded, and nothing was stopped")
    execution = space.detach(pipeline(processing("one", space.hold), processing("two", "true", **after("one"))))
    space.until_marks(1)
    contains(space.call("stop", execution).err, execution + " is asked to stop")
    space.call("stop", execution)  # whether it still stops or has ended
    space.watch(execution, status=1)
    row = space.call("ls", "executions", "--filter", "status=Stopped", "-o", "json").json()[0]
    same(row["progress"], "0 of 2 done", "what was stopped is not done")
    contains(space.call("stop", execution).err, "it is Stopped")


def case_gates_are_decided_by_a_unique_prefix(space):
    execution = space.detach(pipeline(callback("one"), callback("two")))
    until(lambda: len(space.sql("select 1 from gate")) == 2, "two gates")
    one, two = [space.sql("select token from gate where step=?", s)[0][0] for s in ("one", "two")]
    space.call("gate", "approve", one[:3], status=3)
    for reason in ("", " \t\n"):
        contains(space.call("gate", "reject", two, "--reason", reason, status=2).err, "--reason")
    space.call("gate", "approve", one[:4])
    space.call("gate", "reject", two[:6], "--reason", " no  ")
    contains(space.call("gate", "approve", one[:5], status=4).err, "decided already")
    contains(space.watch(execution, status=1).why("two"), "no")
    # one prefix of two tokens
    space.sql("update gate set token=substr(?, 1, 9) || '_' where step='two'", one)
    said = space.call("gate", "approve", one[:8], status=3).err
    contains(said, one)
    contains(said, one[:9] + "_")


def case_an_id_that_cannot_be_printed_is_not_lost(space):
    path = space.document(pipeline(processing("one", space.hold)))
    for words, status in (([], "Executing"), (["--attached"], "Stopped")):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([MLW, "-C", space.dir, "run", path] + words, stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=60, env=space.env, check=False)
        same(done.returncode, 5)
        contains(done.stderr, "No space left")
        execution = executions(space)[0]["id"]
        contains(done.stderr, execution)
        if status == "Executing":
            space.until_marks(1)
            same(space.status(execution), status)
            space.open_gate()
        space.call("watch", execution, status=0 if status == "Executing" else 1)


def case_many_at_once_decide_once(space):
    execution = space.detach(pipeline(callback("ask")))
    until(lambda: space.sql("select 1 from gate"), "a gate")
    token = space.sql("select token from gate")[0][0]
    deciders = [space.start("gate", "approve", token) for _ in range(6)]
    ends = []
    for child in deciders:
        child.communicate(timeout=60)
        ends.append(child.returncode)
    same(sorted(ends), [0] + [4] * 5)
    space.watch(execution)
    failed = space.run(pipeline(processing("boom", "exit 3")), status=1).id
    again = [space.start("retry", failed, "--detach") for _ in range(6)]
    outs = [(child.communicate(timeout=60)[0], child.returncode) for child in again]
    space.call("watch", failed, status=1)
    starts = len([o for o in outs if o == (failed.encode() + b"\n", 0)])
    same((starts, sorted({c for _, c in outs} - {0, 4})), (len(space.show(failed).attempts("boom")) - 1, []))


def case_a_wrong_mlw_conf_is_told_by_file_and_line(space):
    path = space.document(pipeline(processing("one", "test -e %s/fixed" % space.base)))
    x = space.call("run", path, status=1).out.split()[0]
    held = space.detach(space.document(pipeline(callback("ask")), "held.json"))
    until(lambda: space.sql("select 1 from gate where execution=?", held), "a gate")
    token = space.sql("select token from gate where execution=?", held)[0][0]
    space.configure("[executor]\nsandbox = bogus\n")
    said = "mlw.conf:2: [executor] sandbox is"
    for words, status in ((["run", path], 1), (["run", path, "--plan"], 1), (["retry", x], 1),
                          (["check", path], 0), (["compare", "a", "b"], 1),
                          (["watch", x, "--notify"], 1), (["gate", "approve", token, "--yes"], 0),
                          (["stop", held], 0)):
        contains(space.call(*words, status=status).err, said)
    contains(space.call("doctor").out, said)
    same(space.status(x), "Failed", "a retry that could not go on has changed nothing")
    same(len(executions(space)), 2)


def case_retry_detached_leaves_at_once(space):
    once = "test -e %s/fixed || exit 1; " % space.base
    x = space.run(pipeline(processing("one", once + space.hold)), status=1)
    same(space.call("retry", x.id, status=1).out, x.id + "\n", "the id alone comes first, as of run")
    space.write("../fixed", "")
    same(space.call("retry", x.id[:8], "--detach").out, x.id + "\n")
    same(space.status(x.id), "Executing")
    space.open_gate()
    space.watch(x.id)


def case_projects_are_laid_down_in_their_own_folder(space):
    data = space.write("odd 'na\nme?.csv", "a,b\n1,x\n")
    project = os.path.join(space.base, "own")
    space.call("new", "tabular", project, "--data", data, "--target", "b")
    same(os.listdir(os.path.join(project, "data")), ["odd__na_me_.csv"])
    foreign = os.path.join(space.base, "foreign")
    os.mkdir(foreign)
    space.write("../foreign/pipeline.json", "{}")
    contains(space.call("demo", foreign, status=4).err, "pipeline.json already")
    missing = os.path.join(space.base, "missing")
    contains(space.call("demo", missing, "--epochs", "x", status=2).err, "--epochs x")
    assert not os.path.exists(missing)


def case_what_a_workspace_holds_is_counted(space):
    held = space.call("ls", "contexts", "-o", "json").json()[0]["summary"]
    same(held, "0 executions, 0 models, 0 runs")
    space.run(pipeline(processing("one", "true")))
    held = space.call("ls", "contexts", "-o", "json").json()[0]["summary"]
    same(held, "1 execution, 0 models, 0 runs")


def case_a_file_of_describe_pipeline_runs(space):
    path = space.write("described.json", json.dumps({
        "PipelineName": "named-there", "PipelineArn": "arn",
        "PipelineDefinition": json.dumps(pipeline(processing("one", "true")))}))
    space.call("run", path)
    same(executions(space)[0]["pipeline"], "named-there")
    # by name: the newest execution's file
    space.call("run", "named-there")
    same([r["pipeline"] for r in executions(space)], ["named-there"] * 2)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
