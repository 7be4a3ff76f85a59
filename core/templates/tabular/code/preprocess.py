"""Turn one CSV file with a header into numbers for training: train, validation and test.

Reads    processing/input/data/*.csv        one file
Writes   processing/{train,validation,test} rows of numbers, the target first, no header
         processing/train/schema.json       what the numbers mean; training keeps it with the model

What is to be learned follows from the target column: two values are a binary classification, a few
values a multi-class one, many different numbers a regression. Everything that is measured (means,
levels) is measured on the training rows alone. The same file and seed give the same bytes.
"""

import argparse
import collections
import csv
import difflib
import io
import json
import math
import os
import random
import sys
import traceback

BASE = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-"}
HELD_BACK = 0.15      # of the rows for validation, and as many for the test
MIN_ROWS = 20
MIN_CLASS_ROWS = 3    # one each for training, validation and test
MAX_CLASSES = 50
MAX_NUMERIC_CLASSES = 10
MAX_LEVELS = 20       # of a text column; the rarer ones become "other"


class Refused(Exception):
    """The data cannot be used; the message says why and what to do."""


def warn(text):
    print("warning: " + text, flush=True)


def shown(text):
    """A name out of the file as it may stand in a line of the log."""
    return text if text.isprintable() else repr(text)


def count(number, noun):
    return "%d %s%s" % (number, noun, "" if number == 1 else "s")


# --- reading ---

def find_input(folder):
    names = sorted(n for n in os.listdir(folder) if not n.startswith("."))
    if len(names) != 1:
        raise Refused("InputData must be one CSV file; found %s" % (", ".join(names) or "none"))
    return os.path.join(folder, names[0])


def decode(path):
    with open(path, "rb") as handle:
        data = handle.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        warn("the file is not UTF-8, read as Latin-1")
        return data.decode("latin-1")


def delimiter_of(text):
    first = text.split("\n", 1)[0]
    return max(",;\t|", key=first.count)


def header_of(fields):
    names = [name.strip() or "column_%d" % number for number, name in enumerate(fields, 1)]
    twice = sorted(name for name, n in collections.Counter(names).items() if n > 1)
    if twice:
        raise Refused("the header names %s more than once" % ", ".join(map(repr, twice)))
    return names


def read_table(path):
    """The names in the header, and for each row a list of texts; None where a value is missing."""
    text = decode(path)
    csv.field_size_limit(max(len(text), 1024))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    rows, skewed = [], 0
    try:
        names = header_of(next(lines, []))
        for fields in lines:
            if len(fields) != len(names):
                skewed += bool(fields)
                continue
            values = [value.strip() for value in fields]
            rows.append([None if v.lower() in MISSING else v for v in values])
    except csv.Error as error:
        raise Refused("line %d is not CSV: %s" % (lines.line_num, error))
    if skewed:
        warn("%s with another number of fields than the header: left out" % count(skewed, "row"))
    if not rows:
        raise Refused("%s holds no rows below its header" % os.path.basename(path))
    return names, rows


