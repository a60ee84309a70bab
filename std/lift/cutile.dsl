// What kernels of tiles have decided, as it shows in the values that they compute.
system Lift_Cutile {
    pattern math_approximation {
        says: "which exponential is computed, and where its base is changed"
        values: ["exp2_folded", "exp2_unfolded", "exp"]

        case "exp2_folded" {
            when: x == exp2(of) and made_of(of, c) and near(c, 1.4426950408889634)
            evidence: [x, c]
            confidence: 0.95
            because: "{x} has the base 2, and log2(e) is a factor of what it is taken of"
        }
        case "exp2_unfolded" {
            when: x == exp2(_)
            evidence: [x]
            confidence: 0.8
            because: "{x} has the base 2, and nothing changes the base"
        }
        case "exp" {
            when: x == exp(_)
            evidence: [x]
            confidence: 0.95
            because: "{x} has the base e"
        }
    }

    pattern load_latency {
        says: "how long the compiler is told that the load of an operand takes"
        per: role

        case "given" {
            when: x == load() and role(x, r) and given(x, "latency", v) and number(v, n)
            value: n
            role: r
            evidence: [x, v]
            because: "the load of {r} is given the latency {n}"
        }
        case "unset" {
            when: x == load() and role(x, r) and absent(x, "latency")
            role: r
            evidence: [x]
            because: "nothing is said about the latency of the load of {r}"
        }
    }
}
