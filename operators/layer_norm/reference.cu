// Layer normalisation of a row in float64.
extern "C" __global__ void __launch_bounds__(256)
reference_y(Array x, Array weight, Array bias, double eps, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double room[256];
    long long row = rows[blockIdx.x], columns = x.shape[1];
    double sum = 0.0, squares = 0.0;
    for (long long j = threadIdx.x; j < columns; j += 256) sum += get(x, at(x, row, j));
    double mean = block_sum(sum, room) / columns;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double apart = get(x, at(x, row, j)) - mean;
        squares += apart * apart;
    }
    double scale = rsqrt(block_sum(squares, room) / columns + eps);
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double y = (get(x, at(x, row, j)) - mean) * scale * get(weight, j * weight.stride[0]);
        double moved = get(bias, j * bias.stride[0]);
        want[blockIdx.x * columns + j] = (float)(y + moved);
        spread[blockIdx.x * columns + j] = (float)(fabs(y) + fabs(moved) + fabs(mean * scale));
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_mean(Array x, Array weight, Array bias, double eps, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double room[256];
    long long row = rows[blockIdx.x], columns = x.shape[1];
    double sum = 0.0, squares = 0.0;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double value = get(x, at(x, row, j));
        sum += value;
        squares += value * value;
    }
    double mean = block_sum(sum, room) / columns, terms = sqrt(block_sum(squares, room)) / columns;
    if (threadIdx.x == 0) {
        want[blockIdx.x] = (float)mean;
        spread[blockIdx.x] = (float)terms;
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_rstd(Array x, Array weight, Array bias, double eps, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double room[256];
    long long row = rows[blockIdx.x], columns = x.shape[1];
    double sum = 0.0, squares = 0.0;
    for (long long j = threadIdx.x; j < columns; j += 256) sum += get(x, at(x, row, j));
    double mean = block_sum(sum, room) / columns;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double apart = get(x, at(x, row, j)) - mean;
        squares += apart * apart;
    }
    double scale = rsqrt(block_sum(squares, room) / columns + eps);
    if (threadIdx.x == 0) want[blockIdx.x] = spread[blockIdx.x] = (float)scale;
}