def number(text):
    """The finite number a text stands for, else None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


# --- the target ---

def target_index(names, target):
    if target in names:
        return names.index(target)
    near = difflib.get_close_matches(target, names, 1)
    hint = ", did you mean %r?" % near[0] if near else ""
    raise Refused("no column %r%s The columns are: %s"
                  % (target, hint or ".", ", ".join(map(shown, names))))


def task_of(values, wanted):
    """binary, multiclass or regression."""
    distinct = set(values)
    numbers = [number(value) for value in distinct]
    numeric = None not in numbers
    if len(distinct) < 2:
        raise Refused("the target has one value only, %r: there is nothing to learn; choose "
                      "another TargetColumn" % next(iter(distinct)))
    if wanted == "regression" and not numeric:
        raise Refused("Task is regression, but the target holds text: %r"
                      % sorted(v for v in distinct if number(v) is None)[0])
    few = (len(distinct) <= MAX_NUMERIC_CLASSES and len(values) >= 5 * len(distinct)
           and all(n is not None and n == int(n) for n in numbers))
    if wanted == "regression" or (wanted == "auto" and numeric and len(distinct) > 2 and not few):
        return "regression"
    if len(distinct) > MAX_CLASSES:
        raise Refused("the target has %d different values: too many for classes (%d), and not all "
                      "are numbers, or Task is classification" % (len(distinct), MAX_CLASSES))
    return "binary" if len(distinct) == 2 else "multiclass"


def sorted_classes(values):
    distinct = set(values)
    if all(number(value) is not None for value in distinct):
        return sorted(distinct, key=lambda value: (number(value), value))
    return sorted(distinct)


def rows_to_learn_from(rows, column, args):
    """Rows that have a target, at most MaxRows of them."""
    known = [row for row in rows if row[column] is not None]
    if len(known) < len(rows):
        warn("%s without a value in %s: left out"
             % (count(len(rows) - len(known), "row"), shown(args.target)))
    if len(known) > args.max_rows:
        warn("%d rows: a random %d of them are used (MaxRows)" % (len(known), args.max_rows))
        chosen = sorted(random.Random(args.seed).sample(range(len(known)), args.max_rows))
        known = [known[i] for i in chosen]
    if not known:
        raise Refused("no row has a value in the target column %r" % args.target)
    return known


def without_rare_classes(rows, column):
    sizes = collections.Counter(row[column] for row in rows)
    rare = sorted(value for value, n in sizes.items() if n < MIN_CLASS_ROWS)
    if rare:
        named = ", ".join(map(repr, rare[:5])) + (", ..." if len(rare) > 5 else "")
        warn("classes with fewer than %d rows: left out: %s" % (MIN_CLASS_ROWS, named))
    return [row for row in rows if sizes[row[column]] >= MIN_CLASS_ROWS]


def plan_target(rows, column, args):
    """The rows that stay, and the target's part of the schema."""
    task = task_of([row[column] for row in rows], args.task)
    if task != "regression":
        rows = without_rare_classes(rows, column)
        if not rows:
            raise Refused("no value of the target %r stands in %d rows or more: there is nothing "
                          "to learn" % (args.target, MIN_CLASS_ROWS))
        task = task_of([row[column] for row in rows], "classification")
    if len(rows) < MIN_ROWS:
        raise Refused("%d usable rows: at least %d are needed" % (len(rows), MIN_ROWS))
    schema = {"task": task, "target": args.target}
    if task != "regression":
        schema["classes"] = sorted_classes([row[column] for row in rows])
    return rows, schema


# --- splitting ---

def split(rows, column, schema, seed):
    """Three lists of rows; with classes each class is split in the same proportion."""
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row[column] if "classes" in schema else ""].append(row)
    chance = random.Random(seed)
    parts = {"train": [], "validation": [], "test": []}
    for key in sorted(groups):
        group = groups[key]
        chance.shuffle(group)
        held = max(1, round(HELD_BACK * len(group)))
        parts["test"] += group[:held]
        parts["validation"] += group[held:2 * held]
        parts["train"] += group[2 * held:]
    for part in parts.values():
        chance.shuffle(part)
    return parts


# --- features: each is a dict that says how a column becomes numbers ---

def looks_like_id(name, values, numeric):
    """A column that only tells rows apart would be learned by heart."""
    if len(set(values)) < len(values) or len(values) < MIN_ROWS:
        return False
    if name.lower() in ("id", "uuid", "index", "unnamed: 0") or name.lower().endswith("_id"):
        return True
    if not numeric:
        return True
    numbers = [n for n in map(number, values) if n is not None]
    return all(n == int(n) for n in numbers) and max(numbers) - min(numbers) == len(numbers) - 1


def mean_and_deviation(numbers):
    mean = math.fsum(numbers) / len(numbers)
    variance = math.fsum((n - mean) ** 2 for n in numbers) / len(numbers)
    return mean, math.sqrt(variance)


def plan_number(name, values, missing):
    mean, deviation = mean_and_deviation([n for n in map(number, values) if n is not None])
    return {"name": name, "kind": "number", "mean": mean, "deviation": deviation or 1.0,
            "missing": missing}


def plan_levels(name, values, missing):
    sizes = collections.Counter(values)
    levels = sorted(sizes, key=lambda level: (-sizes[level], level))[:MAX_LEVELS]
    return {"name": name, "kind": "levels", "levels": levels, "other": len(sizes) > len(levels),
            "missing": missing}


def plan_column(name, cells, everywhere):
    """How to encode a column, or why not: from its training cells; `everywhere` are all of them."""
    values = [cell for cell in cells if cell is not None]
    missing = len(values) < len(cells)
    distinct = len(set(values))
    if not values:
        return None, "always missing"
    if distinct == 1 and not missing:
        return None, "one value only"
    good = sum(number(value) is not None for value in values)
    numeric = good == len(values) or (good >= 0.95 * len(values) and distinct > MAX_LEVELS)
    if looks_like_id(name, [cell for cell in everywhere if cell is not None], numeric):
        return None, "looks like an identifier"
    if numeric:
        if good < len(values):
            warn("%s: %s not a number, taken as missing"
                 % (shown(name), count(len(values) - good, "value")))
        return plan_number(name, values, missing or good < len(values)), ""
    if distinct > MAX_LEVELS and distinct > len(values) / 2:
        return None, "text, %d different values in %d rows" % (distinct, len(values))
    return plan_levels(name, values, missing), ""


