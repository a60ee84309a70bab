// C = A B in half precision with float sums: tiles in shared memory that are copied ahead, and a small tile in registers.
#include <cuda_fp16.h>
#include <cuda_pipeline.h>

#define BM 64
#define BN 64
#define BK 32
#define TM 4
#define TN 4
#define STAGES 2

template <bool Even>
__global__ void __launch_bounds__((BM / TM) * (BN / TN), 2)
tiled_matmul(const half* __restrict__ a, const half* __restrict__ b, half* __restrict__ c, int m, int n, int k) {
    __shared__ half tile_a[STAGES][BM][BK];
    __shared__ half tile_b[STAGES][BK][BN];
    const int row = blockIdx.y * BM;
    const int column = blockIdx.x * BN;
    const int ty = threadIdx.x / (BN / TN);
    const int tx = threadIdx.x % (BN / TN);

    float sums[TM][TN] = {0.f};
    const int steps = (k + BK - 1) / BK;
    for (int i = threadIdx.x; i < BM * BK / 8; i += blockDim.x) {
        __pipeline_memcpy_async(&tile_a[0][i / (BK / 8)][i % (BK / 8) * 8],
                                &a[(row + i / (BK / 8)) * k + i % (BK / 8) * 8], 16);
    }
    __pipeline_commit();
    for (int step = 0; step < steps; ++step) {
        const int stage = step % STAGES;
        for (int i = threadIdx.x; i < BM * BK / 8; i += blockDim.x) {
            __pipeline_memcpy_async(&tile_a[stage][i / (BK / 8)][i % (BK / 8) * 8],
                                    &a[(row + i / (BK / 8)) * k + step * BK + i % (BK / 8) * 8], 16);
        }
        for (int i = threadIdx.x; i < BK * BN / 8; i += blockDim.x) {
            __pipeline_memcpy_async(&tile_b[stage][i / (BN / 8)][i % (BN / 8) * 8],
                                    &b[(step * BK + i / (BN / 8)) * n + column + i % (BN / 8) * 8], 16);
        }
        __pipeline_commit();
        __pipeline_wait_prior(STAGES - 1);
        __syncthreads();
#pragma unroll
        for (int kk = 0; kk < BK; ++kk) {
            float left[TM];
            float right[TN];
            for (int i = 0; i < TM; ++i) left[i] = __half2float(tile_a[stage][ty * TM + i][kk]);
            for (int j = 0; j < TN; ++j) right[j] = __half2float(tile_b[stage][kk][tx * TN + j]);
            for (int i = 0; i < TM; ++i) {
                for (int j = 0; j < TN; ++j) {
                    sums[i][j] += left[i] * right[j];
                }
            }
        }
        __syncthreads();
    }
    for (int i = 0; i < TM; ++i) {
        for (int j = 0; j < TN; ++j) {
            if (Even || (row + ty * TM + i < m && column + tx * TN + j < n)) {
                c[(row + ty * TM + i) * n + column + tx * TN + j] = __float2half(sums[i][j]);
            }
        }
    }
}

void matmul(const half* a, const half* b, half* c, int m, int n, int k, cudaStream_t stream) {
    dim3 grid((n + BN - 1) / BN, (m + BM - 1) / BM);
    if (m % BM == 0 && n % BN == 0) {
        tiled_matmul<true><<<grid, (BM / TM) * (BN / TN), 0, stream>>>(a, b, c, m, n, k);
    } else {
        tiled_matmul<false><<<grid, (BM / TM) * (BN / TN), 0, stream>>>(a, b, c, m, n, k);
    }
}
