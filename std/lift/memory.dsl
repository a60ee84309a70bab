// How kernels of tiles read and write arrays.
system Lift_Memory {
    pattern load_path {
        says: "how an operand is read"
        per: role
        values: ["tile_load", "gather", "pointer", "descriptor"]

        case "tile_load" {
            when: x == load(path="tile") and role(x, r)
            role: r
            evidence: [x]
            because: "{r} is read as tiles, by the number of the tile"
        }
        case "descriptor" {
            when: x == load(path="descriptor") and role(x, r)
            role: r
            evidence: [x]
            because: "{r} is read through a descriptor"
        }
        case "gather" {
            when: x == load(path="gather") and role(x, r)
            role: r
            evidence: [x]
            because: "each element of {r} is read by an index of its own"
        }
        case "pointer" {
            when: x == load(path="pointer") and role(x, r)
            role: r
            evidence: [x]
            because: "{r} is read through a pointer and offsets"
        }
    }

    pattern load_path_of_others {
        axis: "load_path"
        says: "how operands are read about whose part in the computation nothing is known"
        values: ["tile_load", "gather", "pointer", "descriptor"]

        predicate has_roles(x) {
            when: x == load() and role(x, _)
        }

        case "tile_load" {
            when: x == load(path="tile") and not has_roles(y)
            evidence: [x]
            confidence: 0.9
            because: "the operands are read as tiles, by the number of the tile"
        }
        case "gather" {
            when: x == load(path="gather") and not has_roles(y)
            evidence: [x]
            confidence: 0.9
            because: "each element is read by an index of its own"
        }
        case "pointer" {
            when: x == load(path="pointer") and not has_roles(y)
            evidence: [x]
            confidence: 0.9
            because: "the operands are read through pointers and offsets"
        }
    }

    pattern store_path {
        says: "how a result is written"
        per: role
        values: ["tile_store", "scatter", "pointer", "tile_store_or_scatter"]

        case "tile_store_or_scatter" {
            when: x == store(path="tile") and y == store(path="gather") and role(x, r)
            when: role(y, r) and array_of(x, p) and array_of(y, p)
            role: r
            evidence: [x, y]
            because: "{r} is written as a tile or element by element, as a condition says"
        }
        case "tile_store" {
            when: x == store(path="tile") and role(x, r)
            role: r
            evidence: [x]
            because: "{r} is written as tiles, by the number of the tile"
        }
        case "scatter" {
            when: x == store(path="gather") and role(x, r)
            role: r
            evidence: [x]
            because: "each element of {r} is written by an index of its own"
        }
        case "pointer" {
            when: x == store(path="pointer") and role(x, r)
            role: r
            evidence: [x]
            because: "{r} is written through a pointer and offsets"
        }
    }

    // What decides is a field of the config that the launch takes.
    predicate tuned(p, k, field) {
        when: parameter(p) and launch(l, k) and bound(l, p, given_value) and depends(given_value, field)
        when: field == config_field(_)
    }

    pattern load_latency {
        says: "how long the compiler is told that the load of an operand takes"
        per: role

        case "tuned" {
            when: language(k, "cutile") and x == load() and role(x, r) and given(x, "latency", v)
            when: tuned(v, k, field) and array_of(x, a) and y == load() and array_of(y, a)
            role: r
            evidence: [x, y, v]
            because: "the latency of the load of {r} is the field {field} of a config"
        }
        case "given" {
            when: language(k, "cutile") and x == load() and role(x, r) and given(x, "latency", v)
            when: number(v, n)
            value: n
            role: r
            evidence: [x, v]
            because: "the load of {r} is given the latency {n}"
        }
        case "unset" {
            when: language(k, "cutile") and x == load() and role(x, r) and absent(x, "latency")
            role: r
            evidence: [x]
            because: "nothing is said about the latency of the load of {r}"
        }
    }

    pattern store_latency {
        says: "how long the compiler is told that the store of a result takes"
        per: role

        case "tuned" {
            when: language(k, "cutile") and x == store() and role(x, r) and given(x, "latency", v) and tuned(v, k, field)
            role: r
            evidence: [x, v]
            because: "the latency of the store of {r} is the field {field} of a config"
        }
        case "given" {
            when: language(k, "cutile") and x == store() and role(x, r) and given(x, "latency", v)
            when: number(v, n)
            value: n
            role: r
            evidence: [x, v]
            because: "the store of {r} is given the latency {n}"
        }
        case "unset" {
            when: language(k, "cutile") and x == store() and role(x, r) and absent(x, "latency")
            role: r
            evidence: [x]
            because: "nothing is said about the latency of the store of {r}"
        }
    }

    pattern load_tma_policy {
        says: "whether the copy engine may load an operand"
        per: role
        values: ["default", "forced", "disabled"]

        case "forced" {
            when: x == load(path="tile") and role(x, r) and given(x, "allow_tma", v) and v == true
            role: r
            evidence: [x, v]
            because: "the load of {r} says that the copy engine is to be used"
        }
        case "disabled" {
            when: x == load(path="tile") and role(x, r) and given(x, "allow_tma", v) and v == false
            role: r
            evidence: [x, v]
            because: "the load of {r} says that the copy engine is not to be used"
        }
        case "default" {
            when: language(k, "cutile") and x == load(path="tile") and role(x, r)
            when: absent(x, "allow_tma")
            role: r
            evidence: [x]
            because: "nothing is said about the copy engine for {r}, so it may be used"
        }
    }

    pattern store_tma_policy {
        says: "whether the copy engine may store a result"
        per: role
        values: ["default", "forced", "disabled"]

        case "forced" {
            when: x == store(path="tile") and role(x, r) and given(x, "allow_tma", v) and v == true
            role: r
            evidence: [x, v]
            because: "the store of {r} says that the copy engine is to be used"
        }
        case "disabled" {
            when: x == store(path="tile") and role(x, r) and given(x, "allow_tma", v) and v == false
            role: r
            evidence: [x, v]
            because: "the store of {r} says that the copy engine is not to be used"
        }
        case "default" {
            when: language(k, "cutile") and x == store(path="tile") and role(x, r)
            when: absent(x, "allow_tma")
            role: r
            evidence: [x]
            because: "nothing is said about the copy engine for {r}, so it may be used"
        }
    }

    pattern store_hints {
        says: "what the compiler is told about the store of a result"
        per: role
        values: ["default", "no_tma", "latency_n"]

        case "no_tma" {
            when: x == store(path="tile") and role(x, r) and given(x, "allow_tma", v) and v == false
            role: r
            evidence: [x, v]
            because: "the store of {r} says that the copy engine is not to be used"
        }
        case "latency_n" {
            when: language(k, "cutile") and x == store() and role(x, r) and given(x, "latency", v)
            role: r
            evidence: [x, v]
            because: "the store of {r} is given the latency {v}"
        }
        case "default" {
            when: language(k, "cutile") and x == store(path="tile") and role(x, r)
            when: absent(x, "latency") and absent(x, "allow_tma")
            role: r
            evidence: [x]
            because: "nothing is said about the store of {r}"
        }
    }

    pattern padding_mode {
        says: "what is read past the end of an operand"
        per: role
        values: ["zero", "undetermined", "neg_inf", "nan", "finite_negative"]

        predicate padded(x, r, v) {
            when: x == load() and role(x, r) and given(x, "padding", v)
        }

        case "zero" {
            when: padded(x, r, v) and (number(v, 0) or v == false or text(v, "padding.zero"))
            role: r
            evidence: [x, v]
            because: "past the end of {r} zeros are read"
        }
        case "neg_inf" {
            when: padded(x, r, v)
            when: (number(v, n) and is_inf(n) and n < 0) or text(v, "padding.neg_inf")
            role: r
            evidence: [x, v]
            because: "past the end of {r} minus infinity is read"
        }
        case "nan" {
            when: padded(x, r, v) and text(v, "padding.nan")
            role: r
            evidence: [x, v]
            because: "past the end of {r} no number is read"
        }
        case "finite_negative" {
            when: padded(x, r, v) and number(v, n) and n < 0
            role: r
            evidence: [x, v]
            because: "past the end of {r} the number {n} is read"
        }
        case "gathered" {
            when: language(k, "cutile") and x == load(path="gather") and role(x, r)
            when: absent(x, "padding")
            value: "zero"
            role: r
            evidence: [x]
            confidence: 0.9
            because: "a gather that says nothing reads zeros past the end of {r}"
        }
        case "undetermined" {
            when: language(k, "cutile") and x == load(path="tile") and role(x, r)
            when: absent(x, "padding")
            role: r
            evidence: [x]
            because: "nothing says what is read past the end of {r}"
        }
        case "masked_without_value" {
            when: language(k, "triton") and x == load(mask=m) and role(x, r) and absent(x, "padding")
            value: "undetermined"
            role: r
            evidence: [x]
            because: "where the mask of {r} is false, nothing says what is read"
        }
    }

    pattern gather_scatter_bounds_check {
        says: "whether indices of elements are checked against the sizes of the array"
        values: ["true", "false", "constexpr_expr"]

        predicate by_element(x) {
            when: x == load(path="gather") or x == store(path="gather")
        }

        case "constexpr_expr" {
            when: by_element(x) and given(x, "check_bounds", v) and not is_known(v)
            evidence: [x, v]
            because: "the check is made if {v}, which is known when the kernel is compiled"
        }
        case "true" {
            when: language(k, "cutile") and by_element(x)
            when: absent(x, "check_bounds") or (given(x, "check_bounds", v) and v == true)
            evidence: [x]
            because: "indices are checked"
        }
        case "false" {
            when: by_element(x) and given(x, "check_bounds", v) and v == false
            evidence: [x, v]
            because: "indices are not checked"
        }
    }

    pattern index_dtype {
        says: "the type of indices"
        values: ["int32", "int64"]

        case "row_int64" {
            when: c == cast(b, dtype=d) and b == block_id(_) and text(d, "i64")
            value: "int64"
            role: "row"
            evidence: [c]
            because: "the number of the block is widened to 64 bits before it is multiplied"
        }
        case "column_int32" {
            when: language(k, "triton") and b == block_id(1) and o == b * n + a and a == arange()
            when: x == load(index=i) and depends(i, o)
            value: "int32"
            role: "col"
            evidence: [b, o]
            all: true
            because: "the number of the block of columns is multiplied as it is"
        }
        case "int64" {
            when: x == arange() and dtype(x, "i64")
            evidence: [x]
            because: "offsets have 64 bits"
        }
        case "int32" {
            when: language(k, "cutile") and x == arange() and dtype(x, "i32")
            evidence: [x]
            because: "offsets have 32 bits"
        }
    }
}
