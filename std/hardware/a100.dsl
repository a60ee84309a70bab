// NVIDIA A100 in its four variants; what the names mean and where such figures come from is said in "std/hardware/nvidia".
system Hardware_A100 {
    hardware A100_40GB_PCIe {
        vendor: "NVIDIA"
        architecture: "sm_80"
        sm_count: 108
        max_clock: 1410 MHz
        matrix_clock: 1410 MHz
        vector_clock: 1410 MHz
        fp16_rate: 312 TFLOPS
        bf16_rate: 312 TFLOPS
        tf32_rate: 156 TFLOPS
        fp64_rate: 19.5 TFLOPS
        int8_rate: 624 TFLOPS
        fp32_vector_rate: 19.5 TFLOPS
        fp64_vector_rate: 9.7 TFLOPS
        fp16_vector_rate: 78 TFLOPS
        bf16_vector_rate: 39 TFLOPS
        special_per_sm_cycle: 16
        memory: 40 GB
        memory_bandwidth: 1555 GB/s
        l2_cache: 40 MiB
        l2_read_bytes_per_cycle: 5120 B
        shared_memory_bytes_per_sm_cycle: 128 B

        threads_per_sm: 2048
        warps_per_sm: 64
        blocks_per_sm: 32
        shared_memory_per_sm: 164 KiB
        shared_memory_per_block: 163 KiB
        threads_per_warp: 32
        threads_per_block: 1024
        registers_per_sm: 65536
        registers_per_thread: 255
        register_unit: 256
        warp_unit: 4
        shared_memory_unit: 128 B
        shared_memory_reserved_per_block: 1 KiB

        source: "NVIDIA A100 Tensor Core GPU data sheet (PCIe 40 GB); NVIDIA A100 architecture whitepaper, tables 1 to 5; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "rates are dense; the whitepaper gives the L2 as 40 MB, the driver as 40 MiB; 1410 MHz is the highest application clock"
    }

    hardware A100_40GB_SXM {
        vendor: "NVIDIA"
        architecture: "sm_80"
        sm_count: 108
        max_clock: 1410 MHz
        matrix_clock: 1410 MHz
        vector_clock: 1410 MHz
        fp16_rate: 312 TFLOPS
        bf16_rate: 312 TFLOPS
        tf32_rate: 156 TFLOPS
        fp64_rate: 19.5 TFLOPS
        int8_rate: 624 TFLOPS
        fp32_vector_rate: 19.5 TFLOPS
        fp64_vector_rate: 9.7 TFLOPS
        fp16_vector_rate: 78 TFLOPS
        bf16_vector_rate: 39 TFLOPS
        special_per_sm_cycle: 16
        memory: 40 GB
        memory_bandwidth: 1555 GB/s
        l2_cache: 40 MiB
        l2_read_bytes_per_cycle: 5120 B
        shared_memory_bytes_per_sm_cycle: 128 B

        threads_per_sm: 2048
        warps_per_sm: 64
        blocks_per_sm: 32
        shared_memory_per_sm: 164 KiB
        shared_memory_per_block: 163 KiB
        threads_per_warp: 32
        threads_per_block: 1024
        registers_per_sm: 65536
        registers_per_thread: 255
        register_unit: 256
        warp_unit: 4
        shared_memory_unit: 128 B
        shared_memory_reserved_per_block: 1 KiB

        source: "NVIDIA A100 Tensor Core GPU data sheet (SXM4 40 GB); NVIDIA A100 architecture whitepaper, tables 1 to 5; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "rates are dense; the whitepaper gives the L2 as 40 MB, the driver as 40 MiB; 1410 MHz is the highest application clock"
    }

    hardware A100_80GB_PCIe {
        vendor: "NVIDIA"
        architecture: "sm_80"
        sm_count: 108
        max_clock: 1410 MHz
        matrix_clock: 1410 MHz
        vector_clock: 1410 MHz
        fp16_rate: 312 TFLOPS
        bf16_rate: 312 TFLOPS
        tf32_rate: 156 TFLOPS
        fp64_rate: 19.5 TFLOPS
        int8_rate: 624 TFLOPS
        fp32_vector_rate: 19.5 TFLOPS
        fp64_vector_rate: 9.7 TFLOPS
        fp16_vector_rate: 78 TFLOPS
        bf16_vector_rate: 39 TFLOPS
        special_per_sm_cycle: 16
        memory: 80 GB
        memory_bandwidth: 1935 GB/s
        l2_cache: 40 MiB
        l2_read_bytes_per_cycle: 5120 B
        shared_memory_bytes_per_sm_cycle: 128 B

        threads_per_sm: 2048
        warps_per_sm: 64
        blocks_per_sm: 32
        shared_memory_per_sm: 164 KiB
        shared_memory_per_block: 163 KiB
        threads_per_warp: 32
        threads_per_block: 1024
        registers_per_sm: 65536
        registers_per_thread: 255
        register_unit: 256
        warp_unit: 4
        shared_memory_unit: 128 B
        shared_memory_reserved_per_block: 1 KiB

        source: "NVIDIA A100 Tensor Core GPU data sheet (PCIe 80 GB); NVIDIA A100 architecture whitepaper, tables 1 to 5; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "rates are dense; the whitepaper gives the L2 as 40 MB, the driver as 40 MiB; 1410 MHz is the highest application clock"
    }

    hardware A100_80GB_SXM {
        vendor: "NVIDIA"
        architecture: "sm_80"
        sm_count: 108
        max_clock: 1410 MHz
        matrix_clock: 1410 MHz
        vector_clock: 1410 MHz
        fp16_rate: 312 TFLOPS
        bf16_rate: 312 TFLOPS
        tf32_rate: 156 TFLOPS
        fp64_rate: 19.5 TFLOPS
        int8_rate: 624 TFLOPS
        fp32_vector_rate: 19.5 TFLOPS
        fp64_vector_rate: 9.7 TFLOPS
        fp16_vector_rate: 78 TFLOPS
        bf16_vector_rate: 39 TFLOPS
        special_per_sm_cycle: 16
        memory: 80 GB
        memory_bandwidth: 2039 GB/s
        l2_cache: 40 MiB
        l2_read_bytes_per_cycle: 5120 B
        shared_memory_bytes_per_sm_cycle: 128 B

        threads_per_sm: 2048
        warps_per_sm: 64
        blocks_per_sm: 32
        shared_memory_per_sm: 164 KiB
        shared_memory_per_block: 163 KiB
        threads_per_warp: 32
        threads_per_block: 1024
        registers_per_sm: 65536
        registers_per_thread: 255
        register_unit: 256
        warp_unit: 4
        shared_memory_unit: 128 B
        shared_memory_reserved_per_block: 1 KiB

        source: "NVIDIA A100 Tensor Core GPU data sheet (SXM4 80 GB); NVIDIA A100 architecture whitepaper, tables 1 to 5; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "rates are dense; the whitepaper gives the L2 as 40 MB, the driver as 40 MiB; 1410 MHz is the highest application clock"
    }
}
