"""Makes one kernel for every value of every axis of the cuTile templates, compiles all for sm_90, and says what each is.

    variants.py SPAK FOLDER [LIFTED.dsl ...]     SPAK is the program, FOLDER becomes the bundle; LIFTED are designs of lifted kernels

Is run by the Python of the compiler (`bin/python` in the folder that `spak toolchain show` names); needs no GPU and takes some
four minutes. The folder then goes to a machine with the GPU, where `check.py FOLDER` runs every kernel against PyTorch in float64.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
HEADS, GROUP, HEAD_DIM, TILE_M, TILE_N = 4, 2, 128, 64, 128
ROWS, COLUMNS = 300, 4104
FAMILIES = ["attention_forward", "matmul", "softmax", "rms_norm", "layer_norm"]
# Axes that mean something only where others have a value.
COMPANIONS = {
    ("softmax", "softmax_scheme"): {"row_passes": "reload"},
    ("softmax", "row_passes"): {"softmax_scheme": "three_pass", "row_passes": "reload"},
    ("softmax", "rowsum_reduction"): {"softmax_scheme": "three_pass", "row_passes": "reload"},
    ("attention_forward", "lse_base"): {"lse_storage": "3d_tile_store"},
}
# Choices that have to work together.
TOGETHER = {
    "layer_norm.together_1": ("layer_norm", {
        "row_passes": "reload", "variance_algorithm": "e_x2_minus_mean2", "scheduling": "static_persistent",
        "stat_storage": "scatter_scalar",
    }),
    "layer_norm.together_2": ("layer_norm", {
        "row_passes": "reload", "scheduling": "static_persistent", "stat_storage": "tile_store",
    }),
    "softmax.together": ("softmax", {
        "softmax_scheme": "online", "row_passes": "reload", "rowsum_reduction": "deferred_2d",
        "scheduling": "static_persistent", "math_approximation": "exp2_folded",
    }),
    "attention_forward.together": ("attention_forward", {
        "tensor_layout": "BSHD", "causal_alignment": "top_left", "head_batch_axis": "separate_axes",
        "rowsum_reduction": "deferred_2d", "k_operand_transpose": "register_permute", "math_approximation": "exp",
        "lse_storage": "3d_tile_store", "lse_base": "ln", "causal_work_order": "descending_lpt",
    }),
}


def parameters(family, axes, causal):
    """What the kernel is compiled for, as `export.py` reads it."""
    if family == "attention_forward":
        lse = ["f32[3]"] if axes.get("lse_storage") == "3d_tile_store" else []
        return ["bf16[4]"] * 4 + lse + ["f32", "i32", HEAD_DIM, HEADS, TILE_M, TILE_N, GROUP, causal, False]
    if family == "matmul":
        return ["bf16[2]"] * 3 + [128, 128, 64]
    tile = 8192 if axes.get("row_passes", "single_pass") == "single_pass" else 1024
    if family == "softmax":
        return ["bf16[2]"] * 2 + [ROWS, COLUMNS, tile]
    stored = axes.get("stat_storage", "not_stored") != "not_stored"
    if family == "rms_norm":
        return ["bf16[2]"] * 2 + ["bf16[1]"] + ["f32[1]"] * stored + [ROWS, COLUMNS, 1e-6, 0.5, tile]
    return ["bf16[2]"] * 2 + ["bf16[1]"] * 2 + ["f32[1]"] * (2 * stored) + [ROWS, COLUMNS, 1e-6, tile]


def alone(family):
    """Every value of every axis, with what has to go with it."""
    yield family, {}
    manifest = (ROOT / f"templates/cutile/{family}/family.dsl").read_text(encoding="utf-8")
    axes = manifest[manifest.index("design_space"):manifest.index("tuning_space")]
    for axis, values in re.findall(r"^\s+(\w+): (\[.*\])", axes, re.M):
        values = json.loads(values)
        # One latency is like another.
        for value in values[1:2] if axis.endswith("_latency") else values[1:]:
            chosen = {axis: value, **COMPANIONS.get((family, axis), {}), axis: value}
            if family in ("softmax", "rms_norm", "layer_norm"):
                if axis in ("tail_handling", "gather_scatter_bounds_check", "x_load_path"):
                    chosen |= {"x_load_path": "gather", "y_store_path": "scatter"}
                    is_constant = "constexpr_bounds_check" in chosen.values() or "constexpr_expr" in chosen.values()
                    if is_constant:
                        chosen |= {"tail_handling": "constexpr_bounds_check", "gather_scatter_bounds_check": "constexpr_expr"}
                    elif axis == "x_load_path":
                        chosen["tail_handling"] = "bounds_check"
                    if family == "layer_norm" and chosen["tail_handling"] != "mask_plus_bounds_check":
                        chosen["variance_algorithm"] = "e_x2_minus_mean2"
            yield f"{family}.{axis}.{re.sub(r'[^A-Za-z0-9_-]', '_', str(value))}", chosen


def main():
    spak, folder, *lifted = sys.argv[1:]
    folder = Path(folder).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wanted = {name: (family, axes) for family in FAMILIES for name, axes in alone(family)} | TOGETHER
    jobs, manifest = [], []

    def add(name, family, axes, source):
        both = family == "attention_forward" and axes.get("causal_support") != "always_on"
        for causal in [True, False] if both else [True]:
            full = name + ("" if family != "attention_forward" else ".causal" if causal else ".full")
            jobs.append({
                "name": full, "file": str(source), "kernel": family, "parameters": parameters(family, axes, causal),
                "gpus": ["sm_90"], "keep": str(folder / full),
            })
            manifest.append({"name": full, "family": family, "axes": axes, "causal": causal})

    for name, (family, axes) in wanted.items():
        design, source = folder / f"{name}.dsl", folder / f"{name}.py"
        lines = "".join(f"        {axis}: [{json.dumps(value)}]\n" for axis, value in axes.items())
        lines = lines or '        accum_dtype: ["f32"]\n'
        design.write_text(
            f'system V {{\n    workload W {{ operator: "{family}" }}\n    design_space {{\n{lines}    }}\n}}\n', encoding="utf-8"
        )
        subprocess.run([spak, "generate", design, "-o", source], check=True, capture_output=True)
        design.unlink()
        add(name, family, axes, source)
    for design in map(Path, lifted):
        source = folder / f"lifted.{design.stem}.py"
        subprocess.run([spak, "generate", design, "-o", source], check=True, capture_output=True)
        title, *head = source.read_text(encoding="utf-8").splitlines()
        axes = {}
        for line in head:
            if not line.startswith("# "):
                break
            axes |= dict(one.split(": ", 1) for one in line[2:].split("; "))
        add(f"lifted.{design.stem}", title.split()[1], axes, source)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, HERE / "export.py"], input=json.dumps({"jobs": jobs}), text=True, check=True,
        stdout=subprocess.PIPE,
    )
    failed = [line for line in done.stdout.splitlines() if '"error"' in line]
    print("\n".join(failed + [f"{len(jobs)} kernels, {len(failed)} do not compile"]))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
