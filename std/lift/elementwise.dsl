// Kernels that compute each element by itself, and what any kernel may do with its arrays.
system Lift_Elementwise {
    predicate has_products(m) {
        when: m == mma(_, _)
    }
    predicate reduces(s) {
        when: s == reduce_sum(_) or s == reduce_max(_)
    }

    // Two tiles of an array are turned into each other by two factors.
    predicate rotation(x, y, c, s, first, second) {
        when: x == load() and y == load() and array_of(x, p) and array_of(y, p) and x != y
        when: (first == x * c - y * s and second == y * c + x * s) or (first == x * c + y * s and second == y * c - x * s)
    }

    pattern family {
        says: "which operation a kernel is"
        values: ["rope", "dropout", "swiglu", "splitk_reduce", "transpose", "elementwise"]

        case "rope" {
            when: rotation(x, y, c, s, first, second) and c == load() and s == load()
            evidence: [first, second]
            because: "pairs of elements are rotated"
        }
        case "dropout" {
            when: keep == select(c, v, z) and (number(z, 0) or z == full(0)) and x == load() and made_of(v, x)
            when: (c == (h > p) or c == (h >= p) or c == (p > h) or c == (p >= h))
            when: (made_of(h, r) and r == random()) or (made_of(h, r) and r == xor(_, _))
            when: st == store(value=w) and made_of(w, keep) and not has_products(m)
            evidence: [keep, r]
            because: "elements become zero where a random number is small"
        }
        case "swiglu" {
            when: g == a * s and s == sigmoid(a) and u == g * b and b == load() and x == load()
            when: made_of(a, x) and x != b and not has_products(m) and not reduces(t)
            evidence: [s, u]
            confidence: 0.9
            because: "one operand is multiplied with the other times its sigmoid"
        }
        case "swiglu_by_exp" {
            when: s == 1 / n and n == 1 + e and (e == exp(_) or e == exp2(_)) and made_of(e, x)
            when: u == _ * b and b == load() and made_of(u, s) and x == load() and x != b
            when: not has_products(m) and not reduces(t)
            value: "swiglu"
            evidence: [s, u]
            confidence: 0.8
            because: "one operand is multiplied with the other times its sigmoid"
        }
        case "splitk_reduce" {
            when: (p == exp2(d) or p == exp(d)) and d == x - m and m == reduce_max(x) and x == load()
            when: t == reduce_sum(p) and o == load() and o != x and s == store(value=v) and v == n / t
            when: made_of(n, p) and made_of(n, o)
            evidence: [p, t, s]
            because: "parts of a result are added with weights that follow from their statistics"
        }
    }

    pattern family_of_the_rest {
        axis: "family"
        says: "which operation a kernel is"
        values: ["transpose", "elementwise"]

        predicate more_than_elements(y) {
            when: y == mma(_, _) or y == reduce_sum(_) or y == reduce_max(_) or y == scan(_) or y == atomic() or y == sigmoid(_) or y == random() or y == xor(_, _) or y == exp(_) or y == exp2(_) or y == carried(_, _)
        }
        predicate turns_pairs(first) {
            when: rotation(_, _, _, _, first, _)
        }

        case "transpose" {
            when: s == store(value=v) and (v == transpose(x) or v == permute(x)) and x == load()
            when: not more_than_elements(y)
            evidence: [v, s]
            because: "what is read is turned and stored"
        }
        case "elementwise" {
            when: s == store(value=v) and x == load() and made_of(v, x) and not more_than_elements(y)
            when: v == _ * _ or v == _ + _ or v == _ - _ or v == _ / _ or v == max(_, _) or v == tanh(_)
            when: not turns_pairs(first)
            evidence: [s]
            confidence: 0.7
            because: "each element is computed by itself"
        }
    }

    pattern prng {
        says: "where random numbers come from"
        values: ["xorshift_hash", "philox", "library"]

        case "philox" {
            when: r == random()
            evidence: [r]
            because: "{r} is a function of the language"
        }
        case "xorshift_hash" {
            when: h == xor(c, s) and (s == shr(c, _) or s == shl(c, _)) and st == store(value=v)
            when: depends(v, h)
            evidence: [h]
            because: "numbers are mixed with shifted copies of themselves"
        }
    }

    pattern bwd_decomposition {
        says: "which kernels give which gradients"
        values: ["inverse_rotation_same_kernel", "dedicated_kernel"]

        case "inverse_rotation_same_kernel" {
            when: rotation(x, y, c, s, first, _) and s == load() and array_of(s, p) and launch(l, k)
            when: bound(l, p, v) and v == neg(w)
            evidence: [v]
            because: "the gradient is the same rotation with the sign of one factor changed"
        }
        case "inverse_by_flag" {
            when: rotation(x, y, c, s, first, _) and guarded(first, f) and constexpr(f)
            value: "inverse_rotation_same_kernel"
            evidence: [first, f]
            because: "one of two rotations is chosen by {f}"
        }
        case "inverse_unless_flag" {
            when: rotation(x, y, c, s, first, _) and guarded_not(first, f) and constexpr(f)
            value: "inverse_rotation_same_kernel"
            evidence: [first, f]
            because: "one of two rotations is chosen by {f}"
        }
    }

    pattern in_place {
        says: "whether a kernel writes over what it reads"
        values: ["always", "flag"]

        case "always" {
            when: x == load() and s == store(value=v) and array_of(x, p) and array_of(s, p) and made_of(v, x)
            evidence: [x, s]
            because: "what is computed from {p} is written back to it"
        }
        // The host gives the one array either of two values.
        predicate given_either(source, c, a, b) {
            when: x == load() and s == store() and array_of(x, p) and array_of(s, q) and p != q
            when: launch(l, k) and bound(l, p, source) and bound(l, q, target) and target == choice(c, a, b)
            when: not is_known(source)
        }

        case "flag" {
            when: given_either(source, c, a, b) and a == source and b == alloc()
            evidence: [a, b, c]
            confidence: 0.9
            because: "the host gives the array that is read to be written as well if {c}, else a new one"
        }
        case "flag_unless" {
            when: given_either(source, c, a, b) and b == source and a == alloc()
            value: "flag"
            evidence: [a, b, c]
            confidence: 0.9
            because: "the host gives a new array to be written if {c}, else the one that is read"
        }
    }

    pattern fusion_level {
        says: "what one launch does"
        values: ["q_and_k_one_kernel", "separate_launches"]

        case "q_and_k_one_kernel" {
            when: rotation(x, y, c, s, _, _) and rotation(z, w, c, s, _, _) and array_of(x, p)
            when: array_of(z, q) and p != q
            evidence: [x, z]
            because: "two arrays are rotated by the same factors"
        }
        case "separate_launches" {
            when: rotation(x, y, c, s, _, _) and c == load()
            evidence: [x]
            confidence: 0.7
            because: "one array is rotated"
        }
    }

    // The kernel itself does nothing but call the function f, whose parameters are the ones that count.
    predicate wrapped(f) {
        when: x == store() and written_in(x, f)
    }

    pattern scalar_specialization {
        says: "whether numbers are known when the kernel is compiled"
        values: ["constexpr", "runtime", "mixed"]

        predicate in_shape(p) {
            when: x == load() and given(x, "shape", t) and depends(t, p)
        }
        predicate at_run_time(p) {
            when: runtime(p) and not array(p) and x == load() and y == store(value=v)
            when: depends(y, p)
        }
        predicate compiled_in(p) {
            when: constexpr(p) and y == store() and depends(y, p)
        }

        case "mixed" {
            when: language(k, "cutile") and at_run_time(p) and compiled_in(q) and not wrapped(f)
            role: "scalars"
            evidence: [p, q]
            confidence: 0.8
            because: "{q} is known when the kernel is compiled, {p} only when it is launched"
        }
        case "constexpr" {
            when: language(k, "cutile") and constexpr(q) and not at_run_time(p) and not wrapped(f)
            role: "scalars"
            evidence: [q]
            confidence: 0.8
            because: "{q} and all other numbers are known when the kernel is compiled"
        }
    }

    pattern parameter_specialization {
        axis: "scalar_specialization"
        says: "whether a number, by the name of its parameter, is known when the kernel is compiled"
        per: role
        values: ["constexpr", "runtime"]

        predicate of_products(m) {
            when: m == mma(_, _) or (m == load() and role(m, "do"))
        }
        predicate sizes_a_tile(p) {
            when: (a == arange(stop=e) and depends(e, p)) or ((x == load(shape=t) or x == full(shape=t)) and depends(t, p))
        }
        predicate only_decides(p) {
            when: (x == store() and guarded(x, p)) or x == choice(p, _, _)
        }

        case "constexpr" {
            when: kernel(k) and constexpr(p) and name(p, n) and not wrapped(f) and not unused(p)
            when: not sizes_a_tile(p) and not only_decides(p)
            role: n
            evidence: [p]
            because: "{p} is known when the kernel is compiled"
        }
        case "size_of_a_tuned_tile" {
            when: of_products(m) and kernel(k) and constexpr(p) and name(p, n) and not wrapped(f) and sizes_a_tile(p)
            when: launch(l, k) and bound(l, p, v) and depends(v, c) and c == config_field(_)
            value: "constexpr"
            role: n
            evidence: [p]
            because: "{p} is the size of a tile and known when the kernel is compiled"
        }
        case "step_of_a_persistent_loop" {
            when: constexpr(p) and b == block_id(_)
            when: (start(l, b) and step(l, p)) or (loop_kind(l, "while") and carried(x, l, init, next) and next == x + p and depends(init, b))
            value: "constexpr"
            role: "grid_size"
            evidence: [p]
            because: "{p}, the size of the grid, is known when the kernel is compiled"
        }
        case "runtime" {
            when: kernel(k) and runtime(p) and name(p, n) and not array(p) and not unused(p)
            when: not wrapped(f)
            role: n
            evidence: [p]
            because: "{p} is known when the kernel is launched"
        }
    }

    pattern device_function_factoring {
        says: "whether a kernel is written in one piece"
        values: ["wrapper_plus_impl", "helper", "monolithic"]

        predicate outside_of(x, f) {
            when: (x == load() or x == store()) and not written_in(x, f)
        }

        case "wrapper_plus_impl" {
            when: kernel(k) and inlined(k, f) and x == store() and written_in(x, f) and not outside_of(y, f)
            evidence: [k]
            because: "all that the kernel reads and writes is in the function {f}"
        }
        case "helper" {
            when: kernel(k) and inlined(k, f) and outside_of(x, f) and y == _ * _ and written_in(y, f)
            evidence: [k, y]
            because: "a part of what the kernel computes is in the function {f}"
        }
    }
}
