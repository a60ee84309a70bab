// Kernels of CUDA C++ with what the patterns of `cuda.dsl` find in them, and near misses.
system Lift_Cuda_Cases {
    example "tiles that are copied ahead" {
        file: "std/lift/cases/matmul_kernel.cu"
        finds {
            load_path: "cp_async"
            copies_in_flight: "1"
            min_blocks_per_sm: "2"
        }
        lacks: [thread_reduction, load_path_of_others, num_warps]
    }

    example "all copies are waited for" {
        from: "tiles that are copied ahead"
        with { "__pipeline_wait_prior(STAGES - 1)": "__pipeline_wait_prior(0)" }
        finds { copies_in_flight: "0" }
        lacks { copies_in_flight: "1" }
    }

    example "no copy goes on by itself" {
        source: """
            #include <cuda_fp16.h>

            __global__ void __launch_bounds__(256)
            product(const float* a, const float* b, float* c, int n) {
                __shared__ float left[16][16];
                __shared__ float right[16][16];
                const int row = blockIdx.y * 16 + threadIdx.y;
                const int column = blockIdx.x * 16 + threadIdx.x;
                float sum = 0.f;
                for (int at = 0; at < n; at += 16) {
                    left[threadIdx.y][threadIdx.x] = a[row * n + at + threadIdx.x];
                    right[threadIdx.y][threadIdx.x] = b[(at + threadIdx.y) * n + column];
                    __syncthreads();
                    for (int k = 0; k < 16; ++k) {
                        sum += left[threadIdx.y][k] * right[k][threadIdx.x];
                    }
                    __syncthreads();
                }
                c[row * n + column] = sum;
            }
            """
        language: "cuda"
        lacks: [copies_in_flight, min_blocks_per_sm, unroll, vector_width]
        lacks { load_path: "cp_async" }
    }

    example "rows that threads sum up together" {
        file: "std/lift/cases/softmax_kernel.cu"
        finds {
            thread_reduction: "shuffle"
            unroll: "4"
            min_blocks_per_sm: "4"
        }
        lacks: [copies_in_flight, load_path_of_others, num_warps]
    }

    example "a copy whose part nothing says" {
        source: """
            #include <cuda_pipeline.h>

            __global__ void between(const float* in, const float* other, float* out, float* rest, int n) {
                __shared__ float tile[256];
                const int at = blockIdx.x * 256 + threadIdx.x;
                __pipeline_memcpy_async(&tile[threadIdx.x], &in[at], 4);
                __pipeline_commit();
                __pipeline_wait_prior(0);
                __syncthreads();
                out[at] = tile[threadIdx.x];
                rest[at] = other[at];
            }
            """
        language: "cuda"
        finds { load_path_of_others: "cp_async" }
        lacks: [thread_reduction]
    }

    example "four numbers at once" {
        source: """
            __global__ void twice(const float* in, float* out, int n) {
                const int at = (blockIdx.x * blockDim.x + threadIdx.x) * 4;
                float4 x = *reinterpret_cast<const float4*>(in + at);
                x.x = x.x * 2.f;
                *reinterpret_cast<float4*>(out + at) = x;
            }

            void run(const float* in, float* out, int n) {
                if (n > 65536) {
                    twice<<<n / 1024, 256>>>(in, out, n);
                } else {
                    twice<<<n / 512, 128>>>(in, out, n);
                }
            }
            """
        language: "cuda"
        finds { vector_width: "4" num_warps: "tuned" }
        lacks: [load_path_of_others]
    }

    example "one number at once, blocks of one size" {
        from: "four numbers at once"
        with {
            "*reinterpret_cast<const float4*>(in + at)": "make_float4(in[at], 0.f, 0.f, 0.f)"
            "*reinterpret_cast<float4*>(out + at) = x": "out[at] = x.x"
            "twice<<<n / 512, 128>>>": "twice<<<n / 1024, 256>>>"
        }
        lacks: [vector_width]
        lacks { num_warps: "tuned" }
    }
}
