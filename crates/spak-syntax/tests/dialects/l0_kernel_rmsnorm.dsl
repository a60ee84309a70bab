kernel RMSNorm {

    backend: CPU_C
    implementation: fused_single_pass
    extends: "../base/README.dsl"

    invariant Scale:
        for all i: y(i) = x(i) * rstd * w(i)
        rstd = 1 / sqrt(mean(x^2) + eps)

    invariant Range:
        forall i, j: abs(y[i,j]) <= sqrt(n) * max(abs(w))

    // two empty lines follow


    memory_behavior:
        x_reads = 1
        y_writes = 1
        intermediate = forbidden   // nothing in DRAM

    performance_law RTX5070:
        block = 1024 optimal
        cols > 8192 causes two passes
        bytes = 2 * rows * cols * bytes_of(dtype)

    performance_law "H200 (sm_90)":
        # a note on the law
        block = 2048 optimal

    stability_rule:
        accumulate in f32, never in f16
        eps >= 1e-6

    engineering_note:
        norm is memory bound: expect 90 % of the copy bandwidth
        don't tune what does not matter ("latency" hints)

}
