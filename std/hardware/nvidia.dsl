// NVIDIA devices: one library each, every figure from the source that its record names.
//
// Rates are dense and stand for the clock of their kind (`matrix_clock`, `vector_clock`); `max_clock` is the
// highest clock that the driver allows. `fp16_rate` and `fp8_rate` accumulate in FP32; where a part is faster
// with FP16 accumulators, that rate is `fp16_fp16_rate`, `fp8_fp16_rate`. A figure that its maker does not publish
// is left out, and predictions say what they lack. What was measured on a device is in "std/hardware/measured".
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
