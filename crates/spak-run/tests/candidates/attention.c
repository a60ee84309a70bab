/* Honest attention in several forms, and slightly wrong ones, chosen by macros:
 * ONLINE      running maximum instead of a row of scores
 * CHEAP_EXP   a polynomial for 2^x with an error of about 2e-7
 * FTZ         weights below the smallest normal number are flushed
 * DROP_KEY    the last visible key is left out
 * SCALE       factor on the scale
 * DIAGONAL    how many more (or fewer) keys a causal row sees
 * ROUND(x)    rounding of every partial sum (narrow accumulators)
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef SCALE
#define SCALE 1.0f
#endif
#ifndef DIAGONAL
#define DIAGONAL 0
#endif
#ifdef TO_BF16
static float narrow(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
    memcpy(&x, &bits, 4);
    return x;
}
#elif defined(TO_F16)
/* Eleven significant bits, with the exponent range of float. */
static float narrow(float x) {
    const float big = x * 8193.0f;
    return isfinite(big) ? big - (big - x) : x;
}
#else
static float narrow(float x) { return x; }
#endif

static float weight(float x) {
#ifdef CHEAP_EXP
    const float y = x * 1.44269504f;
    if (y < -126.0f) return 0.0f;
    const float whole = floorf(y), f = y - whole;
    float p = 1.8775767e-3f;
    p = p * f + 8.9893397e-3f;
    p = p * f + 5.5826318e-2f;
    p = p * f + 2.4015361e-1f;
    p = p * f + 6.9315308e-1f;
    p = p * f + 9.9999994e-1f;
    return ldexpf(p, (int)whole);
#elif defined(FTZ)
    const float p = expf(x);
    return p < 1.17549435e-38f ? 0.0f : p;
#else
    return expf(x);
#endif
}

int64_t spak_abi_version(void) { return 1; }
int64_t spak_workspace_bytes(const int64_t *dims) { return 4 * (dims[4] + dims[5]); }

int spak_run(const void *const *in, void *const *out, const int64_t *dims, void *workspace) {
    const int64_t batch = dims[0], heads = dims[1], kv_heads = dims[2];
    const int64_t rows = dims[3], columns = dims[4], d = dims[5], offset = dims[6];
    const float scale = SCALE / sqrtf((float)d);
    float *s = workspace, *acc = s + columns;
    for (int64_t bh = 0; bh < batch * heads; ++bh) {
        const int64_t kv = bh / heads * kv_heads + bh % heads / (heads / kv_heads);
        const float *k = (const float *)in[1] + kv * columns * d;
        const float *v = (const float *)in[2] + kv * columns * d;
        for (int64_t i = 0; i < rows; ++i) {
            const float *q = (const float *)in[0] + (bh * rows + i) * d;
            float *o = (float *)out[0] + (bh * rows + i) * d;
            int64_t visible = i + offset + 1 > columns ? columns : i + offset + 1;
            if (offset < columns) visible += DIAGONAL;
            if (visible > columns) visible = columns;
#ifdef DROP_KEY
            if (visible > 1) visible -= 1;
#endif
            for (int64_t c = 0; c < d; ++c) acc[c] = 0.0f;
            float m = -INFINITY, l = 0.0f;
#ifndef ONLINE
            for (int64_t j = 0; j < visible; ++j) {
                float x = 0.0f;
                for (int64_t c = 0; c < d; ++c) x = narrow(x + q[c] * k[j * d + c]);
                s[j] = x * scale;
                if (s[j] > m) m = s[j];
            }
            for (int64_t j = 0; j < visible; ++j) {
                const float p = weight(s[j] - m);
                l = narrow(l + p);
                for (int64_t c = 0; c < d; ++c) acc[c] = narrow(acc[c] + p * v[j * d + c]);
            }
#else
            for (int64_t j = 0; j < visible; ++j) {
                float x = 0.0f;
                for (int64_t c = 0; c < d; ++c) x += q[c] * k[j * d + c];
                x *= scale;
                const float higher = x > m ? x : m;
                const float fade = m == higher ? 1.0f : weight(m - higher);
                const float p = weight(x - higher);
                l = l * fade + p;
                for (int64_t c = 0; c < d; ++c) acc[c] = acc[c] * fade + p * v[j * d + c];
                m = higher;
            }
#endif
            const float inverse = l > 0.0f ? 1.0f / l : 0.0f;
            for (int64_t c = 0; c < d; ++c) o[c] = acc[c] * inverse;
#ifdef STORE_LSE
            ((float *)out[1])[bh * rows + i] = l > 0.0f ? m + logf(l) : -INFINITY;
#endif
        }
    }
    return 0;
}
