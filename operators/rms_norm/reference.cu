// Root mean square normalisation of a row in float64.
extern "C" __global__ void __launch_bounds__(256)
reference_y(Array x, Array weight, double eps, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double room[256];
    long long row = rows[blockIdx.x], columns = x.shape[1];
    double squares = 0.0;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double value = get(x, at(x, row, j));
        squares += value * value;
    }
    double scale = rsqrt(block_sum(squares, room) / columns + eps);
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double y = get(x, at(x, row, j)) * scale * get(weight, j * weight.stride[0]);
        want[blockIdx.x * columns + j] = (float)y;
        spread[blockIdx.x * columns + j] = (float)fabs(y);
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_rstd(Array x, Array weight, double eps, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double room[256];
    long long row = rows[blockIdx.x], columns = x.shape[1];
    double squares = 0.0;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double value = get(x, at(x, row, j));
        squares += value * value;
    }
    double scale = rsqrt(block_sum(squares, room) / columns + eps);
    if (threadIdx.x == 0) want[blockIdx.x] = spread[blockIdx.x] = (float)scale;
}
