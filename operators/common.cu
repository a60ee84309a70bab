// What every reference is compiled with: arrays of any element type and layout, and the kernels that fill, hash, compare and
// scan them. No header is included, so that a compiler without the host's libraries is enough.

// An array as the judge passes it: sizes and strides (in elements) in the order of the operator's description.
struct Array {
    void* data;
    int dtype;  // 0 f32, 1 f16, 2 bf16, 3 f8e4m3, 4 f8e5m2, 5 i32, 6 i64
    int rank;
    long long shape[6];
    long long stride[6];
};

__device__ inline long long elements(const Array& a) {
    long long all = 1;
    for (int i = 0; i < a.rank; ++i) all *= a.shape[i];
    return all;
}

// Where the element with this number, counted along the last axis first, lies.
__device__ inline long long offset_of(const Array& a, long long index) {
    long long offset = 0;
    for (int i = a.rank - 1; i >= 0; --i) {
        offset += index % a.shape[i] * a.stride[i];
        index /= a.shape[i];
    }
    return offset;
}

__device__ inline long long at(const Array& a, long long i, long long j = 0, long long k = 0, long long l = 0) {
    return i * a.stride[0] + j * a.stride[1] + k * a.stride[2] + l * a.stride[3];
}

// The value of a float with few bits: `mantissa` bits behind the point, exponents with this bias.
__device__ inline double small_float(unsigned bits, int width, int mantissa, int bias, bool has_infinity) {
    int sign = bits >> (width - 1) & 1;
    int exponent_bits = width - 1 - mantissa;
    int exponent = bits >> mantissa & ((1 << exponent_bits) - 1);
    int fraction = bits & ((1 << mantissa) - 1);
    int top = (1 << exponent_bits) - 1;
    double value;
    if (has_infinity && exponent == top)
        value = fraction ? __longlong_as_double(0x7ff8000000000000ll) : __longlong_as_double(0x7ff0000000000000ll);
    else if (!has_infinity && exponent == top && fraction == (1 << mantissa) - 1)
        value = __longlong_as_double(0x7ff8000000000000ll);
    else if (exponent == 0)
        value = scalbn((double)fraction, 1 - bias - mantissa);
    else
        value = scalbn((double)(fraction | 1 << mantissa), exponent - bias - mantissa);
    return sign ? -value : value;
}

// The nearest float with few bits, ties to even, beyond the largest the largest.
__device__ inline unsigned to_small_float(double value, int width, int mantissa, int bias, bool has_infinity) {
    unsigned sign = signbit(value) ? 1u << (width - 1) : 0;
    int top = (1 << (width - 1 - mantissa)) - 1;
    double size = fabs(value);
    if (size == 0.0) return sign;
    int exponent = max(ilogb(size), 1 - bias);
    long long digits = llrint(scalbn(size, mantissa - exponent));
    if (digits == 2ll << mantissa) {
        digits >>= 1;
        exponent += 1;
    }
    unsigned field = digits < 1ll << mantissa ? 0 : exponent + bias;
    unsigned bits = field << mantissa | (unsigned)(digits & ((1ll << mantissa) - 1));
    unsigned largest = has_infinity ? (unsigned)top << mantissa : ((unsigned)(top + 1) << mantissa) - 1;
    return sign | min(bits, largest - 1);
}

__device__ inline double get(const Array& a, long long offset) {
    switch (a.dtype) {
    case 0: return ((const float*)a.data)[offset];
    case 1: return small_float(((const unsigned short*)a.data)[offset], 16, 10, 15, true);
    case 2: return __uint_as_float((unsigned)((const unsigned short*)a.data)[offset] << 16);
    case 3: return small_float(((const unsigned char*)a.data)[offset], 8, 3, 7, false);
    case 4: return small_float(((const unsigned char*)a.data)[offset], 8, 2, 15, true);
    case 5: return ((const int*)a.data)[offset];
    default: return (double)((const long long*)a.data)[offset];
    }
}

__device__ inline void put(const Array& a, long long offset, double value) {
    switch (a.dtype) {
    case 0: ((float*)a.data)[offset] = (float)value; break;
    case 1: ((unsigned short*)a.data)[offset] = to_small_float(value, 16, 10, 15, true); break;
    case 2: ((unsigned short*)a.data)[offset] = to_small_float(value, 16, 7, 127, true); break;
    case 3: ((unsigned char*)a.data)[offset] = to_small_float(value, 8, 3, 7, false); break;
    case 4: ((unsigned char*)a.data)[offset] = to_small_float(value, 8, 2, 15, true); break;
    case 5: ((int*)a.data)[offset] = (int)value; break;
    default: ((long long*)a.data)[offset] = (long long)value;
    }
}

