#!/usr/bin/env python3
"""Datasets: what steps read, listed by digest, and profiles that agree with Python's own csv and statistics.

Ends with `N passed, N failed, N skipped`; words choose cases by name.
"""

import csv
import datetime
import hashlib
import io
import math
import os
import random
import statistics
import sys

from engine import contains, pipeline, processing, run_cases, same, training

HERE = sys.modules[__name__]
# the words that mlw(1) names; a cell is stripped before it is looked at
MISSING = {"", "NA", "N/A", "n/a", "<NA>", "#N/A", "#NA", "#N/A N/A", "NaN", "nan", "-NaN", "-nan", "NULL",
           "null", "None", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"}
SEEDS = 6


def datasets(space, *words):
    return {row["id"]: row for row in space.call("ls", "datasets", "-o", "json", *words).json()}


def show(space, name):
    return space.call("show", "dataset", name, "-o", "json").json()


def read_all(space, *paths):
    """One execution whose step reads each of the files."""
    inputs = [("in%d" % i, path) for i, path in enumerate(paths)]
    return space.run(pipeline(processing("one", "true", inputs=inputs)))


def digest(path):
    with open(path, "rb") as handle:
        return hashlib.sha256(handle.read()).hexdigest()


# --- the list ---

def case_what_steps_read_is_listed(space):
    same(space.call("ls", "datasets", "-o", "json").json(), [])
    path = space.write("data/churn.csv", "a,b\n1,x\n")
    space.write("run.py", "")
    first = space.run(pipeline(processing("one", "true", inputs=[("in", "data/churn.csv"), ("code", "run.py")])))
    one = "churn.csv@" + digest(path)[:8]
    row = datasets(space)[one]
    same((row["name"], row["digest"], row["uses"], row["used_by"], row["size"], row["rows"]),
         ("churn.csv", digest(path), 1, first.id, 8, None))
    same(len(datasets(space)), 1)
    space.write("data/churn.csv", "a,b\n1,x\n2,y\n")
    second = space.run(pipeline(training("two", "true", channels=[("train", "data/churn.csv")])))
    two = "churn.csv@" + digest(path)[:8]
    same(list(datasets(space, "--parent", "churn.csv")), [two, one])
    same(list(datasets(space, "--filter", "used_by~" + second.id)), [two])
    doc = show(space, two)
    same([v["id"] for v in doc["versions"]], [two, one])
    use = doc["used_by"][0]
    run = space.call("ls", "runs", "-o", "json").json()[0]["id"]
    same((use["execution"], use["step"], use["input"], use["run"]), (second.id, "two", "train", run))
    same(doc["rows"], 2)
    same(datasets(space)[two]["rows"], 2)
    contains(space.call("show", "dataset", "churn.csv", status=3).err, one)
    contains(space.call("show", "dataset", "nothing", status=3).err, "no dataset")


def case_the_second_look_reads_nothing(space):
    path = space.write("big.csv", "a,b\n" + "".join("%d,%d\n" % (i, i % 7) for i in range(200000)))
    read_all(space, "big.csv")
    name = "big.csv@" + digest(path)[:8]
    same(show(space, name)["rows"], 200000)
    stored = os.path.join(space.mlw, "objects", datasets(space)[name]["uri"][len("s3://"):])
    os.remove(stored)
    same(show(space, name)["profile"]["columns"][1]["distinct"], 7)
    same(space.sql("select count(*) from dataset_profile"), [(1,)])


def case_read_only_is_looked_at_too(space):
    path = space.write("a.csv", "a\n1\n")
    read_all(space, "a.csv")
    name = "a.csv@" + digest(path)[:8]
    same(space.call("--read-only", "show", "dataset", name, "-o", "json").json()["rows"], 1)
    same(space.sql("select count(*) from dataset_profile"), [(0,)])


# --- what is no table, gone or not the same ---

def case_what_is_no_table_is_said_to_be(space):
    things = {"x.csv": (b"\x1f\x8b\x08junk", "a gzip archive"), "p.parquet": (b"PAR1junk", "a Parquet file"),
              "e.csv": (b"", "an empty file"), "n.csv": (b"a\0b\n", "binary data"),
              "t.txt": (b"just words\n", "a text"), "j.json": (b"[1,2]", "a JSON document")}
    for name, (content, _) in things.items():
        space.write(name, content)
    read_all(space, *things)
    for row in datasets(space).values():
        doc = show(space, row["id"])
        content, what = things[row["name"]]
        same((doc["profile"]["what"], doc["profile"]["bytes"], doc["rows"]), (what, len(content), None), row["name"])
        same("columns" in doc["profile"], False)


def case_bytes_that_are_gone_or_changed_are_told(space):
    path = space.write("a.csv", "a\n1\n")
    read_all(space, "a.csv")
    name = "a.csv@" + digest(path)[:8]
    stored = os.path.join(space.mlw, "objects", datasets(space)[name]["uri"][len("s3://"):])
    with open(stored, "w") as handle:
        handle.write("a\n2\n")
    doc = show(space, name)
    contains(doc["problem"], "changed since")
    same(doc["profile"], None)
    os.remove(stored)
    contains(show(space, name)["problem"], "is gone")
    with open(stored, "w") as handle:
        handle.write("a\n1\n")
    same((show(space, name)["problem"], show(space, name)["rows"]), (None, 1))


def case_a_folder_is_one_table(space):
    space.write("parts/0.csv", "a,b\n1,x\n2,y\n")
    space.write("parts/1.csv", "a,b\n3,z\n")
    space.write("parts/2.csv", "b,a\nq,4\n")
    space.write("parts/schema.json", "{}")
    read_all(space, "parts")
    doc = show(space, list(datasets(space))[0])
    same((doc["name"], doc["problem"], doc["rows"]), ("parts", None, 3))
    same([(f["name"], f["is_read"], f["what"]) for f in doc["profile"]["files"]],
         [("0.csv", True, "CSV"), ("1.csv", True, "CSV"), ("2.csv", False, "a table with other columns"),
          ("schema.json", False, "a JSON document")])


# --- the same as Python ---

def number(text):
    try:
        value = float(text)
    except ValueError:
        return None
    return None if "_" in text or math.isnan(value) else value


def is_integer(text):
    body = text[1:] if text[:1] in "+-" else text
    return body.isascii() and body.isdigit() and -2 ** 63 <= int(text) < 2 ** 63


def expected(cells):
    """Type, count, missing, distinct, and of numbers min, max, mean, std, histogram, median."""
    values = [c.strip(" \t\r\n") for c in cells]
    values = [v for v in values if v not in MISSING]
    raw = [c for c in cells if c.strip(" \t\r\n") not in MISSING]
    want = {"count": len(values), "missing": len(cells) - len(values)}
    numbers = [number(v) for v in values]
    if not values:
        want["type"], want["distinct"] = "empty", 0
    elif all(is_integer(v) for v in values) or all(n is not None for n in numbers):
        want["type"] = "integer" if all(is_integer(v) for v in values) else "number"
        want["distinct"] = len(set(numbers))
        finite = sorted(n for n in numbers if math.isfinite(n))
        want["numbers"] = finite
    elif all(v in ("true", "false", "True", "False", "TRUE", "FALSE") for v in values):
        want["type"], want["distinct"] = "boolean", len(set(raw))
    else:
        want["type"], want["distinct"] = "text", len(set(raw))
    return want


def check_column(have, cells, what):
    want = expected(cells)
    same((have["type"], have["count"], have["missing"], have["distinct"], have["is_distinct_exact"]),
         (want["type"], want["count"], want["missing"], want["distinct"], True), what)
    finite = want.get("numbers")
    if not finite:
        same(have["min"], None, what)
        return
    same((have["min"], have["max"]), (finite[0], finite[-1]), what)
    if not math.isclose(have["mean"], statistics.fmean(finite), rel_tol=1e-12, abs_tol=1e-300):
        raise AssertionError("%s: mean %r is not %r" % (what, have["mean"], statistics.fmean(finite)))
    if len(finite) > 1 and finite[-1] < 1e100 and finite[0] > -1e100:
        std = statistics.stdev(finite)
        if not math.isclose(have["std"], std, rel_tol=1e-9, abs_tol=1e-300):
            raise AssertionError("%s: std %r is not %r" % (what, have["std"], std))
    for part, key in ((0.05, "p5"), (0.25, "p25"), (0.5, "p50"), (0.75, "p75"), (0.95, "p95")):
        same(have["quantiles"][key], finite[math.ceil(part * len(finite)) - 1], what)
    bins = [0] * 10
    half = finite[-1] / 2 - finite[0] / 2
    for x in finite:
        bins[min(9, int((x / 2 - finite[0] / 2) / half * 10)) if half > 0 else 0] += 1
    same(have["histogram"]["hist"], bins, what)


def a_cell(rng, kind):
    if rng.random() < 0.1:
        return rng.choice(sorted(MISSING))
    return {"integer": lambda: str(rng.randint(-50, 50)),
            "number": lambda: repr(rng.choice([rng.gauss(0, 1), rng.random() * 1e6, 1e-320, 2.0 ** 60, -0.0])),
            "infinite": lambda: rng.choice(["inf", "-Infinity", "1e999", "3.5"]),
            "boolean": lambda: rng.choice(["true", "False"]),
            "text": lambda: "".join(rng.choice("ab ,\"\n\r;\té漢") for _ in range(rng.randint(0, 6))),
            "mixed": lambda: rng.choice(["1", "1.0", "01", "x", "true", "\"", "a\nb"]),
            "empty": lambda: ""}[kind]()


def case_profiles_agree_with_python(space):
    """Random tables as Python's csv writes and reads them: quotes, line ends, separators, short and long rows."""
    tables = {}
    for seed in range(SEEDS):
        rng = random.Random(seed)
        kinds = [rng.choice(["integer", "number", "infinite", "boolean", "text", "mixed", "empty"])
                 for _ in range(rng.randint(2, 6))]
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator=rng.choice(["\n", "\r\n", "\r"]), delimiter=rng.choice(",;\t|"),
                            quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        writer.writerow(["%s_%d" % (kind, i) for i, kind in enumerate(kinds)])
        for _ in range(rng.randint(0, 400)):
            row = [a_cell(rng, kind) for kind in kinds]
            if rng.random() < 0.05:
                row = row[:-1] if rng.random() < 0.5 else row + ["more"]
            writer.writerow(row)
        name = "t%d.csv" % seed
        mark = b"\xef\xbb\xbf" if seed % 2 else b""
        space.write(name, mark + out.getvalue().encode("utf-8"))
        rows = [r for r in csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=writer.dialect.delimiter) if r]
        tables[name] = rows
    read_all(space, *tables)
    for row in datasets(space).values():
        header, *rows = tables[row["name"]]
        profile = show(space, row["id"])["profile"]
        same(profile["rows"], len(rows), row["name"])
        same(profile["ragged"]["rows"], sum(len(r) != len(header) for r in rows), row["name"])
        same([c["name"] for c in profile["columns"]], header)
        same(profile["head"], [r[:len(header)] for r in rows[:100]], row["name"])
        for i, column in enumerate(profile["columns"]):
            check_column(column, [r[i] if i < len(r) else "" for r in rows], "%s, %s" % (row["name"], header[i]))


