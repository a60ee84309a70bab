// Rotated rows in float64; sines and cosines are inputs.
__device__ void rotated(const Array& x, const Array& cos, const Array& sin, double interleaved, long long number, float* want,
                        float* spread) {
    long long heads = x.shape[1], length = x.shape[2], width = x.shape[3], half = width / 2;
    long long position = number % length, h = number / length % heads, b = number / length / heads;
    for (long long j = threadIdx.x; j < half; j += 256) {
        long long first = interleaved != 0.0 ? 2 * j : j, second = interleaved != 0.0 ? 2 * j + 1 : j + half;
        double c = get(cos, at(cos, position, j)), s = get(sin, at(sin, position, j));
        double left = get(x, at(x, b, h, position, first)), right = get(x, at(x, b, h, position, second));
        want[first] = (float)(left * c - right * s);
        want[second] = (float)(right * c + left * s);
        spread[first] = (float)sqrt(left * c * left * c + right * s * right * s);
        spread[second] = (float)sqrt(right * c * right * c + left * s * left * s);
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_q_out(Array q, Array k, Array cos, Array sin, double interleaved, const long long* rows, long long count, float* want,
                float* spread) {
    long long from = blockIdx.x * q.shape[3];
    rotated(q, cos, sin, interleaved, rows[blockIdx.x], want + from, spread + from);
}

extern "C" __global__ void __launch_bounds__(256)
reference_k_out(Array q, Array k, Array cos, Array sin, double interleaved, const long long* rows, long long count, float* want,
                float* spread) {
    long long from = blockIdx.x * k.shape[3];
    rotated(k, cos, sin, interleaved, rows[blockIdx.x], want + from, spread + from);
}
