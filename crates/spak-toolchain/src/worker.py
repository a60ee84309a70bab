"""Compiles kernels of cuTile, one job a line, without a GPU and without PyTorch.

Jobs are JSON objects on standard input:

    {"source": "text of a module", "kernel": "name", "architecture": "sm_90", "format": "cubin" or "tile_ir",
     "hints": {"occupancy": 2},
     "parameters": [{"array": {"dtype": "bfloat16", "shape": [4, 8], "strides": [8, 1]}},
                    {"scalar": "float32"}, {"int": 64}, {"float": 1e-6}, {"bool": true}]}

or ask which kernels the module's function `launch` would start, for arrays like these:

    {"source": "text of a module", "arrays": {"x": {"dtype": …, "shape": …, "strides": …}},
     "scalars": {"scale": 0.125}, "processors": 132}

Answers are JSON objects on standard output, in the same order: {"binary": "name of a file here", "seconds": 1.5},
{"launches": [{"kernel": …, "hints": …, "grid": [4, 1, 1], "parameters": […], "arguments": […]}], "scratch": [array…]} or
{"refused": "what the compiler says"}. The first line says which version this is.
"""

import dataclasses
import inspect
import io
import json
import linecache
import os
import sys
import time
import types

# The name that the source has in messages and in the debug information of binaries: not where it happens to be.
FILE = "kernel.py"


def overlaps(shape, strides):
    """Whether two elements may lie in one place, as far as the just-in-time path looks."""
    end = 0
    for stride, length in sorted(zip(strides, shape)):
        if stride == 0 or stride < end:
            return True
        end = stride * length
    return False


def is_static(module):
    """Whether a module wants sizes and strides of its arrays as constants, which only those can have who compile ahead of time."""
    return getattr(module, "ARRAY_SHAPES", "dynamic") == "static"


def assumed(value):
    """An array of which the compiler would assume the same: kernels for many shapes are one then, and are compiled once."""
    shape, strides = value["shape"], value["strides"]
    if overlaps(shape, strides):
        return value
    # Far enough apart that nothing overlaps; one more than a multiple of sixteen is a multiple of nothing.
    far = [
        1 if stride == 1 else 2 ** (20 + 5 * at) + (0 if is_aligned(value["dtype"], stride) else 1)
        for at, stride in enumerate(strides)
    ]
    return {**value, "shape": [16 if length % 16 == 0 else 1 for length in shape], "strides": far}


