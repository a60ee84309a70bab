// Processors of Apple's M series, their GPUs: what Apple's announcements and technical specifications say.
//
// Apple publishes no rates of matrix units or special functions and no limits of the GPU's cores; what is
// missing here is missing there, and predictions say what they lack. Rates are of the variant with all cores.
system AppleDevices {
    hardware M1 {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 8
        fp32_vector_rate: 2.6 TFLOPS
        memory: 16 GB
        memory_bandwidth: 68.3 GB/s
        source: "Apple Newsroom, 10 November 2020 (2.6 teraflops); bandwidth: LPDDR4X-4266 on 128 bits"
    }

    hardware M1_Pro {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 16
        fp32_vector_rate: 5.2 TFLOPS
        memory: 32 GB
        memory_bandwidth: 200 GB/s
        source: "Apple Newsroom, 18 October 2021"
    }

    hardware M1_Max {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 32
        fp32_vector_rate: 10.4 TFLOPS
        memory: 64 GB
        memory_bandwidth: 400 GB/s
        source: "Apple Newsroom, 18 October 2021"
    }

    hardware M1_Ultra {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 64
        fp32_vector_rate: 21 TFLOPS
        memory: 128 GB
        memory_bandwidth: 800 GB/s
        source: "Apple Newsroom, 8 March 2022"
    }

    hardware M2 {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 10
        fp32_vector_rate: 3.6 TFLOPS
        memory: 24 GB
        memory_bandwidth: 100 GB/s
        source: "Apple Newsroom, 6 June 2022"
    }

    hardware M2_Pro {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 19
        memory: 32 GB
        memory_bandwidth: 200 GB/s
        source: "Apple Newsroom, 17 January 2023"
    }

    hardware M2_Max {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 38
        memory: 96 GB
        memory_bandwidth: 400 GB/s
        source: "Apple Newsroom, 17 January 2023"
    }

    hardware M2_Ultra {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 76
        memory: 192 GB
        memory_bandwidth: 800 GB/s
        source: "Apple Newsroom, 5 June 2023"
    }

    hardware M3 {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 10
        memory: 24 GB
        memory_bandwidth: 100 GB/s
        source: "Apple Newsroom, 30 October 2023; MacBook Air technical specifications"
    }

    hardware M3_Pro {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 18
        memory: 36 GB
        memory_bandwidth: 150 GB/s
        source: "Apple Newsroom, 30 October 2023; MacBook Pro technical specifications"
    }

    hardware M3_Max {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 40
        memory: 128 GB
        memory_bandwidth: 400 GB/s
        source: "Apple Newsroom, 30 October 2023; MacBook Pro technical specifications"
    }

    hardware M3_Ultra {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 80
        memory: 512 GB
        memory_bandwidth: 819 GB/s
        source: "Apple Newsroom, 5 March 2025; Mac Studio technical specifications"
    }

    hardware M4 {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 10
        memory: 32 GB
        memory_bandwidth: 120 GB/s
        source: "Apple Newsroom, 7 May 2024; iMac technical specifications"
    }

    hardware M4_Pro {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 20
        memory: 64 GB
        memory_bandwidth: 273 GB/s
        source: "Apple Newsroom, 30 October 2024"
    }

    hardware M4_Max {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 40
        memory: 128 GB
        memory_bandwidth: 546 GB/s
        source: "Apple Newsroom, 30 October 2024"
    }
}
