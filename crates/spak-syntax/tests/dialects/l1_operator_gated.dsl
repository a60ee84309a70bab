operator GatedUpdate {

    components:
        norm: RMSNorm
        gate: Linear(D -> 2*D)
        mix: SwiGLU { hidden: 4*D }

    inputs: h: Tensor[B,T,D], x0: Tensor[B,T,D]

    computation:

        u = norm(h)
        g, v = split(gate(u), 2)

        # injection of the first embedding
        h1 = h + sigmoid(g) * mix(v)
        h2 = if inject_x0: h1 + x0 else: h1

        return h2

    semantic_role:
        refines the state, one step at a time

    contractive_tendency:
        ‖F(a) − F(b)‖ ≤ ρ ‖a − b‖,  ρ < 1

    forbidden_interpretation:
        not a feature extractor
        not: "a deeper network"
}