def is_aligned(dtype, stride):
    """Whether a step along an axis is a multiple of 16 bytes."""
    import cuda.tile as ct

    return stride * max(getattr(ct, dtype).bitwidth // 8, 1) % 16 == 0


def constraint(parameter, ct, compilation, static=False):
    """What the just-in-time path would assume of this argument, or all that is known of it."""
    ((kind, value),) = parameter.items()
    if kind == "scalar":
        return compilation.ScalarConstraint(getattr(ct, value))
    if kind != "array":
        return compilation.ConstantConstraint(value)
    dtype = getattr(ct, value["dtype"])
    size = max(dtype.bitwidth // 8, 1)
    shape, strides = value["shape"], value["strides"]
    dense = [stride == 1 for stride in strides]
    # Of constant strides that are 1 along several axes cuda-tile 1.7.0 tells the compiler that the last is a multiple of 16 bytes.
    if static and dense.count(True) == 1:
        return compilation.ArrayConstraint(
            dtype,
            len(shape),
            index_dtype=ct.int32,
            stride_lower_bound_incl=[None] * len(shape),
            alias_groups=(),
            may_alias_internally=overlaps(shape, strides),
            stride_constant=strides,
            shape_constant=shape,
            base_addr_divisible_by=16,
        )
    return compilation.ArrayConstraint(
        dtype,
        len(shape),
        index_dtype=ct.int32,
        stride_lower_bound_incl=[None if one else 0 for one in dense],
        alias_groups=(),
        may_alias_internally=overlaps(shape, strides),
        stride_constant=[1 if one else None for one in dense],
        stride_divisible_by=[
            16 // size if not one and stride * size % 16 == 0 else 1 for one, stride in zip(dense, strides)
        ],
        shape_divisible_by=[16 if length % 16 == 0 else 1 for length in shape],
        base_addr_divisible_by=16,
    )


def load(source):
    """The module that a source is."""
    module = types.ModuleType("kernel")
    # The compiler reads the source of a kernel through this cache.
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    module.__file__ = FILE
    sys.modules["kernel"] = module
    exec(compile(source, FILE, "exec"), module.__dict__)
    return module


class Array:
    """What `launch` is given for an array: all that it may look at."""

    def __init__(self, key, value, ct):
        self.key = key
        self.value = value
        self.shape = tuple(value["shape"])
        self.strides = tuple(value["strides"])
        self.dtype = getattr(ct, value["dtype"])


class Recorder:
    """Stands in for the driver while `launch` runs."""

    def __init__(self, module, ct):
        self.module, self.ct = module, ct
        self.launches, self.scratch = [], []

    def empty(self, shape, dtype):
        """An array without contents, for what one kernel leaves to the next."""
        strides, step = [], 1
        for length in reversed(shape):
            strides.insert(0, step)
            step *= length
        name = dtype if isinstance(dtype, str) else dtype.name
        value = {"dtype": name, "shape": [int(length) for length in shape], "strides": strides}
        self.scratch.append(value)
        return Array({"scratch": len(self.scratch) - 1}, value, self.ct)

    def launch(self, stream, grid, kernel, arguments):
        grid = [int(size) for size in grid]
        grid += [1] * (3 - len(grid))
        names = [name for name, value in vars(self.module).items() if value is kernel]
        name = names[0] if names else kernel._pyfunc.__name__
        hints = {} if names else {k: v for k, v in dataclasses.asdict(kernel._compiler_options).items() if v is not None}
        annotations = kernel._annotated_function.parameter_annotations
        if len(annotations) != len(arguments):
            raise TypeError(f"`{name}` takes {len(annotations)} arguments and is given {len(arguments)}")
        pairs = [self.argument(*pair) for pair in zip(annotations, arguments)]
        self.launches.append(
            {
                "kernel": name,
                "hints": hints,
                "grid": grid,
                "parameters": [parameter for parameter, _ in pairs],
                "arguments": [argument for _, argument in pairs if argument is not None],
            }
        )

    def argument(self, annotation, value):
        """What the compiler is told of an argument, and what the kernel is given."""
        if isinstance(value, Array):
            return {"array": value.value if is_static(self.module) else assumed(value.value)}, value.key
        if isinstance(value, bool):
            kind, dtype = "bool", None
        elif isinstance(value, int):
            kind, dtype = "int", "int32"
            if not -(2**31) <= value < 2**31:
                raise ValueError(f"{value} does not fit into 32 bits")
        elif isinstance(value, float):
            kind, dtype = "float", "float32"
        else:
            raise TypeError(f"an argument is of the type {type(value).__name__}")
        if annotation.constant:
            return {kind: value}, None
        if dtype is None:
            raise TypeError("a truth value has to be a constant")
        return {"scalar": dtype}, {dtype: value}


def plan(job):
    import cuda.tile as ct

    module = load(job["source"])
    launch = getattr(module, "launch", None)
    if launch is None:
        raise ValueError("the module has no function `launch`")
    recorder = Recorder(module, ct)
    known = {"stream": None, "empty": recorder.empty, "processors": job["processors"], **job["scalars"]}
    for name, value in job["arrays"].items():
        known[name] = Array({"array": name}, value, ct)
    given = {}
    for name, parameter in inspect.signature(launch).parameters.items():
        if name in known:
            given[name] = known[name]
        elif parameter.default is inspect.Parameter.empty:
            raise ValueError(f"`launch` wants `{name}`, and the problem has no such array or number")
    real = ct.launch
    ct.launch = recorder.launch
    try:
        launch(**given)
    finally:
        ct.launch = real
    return {"launches": recorder.launches, "scratch": recorder.scratch}


def compile_kernel(job):
    import cuda.tile as ct
    from cuda.tile import compilation

    module = load(job["source"])
    kernel = getattr(module, job["kernel"])
    if job["hints"]:
        kernel = kernel.replace_hints(**job["hints"])
    static = is_static(module)
    parameters = [constraint(one, ct, compilation, static) for one in job["parameters"]]
    # Both pass the same arguments; constants of arrays need the second one.
    convention = compilation.CallingConvention
    convention = convention.cutile_python_v2() if static else convention.cutile_python_v1()
    signature = compilation.KernelSignature(parameters, convention).with_symbol(job["kernel"])
    binary = io.BytesIO()
    kind = "cubin" if job["format"] == "cubin" else "tileir_bytecode"
    start = time.monotonic()
    compilation.export_kernel(kernel, [signature], binary, gpu_code=job["architecture"], output_format=kind)
    seconds = time.monotonic() - start
    with open("binary", "wb") as file:
        file.write(binary.getvalue())
    return {"binary": "binary", "seconds": seconds}


def work(job):
    try:
        return plan(job) if "arrays" in job else compile_kernel(job)
    except Exception as error:  # What the compiler says is the result.
        return {"refused": f"{type(error).__name__}: {error}"[:4000]}


def main():
    # Whatever a source prints goes where complaints go.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    import cuda.tile

    print(json.dumps({"ready": cuda.tile.__version__}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(work(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
