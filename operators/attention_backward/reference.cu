// Gradients of attention in float64, and what forward leaves for them.
//
// All rows of what forward leaves are needed, of gradients only some, so that the first two kernels are products in tiles and
// the others do a row by a block.

const int ROWS = 64, KEYS = 64, DEPTH = 8, WIDTH = 128;

// Which rows of which head a tile has; of the mask only how far a row sees.
struct Place {
    long long b, h, kv_head, first, end;
};

__device__ Place place_of(const Array& q, const Array& k, long long tile, double causal, double shift) {
    long long tiles = (q.shape[2] + ROWS - 1) / ROWS, heads = q.shape[1], keys = k.shape[2];
    Place place;
    place.first = tile % tiles * ROWS;
    place.h = tile / tiles % heads;
    place.b = tile / tiles / heads;
    place.kv_head = place.h / (heads / k.shape[1]);
    long long last = min(place.first + ROWS, q.shape[2]) - 1;
    place.end = causal != 0.0 ? min(keys, last + (long long)shift + 1) : keys;
    return place;
}

__device__ long long tiles_of(const Array& q) { return (q.shape[2] + ROWS - 1) / ROWS * q.shape[1] * q.shape[0]; }

// Scores of a tile of rows and one of keys: of a thread the rows y + 16 i and the keys x + 16 j, where it is 16 y + x. What
// the mask hides is -1e300.
__device__ void scores_of(const Array& q, const Array& k, const Place& place, long long first_key, double scale, double causal,
                          double shift, double* q_part, double* k_part, double s[4][4]) {
    int x = threadIdx.x % 16, y = threadIdx.x / 16;
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) s[i][j] = 0.0;
    for (long long from = 0; from < q.shape[3]; from += DEPTH) {
        for (int n = threadIdx.x; n < ROWS * DEPTH; n += 256) {
            long long d = from + n % DEPTH, row = place.first + n / DEPTH, key = first_key + n / DEPTH;
            bool is_there = d < q.shape[3];
            // A row of these has one number more than it needs, so that threads write to different banks.
            int to = n % DEPTH * (ROWS + 1) + n / DEPTH;
            q_part[to] = is_there && row < q.shape[2] ? get(q, at(q, place.b, place.h, row, d)) : 0.0;
            k_part[to] = is_there && key < place.end ? get(k, at(k, place.b, place.kv_head, key, d)) : 0.0;
        }
        __syncthreads();
        for (int d = 0; d < DEPTH; ++d)
            for (int i = 0; i < 4; ++i)
                for (int j = 0; j < 4; ++j)
                    s[i][j] += q_part[d * (ROWS + 1) + y + 16 * i] * k_part[d * (KEYS + 1) + x + 16 * j];
        __syncthreads();
    }
    for (int i = 0; i < 4; ++i)
        for (int j = 0; j < 4; ++j) {
            long long row = place.first + y + 16 * i, key = first_key + x + 16 * j;
            bool is_visible = key < place.end && (causal == 0.0 || key <= row + (long long)shift);
            s[i][j] = is_visible ? s[i][j] * scale : -1e300;
        }
}

extern "C" __global__ void __launch_bounds__(256)
input_lse(Array q, Array k, Array v, double scale, double causal, double shift, double scores, double log_unit, Array lse) {
    __shared__ double q_part[DEPTH * (ROWS + 1)], k_part[DEPTH * (KEYS + 1)];
    __shared__ double own_highest[ROWS][17], own_total[ROWS][17];
    int x = threadIdx.x % 16, y = threadIdx.x / 16;
    for (long long tile = blockIdx.x; tile < tiles_of(q); tile += gridDim.x) {
        Place place = place_of(q, k, tile, causal, shift);
        double highest[4], total[4], s[4][4];
        for (int i = 0; i < 4; ++i) {
            highest[i] = -1e300;
            total[i] = 0.0;
        }
        for (long long key = 0; key < place.end; key += KEYS) {
            scores_of(q, k, place, key, scale, causal, shift, q_part, k_part, s);
            for (int i = 0; i < 4; ++i) {
                double higher = fmax(fmax(fmax(s[i][0], s[i][1]), fmax(s[i][2], s[i][3])), highest[i]);
                if (higher == -1e300) continue;
                total[i] *= exp(highest[i] - higher);
                for (int j = 0; j < 4; ++j) total[i] += exp(s[i][j] - higher);
                highest[i] = higher;
            }
        }
        for (int i = 0; i < 4; ++i) {
            own_highest[y + 16 * i][x] = highest[i];
            own_total[y + 16 * i][x] = total[i];
        }
        __syncthreads();
        long long row = place.first + threadIdx.x;
        if (threadIdx.x < ROWS && row < q.shape[2]) {
            double most = -1e300, sum = 0.0;
            for (int n = 0; n < 16; ++n) most = fmax(most, own_highest[threadIdx.x][n]);
            for (int n = 0; n < 16; ++n) sum += own_total[threadIdx.x][n] * exp(own_highest[threadIdx.x][n] - most);
            put(lse, at(lse, place.b, place.h, row), (most + log(sum)) / log_unit);
        }
        __syncthreads();
    }
}

