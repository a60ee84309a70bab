"""Runs on a GPU what candidates are compared with, and candidates' own binaries, in one process with PyTorch.

Orders are JSON objects on standard input and answers on standard output, a line each: those of `spak node candidate`, and

    {"offer": {"operator": "softmax", "script": "text of baselines.py"}}
        (and what was placed goes) -> {"offers": {"software": {"torch": "2.11.0", ...}, "names": ["torch", ...]}}
    {"other": {"place": 1, "name": "torch", "operator": "softmax", "values": {...}, "arrays": [...], "scalars": {...},
               "source": null, "inputs": null, "seed": 7}} -> {"placed": {"note": null, "is_ceiling": false}}

`name` is one that was offered, or "jit": then `source` is the part with a module whose `launch` is run by cuTile itself.
Arrays are filled by the judge's own kernels, so that all see the same inputs; every contender is captured as a graph where
that is possible, so that the host is not timed.
"""

import ctypes
import gc
import json
import os
import struct
import sys
import time
import types

import torch

THREADS = 256
DTYPES = {
    "f32": (0, torch.float32), "f16": (1, torch.float16), "bf16": (2, torch.bfloat16),
    "f8e4m3": (3, torch.float8_e4m3fn), "f8e5m2": (4, torch.float8_e5m2),
    "i32": (5, torch.int32), "i64": (6, torch.int64),
}
WARM_UP = 0.03

cuda = ctypes.CDLL("libcuda.so.1")


def checked(call, *arguments):
    code = getattr(cuda, call)(*arguments)
    if code:
        text = ctypes.c_char_p()
        cuda.cuGetErrorName(code, ctypes.byref(text))
        raise RuntimeError(f"{call}: {(text.value or b'').decode()}")


class Kernel:
    """A kernel of a binary."""

    def __init__(self, module, name, widen=False):
        self.function = ctypes.c_void_p()
        checked("cuModuleGetFunction", ctypes.byref(self.function), module, name.encode())
        if widen:
            own = ctypes.c_int()
            checked("cuFuncGetAttribute", ctypes.byref(own), 1, self.function)
            most = torch.cuda.get_device_properties(0).shared_memory_per_block_optin
            checked("cuFuncSetAttribute", self.function, 8, max(most - own.value, 0))

    def prepared(self, grid, block, arguments):
        """A function that starts it; the arguments, as bytes, are kept."""
        buffers = [ctypes.create_string_buffer(one, len(one)) for one in arguments]
        pointers = (ctypes.c_void_p * len(buffers))(*(ctypes.addressof(one) for one in buffers))
        x, y, z = grid

        def start():
            stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
            checked("cuLaunchKernel", self.function, x, y, z, block, 1, 1, 0, stream, pointers, None)

        start.kept = (buffers, pointers)
        return start


def described(tensor, plan):
    """An array as the judge's kernels see it."""
    numbers = [(list(plan[key]) + [1] * 6)[:6] for key in ("shape", "strides")]
    code = DTYPES[plan["dtype"]][0]
    return struct.pack("<Qii6q6q", tensor.data_ptr(), code, min(len(plan["shape"]), 6), *numbers[0], *numbers[1])


