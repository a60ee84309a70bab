// Gradients of root mean square normalisation in float64.

// What forward leaves of each row, a block for each.
extern "C" __global__ void __launch_bounds__(256) input_rstd(Array x, double eps, Array rstd) {
    __shared__ double room[256];
    long long columns = x.shape[1];
    for (long long row = blockIdx.x; row < x.shape[0]; row += gridDim.x) {
        double squares = 0.0;
        for (long long j = threadIdx.x; j < columns; j += 256) {
            double value = get(x, at(x, row, j));
            squares += value * value;
        }
        double mean = block_sum(squares, room) / columns;
        if (threadIdx.x == 0) put(rstd, row * rstd.stride[0], rsqrt(mean + eps));
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_x(Array x, Array rstd, Array weight, Array d_y, double eps, const long long* rows, long long count, float* want,
              float* spread) {
    __shared__ double room[256];
    long long row = rows[blockIdx.x], columns = x.shape[1];
    double scale = get(rstd, row * rstd.stride[0]), sum = 0.0, squares = 0.0;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double g = get(d_y, at(d_y, row, j)) * get(weight, j * weight.stride[0]);
        double term = g * get(x, at(x, row, j)) * scale;
        sum += term;
        squares += term * term;
    }
    double common = block_sum(sum, room) / columns;
    double common_spread = sqrt(block_sum(squares, room)) / columns;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double g = get(d_y, at(d_y, row, j)) * get(weight, j * weight.stride[0]);
        double x_hat = get(x, at(x, row, j)) * scale;
        want[blockIdx.x * columns + j] = (float)((g - x_hat * common) * scale);
        // The two sides of the difference are rounded by themselves, and the mean is off by what its terms are off.
        spread[blockIdx.x * columns + j] = (float)((fabs(g) + fabs(x_hat) * (fabs(common) + common_spread)) * scale);
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_weight(Array x, Array rstd, Array weight, Array d_y, double eps, const long long* rows, long long count, float* want,
                   float* spread) {
    __shared__ double room[256];
    long long column = rows[blockIdx.x];
    double sum = 0.0, squares = 0.0;
    for (long long row = threadIdx.x; row < x.shape[0]; row += 256) {
        double x_hat = get(x, at(x, row, column)) * get(rstd, row * rstd.stride[0]);
        double term = get(d_y, at(d_y, row, column)) * x_hat;
        sum += term;
        squares += term * term;
    }
    sum = block_sum(sum, room);
    squares = block_sum(squares, room);
    if (threadIdx.x == 0) {
        want[blockIdx.x] = (float)sum;
        // Products and the numbers that rows are scaled with are rounded in float32, each row by itself.
        spread[blockIdx.x] = (float)sqrt(squares);
    }
}
