// A row of silu(gate) · up in float64.
extern "C" __global__ void __launch_bounds__(256)
reference_out(Array gate, Array up, const long long* rows, long long count, float* want, float* spread) {
    long long row = rows[blockIdx.x], columns = gate.shape[1];
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double x = get(gate, at(gate, row, j));
        double y = x / (1.0 + exp(-x)) * get(up, at(up, row, j));
        want[blockIdx.x * columns + j] = (float)y;
        // The exponential's argument is as wide as x.
        spread[blockIdx.x * columns + j] = (float)(fabs(y) * (1.0 + fabs(x)));
    }
}
