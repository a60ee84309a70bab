// Decisions that only sources of CUDA C++ take: how threads copy, wait and share their work.
system Lift_Cuda {
    pattern load_path {
        says: "how an operand is read"
        per: role
        values: ["pointer", "cp_async", "descriptor"]

        case "cp_async" {
            when: x == load(path="cp_async") and role(x, r)
            role: r
            evidence: [x]
            confidence: 0.95
            because: "{r} is copied to shared memory while the threads go on"
        }
    }

    pattern load_path_of_others {
        axis: "load_path"
        says: "how operands are read about whose part in the computation nothing is known"
        values: ["pointer", "cp_async", "descriptor"]

        case "cp_async" {
            when: x == load(path="cp_async") and not (y == load() and role(y, _))
            evidence: [x]
            confidence: 0.9
            because: "operands are copied to shared memory while the threads go on"
        }
    }

    pattern copies_in_flight {
        says: "how many groups of copies may be under way when the threads wait for one"

        case "known" {
            when: x == call("async_wait", count=c) and inside(x, l) and number(c, n)
            value: n
            evidence: [x]
            confidence: 0.95
            because: "{x} leaves {n} groups of copies under way"
        }
    }

    pattern vector_width {
        says: "how many numbers a thread reads or writes at once"

        case "load" {
            when: x == load(width=w) and number(w, n)
            value: n
            evidence: [x]
            confidence: 0.9
            because: "{x} takes {n} numbers at once"
        }
        case "store" {
            when: x == store(width=w) and number(w, n)
            value: n
            evidence: [x]
            confidence: 0.9
            because: "{x} puts {n} numbers at once"
        }
    }

    pattern thread_reduction {
        says: "how numbers of different threads come together"
        values: ["shuffle"]

        case "shuffle" {
            when: language(k, "cuda") and x == call("shuffle")
            evidence: [x]
            confidence: 0.95
            because: "threads of a warp exchange registers"
        }
    }

    pattern unroll {
        says: "how often the compiler is told to unroll a loop"

        case "written" {
            when: language(k, "cuda") and hint(k, "unroll", v) and number(v, n)
            value: n
            evidence: [v]
            all: true
            because: "a pragma asks for {n} turns"
        }
    }

    pattern min_blocks_per_sm {
        says: "how many blocks a multiprocessor is to hold, which bounds registers"

        case "written" {
            when: language(k, "cuda") and hint(k, "min_blocks_per_sm", v) and number(v, n)
            value: n
            evidence: [v]
            because: "the bounds of the kernel ask for {n} blocks"
        }
        case "compiled" {
            when: language(k, "cuda") and hint(k, "min_blocks_per_sm", v) and constexpr(v)
            value: "constexpr"
            evidence: [v]
            because: "the bounds of the kernel ask for {v} blocks"
        }
    }

    pattern num_warps {
        says: "how many groups of 32 threads a block has"
        values: ["tuned", "1..32"]

        // Several launches of one kernel have blocks of different sizes.
        case "tuned" {
            when: language(k, "cuda") and launch(l, k) and hint(l, "num_warps", v) and number(v, n)
            when: launch(m, k) and hint(m, "num_warps", w) and number(w, o) and n < o
            evidence: [v, w, l, m]
            confidence: 0.9
            because: "one launch has {n} warps, another {o}"
        }
    }
}
