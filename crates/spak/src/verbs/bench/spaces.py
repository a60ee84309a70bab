"""Constructs one space with Kernel Tuner or pyATF for each line of standard input.

A line is {"tool": ..., "params": {...}, "constraints": [...]}; the answer is {"seconds", "count"} or
{"error"}. Only the construction is timed: imports, and making pyATF's parameters, are not.
"""

import contextlib
import io
import json
import sys
import time


def kernel_tuner(params, constraints):
    from kernel_tuner.searchspace import Searchspace

    start = time.perf_counter()
    # The implicit limit on threads of a block is switched off: all constraints are listed.
    space = Searchspace(dict(params), list(constraints), max_threads=sys.maxsize)
    seconds = time.perf_counter() - start
    return seconds, len(space.list)


def pyatf(params, constraints):
    import re

    from pyatf import TP, Set
    from pyatf.search_space import SearchSpace

    # Each constraint belongs to the last parameter that it names: that is where pyATF can decide it.
    names = list(params)
    used = [[n for n in names if re.search(rf"\b{re.escape(n)}\b", c)] for c in constraints]
    own = {n: [] for n in names}
    for constraint, its in zip(constraints, used):
        own[max(its, key=names.index)].append(constraint)
    tps = []
    for name in names:
        text = " and ".join(f"({c})" for c in own[name])
        function = None
        if text:
            needed = [n for n in names if re.search(rf"\b{re.escape(n)}\b", text)]
            needed = [n for n in needed if n != name] + [name]
            function = eval(f"lambda {', '.join(needed)}: {text}")
        tps.append(TP(name, Set(*params[name]), function))
    start = time.perf_counter()
    space = SearchSpace(*tps, verbosity=0)
    seconds = time.perf_counter() - start
    return seconds, space.constrained_size


TOOLS = {"kernel_tuner": kernel_tuner, "pyatf": pyatf}


def version(tool):
    import importlib.metadata

    name = {"kernel_tuner": "kernel_tuner", "pyatf": "pyatf"}[tool]
    return importlib.metadata.version(name)


for line in sys.stdin:
    request = json.loads(line)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            if "version" in request:
                answer = {"version": version(request["version"])}
            else:
                seconds, count = TOOLS[request["tool"]](request["params"], request["constraints"])
                answer = {"seconds": seconds, "count": int(count)}
    except Exception as error:  # noqa: BLE001, every failure is an answer
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
