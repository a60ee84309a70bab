// NVIDIA H100, SXM5 and PCIe; what the names mean and where such figures come from is said in "std/hardware/nvidia".
system Hardware_H100 {
    hardware H100_SXM {
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
        memory: 80 GB
        memory_bandwidth: 3352 GB/s
        l2_cache: 50 MiB
        shared_memory_bytes_per_sm_cycle: 128 B

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

        source: "NVIDIA H100 data sheet; NVIDIA H100 architecture whitepaper, table of SXM5; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
    }

    hardware H100_PCIe {
        vendor: "NVIDIA"
        architecture: "sm_90"
        sm_count: 114
        max_clock: 1755 MHz
        matrix_clock: 1620 MHz
        vector_clock: 1755 MHz
        fp16_rate: 756 TFLOPS
        bf16_rate: 756 TFLOPS
        tf32_rate: 378 TFLOPS
        fp8_rate: 1513 TFLOPS
        int8_rate: 1513 TFLOPS
        fp64_rate: 51.2 TFLOPS
        fp32_vector_rate: 51.2 TFLOPS
        fp64_vector_rate: 25.6 TFLOPS
        fp16_vector_rate: 102.4 TFLOPS
        bf16_vector_rate: 102.4 TFLOPS
        special_per_sm_cycle: 16
        memory: 80 GB
        memory_bandwidth: 2039 GB/s
        l2_cache: 50 MiB
        shared_memory_bytes_per_sm_cycle: 128 B

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

        source: "NVIDIA H100 data sheet; NVIDIA H100 architecture whitepaper, table of PCIe; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
    }
}
