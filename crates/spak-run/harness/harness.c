/* The program around one candidate: it maps the judge's buffers, calls the candidate when told to,
 * and answers with a number. It knows no reference and decides nothing: whatever it says is a claim
 * that the judge, in another process, holds against its own clock and its own copy of the data.
 *
 * Usage: candidate FD     where FD is the shared memory whose first page is the header below.
 * Commands arrive on standard input and answers leave on standard output, both of fixed size.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int64_t spak_abi_version(void);
int64_t spak_workspace_bytes(const int64_t *dims);
int spak_run(const void *const *in, void *const *out, const int64_t *dims, void *workspace);

enum { MAX_BUFFERS = 8, MAX_DIMS = 16, MAX_CALLS = 1 << 20 };
enum { OP_HELLO = 1, OP_PING = 2, OP_RUN = 3 };
enum { FLAG_DIRTY_WORKSPACE = 1 };

static const uint64_t HEADER_MAGIC = 0x3152444b41505331u;
static const uint32_t ANSWER_MAGIC = 0x4b415053u;

struct header {
    uint64_t magic, total, slots, slot_stride, first_slot, inputs, outputs, dims, workspace_limit;
    volatile uint64_t failed_allocation; /* written here, read by the judge after a crash */
    uint64_t reserved[6];
    int64_t dim[MAX_DIMS];
    uint64_t in[MAX_BUFFERS], out[MAX_BUFFERS];
};

struct command {
    uint32_t op, flags;
    uint64_t first, count, sequence;
};

struct answer {
    uint32_t magic, op;
    uint64_t sequence;
    int64_t status;
    uint64_t value;
};

static struct header *shared;

/* The linker routes the candidate's allocations through these, so that the judge can tell a crash
 * after a refused allocation from any other crash. */
static void *noted(void *p, size_t size) {
    if (p == NULL && size != 0 && shared != NULL) shared->failed_allocation = size;
    return p;
}
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) { return noted(__real_malloc(size), size); }
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size) { return noted(__real_calloc(n, size), n * size); }
void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size) { return noted(__real_realloc(old, size), size); }
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size) {
    return noted(__real_aligned_alloc(alignment, size), size);
}
int __real_posix_memalign(void **p, size_t alignment, size_t size);
int __wrap_posix_memalign(void **p, size_t alignment, size_t size);
int __wrap_posix_memalign(void **p, size_t alignment, size_t size) {
    int status = __real_posix_memalign(p, alignment, size);
    if (status == ENOMEM) noted(NULL, size);
    return status;
}
void *__real_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset) {
    void *p = __real_mmap(at, size, prot, flags, fd, offset);
    if (p == MAP_FAILED && errno == ENOMEM) noted(NULL, size);
    return p;
}

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int read_whole(void *to, size_t size) {
    char *p = to;
    while (size > 0) {
        ssize_t n = read(STDIN_FILENO, p, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        p += n;
        size -= (size_t)n;
    }
    return 1;
}

static int answer(const struct command *to, int64_t status, uint64_t value) {
    /* What the candidate printed must arrive before the answer, where the judge will notice it. */
    fflush(stdout);
    struct answer a = {ANSWER_MAGIC, to->op, to->sequence, status, value};
    const char *p = (const char *)&a;
    size_t left = sizeof a;
    while (left > 0) {
        ssize_t n = write(STDOUT_FILENO, p, left);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        p += n;
        left -= (size_t)n;
    }
    return 1;
}

/* `size` bytes, 64-byte aligned, that end where an inaccessible page begins, so that running over
 * the end of the workspace is a fault and not a silent success. */
static void *guarded(size_t size) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t used = (size + 63) / 64 * 64;
    const size_t body = (used + page - 1) / page * page;
    char *p = __real_mmap(NULL, body + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return NULL;
    if (body > 0 && mprotect(p + page, body, PROT_READ | PROT_WRITE) != 0) return NULL;
    if (body > 0) madvise(p + page, body, MADV_HUGEPAGE);
    return p + page + body - used;
}

int main(int argc, char **argv) {
    if (argc != 2) return 64;
    const int fd = atoi(argv[1]);
    struct header *head =
        __real_mmap(NULL, sizeof *head, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (head == MAP_FAILED || head->magic != HEADER_MAGIC) return 65;
    const struct header h = *head;
    munmap(head, sizeof *head);
    char *base =
        __real_mmap(NULL, h.total, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (base == MAP_FAILED) return 66;
    close(fd);
    madvise(base, h.total, MADV_HUGEPAGE);
    shared = (struct header *)base;

    void *workspace = NULL;
    uint64_t workspace_bytes = 0;
    struct command c;
    while (read_whole(&c, sizeof c)) {
        int64_t dims[MAX_DIMS];
        memcpy(dims, h.dim, sizeof dims);
        if (c.op == OP_HELLO) {
            const int64_t version = spak_abi_version();
            const int64_t bytes = spak_workspace_bytes(dims);
            if (bytes > 0 && (uint64_t)bytes <= h.workspace_limit) {
                workspace_bytes = (uint64_t)bytes;
                workspace = guarded(workspace_bytes);
                if (workspace == NULL) noted(NULL, workspace_bytes);
            } else if (bytes == 0) {
                workspace = guarded(0);
            }
            if (!answer(&c, version, (uint64_t)bytes)) return 67;
        } else if (c.op == OP_PING) {
            if (!answer(&c, 0, 0)) return 67;
        } else if (c.op == OP_RUN && c.count <= MAX_CALLS && workspace != NULL) {
            if (c.flags & FLAG_DIRTY_WORKSPACE) memset(workspace, 0xFF, workspace_bytes);
            int status = 0;
            const uint64_t start = now();
            for (uint64_t i = 0; i < c.count && status == 0; ++i) {
                char *slot = base + h.first_slot + (c.first + i) % h.slots * h.slot_stride;
                const void *in[MAX_BUFFERS] = {0};
                void *out[MAX_BUFFERS] = {0};
                for (uint64_t b = 0; b < h.inputs; ++b) in[b] = slot + h.in[b];
                for (uint64_t b = 0; b < h.outputs; ++b) out[b] = slot + h.out[b];
                memcpy(dims, h.dim, sizeof dims);
                status = spak_run(in, out, dims, workspace);
            }
            const uint64_t end = now();
            if (!answer(&c, status, end - start)) return 67;
        } else {
            return 68;
        }
    }
    return 0;
}
