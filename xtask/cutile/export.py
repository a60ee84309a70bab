"""Compiles kernels of cuTile sources with the real compiler, on a machine without a GPU and without PyTorch.

Reads one JSON object from standard input:

    {"jobs": [{"name": "...", "file": "...", "kernel": "...",
               "text": "file whose text stands in place of that of `file`, or nothing",
               "packages": {"tilegym": "folder of the package"},
               "parameters": ["bf16[4]", "f32", 64, ...],
               "gpus": ["sm_90", "sm_120"],
               "keep": "start of the names of files that the cubins are kept in, or nothing"}, ...]}

and writes one JSON line for each job: the hash of its Tile IR, and for each GPU the size of its cubin and the seconds it took,
or what the compiler said.

Only kernels are compiled. Host modules that are not installed (PyTorch above all) are inert here: importing them gives objects
that can be called and subscripted and do nothing. Files of the packages named are loaded from their folders, so that device
functions of other files are the real ones.
"""

import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import linecache
import sys
import time
import types
from pathlib import Path


class Inert:
    """Stands for whatever a host module has."""

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Inert()

    def __call__(self, *arguments, **keywords):
        # As a decorator it leaves what it decorates alone.
        if len(arguments) == 1 and not keywords and (callable(arguments[0])):
            return arguments[0]
        return Inert()

    def __getitem__(self, key):
        return Inert()

    def __mro_entries__(self, bases):
        return ()

    def __or__(self, other):
        return self

    __ror__ = __or__

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class InertModule(types.ModuleType):
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Inert()


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder that is asked: packages by their folders, all else inert."""

    def __init__(self, packages):
        self.packages = {name: Path(folder) for name, folder in packages.items()}

    def find_spec(self, name, path=None, target=None):
        top, *rest = name.split(".")
        if top == "cuda":
            return None
        folder = self.packages.get(top)
        if folder is not None:
            inside = folder.joinpath(*rest)
            if inside.is_dir():
                spec = importlib.machinery.ModuleSpec(name, self, is_package=True)
                spec.submodule_search_locations = [str(inside)]
                return spec
            file = inside.with_suffix(".py")
            if file.is_file():
                return importlib.util.spec_from_file_location(name, file)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        # A folder of a package is a namespace: what its `__init__` sets up is for hosts.
        return InertModule(spec.name)

    def exec_module(self, module):
        pass


def load(file, text, packages):
    """The module of a file, by its name within the package that it is of; with another text in its place if there is one."""
    file = Path(file).resolve()
    name = "lifted"
    for top, folder in packages.items():
        try:
            inside = file.relative_to(Path(folder).resolve())
        except ValueError:
            continue
        name = ".".join([top, *inside.with_suffix("").parts])
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    source = Path(text or file).read_text(encoding="utf-8")
    # The compiler reads the source of a kernel through this cache.
    linecache.cache[str(file)] = (len(source), None, source.splitlines(keepends=True), str(file))
    exec(compile(source, str(file), "exec"), module.__dict__)
    return module


def constraint(parameter, ct, compilation):
    """What is known of one parameter: `bf16[4]` is an array of rank 4, `f32` a scalar, all else a constant.

    Arrays are dense and begin at multiples of 16 bytes, as those that frameworks make do.
    """
    if not isinstance(parameter, str):
        return compilation.ConstantConstraint(parameter)
    name, _, rank = parameter.partition("[")
    dtypes = {"bf16": (ct.bfloat16, 2), "f16": (ct.float16, 2), "f32": (ct.float32, 4), "i32": (ct.int32, 4), "i64": (ct.int64, 8)}
    dtype, size = dtypes[name]
    if not rank:
        return compilation.ScalarConstraint(dtype)
    rank = int(rank.rstrip("]"))
    return compilation.ArrayConstraint(
        dtype, rank, index_dtype=ct.int32, stride_lower_bound_incl=0, alias_groups=(), may_alias_internally=False,
        stride_constant=[None] * (rank - 1) + [1], stride_divisible_by=[16 // size] * (rank - 1) + [1],
        base_addr_divisible_by=16,
    )


def work(job):
    import cuda.tile as ct
    from cuda.tile import compilation

    packages = job.get("packages", {})
    finder = Finder(packages)
    sys.meta_path.append(finder)
    before = set(sys.modules)
    try:
        module = load(job["file"], job.get("text"), packages)
        kernel = getattr(module, job["kernel"])
        signature = compilation.KernelSignature(
            [constraint(one, ct, compilation) for one in job["parameters"]], compilation.CallingConvention.cutile_python_v1()
        ).with_symbol("spak_kernel")
        bytecode = io.BytesIO()
        compilation.export_kernel(kernel, [signature], bytecode, gpu_code="sm_90", output_format="tileir_bytecode")
        done = {"tile_ir": hashlib.sha256(bytecode.getvalue()).hexdigest(), "bytes": len(bytecode.getvalue()), "gpus": {}}
        for gpu in job.get("gpus", []):
            start = time.monotonic()
            cubin = io.BytesIO()
            try:
                compilation.export_kernel(kernel, [signature], cubin, gpu_code=gpu, output_format="cubin")
                if job.get("keep"):
                    Path(f"{job['keep']}.{gpu}.cubin").write_bytes(cubin.getvalue())
                done["gpus"][gpu] = {"bytes": len(cubin.getvalue()), "seconds": round(time.monotonic() - start, 2)}
            except Exception as error:  # What the compiler says is the result.
                done["gpus"][gpu] = {"error": f"{type(error).__name__}: {error}"[:2000]}
        return done
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:2000]}
    finally:
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - before:
            if not name.startswith("cuda"):
                del sys.modules[name]


def main():
    for job in json.load(sys.stdin)["jobs"]:
        print(json.dumps({"name": job["name"], **work(job)}), flush=True)


if __name__ == "__main__":
    main()
