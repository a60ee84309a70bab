// Rotations, gates and masks of random numbers.
system Ontology_Elementwise {
    concept rotation_layout {
        kind: "axis"
        says: "which elements are the two of a pair"
        of: ["rope"]
    }

    concept half_selection {
        kind: "axis"
        says: "how the two halves of a row are found"
        of: ["elementwise"]
    }

    concept cos_sin_half {
        kind: "axis"
        says: "whether both halves have factors of their own"
        of: ["rope"]
    }

    concept cos_sin_batch {
        kind: "axis"
        says: "how a table of factors without batches serves all of them"
        of: ["rope"]
    }

    concept partial_rotary {
        kind: "axis"
        says: "what becomes of elements that are not rotated"
        of: ["rope"]
    }

    concept prng {
        kind: "axis"
        says: "where random numbers come from"
    }

    concept prng_int_type {
        kind: "axis"
        says: "the type of the numbers that are hashed"
    }

    concept seed_mixing {
        kind: "axis"
        says: "what is done with a seed before it is used"
    }

    concept uniform_conversion {
        kind: "axis"
        says: "how random bits become a number between 0 and 1"
    }

    concept keep_predicate {
        kind: "axis"
        says: "which numbers keep an element"
    }

    concept scale_form {
        kind: "axis"
        says: "how what is kept is scaled up"
    }

    concept mask_storage {
        kind: "axis"
        says: "whether what was kept is written down for the way back"
    }

    concept training_switch {
        kind: "axis"
        says: "what turns the dropping off"
    }
}
