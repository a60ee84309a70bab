// What one generation of NVIDIA's GPUs has and another lacks, as far as it decides how a kernel is written; figures of single
// devices are in "std/hardware". Names are those of the templates; what a design lacks says nothing.
//
// [cc] CUDA Programming Guide 13, compute capabilities: https://docs.nvidia.com/cuda/cuda-programming-guide/05-appendices/compute-capabilities.html
// [ptx] PTX ISA 9: https://docs.nvidia.com/cuda/parallel-thread-execution/
// [hopper] Hopper Tuning Guide: https://docs.nvidia.com/cuda/hopper-tuning-guide/
// [templates] what the generated kernels were compiled to by cuda-tile 1.7.0 and tileiras 13.4.92
system Knowledge_Generations {
    knowledge {
        fact ampere() { return hardware.architecture in ["sm_80", "sm_86", "sm_87"] }
        fact ada() { return hardware.architecture == "sm_89" }
        fact hopper() { return hardware.architecture in ["sm_90", "sm_90a"] }
        fact blackwell() {
            return hardware.architecture in ["sm_100", "sm_103", "sm_100a", "sm_103a", "sm_120", "sm_121", "sm_120a", "sm_121a"]
        }
        fact has_bulk_copies() { return hopper or blackwell }
        fact has_clusters() { return hopper or blackwell }
        fact has_tensor_memory() {
            return hardware.architecture in ["sm_100", "sm_103", "sm_100a", "sm_103a"]
        }
        fact has_warpgroup_products() { return hopper }
        fact eight_bit_floats() { return dtype in ["f8e4m3", "f8e5m2"] }
        fact computes_products() {
            return family in ["matmul", "linear", "attention_forward", "attention_backward", "attention_decode"]
        }

        rule "Ampere multiplies no eight-bit floats" {
            when: "ampere and eight_bit_floats and computes_products"
            warn: "matrix instructions take e4m3 and e5m2 from compute capability 8.9 on: on {{hardware.architecture}} they are converted first"
            source: "[ptx] mma: .e4m3 and .e5m2 require sm_89 or higher"
        }

        rule "no copy engine before Hopper" {
            when: "ampere or ada"
            recommend: "x_load_tma_policy = 'disabled', y_store_tma_policy = 'disabled'"
            reason: "bulk copies of tensors begin with compute capability 9.0; the hint changes nothing before"
            source: "[ptx] cp.async.bulk.tensor requires sm_90 or higher"
        }

        rule "clusters are at most eight blocks" {
            when: "has_clusters"
            forbid: "num_ctas > 8"
            reason: "eight is what every device that has clusters can start; sixteen asks for an attribute of the launch"
            source: "[hopper] thread block clusters: portable cluster size"
        }

        rule "Hopper multiplies 64 rows at a time" {
            when: "hopper and computes_products"
            avoid: "tile_m % 64 != 0"
            reason: "an instruction of a warpgroup makes 64 rows of the result, whatever they are used for"
            source: "[ptx] wgmma.mma_async: shapes m64nNk16"
            confidence: 0.8
        }

        rule "tensor memory takes 128 rows" {
            when: "has_tensor_memory and computes_products"
            avoid: "tile_m % 128 != 0"
            reason: "an instruction of one block makes 64 or 128 rows, and 64 leave half of the lanes of tensor memory unused"
            source: "[ptx] tcgen05.mma: shapes, data path layout"
            confidence: 0.7
        }

        rule "accumulators of Ampere and Ada are in the registers of warps" {
            when: "(ampere or ada) and computes_products"
            avoid: "tile_m * tile_n > 128 * 256"
            reason: "256 threads hold 128 by 256 numbers of float32 in half of their 255 registers; operands and addresses take the rest"
            source: "[cc] registers per thread"
            confidence: 0.7
        }

        rule "heads and batches on one axis of a grid" {
            when: "batch * num_heads > 65535"
            forbid: "grid_mapping in ['(q_tiles,BH)', '(q_tiles,H,B)']"
            reason: "the second and third axis of a grid have at most 65,535 blocks"
            source: "[cc] maximum y- or z-dimension of a grid of thread blocks"
        }

        rule "shared memory of a block" {
            when: "shared_memory > hardware.shared_memory_per_block"
            warn: "{{shared_memory}} of shared memory are more than a block of {{hardware.architecture}} may have"
            source: "[cc] maximum amount of shared memory per thread block"
        }
    }

    example "an RTX 4090 has eight-bit floats and no copy engine" {
        given { hardware.architecture: "sm_89", dtype: "f8e4m3", family: "matmul" }
        open: [tile_m, tile_n, x_load_tma_policy, y_store_tma_policy]
        follows: ["ada", "recommend x_load_tma_policy = 'disabled'", "avoid tile_m * tile_n > 32768"]
        lacks: ["warn", "has_bulk_copies", "avoid tile_m % 64 != 0"]
    }

    example "an A100 converts eight-bit floats" {
        given { hardware.architecture: "sm_80", dtype: "f8e5m2", family: "matmul" }
        follows: ["warn matrix instructions take e4m3 and e5m2 from compute capability 8.9 on: on sm_80 they are converted first"]
        lacks: ["has_clusters"]
    }

    example "products of a Hopper" {
        given { hardware.architecture: "sm_90", family: "attention_forward" }
        open: [tile_m, num_ctas]
        follows: ["has_bulk_copies", "has_clusters", "avoid tile_m % 64 != 0", "forbid num_ctas > 8"]
        lacks: ["has_tensor_memory", "avoid tile_m % 128 != 0", "recommend x_load_tma_policy"]
    }

    example "rows of a Hopper multiply nothing" {
        given { hardware.architecture: "sm_90", family: "softmax" }
        open: [tile_m]
        lacks: ["avoid tile_m"]
    }

    example "a B200 has tensor memory, an RTX 5070 has none" {
        given { hardware.architecture: "sm_100", family: "matmul" }
        open: [tile_m]
        follows: ["blackwell", "has_tensor_memory", "avoid tile_m % 128 != 0"]
    }
    example "an RTX 5070" {
        given { hardware.architecture: "sm_120", family: "matmul" }
        open: [tile_m]
        follows: ["blackwell", "has_bulk_copies"]
        lacks: ["has_tensor_memory", "avoid tile_m"]
    }

    example "too many heads for an axis" {
        given { batch: 2048, num_heads: 40 }
        open: [grid_mapping]
        follows: ["forbid grid_mapping in ['(q_tiles,BH)', '(q_tiles,H,B)']"]
    }
}