def blocks(elements):
    return min(max(-(-elements // THREADS), 1), 16384)


def elements_of(plan):
    count = 1
    for length in plan["shape"]:
        count *= length
    return count


def cycle(count):
    """How many rounds it takes until each has followed each other equally often."""
    return count if count % 2 == 0 else 2 * count


def turns(number, count):
    """Whose turn it is. A power cap leaves the clocks as the one before made them, so each follows each other equally often:
    rows of a square that is balanced for what is carried over (E. J. Williams, 1949)."""
    order = [((at + 1) // 2 if at % 2 else -(at // 2)) + number for at in range(count)]
    order = [at % count for at in order]
    return order[::-1] if count % 2 and number // count % 2 else order


def is_output(plan):
    return "output" in plan["role"]


class Placed:
    """Arrays and what computes them."""

    def __init__(self, plans, tensors):
        self.plans, self.tensors = plans, tensors
        self.by_name = {plan["name"]: tensor for plan, tensor in zip(plans, tensors)}
        self.scratch, self.hashes, self.modules = [], [], []
        self.run, self.graph = None, None

    def start(self):
        if self.graph is not None:
            self.graph.replay()
        else:
            self.run()


class Process:
    def __init__(self, parts, common, shared):
        torch.cuda.init()
        torch.zeros(1, device="cuda")
        self.parts, self.shared = parts, shared
        self.stream = torch.cuda.Stream()
        torch.cuda.set_stream(self.stream)
        self.common = self.module(common)
        self.sweep = torch.empty(2 * torch.cuda.get_device_properties(0).L2_cache_size, dtype=torch.uint8, device="cuda")
        self.places, self.scripts = {}, {}

    def module(self, part):
        module = ctypes.c_void_p()
        with open(os.path.join(self.parts, part), "rb") as file:
            checked("cuModuleLoadData", ctypes.byref(module), file.read())
        return module

    def set(self, tensor, byte):
        size = tensor.untyped_storage().nbytes()
        if size:
            stream = ctypes.c_void_p(self.stream.cuda_stream)
            checked("cuMemsetD8Async", ctypes.c_uint64(tensor.data_ptr()), byte, ctypes.c_size_t(size), stream)

    def filled(self, plans, seed, inputs):
        """Arrays with their inputs; `inputs` has the kernels of those that follow from others."""
        tensors, before = [], []
        reference = self.module(inputs["part"]) if inputs else None
        for at, plan in enumerate(plans):
            tensor = torch.empty_strided(plan["shape"], plan["strides"], dtype=DTYPES[plan["dtype"]][1], device="cuda")
            tensors.append(tensor)
            if is_output(plan):
                continue
            fill = plan["role"]["input"]["fill"]
            if fill == "computed":
                numbers = [struct.pack("<d", number) for number in inputs["numbers"]]
                arguments = [described(*one) for one in before] + numbers + [described(tensor, plan)]
                kernel = Kernel(reference, f"input_{plan['name']}")
                kernel.prepared((min(max(elements_of(plan), 1), 16384), 1, 1), THREADS, arguments)()
                before.append((tensor, plan))
                continue
            before.append((tensor, plan))
            own = (seed * 0x9E3779B97F4A7C15 + at + 1) % 2**64
            kind, bound = (1, max(fill["below"], 1)) if isinstance(fill, dict) else (0, 1)
            arguments = [described(tensor, plan), struct.pack("<Q", own), struct.pack("<i", kind), struct.pack("<q", bound)]
            Kernel(self.common, "spak_fill").prepared((blocks(elements_of(plan)), 1, 1), THREADS, arguments)()
        torch.cuda.synchronize()
        return Placed(plans, tensors)

    def hash(self, tensor):
        size = tensor.untyped_storage().nbytes()
        total = torch.zeros(1, dtype=torch.int64, device="cuda")
        arguments = [struct.pack("<Q", tensor.data_ptr()), struct.pack("<Q", size), struct.pack("<Q", total.data_ptr())]
        Kernel(self.common, "spak_hash").prepared((blocks(size // 4), 1, 1), THREADS, arguments)()
        torch.cuda.synchronize()
        return total.item()

    def place(self, place, program, seed):
        """A candidate's binary."""
        self.places.pop(place, None)
        placed = self.filled(program["arrays"], seed, program.get("inputs"))
        for array in program["scratch"]:
            size = 1
            for length in array["shape"]:
                size *= length
            # As wide as the widest type.
            placed.scratch.append(torch.empty(max(8 * size, 1), dtype=torch.uint8, device="cuda"))
        starts = []
        for kernel in program["kernels"]:
            module = self.module(kernel["part"])
            placed.modules.append(module)
            arguments = []
            for argument in kernel["arguments"]:
                ((kind, value),) = argument.items()
                if kind == "array":
                    plan = next(plan for plan in placed.plans if plan["name"] == value)
                    arguments.append(struct.pack("<Q", placed.by_name[value].data_ptr()))
                    numbers = [plan[key][axis] for key in ("shape", "strides") for axis in plan["order"]]
                    arguments += [struct.pack("<i", number) for number in numbers]
                elif kind == "scratch":
                    array = program["scratch"][value]
                    arguments.append(struct.pack("<Q", placed.scratch[value].data_ptr()))
                    arguments += [struct.pack("<i", number) for number in array["shape"] + array["strides"]]
                else:
                    arguments.append(struct.pack("<i" if kind == "int32" else "<f", value))
            starts.append(Kernel(module, kernel["kernel"], True).prepared(kernel["grid"], 1, arguments))

        def run():
            for start in starts:
                start()

        placed.run = run
        self.ready(place, placed)

    def other(self, place, name, operator, values, arrays, scalars, source, inputs, seed):
        """Something that is no candidate."""
        self.places.pop(place, None)
        placed = self.filled(arrays, seed, inputs)
        call = None
        if name == "jit":
            placed.run = self.just_in_time(placed, source, scalars)
        else:
            call = self.scripts[operator][name](types.SimpleNamespace(**values), types.SimpleNamespace(**placed.by_name))

            def run():
                placed.results = call()

            placed.run = run
        self.ready(place, placed)
        note = getattr(call, "note", None)
        return {"placed": {"note": note() if note else None, "is_ceiling": getattr(call, "is_ceiling", False)}}

    def just_in_time(self, placed, source, scalars):
        import inspect
        import linecache

        with open(os.path.join(self.parts, source), encoding="utf-8") as file:
            text = file.read()
        module = types.ModuleType("kernel")
        module.__file__ = f"kernel_{source[:12]}.py"
        linecache.cache[module.__file__] = (len(text), None, text.splitlines(keepends=True), module.__file__)
        sys.modules["kernel"] = module
        exec(compile(text, module.__file__, "exec"), module.__dict__)

        def empty(shape, dtype):
            dtype = getattr(torch, dtype) if isinstance(dtype, str) else dtype
            return torch.empty(tuple(shape), dtype=dtype, device="cuda")

        known = {"empty": empty, "processors": torch.cuda.get_device_properties(0).multi_processor_count, **scalars}
        for plan, tensor in zip(placed.plans, placed.tensors):
            known[plan["name"]] = tensor.permute(plan["order"])
        given = {name: known[name] for name in inspect.signature(module.launch).parameters if name in known}
        return lambda: module.launch(stream=torch.cuda.current_stream(), **given)

    def ready(self, place, placed):
        placed.hashes = [self.hash(tensor) for tensor in placed.tensors]
        placed.results = None
        # What compiles or chooses at the first call does it here.
        for _ in range(3):
            placed.run()
        torch.cuda.synchronize()
        try:
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, stream=self.stream):
                placed.run()
            graph.replay()
            torch.cuda.synchronize()
            placed.graph = graph
        except RuntimeError as error:
            print(f"no graph: {error}", file=sys.stderr)
            torch.cuda.set_stream(self.stream)
        self.places[place] = placed

    def run(self, place):
        placed = self.places[place]
        for plan, tensor in zip(placed.plans, placed.tensors):
            if is_output(plan):
                self.set(tensor, 0xFF)
        for tensor in placed.scratch:
            self.set(tensor, 0xFF)
        placed.start()
        for name, result in (placed.results or {}).items():
            if name in placed.by_name:
                placed.by_name[name].copy_(result)
        torch.cuda.synchronize()
        for plan, tensor, before in zip(placed.plans, placed.tensors, placed.hashes):
            if not is_output(plan) and self.hash(tensor) != before:
                return {"inputs_changed": plan["name"]}
        return "done"

    def share(self, place, array):
        tensor = self.places[place].tensors[array]
        base, size, handle = ctypes.c_uint64(), ctypes.c_size_t(), ctypes.create_string_buffer(64)
        address = ctypes.c_uint64(tensor.data_ptr())
        checked("cuMemGetAddressRange_v2", ctypes.byref(base), ctypes.byref(size), address)
        checked("cuIpcGetMemHandle", handle, base)
        return {"shared": {"handle": handle.raw.hex(), "offset": tensor.data_ptr() - base.value}}

    def fetch(self, place, array):
        placed = self.places[place]
        tensor = placed.tensors[array]
        size = elements_of(placed.plans[array])
        flat = torch.as_strided(tensor, (size,), (1,)).view(torch.uint8).cpu()
        flat.numpy().tofile(self.shared)
        return "done"

    def time(self, places, samples, seconds):
        programs = [self.places[place] for place in places]
        begin, slowest = time.monotonic(), 0.0
        for program in programs:
            warm = time.monotonic()
            while True:
                pair = self.sample(program)
                torch.cuda.synchronize()
                if time.monotonic() - warm > WARM_UP:
                    slowest = max(slowest, pair[0].elapsed_time(pair[1]))
                    break
        each = len(programs) * (slowest + 0.2) / 1e3
        count = int(min(max((seconds - (time.monotonic() - begin)) / each, 6), max(samples, 6)))
        count = -(-count // cycle(len(programs))) * cycle(len(programs))
        pairs = [[] for _ in programs]
        for number in range(count):
            for at in turns(number, len(programs)):
                pairs[at].append(self.sample(programs[at]))
        torch.cuda.synchronize()
        return {"times": [[round(a.elapsed_time(b) * 1e6) for a, b in own] for own in pairs]}

    def sample(self, program):
        pair = [torch.cuda.Event(enable_timing=True) for _ in range(2)]
        self.set(self.sweep, 0)
        pair[0].record()
        program.start()
        pair[1].record()
        return pair

    def repeat(self, place, seconds):
        placed, runs, begin = self.places[place], 0, time.monotonic()
        while time.monotonic() - begin < seconds:
            for _ in range(8):
                placed.start()
            torch.cuda.synchronize()
            runs += 8
        return {"repeated": {"runs": runs, "seconds": time.monotonic() - begin}}

    def offer(self, operator, script):
        module = types.ModuleType(f"baselines_{operator}")
        # torch.compile imports the module of what it compiles by its name.
        sys.modules[module.__name__] = module
        exec(compile(script, f"operators/{operator}/baselines.py", "exec"), module.__dict__)
        functions = getattr(module, "BASELINES", {})
        self.scripts[operator] = functions
        # What stood here was for another problem.
        self.places.clear()
        gc.collect()
        torch.cuda.empty_cache()
        software = {"python": sys.version.split()[0], "torch": torch.__version__, "cuda": torch.version.cuda or ""}
        if torch.backends.cudnn.is_available():
            software["cudnn"] = str(torch.backends.cudnn.version())
        for package in ("cuda-tile", "tilegym", "triton"):
            from importlib import metadata

            try:
                software[package] = metadata.version(package)
            except metadata.PackageNotFoundError:
                pass
        names = list(functions)
        try:
            import cuda.tile  # noqa: F401

            names.append("jit")
        except ImportError:
            pass
        return {"offers": {"software": software, "names": names}}

    def carry_out(self, order):
        ((kind, given),) = order.items()
        answer = getattr(self, kind)(**given)
        return "done" if answer is None else answer


def main():
    # Whatever a library prints goes where complaints go.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(answer):
        print(json.dumps(answer), file=answers, flush=True)

    try:
        process = Process(*sys.argv[1:4])
    except Exception as error:
        tell({"failed": f"{type(error).__name__}: {error}"})
        return
    tell("ready")
    for line in sys.stdin:
        try:
            tell(process.carry_out(json.loads(line)))
        except Exception as error:  # What goes wrong with a contender is told, and the next one is tried.
            tell({"failed": f"{type(error).__name__}: {error}"[:2000]})


if __name__ == "__main__":
    main()
