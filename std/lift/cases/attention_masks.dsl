// Which scores count, and what only looks like a mask.
system Lift_Attention_Masks_Cases {
    example "rows see the columns before them" {
        file: "std/lift/cases/attention_kernel.py"
        finds {
            mask_form: "additive_pre_softmax"
            mask_fill_value: "-inf"
            mask_region: "predicated_tail_splittable"
            causal_support: "constexpr_flag"
            causal_predicate: ">="
            causal_tile_skipping: "pruned"
            causal_shift: "bottom_right"
            tail_handling: "even_k_specialized"
        }
    }

    example "what is chosen by positions is added to the keys, not to the scores" {
        from: "rows see the columns before them"
        with { "s = s + ct.where(mask, 0.0, -math.inf)": "k = k + ct.where(mask, 0.0, 1.0)" }
        lacks: [mask_form, mask_fill_value, mask_region, causal_support, causal_predicate, causal_alignment, causal_shift]
    }

    example "the diagonal is left out, and the fill is finite" {
        from: "rows see the columns before them"
        with { "rows >= at": "rows > at", "0.0, -math.inf)": "0.0, -1e30)" }
        finds { causal_predicate: ">", mask_fill_value: "finite" }
        lacks { causal_predicate: ">=", mask_fill_value: "-inf" }
    }

    example "in every tile, for every launch" {
        from: "rows see the columns before them"
        with {
            "if (CAUSAL or not EVEN) and j >= first:": "if True:"
            "            if not EVEN:\n                mask = mask & (at < keys)\n": "            mask = mask & (at < keys)\n"
            "            if CAUSAL:\n                mask": "            mask"
            "s + ct.where(mask, 0.0, -math.inf)": "ct.where(mask, s, -math.inf)"
            "turns = ct.cdiv(min(shift + (i + 1) * M, keys), N)": "turns = ct.cdiv(keys, N)"
        }
        finds {
            mask_form: "select_pre_softmax"
            mask_region: "every_tile"
            causal_support: "always_on"
            causal_tile_skipping: "full_loop"
            tail_handling: "always_masked"
        }
        lacks { causal_tile_skipping: "pruned", tail_handling: "even_k_specialized" }
    }

    example "positions to which nothing is added" {
        from: "rows see the columns before them"
        with { "ct.int32) + shift)": "ct.int32))" }
        finds { causal_alignment: "top_left" }
        lacks: [causal_shift]
    }

    example "nothing is masked" {
        from: "rows see the columns before them"
        with { "            s = s + ct.where(mask, 0.0, -math.inf)\n": "            pass\n" }
        lacks: [mask_form, causal_support, causal_tile_skipping, tail_handling]
    }
}
