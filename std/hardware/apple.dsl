// Processors of Apple's M series, their GPUs: what Apple's announcements and technical specifications say.
//
// Apple publishes no rates of matrix units or special functions and no limits of the GPU's cores; what is
// missing here is missing there, and predictions say what they lack. Rates are of the variant with all cores.
// Bandwidths that Apple rounds down are the product of the memory's transfers and its width, since a bound
// needs the highest; the announced figure stands behind the source. What marks behind figures mean is said in
// "std/hardware/nvidia".
//
// [apple] the announcement that `source` names, in Apple's newsroom, and technical specifications:
//     https://www.apple.com/newsroom/ and https://support.apple.com/specs
system AppleDevices {
    hardware M1 {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 8                  // [apple]
        fp32_vector_rate: 2.6 TFLOPS  // [apple]
        memory: 16 GB                 // [apple]
        memory_bandwidth: 68.3 GB/s   // derived: 16 B * 4.266 GHz

        source: "Apple Newsroom, 10 November 2020"
    }

    hardware M1_Pro {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 16                 // [apple]
        fp32_vector_rate: 5.2 TFLOPS  // derived: 2.6 TFLOPS / 8 * 16
        memory: 32 GB                 // [apple]
        memory_bandwidth: 204.8 GB/s  // derived: 32 B * 6.4 GHz

        source: "Apple Newsroom, 18 October 2021 (200 GB/s)"
    }

    hardware M1_Max {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 32                  // [apple]
        fp32_vector_rate: 10.4 TFLOPS  // derived: 2.6 TFLOPS / 8 * 32
        memory: 64 GB                  // [apple]
        memory_bandwidth: 409.6 GB/s   // derived: 64 B * 6.4 GHz

        source: "Apple Newsroom, 18 October 2021 (400 GB/s)"
    }

    hardware M1_Ultra {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 64                 // [apple]
        fp32_vector_rate: 21 TFLOPS   // derived: 2.6 TFLOPS / 8 * 64
        memory: 128 GB                // [apple]
        memory_bandwidth: 819.2 GB/s  // derived: 128 B * 6.4 GHz

        source: "Apple Newsroom, 8 March 2022 (800 GB/s)"
    }

    hardware M2 {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 10                 // [apple]
        fp32_vector_rate: 3.6 TFLOPS  // unverified: quoted as Apple's; its announcement was not found
        memory: 24 GB                 // [apple]
        memory_bandwidth: 102.4 GB/s  // derived: 16 B * 6.4 GHz

        source: "Apple Newsroom, 6 June 2022 (100 GB/s)"
    }

    hardware M2_Pro {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 19                 // [apple]
        memory: 32 GB                 // [apple]
        memory_bandwidth: 204.8 GB/s  // derived: 32 B * 6.4 GHz

        source: "Apple Newsroom, 17 January 2023 (200 GB/s)"
    }

    hardware M2_Max {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 38                 // [apple]
        memory: 96 GB                 // [apple]
        memory_bandwidth: 409.6 GB/s  // derived: 64 B * 6.4 GHz

        source: "Apple Newsroom, 17 January 2023 (400 GB/s)"
    }

    hardware M2_Ultra {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 76                 // [apple]
        memory: 192 GB                // [apple]
        memory_bandwidth: 819.2 GB/s  // derived: 128 B * 6.4 GHz

        source: "Apple Newsroom, 5 June 2023 (800 GB/s)"
    }

    hardware M3 {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 10                 // [apple]
        memory: 24 GB                 // [apple]
        memory_bandwidth: 102.4 GB/s  // derived: 16 B * 6.4 GHz

        source: "Apple Newsroom, 30 October 2023; MacBook Air technical specifications (100 GB/s)"
    }

    hardware M3_Pro {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 18                 // [apple]
        memory: 36 GB                 // [apple]
        memory_bandwidth: 153.6 GB/s  // derived: 24 B * 6.4 GHz

        source: "Apple Newsroom, 30 October 2023; MacBook Pro technical specifications (150 GB/s)"
    }

    hardware M3_Max {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 40                 // [apple]
        memory: 128 GB                // [apple]
        memory_bandwidth: 409.6 GB/s  // derived: 64 B * 6.4 GHz

        source: "Apple Newsroom, 30 October 2023; MacBook Pro technical specifications (400 GB/s)"
    }

    hardware M3_Ultra {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 80                 // [apple]
        memory: 512 GB                // [apple]
        memory_bandwidth: 819.2 GB/s  // derived: 128 B * 6.4 GHz

        source: "Apple Newsroom, 5 March 2025; Mac Studio technical specifications (819 GB/s)"
    }

    hardware M4 {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 10               // [apple]
        memory: 32 GB               // [apple]
        memory_bandwidth: 120 GB/s  // [apple]

        source: "Apple Newsroom, 7 May 2024; iMac technical specifications"
    }

    hardware M4_Pro {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 20               // [apple]
        memory: 64 GB               // [apple]
        memory_bandwidth: 273 GB/s  // [apple]

        source: "Apple Newsroom, 30 October 2024"
    }

    hardware M4_Max {
        vendor: "Apple"
        architecture: "arm64"
        gpu_cores: 40               // [apple]
        memory: 128 GB              // [apple]
        memory_bandwidth: 546 GB/s  // [apple]

        source: "Apple Newsroom, 30 October 2024"
    }
}
