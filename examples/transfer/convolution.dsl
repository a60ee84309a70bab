// A convolution of an image with one filter, for `spak transfer FMHA.dsl convolution.dsl --measured FILE`: what its problem is. What
// can be chosen of its kernel is in recorded spaces of Kernel Tuner (convolution, benchmark hub).
operator convolution {
    values: ["height", "width", "filter_height", "filter_width", "dtype = 'f32'"]
    flops: "2 * height * width * filter_height * filter_width"
    bytes: "(2 * height * width + filter_height * filter_width) * itemsize"

    maps {
        height: ["rows"]
        width: ["columns"]
        filter_height: ["window_rows", "reduction"]
        filter_width: ["window_columns", "reduction"]
    }

    input image { shape: ["height + filter_height - 1", "width + filter_width - 1"] }
    input filter { shape: ["filter_height", "filter_width"] }
    output image_out {
        shape: ["height", "width"]
        row: 1
        terms: "filter_height * filter_width"
        computed_in: "f32"
    }
}
