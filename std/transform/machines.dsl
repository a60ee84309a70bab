// What a design for a machine should know of it, whatever it computes.
system Transform_Machines {
    proposal "what its generation has and lacks" {
        when: "hardware.architecture != ''"
        import: "std/knowledge/generations"
        reason: "rules about copies, clusters and matrix units hold for a generation and not for a device"
        source: "CUDA Programming Guide, compute capabilities"
    }

    proposal "what was measured on an RTX 5070" {
        of: ["attention"]
        when: "hardware.device_name == 'NVIDIA GeForce RTX 5070'"
        import: "std/knowledge/rtx5070"
        reason: "tiles of 128 rows lose more than half there, and which latencies were best is known"
        source: "the recorded sweep that the library names"
    }

    proposal "what was measured on an H200" {
        when: "hardware.device_name == 'NVIDIA H200'"
        import: "std/knowledge/h200"
        reason: "kernels that spill take a multiple of the time there"
        source: "traces in docs/results/gpu"
    }
}
