// Softmax of a row in float64.
extern "C" __global__ void __launch_bounds__(256)
reference_y(Array x, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double room[256];
    long long row = rows[blockIdx.x], columns = x.shape[1];
    double highest = -1e300, total = 0.0;
    for (long long j = threadIdx.x; j < columns; j += 256) highest = fmax(highest, get(x, at(x, row, j)));
    highest = block_max(highest, room);
    for (long long j = threadIdx.x; j < columns; j += 256) total += exp(get(x, at(x, row, j)) - highest);
    total = block_sum(total, room);
    for (long long j = threadIdx.x; j < columns; j += 256) {
        double y = exp(get(x, at(x, row, j)) - highest) / total;
        want[blockIdx.x * columns + j] = (float)y;
        // The argument of the exponential is as wide as the distance to the greatest number.
        spread[blockIdx.x * columns + j] = (float)(y * (1.0 + highest - get(x, at(x, row, j))));
    }
}
