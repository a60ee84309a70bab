// What the extents of problems are. An operator says by `maps` which of its own sizes is which of these; one size may be two:
// a row of a softmax is summed over, and it is written.
system Ontology_Dimensions {
    concept batch {
        kind: "dimension"
        says: "problems of the same kind that share nothing"
        unit: "elements"
    }

    concept heads {
        kind: "dimension"
        says: "parts of the features that are worked on by themselves"
        unit: "elements"
    }

    concept shared_heads {
        kind: "dimension"
        says: "heads of what several heads read"
        unit: "elements"
    }

    concept rows {
        kind: "dimension"
        says: "what is independent of each other, and what blocks are dealt out over first: rows of a result, queries, tokens"
        unit: "elements"
    }

    concept columns {
        kind: "dimension"
        says: "what is stored side by side, and what stays together in a row of the result: columns, features of a head"
        unit: "elements"
    }

    concept reduction {
        kind: "dimension"
        says: "what is summed over, or what a maximum is taken over: keys, the inner size of a product, a row that is normalized"
        unit: "elements"
    }

    concept window_rows {
        kind: "dimension"
        says: "height of a window that moves over the rows of an image"
        unit: "elements"
        of: ["convolution"]
    }

    concept window_columns {
        kind: "dimension"
        says: "width of a window that moves along a row of an image"
        unit: "elements"
        of: ["convolution"]
    }
}
