training CurriculumTraining {

    supervision:
        every_step

    loss:
        L_token = mean_t CrossEntropy(logits(t), target)
        L_halt  = KL(p(t) || geometric(0.2))
        L_total = L_token
                + λ₁ L_halt
                + λ₂ ‖θ‖²

    optimizer: AdamW
        lr = 3e-4
        betas = (0.9, 0.95)

    curriculum:
        max_steps: [2 -> 4 -> 8]
        digits: [4 => 8 => 12]
        switch_when: loss < 0.1 for 100 steps

    data:
        train: { digits: 1..4, size: 200_000 }
        test: { digits: [8, 12], size: 1000 }
        format: "321+654=975"   // reversed

    stability_rules:

        rule Divergence:
            if steps>8 and no curriculum => gradient explosion
            remedy: clip at 1.0

        rule Collapse:
            if λ₁ = 0 => constant depth usage

        rule "Seeds":
            seeds: [0, 1, 2]

    backpropagation:
        through_time = true
        truncated: no

    learning_effect:
        parameters learn refinement operator
        not direct mapping
}
