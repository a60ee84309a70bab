"""Asks the CUDA driver how many blocks of a kernel fit one SM, for kernels of many sizes.

Run on a machine with an NVIDIA driver: `python3 record.py > occupancy_sm_90.tsv`. It needs neither a
toolkit nor a package: kernels are PTX made here, which the driver compiles. Each line of the output
is registers per thread, dynamic shared memory per block in bytes, threads per block, blocks per SM.
"""

import ctypes
import sys

cuda = ctypes.CDLL("libcuda.so.1")


def call(name, *arguments):
    status = getattr(cuda, name)(*arguments)
    if status != 0:
        raise RuntimeError(f"{name}: {status}")


def attribute(device, number):
    value = ctypes.c_int()
    call("cuDeviceGetAttribute", ctypes.byref(value), number, device)
    return value.value


def source(live, capability):
    """A kernel that keeps `live` values at a time."""
    lines = [".version 8.0", f".target sm_{capability}", ".address_size 64",
             ".visible .entry k(.param .u64 p)", "{", ".reg .u64 %p;", f".reg .u32 %r<{live + 1}>;",
             "ld.param.u64 %p, [p];"]
    lines += [f"ld.volatile.global.u32 %r{i}, [%p+{4 * i}];" for i in range(live)]
    lines += ["bar.sync 0;"]
    lines += [f"st.volatile.global.u32 [%p+{4 * i}], %r{i};" for i in reversed(range(live))]
    lines += ["ret;", "}", ""]
    return "\n".join(lines)


call("cuInit", 0)
device = ctypes.c_int()
call("cuDeviceGet", ctypes.byref(device), 0)
context = ctypes.c_void_p()
call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
call("cuCtxSetCurrent", context)
capability = attribute(device, 75) * 10 + attribute(device, 76)
name = ctypes.create_string_buffer(256)
call("cuDeviceGetName", name, 256, device)
limits = {
    "sm_count": 16, "threads_per_block": 1, "threads_per_sm": 39, "blocks_per_sm": 106,
    "registers_per_block": 12, "registers_per_sm": 82, "shared_memory_per_sm": 81,
    "shared_memory_per_block_optin": 97, "shared_memory_reserved_per_block": 111,
    "l2_bytes": 38, "clock_khz": 13, "memory_clock_khz": 36, "memory_bus_bits": 37,
}
print(f"# {name.value.decode()}, sm_{capability}: cuOccupancyMaxActiveBlocksPerMultiprocessor")
for key, number in limits.items():
    print(f"# {key} {attribute(device, number)}")
print("registers\tshared\tthreads\tblocks")
largest = attribute(device, 97)
seen = set()
for live in list(range(4, 250, 7)) + [244, 252]:
    module, function = ctypes.c_void_p(), ctypes.c_void_p()
    image = source(live, capability).encode() + b"\0"
    call("cuModuleLoadDataEx", ctypes.byref(module), image, 0, None, None)
    call("cuModuleGetFunction", ctypes.byref(function), module, b"k")
    registers, spilled = ctypes.c_int(), ctypes.c_int()
    call("cuFuncGetAttribute", ctypes.byref(registers), 4, function)
    call("cuFuncGetAttribute", ctypes.byref(spilled), 3, function)
    if spilled.value or registers.value in seen:
        continue
    seen.add(registers.value)
    call("cuFuncSetAttribute", function, 8, largest)
    # The default carve-out is the driver's choice; all of it is asked for.
    call("cuFuncSetAttribute", function, 9, 100)
    for threads in (1, 32, 64, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, 1024):
        for shared in (0, 1, 1000, 4096, 8191, 16384, 24576, 32768, 49152, 65536, 83968, 98304, 115712, 116736, 163840, largest):
            blocks = ctypes.c_int()
            status = cuda.cuOccupancyMaxActiveBlocksPerMultiprocessor(
                ctypes.byref(blocks), function, threads, ctypes.c_size_t(shared))
            if status == 0:
                print(registers.value, shared, threads, blocks.value, sep="\t")
sys.exit(0)
