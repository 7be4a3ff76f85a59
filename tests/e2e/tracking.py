"""Tracking data as other programs lay it down, written by the standard library alone, and what a
test asks of it. `FileStore` writes MLflow's mlruns folders."""

import hashlib
import os


def look(path):
    """What a folder looks like: of each file its bytes and times, of each folder its times."""
    seen = {}
    for root, folders, files in os.walk(path):
        for name in folders + files + [""]:
            at = os.path.join(root, name)
            about = os.lstat(at)
            digest = ""
            if os.path.isfile(at) and not os.path.islink(at):
                with open(at, "rb") as handle:
                    digest = hashlib.sha256(handle.read()).hexdigest()
            seen[at] = (about.st_mtime_ns, about.st_ctime_ns, about.st_mode, about.st_size, digest)
    return seen


def listed(space, source, *words, **more):
    """{run_id: run} of `ls runs --source`."""
    runs = space.call("ls", "runs", "--source", source, "-o", "json", *words, **more).json()
    return {run["run_id"]: run for run in runs}


def points(space, source, run, metric):
    """[(step, time, value)]; a value that is not finite is "nan", 1 or -1 in brackets."""
    rows = space.call("history", run, metric, "--source", source, "-o", "json").json()
    return [(row["step"], row["time"],
             "nan" if row.get("nan") else [row["inf"]] if "inf" in row else row["value"])
            for row in rows]


def damage(space, source):
    return space.call("doctor", "--source", source, "-o", "json").json()


class FileStore:
    """A folder mlruns: MLflow's own layout, byte for byte where it matters."""

    def __init__(self, path):
        self.path = path
        os.makedirs(os.path.join(path, ".trash"))
        self.experiment("0", "Default")

    def write(self, rel, text, mode="w"):
        path = os.path.join(self.path, rel)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, mode + "b") as handle:
            handle.write(text if isinstance(text, bytes) else text.encode())
        return path

    def experiment(self, number, name, stage="active"):
        self.write("%s/meta.yaml" % number,
                   "artifact_location: file:///x/%s\ncreation_time: 1700000000000\n"
                   "experiment_id: '%s'\nlast_update_time: 1700000000000\n"
                   "lifecycle_stage: %s\nname: %s\n" % (number, number, stage, name))

    def run(self, experiment, run, name="run", start=1700000000000, end="null", status=1,
            stage="active", params=(), tags=(), metrics=()):
        """metrics: {key: text of the file}."""
        at = "%s/%s" % (experiment, run)
        self.write(at + "/meta.yaml",
                   "artifact_uri: file:///x\nend_time: %s\nentry_point_name: ''\n"
                   "experiment_id: '%s'\nlifecycle_stage: %s\nrun_id: %s\nrun_name: %s\n"
                   "source_name: ''\nsource_type: 4\nstart_time: %s\nstatus: %s\ntags: []\n"
                   "user_id: me\n" % (end, experiment, stage, run, name, start, status))
        for folder, files in (("params", params), ("tags", tags), ("metrics", metrics)):
            os.makedirs(os.path.join(self.path, at, folder), exist_ok=True)
            for key, value in dict(files).items():
                self.write("%s/%s/%s" % (at, folder, key), value)
        return run
