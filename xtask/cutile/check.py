"""Runs the kernels of a folder that `variants.py` made on a GPU (sm_90), against PyTorch in float64.

    check.py FOLDER OUT.jsonl     needs PyTorch and CuPy; a line for each kernel, the largest errors, registers and memory

Sizes are no multiples of tiles. Errors of attention are absolute, those of rows and products relative to 1 + |expected|, those of
softmax relative to what is expected.
"""

import json
import math
import sys
from pathlib import Path

import cupy
import numpy
import torch

ROWS, COLUMNS = 300, 4104
BF16 = torch.bfloat16
LIMITS = {"attention_forward": 2e-2, "matmul": 1e-2, "softmax": 2e-2, "rms_norm": 2e-2, "layer_norm": 2e-2}


def array(tensor):
    """An array as a kernel takes it: where it is, its sizes, its strides."""
    numbers = [*tensor.shape, *tensor.stride()]
    return [numpy.uint64(tensor.data_ptr())] + [numpy.int32(number) for number in numbers]


def nothing(*shape, dtype=torch.float32):
    """What has to be overwritten."""
    return torch.full(shape, math.nan, device="cuda", dtype=dtype)


class Kernel:
    def __init__(self, file):
        self.function = cupy.RawModule(path=str(file)).get_function("spak_kernel")
        most = cupy.cuda.Device(0).attributes["MaxSharedMemoryPerBlockOptin"]
        self.function.max_dynamic_shared_size_bytes = most - self.function.shared_size_bytes

    def run(self, grid, arguments):
        torch.cuda.synchronize()
        self.function(grid, (1, 1, 1), tuple(arguments))
        cupy.cuda.Device(0).synchronize()

    def resources(self):
        function = self.function
        return {"registers": function.num_regs, "shared": function.shared_size_bytes, "local": function.local_size_bytes}


