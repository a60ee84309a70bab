/*
 * Runs one generated kernel on sizes given as arguments and compares with a double-precision reference.
 *
 *   driver matmul SAMPLES m n k [m n k]...
 *   driver attention SAMPLES LSE batch heads kv_heads q_len kv_len head_dim offset [...]
 *
 * For each problem it prints `worst=RATIO` (largest difference over its tolerance; at most 1 is right)
 * and, for SAMPLES > 0, `median_ns=...`. The exit status is 0 if every problem is right.
 */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t spak_abi_version(void);
int64_t spak_workspace_bytes(const int64_t *dims);
int spak_run(const void *const *in, void *const *out, const int64_t *dims, void *workspace);

static uint64_t state = 0x9E3779B97F4A7C15u;

static float random_float(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (float)((double)(state >> 11) / 4503599627370496.0 - 1.0);
}

/* Exactly as large as asked, so that the address sanitizer sees every step over the end. */
static void *allocate(int64_t bytes, int fill)
{
    void *p = NULL;
    if (posix_memalign(&p, 64, bytes > 0 ? (size_t)bytes : 1) != 0)
        abort();
    memset(p, fill, (size_t)bytes);
    return p;
}

static float *random_buffer(int64_t count, float scale)
{
    float *p = allocate(count * 4, 0);
    for (int64_t i = 0; i < count; i++)
        p[i] = random_float() * scale;
    return p;
}

static double worst;

static void compare(double got, double want, double tolerance)
{
    double ratio = fabs(got - want) / tolerance;
    if (isinf(want) || isinf(got))
        ratio = got == want ? 0 : INFINITY;
    if (!(ratio <= worst))
        worst = isnan(ratio) ? INFINITY : ratio;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void call(const void *const *in, void *const *out, const int64_t *dims, void *workspace, long samples)
{
    int status = spak_run(in, out, dims, workspace);
    if (status != 0) {
        printf("status=%d\n", status);
        exit(3);
    }
    if (samples <= 0)
        return;
    int64_t *ns = calloc((size_t)samples, sizeof *ns);
    for (long s = 0; s < samples; s++) {
        int64_t begin = now();
        if (spak_run(in, out, dims, workspace) != 0)
            exit(3);
        ns[s] = now() - begin;
    }
    qsort(ns, (size_t)samples, sizeof *ns, by_size);
    printf("median_ns=%lld min_ns=%lld\n", (long long)ns[samples / 2], (long long)ns[0]);
    free(ns);
}

static void matmul(const int64_t *d, long samples)
{
    const int64_t m = d[0], n = d[1], k = d[2];
    float *a = random_buffer(m * k, 1), *b = random_buffer(k * n, 1);
    float *c = allocate(m * n * 4, 0xFF);
    void *workspace = allocate(spak_workspace_bytes(d), 0xFF);
    const void *in[] = {a, b};
    void *out[] = {c};
    call(in, out, d, workspace, samples);
    const int64_t step = samples > 0 && m * n * k > 100000000 ? 37 : 1;
    for (int64_t at = 0; at < m * n; at += step) {
        double want = 0, size = 0;
        for (int64_t p = 0; p < k; p++) {
            double term = (double)a[at / n * k + p] * (double)b[p * n + at % n];
            want += term;
            size += fabs(term);
        }
        compare(c[at], want, 1e-6 + 1e-6 * size + 6e-8 * fabs(want));
    }
    free(a), free(b), free(c), free(workspace);
}

static void attention(const int64_t *d, int with_lse, long samples)
{
    const int64_t heads = d[1], group = d[1] / d[2], nq = d[3], nk = d[4], dim = d[5], offset = d[6];
    float *q = random_buffer(d[0] * heads * nq * dim, 3), *k = random_buffer(d[0] * d[2] * nk * dim, 3);
    float *v = random_buffer(d[0] * d[2] * nk * dim, 1);
    float *o = allocate(d[0] * heads * nq * dim * 4, 0xFF), *lse = allocate(d[0] * heads * nq * 4, 0xFF);
    void *workspace = allocate(spak_workspace_bytes(d), 0xFF);
    const void *in[] = {q, k, v};
    void *out[] = {o, lse};
    call(in, out, d, workspace, samples);
    double *p = allocate(nk * 8, 0), *want = allocate(dim * 8, 0);
    const int64_t step = samples > 0 && nq * nk > 100000 ? 37 : 1;
    for (int64_t row = 0; row < d[0] * heads * nq; row += step) {
        const int64_t kv = row / nq / group * nk, i = row % nq;
        double top = -INFINITY, sum = 0;
        for (int64_t j = 0; j < nk && j <= i + offset; j++) {
            p[j] = 0;
            for (int64_t c = 0; c < dim; c++)
                p[j] += (double)q[row * dim + c] * (double)k[(kv + j) * dim + c];
            p[j] /= sqrt((double)dim);
            top = p[j] > top ? p[j] : top;
        }
        memset(want, 0, (size_t)dim * 8);
        for (int64_t j = 0; j < nk && j <= i + offset; j++) {
            p[j] = exp(p[j] - top);
            sum += p[j];
            for (int64_t c = 0; c < dim; c++)
                want[c] += p[j] * (double)v[(kv + j) * dim + c];
        }
        for (int64_t c = 0; c < dim; c++)
            compare(o[row * dim + c], sum > 0 ? want[c] / sum : 0, 2e-5);
        if (with_lse)
            compare(lse[row], sum > 0 ? top + log(sum) : -INFINITY, 2e-5 * (1 + fabs(top)));
    }
    free(q), free(k), free(v), free(o), free(lse), free(workspace), free(p), free(want);
}

int main(int count, char **arguments)
{
    if (count < 3 || spak_abi_version() != 1)
        return 2;
    const int is_matmul = strcmp(arguments[1], "matmul") == 0, each = is_matmul ? 3 : 7;
    const long samples = atol(arguments[2]);
    int at = 3, with_lse = 0, wrong = 0;
    if (!is_matmul)
        with_lse = atoi(arguments[at++]);
    for (; at + each <= count; at += each) {
        int64_t dims[7];
        for (int i = 0; i < each; i++)
            dims[i] = atoll(arguments[at + i]);
        worst = 0;
        if (is_matmul)
            matmul(dims, samples);
        else
            attention(dims, with_lse, samples);
        wrong += !(worst <= 1);
        printf("worst=%.3g dims=", worst);
        for (int i = 0; i < each; i++)
            printf("%lld%s", (long long)dims[i], i + 1 < each ? "," : "\n");
    }
    return wrong > 0;
}
