// A row of a linear layer in float64.
__device__ double activated(double x, double kind) {
    if (kind == 1.0) return fmax(x, 0.0);
    if (kind == 2.0) return 0.5 * x * (1.0 + erf(x * 0.70710678118654752));
    if (kind == 3.0) return 0.5 * x * (1.0 + tanh(0.79788456080286536 * (x + 0.044715 * x * x * x)));
    if (kind == 4.0) return x / (1.0 + exp(-x));
    return x;
}

extern "C" __global__ void __launch_bounds__(256)
reference_out(Array x, Array weight, Array bias, double kind, double has_bias, const long long* rows, long long count,
              float* want, float* spread) {
    long long i = rows[blockIdx.x], columns = weight.shape[0], depth = x.shape[1];
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double sum = has_bias != 0.0 ? get(bias, j * bias.stride[0]) : 0.0, squares = sum * sum;
        for (long long k = 0; k < depth; ++k) {
            double term = get(x, at(x, i, k)) * get(weight, at(weight, j, k));
            sum += term;
            squares += term * term;
        }
        want[blockIdx.x * columns + j] = (float)activated(sum, kind);
        // No activation is steeper than 1.13.
        spread[blockIdx.x * columns + j] = (float)(1.13 * sqrt(squares) + fabs(sum));
    }
}
