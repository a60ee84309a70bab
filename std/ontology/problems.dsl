// What problems say besides their sizes.
system Ontology_Problems {
    concept dtype {
        kind: "property"
        says: "the type of the elements of arrays"
    }

    concept keeps_statistics {
        kind: "property"
        says: "whether what gradients need of each row is a result, too"
        aliases {
            attention: ["store_lse"]
            norms: ["store_stats"]
        }
    }

    concept given_transposed {
        kind: "property"
        says: "whether an operand is given by columns"
        of: ["products"]
        aliases {
            products: ["transpose_{operand}"]
        }
    }

    concept fast_sums {
        kind: "property"
        says: "whether sums may have as few digits as matrix units keep"
        of: ["products"]
    }

    concept activation {
        kind: "property"
        says: "the function that is applied to a product"
        of: ["products"]
    }
}
