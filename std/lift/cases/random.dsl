// Random numbers that a kernel computes itself.
system Lift_Random_Cases {
    example "a hash that drops elements" {
        source: """
            import math
            import cuda.tile as ct
            import torch

            @ct.kernel
            def k(x, y, P: ct.Constant[float], SEED: ct.Constant[int], N: ct.Constant[int], ON: ct.Constant[bool]):
                at = ct.bid(0) * N + ct.arange(N, dtype=ct.int32)
                t = ct.gather(x, at)
                if ON:
                    h = at * 12345 + ct.full((N,), SEED, dtype=ct.int32)
                    h = h ^ (h >> 13)
                    u = (h & 0x7FFFFFFF).astype(ct.float32) / 2147483647.0
                    t = ct.where(u > P, t * (1.0 / (1.0 - P)), 0.0)
                ct.scatter(y, at, t)

            class Drop(torch.autograd.Function):
                @staticmethod
                def forward(ctx, x, seed, p, on):
                    y = torch.empty_like(x)
                    mixed = (seed * 2654435761) & 0xFFFFFFFF
                    ct.launch(torch.cuda.current_stream(), (math.ceil(x.numel() / 256),), k, (x, y, p, mixed, 256, on))
                    ctx.p = p
                    return y

                @staticmethod
                def backward(ctx, dy):
                    raise NotImplementedError("no gradient")

            def drop(x, seed, p, on):
                return Drop.apply(x, seed, p, on)
            """
        finds {
            prng_int_type: "int32"
            seed_mixing: "host_multiplicative"
            uniform_conversion: "mask_divide_f32"
            keep_predicate: ">"
            scale_form: "reciprocal_multiply"
            mask_storage: "not_stored"
            training_switch: "constexpr_flag"
            bwd_support: "none"
            of_random_numbers: ["hazard", "implied", "computed"]
        }
    }

    example "other choices" {
        from: "a hash that drops elements"
        with { "u > P": "u >= P", "t * (1.0 / (1.0 - P))": "t / (1.0 - P)" }
        finds { keep_predicate: ">=", scale_form: "divide" }
        lacks { keep_predicate: ">", scale_form: "reciprocal_multiply" }
    }

    example "no hash" {
        from: "a hash that drops elements"
        with {
            "h = h ^ (h >> 13)": "h = h + (h >> 13)"
            "raise NotImplementedError(\"no gradient\")": "return dy"
        }
        lacks: [
            prng_int_type, seed_mixing, uniform_conversion, keep_predicate, scale_form, mask_storage, training_switch, bwd_support,
            of_random_numbers
        ]
    }
}