def case_the_demo_knows_its_penguins(space):
    source = os.path.join(os.path.dirname(HERE.__file__), "../../core/templates/tabular/data/penguins.csv")
    with open(source, newline="") as handle:
        text = handle.read()
    space.write("penguins.csv", text)
    read_all(space, "penguins.csv")
    doc = show(space, list(datasets(space))[0])
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    same(doc["rows"], len(rows))
    for i, column in enumerate(doc["profile"]["columns"]):
        check_column(column, [r[i] for r in rows], header[i])


def shot(space, line, size="80x24"):
    path = os.path.join(space.base, "shot.txt")
    space.call("--open", line, "--size", size, "--shot", path)
    with open(path, encoding="utf-8") as handle:
        return handle.read()


def case_the_screen_shows_it(space):
    source = os.path.join(os.path.dirname(HERE.__file__), "../../core/templates/tabular/data/penguins.csv")
    with open(source, "rb") as handle:
        space.write("penguins.csv", handle.read())
    execution = read_all(space, "penguins.csv").id
    contains(shot(space, "datasets"), "penguins.csv  ")
    for _ in range(2):  # made, then found
        page = shot(space, "dataset penguins")
        contains(page, "344 rows  8 columns  CSV, 15 KiB  read by 1 execution")
        contains(page, "bill_length_mm    number    342    2      164   32.1   59.6   43.922  ▂▅▇▆▆▆▇▃▁▁")
    contains(shot(space, "dataset penguins", "40x8"), "island            text     ▇▅▃")
    contains(shot(space, "executions"), execution)


