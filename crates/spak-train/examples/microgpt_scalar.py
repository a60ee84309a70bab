"""MicroGPT on scalars: the yardstick for speed and the source of tests/golden/microgpt.json.

A program of our own after the published algorithm (A. Karpathy, microgpt, February 2026): the same model, the same
order of random draws, one object for each number, no library but Python's own.

    python3 microgpt_scalar.py NAMES [STEPS [SAMPLES]]

prints one JSON object: losses, milliseconds of each step, samples.
"""

import json
import math
import random
import sys
import time

WIDTH, HEADS, CONTEXT, SCHEDULE = 16, 4, 16, 333
RATE, BETA1, BETA2, EPSILON = 0.01, 0.85, 0.99, 1e-8


class Number:
    """A number that remembers what it was made of, and the slope along each part."""

    __slots__ = ("value", "slope", "parts", "local")

    def __init__(self, value, parts=(), local=()):
        self.value, self.slope, self.parts, self.local = value, 0.0, parts, local

    def __add__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.value + other.value, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Number) else Number(other)
        return Number(self.value * other.value, (self, other), (other.value, self.value))

    def power(self, exponent):
        return Number(self.value**exponent, (self,), (exponent * self.value ** (exponent - 1),))

    def log(self):
        return Number(math.log(self.value), (self,), (1 / self.value,))

    def exp(self):
        return Number(math.exp(self.value), (self,), (math.exp(self.value),))

    def relu(self):
        return Number(max(0.0, self.value), (self,), (float(self.value > 0),))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * (other.power(-1) if isinstance(other, Number) else other**-1)

    def backward(self):
        order, seen = [], set()

        def visit(number):
            if number not in seen:
                seen.add(number)
                for part in number.parts:
                    visit(part)
                order.append(number)

        visit(self)
        self.slope = 1.0
        for number in reversed(order):
            for part, local in zip(number.parts, number.local):
                part.slope += local * number.slope


def product(vector, matrix):
    return [sum(w * x for w, x in zip(row, vector)) for row in matrix]


def softmax(scores):
    top = max(s.value for s in scores)
    powers = [(s - top).exp() for s in scores]
    total = sum(powers)
    return [p / total for p in powers]


def normalise(vector):
    square = sum(x * x for x in vector) / len(vector)
    scale = (square + 1e-5).power(-0.5)
    return [x * scale for x in vector]


def forward(weights, token, position, keys, values):
    x = [a + b for a, b in zip(weights["wte"][token], weights["wpe"][position])]
    x = normalise(x)
    before = x
    x = normalise(x)
    query = product(x, weights["wq"])
    keys.append(product(x, weights["wk"]))
    values.append(product(x, weights["wv"]))
    wide = WIDTH // HEADS
    attended = []
    for head in range(HEADS):
        part = slice(head * wide, (head + 1) * wide)
        scores = [sum(q * k for q, k in zip(query[part], key[part])) / wide**0.5 for key in keys]
        shares = softmax(scores)
        columns = zip(*(value[part] for value in values))
        attended.extend(sum(s * v for s, v in zip(shares, column)) for column in columns)
    x = [a + b for a, b in zip(product(attended, weights["wo"]), before)]
    before = x
    hidden = [h.relu() for h in product(normalise(x), weights["fc1"])]
    x = [a + b for a, b in zip(product(hidden, weights["fc2"]), before)]
    return product(x, weights["head"])


def main():
    sys.setrecursionlimit(1_000_000)
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else SCHEDULE
    samples = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    random.seed(42)
    with open(sys.argv[1], encoding="utf-8") as file:
        names = [line.strip() for line in file if line.strip()]
    random.shuffle(names)
    letters = sorted(set("".join(names)))
    end = len(letters)

    def matrix(rows, columns):
        return [[Number(random.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]

    shapes = {"wte": (end + 1, WIDTH), "wpe": (CONTEXT, WIDTH), "head": (end + 1, WIDTH)}
    shapes |= {name: (WIDTH, WIDTH) for name in ("wq", "wk", "wv", "wo")}
    shapes |= {"fc1": (4 * WIDTH, WIDTH), "fc2": (WIDTH, 4 * WIDTH)}
    weights = {name: matrix(*shape) for name, shape in shapes.items()}
    numbers = [n for rows in weights.values() for row in rows for n in row]
    first, second = [0.0] * len(numbers), [0.0] * len(numbers)
    losses, times = [], []
    for step in range(steps):
        begin = time.perf_counter()
        name = names[step % len(names)]
        tokens = [end, *(letters.index(c) for c in name), end]
        length = min(CONTEXT, len(tokens) - 1)
        keys, values, each = [], [], []
        for position in range(length):
            shares = softmax(forward(weights, tokens[position], position, keys, values))
            each.append(-shares[tokens[position + 1]].log())
        loss = sum(each) / length
        loss.backward()
        rate = RATE * (1 - step / SCHEDULE)
        for i, n in enumerate(numbers):
            first[i] = BETA1 * first[i] + (1 - BETA1) * n.slope
            second[i] = BETA2 * second[i] + (1 - BETA2) * n.slope**2
            mean = first[i] / (1 - BETA1 ** (step + 1))
            square = second[i] / (1 - BETA2 ** (step + 1))
            n.value -= rate * mean / (square**0.5 + EPSILON)
            n.slope = 0.0
        losses.append(loss.value)
        times.append((time.perf_counter() - begin) * 1e3)
    made = []
    for _ in range(samples):
        token, keys, values, name = end, [], [], []
        for position in range(CONTEXT):
            scores = forward(weights, token, position, keys, values)
            shares = softmax([s / 0.5 for s in scores])
            token = random.choices(range(end + 1), weights=[s.value for s in shares])[0]
            if token == end:
                break
            name.append(letters[token])
        made.append("".join(name))
    print(json.dumps({"losses": losses, "milliseconds": times, "samples": made}))


if __name__ == "__main__":
    main()
