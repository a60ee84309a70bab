dynamics AdaptiveHalting {

    state h: Tensor[B,T,D]
    state p: Tensor[B,T] = 0.0
    state steps: int

    initialization:
        h(0) = Embedding(tokens)
        p(0) = 0

    transition:
        h(t+1) = h(t) + α · F(h(t), x0)
        p(t+1) = p(t) + (1 − p(t)) · σ(HaltHead(h(t+1)))

    halting:
        stop when p(t) > τ
        or t >= max_steps
        τ = 0.99   # per token

    readout: logits(t) = LMHead(h(t))

    convergence_expectation:
        CE(logits(t+1)) <= CE(logits(t)) + ε
        lim t→∞ h(t) = h*

    adaptive_compute:
        expected_iterations ∝ carry_count
        E[steps] ≈ 4 … 12

    interpretation:
        time replaces depth;
        the same weights at every t

    rule Divergence {
        when: "norm(h) > 1e4"
        apply: "clip"
    }
}
