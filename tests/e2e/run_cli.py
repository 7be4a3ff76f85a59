#!/usr/bin/env python3
"""The command line as scripts meet it: usage, help, check, cp, new, and ls of every kind and form.

What a run itself promises is in run_commands.py. Ends with `N passed, N failed, N skipped`.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys

from engine import MLW, contains, pipeline, processing, run_cases, same, training

HERE = sys.modules[__name__]
FORMATS = ("table", "json", "jsonl", "csv", "tsv")
HOSTILE = "evil\x1b]0;title\x07\x1b[31m\u202ename"


def run(words, cwd=None, status=0, **environment):
    """One mlw without -C: exit status is looked at, what it said is returned."""
    env = dict(os.environ, LC_ALL="C.UTF-8", **environment)
    env.pop("MLW_WORKSPACE", None)
    done = subprocess.run([MLW] + list(words), cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)
    same(done.returncode, status, "mlw %s: %s" % (" ".join(words), done.stderr))
    return done


def kinds():
    said = run(["ls", "nothing"], status=2).stderr
    return re.search("kinds are (.*)", said).group(1).split(", ")


def trained(space):
    script = "for i in 1 2 3; do echo loss=0.$i; done"
    document = pipeline(training("fit", script, metrics=[("loss", "loss=([0-9.]+)")]))
    return space.run(document)


# --- words ---

def case_wrong_words_are_usage(space):
    cases = (
        (["bogus"], "unknown command"), (["ls"], "usage: mlw ls KIND"), (["ls", "a", "b"], "usage"),
        (["ls", "bogus"], "kinds are contexts"), (["ls", "runs", "--bogus"], "--bogus"),
        (["ls", "runs", "--limit"], "--limit"), (["ls", "runs", "--limit", "x"], "whole number"),
        (["ls", "runs", "--columns", "nope"], "no column"), (["ls", "runs", "-o", "xml"], "jsonl"),
        (["ls", "runs", "--filter", "a>("], "no field"),
        (["ls", "runs", "--sort", "no"], "no field"),
        (["ls", "runs", "--columns", 'id,params."lr'], "a quote is not closed"),
        (["ls", "runs", "--columns", '"'], "a quote is not closed"),
        (["compare", "", ""], "an id is empty"), (["--size", "80", "--shot", "x.txt"], "80x24"),
        (["--size", "0x24", "--shot", "x.txt"], "80x24"),
        (["check", "x.json", "--name", " "], "--name"), (["run", "x.json", "--name", ""], "--name"),
        (["show", "run"], "usage"), (["cp", "a", "b"], "s3://BUCKET/KEY"), (["run"], "usage"),
        (["status", "more"], "usage: mlw status\n"))
    for words, said in cases:
        done = space.call(*words, status=2)
        same(done.out, "")
        contains(done.err, said)


def case_version_and_help(space):
    assert re.fullmatch(r"mlw \d+(\.\d+)*\n", run(["--version"]).stdout)
    same(run(["-V"]).stdout, run(["--version"]).stdout)
    overview = run(["help"]).stdout
    same(run(["--help"]).stdout, overview)
    commands = ("demo new init doctor ls show history logs check run watch stop retry gate cp "
                "help").split()
    for name in commands:
        contains(overview, name)
        text = run(["help", name]).stdout
        same(text.split()[:2], ["mlw", name])
        same(run([name, "--help"]).stdout, text)
    assert "drive" not in overview
    run(["help", "bogus"], status=2)


def case_without_a_workspace_a_hint(space):
    empty = os.path.join(space.base, "empty")
    os.mkdir(empty)
    homes = {"HOME": empty, "XDG_DATA_HOME": empty}
    for words in (["ls", "runs"], ["show", "run", "abcd"], ["stop", "abcd"], ["gate", "ls"]):
        done = run(words, cwd=empty, status=3, **homes)
        contains(done.stderr, "mlw init")
    same(os.listdir(empty), [])
    contains(run(["-C", "/no/such", "ls", "runs"], cwd=empty, status=5, **homes).stderr, "/no/such")


def case_the_folder_of_c_is_where_files_are(space):
    """As git does: each file that is named is looked for from there, wherever -C stands."""
    base, deep = space.base, os.path.join(space.dir, "deep")
    document = json.dumps(pipeline(processing("one", "true")))
    space.write("deep/p.json", document)
    space.write("deep/own.csv", "a,b\n1,x\n")
    space.write("../p.json", "not this one")

    def there(*words, **more):
        return run(words, cwd=base, LANG="C.UTF-8", **more)
    contains(there("-C", "work/deep", "check", "p.json").stdout, "p: valid")
    contains(there("check", "p.json", "-C", "work/deep").stdout, "p: valid")
    contains(there("-C", "work", "-C", "deep", "-C", "", "check", "p.json").stdout, "p: valid")
    contains(there("-Cwork/deep", "run", "p.json", "--plan").stdout, "one")
    there("-C", "work/deep", "run", "p.json", "--junit", "r.xml")
    there("-C", "work/deep", "cp", "own.csv", "s3://bucket/own.csv")
    there("--directory=work/deep", "cp", "s3://bucket/own.csv", "back.csv")
    there("-C", "work/deep", "--shot", "home.txt")
    there("-C", "work/deep", "init", "inner")
    there("-C", "work/deep", "new", "tabular", "mine", "--data", "own.csv", "--target", "b")
    same(sorted(os.listdir(deep)), ["back.csv", "home.txt", "inner", "mine", "own.csv", "p.json", "r.xml"])
    same(sorted(os.listdir(base)), ["gate", "mark", "p.json", "work"])
    said = there("-C", "work/deep", "new", "tabular", "next").stdout
    contains(said, "mlw -C next run pipeline.json")
    run(["-C", "next", "check", "pipeline.json"], cwd=deep)
    for words in (["-C", "none", "ls", "runs"], ["ls", "runs", "-C", "work/p.json"],
                  ["-C", "work", "-C", "work", "--help"], ["-C", "p.json"]):
        done = there(*words, status=5)
        same(done.stdout, "")
    there("-C", status=2)


def case_two_dashes_end_the_options_only(space):
    same(space.call("--", "ls", "runs").out, space.call("ls", "--", "runs").out)
    contains(space.call("--", "bogus", status=2).err, "unknown command")
    contains(space.call("ls", "runs", "--", "--limit", status=2).err, "usage")
    contains(space.call("show", "run", "--", "--read-only", status=3).err, '"--read-only"')


def case_read_only_makes_nothing(space):
    path = space.write("a.txt", "a")
    fresh = os.path.join(space.base, "fresh")
    for words in (["cp", path, "s3://bucket/a"], ["init", fresh], ["demo", fresh],
                  ["new", "tabular", fresh]):
        contains(space.call("--read-only", *words, status=4).err, "--read-only")
    assert not os.path.exists(fresh)
    same(os.listdir(os.path.join(space.mlw, "objects")), [])
    space.call("cp", path, "s3://bucket/a")
    space.call("--read-only", "cp", "s3://bucket/a", path + ".back")


def case_without_a_terminal_the_screen_is_usage(space):
    done = space.call(status=2)
    same(done.out, "")
    contains(done.err, "not a terminal")
    contains(done.err, "--plain")
    contains(space.call("--plain").out, "Contexts")


def case_what_is_no_kind_says_where_it_is(space):
    for word, said in (("messages", ":messages"), ("project", "mlw -C DIR")):
        for words in (["ls", word], ["show", word, "x"], ["watch", word, "x"]):
            contains(space.call(*words, status=2).err, said)


# --- check, cp, init, new ---

def case_check_in_both_forms(space):
    good = space.document(pipeline(processing("one", "true")))
    contains(space.call("check", good).out, "one")
    same(space.call("check", good, "-o", "json").json()["valid"], True)
    broken = pipeline(processing("one", "true"), processing("one", "true"))
    bad = space.document(broken, name="bad.json")
    answer = space.call("check", bad, "-o", "json", status=1).json()
    same(answer["valid"], False)
    assert answer["problems"][0]["path"].startswith("$.Steps[1]"), answer["problems"]
    space.call("check", bad, status=1)
    space.call("check", os.path.join(space.dir, "absent.json"), status=5)
    for words in (["run"], ["run", "--plan"]):
        assert '"absent"' in space.call(*words, "absent", status=3).err
        space.call(*words, "absent.json", status=5)


def case_files_go_in_and_out(space):
    path = space.write("in.bin", bytes(range(256)))
    space.call("cp", path, "s3://bucket/a/b.bin")
    out = os.path.join(space.dir, "out.bin")
    space.call("cp", "s3://bucket/a/b.bin", out)
    with open(out, "rb") as handle:
        same(handle.read(), bytes(range(256)))
    done = space.call("cp", "s3://bucket/absent", out, status=None)
    assert done.status in (3, 5) and "absent" in done.err, (done.status, done.err)


def case_the_screen_obeys_mlw_conf(space):
    place, shot = os.path.join(space.base, "settings"), os.path.join(space.base, "shot.txt")
    run(["init", place])
    conf = os.path.join(place, ".mlw", "mlw.conf")
    for text, row, part in (("[ui]\nglyphs = ascii\n", 0, "* live"), ("[ui]\nglyphs = unicode\n", 0, "\u25cf live"),
                            ("[ui]\nglyphz = ascii\n", 22, "mlw.conf:2: [ui] has no")):
        with open(conf, "w") as out:
            out.write(text)
        run(["-C", place, "--shot", shot])
        with open(shot, encoding="utf-8") as drawn:
            contains(drawn.read().split("\n")[row], part)


def case_a_context_that_there_is_not(space):
    run(["init", space.base])
    contains(run(["-C", space.base, "--context", "aws:prod", "ls", "runs"], status=3).stderr, "aws:prod")
    run(["-C", space.base, "--context", "local", "ls", "runs"])


def case_init_makes_a_workspace(space):
    fresh = os.path.join(space.base, "fresh")
    run(["init", fresh])
    same(json.loads(run(["-C", fresh, "ls", "executions", "-o", "json"]).stdout), [])
    run(["init", fresh])


def case_new_lays_down_what_can_be_learned(space):
    data = space.write("my.csv", '\ufeffa;"b; c";d\r\n1;2;3\r\n')
    where = os.path.join(space.base, "project")
    wrong = ((["--data", data, "--target", "zz"], 2, "its columns are a, b; c, d"),
             (["--data", data + ".no", "--target", "a"], 5, "my.csv.no"),
             (["--data", space.dir, "--target", "a"], 5, space.dir),
             (["--data", space.write("none.csv", "\n"), "--target", "a"], 2, "no header"),
             (["--data", data], 2, "go together"), (["--target", "a"], 2, "go together"))
    for words, status, said in wrong:
        contains(run(["new", "tabular", where] + words, status=status).stderr, said)
        assert not os.path.exists(where), words
    run(["new", "nothing", where], status=3)
    run(["new", "tabular", where, "--data", data, "--target", "b; c"])
    same(os.listdir(os.path.join(where, "data")), ["my.csv"])
    run(["-C", where, "check", os.path.join(where, "pipeline.json")])
    contains(run(["new", "tabular", where], status=4).stderr, "already")


# --- ls ---

def read(form, text):
    if form == "json":
        return json.loads(text)
    if form == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    delimiter = "," if form == "csv" else "\t"
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def every_list(space):
    """Every kind in every form; the forms agree. The number of rows for each kind."""
    counts = {}
    for kind in kinds():
        rows = {f: read(f, space.call("ls", kind, "-o", f).out) for f in FORMATS[1:]}
        ids = [row["id"] for row in rows["json"]]
        for form in FORMATS[2:]:
            same([row["id"] for row in rows[form]], ids, "%s as %s" % (kind, form))
        table = space.call("ls", kind).out
        assert table.split()[0] == "ID" and "\x1b" not in table, table
        same(len(table.splitlines()), len(ids) + 1, kind)
        counts[kind] = len(ids)
    return counts


def case_every_kind_in_every_form(space):
    counts = every_list(space)
    same((counts["contexts"], counts["runs"], counts["executions"]), (1, 0, 0))
    trained(space)
    counts = every_list(space)
    same((counts["executions"], counts["pipelines"], counts["steps"], counts["runs"]), (1, 1, 1, 1))


def case_rows_are_chosen_ordered_and_cut(space):
    for name in ("alpha", "beta", "gamma"):
        space.run(pipeline(processing("one", "true")), "--name", name)

    def names(*words):
        rows = space.call("ls", "executions", "-o", "json", *words).json()
        return [row["pipeline"] for row in rows]
    same(names(), ["gamma", "beta", "alpha"], "newest first")
    same(names("--sort", "pipeline"), ["alpha", "beta", "gamma"])
    same(names("--sort", "pipeline:desc", "--limit", "2"), ["gamma", "beta"])
    same(names("--filter", "pipeline=beta"), ["beta"])
    same(names("--filter", "NOT pipeline=beta AND status=Succeeded"), ["gamma", "alpha"])
    same(names("--filter", "pipeline=none"), [])
    out = space.call("ls", "executions", "--columns", "status,pipeline", "-o", "csv").out
    same(out.splitlines()[:2], ["status,pipeline", "Succeeded,gamma"])


def case_csv_is_quoted(space):
    name = 'a "b", c'
    space.run(pipeline(processing("one", "true")), "--name", name)
    out = space.call("ls", "executions", "--columns", "pipeline", "-o", "csv").out
    same(out.splitlines()[1], '"a ""b"", c"')
    same(read("csv", out)[0]["pipeline"], name)


# --- what comes from outside, what goes away ---

def on_a_terminal(space, words):
    """The bytes that a terminal gets of a command."""
    master, slave = os.openpty()
    child = subprocess.Popen([MLW, "-C", space.dir] + words, stdin=subprocess.DEVNULL, stdout=slave,
                             stderr=slave, env=space.env, start_new_session=True)
    os.close(slave)
    said = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # EIO: nobody holds the other end any more
            piece = b""
        if not piece:
            break
        said += piece
    os.close(master)
    child.wait(timeout=60)
    return said.decode("utf-8").replace("\r\n", "\n")


def case_hostile_names_stay_off_the_terminal(space):
    path = space.document(pipeline(processing("one", "true")))
    space.run(pipeline(processing("one", "true")), "--name", HOSTILE)
    commands = [["ls", kind, "-o", f] for kind in ("executions", "pipelines") for f in FORMATS]
    commands += [["ls", HOSTILE], ["show", "execution", HOSTILE],
                 ["run", path, "--detach", "--name", HOSTILE], ["show", "pipeline", HOSTILE],
                 ["check", path, "--name", HOSTILE]]
    for words in commands:
        said = on_a_terminal(space, words)
        assert said and not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", said), (words, said)
    same(read("csv", space.call("ls", "executions", "-o", "csv").out)[0]["pipeline"], HOSTILE,
         "files and pipes get every byte")


def case_hostile_words_are_said_harmlessly(space):
    """In files and pipes too: what is text, and every error and its hint."""
    execution = space.run(pipeline(training("fit", "echo loss=1", metrics=[("lo\x1bss", "loss=([0-9])")],
                                            hyperparameters={"k\x1b[2J": "v\x1b\t\n"})), "--name", HOSTILE).id
    runs = space.call("ls", "runs", "-o", "json").json()
    same((list(runs[0]["params"]), list(runs[0]["metrics"])), (["k\x1b[2J"], ["lo\x1bss"]))
    run_id, word = runs[0]["id"], "x\x1b[31m\x07"
    for words in (["show", "run", run_id], ["show", "execution", execution], ["status"], ["ls", "events"],
                  ["ls", "evidence", "--parent", "run:" + run_id], ["logs", execution],
                  ["ls", "runs", "--columns", 'params."k\x1b[2J",id'], ["history", run_id, "lo\x1bss"],
                  ["show", "run", word], ["ls", word], [word], ["ls", "--" + word], ["help", word],
                  ["ls", "runs", "--sort", word], ["ls", "runs", "--columns", word], ["cp", word, "s3://b/k"],
                  ["cp", "s3://bucket/" + word, "x"], ["--theme", word, "--shot", "x.txt"], ["-C", word, "status"],
                  ["--open", word, "--shot", "x.txt"], ["--shot", word], ["run", word], ["check", word]):
        done = space.call(*words, status=None)
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", done.out + done.err), (words, done.out, done.err)
        assert done.out + done.err, words


def case_a_closed_stdout_is_quiet(space):
    for words in (["help"], ["ls", "contexts"], ["ls", "contexts", "-o", "json"]):
        read_end, write_end = os.pipe()
        os.close(read_end)
        child = subprocess.Popen([MLW, "-C", space.dir] + words, stdin=subprocess.DEVNULL,
                                 stdout=write_end, stderr=subprocess.PIPE, env=space.env)
        os.close(write_end)
        said = child.communicate(timeout=60)[1]
        same(said, b"", " ".join(words))


def case_no_standard_output_is_no_other_file(space):
    """What is opened first does not take the place of a descriptor that was closed."""
    space.run(pipeline(processing("one", "true")))
    wake = os.path.join(space.dir, ".mlw", "wake")
    with open(wake, "rb") as file:
        before = file.read()
    for words, closed in ((["ls", "executions"], ">&-"), (["ls", "executions"], "<&- >&- 2>&-"),
                          (["ls", "nothing"], "<&- >&- 2>&-")):
        script = 'exec "$0" "$@" ' + closed
        child = subprocess.run(["/bin/sh", "-c", script, MLW, "-C", space.dir] + words,
                               check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=space.env, timeout=60)
        same(child.returncode, 2 if words[1] == "nothing" else 5, closed)
        same(child.stdout, b"", closed)
        said = child.stderr.decode("utf-8")
        assert closed != ">&-" or "could not write standard output" in said, said
        with open(wake, "rb") as file:
            same(file.read(), before, "the bell after " + closed)
        same(os.path.getsize(os.path.join(space.dir, ".mlw", "version.lock")), 0, closed)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
