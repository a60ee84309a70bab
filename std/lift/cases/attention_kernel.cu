// Attention forward with an online softmax: a block for each tile of queries, keys and values through shared memory.
#include <cuda_runtime.h>

template <int HEAD, int ROWS, int COLUMNS, int WARPS>
struct Shape {
    static constexpr int head = HEAD;
    static constexpr int rows = ROWS;
    static constexpr int columns = COLUMNS;
    static constexpr int threads = WARPS * 32;
};

template <typename S, bool Causal>
__global__ void attention_forward(const float* q, const float* k, const float* v, float* o, float* lse, int length,
                                  float scale) {
    constexpr int head = S::head;
    constexpr int rows = S::rows;
    constexpr int columns = S::columns;
    __shared__ float keys[columns][head];
    __shared__ float values[columns][head];
    __shared__ float weights[rows][columns];
    const int base = blockIdx.y * length * head;
    const int first = blockIdx.x * rows;
    const int row = threadIdx.x;
    const float scale_log2 = scale * 1.4426950408889634f;

    float query[head];
#pragma unroll
    for (int d = 0; d < head; ++d) query[d] = q[base + (first + row) * head + d];
    float out[head] = {0.f};
    float peak = -INFINITY;
    float total = 0.f;
    const int tiles = (length + columns - 1) / columns;
    for (int tile = 0; tile < tiles; ++tile) {
        __syncthreads();
        for (int at = threadIdx.x; at < columns * head; at += blockDim.x) {
            keys[at / head][at % head] = k[base + tile * columns * head + at];
            values[at / head][at % head] = v[base + tile * columns * head + at];
        }
        __syncthreads();
        float scores[columns];
        for (int j = 0; j < columns; ++j) {
            float sum = 0.f;
            for (int d = 0; d < head; ++d) sum += query[d] * keys[j][d];
            if (Causal && tile * columns + j > first + row) sum = -INFINITY;
            scores[j] = sum * scale_log2;
        }
        float next = peak;
        for (int j = 0; j < columns; ++j) next = fmaxf(next, scores[j]);
        const float shrink = exp2f(peak - next);
        float part = 0.f;
        for (int j = 0; j < columns; ++j) {
            scores[j] = exp2f(scores[j] - next);
            part += scores[j];
        }
        total = total * shrink + part;
        for (int d = 0; d < head; ++d) out[d] *= shrink;
        for (int j = 0; j < columns; ++j) {
            for (int d = 0; d < head; ++d) out[d] += scores[j] * values[j][d];
        }
        peak = next;
    }
    const float inverse = 1.f / total;
    for (int d = 0; d < head; ++d) o[base + (first + row) * head + d] = out[d] * inverse;
    lse[blockIdx.y * length + first + row] = peak + log2f(total);
}

template <typename S, bool Causal>
void launch(const float* q, const float* k, const float* v, float* o, float* lse, int heads, int length, float scale,
            cudaStream_t stream) {
    dim3 grid((length + S::rows - 1) / S::rows, heads);
    auto kernel = &attention_forward<S, Causal>;
    kernel<<<grid, S::threads, 0, stream>>>(q, k, v, o, lse, length, scale);
}

void attention(const float* q, const float* k, const float* v, float* o, float* lse, int heads, int length, int head,
               float scale, bool causal, cudaStream_t stream) {
    int device, major;
    cudaGetDevice(&device);
    cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (causal) {
        if (major >= 9) {
            launch<Shape<64, 128, 64, 4>, true>(q, k, v, o, lse, heads, length, scale, stream);
        } else {
            launch<Shape<64, 64, 32, 2>, true>(q, k, v, o, lse, heads, length, scale, stream);
        }
    } else {
        launch<Shape<64, 64, 64, 2>, false>(q, k, v, o, lse, heads, length, scale, stream);
    }
}
