// Losses and gradients of rows in float64.
__device__ void sums(const Array& logits, long long row, double* room, double* highest, double* total) {
    double own = -1e300, sum = 0.0;
    for (long long j = threadIdx.x; j < logits.shape[1]; j += 256) own = fmax(own, get(logits, at(logits, row, j)));
    *highest = block_max(own, room);
    for (long long j = threadIdx.x; j < logits.shape[1]; j += 256) sum += exp(get(logits, at(logits, row, j)) - *highest);
    *total = block_sum(sum, room);
}

extern "C" __global__ void __launch_bounds__(256)
reference_loss(Array logits, Array target, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double room[256];
    double highest, total;
    long long row = rows[blockIdx.x];
    sums(logits, row, room, &highest, &total);
    if (threadIdx.x == 0) {
        double x = get(logits, at(logits, row, (long long)get(target, row * target.stride[0])));
        want[blockIdx.x] = (float)(highest + log(total) - x);
        spread[blockIdx.x] = (float)(2.0 + fabs(highest) + log(total) + fabs(x));
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_logits(Array logits, Array target, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double room[256];
    double highest, total;
    long long row = rows[blockIdx.x], columns = logits.shape[1];
    sums(logits, row, room, &highest, &total);
    long long right = (long long)get(target, row * target.stride[0]);
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double x = get(logits, at(logits, row, j)), share = exp(x - highest) / total;
        want[blockIdx.x * columns + j] = (float)(share - (j == right ? 1.0 : 0.0));
        spread[blockIdx.x * columns + j] = (float)(share * (1.0 + highest - x) + (j == right ? 1.0 : 0.0));
    }
}
