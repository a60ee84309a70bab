// Starts kernels as they are ordered on standard input, and writes what is asked for to standard output. Stands behind the source,
// of which it knows `Array`; `spak_kernels` is generated between the two.
//
// Orders, all numbers with the lowest byte first: `a` bytes fill: memory, numbered from 0; `w` memory bytes...: write; `r` memory:
// read; `s` name grid threads is_descending arguments...: start a kernel.

namespace spak {

static std::vector<std::vector<char>> memories;

inline void take(void* to, size_t bytes) {
    if (fread(to, 1, bytes, stdin) != bytes) fail("an order breaks off");
}

template <class T> T number() {
    T value;
    take(&value, sizeof value);
    return value;
}

inline std::vector<char>& memory() {
    uint64_t which = number<uint64_t>();
    if (which >= memories.size()) fail("there is no such memory");
    return memories[which];
}

// An argument of a kernel: a letter for its kind, then the argument.
template <class T> struct Kind;
template <class T> struct Kind<T*> {
    static const char letter = 'p';
    static T* read() { return (T*)memory().data(); }
};
template <> struct Kind<double> {
    static const char letter = 'd';
    static double read() { return number<double>(); }
};
template <> struct Kind<int> {
    static const char letter = 'i';
    static int read() { return number<int32_t>(); }
};
template <> struct Kind<long long> {
    static const char letter = 'l';
    static long long read() { return number<int64_t>(); }
};
template <> struct Kind<unsigned long long> {
    static const char letter = 'l';
    static unsigned long long read() { return number<uint64_t>(); }
};
template <> struct Kind<Array> {
    static const char letter = 'A';
    static Array read() {
        Array array = {};
        array.data = memory().data();
        array.dtype = number<int32_t>();
        array.rank = number<int32_t>();
        if (array.rank < 0 || array.rank > 6) fail("an array has at most six axes");
        for (int i = 0; i < array.rank; ++i) array.shape[i] = number<int64_t>();
        for (int i = 0; i < array.rank; ++i) array.stride[i] = number<int64_t>();
        return array;
    }
};

template <class T> T argument() {
    char given = number<char>();
    if (given != Kind<T>::letter)
        fail(std::string("a kernel takes `") + Kind<T>::letter + "` where it is given `" + given + "`");
    return Kind<T>::read();
}

template <class... T> void run(void (*kernel)(T...), uint32_t count, unsigned blocks, unsigned threads, bool is_descending) {
    if (count != sizeof...(T))
        fail("a kernel takes " + std::to_string(sizeof...(T)) + " arguments and is given " + std::to_string(count));
    // Within braces arguments are read in their order.
    std::tuple<T...> arguments{argument<T>()...};
    auto one = [&] { std::apply(kernel, arguments); };
    body_of = &one;
    body = [](void* of) { (*(decltype(one)*)of)(); };
    blockDim = {threads, 1, 1};
    gridDim = {blocks, 1, 1};
    for (unsigned at = 0; at < blocks; ++at) {
        blockIdx = {at, 0, 0};
        block(threads, is_descending);
    }
}

struct Kernel {
    const char* name;
    void (*start)(uint32_t count, unsigned blocks, unsigned threads, bool is_descending);
};

inline void start(const Kernel* kernels) {
    std::string name(number<uint32_t>(), ' ');
    take(&name[0], name.size());
    unsigned blocks = number<uint32_t>(), threads = number<uint32_t>();
    bool is_descending = number<char>() != 0;
    uint32_t count = number<uint32_t>();
    if (threads < 1 || threads > MOST_THREADS) fail("a block has 1 to 1024 threads");
    for (const Kernel* one = kernels; one->name; ++one)
        if (name == one->name) return one->start(count, blocks, threads, is_descending);
    fail("there is no kernel `" + name + "`");
}

inline int serve(const Kernel* kernels) {
    for (int order; (order = getchar()) != EOF;) {
        if (order == 'a') {
            uint64_t bytes = number<uint64_t>();
            char fill = number<char>();
            memories.emplace_back(bytes, fill);
        } else if (order == 'w') {
            std::vector<char>& to = memory();
            take(to.data(), to.size());
        } else if (order == 'r') {
            std::vector<char>& from = memory();
            if (fwrite(from.data(), 1, from.size(), stdout) != from.size()) fail("nobody reads");
        } else if (order == 's') {
            start(kernels);
        } else {
            fail("an order is none");
        }
    }
    return fflush(stdout) ? 1 : 0;
}

}  // namespace spak

#define SPAK_KERNEL(name) \
    {#name, [](uint32_t count, unsigned blocks, unsigned threads, bool order) { spak::run(name, count, blocks, threads, order); }}
