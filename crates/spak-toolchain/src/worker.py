"""Compiles kernels of cuTile, one job a line, without a GPU and without PyTorch.

Jobs are JSON objects on standard input:

    {"source": "text of a module", "kernel": "name", "architecture": "sm_90", "format": "cubin" or "tile_ir",
     "parameters": [{"array": {"dtype": "bfloat16", "shape": [4, 8], "strides": [8, 1]}},
                    {"scalar": "float32"}, {"int": 64}, {"float": 1e-6}, {"bool": true}]}

Answers are JSON objects on standard output, in the same order: {"binary": "name of a file here", "seconds": 1.5} or
{"refused": "what the compiler says"}. The first line says which version this is.
"""

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


def constraint(parameter, ct, compilation):
    """What the just-in-time path would assume of this argument."""
    ((kind, value),) = parameter.items()
    if kind == "scalar":
        return compilation.ScalarConstraint(getattr(ct, value))
    if kind != "array":
        return compilation.ConstantConstraint(value)
    dtype = getattr(ct, value["dtype"])
    size = max(dtype.bitwidth // 8, 1)
    shape, strides = value["shape"], value["strides"]
    dense = [stride == 1 for stride in strides]
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


def work(job):
    import cuda.tile as ct
    from cuda.tile import compilation

    try:
        kernel = getattr(load(job["source"]), job["kernel"])
        parameters = [constraint(one, ct, compilation) for one in job["parameters"]]
        convention = compilation.CallingConvention.cutile_python_v1()
        signature = compilation.KernelSignature(parameters, convention).with_symbol(job["kernel"])
        binary = io.BytesIO()
        kind = "cubin" if job["format"] == "cubin" else "tileir_bytecode"
        start = time.monotonic()
        compilation.export_kernel(kernel, [signature], binary, gpu_code=job["architecture"], output_format=kind)
        seconds = time.monotonic() - start
        with open("binary", "wb") as file:
            file.write(binary.getvalue())
        return {"binary": "binary", "seconds": seconds}
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
