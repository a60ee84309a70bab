// Softmax of rows: one block for each row, reductions by shuffles within warps and through shared memory between them.
#include <cuda_runtime.h>

constexpr int THREADS = 256;
constexpr float LOG2E = 1.44269504f;

__device__ float warp_max(float value) {
    for (int step = 16; step > 0; step /= 2) {
        value = fmaxf(value, __shfl_xor_sync(0xffffffff, value, step));
    }
    return value;
}

__device__ float warp_sum(float value) {
#pragma unroll
    for (int step = 16; step > 0; step /= 2) {
        value += __shfl_xor_sync(0xffffffff, value, step);
    }
    return value;
}

__global__ void __launch_bounds__(THREADS, 4)
softmax_rows(const float* __restrict__ in, float* __restrict__ out, int columns) {
    __shared__ float parts[32];
    const float* row = in + blockIdx.x * columns;
    float* target = out + blockIdx.x * columns;

    float peak = -INFINITY;
    for (int at = threadIdx.x; at < columns; at += blockDim.x) {
        peak = fmaxf(peak, row[at]);
    }
    peak = warp_max(peak);
    if (threadIdx.x % 32 == 0) {
        parts[threadIdx.x / 32] = peak;
    }
    __syncthreads();
    peak = warp_max(parts[threadIdx.x % 32]);
    __syncthreads();

    float total = 0.f;
    for (int at = threadIdx.x; at < columns; at += blockDim.x) {
        total += exp2f((row[at] - peak) * LOG2E);
    }
    total = warp_sum(total);
    if (threadIdx.x % 32 == 0) {
        parts[threadIdx.x / 32] = total;
    }
    __syncthreads();
    total = warp_sum(parts[threadIdx.x % 32]);

    const float scale = 1.f / total;
#pragma unroll 4
    for (int at = threadIdx.x; at < columns; at += blockDim.x) {
        target[at] = exp2f((row[at] - peak) * LOG2E) * scale;
    }
}

void softmax(const float* in, float* out, int rows, int columns, cudaStream_t stream) {
    softmax_rows<<<rows, THREADS, 0, stream>>>(in, out, columns);
}
