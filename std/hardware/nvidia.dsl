// Devices by data sheet; what was measured on them belongs into facts, not here.
system NvidiaDevices {
    hardware H200 {
        architecture: "sm_90"
        vendor: "NVIDIA"
        sm_count: 132
        memory: 141 GB
        memory_bandwidth: 4800 GB/s
        shared_memory_per_block: 227 KiB
        registers_per_sm: 65536
        bf16_rate: 989 TFLOPS
        source: "NVIDIA H200 data sheet; dense rates"
    }

    hardware RTX5070 {
        architecture: "sm_120"
        vendor: "NVIDIA"
        sm_count: 48
        memory: 12 GB
        memory_bandwidth: 672 GB/s
        source: "NVIDIA GeForce RTX 5070 specification"
    }
}