def width(feature):
    size = 1 if feature["kind"] == "number" else len(feature["levels"]) + feature["other"]
    return size + feature["missing"]


def encode(feature, cell):
    """A cell as numbers; a missing one is the mean, or no level, and is marked."""
    value = number(cell) if cell is not None and feature["kind"] == "number" else cell
    if feature["kind"] == "number":
        out = [0.0 if value is None else (value - feature["mean"]) / feature["deviation"]]
    else:
        out = [float(value == level) for level in feature["levels"]]
        if feature["other"]:
            out.append(float(value is not None and value not in feature["levels"]))
    if feature["missing"]:
        out.append(float(value is None))
    return out


def describe(feature):
    mark = ", some missing" if feature["missing"] else ""
    if feature["kind"] == "number":
        return "number, mean %.4g, deviation %.4g%s" % (feature["mean"], feature["deviation"], mark)
    other = ", other" if feature["other"] else ""
    return count(len(feature["levels"]), "level") + other + mark


def plan_features(names, column, train, rows):
    features = []
    for index, name in enumerate(names):
        if index == column:
            continue
        feature, reason = plan_column(name, [row[index] for row in train],
                                      [row[index] for row in rows])
        verdict = describe(feature) if feature else "left out: " + reason
        print("  %-24s %s" % (shown(name), verdict), flush=True)
        if feature:
            feature["column"] = index
            features.append(feature)
    if not features:
        raise Refused("no column beside the target can be used: all are constant, empty or "
                      "identifiers")
    return features


# --- writing ---

def encode_row(row, column, schema):
    classes = schema.get("classes")
    target = classes.index(row[column]) if classes else number(row[column])
    cells = [repr(target)]
    for feature in schema["features"]:
        cells += ["%.6g" % value for value in encode(feature, row[feature["column"]])]
    return ",".join(cells) + "\n"


def write(part, name, text):
    folder = os.path.join(BASE, "processing", part)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as handle:
        handle.write(text)


def run(args):
    path = find_input(os.path.join(BASE, "processing", "input", "data"))
    names, rows = read_table(path)
    size = "%s, %s" % (count(len(rows), "row"), count(len(names), "column"))
    print("%s: %s" % (shown(os.path.basename(path)), size), flush=True)
    column = target_index(names, args.target)
    rows, schema = plan_target(rows_to_learn_from(rows, column, args), column, args)
    parts = split(rows, column, schema, args.seed)
    print("%s on %s: %s" % (schema["task"], shown(args.target),
                            ", ".join(map(shown, schema.get("classes", ["numbers"])))), flush=True)
    schema["features"] = plan_features(names, column, parts["train"], rows)
    schema["width"] = sum(map(width, schema["features"]))
    if schema["task"] == "regression":
        targets = [number(row[column]) for row in parts["train"]]
        schema["mean"], deviation = mean_and_deviation(targets)
        schema["deviation"] = deviation or 1.0
    schema["rows"] = {part: len(chosen) for part, chosen in parts.items()}
    for part, chosen in parts.items():
        write(part, part + ".csv", "".join(encode_row(row, column, schema) for row in chosen))
    write("train", "schema.json", json.dumps(schema, indent=1, sort_keys=True) + "\n")
    print("%(train)d rows for training, %(validation)d for validation, %(test)d for the test"
          % schema["rows"] + ", %s" % count(schema["width"], "input"), flush=True)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--target", required=True, help="name of the column to predict")
    parser.add_argument("--task", choices=("auto", "classification", "regression"), default="auto")
    parser.add_argument("--seed", type=int, default=7, help="of the split")
    parser.add_argument("--max-rows", type=int, default=20000)
    return parser.parse_args()


def leave_message(text):
    """The job's ExitMessage: at most 1 KB, UTF-8."""
    folder = os.path.join(BASE, "output")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "message"), "wb") as handle:
        handle.write(text.encode("utf-8", "replace")[:1000].decode("utf-8", "ignore").encode())


def main():
    # names out of the data may hold letters that the locale does not have
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        run(parse_arguments())
        return 0
    except Refused as error:
        text = str(error)
    except (Exception, KeyboardInterrupt) as error:
        traceback.print_exc()
        text = "%s: %s" % (type(error).__name__, error)
    print("error: " + text, file=sys.stderr, flush=True)
    leave_message(text)
    return 1


if __name__ == "__main__":
    sys.exit(main())
