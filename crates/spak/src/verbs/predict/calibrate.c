/* Measures what no file says about a processor: its clock, and how fast all cores multiply and read together.
 *
 * Prints one line each: name and figure. Built with -O3 -march=native -ffp-contract=fast -pthread. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifndef LANE_BYTES
#define LANE_BYTES 16
#endif

typedef float f32 __attribute__((vector_size(LANE_BYTES)));
typedef double f64 __attribute__((vector_size(LANE_BYTES)));
typedef uint64_t u64v __attribute__((vector_size(LANE_BYTES)));

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Each exclusive or waits for the one before and takes one cycle. An addition of a constant would not do: some
 * processors fold several of them into none. */
static double cycles_per_second(void)
{
    double best = 0;
    for (int round = 0; round < 60; round++) {
        enum { STEPS = 800000 };
        uint64_t x = (uint64_t)round, k = 5;
        __asm__ volatile("" : "+r"(k));
        double begin = now();
        for (long i = 0; i < STEPS; i += 8) {
#define STEP __asm__ volatile("" : "+r"(x)); x ^= k;
            STEP STEP STEP STEP STEP STEP STEP STEP
#undef STEP
        }
        __asm__ volatile("" : "+r"(x));
        double rate = STEPS / (now() - begin);
        if (rate > best) best = rate;
    }
    return best;
}

#define PRODUCTS(NAME, VECTOR)                                                                     \
    static double NAME(long steps)                                                                 \
    {                                                                                              \
        VECTOR a[12], x, y;                                                                        \
        for (unsigned i = 0; i < sizeof x / sizeof x[0]; i++) x[i] = 0.999f, y[i] = 0.001f;        \
        for (int k = 0; k < 12; k++) a[k] = x;                                                     \
        __asm__ volatile("" : "+m"(x), "+m"(y));                                                   \
        for (long i = 0; i < steps; i++) {                                                         \
            a[0] = a[0] * x + y, a[1] = a[1] * x + y, a[2] = a[2] * x + y, a[3] = a[3] * x + y;    \
            a[4] = a[4] * x + y, a[5] = a[5] * x + y, a[6] = a[6] * x + y, a[7] = a[7] * x + y;    \
            a[8] = a[8] * x + y, a[9] = a[9] * x + y, a[10] = a[10] * x + y, a[11] = a[11] * x + y;\
        }                                                                                          \
        double sum = 0;                                                                            \
        for (int k = 0; k < 12; k++) sum += a[k][0];                                               \
        return sum;                                                                                \
    }
PRODUCTS(products_f32, f32)
PRODUCTS(products_f64, f64)

static u64v *memory;
static long words_each;

static double reads(long part)
{
    const u64v *p = memory + part * words_each;
    u64v s[4] = {0};
    for (long i = 0; i + 4 <= words_each; i += 4) s[0] += p[i], s[1] += p[i + 1], s[2] += p[i + 2], s[3] += p[i + 3];
    s[0] += s[1] + s[2] + s[3];
    return (double)s[0][0];
}

struct job {
    double (*work)(long);
    long argument;
    int rounds;
    double best, result;
    pthread_barrier_t *start;
};

/* The shortest of many short rounds: one that nothing else on the machine interrupted. */
static void *run(void *argument)
{
    struct job *job = argument;
    pthread_barrier_wait(job->start);
    for (int round = 0; round < job->rounds; round++) {
        double begin = now();
        job->result += job->work(job->argument);
        double seconds = now() - begin;
        if (seconds < job->best) job->best = seconds;
    }
    return 0;
}

static volatile double keep;

/* Rounds a second that all cores do, each at its best: what another program takes does not count. */
static double together(double (*work)(long), int by_part, long argument, int cores, int rounds)
{
    static pthread_t threads[1024];
    static struct job jobs[1024];
    double rate = 0;
    pthread_barrier_t start;
    if (pthread_barrier_init(&start, 0, (unsigned)cores)) exit(1);
    for (int i = 0; i < cores; i++) {
        jobs[i] = (struct job){.work = work, .argument = by_part ? i : argument, .rounds = rounds, .best = 1e9, .start = &start};
        if (pthread_create(&threads[i], 0, run, &jobs[i])) exit(1);
    }
    for (int i = 0; i < cores; i++) {
        pthread_join(threads[i], 0);
        keep += jobs[i].result;
        rate = jobs[i].best > 0 && 1 / jobs[i].best > rate ? 1 / jobs[i].best : rate;
    }
    pthread_barrier_destroy(&start);
    return rate * cores;
}

int main(int count, char **arguments)
{
    int cores = count > 1 ? atoi(arguments[1]) : 1;
    long bytes = count > 2 ? atol(arguments[2]) : 0;
    if (cores < 1 || cores > 1024) return 1;
    printf("clock_hz %.6g\n", cycles_per_second());
    const long steps = 200000;
    double rounds = together(products_f32, 0, steps, cores, 100);
    printf("f32_flops %.6g\n", rounds * 24.0 * steps * (double)(LANE_BYTES / sizeof(float)));
    rounds = together(products_f64, 0, steps, cores, 100);
    printf("f64_flops %.6g\n", rounds * 24.0 * steps * (double)(LANE_BYTES / sizeof(double)));
    if (bytes > 0) {
        words_each = bytes / cores / (long)sizeof(u64v);
        memory = aligned_alloc(64, (size_t)words_each * (size_t)cores * sizeof(u64v));
        if (!memory) return 0;
        for (long i = 0; i < words_each * cores; i++) memory[i] = (u64v){(uint64_t)i};
        rounds = together(reads, 1, 0, cores, 4);
        printf("memory_bytes_per_second %.6g\n", rounds * (double)words_each * sizeof(u64v));
    }
    return 0;
}
