// NVIDIA devices: one record each, every figure from the source that its record names.
//
// Rates are dense and stand for the clock of their kind (`matrix_clock`, `vector_clock`); `max_clock` is the
// highest clock that the driver allows. `fp16_rate` and `fp8_rate` accumulate in FP32; where a part is faster
// with FP16 accumulators, that rate is `fp16_fp16_rate`, `fp8_fp16_rate`. A figure that its maker does not publish
// is left out, and predictions say what they lack. What was measured on a device is in "std/hardware/measured".
system NvidiaDevices {
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
        memory_bandwidth: 3.35 TB/s
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
        memory_bandwidth: 2 TB/s
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

    hardware B200 {
        vendor: "NVIDIA"
        architecture: "sm_100"
        sm_count: 148
        matrix_clock: 1850 MHz
        fp16_rate: 2250 TFLOPS
        bf16_rate: 2250 TFLOPS
        tf32_rate: 1125 TFLOPS
        fp8_rate: 4500 TFLOPS
        int8_rate: 4500 TFLOPS
        fp4_rate: 9000 TFLOPS
        fp64_rate: 40 TFLOPS
        fp32_vector_rate: 80 TFLOPS
        fp64_vector_rate: 40 TFLOPS
        special_per_sm_cycle: 16
        memory: 180 GB
        memory_bandwidth: 8 TB/s
        l2_cache: 126 MiB
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

        source: "NVIDIA Blackwell architecture technical brief, HGX B200 at 1000 W, dense; memory: NVIDIA HGX B200 data sheet; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "the brief names no clock: matrix_clock is what 148 multiprocessors with 8192 FLOP a cycle need for the rate, and the highest clock is not known; 126 MiB of L2 and 148 multiprocessors as the driver reports them"
    }

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

    hardware RTX5090 {
        vendor: "NVIDIA"
        architecture: "sm_120"
        sm_count: 170
        max_clock: 3090 MHz
        matrix_clock: 2407 MHz
        vector_clock: 2407 MHz
        fp16_rate: 209.5 TFLOPS
        fp16_fp16_rate: 419 TFLOPS
        bf16_rate: 209.5 TFLOPS
        tf32_rate: 104.8 TFLOPS
        fp8_rate: 419 TFLOPS
        fp8_fp16_rate: 838 TFLOPS
        int8_rate: 838 TFLOPS
        fp4_rate: 1676 TFLOPS
        fp32_vector_rate: 104.8 TFLOPS
        fp64_vector_rate: 1.64 TFLOPS
        fp16_vector_rate: 104.8 TFLOPS
        bf16_vector_rate: 104.8 TFLOPS
        special_per_sm_cycle: 16
        memory: 32 GB
        memory_bandwidth: 1792 GB/s
        l2_cache: 96 MiB
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

        source: "NVIDIA RTX Blackwell GPU architecture whitepaper, appendix A (GeForce RTX 5090); limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "3090 MHz is the highest clock that the driver reports for the reference card; cards of other makers may allow more"
    }

    hardware RTX5070 {
        vendor: "NVIDIA"
        architecture: "sm_120"
        sm_count: 48
        matrix_clock: 2512 MHz
        vector_clock: 2512 MHz
        fp16_rate: 61.7 TFLOPS
        fp16_fp16_rate: 123.5 TFLOPS
        bf16_rate: 61.7 TFLOPS
        tf32_rate: 30.9 TFLOPS
        fp8_rate: 123.5 TFLOPS
        fp8_fp16_rate: 246.9 TFLOPS
        int8_rate: 246.9 TFLOPS
        fp4_rate: 493.9 TFLOPS
        fp32_vector_rate: 30.9 TFLOPS
        fp64_vector_rate: 0.48 TFLOPS
        fp16_vector_rate: 30.9 TFLOPS
        bf16_vector_rate: 30.9 TFLOPS
        special_per_sm_cycle: 16
        memory: 12 GB
        memory_bandwidth: 672 GB/s
        l2_cache: 48 MiB
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

        source: "NVIDIA RTX Blackwell GPU architecture whitepaper, appendix on GeForce RTX 5070; limits, results per cycle: CUDA C++ Programming Guide, technical specifications and arithmetic throughput by compute capability; allocation units: CUDA occupancy calculator"
        note: "cards clock above the boost clock of the whitepaper by themselves, and no highest clock is published"
    }
}
