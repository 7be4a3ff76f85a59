"""A small ensemble of neural networks, and how good its predictions are. Plain Python.

Each member has one hidden layer of tanh units and an output layer: one unit for a regression, one
for each class otherwise (softmax). Inputs and hidden values end in a constant 1.0, so that the last
weight of every row is its bias. Members differ by their first weights and by the rows they see.
"""

import bisect
import math
import random
from operator import mul

DECAY_1, DECAY_2, EPSILON = 0.9, 0.999, 1e-8   # Adam
SHRINK = 1e-4                                  # weight decay


def read_rows(path):
    """Pairs (target, inputs) of a file of numbers, the target first."""
    rows = []
    with open(path, encoding="utf-8") as handle:
        for line in handle:
            target, *inputs = map(float, line.split(","))
            rows.append((target, inputs + [1.0]))
    return rows


def softmax(values):
    top = max(values)
    powers = [math.exp(value - top) for value in values]
    total = sum(powers)
    return [power / total for power in powers]


def forward(member, inputs):
    """The hidden values and the outputs before softmax."""
    hidden = [math.tanh(sum(map(mul, row, inputs))) for row in member["hidden"]]
    hidden.append(1.0)
    return hidden, [sum(map(mul, row, hidden)) for row in member["output"]]


def predict(members, inputs, is_regression):
    """Mean over the members: of the probabilities of the classes, or [value]."""
    votes = [forward(member, inputs)[1] for member in members]
    if not is_regression:
        votes = [softmax(vote) for vote in votes]
    return [sum(column) / len(votes) for column in zip(*votes)]


def loss_of(prediction, target, is_regression):
    """Squared error, or the surprise of the true class."""
    if is_regression:
        return (prediction[0] - target) ** 2
    return -math.log(max(prediction[int(target)], 1e-12))


# --- training ---

class Learner:
    """One member with what its optimiser remembers. Same seed, same member."""

    def __init__(self, seed, inputs, hidden, outputs):
        self.chance = random.Random(seed)
        self.member = {"hidden": self._layer(hidden, inputs),
                       "output": self._layer(outputs, hidden + 1)}
        self.memory = {key: [([0.0] * len(row), [0.0] * len(row)) for row in rows]
                       for key, rows in self.member.items()}
        self.steps = 0

    def _layer(self, rows, columns):
        spread = 1.0 / math.sqrt(columns)
        return [[self.chance.uniform(-spread, spread) for _ in range(columns)] for _ in range(rows)]

    def _add_gradient(self, inputs, target, is_regression, gradient):
        """Adds one row's gradient, returns its loss."""
        hidden, outputs = forward(self.member, inputs)
        prediction = outputs if is_regression else softmax(outputs)
        errors = list(prediction)
        if is_regression:
            errors[0] -= target
        else:
            errors[int(target)] -= 1.0
        rows = gradient["output"]
        for k, error in enumerate(errors):
            rows[k] = [g + error * value for g, value in zip(rows[k], hidden)]
        blame = [sum(map(mul, errors, column)) for column in zip(*self.member["output"])]
        rows = gradient["hidden"]
        for j, value in enumerate(hidden[:-1]):
            error = blame[j] * (1.0 - value * value)
            rows[j] = [g + error * x for g, x in zip(rows[j], inputs)]
        return loss_of(prediction, target, is_regression)

    def _step(self, gradient, rows_in_batch, rate):
        self.steps += 1
        size = rate * math.sqrt(1.0 - DECAY_2 ** self.steps) / (1.0 - DECAY_1 ** self.steps)
        for key, rows in self.member.items():
            for row, slopes, (first, second) in zip(rows, gradient[key], self.memory[key]):
                for i, slope in enumerate(slopes):
                    slope /= rows_in_batch
                    first[i] += (1.0 - DECAY_1) * (slope - first[i])
                    second[i] += (1.0 - DECAY_2) * (slope * slope - second[i])
                    row[i] -= size * first[i] / (math.sqrt(second[i]) + EPSILON)
                    row[i] -= rate * SHRINK * row[i]

    def epoch(self, rows, sample, batch, rate, is_regression):
        """One pass over `sample` rows drawn with replacement; yields each batch's summed loss."""
        drawn = self.chance.choices(rows, k=sample)
        for start in range(0, sample, batch):
            chosen = drawn[start:start + batch]
            gradient = {key: [[0.0] * len(row) for row in layer]
                        for key, layer in self.member.items()}
            total = 0.0
            for target, inputs in chosen:
                total += self._add_gradient(inputs, target, is_regression, gradient)
            self._step(gradient, len(chosen), rate)
            yield total


# --- quality ---

def concordance(scores, targets):
    """Of all pairs with different targets, the share that the scores put in the right order.

    For two classes this is the area under the ROC curve; for numbers the concordance index. 0.5 is
    chance, also where there is no such pair. Sorting and searching, no comparison of all pairs.
    """
    seen, below, right = [], 0, 0.0
    pairs = sorted(zip(targets, scores))
    start = 0
    for end in range(1, len(pairs) + 1):
        if end < len(pairs) and pairs[end][0] == pairs[start][0]:
            continue
        for _, score in pairs[start:end]:
            left = bisect.bisect_left(seen, score)
            right += left + (bisect.bisect_right(seen, score, left) - left) / 2
        below += len(seen) * (end - start)
        for _, score in pairs[start:end]:
            bisect.insort(seen, score)
        start = end
    return right / below if below else 0.5


def auc(predictions, targets):
    """One measure for all three kinds; with several classes the mean of each against the rest."""
    outputs = len(predictions[0])
    if outputs <= 2:
        return concordance([p[-1] for p in predictions], targets)
    present = [k for k in range(outputs) if any(target == k for target in targets)]
    each = [concordance([p[k] for p in predictions], [target == k for target in targets])
            for k in present]
    return sum(each) / len(each)
