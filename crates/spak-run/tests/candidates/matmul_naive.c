#include <stdint.h>
#include <string.h>

int64_t spak_abi_version(void) { return 1; }
int64_t spak_workspace_bytes(const int64_t *dims) { (void)dims; return 0; }

int spak_run(const void *const *in, void *const *out, const int64_t *dims, void *workspace) {
    (void)workspace;
    const int64_t m = dims[0], n = dims[1], k = dims[2];
    const float *a = in[0], *b = in[1];
    float *c = out[0];
    for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < n; ++j) c[i * n + j] = 0.0f;
        for (int64_t p = 0; p < k; ++p) {
            const float x = a[i * k + p];
            for (int64_t j = 0; j < n; ++j) c[i * n + j] += x * b[p * n + j];
        }
    }
    return 0;
}
