"""Measure the trained model on the test rows, which training has never seen.

Reads    processing/model/model.tar.gz, processing/test/test.csv
         processing/input/network/network.py, the same code that trained
Writes   processing/evaluation/evaluation.json

evaluation.json has SageMaker's section for the kind of problem (binary_classification_metrics,
multiclass_classification_metrics or regression_metrics), and for every kind `quality.auc.value`,
which the pipeline's condition reads: 0.5 is chance, 1 is perfect.
"""

import json
import math
import os
import random
import sys
import tarfile
import traceback

BASE = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
RESAMPLES = 200   # for the standard deviations


def path(*parts):
    return os.path.join(BASE, "processing", *parts)


sys.dont_write_bytecode = True
sys.path.insert(0, path("input", "network"))

import network  # noqa: E402 (found by the line above)


def load_model():
    """model.json out of the archive; nothing is unpacked to disk."""
    with tarfile.open(path("model", "model.tar.gz")) as archive:
        for member in archive:
            if os.path.normpath(member.name) == "model.json" and member.isfile():
                return json.loads(archive.extractfile(member).read().decode("utf-8"))
    raise ValueError("model.tar.gz holds no model.json")


def ratio(part, whole):
    return part / whole if whole else 0.0


def deviation(measure, predictions, targets):
    """Standard deviation of a measure over random test sets drawn from this one."""
    chance = random.Random(0)
    values = []
    for _ in range(RESAMPLES):
        chosen = chance.choices(range(len(targets)), k=len(targets))
        values.append(measure([predictions[i] for i in chosen], [targets[i] for i in chosen]))
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))


def metric(measure, predictions, targets):
    return {"value": measure(predictions, targets),
            "standard_deviation": deviation(measure, predictions, targets)}


def choice(prediction):
    return prediction.index(max(prediction))


def accuracy(predictions, targets):
    return ratio(sum(choice(p) == t for p, t in zip(predictions, targets)), len(targets))


def confusion(predictions, targets, classes):
    """table[true][predicted] = rows"""
    table = {true: {guess: 0 for guess in classes} for true in classes}
    for prediction, target in zip(predictions, targets):
        table[classes[int(target)]][classes[choice(prediction)]] += 1
    return table


def class_scores(table, name):
    """Precision, recall and F1 of one class, and its number of rows."""
    hits, rows = table[name][name], sum(table[name].values())
    precision = ratio(hits, sum(row[name] for row in table.values()))
    recall = ratio(hits, rows)
    return precision, recall, ratio(2 * precision * recall, precision + recall), rows


def plain(value):
    return {"value": value, "standard_deviation": "NaN"}


def classification(predictions, targets, schema):
    classes = schema["classes"]
    table = confusion(predictions, targets, classes)
    metrics = {"confusion_matrix": table, "accuracy": metric(accuracy, predictions, targets),
               "auc": metric(network.auc, predictions, targets)}
    names = ("precision", "recall", "f1")
    if schema["task"] == "binary":
        for name, value in zip(names, class_scores(table, classes[1])):
            metrics[name] = plain(value)
        return "binary_classification_metrics", metrics
    scores = [class_scores(table, name) for name in classes]
    for k, name in enumerate(names):
        mean = sum(score[k] * score[3] for score in scores) / len(targets)
        metrics["weighted_" + name] = plain(mean)
    return "multiclass_classification_metrics", metrics


def mse(predictions, targets):
    return math.fsum((p[0] - t) ** 2 for p, t in zip(predictions, targets)) / len(targets)


def rmse(predictions, targets):
    return math.sqrt(mse(predictions, targets))


def mae(predictions, targets):
    return math.fsum(abs(p[0] - t) for p, t in zip(predictions, targets)) / len(targets)


def r2(predictions, targets):
    mean = math.fsum(targets) / len(targets)
    spread = math.fsum((t - mean) ** 2 for t in targets)
    return 1.0 - ratio(mse(predictions, targets) * len(targets), spread)


def regression(predictions, targets, schema):
    predictions = [[p[0] * schema["deviation"] + schema["mean"]] for p in predictions]
    metrics = {measure.__name__: metric(measure, predictions, targets)
               for measure in (mse, rmse, mae, r2, network.auc)}
    return "regression_metrics", metrics


def show(metrics):
    for name, value in metrics.items():
        if name != "confusion_matrix":
            print("%s=%.4f" % (name, value["value"]))
    for true, row in metrics.get("confusion_matrix", {}).items():
        guesses = ", ".join("%d as %r" % (n, guess) for guess, n in row.items() if n)
        print("  %r: %s" % (true, guesses))
    sys.stdout.flush()


def run():
    model = load_model()
    schema = model["schema"]
    is_regression = schema["task"] == "regression"
    rows = network.read_rows(path("test", "test.csv"))
    targets = [target for target, _ in rows]
    predictions = [network.predict(model["members"], inputs, is_regression) for _, inputs in rows]
    print("%s on %r: %d test rows, the model of epoch %d"
          % (schema["task"], schema["target"], len(rows), model["epoch"]), flush=True)
    measure = regression if is_regression else classification
    section, metrics = measure(predictions, targets, schema)
    show(metrics)
    report = {section: metrics, "quality": {"auc": metrics["auc"]}}
    os.makedirs(path("evaluation"), exist_ok=True)
    with open(path("evaluation", "evaluation.json"), "w", encoding="utf-8") as handle:
        json.dump(report, handle, indent=1)
        handle.write("\n")


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
        run()
        return 0
    except (Exception, KeyboardInterrupt) as error:
        traceback.print_exc()
        text = "%s: %s" % (type(error).__name__, error)
    print("error: " + text, file=sys.stderr, flush=True)
    leave_message(text)
    return 1


if __name__ == "__main__":
    sys.exit(main())
