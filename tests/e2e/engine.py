"""Small pipelines for tests of the engine: documents, a workspace, the real mlw, and cases.

A case is a function `case_NAME(space)`; run_cases gives each a workspace of its own, runs them two
at a time, and prints what tests/tools/run adds up. Nothing here waits for a time: `until` looks at
a condition until its deadline.
"""

import concurrent.futures
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MLW = os.environ.get("MLW_BIN") or os.path.join(ROOT, "build", "test", "mlw")
DEADLINE_S = 60
POLL_S = 0.01


class Skip(Exception):
    """This machine cannot run the case; the text says what was asked of it."""


def until(condition, what, seconds=DEADLINE_S):
    """Looks until condition() is true and returns it; fails after the deadline."""
    end = time.monotonic() + seconds
    nothing = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (seconds, what))
        nothing.wait(POLL_S)


def same(have, want, what=""):
    if have != want:
        raise AssertionError("%s: %r, not %r" % (what or "value", have, want))


def contains(text, part):
    if part not in (text or ""):
        raise AssertionError("%r does not hold %r" % (text, part))


def is_alive(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as handle:
            return handle.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def children(pid):
    """Living processes whose parent is `pid`."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name, encoding="ascii", errors="replace") as handle:
                parent = int(handle.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == pid and is_alive(int(name)):
            found.append(int(name))
    return found


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


# --- documents ---

def pipeline(*steps, parameters=(), **more):
    return dict({"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps)},
                **more)


def parameter(name, default=None, kind="String", **more):
    one = dict({"Name": name, "Type": kind}, **more)
    if default is not None:
        one["DefaultValue"] = default
    return one


def get(path):
    return {"Get": path}


def processing(name, script, outputs=(), inputs=(), files=(), environment=None, runtime_s=None,
               instance="local", image="none", **more):
    """A Processing step that runs `script` by /bin/sh; outputs are names, inputs (name, uri)."""
    out = [{"OutputName": o, "AppManaged": False,
            "S3Output": {"S3Uri": {"Std:Join": {"On": "/", "Values": [
                "s3://work", get("Execution.PipelineExecutionId"), name, o]}},
                "LocalPath": "/opt/ml/processing/" + o, "S3UploadMode": "EndOfJob"}}
           for o in outputs]
    arguments = {
        "ProcessingResources": {"ClusterConfig": {
            "InstanceType": instance, "InstanceCount": 1, "VolumeSizeInGB": 1}},
        "AppSpecification": {"ImageUri": image, "ContainerEntrypoint": ["/bin/sh", "-c", script]},
        "ProcessingInputs": [{"InputName": n, "AppManaged": False,
                              "S3Input": {"S3Uri": uri, "LocalPath": "/opt/ml/processing/" + n,
                                          "S3DataType": "S3Prefix", "S3InputMode": "File"}}
                             for n, uri in inputs],
        "ProcessingOutputConfig": {"Outputs": out},
        "Environment": environment or {},
    }
    if runtime_s:
        arguments["StoppingCondition"] = {"MaxRuntimeInSeconds": runtime_s}
    step = dict({"Name": name, "Type": "Processing", "Arguments": arguments}, **more)
    if files:
        step["PropertyFiles"] = [{"PropertyFileName": n, "OutputName": o, "FilePath": p}
                                 for n, o, p in files]
    return step


def training(name, script, channels=(), hyperparameters=None, metrics=(), runtime_s=None,
             instance="local", environment=None, **more):
    arguments = {
        "AlgorithmSpecification": {
            "TrainingImage": "none", "TrainingInputMode": "File",
            "ContainerEntrypoint": ["/bin/sh", "-c", script],
            "MetricDefinitions": [{"Name": n, "Regex": r} for n, r in metrics]},
        "OutputDataConfig": {"S3OutputPath": "s3://models"},
        "ResourceConfig": {"InstanceType": instance, "InstanceCount": 1, "VolumeSizeInGB": 1},
        "InputDataConfig": [{"ChannelName": n, "DataSource": {"S3DataSource": {
            "S3DataType": "S3Prefix", "S3Uri": uri}}} for n, uri in channels],
        "HyperParameters": hyperparameters or {},
        "Environment": environment or {},
        "StoppingCondition": {"MaxRuntimeInSeconds": runtime_s or 3600},
    }
    return dict({"Name": name, "Type": "Training", "Arguments": arguments}, **more)


def condition(name, left, right, kind="Equals", yes=(), no=(), **more):
    return dict({"Name": name, "Type": "Condition", "Arguments": {
        "Conditions": [{"Type": kind, "LeftValue": left, "RightValue": right}],
        "IfSteps": list(yes), "ElseSteps": list(no)}}, **more)


def fail(name, message, **more):
    return dict({"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": message}}, **more)


def callback(name, outputs=(), types=("String",) * 9, **more):
    return dict({"Name": name, "Type": "Callback", "SqsQueueUrl": "none", "Arguments": {},
                 "OutputParameters": [{"OutputName": o, "OutputType": t} for o, t in zip(outputs, types)]},
                **more)


def register(name, uri, group="group", approval="PendingManualApproval", **more):
    return dict({"Name": name, "Type": "RegisterModel", "Arguments": {
        "ModelPackageGroupName": group, "ModelApprovalStatus": approval,
        "InferenceSpecification": {"Containers": [{"Image": "none", "ModelDataUrl": uri}],
                                   "SupportedContentTypes": ["text/csv"],
                                   "SupportedResponseMIMETypes": ["text/csv"]}}}, **more)


def after(*names):
    return {"DependsOn": list(names)}


CACHED = {"CacheConfig": {"Enabled": True, "ExpireAfter": "P30D"}}
# where the job finds its folders, with a sandbox or without; what its attempt is called
ML = 'ML=${SAGEMAKER_BASE_DIR:-/opt/ml}; '
NAME = ('JOB=${TRAINING_JOB_NAME:-$(sed "s/.*\\"ProcessingJobName\\":\\"//;s/\\".*//" '
        '$ML/config/processingjobconfig.json)}; ')


# --- a workspace ---

class Done:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def json(self):
        return json.loads(self.out)


class Space:
    """A workspace of one case. `mark` is a fifo outside it, which a job in a sandbox can write."""

    def __init__(self, base, sandbox="none", **environment):
        self.base = base
        self.dir = os.path.join(base, "work")
        self.mlw = os.path.join(self.dir, ".mlw")
        self.env = dict(os.environ, LC_ALL="C.UTF-8", XDG_DATA_HOME=base,
                        XDG_CACHE_HOME=os.path.join(base, "cache"), **environment)
        self.env.pop("MLW_WORKSPACE", None)
        os.makedirs(self.dir)
        self.call("init")
        self.configure("[executor]\nsandbox = %s\n" % sandbox)
        self.mark = os.path.join(base, "mark")
        os.mkfifo(self.mark)
        self.mark_fd = os.open(self.mark, os.O_RDWR | os.O_NONBLOCK)
        self.marked = ""
        self.gate = os.path.join(base, "gate")
        os.mkfifo(self.gate)
        self.gate_fd = os.open(self.gate, os.O_RDWR | os.O_NONBLOCK)

    @property
    def hold(self):
        """Words of a job: say that it is there, and wait until open_gate lets one go on."""
        return ML + NAME + "echo $JOB > %s; read go < %s; " % (self.mark, self.gate)

    def open_gate(self, jobs=1):
        os.write(self.gate_fd, b"go\n" * jobs)

    def until_marks(self, n):
        until(lambda: len(self.marks()) >= n, "%d jobs have begun" % n)

    def close(self):
        """Ends every process that works for this space, then removes it."""
        for _ in range(100):
            pids = self.processes()
            for pid in pids:
                kill(pid)
            if not pids:
                break
        os.close(self.mark_fd)
        os.close(self.gate_fd)
        shutil.rmtree(self.base, ignore_errors=True)

    def processes(self):
        """Processes whose words or environment name this space."""
        found = []
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid():
                try:
                    with open("/proc/%s/cmdline" % name, "rb") as words, \
                            open("/proc/%s/environ" % name, "rb") as values:
                        text = words.read() + b"\0" + values.read()
                except OSError:
                    continue
                if os.fsencode(self.base + "/") in text and is_alive(int(name)):
                    found.append(int(name))
        return found

    def describe(self):
        """What still works for this space, for a message."""
        texts = []
        for pid in self.processes():
            try:
                with open("/proc/%d/cmdline" % pid, "rb") as words, \
                        open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as about:
                    lines = [line for line in about.read().splitlines()
                             if line.split(":")[0] in ("State", "PPid", "SigBlk", "SigPnd")]
                    texts.append("%d %r %s" % (pid, words.read()[:200], " ".join(lines)))
            except OSError:
                continue
        return "; ".join(texts)

    def configure(self, text):
        self.write(".mlw/mlw.conf", text)

    def write(self, rel, text):
        path = os.path.join(self.dir, rel)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as handle:
            handle.write(text if isinstance(text, bytes) else text.encode())
        return path

    def document(self, document, name="p.json"):
        return self.write(name, json.dumps(document))

    def marks(self):
        """All that jobs have written into the fifo so far, as words."""
        while True:
            try:
                piece = os.read(self.mark_fd, 65536)
            except BlockingIOError:
                return self.marked.split()
            self.marked += piece.decode("utf-8", "replace")

    # --- commands ---
    def start(self, *words, stderr=subprocess.PIPE, **environment):
        return subprocess.Popen([MLW, "-C", self.dir] + [str(w) for w in words],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=stderr, start_new_session=True,
                                env=dict(self.env, **environment))

    def call(self, *words, status=0, seconds=DEADLINE_S, **environment):
        """Runs one command; status None takes any."""
        child = self.start(*words, **environment)
        try:
            out, err = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            raise AssertionError("mlw %s is not done after %d s: %r" % (
                " ".join(map(str, words)), seconds, err)) from None
        done = Done(child.returncode, out.decode("utf-8", "replace"),
                    err.decode("utf-8", "replace"))
        if status is not None and done.status != status:
            raise AssertionError("mlw %s: status %s, not %s: %s%s" % (
                " ".join(map(str, words)), done.status, status, done.out[-2000:], done.err[-2000:]))
        return done

    def run(self, document, *words, status=0, **environment):
        """Starts a document, waits for its end and returns what `show` says of it."""
        path = document if isinstance(document, str) else self.document(document)
        done = self.call("run", path, *words, status=status, **environment)
        return self.show(done.out.split("\n")[0])

    def detach(self, document, *words, **environment):
        path = document if isinstance(document, str) else self.document(document)
        execution = self.call("run", path, "--detach", *words, **environment).out.strip()
        assert re.fullmatch("[a-z0-9]{12}", execution), execution
        return execution

    def show(self, execution):
        return Execution(self.call("show", "execution", execution, "-o", "json").json())

    def watch(self, execution, status=0, seconds=DEADLINE_S):
        self.call("watch", execution, status=status, seconds=seconds)
        return self.show(execution)

    def until_step(self, execution, name, *states):
        return until(lambda: self.show(execution).state(name) in states,
                     "step %s becomes %s" % (name, "/".join(states)))

    def sql(self, statement, *values):
        """Rows of local.db, without any mlw that would look after the execution."""
        base = sqlite3.connect(os.path.join(self.mlw, "local.db"), timeout=10)
        try:
            with base:
                return base.execute(statement, values).fetchall()
        finally:
            base.close()

    def status(self, execution):
        return self.sql("select status from execution where id=?", execution)[0][0]

    def attempt_dir(self, execution, step, n=1):
        return os.path.join(self.mlw, "runs", execution, step, str(n))

    def attempt(self, execution, step, n=1):
        """attempt.json as it is on the disk; waits for it."""
        path = os.path.join(self.attempt_dir(execution, step, n), "attempt.json")
        until(lambda: os.path.exists(path), path)
        with open(path, encoding="utf-8") as handle:
            return json.load(handle)

    def driver_pid(self, execution):
        with open(os.path.join(self.mlw, "runs", execution, "driver.lock"),
                  encoding="ascii") as handle:
            return int(handle.read() or 0)

    def driver_log(self, execution):
        path = os.path.join(self.mlw, "runs", execution, "driver.log")
        with open(path, encoding="utf-8", errors="replace") as handle:
            return handle.read()

    def object(self, rel):
        with open(os.path.join(self.mlw, "objects", rel), "rb") as handle:
            return handle.read()


class Execution:
    def __init__(self, document):
        self.document = document
        self.status = document["PipelineExecutionStatus"]
        self.reason = document.get("FailureReason")
        self.id = document["PipelineExecutionArn"].rsplit("/", 1)[1]
        self.steps = {s["StepName"]: s for s in document["Steps"]}
        self.skipped = sorted(document["Skipped"])
        self.driver = document["Mlw"]["DriverPid"]
        self.misses = {m["StepName"]: m["Attribute"] for m in document["Mlw"]["CacheMiss"]}

    def state(self, name):
        return self.steps[name]["StepStatus"] if name in self.steps else None

    def states(self):
        return {name: s["StepStatus"] for name, s in self.steps.items()}

    def why(self, name):
        return self.steps[name]["FailureReason"]

    def attempts(self, name):
        return [a for a in self.document["Mlw"]["Attempts"] if a["StepName"] == name]


def write_clock(path, offset_ms=0, boot=0, scale=1.0):
    """In place and in one write: processes have the file mapped, and a file that is cut to nothing
    under a mapping is SIGBUS for whoever reads the time just then."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(fd, struct.pack("<qQdQ", offset_ms, boot, scale, 0), 0)
    finally:
        os.close(fd)


def mode_of(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


# --- cases ---

def base_folder():
    """Where a sandboxed job still sees the fifo: not /tmp, which is the job's own there."""
    return tempfile.mkdtemp(prefix="mlw-test-", dir=os.environ.get("MLW_TEST_DIR", "/var/tmp"))


def run_one(case, name):
    space = None
    try:
        space = Space(base_folder(), getattr(case, "sandbox", "none"))
        case(space)
        return None
    except Skip as why:
        print("SKIP %s: %s" % (name, why))
        return Skip
    except Exception:  # a case may fail in any way
        return traceback.format_exc()
    finally:
        if space:
            space.close()


def run_cases(module, workers=2):
    """Runs the case_* of a module; words on the command line choose some of them by name."""
    cases = [(n, f) for n, f in sorted(vars(module).items()) if n.startswith("case_")]
    chosen = [c for c in cases if not sys.argv[1:] or any(w in c[0] for w in sys.argv[1:])]
    passed = failed = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        for (name, _), problem in zip(chosen, pool.map(lambda c: run_one(c[1], c[0]), chosen)):
            if problem is None:
                passed += 1
            elif problem is Skip:
                skipped += 1
            else:
                failed += 1
                print("FAILED %s\n%s" % (name, problem))
            sys.stdout.flush()
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed else 0