def case_a_time_is_a_time(space):
    space.write("t.csv", "at,n\n2026-01-01,1\n2026-01-03T12:00:00Z,2\nNA,3\n2026-01-02 00:00:00,4\n")
    read_all(space, "t.csv")
    at = show(space, list(datasets(space))[0])["profile"]["columns"][0]
    same((at["type"], at["min"], at["max"], at["missing"]),
         ("time", "2026-01-01T00:00:00.000Z", "2026-01-03T12:00:00.000Z", 1))
    mean = datetime.datetime(2026, 1, 2, 4, 0, tzinfo=datetime.timezone.utc)
    same(at["mean"], mean.strftime("%Y-%m-%dT%H:%M:%S.000Z"))


def case_hostile_names_are_harmless(space):
    space.write("h.csv", b"\x1b[31mred,\xff\xfe,\"a\nb\"\n1,\x1b]0;x\x07,3\n")
    read_all(space, "h.csv")
    doc = show(space, list(datasets(space))[0])
    same([c["name"] for c in doc["profile"]["columns"]], ["\x1b[31mred", "\ufffd\ufffd", "a\nb"])
    text = space.call("show", "dataset", doc["id"]).out
    same("\x1b" in text or "\x07" in text, False)


if __name__ == "__main__":
    sys.exit(run_cases(HERE))
