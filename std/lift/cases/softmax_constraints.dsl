// What must hold where kernels weigh by exponentials.
system Lift_Softmax_Constraints_Cases {
    example "an attention" {
        file: "std/lift/cases/attention_kernel.py"
        finds {
            scores: "implied"
            positions: "implied"
            statistics: "contract"
            partial_tiles: "hazard"
        }
        lacks: [agreement, trials]
    }

    example "nothing is scaled, shifted, kept or left open" {
        from: "an attention"
        with {
            " * scale)": ")"
            "s * scale - new": "s - new"
            "-math.inf, dtype": "-1e30, dtype"
            "range(0, turns)": "range(0, 8)"
            "keys - queries": "0"
            "    ct.store(Lse, index=(b, h, i), tile=lse.reshape((1, 1, M)))\n": ""
            "latency=2)": "padding_mode=ct.PaddingMode.ZERO)"
            "latency=4)": "padding_mode=ct.PaddingMode.ZERO)"
        }
        lacks: [scores, positions, statistics, partial_tiles]
    }
}