extern "C" __global__ void __launch_bounds__(256, 2)
input_out(Array q, Array k, Array v, Array lse, double scale, double causal, double shift, double scores, double log_unit,
          Array out) {
    __shared__ double parts[2 * DEPTH * (ROWS + 1)], weights[ROWS * (KEYS + 1)], shifts[ROWS];
    int x = threadIdx.x % 16, y = threadIdx.x / 16;
    long long chunks = (q.shape[3] + WIDTH - 1) / WIDTH;
    for (long long tile = blockIdx.x; tile < tiles_of(q) * chunks; tile += gridDim.x) {
        Place place = place_of(q, k, tile / chunks, causal, shift);
        long long from = tile % chunks * WIDTH;
        if (threadIdx.x < ROWS) {
            long long row = min(place.first + threadIdx.x, q.shape[2] - 1);
            shifts[threadIdx.x] = get(lse, at(lse, place.b, place.h, row)) * log_unit;
        }
        // Of a thread the rows y + 16 i and the elements x + 16 j, and of the totals what its scores give. What the logarithms
        // were rounded by is in both and goes.
        double sums[4][8], totals[4], s[4][4];
        for (int i = 0; i < 4; ++i) {
            totals[i] = 0.0;
            for (int j = 0; j < 8; ++j) sums[i][j] = 0.0;
        }
        for (long long first_key = 0; first_key < place.end; first_key += KEYS) {
            scores_of(q, k, place, first_key, scale, causal, shift, parts, parts + DEPTH * (ROWS + 1), s);
            for (int i = 0; i < 4; ++i)
                for (int j = 0; j < 4; ++j) {
                    double weight = exp(s[i][j] - shifts[y + 16 * i]);
                    weights[(y + 16 * i) * (KEYS + 1) + x + 16 * j] = weight;
                    totals[i] += weight;
                }
            for (int some = 0; some < KEYS; some += DEPTH) {
                for (int n = threadIdx.x; n < DEPTH * WIDTH; n += 256) {
                    long long key = first_key + some + n / WIDTH, d = from + n % WIDTH;
                    bool is_there = key < place.end && d < v.shape[3];
                    parts[n] = is_there ? get(v, at(v, place.b, place.kv_head, key, d)) : 0.0;
                }
                __syncthreads();
                for (int key = 0; key < DEPTH; ++key)
                    for (int i = 0; i < 4; ++i) {
                        double weight = weights[(y + 16 * i) * (KEYS + 1) + some + key];
                        for (int j = 0; j < 8; ++j) sums[i][j] += weight * parts[key * WIDTH + x + 16 * j];
                    }
                __syncthreads();
            }
        }
        for (int i = 0; i < 4; ++i) weights[(y + 16 * i) * (KEYS + 1) + x] = totals[i];
        __syncthreads();
        if (threadIdx.x < ROWS) {
            double total = 0.0;
            for (int n = 0; n < 16; ++n) total += weights[threadIdx.x * (KEYS + 1) + n];
            shifts[threadIdx.x] = total;
        }
        __syncthreads();
        // Through shared memory, so that the compiler knows which registers are meant and neighbours write neighbours.
        #pragma unroll
        for (int half = 0; half < 2; ++half) {
            for (int i = 0; i < 4; ++i)
                for (int j = 0; j < 4; ++j) weights[(y + 16 * i) * (KEYS + 1) + x + 16 * j] = sums[i][4 * half + j];
            __syncthreads();
            for (int n = threadIdx.x; n < ROWS * 64; n += 256) {
                long long row = place.first + n / 64, d = from + 64 * half + n % 64;
                if (row < q.shape[2] && d < q.shape[3])
                    put(out, at(out, place.b, place.h, row, d), weights[n / 64 * (KEYS + 1) + n % 64] / shifts[n / 64]);
            }
            __syncthreads();
        }
    }
}

