// What makes kernels on rows better (softmax, norms, cross-entropy), which are as fast as memory at best.
//
// [online] Milakov and Gimelshein, Online normalizer calculation for softmax, 2018: https://arxiv.org/abs/1805.02867
// [vendor] measured on an H200 beside a copy: docs/results/gpu/vendor.md
// [shapes] decision 0014, kernels that are as fast as memory
system Transform_Rows {
    proposal "a row is read once" {
        of: ["rows"]
        when: "not has_axis('row_passes')"
        design_space {
            row_passes: ["single_pass", "reload"]
        }
        reason: "what is read twice takes twice as long, unless a cache has it; a row of 64 KiB stays in registers"
        source: "[vendor]"
    }

    proposal "several short rows for a block" {
        of: ["rows"]
        when: "not has_concept('row_tile')"
        tuning_space {
            rows_per_tile: [1, 2, 4, 8]
        }
        reason: "a short row has too little to load to hide the time that a load takes"
        source: "[vendor]: rows of 1,024 columns are best by 2 to 8"
    }

    proposal "sizes that the compiler knows" {
        of: ["rows", "elementwise"]
        when: "not has_axis('array_shapes') and hardware.sm_count >= 1"
        design_space {
            array_shapes: ["static", "dynamic"]
        }
        reason: "without tests for the end of a row all loads of a tile are under way at once"
        source: "[shapes]: LayerNorm of 16,384 columns takes 268 us and not 375"
    }

    proposal "maximum and sum in one pass" {
        of: ["softmax", "cross_entropy"]
        when: "not has_value('softmax_scheme', 'online')"
        design_space {
            softmax_scheme: ["online"]
        }
        reason: "a long row is read once less"
        source: "[online]"
    }
}
