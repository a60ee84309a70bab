"""Writes expected.tsv: expressions and the values that Python gives them.

Run `python3 generate.py > expected.tsv` in this folder. Only expressions whose meaning is meant to be
Python's: no powers of negative numbers to fractions (complex in Python), results within 64 bits.
"""
import math
import random

random.seed(20261121)
names = {"a": 7, "b": -3, "c": 64, "x": 2.5, "y": -0.75, "p": True, "q": False, "s": "online"}
functions = {
    "cdiv": lambda a, b: -(-a // b), "min": min, "max": max, "abs": abs, "log2": math.log2,
    "sqrt": math.sqrt, "gcd": math.gcd, "lcm": math.lcm, "floor": math.floor, "ceil": math.ceil,
    "round": round, "len": len, "sum": sum, "sorted": sorted, "all": all, "any": any, "pow": pow,
    "is_pow2": lambda n: n > 0 and n & (n - 1) == 0, "int": int, "float": float,
}
numbers = ["0", "1", "2", "3", "5", "8", "-4", "100", "0.5", "1.5", "-2.25", "1e3", "1e-3"]


def number(depth):
    kind = random.random()
    if depth == 0 or kind < 0.15:
        return random.choice(numbers + ["a", "b", "c", "x", "y"])
    if kind < 0.65:
        op = random.choice(["+", "-", "*", "/", "//", "%"])
        return f"{operand(depth - 1)} {op} {operand(depth - 1)}"
    if kind < 0.70:
        return f"{operand(depth - 1)} ** {random.choice(['2', '3', '0', '-1', '-2'])}"
    if kind < 0.76:
        return f"-{operand(depth - 1)}"
    if kind < 0.84:
        return f"{operand(depth - 1)} if {condition(depth - 1)} else {operand(depth - 1)}"
    if kind < 0.94:
        f = random.choice(["min", "max", "cdiv", "gcd", "lcm", "pow"])
        if f in ("gcd", "lcm"):
            return f"{f}({random.choice(['a', 'c', '12', '-18'])}, {random.choice(['b', '8', '30'])})"
        if f == "pow":
            return f"pow({number(depth - 1)}, 2)"
        return f"{f}({number(depth - 1)}, {number(depth - 1)})"
    f = random.choice(["abs", "floor", "ceil", "round", "int", "float", "sum", "len"])
    if f in ("sum", "len"):
        return f"{f}([{number(depth - 1)}, {number(depth - 1)}])"
    return f"{f}({number(depth - 1)})"


def operand(depth):
    text = number(depth)
    return f"({text})" if " " in text and random.random() < 0.7 else text


def condition(depth):
    kind = random.random()
    if depth == 0 or kind < 0.1:
        return random.choice(["p", "q", "True", "False", "s == 'online'", "s != 'naive'"])
    if kind < 0.45:
        op = random.choice(["==", "!=", "<", "<=", ">", ">="])
        return f"{operand(depth - 1)} {op} {operand(depth - 1)}"
    if kind < 0.6:
        return f"{operand(depth - 1)} <= {operand(depth - 1)} < {operand(depth - 1)}"
    if kind < 0.7:
        op = random.choice(["in", "not in"])
        return f"{operand(depth - 1)} {op} [{number(0)}, {number(0)}, {number(0)}]"
    if kind < 0.78:
        return f"not ({condition(depth - 1)})"
    if kind < 0.84:
        return f"is_pow2({random.choice(['a', 'c', '0', '1', '96', '1024', '-8'])})"
    op = random.choice(["and", "or"])
    return f"({condition(depth - 1)}) {op} ({condition(depth - 1)})"


def show(value):
    if isinstance(value, (bool, str)):
        return str(value).lower()
    if isinstance(value, int):
        return str(value) if -2**63 <= value < 2**63 else None
    if isinstance(value, float) and math.isfinite(value):
        return "float " + value.hex()
    return None


fixed = [
    "7 // -2", "-7 // 2", "-7 % 3", "7 % -3", "7.5 // -2", "-7.5 % 2", "7 % -2.5", "-0.0 // 1", "1e300 * 1e10", "0 ** 0",
    "2 ** 62", "-2 ** 2", "2 ** -1", "2 ** 3 ** 2", "1 < 2 < 3", "3 > 2 > 2", "1 == 1.0", "True == 1", "True + True",
    "9007199254740993 == 9007199254740992.0", "9007199254740993 > 9007199254740992.0", "0.1 + 0.2", "1 / 3", "6 / 3",
    "9223372036854775807 / 7", "-9223372036854775807 // 2", "not 1 == 2", "5 if p else 4", "round(0.5)", "round(1.5)",
    "round(-2.5)", "int(-2.7)", "floor(-2.5)", "ceil(-2.5)", "max([3, 1, 2])", "min(3, 1.5)", "sum([1, 2.5, True])",
    "all([p, True])", "any([q, 0])", "'ab' < 'b'", "'on' in s", "log2(8)", "sqrt(2)", "5 % 3 * 2", "2 * 5 % 3", "-a ** 2",
    "a - b - c", "a / b / c", "a // b * c", "1 / 0", "1 % 0", "1.5 // 0", "0 ** -1", "log2(0)", "sqrt(-1)", "min([])",
    "1_000 + 1", "0x1F + 0b101", "1e3 == 1000", "(1 + 2) * 3", "a <= 7 <= c", "p and q or p", "not p or q", "p == (a > b)",
]
rows = list(fixed)
while len(rows) < 600:
    rows.append(random.choice([number, condition])(random.choice([1, 2, 3])))
for row in dict.fromkeys(rows):
    try:
        shown = show(eval(row, {"__builtins__": {}}, {**names, **functions}))
        if shown is None:
            shown = "error overflow"
    except ZeroDivisionError:
        shown = "error zero"
    except OverflowError:
        shown = "error overflow"
    except (ValueError, TypeError) as error:
        shown = "error domain"
    print(f"{row}\t{shown}")
