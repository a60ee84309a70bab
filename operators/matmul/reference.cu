// A row of a matrix product in float64.
extern "C" __global__ void __launch_bounds__(256)
reference_c(Array a, Array b, const long long* rows, long long count, float* want, float* spread) {
    long long i = rows[blockIdx.x], columns = b.shape[1], depth = a.shape[1];
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double sum = 0.0, squares = 0.0;
        for (long long k = 0; k < depth; ++k) {
            double term = get(a, at(a, i, k)) * get(b, at(b, k, j));
            sum += term;
            squares += term * term;
        }
        want[blockIdx.x * columns + j] = (float)sum;
        spread[blockIdx.x * columns + j] = (float)sqrt(squares);
    }
}
