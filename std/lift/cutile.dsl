// What kernels of tiles have decided, as it shows in the values that they compute.
system Lift_Cutile {
    predicate exponential(x, of) {
        when: x == exp(of) or x == exp2(of)
    }

    pattern softmax_scheme {
        says: "how the row maximum and the row sum of a softmax are found"
        values: ["online", "two_pass", "max_elided", "none"]

        // The greatest score so far, which loop l carries.
        predicate running_max(m, l) {
            when: carried(m, l, _, greater) and greater == max(m, peak)
            when: made_of(peak, found) and found == reduce_max(_)
        }

        case "online" {
            when: running_max(m, l)
            when: carried(total, l, _, next) and next == total * a + weights
            when: (weights == reduce_sum(p) or weights == p) and exponential(p, _)
            when: exponential(a, e) and made_of(e, m)
            evidence: [m, total, a, p]
            confidence: 0.95
            because: "{total} is carried along and scaled by {a} whenever the maximum {m} grows"
        }
        case "two_pass" {
            when: running_max(m, l) and exponential(p, e) and made_of(e, m)
            when: total == reduce_sum(p) and outside(total, l)
            evidence: [m, p, total]
            confidence: 0.9
            because: "the maximum {m} is found in a loop of its own, before {p} is summed"
        }
        case "max_elided" {
            when: exponential(p, e) and total == reduce_sum(p)
            when: not (made_of(e, r) and r == reduce_max(_))
            evidence: [p, total]
            confidence: 0.8
            because: "{p} is summed, and no maximum is subtracted from it"
        }
    }
}