// What a query and a key give to the gradients.
struct Pair {
    double weight;      // P
    double difference;  // d_out · v - D
    double own;         // what the difference is off by for itself, in units of the operands' roundoff: squared
    double common;      // what it is off by for all keys of the query, in the same units: squared
};

// The roundoffs of P and of dS are those of operands of matrix units: the unit in which spreads are. Everything before that
// is computed with exact products that are summed in float32, which is `single` of that unit:
//   P      exponentials of scores with |s| and the log-sum-exp rounded, and sums of `width` terms in the scores;
//   d_out · v   such a sum, which may be far larger than the difference: the first rows of a mask see few keys, and their
//          difference is nothing;
//   D      its products may be rounded as the operands are, and that is common to all keys.
__device__ Pair pair(const Array& q, const Array& k, const Array& v, const Array& lse, const Array& out, const Array& d_out,
                     long long b, long long h, long long kv_head, long long row, long long key, double scale, double log_unit) {
    long long of_q = at(q, b, h, row), of_k = at(k, b, kv_head, key), of_v = at(v, b, kv_head, key);
    long long of_out = at(out, b, h, row), of_d = at(d_out, b, h, row), width = q.shape[3];
    double s = 0.0, squares_s = 0.0, d_p = 0.0, squares_p = 0.0, delta = 0.0, squares_delta = 0.0;
    for (long long d = 0; d < width; ++d) {
        double gradient = get(d_out, of_d + d * d_out.stride[3]);
        double term = get(q, of_q + d * q.stride[3]) * get(k, of_k + d * k.stride[3]) * scale;
        s += term;
        squares_s += term * term;
        term = gradient * get(v, of_v + d * v.stride[3]);
        d_p += term;
        squares_p += term * term;
        term = gradient * get(out, of_out + d * out.stride[3]);
        delta += term;
        squares_delta += term * term;
    }
    double single = q.dtype == 0 ? 1.0 : q.dtype == 1 ? 0x1p-13 : 0x1p-16;
    double logarithm = get(lse, at(lse, b, h, row)) * log_unit;
    double of_weight = single * (fabs(s) + fabs(logarithm) + sqrt(width * squares_s));
    Pair found;
    found.weight = exp(s - logarithm);
    found.difference = d_p - delta;
    found.own = found.difference * found.difference * (1.0 + of_weight * of_weight) + single * single * width * squares_p;
    found.common = squares_delta;
    return found;
}

