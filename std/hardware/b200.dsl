// NVIDIA B200 as in HGX B200; what the names mean and where such figures come from is said in "std/hardware/nvidia".
system Hardware_B200 {
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
        note: "the brief names no clock: matrix_clock is what 148 multiprocessors with 8192 FLOP a cycle need for the rate, and the highest clock is not known; 126 MiB of L2 and 148 multiprocessors as users quote them from the driver"
    }
}
