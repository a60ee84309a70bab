experiment Ablation_Depth {

    hypothesis:
        H0: depth and iterations are interchangeable
        H1: iterations generalise; depth does not

    imports: [../model/README.dsl, ../training/README.dsl]

    train:
        digits <= 4
        steps = 15_000

    test:
        4 < digits <= 12
        batches: 100

    arms:
        loop_1L: { layers: 1, iterations: 12 }
        static_12L: { layers: 12, iterations: 1 }
        static_1L: { layers: 1, iterations: 1 }

    measurements:
        accuracy
        mean_iterations
        correlation(iterations, carry_operations)
        time/step [ms]

    expected_result:
        accuracy(loop_1L, 12) > accuracy(static_12L, 12)
        p < 0.05 (paired, 3 seeds)

    success_condition: accuracy >= 0.7 on digits = 12
    budget: 2 GPU-hours

    claim:
        model learned a procedure,
        not a table
    status: declared, not executed
}