// Of float16 what is small is rounded to a multiple of 2^-24, as if it were 2^-14; a factor that comes afterwards or before
// makes that more.
__device__ double at_least(double size, const Array& operand, double factor) {
    return operand.dtype == 1 ? fmax(size, 0x1p-14 / fmin(factor, 1.0)) : size;
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_q(Array q, Array k, Array v, Array lse, Array out, Array d_out, double scale, double causal, double shift, double scores,
              double log_unit, const long long* rows, long long count, float* want, float* spread) {
    __shared__ double gradients[256], weights[256], sizes[256], commons[256];
    long long heads = q.shape[1], length = q.shape[2], width = q.shape[3], keys = k.shape[2];
    long long row = rows[blockIdx.x] % length, h = rows[blockIdx.x] / length % heads, b = rows[blockIdx.x] / length / heads;
    long long kv_head = h / (heads / k.shape[1]);
    long long end = causal != 0.0 ? min(keys, row + (long long)shift + 1) : keys;
    for (long long first = 0; first < width; first += 256) {
        long long d = first + threadIdx.x;
        double sum = 0.0, squares = 0.0, weighed = 0.0;
        for (long long tile = 0; tile < end; tile += 256) {
            long long key = tile + threadIdx.x;
            if (key < end) {
                Pair its = pair(q, k, v, lse, out, d_out, b, h, kv_head, row, key, scale, log_unit);
                gradients[threadIdx.x] = its.weight * its.difference;
                weights[threadIdx.x] = its.weight;
                sizes[threadIdx.x] = at_least(its.weight * sqrt(its.own), q, scale);
                commons[threadIdx.x] = its.common;
            }
            __syncthreads();
            for (int j = 0; d < width && j < 256 && tile + j < end; ++j) {
                double other = get(k, at(k, b, kv_head, tile + j, d)) * scale;
                sum += gradients[j] * other;
                squares += sizes[j] * sizes[j] * other * other;
                weighed += weights[j] * other;
            }
            __syncthreads();
        }
        if (d < width) {
            want[blockIdx.x * width + d] = (float)sum;
            // What D is off by is in all terms: it meets the mean of the keys.
            spread[blockIdx.x * width + d] = (float)sqrt(squares + commons[0] * weighed * weighed);
        }
        __syncthreads();
    }
}

// A row of the gradients of keys (`of_keys`) or values: over all heads of the group and their rows.
__device__ void gradient_of_key(const Array& q, const Array& k, const Array& v, const Array& lse, const Array& out,
                                const Array& d_out, double scale, double causal, double shift, double log_unit, long long number,
                                bool of_keys, float* want, float* spread) {
    __shared__ double factors[256], sizes[256];
    long long kv_heads = k.shape[1], keys = k.shape[2], width = q.shape[3], group = q.shape[1] / kv_heads;
    long long key = number % keys, kv_head = number / keys % kv_heads, b = number / keys / kv_heads;
    long long begin = causal != 0.0 ? max(key - (long long)shift, 0ll) : 0;
    for (long long first = 0; first < width; first += 256) {
        long long d = first + threadIdx.x;
        double sum = 0.0, squares = 0.0;
        for (long long h = kv_head * group; h < (kv_head + 1) * group; ++h)
            for (long long tile = begin; tile < q.shape[2]; tile += 256) {
                long long row = tile + threadIdx.x;
                if (row < q.shape[2]) {
                    Pair its = pair(q, k, v, lse, out, d_out, b, h, kv_head, row, key, scale, log_unit);
                    factors[threadIdx.x] = its.weight * (of_keys ? its.difference * scale : 1.0);
                    // Each row's D is rounded by itself, so that here its error is one of many.
                    double off = of_keys ? its.weight * sqrt(its.own + its.common) : its.weight;
                    double after = of_keys ? scale : 1.0;
                    sizes[threadIdx.x] = at_least(off, q, after) * after;
                }
                __syncthreads();
                for (int j = 0; d < width && j < 256 && tile + j < q.shape[2]; ++j) {
                    double other = of_keys ? get(q, at(q, b, h, tile + j, d)) : get(d_out, at(d_out, b, h, tile + j, d));
                    sum += factors[j] * other;
                    squares += sizes[j] * sizes[j] * other * other;
                }
                __syncthreads();
            }
        if (d < width) {
            want[d] = (float)sum;
            spread[d] = (float)sqrt(squares);
        }
    }
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_k(Array q, Array k, Array v, Array lse, Array out, Array d_out, double scale, double causal, double shift, double scores,
              double log_unit, const long long* rows, long long count, float* want, float* spread) {
    long long from = blockIdx.x * q.shape[3];
    gradient_of_key(q, k, v, lse, out, d_out, scale, causal, shift, log_unit, rows[blockIdx.x], true, want + from, spread + from);
}

extern "C" __global__ void __launch_bounds__(256)
reference_d_v(Array q, Array k, Array v, Array lse, Array out, Array d_out, double scale, double causal, double shift, double scores,
              double log_unit, const long long* rows, long long count, float* want, float* spread) {
    long long from = blockIdx.x * q.shape[3];
    gradient_of_key(q, k, v, lse, out, d_out, scale, causal, shift, log_unit, rows[blockIdx.x], false, want + from, spread + from);
}
