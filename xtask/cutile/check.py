"""Runs the kernels of a folder that `variants.py` made on a GPU (sm_90), against NumPy in float64.

    check.py FOLDER OUT.jsonl     needs PyTorch and CuPy; a line for each variant, the largest errors, registers and memory

Errors are relative to 1 + |expected|, those of softmax to what is expected. What a kernel leaves unwritten is not a number.
"""

import json
import math
import sys
from pathlib import Path

import cupy
import numpy
import torch


def given(tensor):
    """An array as a kernel takes it: where it is, its sizes, its strides."""
    numbers = [*tensor.shape, *tensor.stride()]
    return [numpy.uint64(tensor.data_ptr())] + [numpy.int32(number) for number in numbers]


def tensor(value, content=math.nan):
    dtype = getattr(torch, value["dtype"])
    if isinstance(content, float):
        return torch.full(value["shape"], content if dtype.is_floating_point else -1, device="cuda", dtype=dtype)
    return torch.from_numpy(numpy.ascontiguousarray(content)).to("cuda").to(dtype)


def wide(tensor):
    return tensor.double().cpu().numpy()


class Kernel:
    def __init__(self, file, name):
        self.function = cupy.RawModule(path=str(file)).get_function(name)
        most = cupy.cuda.Device(0).attributes["MaxSharedMemoryPerBlockOptin"]
        self.function.max_dynamic_shared_size_bytes = most - self.function.shared_size_bytes

    def run(self, grid, arguments):
        torch.cuda.synchronize()
        self.function(tuple(grid), (1, 1, 1), tuple(arguments))
        cupy.cuda.Device(0).synchronize()

    def resources(self):
        function = self.function
        return {"registers": function.num_regs, "shared": function.shared_size_bytes, "local": function.local_size_bytes}


def arguments(launch, arrays, scratch):
    """What a kernel is given, as `launch` said it."""
    for one in launch["arguments"]:
        ((kind, value),) = one.items()
        if kind in ("array", "scratch"):
            yield from given((arrays if kind == "array" else scratch)[value])
        else:
            yield getattr(numpy, kind)(value)


def checked(entry, folder, problems):
    family, axes, scalars = entry["family"], entry["axes"], entry["scalars"]
    scale = {"softmax": 3.0}.get(family, 1.0)
    # What kernels are given is what was rounded to their types.
    draw = {name: torch.randn(value["shape"], dtype=torch.float64) * scale for name, value in entry["inputs"].items()}
    rounded = {name: wide(tensor(entry["inputs"][name], one.numpy())) for name, one in draw.items()}
    inputs = {name: tensor(entry["inputs"][name], value) for name, value in problems.complete(family, axes, scalars, rounded).items() if name in draw}
    right = problems.expected(family, axes, scalars, {name: wide(one) for name, one in inputs.items()})
    arrays = {name: tensor(value) for name, value in entry["outputs"].items()} | inputs
    scratch = [tensor(value) for value in entry["scratch"]]
    resources = []
    for launch in entry["launches"]:
        kernel = Kernel(folder / launch["file"], launch["kernel"])
        kernel.run(launch["grid"], arguments(launch, arrays, scratch))
        resources.append(kernel.resources())
    floor = 1e-4 if family == "softmax" else 1.0
    errors = {}
    for name in entry["outputs"]:
        off = numpy.abs(wide(arrays[name]) - right[name]) / (floor + numpy.abs(right[name]))
        errors[name] = float(f"{off.max():.3g}")
    # What was not written is not a number, which is not below any limit.
    limit = problems.LIMITS.get(family, problems.LIMIT)
    return {"right": all(error < limit for error in errors.values()), "errors": errors, "kernels": resources}


def main():
    folder, out = Path(sys.argv[1]), sys.argv[2]
    sys.path.insert(0, str(folder))
    import problems

    torch.manual_seed(0)
    wrong = 0
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with open(out, "w", encoding="utf-8") as lines:
        for entry in manifest:
            try:
                result = checked(entry, folder, problems)
            except Exception as error:  # A kernel that cannot be run is a result.
                result = {"right": False, "why": f"{type(error).__name__}: {error}"[:300]}
            wrong += not result["right"]
            lines.write(json.dumps({"name": entry["name"]} | result) + "\n")
            lines.flush()
    print(f"{len(manifest)} variants, {wrong} wrong, on {torch.cuda.get_device_name(0)}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
