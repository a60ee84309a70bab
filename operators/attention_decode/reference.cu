// Attention of few queries in float64, a block for each row: the greatest score and the sum first, then the values.

__device__ double score(const Array& q, const Array& k, long long b, long long h, long long kv_head, long long row, long long key,
                        double scale) {
    long long from_q = at(q, b, h, row, 0), from_k = at(k, b, kv_head, key, 0);
    double sum = 0.0;
    for (long long d = 0; d < q.shape[3]; ++d) sum += get(q, from_q + d * q.stride[3]) * get(k, from_k + d * k.stride[3]);
    return sum * scale;
}

// The greatest score of a row and the sum of exponentials.
__device__ void statistics(const Array& q, const Array& k, long long b, long long h, long long kv_head, long long row, double scale,
                           double* room, double* highest, double* total) {
    double own = -1e300, sum = 0.0;
    for (long long key = threadIdx.x; key < k.shape[2]; key += 256) {
        double s = score(q, k, b, h, kv_head, row, key, scale);
        double higher = fmax(own, s);
        sum = sum * exp(own - higher) + exp(s - higher);
        own = higher;
    }
    *highest = block_max(own, room);
    *total = block_sum(sum * exp(own - *highest), room);
}

extern "C" __global__ void __launch_bounds__(256)
reference_out(Array q, Array k, Array v, double scale, double log_unit, const long long* rows, long long count, float* want,
              float* spread) {
    __shared__ double room[256];
    __shared__ double weight[256];
    long long heads = q.shape[1], length = q.shape[2], width = q.shape[3], keys = k.shape[2];
    long long row = rows[blockIdx.x] % length, h = rows[blockIdx.x] / length % heads, b = rows[blockIdx.x] / length / heads;
    long long kv_head = h / (heads / k.shape[1]);
    double highest, total;
    statistics(q, k, b, h, kv_head, row, scale, room, &highest, &total);
    for (long long first = 0; first < width; first += 256) {
        long long d = first + threadIdx.x;
        double sum = 0.0, squares = 0.0;
        for (long long tile = 0; tile < keys; tile += 256) {
            long long key = tile + threadIdx.x;
            weight[threadIdx.x] = key < keys ? exp(score(q, k, b, h, kv_head, row, key, scale) - highest) / total : 0.0;
            __syncthreads();
            for (int j = 0; d < width && j < 256 && tile + j < keys; ++j) {
                double term = weight[j] * get(v, at(v, b, kv_head, tile + j, d));
                sum += term;
                squares += term * term;
            }
            __syncthreads();
        }
        if (d < width) {
            want[blockIdx.x * width + d] = (float)sum;
            // Weights are rounded as operands of the second product. What the shares of the keys give may be rounded in the
            // same way before it is summed; a share's part is a sum of such terms, so that the root of the squares of all
            // parts is about the root of the squares of all terms.
            spread[blockIdx.x * width + d] = (float)sqrt(squares);
        }
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_lse(Array q, Array k, Array v, double scale, double log_unit, const long long* rows, long long count, float* want,
              float* spread) {
    __shared__ double room[256];
    long long heads = q.shape[1], length = q.shape[2];
    long long row = rows[blockIdx.x] % length, h = rows[blockIdx.x] / length % heads, b = rows[blockIdx.x] / length / heads;
    double highest, total;
    statistics(q, k, b, h, h / (heads / k.shape[1]), row, scale, room, &highest, &total);
    if (threadIdx.x == 0) {
        double lse = highest + log(total);
        want[blockIdx.x] = (float)(lse / log_unit);
        // Scores that are scaled and exponentiated with a unit of the last place each.
        spread[blockIdx.x] = (float)((2.0 + fabs(lse)) / log_unit);
    }
}
