// How much a block, a step of its loop or a thread takes at a time.
// One word is not one concept: `tile_n` is columns of the result in a matrix product, and keys of one step in attention.
system Ontology_Tiles {
    concept row_tile {
        kind: "parameter"
        says: "rows of the result that a block makes at a time"
        unit: "elements"
        along: "rows"
        aliases {
            attention: ["tile_m", "{operand}_tile_m"]
            products: ["tile_m"]
            rows: ["rows_per_tile"]
            swiglu: ["rows_per_tile"]
            rope: ["tile_s"]
        }
    }

    concept column_tile {
        kind: "parameter"
        says: "columns of the result that a block makes at a time"
        unit: "elements"
        along: "columns"
        aliases {
            products: ["tile_n"]
            attention: ["tile_d"]
            swiglu: ["tile_size"]
        }
    }

    concept reduction_tile {
        kind: "parameter"
        says: "how much of what is summed over one step of a block takes"
        unit: "elements"
        along: "reduction"
        aliases {
            attention: ["tile_n", "{operand}_tile_n"]
            products: ["tile_k"]
            rows: ["tile_size"]
        }
    }

    concept head_tile {
        kind: "parameter"
        says: "heads that a block takes at a time"
        unit: "elements"
        along: "heads"
        aliases {
            rope: ["heads_per_tile"]
        }
    }

    concept partial_row_tile {
        kind: "parameter"
        says: "rows of partial sums that a block adds up at a time"
        unit: "elements"
        along: "rows"
        aliases {
            any: ["sum_tile_m"]
        }
    }

    concept partial_column_tile {
        kind: "parameter"
        says: "columns of partial sums that a block adds up at a time"
        unit: "elements"
        along: "columns"
        aliases {
            any: ["sum_tile_n"]
            attention: ["sum_tile_d"]
        }
    }

    concept reduction_parts {
        kind: "parameter"
        says: "into how many parts of its own blocks a sum is cut"
        unit: "parts"
        along: "reduction"
        aliases {
            products: ["split_k"]
            attention: ["kv_splits"]
        }
    }

    concept micro_m {
        kind: "parameter"
        says: "rows that one thread has in registers"
        broader: "row_tile"
        unit: "elements"
        along: "rows"
        aliases {
            convolution: ["tile_size_y"]
        }
    }

    concept micro_n {
        kind: "parameter"
        says: "vectors of columns that one thread has in registers"
        unit: "vectors"
    }

    concept outputs_of_a_thread {
        kind: "parameter"
        says: "neighbours along a row of the result that one thread makes"
        broader: "column_tile"
        unit: "elements"
        along: "columns"
        aliases {
            convolution: ["tile_size_x"]
        }
    }

    concept masked_tile_n {
        kind: "axis"
        says: "how wide a tile of keys is where a mask hides some"
        of: ["attention"]
    }

    concept head_tiling {
        kind: "axis"
        says: "how many heads a block works on"
        of: ["rope"]
    }

    concept row_tile_rule {
        kind: "axis"
        says: "how wide the tile of a row is"
        along: "columns"
    }

    concept group_tile_rule {
        kind: "axis"
        says: "how many rows the tile of the heads has that share keys"
        of: ["attention"]
    }

    concept split_tile_rule {
        kind: "axis"
        says: "how many parts of a result one tile has"
    }
}
