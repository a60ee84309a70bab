// How work is shared out among blocks, and loops that only look like it.
system Lift_Work_Cases {
    example "rows by turns" {
        source: """
            import cuda.tile as ct
            import torch

            @ct.kernel
            def k(x, y, rows, N: ct.Constant[int]):
                for i in range(ct.bid(0), rows, ct.num_blocks(0)):
                    t = ct.load(x, index=(i, 0), shape=(1, N))
                    ct.store(y, index=(i, 0), tile=t / ct.sum(t, axis=1, keepdims=True))

            def run(x, y):
                sms = torch.cuda.get_device_properties(x.device).multi_processor_count
                ct.launch(None, (min(sms, x.shape[0]),), k, (x, y, x.shape[0], 128))
            """
        finds {
            scheduling: "static_persistent"
            persistent_loop_form: "for_range"
            persistent_step: "num_blocks"
            persistent_grid_clamp: "clamp_to_items"
            grid_mapping: "sm_count_clamped"
        }
        lacks { scheduling: ["tile_per_cta", "dynamic"] }
    }

    example "the grid does not depend on the work" {
        from: "rows by turns"
        with { "min(sms, x.shape[0])": "sms" }
        finds { persistent_grid_clamp: "none", grid_mapping: "sm_count" }
        lacks { persistent_grid_clamp: "clamp_to_items" }
    }

    example "the step is a parameter" {
        from: "rows by turns"
        with {
            "rows, N:": "rows, step, N:"
            "ct.num_blocks(0)": "step"
            "x.shape[0], 128": "x.shape[0], sms, 128"
        }
        finds { persistent_step: "runtime_arg" }
        lacks { persistent_step: "num_blocks" }
    }

    example "a counter by hand" {
        from: "rows by turns"
        with {
            "    for i in range(ct.bid(0), rows, ct.num_blocks(0)):\n": "    i = ct.bid(0)\n    while i < rows:\n"
            "keepdims=True))\n": "keepdims=True))\n        i = i + ct.num_blocks(0)\n"
        }
        finds { scheduling: "static_persistent", persistent_loop_form: "while" }
        lacks { persistent_loop_form: "for_range" }
    }

    example "every block walks all of a row" {
        from: "rows by turns"
        with {
            "range(ct.bid(0), rows, ct.num_blocks(0))": "range(0, rows, 4)"
            "index=(i, 0)": "index=(i, ct.bid(0))"
        }
        finds { scheduling: "tile_per_cta" }
        lacks { scheduling: "static_persistent", grid_mapping: "sm_count_clamped" }
        lacks: [persistent_loop_form, persistent_step, persistent_grid_clamp]
    }
}
