system NAME {
    design_space {
        // What the kernel is: the first value is where the design starts.
    }

    tuning_space {
        // How it is laid on the machine.
    }

    workload {
        // Shapes, dtypes and flags of the problem.
    }

    knowledge {
        invariant Correctness {
            assert: "The output matches the reference within the tolerance of the arithmetic."
        }
    }
}
