// NVIDIA devices: one library each, every figure with its source behind it.
//
// Rates are dense and stand for the clock of their kind (`matrix_clock`, `vector_clock`); `max_clock` is the
// highest clock that the driver allows. `fp16_rate` and `fp8_rate` accumulate in FP32; where a part is faster
// with FP16 accumulators, that rate is `fp16_fp16_rate`, `fp8_fp16_rate`. A figure that its maker does not publish
// is left out, and predictions say what they lack. What was measured on a device is in "std/hardware/measured".
//
// `device_name` is what the driver calls a device, and so what traces and facts that were learnt from them call it: by it
// kernels that are compiled elsewhere are led by what was measured there.
//
// Marks behind figures:
//   [name]      a document that the head of the file lists; where documents differ, the highest figure stands
//   derived:    the formula of other figures; a test evaluates it
//   driver      what the driver reports, read on a device or quoted by its users
//   unverified: no document was found
// The documents of NVIDIA were compared through public transcriptions and quotations of their tables. Limits of
// [cc] were also compared with NVIDIA's libcudacxx/include/cuda/__device/arch_traits.h, and those of the H200 with
// what its driver answers. `special_per_sm_cycle` counts 32-bit results; on an H200 exponentials of packed pairs
// came hardly faster: 16.0 a cycle and multiprocessor in f32, 16.3 in f16x2, 16.1 in bf16x2.
//
// A design for one device imports that device's library: then `sm_count` and the like are plain names in it.
system NvidiaDevices {
    import "std/hardware/a100"
    import "std/hardware/b200"
    import "std/hardware/h100"
    import "std/hardware/h200"
    import "std/hardware/rtx4090"
    import "std/hardware/rtx5070"
    import "std/hardware/rtx5090"
}
