// Which kernels are attention, and what part of it they compute.
system Lift_Attention {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    pattern family {
        says: "what the kernel computes"
        values: ["attention_forward", "attention_backward", "decode", "splitk_reduce"]

        case "attention_backward" {
            when: role(s, "s") and s == mma() and role(d, "dp") and d == mma()
            evidence: [s, d]
            confidence: 0.95
            because: "scores {s} and gradients of weights {d} are computed"
        }
        case "attention_backward" {
            when: x == load() and role(x, "do") and r == reduce_sum(_) and made_of(r, x)
            evidence: [r]
            confidence: 0.9
            because: "{r} is made of the gradient of the output of an attention"
        }
        case "decode" {
            when: role(s, "s") and s == mma() and exponential(p, e) and made_of(e, s)
            when: q == load(index=i) and role(q, "q") and i == [_, _, 0, 0]
            evidence: [s, q]
            confidence: 0.85
            because: "{q} has no position along the queries, so that there is one for each head"
        }
        case "decode" {
            when: role(s, "s") and s == mma(k, _) and made_of(k, x) and role(x, "k") and x == load()
            when: exponential(p, e) and made_of(e, s) and not (made_of(k, y) and y == transpose())
            when: not (made_of(q, z) and role(z, "q") and s == mma(_, q) and inside(z, l) and inside(s, l))
            evidence: [s, x]
            confidence: 0.6
            because: "the keys are the left operand of {s}, so that the tile has few queries"
        }
        // For one query, products of matrices are sums of products.
        case "decode_by_sums" {
            when: s == reduce_sum(t) and t == a * b and made_of(a, x) and x == load() and b == load() and x != b
            when: exponential(p, e) and made_of(e, s)
            when: o == reduce_sum(u) and u == w * v and v == load() and v != b and made_of(w, p)
            value: "decode"
            evidence: [s, o]
            confidence: 0.9
            because: "one query is weighed with each key in {s}, and the values are added with these weights in {o}"
        }
        case "attention_forward" {
            when: role(s, "s") and s == mma() and exponential(p, e) and made_of(e, s)
            when: (o == mma(w, _) or o == mma(_, w)) and made_of(w, p)
            evidence: [s, p, o]
            confidence: 0.95
            because: "{p} stands between the products {s} and {o}"
        }
        case "decode" {
            when: not mma() and s == reduce_sum(t) and t == q * k and k == load() and made_of(q, x) and x == load()
            when: exponential(p, e) and made_of(e, s) and inside(p, l) and inside(k, l) and outside(x, l)
            when: o == reduce_sum(w) and w == u * v and v == load() and inside(v, l) and made_of(u, p)
            evidence: [s, p, o]
            confidence: 0.8
            because: "one query at a time: {p} stands between the sums {s} and {o}"
        }
        case "splitk_reduce" {
            when: w == load() and exponential(p, w - m) and m == reduce_max(w) and total == reduce_sum(p)
            when: x == load() and x != w and (y == mma(p, x) or y == reduce_sum(x * p))
            when: d == div(v, total) and made_of(v, y)
            evidence: [p, y, d]
            confidence: 0.9
            because: "partial outputs {x} are weighed by how much each part sums to"
        }
    }
}
