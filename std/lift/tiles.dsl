// In which types and by which functions kernels of tiles compute.
system Lift_Tiles {
    pattern math_approximation {
        says: "which exponential is computed, and where its base is changed"
        values: ["exp2_folded", "exp2_unfolded", "exp2", "exp_approx", "exp", "sigmoid_builtin"]

        // The base is changed in the exponent itself, not in what it is made from.
        predicate changed_late(of, c) {
            when: factor(of, c) and near(c, 1.4426950408889634) and factor(of, d) and d == _ - _
        }

        case "exp2_unfolded" {
            when: x == exp2(of) and changed_late(of, c)
            evidence: [x, c]
            confidence: 0.9
            because: "{x} has the base 2, and a difference is multiplied with log2(e) just before"
        }
        case "exp2_folded" {
            when: x == exp2(of) and made_of(of, c) and near(c, 1.4426950408889634)
            evidence: [x, c]
            confidence: 0.95
            because: "{x} has the base 2, and log2(e) is a factor of what it is taken of"
        }
        case "exp2" {
            when: x == exp2(_)
            evidence: [x]
            confidence: 0.9
            because: "{x} has the base 2, and nothing changes the base"
        }
        case "exp_approx" {
            when: x == exp(_, rounding=r) and text(r, "rounding.approx")
            evidence: [x, r]
            because: "{x} has the base e and is approximated"
        }
        case "exp" {
            when: x == exp(_)
            evidence: [x]
            confidence: 0.95
            because: "{x} has the base e"
        }
        case "sigmoid_builtin" {
            when: x == sigmoid(_)
            evidence: [x]
            confidence: 0.9
            because: "{x} is a function of the language"
        }
    }

    pattern exp_flush_to_zero {
        says: "whether exponentials give zero instead of tiny numbers"
        values: ["true", "false", "mixed"]

        predicate flushed(x) {
            when: x == exp2(_) and given(x, "flush_to_zero", v) and v == true
        }
        predicate kept_part(x) {
            when: x == exp2(_) and absent(x, "flush_to_zero")
        }

        case "mixed" {
            when: flushed(x) and kept_part(y)
            evidence: [x, y]
            because: "{x} flushes tiny numbers to zero, {y} does not"
        }
        case "true" {
            when: flushed(x)
            evidence: [x]
            because: "{x} flushes tiny numbers to zero"
        }
        case "no_such_keyword" {
            when: language(k, "cutile") and x == exp(_) and not flushed(_)
            value: "false"
            evidence: [x]
            because: "{x}, the natural exponential, keeps tiny numbers"
        }
        case "false" {
            when: language(k, "cutile") and kept_part(x)
            evidence: [x]
            because: "{x} does not say that tiny numbers become zero"
        }
    }

    pattern accum_dtype {
        says: "the type in which sums are kept"
        values: ["f32", "f16", "input_dtype"]

        case "of_products" {
            when: m == mma(_, _, acc) and exact(acc) and dtype(acc, d)
            when: carried(acc, _, init, _) or init == acc
            value: d
            evidence: [m, init]
            because: "{m} adds to a tile of type {d}"
        }
        case "of_gradients" {
            when: carried(acc, l, init, next) and next == acc + t and exact(init) and dtype(init, d)
            when: s == store(value=acc) and outside(s, l) and x == load() and role(x, "dy") and inside(x, l)
            value: d
            role: "dw"
            evidence: [init, next]
            because: "a block sums up its part of a gradient in {d}"
        }
        case "of_rows" {
            when: s == reduce_sum(v) and exact(v) and dtype(v, d) and d in ["f32", "f16", "bf16"]
            when: (c == rsqrt(_) or c == sqrt(_)) and made_of(c, s)
            value: d
            evidence: [s, v]
            confidence: 0.9
            because: "{s} is a sum of numbers of type {d}"
        }
    }

    pattern output_cast {
        says: "what a result is cast to before it is stored"
        values: ["dst_dtype", "input_dtype", "hard_coded", "implicit_store"]

        // A result that is stored in an array, cast to a type of its own.
        predicate stored(s, c, p) {
            when: s == store(value=t) and (t == c or t == transpose(c) or t == permute(c)) and c == cast(_) and array_of(s, p)
        }

        case "dst_dtype" {
            when: stored(s, c, p) and dtype_like(c, p)
            evidence: [s, c]
            because: "the result is cast to the type of the array {p}, where it is stored"
        }
        case "input_dtype" {
            when: stored(s, c, p) and dtype_like(c, q) and q != p and x == load() and array_of(x, q)
            evidence: [s, c]
            because: "the result is cast to the type of the array {q}, not to that of {p}, where it is stored"
        }
        case "hard_coded" {
            when: stored(s, c, p) and dtype(c, d) and d in ["f16", "bf16", "f8e4m3fn", "f8e5m2"]
            evidence: [s, c]
            because: "the result is cast to {d}, whatever the type of {p} is"
        }
        case "implicit_store" {
            when: language(k, "triton") and s == store(value=v) and exact(v) and dtype(v, "f32")
            when: x == load() and made_of(v, x)
            evidence: [s]
            confidence: 0.8
            because: "the result is stored as it is, and the store casts it"
        }
    }

    pattern output_dtype {
        says: "the type of the array that a result is stored in"
        per: role
        values: ["input_dtype", "hard_coded"]

        predicate made_for(s, r, d, a) {
            when: s == store() and role(s, r) and array_of(s, p) and launch(l, k) and bound(l, p, v)
            when: depends(v, a) and a == alloc() and given(a, "dtype", d)
        }

        case "input_dtype" {
            when: made_for(s, r, d, a) and d == dtype_of()
            role: r
            evidence: [a]
            confidence: 0.8
            because: "the host makes the array for {r} with the type of another array"
        }
        case "same_as_another" {
            when: s == store() and role(s, r) and array_of(s, p) and launch(l, k) and bound(l, p, v)
            when: depends(v, a) and a == alloc() and given(a, "like", x) and absent(a, "dtype")
            value: "input_dtype"
            role: r
            evidence: [a]
            confidence: 0.8
            because: "the host makes the array for {r} like another array"
        }
        case "hard_coded" {
            when: made_for(s, r, d, a) and text(d, _)
            role: r
            evidence: [a]
            confidence: 0.8
            because: "the host makes the array for {r} with the type {d}"
        }
    }

    pattern fp8_accumulation {
        says: "whether sums of products of eight bits stay in the matrix units, which keep fewer bits of them"
        values: ["promoted", "fast"]

        case "fast" {
            when: m == mma() and given(m, "fast_acc", v) and v == true
            evidence: [m]
            because: "{m} leaves its sums to the matrix units"
        }
    }

    pattern mma_input_dtype {
        says: "the type in which operands are multiplied"
        values: ["input_dtype", "tf32_if_f32", "tf32", "f32", "bf16"]

        predicate operand(m, x) {
            when: m == mma(x, _) or m == mma(_, x)
        }

        case "tf32_if_f32" {
            when: operand(m, c) and c == cast(_) and given(c, "dtype", d) and d == choice(_, t, o)
            when: text(t, "tf32") or text(o, "tf32")
            evidence: [m, c, d]
            because: "the operands of {m} become tf32 where a condition on their type holds"
        }
        case "tf32_if_f32_by_value" {
            when: operand(m, v) and v == choice(_, t, o) and (c == t or c == o) and c == cast(_)
            when: dtype(c, "tf32")
            value: "tf32_if_f32"
            evidence: [m, c]
            because: "the operands of {m} become tf32 where a condition holds"
        }
        case "tf32" {
            when: operand(m, c) and c == cast(_) and dtype(c, "tf32")
            evidence: [m, c]
            because: "the operands of {m} are cast to tf32"
        }
        case "f32" {
            when: m == mma(a, b) and exact(a) and exact(b) and dtype(a, "f32") and dtype(b, "f32")
            evidence: [m, a, b]
            because: "the operands of {m} are f32"
        }
        case "bf16" {
            when: m == mma(a, b) and exact(a) and exact(b) and dtype(a, "bf16") and dtype(b, "bf16")
            evidence: [m, a, b]
            because: "the operands of {m} are bf16"
        }
        case "input_dtype" {
            when: m == mma(a, b) and x == load() and y == load() and made_of(a, x) and made_of(b, y)
            when: exact(a) and exact(b) and dtype_like(a, _) and dtype_like(b, _)
            when: role(x, "a") and role(y, "b")
            evidence: [m, x, y]
            because: "the operands of {m} have the types of their arrays"
        }
    }

    pattern compute_dtype {
        says: "the type in which an operand is computed with"
        per: role
        values: ["f32", "input_dtype"]

        predicate has_products(m) {
            when: m == mma(_, _)
        }
        predicate cast_anyhow(x) {
            when: c == cast(x)
        }

        case "f32" {
            when: x == load() and role(x, r) and c == cast(x) and dtype(c, "f32")
            when: not has_products(m)
            role: r
            evidence: [x, c]
            because: "{r} is cast to f32 where it is read"
        }
        case "input_dtype" {
            when: x == load() and role(x, r) and not has_products(m) and not cast_anyhow(x)
            when: y == x * _ or y == x + _ or y == x - _ or y == _ - x
            role: r
            evidence: [x, y]
            confidence: 0.85
            because: "{r} is computed with in the type in which it is stored"
        }
    }

    pattern in_loop_constant_tiles {
        says: "whether tiles that are always the same are made in the loop"
        values: ["hoisted", "in_loop"]

        predicate starts_a_sum(f) {
            when: carried(_, _, f, _)
        }

        case "in_loop" {
            when: f == full(v) and inside(f, l) and is_known(v) and not starts_a_sum(f)
            when: m == mma(_, _) and inside(m, l)
            evidence: [f]
            confidence: 0.9
            because: "{f} is the same in every turn and made in each"
        }
        case "hoisted" {
            when: m == mma(_, _, f) and f == full(v) and is_known(v) and inside(m, l) and outside(f, l)
            evidence: [f, m]
            confidence: 0.9
            because: "{f} is made before the loop and used in every turn"
        }
    }
}
