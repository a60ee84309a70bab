// Gradients of layer normalisation in float64.

// What forward leaves of each row, a block for each.
__device__ double mean_of(const Array& x, long long row, double* room) {
    double sum = 0.0;
    for (long long j = threadIdx.x; j < x.shape[1]; j += 256) sum += get(x, at(x, row, j));
    return block_sum(sum, room) / x.shape[1];
}

extern "C" __global__ void __launch_bounds__(256) input_mean(Array x, double eps, Array mean) {
    __shared__ double room[256];
    for (long long row = blockIdx.x; row < x.shape[0]; row += gridDim.x) {
        double own = mean_of(x, row, room);
        if (threadIdx.x == 0) put(mean, row * mean.stride[0], own);
    }
}

extern "C" __global__ void __launch_bounds__(256) input_rstd(Array x, Array mean, double eps, Array rstd) {
    __shared__ double room[256];
    for (long long row = blockIdx.x; row < x.shape[0]; row += gridDim.x) {
        // The mean before it was rounded.
        double own = mean_of(x, row, room), squares = 0.0;
        for (long long j = threadIdx.x; j < x.shape[1]; j += 256) {
            double apart = get(x, at(x, row, j)) - own;
            squares += apart * apart;
        }
        double variance = block_sum(squares, room) / x.shape[1];
        if (threadIdx.x == 0) put(rstd, row * rstd.stride[0], rsqrt(variance + eps));
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_x(Array x, Array mean, Array rstd, Array weight, Array d_y, double eps, const long long* rows, long long count,
              float* want, float* spread) {
    __shared__ double room[256];
    long long row = rows[blockIdx.x], columns = x.shape[1];
    double scale = get(rstd, row * rstd.stride[0]), middle = get(mean, row * mean.stride[0]);
    double sum = 0.0, squares = 0.0, sum_g = 0.0, squares_g = 0.0;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double g = get(d_y, at(d_y, row, j)) * get(weight, j * weight.stride[0]);
        double x_hat = (get(x, at(x, row, j)) - middle) * scale;
        sum += g * x_hat;
        sum_g += g;
        // What a number of x̂ is off by, its own rounding and that of the mean, is off in the sum by as many times g.
        double of_x_hat = fabs(x_hat) + fabs(middle * scale);
        squares += g * g * of_x_hat * of_x_hat;
        squares_g += g * g;
    }
    double common = block_sum(sum, room) / columns, mean_g = block_sum(sum_g, room) / columns;
    double common_spread = sqrt(block_sum(squares, room)) / columns, mean_spread = sqrt(block_sum(squares_g, room)) / columns;
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double g = get(d_y, at(d_y, row, j)) * get(weight, j * weight.stride[0]);
        double x_hat = (get(x, at(x, row, j)) - middle) * scale;
        want[blockIdx.x * columns + j] = (float)((g - mean_g - x_hat * common) * scale);
        // The three parts are rounded by themselves, and the means are off by what their terms are off.
        double apart = (fabs(x_hat) + fabs(middle * scale)) * fabs(common) + fabs(x_hat) * common_spread;
        spread[blockIdx.x * columns + j] = (float)((fabs(g) + fabs(mean_g) + mean_spread + apart) * scale);
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_weight(Array x, Array mean, Array rstd, Array weight, Array d_y, double eps, const long long* rows, long long count,
                   float* want, float* spread) {
    __shared__ double room[256];
    long long column = rows[blockIdx.x];
    double sum = 0.0, squares = 0.0;
    for (long long row = threadIdx.x; row < x.shape[0]; row += 256) {
        double scale = get(rstd, row * rstd.stride[0]), middle = get(mean, row * mean.stride[0]);
        double g = get(d_y, at(d_y, row, column)), x_hat = (get(x, at(x, row, column)) - middle) * scale;
        double of_x_hat = fabs(x_hat) + fabs(middle * scale);
        sum += g * x_hat;
        squares += g * g * of_x_hat * of_x_hat;
    }
    sum = block_sum(sum, room);
    squares = block_sum(squares, room);
    if (threadIdx.x == 0) {
        want[blockIdx.x] = (float)sum;
        // Products, means and scales of rows are rounded in float32, each row by itself; of a row far from zero the
        // difference to its mean is off by a part of the mean.
        spread[blockIdx.x] = (float)sqrt(squares);
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_bias(Array x, Array mean, Array rstd, Array weight, Array d_y, double eps, const long long* rows, long long count,
                 float* want, float* spread) {
    __shared__ double room[256];
    long long column = rows[blockIdx.x];
    double sum = 0.0, squares = 0.0;
    for (long long row = threadIdx.x; row < x.shape[0]; row += 256) {
        double g = get(d_y, at(d_y, row, column));
        sum += g;
        squares += g * g;
    }
    sum = block_sum(sum, room);
    squares = block_sum(squares, room);
    if (threadIdx.x == 0) {
        want[blockIdx.x] = (float)sum;
        spread[blockIdx.x] = (float)sqrt(squares);
    }
}
