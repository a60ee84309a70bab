// NVIDIA GeForce RTX 4090; what the names mean and where such figures come from is said in "std/hardware/nvidia".
system Hardware_RTX4090 {
    hardware RTX4090 {
        vendor: "NVIDIA"
        architecture: "sm_89"
        sm_count: 128
        matrix_clock: 2520 MHz
        vector_clock: 2520 MHz
        fp16_rate: 165.2 TFLOPS
        fp16_fp16_rate: 330.3 TFLOPS
        bf16_rate: 165.2 TFLOPS
        tf32_rate: 82.6 TFLOPS
        fp8_rate: 330.3 TFLOPS
        fp8_fp16_rate: 660.6 TFLOPS
        int8_rate: 660.6 TFLOPS
        fp32_vector_rate: 82.6 TFLOPS
        fp64_vector_rate: 1.29 TFLOPS
        fp16_vector_rate: 82.6 TFLOPS
        bf16_vector_rate: 82.6 TFLOPS
        special_per_sm_cycle: 16
        memory: 24 GB
        memory_bandwidth: 1008 GB/s
        l2_cache: 72 MiB
        shared_memory_bytes_per_sm_cycle: 128 B

        threads_per_sm: 1536
        warps_per_sm: 48
        blocks_per_sm: 24
        shared_memory_per_sm: 100 KiB
        shared_memory_per_block: 99 KiB
        threads_per_warp: 32
        threads_per_block: 1024
        registers_per_sm: 65536
        registers_per_thread: 255
        register_unit: 256
        warp_unit: 4
        shared_memory_unit: 128 B
        shared_memory_reserved_per_block: 1 KiB

        source: "NVIDIA Ada GPU architecture whitepaper, appendix A (GeForce RTX 4090); limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "cards clock above the boost clock of the whitepaper by themselves (2655 MHz is on record in NVIDIA nvbench, pull request 207), and no highest clock is published"
    }
}
