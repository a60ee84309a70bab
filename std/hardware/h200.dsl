// NVIDIA H200; what the names mean and where such figures come from is said in "std/hardware/nvidia".
system Hardware_H200 {
    hardware H200 {
        vendor: "NVIDIA"
        architecture: "sm_90"
        sm_count: 132
        max_clock: 1980 MHz
        matrix_clock: 1830 MHz
        vector_clock: 1980 MHz
        fp16_rate: 989.4 TFLOPS
        bf16_rate: 989.4 TFLOPS
        tf32_rate: 494.7 TFLOPS
        fp8_rate: 1978.9 TFLOPS
        int8_rate: 1978.9 TFLOPS
        fp64_rate: 66.9 TFLOPS
        fp32_vector_rate: 66.9 TFLOPS
        fp64_vector_rate: 33.5 TFLOPS
        fp16_vector_rate: 133.8 TFLOPS
        bf16_vector_rate: 133.8 TFLOPS
        special_per_sm_cycle: 16
        memory: 141 GB
        memory_bandwidth: 4.8 TB/s
        l2_cache: 60 MiB
        shared_memory_bytes_per_sm_cycle: 128 B
        memory_bus_bytes: 752 B
        max_memory_clock: 3201 MHz

        threads_per_sm: 2048
        warps_per_sm: 64
        blocks_per_sm: 32
        shared_memory_per_sm: 228 KiB
        shared_memory_per_block: 227 KiB
        threads_per_warp: 32
        threads_per_block: 1024
        registers_per_sm: 65536
        registers_per_thread: 255
        register_unit: 256
        warp_unit: 4
        shared_memory_unit: 128 B
        shared_memory_reserved_per_block: 1 KiB

        source: "NVIDIA H200 data sheet; NVIDIA H100 architecture whitepaper, table of SXM5 (the same processor); limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "clocks, the size of the L2 and the unit of allocation as the driver reports them (580.159)"
    }
}