def attention(kernel, axes, causal):
    batches, heads, group, dim, queries, keys = 2, 4, 2, 128, 200, 328
    draw = lambda heads, length: torch.randn(batches, heads, length, dim, device="cuda").to(BF16)
    q, k, v = draw(heads, queries), draw(heads // group, keys), draw(heads // group, keys)
    scale = 1 / math.sqrt(dim)
    wide = lambda tensor: tensor.double().repeat_interleave(group, 1)
    scores = torch.einsum("bhqd,bhkd->bhqk", q.double(), wide(k)) * scale
    shift = keys - queries if axes.get("causal_alignment", "bottom_right") == "bottom_right" else 0
    if causal:
        rows = torch.arange(queries, device="cuda")[:, None] + shift
        columns = torch.arange(keys, device="cuda")[None]
        visible = rows > columns if axes.get("causal_predicate", ">=") == ">" else rows >= columns
        scores = scores.masked_fill(~visible, -math.inf)
    expected, lse = torch.softmax(scores, -1) @ wide(v), torch.logsumexp(scores, -1)
    if axes.get("lse_base", "log2") == "log2":
        lse = lse / math.log(2)
    turned = axes.get("tensor_layout") == "BSHD"
    laid = lambda tensor: tensor.transpose(1, 2).contiguous() if turned else tensor
    q, k, v, out = laid(q), laid(k), laid(v), laid(nothing(batches, heads, queries, dim, dtype=BF16))
    is_stored = axes.get("lse_storage") == "3d_tile_store"
    stored = nothing(batches, heads, queries)
    arguments = array(q) + array(k) + array(v) + array(out) + (array(stored) if is_stored else [])
    tiles = math.ceil(queries / 64)
    grid = (tiles, heads, batches) if axes.get("head_batch_axis") == "separate_axes" else (tiles, batches * heads, 1)
    kernel.run(grid, arguments + [numpy.float32(scale), numpy.int32(shift)])
    errors = [((out.transpose(1, 2) if turned else out).double() - expected).abs().max().item()]
    return errors + ([(stored.double() - lse).abs().max().item()] if is_stored else [])


def matmul(kernel, axes, _):
    m, n, k = 200, 328, 136
    a, b = torch.randn(m, k, device="cuda").to(BF16), torch.randn(k, n, device="cuda").to(BF16)
    c, expected = nothing(m, n, dtype=BF16), a.double() @ b.double()
    a = a if axes.get("a_operand_transpose", "none") == "none" else a.t().contiguous()
    b = b if axes.get("b_operand_transpose", "none") == "none" else b.t().contiguous()
    is_persistent = axes.get("scheduling") == "static_persistent"
    kernel.run((3 if is_persistent else math.ceil(m / 128) * math.ceil(n / 128), 1, 1), array(a) + array(b) + array(c))
    return [((c.double() - expected).abs() / (1 + expected.abs())).max().item()]


def blocks(axes):
    return (7 if axes.get("scheduling") == "static_persistent" else ROWS, 1, 1)


def softmax(kernel, axes, _):
    x = (torch.randn(ROWS, COLUMNS, device="cuda") * 3).to(BF16)
    y, expected = nothing(ROWS, COLUMNS, dtype=BF16), torch.softmax(x.double(), -1)
    kernel.run(blocks(axes), array(y) + array(x))
    return [((y.double() - expected).abs() / (1e-4 + expected)).max().item()]


def normalization(is_layer):
    def run(kernel, axes, _):
        x = (torch.randn(ROWS, COLUMNS, device="cuda") * 2 + 1).to(BF16)
        w, b = torch.randn(COLUMNS, device="cuda").to(BF16), torch.randn(COLUMNS, device="cuda").to(BF16)
        y, mean, rstd = nothing(ROWS, COLUMNS, dtype=BF16), nothing(ROWS), nothing(ROWS)
        wide = x.double()
        middle = wide.mean(-1, keepdim=True) if is_layer else 0.0
        root = ((wide - middle).pow(2).mean(-1, keepdim=True) + 1e-6).rsqrt()
        scaled = (wide - middle) * root
        expected = scaled * w.double() + b.double() if is_layer else scaled * (w.double() + 0.5)
        is_stored = axes.get("stat_storage", "not_stored") != "not_stored"
        arguments = array(y) + array(x) + array(w) + (array(b) if is_layer else [])
        if is_stored:
            arguments += (array(mean) if is_layer else []) + array(rstd)
        kernel.run(blocks(axes), arguments)
        errors = [((y.double() - expected).abs() / (1 + expected.abs())).max().item()]
        if is_stored:
            errors.append(((rstd.double() - root[:, 0]).abs() / root[:, 0]).max().item())
        if is_stored and is_layer:
            errors.append((mean.double() - middle[:, 0]).abs().max().item())
        return errors

    return run


FAMILIES = {
    "attention_forward": attention, "matmul": matmul, "softmax": softmax,
    "rms_norm": normalization(False), "layer_norm": normalization(True),
}


def main():
    folder, out = Path(sys.argv[1]), sys.argv[2]
    torch.manual_seed(0)
    wrong = 0
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with open(out, "w", encoding="utf-8") as lines:
        for one in manifest:
            family = one["family"]
            result = {"name": one["name"]}
            try:
                kernel = Kernel(folder / f"{one['name']}.sm_90.cubin")
                errors = FAMILIES[family](kernel, one["axes"], one["causal"])
                # What was not written is not a number, which is not below any limit.
                is_right = all(error < LIMITS[family] for error in errors)
                result |= {"right": is_right, "errors": [float(f"{error:.3g}") for error in errors], **kernel.resources()}
            except Exception as error:  # A kernel that cannot be run is a result.
                is_right = False
                result |= {"right": False, "why": f"{type(error).__name__}: {error}"[:300]}
            wrong += not is_right
            lines.write(json.dumps(result) + "\n")
            lines.flush()
    print(f"{len(manifest)} kernels, {wrong} wrong, on {torch.cuda.get_device_name(0)}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
