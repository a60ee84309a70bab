"""Writes expected.tsv: restrictions, and for each of a few configs whether Python says that they hold.

Run `python3 -W ignore generate.py > expected.tsv` in this folder. A config is a line `config NAME=VALUE ..`; a
restriction is a line of its text, a tab, and for each config 1 (holds), 0 (does not) or E (Python
raises an exception). Results that leave 64 bits or are not finite count as E.
"""
import math
import random

random.seed(20261121)
configs = [
    {"a": 1, "b": 2, "c": 64, "x": 0.5, "p": True, "s": "row"},
    {"a": 0, "b": -3, "c": 7, "x": -1.25, "p": False, "s": "col"},
    {"a": 16, "b": 16, "c": 1024, "x": 3.0, "p": True, "s": ""},
    {"a": 32, "b": 1, "c": 48, "x": 2.5, "p": False, "s": "row"},
    {"a": -5, "b": 4, "c": 0, "x": 100.0, "p": True, "s": "x"},
]


def value(depth):
    kind = random.random()
    if depth == 0 or kind < 0.15:
        return random.choice(["a", "b", "c", "a", "b", "c", "x", "0", "1", "2", "3", "-4", "16", "0x20", "1_024", "0.5", "p"])
    if kind < 0.60:
        return f"{operand(depth)} {random.choice(['+', '-', '*', '*', '/', '//', '%', '%'])} {operand(depth)}"
    if kind < 0.64:
        return f"{operand(depth)} ** {random.choice(['2', '0', '1'])}"
    if kind < 0.70:
        return f"{random.choice('-+')}{operand(depth)}"
    if kind < 0.80:
        op = random.choice(["&", "|", "^", "<<", ">>"])
        right = random.choice(["1", "3", "7"]) if op in ("<<", ">>") else random.choice(["a", "b", "c", "(a - 1)", "3", "255"])
        return f"{random.choice(['a', 'b', 'c', '(a * b)', '(c - 1)', '~c'])} {op} {right}"
    if kind < 0.86:
        return f"{operand(depth)} if {truth(depth - 1)} else {operand(depth)}"
    return random.choice([
        f"min({value(depth - 1)}, {value(depth - 1)})", f"max([{value(depth - 1)}, {value(depth - 1)}, 3])",
        f"abs({value(depth - 1)})", f"int({value(depth - 1)})", f"float({value(depth - 1)})", f"round({value(depth - 1)})",
        f"bool({value(depth - 1)})", f"sum([{value(depth - 1)}, {value(depth - 1)}])", f"pow({operand(depth)}, 2)",
        f"divmod({operand(depth)}, {operand(depth)})[{random.choice('01')}]", f"math.floor({value(depth - 1)})",
        f"math.ceil({value(depth - 1)})", f"math.trunc({value(depth - 1)})", "len((a, b, c))", f"({truth(0)})",
    ])


def operand(depth):
    text = value(depth - 1)
    return f"({text})" if " " in text and random.random() < 0.6 else text


def truth(depth):
    kind = random.random()
    if depth <= 0 or kind < 0.08:
        return random.choice(["p", "not p", "s == 'row'", "s != \"col\"", "a == b", "c > a", "s in ('row', 'x')", "True"])
    if kind < 0.45:
        return f"{operand(depth)} {random.choice(['==', '!=', '<', '<=', '>', '>=', '<=', '=='])} {operand(depth)}"
    if kind < 0.55:
        return f"{operand(depth)} <= {operand(depth)} {random.choice(['<', '<=', '!='])} {operand(depth)}"
    if kind < 0.64:
        members = f"{value(0)}, {value(0)}, {value(1)}"
        return f"{operand(depth)} {random.choice(['in', 'not in'])} " + random.choice([f"[{members}]", f"({members})", "range(0, 20, 4)"])
    if kind < 0.68:
        return f"(a, b) {random.choice(['==', '!='])} ({value(0)}, {value(0)})"
    if kind < 0.74:
        return f"not {truth(depth - 1)}"
    if kind < 0.78:
        return value(depth)
    if kind < 0.82:
        return f"{random.choice(['all', 'any'])}([{truth(0)}, {value(0)}])"
    if kind < 0.86:
        return f"{truth(depth - 1)} if {truth(depth - 1)} else {truth(depth - 1)}"
    left, right = truth(depth - 1), truth(depth - 1)
    if random.random() < 0.5:
        left = f"({left})"
    if random.random() < 0.5:
        right = f"({right})"
    return f"{left} {random.choice(['and', 'or'])} {right}"


class OutOfRange(Exception):
    pass


def holds(text, config):
    try:
        result = eval(text, {"__builtins__": {}}, {**config, **functions})
    except (ArithmeticError, TypeError, ValueError):
        return "E"
    if isinstance(result, int) and not -2**63 <= result < 2**63:
        return "E"
    return "1" if result else "0"


functions = {f.__name__: f for f in (min, max, abs, int, float, round, bool, sum, pow, divmod, len, all, any, range)}
functions["math"] = math
fixed = [
    "(a & (a - 1)) == 0", "a != 0 and c % a == 0", "not a", "a and b", "a or b and c", "not a == b", "-2 ** 2 == -4", "2 ** -1 == 0.5",
    "a < b < c", "a < b == p", "(a < b) == p", "a < b > 0", "1 / 3 * 3 == 1", "b % 4 == 1", "b // 4 == -1", "1 if a else b", "a if p else b if x else c",
    "not p and a", "not (p and a)", "a == 1 or b == 4 and c == 0", "(a == 1 or b == 4) and c == 0", "True + True == 2", "a - b - c < 0",
    "c / a / b > 1", "~a == -a - 1", "a & b == 0", "a ^ b | c & 3 == 3", "1 << 3 + 1 == 16", "(a > 0) & (b > 0)", "(a > 0) | (b > 0)",
    "s", "not s", "s in ['row']", "a in {1, 16}", "a not in (1, 2) or s == ''", "(a, b) in [(1, 2), (16, 16)]", "(a, b, c) != (1, 2, 64)",
    "math.log2(c) == 6", "math.sqrt(a) == 4", "math.gcd(a, c) == 16", "int(x) == x", "round(2.5) == 2", "a * b * 1.0 == a * b",
]
rows = list(fixed)
while len(rows) < 700:
    row = truth(random.choice([1, 2, 3]))
    try:
        compile(row, "", "eval")
    except SyntaxError:
        continue  # A conditional in the condition of another one needs brackets.
    rows.append(row)
for config in configs:
    print("config " + " ".join(f"{k}={v!r}" for k, v in config.items()))
for row in dict.fromkeys(rows):
    print(row + "\t" + "".join(holds(row, config) for config in configs))