// SplitMix64 of Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
__device__ inline unsigned long long mixed(unsigned long long x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

__device__ inline double uniform(unsigned long long bits) { return ((bits >> 11) + 0.5) * 0x1p-53; }

// Fills by the number of each element, so that an array holds the same however it lies in memory.
// kind 0: normal numbers (Box and Muller); 1: whole numbers below `bound`.
extern "C" __global__ void spak_fill(Array a, unsigned long long seed, int kind, long long bound) {
    long long all = elements(a), step = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < all; i += step) {
        unsigned long long bits = mixed(seed ^ mixed((unsigned long long)i));
        double value;
        if (kind == 0)
            value = sqrt(-2.0 * log(uniform(bits))) * cospi(2.0 * uniform(mixed(bits)));
        else
            value = (double)(long long)(bits % (unsigned long long)bound);
        put(a, offset_of(a, i), value);
    }
}

// A sum over bytes and their places, which changes when one of them does.
extern "C" __global__ void spak_hash(const unsigned char* data, unsigned long long bytes, unsigned long long* sum) {
    unsigned long long step = (unsigned long long)gridDim.x * blockDim.x, own = 0;
    unsigned long long words = bytes / 4;
    for (unsigned long long i = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; i < words; i += step)
        own += mixed((i << 32) ^ ((const unsigned*)data)[i]);
    if (blockIdx.x == 0 && threadIdx.x == 0)
        for (unsigned long long i = words * 4; i < bytes; ++i) own += mixed(~i ^ (unsigned long long)data[i] << 40);
    atomicAdd(sum, own);
}

// What a comparison found; the host reads it as eight words.
struct Found {
    unsigned long long compared;
    unsigned long long wrong;        // beyond their tolerance, or not a number
    unsigned long long first;        // the least number of a wrong element
    unsigned long long not_numbers;  // in the whole array
    unsigned long long worst_ratio;  // of a difference to its tolerance, bits of a double
    unsigned long long worst_error;  // largest difference, bits of a double
    double got, want;                // of the first wrong element, filled by the host's second pass
};

// Below this numbers of a type have fewer bits, and roundings no longer get smaller with them.
__device__ inline double least_normal(int dtype) {
    return dtype == 1 || dtype == 4 ? 0x1p-14 : dtype == 3 ? 0x1p-6 : 0x1p-126;
}

// Compares the rows whose numbers are in `rows`; `length` elements each. Tolerances follow from the roundings that an honest
// kernel may do: of the result (`out`), and of terms that are summed (`term`), whose spread is the root of their squares.
extern "C" __global__ void spak_compare(Array a, const long long* rows, long long count, long long length,
                                        const float* want, const float* spread, double out, double term, Found* found) {
    long long all = count * length, step = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < all; i += step) {
        long long index = rows[i / length] * length + i % length;
        double got = get(a, offset_of(a, index)), wanted = want[i];
        double tolerance = out * fmax(fabs(wanted), least_normal(a.dtype)) + 8.0 * term * spread[i] + 1e-30;
        double error = fabs(got - wanted), ratio = error / tolerance;
        bool is_right = got == wanted || ratio <= 1.0;
        atomicAdd(&found->compared, 1ull);
        if (ratio == ratio) {
            atomicMax(&found->worst_ratio, (unsigned long long)__double_as_longlong(got == wanted ? 0.0 : ratio));
            atomicMax(&found->worst_error, (unsigned long long)__double_as_longlong(got == wanted ? 0.0 : error));
        }
        if (!is_right) {
            atomicAdd(&found->wrong, 1ull);
            atomicMin(&found->first, (unsigned long long)index);
        }
    }
}

// Counts what is no number: of an output that was filled with such before, what was not written.
extern "C" __global__ void spak_scan(Array a, Found* found) {
    long long all = elements(a), step = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < all; i += step) {
        double value = get(a, offset_of(a, i));
        if (value != value) atomicAdd(&found->not_numbers, 1ull);
    }
}

// Sums over the threads of a block of 256.
__device__ inline double block_sum(double value, double* room) {
    room[threadIdx.x] = value;
    __syncthreads();
    for (int half = 128; half > 0; half >>= 1) {
        if (threadIdx.x < half) room[threadIdx.x] += room[threadIdx.x + half];
        __syncthreads();
    }
    double all = room[0];
    __syncthreads();
    return all;
}

__device__ inline double block_max(double value, double* room) {
    room[threadIdx.x] = value;
    __syncthreads();
    for (int half = 128; half > 0; half >>= 1) {
        if (threadIdx.x < half) room[threadIdx.x] = fmax(room[threadIdx.x], room[threadIdx.x + half]);
        __syncthreads();
    }
    double all = room[0];
    __syncthreads();
    return all;
}
