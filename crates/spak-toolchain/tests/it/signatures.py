"""Compares what the worker tells the compiler of arrays with what the just-in-time path takes from arguments.

The just-in-time path asks the driver for the context of each address. Where there is no driver, functions stand in that do
nothing and say that all is well; no kernel is launched.
"""

import ctypes
import importlib.util
import random
import sys
import types


def without_a_driver():
    kept = []

    @ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_uint64] * 6)
    def nothing(*_):
        return 0

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int))
    def driver_version(out):
        out[0] = 13040
        return 0

    @ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_uint64, ctypes.c_void_p
    )
    def find(name, out, wanted, flags, status):
        function = driver_version if name == b"cuDriverGetVersion" else nothing
        out[0] = ctypes.cast(function, ctypes.c_void_p).value
        return 0

    pointer = ctypes.c_void_p(ctypes.cast(find, ctypes.c_void_p).value)
    kept += [nothing, driver_version, find, pointer]
    module = types.ModuleType("cuda.tile._load_libcuda")
    module.cuGetProcAddress_v2_ptrptr = ctypes.addressof(pointer)
    module.kept = kept
    sys.modules["cuda.tile._load_libcuda"] = module


class Array:
    """Stands for an array of a framework."""

    def __init__(self, code, size, shape, strides):
        self.__cuda_array_interface__ = {
            "version": 3, "typestr": code, "shape": tuple(shape), "strides": tuple(s * size for s in strides),
            "data": (0x7F0000000000, False),
        }


TYPES = {"float16": ("<f2", 2), "float32": ("<f4", 4), "float64": ("<f8", 8), "int32": ("<i4", 4), "int64": ("<i8", 8),
         "uint8": ("|u1", 1), "int8": ("|i1", 1)}
SIZES = [1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 31, 32, 40, 48, 64, 100, 128, 1000, 4096]


def dense(shape):
    strides, step = [], 1
    for length in reversed(shape):
        strides.insert(0, step)
        step *= length
    return strides


def main():
    without_a_driver()
    import cuda.tile as ct
    from cuda.tile import compilation

    spec = importlib.util.spec_from_file_location("worker", sys.argv[1])
    worker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(worker)

    @ct.kernel
    def kernel(a):
        pass

    convention = compilation.CallingConvention.cutile_python_v1()
    drawn = random.Random(7)
    count = 0
    for _ in range(4000):
        dtype = drawn.choice(sorted(TYPES))
        code, size = TYPES[dtype]
        shape = [drawn.choice(SIZES) for _ in range(drawn.randint(1, 4))]
        strides = dense(shape)
        if drawn.random() < 0.3:
            order = list(range(len(shape)))
            drawn.shuffle(order)
            shape, strides = [shape[at] for at in order], [strides[at] for at in order]
        if drawn.random() < 0.2:
            strides = [stride * drawn.choice([1, 2, 8]) for stride in strides]
        if drawn.random() < 0.1:
            strides[drawn.randrange(len(strides))] = 0
        theirs = compilation.KernelSignature.from_kernel_args(kernel, (Array(code, size, shape, strides),), convention)
        own = worker.constraint({"array": {"dtype": dtype, "shape": shape, "strides": strides}}, ct, compilation)
        if vars(own) != vars(theirs.parameters[0]):
            print(f"{dtype} {shape} {strides}:\n  own    {vars(own)}\n  theirs {vars(theirs.parameters[0])}")
            sys.exit(1)
        # What stands for all arrays of which the same is assumed is assumed the same of.
        same = worker.assumed({"dtype": dtype, "shape": shape, "strides": strides})
        if vars(worker.constraint({"array": same}, ct, compilation)) != vars(own):
            print(f"{dtype} {shape} {strides} is not {same}")
            sys.exit(1)
        count += 1
    for scalar, known in [(1.5, {"scalar": "float32"}), (5, {"scalar": "int32"})]:
        theirs = compilation.KernelSignature.from_kernel_args(kernel, (scalar,), convention)
        own = worker.constraint(known, ct, compilation)
        if vars(own) != vars(theirs.parameters[0]):
            print(f"{scalar}: own {vars(own)}, theirs {vars(theirs.parameters[0])}")
            sys.exit(1)
    print(f"{count} arrays are the same")


main()
