"""Makes kernels for every value of every axis of the cuTile templates, compiles all for sm_90, and says what each is.

    variants.py SPAK FOLDER [FAMILY ...] [LIFTED.dsl ...]

SPAK is the program, FOLDER becomes the bundle; FAMILY are those wanted in place of all, LIFTED are designs of lifted kernels.

Is run by the Python of the compiler (`bin/python` in the folder that `spak toolchain show` names); needs no GPU and takes a quarter
of an hour. The folder then goes to a machine with the GPU, where `check.py FOLDER` runs every kernel against float64.
"""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "crates/spak-toolchain/src")]

import problems  # noqa: E402
import worker  # noqa: E402

PROCESSORS = 132
# Axes that mean something only where others have a value that no constraint asks for.
COMPANIONS = {
    "lse_base": {"lse_storage": ["3d_tile_store", "strided_nd"]},
    "swizzle_group_size": {"block_swizzle": ["grouped_m"]},
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
    "attention_forward.together_2": ("attention_forward", {
        "scheduling": "static_persistent", "grid_mapping": "(BH,q_tiles)", "mask_region": "explicit_two_loops",
        "causal_support": "runtime_flag", "lse_storage": "strided_nd",
    }),
    "attention_backward.together": ("attention_backward", {
        "tensor_layout": "BSHD", "gqa_grad_reduction": "expand_then_sum", "causal_alignment": "top_left",
        "mask_form": "select_pre_softmax", "math_approximation": "exp", "grid_mapping": "(BH,q_tiles)",
    }),
    "attention_decode.together": ("attention_decode", {
        "tensor_layout": "BSHD", "k_operand_transpose": "load_order", "rowsum_reduction": "deferred_2d",
        "lse_storage": "strided_nd", "partial_output_dtype": "input_dtype",
    }),
    "matmul.together": ("matmul", {"k_dim_loop": "split_k", "scheduling": "static_persistent", "block_swizzle": "grouped_n"}),
    "linear.together": ("linear", {"k_dim_loop": "split_k", "scheduling": "static_persistent"}),
}


class Manifest:
    """What a family's template has code for."""

    def __init__(self, family):
        text = (ROOT / f"templates/cutile/{family}/family.dsl").read_text(encoding="utf-8")
        cut = text.index("tuning_space")
        listed = lambda part: {name: json.loads(values) for name, values in re.findall(r"^\s+(\w+): (\[.*\])", part, re.M)}
        self.axes, self.parameters = listed(text[:cut]), listed(text[cut:])
        formulas = re.findall(r'require: "((?:[^"\\]|\\.)*)"', text)
        self.constraints = [formula.replace('\\"', '"') for formula in formulas]
        self.defaults = {name: values[0] for name, values in (self.axes | self.parameters).items()}

    def is_valid(self, chosen):
        return all(eval(formula, {}, self.defaults | chosen) for formula in self.constraints)

    def completed(self, chosen):
        """The choices with as few others as the constraints ask for; none if there are none."""
        names = sorted({name for formula in self.constraints for name in re.findall(r"\w+", formula)} & set(self.axes) - set(chosen))
        for count in range(5):
            for some in itertools.combinations(names, count):
                for values in itertools.product(*(self.axes[name][1:] for name in some)):
                    found = chosen | dict(zip(some, values))
                    if self.is_valid(found):
                        return found
        return None


def alone(family):
    """Every value of every axis, with what has to go with it."""
    yield family, {}
    manifest = Manifest(family)
    for axis, values in manifest.axes.items():
        with_it = {}
        for name, wanted in COMPANIONS.get(axis, {}).items():
            with_it |= {name: value for value in wanted[:1] if value in manifest.axes.get(name, [])} or {
                name: value for value in wanted[1:] if value in manifest.axes.get(name, [])
            }
        # One latency is like another.
        for value in values[1:2] if axis.endswith("_latency") else values[1:]:
            chosen = manifest.completed(with_it | {axis: value})
            if chosen is None:
                raise SystemExit(f"{family}: {axis} = {value} goes with nothing")
            yield f"{family}.{axis}.{re.sub(r'[^A-Za-z0-9_-]', '_', str(value))}", chosen


def dense(value):
    strides, step = [], 1
    for length in reversed(value["shape"]):
        strides.insert(0, step)
        step *= length
    return value | {"strides": strides}


def made(spak, design, source):
    subprocess.run([spak, "generate", design, "-o", source], check=True, capture_output=True)
    return source.read_text(encoding="utf-8")


def compiled(name, family, axes, variant, text, folder):
    """Compiles what the source starts for its problem; the entry of the manifest."""
    inputs, outputs, scalars = problems.problem(family, axes, variant)
    arrays = {name: dense(value) for name, value in (inputs | outputs).items()}
    plan = worker.plan({"source": text, "arrays": arrays, "scalars": scalars, "processors": PROCESSORS})
    launches = []
    for number, launch in enumerate(plan["launches"]):
        job = {"source": text, "architecture": "sm_90", "format": "cubin"}
        done = worker.compile_kernel(job | {key: launch[key] for key in ("kernel", "hints", "parameters")})
        file = f"{name}.{number}.cubin"
        shutil.move(done["binary"], folder / file)
        launches.append({"file": file} | {key: launch[key] for key in ("kernel", "grid", "arguments")})
    return {
        "name": name, "family": family, "axes": axes, "variant": variant, "scalars": scalars, "inputs": inputs,
        "outputs": outputs, "scratch": plan["scratch"], "launches": launches,
    }


def main():
    spak, folder, *others = sys.argv[1:]
    folder = Path(folder).resolve()
    lifted = [Path(one).resolve() for one in others if one.endswith(".dsl")]
    families = [one for one in others if not one.endswith(".dsl")]
    known = sorted(path.parent.name for path in (ROOT / "templates/cutile").glob("*/family.dsl"))
    families = families or known
    spak = Path(spak).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sources = []
    for name, (family, axes) in [(name, (family, axes)) for family in families for name, axes in alone(family)] + [
        one for one in TOGETHER.items() if one[1][0] in families
    ]:
        design = folder / f"{name}.dsl"
        lines = "".join(f"        {axis}: [{json.dumps(value)}]\n" for axis, value in axes.items())
        lines = lines or '        accum_dtype: ["f32"]\n'
        design.write_text(
            f'system V {{\n    workload W {{ operator: "{family}" }}\n    design_space {{\n{lines}    }}\n}}\n', encoding="utf-8"
        )
        sources.append((name, family, axes, made(spak, design, folder / f"{name}.py")))
        design.unlink()
    for design in lifted:
        text = made(spak, design, folder / f"lifted.{design.stem}.py")
        title, *head = text.splitlines()
        axes = {}
        for line in head:
            if not line.startswith("# "):
                break
            axes |= dict(one.split(": ", 1) for one in line[2:].split("; "))
        sources.append((f"lifted.{design.stem}", title.split()[1], axes, text))
    entries, failed = [], 0
    os.chdir(tempfile.mkdtemp())
    for name, family, axes, text in sources:
        for variant in problems.variants(family, axes):
            full = f"{name}.{variant}" if variant else name
            try:
                entries.append(compiled(full, family, axes, variant, text, folder))
            except Exception as error:  # What the compiler says is the result.
                failed += 1
                print(f"{full}: {type(error).__name__}: {error}"[:1000])
    (folder / "manifest.json").write_text(json.dumps(entries), encoding="utf-8")
    shutil.copy(HERE / "problems.py", folder)
    print(f"{len(entries) + failed} variants, {sum(len(one['launches']) for one in entries)} kernels, {failed} variants do not compile")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
