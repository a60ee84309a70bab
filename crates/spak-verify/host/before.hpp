// What references need of CUDA C++, for a compiler of C++17 and one thread of a CPU. Stands before the source.
//
// Blocks run one after the other. The threads of a block are fibers: each has a stack of its own and runs until it ends or comes to
// a barrier, and then the next one goes on. So a block needs no lock, and what is `__shared__` is a variable that stays.
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __constant__ static
#define __shared__ static
#define __launch_bounds__(...)
#define __restrict__

struct spak_index {
    unsigned x, y, z;
};
static spak_index threadIdx, blockIdx, blockDim, gridDim;

namespace spak {

[[noreturn]] inline void fail(const std::string& why) {
    fprintf(stderr, "%s\n", why.c_str());
    exit(1);
}

const unsigned MOST_THREADS = 1024;
const size_t STACK = 256 << 10;

struct Fiber {
    jmp_buf at;
    bool is_done;
};
static Fiber fibers[MOST_THREADS];
static unsigned begun, current;
static jmp_buf home;
// What a thread of a block does.
static void (*body)(void*);
static void* body_of;

// To whoever let this thread go on.
__attribute__((noinline)) inline void leave() {
    asm volatile("" ::: "memory");
    if (!_setjmp(fibers[current].at)) _longjmp(home, 1);
    asm volatile("" ::: "memory");
}

// Lives as long as the process: a thread of each block.
inline void live() {
    for (;;) {
        leave();
        body(body_of);
        fibers[current].is_done = true;
    }
}

// Lets a thread go on until it ends or comes to a barrier.
__attribute__((noinline)) inline void enter(unsigned thread) {
    current = thread;
    threadIdx = {thread, 0, 0};
    if (!_setjmp(home)) _longjmp(fibers[thread].at, 1);
}

__attribute__((noinline)) inline void begin(unsigned thread) {
    ucontext_t fresh;
    if (getcontext(&fresh)) fail("no context for a thread");
    void* stack = mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) fail("no memory for a thread");
    // The lowest page is no one's, so that a stack that is too deep ends the process.
    mprotect(stack, 4096, PROT_NONE);
    fresh.uc_stack.ss_sp = stack;
    fresh.uc_stack.ss_size = STACK;
    fresh.uc_link = nullptr;
    makecontext(&fresh, (void (*)())live, 0);
    current = thread;
    if (!_setjmp(home)) setcontext(&fresh);
}

// Runs a block. `is_descending`: the last thread first, which no right kernel notices.
inline void block(unsigned threads, bool is_descending) {
    for (; begun < threads; ++begun) begin(begun);
    for (unsigned t = 0; t < threads; ++t) fibers[t].is_done = false;
    for (unsigned done = 0; done < threads;) {
        done = 0;
        for (unsigned t = 0; t < threads; ++t) {
            unsigned thread = is_descending ? threads - 1 - t : t;
            enter(thread);
            done += fibers[thread].is_done;
        }
        if (done != 0 && done != threads) fail("some threads of a block wait at a barrier that others never reach");
    }
}

}  // namespace spak

inline void __syncthreads() { spak::leave(); }

template <class T> T atomicAdd(T* at, std::common_type_t<T> value) { T old = *at; *at = old + value; return old; }
template <class T> T atomicMax(T* at, std::common_type_t<T> value) { T old = *at; if (value > old) *at = value; return old; }
template <class T> T atomicMin(T* at, std::common_type_t<T> value) { T old = *at; if (value < old) *at = value; return old; }
template <class T> T atomicExch(T* at, std::common_type_t<T> value) { T old = *at; *at = value; return old; }

template <class T, class U> std::common_type_t<T, U> min(T a, U b) {
    using C = std::common_type_t<T, U>;
    return (C)b < (C)a ? (C)b : (C)a;
}
template <class T, class U> std::common_type_t<T, U> max(T a, U b) {
    using C = std::common_type_t<T, U>;
    return (C)a < (C)b ? (C)b : (C)a;
}

inline double __longlong_as_double(long long bits) { double value; memcpy(&value, &bits, 8); return value; }
inline long long __double_as_longlong(double value) { long long bits; memcpy(&bits, &value, 8); return bits; }
inline float __uint_as_float(unsigned bits) { float value; memcpy(&value, &bits, 4); return value; }
inline unsigned __float_as_uint(float value) { unsigned bits; memcpy(&bits, &value, 4); return bits; }
inline float __int_as_float(int bits) { float value; memcpy(&value, &bits, 4); return value; }
inline int __float_as_int(float value) { int bits; memcpy(&bits, &value, 4); return bits; }

inline double rsqrt(double x) { return 1.0 / sqrt(x); }
// Exact where the argument is a multiple of a half, as CUDA's are.
inline double sinpi(double x) {
    double rest = fmod(x, 2.0);
    if (rest == 0.0 || fabs(rest) == 1.0) return 0.0;
    return sin(rest * 3.14159265358979323846);
}
inline double cospi(double x) {
    double rest = fmod(fabs(x), 2.0);
    if (rest == 0.5 || rest == 1.5) return 0.0;
    return cos(rest * 3.14159265358979323846);
}
