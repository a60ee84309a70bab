SNF_MODEL SelectiveSSM refines LM_SEED

# ==================================================
# 0. Domains
# ==================================================

Domain:
    B : batch
    T : sequence_position (≤ 8192)
    D : channel
    N : state_dim   # usually 16

State:
    h[T+1] ∈ ℝ[B,D,N]      # recurrent state
    Δ      ∈ ℝ₊[B,T,D]     # step size
    tok    ∈ ℕ[B,T]

Parameters:
    A ∈ ℝ[D,N]             # log-spaced at start
    θ_proj ∈ {W: ℝ[D, 2*N+1], b: ℝ[2*N+1]}
    θ_layer[L]:
        in_proj  : ℝ[D, 2*D]
        conv     : {kernel: ℝ[D, 4], bias: ℝ[D]}
        # the output comes last
        out_proj : ℝ[D, D]

Operator Discretize(A, B_t, Δ_t) -> (Ā, B̄)
Operator Scan(x, Ā, B̄, C) -> y:
    # sequential form
    h[0] = 0
    For t in [0 .. T-1]:
        h[t+1] = Ā[t] ⊙ h[t] + B̄[t] ⊗ x[t]
        y[t]   = ⟨C[t], h[t+1]⟩
    return y

Operator Gate(x, z):
    return x ⊙ silu(z)

Module Block(x, θ) -> out:
    let (u, z) = split(Linear(x, θ.in_proj), 2)
    u = silu(conv1d(u,
                    θ.conv.kernel,
                    θ.conv.bias))
    let Δ_t, B_t, C_t = split(
        Linear(u, θ_proj),
        sizes=[1, N, N]
    )
    y = Scan(u, *Discretize(A, B_t, softplus(Δ_t)), C_t)
    out = Linear(Gate(y, z), θ.out_proj)

Transition Layer_l:
    x₁ = x + Block(Norm(x), θ_layer[l])
    if l == 0:
        x₁ = x₁ + Embed(tok)
    else:
        x₁ = x₁

For l in [0 .. L-1]:
    apply Layer_l

logits = Linear(h[L], θ_embedᵀ)

Invariant Stability:
    ∀ d, n: Re(A[d,n]) < 0
    forall t: ‖Ā[t]‖ ≤ 1

Constraint:
    N ∈ {8, 16, 32}
    D % 64 == 0

Loss:
    L = CrossEntropy(logits, tok shifted by 1)
        + λ · ‖θ‖²
    minimize L

Update:
    θ ← θ − η ∇L(θ)
