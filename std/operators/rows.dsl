// What operators on rows have to be (softmax, RMS and layer normalisation, cross-entropy), whatever computes them.
//
// Names: `x` the input, `y` the result, `columns` the length of a row, `itemsize` the bytes of an element, `row_passes` how often a
// row is read, `mean`, `rstd`, `lse` what is kept for the gradients.
system Operator_Rows {
    knowledge {
        invariant SoftmaxNormalised {
            assert: "family == 'softmax' implies row_sum(y) == 1"
            reason: "a row of weights is a distribution"
        }
        invariant SoftmaxShift {
            assert: "family == 'softmax' implies (for all c: softmax(x + c) = softmax(x))"
            reason: "the maximum of a row may be taken away before exponentials overflow"
        }
        invariant UnitScale {
            assert: "family == 'rms_norm' implies (for all s: s > 0 => norm(s * x) = norm(x))"
            reason: "up to epsilon the scale of a row does not matter"
        }
        invariant Centred {
            assert: "family == 'layer_norm' implies (for all c: norm(x + c) = norm(x))"
            reason: "the mean of a row does not matter"
        }
        invariant KeptStatistics {
            assert: "for all i: lse(i) == log(sum_j exp(x(i, j)))"
            reason: "the backward pass makes weights anew from it"
        }

        rule "a variance from squares" {
            when: "family == 'layer_norm' and dtype == 'f32'"
            avoid: "variance_algorithm = 'e_x2_minus_mean2'"
            reason: "where the mean is large beside the deviation, the difference of the two has no correct digit"
            source: "Chan, Golub, LeVeque, Algorithms for Computing the Sample Variance, 1983"
            confidence: 0.9
        }

        rule "a row that fits is read once" {
            when: "columns * itemsize <= 65536"
            prefer: "row_passes in ['single_pass', 'reload']"
            reason: "kernels on rows are as fast as memory, and what is read twice takes twice as long unless a cache has it"
            source: "rows of 1,024 to 16,384 columns on an H200: docs/results/gpu/vendor.md"
            confidence: 0.8
        }

        rule "a row that does not fit is read again" {
            when: "columns * itemsize > 262144"
            prefer: "row_passes in ['reload', 'single_pass']"
            reason: "one row is more than the registers of a multiprocessor"
            source: "CUDA Programming Guide, compute capabilities: 64 K registers of 32 bits per multiprocessor"
        }

        rule "sizes that are known are constants" {
            when: "family in ['softmax', 'rms_norm', 'layer_norm', 'swiglu', 'rope'] and compiler == 'cutile'"
            prefer: "array_shapes in ['static', 'dynamic']"
            reason: "with unknown sizes each load stands behind a branch, and waits for the one before it"
            source: "docs/decisions/0014-gpu.md: LayerNorm of 16,384 columns on an H200, 268 us with constants and 375 us without"
            confidence: 0.9
        }
    }

    example "layer normalisation in float32" {
        given { family: "layer_norm", dtype: "f32", columns: 4096, itemsize: 4 }
        open: [variance_algorithm, row_passes]
        follows: ["avoid variance_algorithm == 'e_x2_minus_mean2'", "prefer row_passes"]
    }
    example "the same in bfloat16 has other errors" {
        given { family: "layer_norm", dtype: "bf16" }
        open: [variance_algorithm]
        lacks: ["avoid variance_algorithm"]
    }
    example "a vocabulary" {
        given { family: "cross_entropy", columns: 256000, itemsize: 2 }
        open: [row_passes]
        follows: ["prefer row_passes"]
    }
}
