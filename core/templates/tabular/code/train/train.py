"""Train the ensemble of network.py and keep its best epoch. SageMaker script mode.

Reads    SM_CHANNEL_TRAIN/{train.csv,schema.json}, SM_CHANNEL_VALIDATION/validation.csv
Writes   SM_MODEL_DIR/model.json             weights and schema: all that a prediction needs
         SM_OUTPUT_DATA_DIR/history.csv      the curves
         SM_OUTPUT_DIR/failure               why, when it fails

One line is printed per epoch. On SIGTERM the best epoch so far is saved, and the program ends.
"""

import argparse
import copy
import json
import os
import signal
import sys
import traceback

sys.dont_write_bytecode = True

import network  # noqa: E402 (after the line above, so that the code's folder stays as it was)

BASE = os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")
MAX_WATCHED_ROWS = 1000   # validation rows that are looked at after every epoch


class Stopped(Exception):
    """SIGTERM has come."""


class Refused(Exception):
    """A value cannot be used; the message says which."""


def place(variable, *fallback):
    return os.environ.get(variable) or os.path.join(BASE, *fallback)


def stop(_signal, _frame):
    # raised where training stands: a stop need not wait for the epoch
    raise Stopped()


def scaled(rows, schema):
    """Numbers to predict are learned as deviations from their mean."""
    if schema["task"] != "regression":
        return rows
    return [((target - schema["mean"]) / schema["deviation"], inputs) for target, inputs in rows]


def load():
    folder = place("SM_CHANNEL_TRAIN", "input", "data", "train")
    with open(os.path.join(folder, "schema.json"), encoding="utf-8") as handle:
        schema = json.load(handle)
    train = network.read_rows(os.path.join(folder, "train.csv"))
    folder = place("SM_CHANNEL_VALIDATION", "input", "data", "validation")
    watched = network.read_rows(os.path.join(folder, "validation.csv"))[:MAX_WATCHED_ROWS]
    return schema, scaled(train, schema), scaled(watched, schema)


def measure(members, rows, is_regression):
    """Mean loss and auc of the ensemble."""
    predictions = [network.predict(members, inputs, is_regression) for _, inputs in rows]
    targets = [target for target, _ in rows]
    losses = [network.loss_of(p, t, is_regression) for p, t in zip(predictions, targets)]
    return sum(losses) / len(losses), network.auc(predictions, targets)


def fit(args, schema, train, watched, best):
    """Trains, prints a line per epoch, and keeps in `best` the epoch with the lowest val_loss."""
    is_regression = schema["task"] == "regression"
    outputs = 1 if is_regression else len(schema["classes"])
    learners = [network.Learner("%d/%d" % (args.seed, n), schema["width"] + 1, args.hidden, outputs)
                for n in range(args.members)]
    members = [learner.member for learner in learners]
    sample = min(len(train), args.rows_per_epoch)
    for epoch in range(1, args.epochs + 1):
        total = 0.0
        for learner in learners:
            total += sum(learner.epoch(train, sample, args.batch_size, args.learning_rate,
                                       is_regression))
        train_loss = total / (sample * len(learners))
        val_loss, val_auc = measure(members, watched, is_regression)
        print("epoch %d/%d train_loss=%.4f val_loss=%.4f val_auc=%.4f"
              % (epoch, args.epochs, train_loss, val_loss, val_auc), flush=True)
        best["history"].append((epoch, train_loss, val_loss, val_auc))
        if best["members"] is None or val_loss < best["val_loss"]:
            best.update(members=copy.deepcopy(members), epoch=epoch, val_loss=val_loss,
                        val_auc=val_auc)


def save(schema, best):
    if best["members"] is None:
        print("stopped before the first epoch was done: there is no model to save", flush=True)
        return
    model = {"format": 1, "schema": schema, "epoch": best["epoch"], "members": best["members"]}
    folder = place("SM_MODEL_DIR", "model")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "model.json"), "w", encoding="utf-8") as handle:
        json.dump(model, handle, sort_keys=True)
    folder = place("SM_OUTPUT_DATA_DIR", "output", "data")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "history.csv"), "w", encoding="utf-8") as handle:
        handle.write("epoch,train_loss,val_loss,val_auc\n")
        handle.writelines("%d,%.6f,%.6f,%.6f\n" % line for line in best["history"])
    print("saved epoch %(epoch)d: val_loss %(val_loss).4f, val_auc %(val_auc).4f" % best,
          flush=True)


def run(args):
    schema, train, watched = load()
    print("%s on %r: %d rows, %d inputs, %d members of %d hidden units"
          % (schema["task"], schema["target"], len(train), schema["width"], args.members,
             args.hidden), flush=True)
    best = {"members": None, "history": []}
    signal.signal(signal.SIGTERM, stop)
    try:
        fit(args, schema, train, watched, best)
        status = 0
    except Stopped:
        print("SIGTERM: stopping", flush=True)
        status = 128 + signal.SIGTERM
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    save(schema, best)
    return status


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--learning-rate", type=float, default=0.002)
    parser.add_argument("--hidden", type=int, default=24, help="units in the hidden layer")
    parser.add_argument("--members", type=int, default=20, help="networks in the ensemble")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--rows-per-epoch", type=int, default=1000, help="at most, for each member")
    parser.add_argument("--seed", type=int, default=7)
    # SageMaker may hand over hyperparameters of its own
    args, unknown = parser.parse_known_args()
    if unknown:
        print("warning: not used: " + " ".join(unknown), flush=True)
    for name in ("epochs", "learning_rate", "hidden", "members", "batch_size", "rows_per_epoch"):
        if not getattr(args, name) > 0:
            raise Refused("hyperparameter %s must be more than 0" % name.replace("_", "-"))
    return args


def leave_failure(text):
    folder = place("SM_OUTPUT_DIR", "output")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "failure"), "w", encoding="utf-8", errors="replace") as handle:
        handle.write(text[:1000] + "\n")


def main():
    # names out of the data may hold letters that the locale does not have
    sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return run(parse_arguments())
    except Refused as error:
        text = str(error)
    except (Exception, KeyboardInterrupt) as error:
        traceback.print_exc()
        text = "%s: %s" % (type(error).__name__, error)
    print("error: " + text, file=sys.stderr, flush=True)
    leave_failure(text)
    return 1


if __name__ == "__main__":
    sys.exit(main())
