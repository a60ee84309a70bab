//! Charts as users would have them.

use spak_plot::{
    Bandwidth, Choice, Choices, Convergence, Histogram, Mark, Parameter, Peak, Point, PointKind,
    Roofline, Sample, Scene, Series, Survival, ValueShare,
};

fn point(label: &str, intensity: f64, tflops: f64, kind: PointKind) -> Point {
    Point { label: label.to_owned(), intensity, flops: tflops * 1e12, kind }
}

fn peak(label: &str, tflops: f64) -> Peak {
    Peak { label: label.to_owned(), flops: tflops * 1e12 }
}

/// Attention on an H200: ceilings of the library, points as they were measured.
pub(crate) fn roofline() -> Roofline {
    Roofline {
        title: "Attention forward on H200".to_owned(),
        subtitle:
            "bf16, causal, batch 2, 32 heads, 8192 rows of 128; ceilings at the highest clock"
                .to_owned(),
        peaks: vec![
            peak("matrix units, BF16", 1070.0),
            peak("special functions at 512 FLOP for each exponential", 2141.0),
            peak("vector units, FP32", 66.9),
        ],
        bandwidths: vec![Bandwidth { label: "memory".to_owned(), bytes: 4.81e12 }],
        points: vec![
            point("no run can be faster", 2048.0, 1070.0, PointKind::Bound),
            point("tile_m=64, tile_n=128, stages=1", 2048.0, 772.0, PointKind::Estimate),
            point("tile_m=64, tile_n=128, occupancy=2", 2048.0, 595.0, PointKind::Measured),
            point(
                "tile_m=128, tile_n=128, occupancy=1, num_worker_warps=8",
                2048.0,
                586.0,
                PointKind::Measured,
            ),
            point("tile_m=256, tile_n=128, occupancy=1: spills", 2048.0, 28.0, PointKind::Measured),
            point("decode, one row of queries, 8192 keys", 1.0, 3.9, PointKind::Estimate),
        ],
        cloud: vec![(2048.0, 495e12), (2048.0, 535e12), (2048.0, 324e12)],
    }
}

/// A small space with values that no config survives.
pub(crate) fn survival() -> Survival {
    let value = |value: &str, share: f64, count: &str| ValueShare {
        value: value.to_owned(),
        share,
        count: count.to_owned(),
        killed_by: None,
    };
    let dead = |value: &str, by: &str| ValueShare {
        value: value.to_owned(),
        killed_by: Some(by.to_owned()),
        ..ValueShare::default()
    };
    let parameter =
        |name: &str, values: Vec<ValueShare>| Parameter { name: name.to_owned(), values };
    Survival {
        title: "What survives of matmul_space".to_owned(),
        subtitle: "1 488 of 82 944 configs satisfy all 6 constraints".to_owned(),
        parameters: vec![
            parameter(
                "tile_m",
                vec![
                    value("16", 0.031, "320"),
                    value("32", 0.026, "412"),
                    value("64", 0.022, "396"),
                    value("128", 0.012, "360"),
                    dead(
                        "256",
                        "shared memory: (tile_m * tile_k + tile_k * tile_n) * 2 B <= 48 KiB",
                    ),
                ],
            ),
            parameter(
                "tile_n",
                vec![
                    value("32", 0.03, "512"),
                    value("64", 0.024, "560"),
                    value("128", 0.009, "416"),
                    dead("512", "register tile fits"),
                ],
            ),
            parameter(
                "threads_per_block",
                (1..=12)
                    .map(|i| {
                        value(&(i * 32).to_string(), 0.002 * f64::from(i), &(i * 21).to_string())
                    })
                    .collect(),
            ),
            parameter(
                "stages",
                vec![
                    value("1", 0.03, "744"),
                    value("2", 0.018, "500"),
                    value("3", 0.0067, "244"),
                    dead("4", "stages * tile bytes"),
                ],
            ),
            parameter(
                "data_packing_of_the_second_operand",
                vec![
                    value("none", 0.03, "900"),
                    value("pack_b", 0.02, "588"),
                    dead(
                        "pack_ab",
                        "padding needs packed panels, and panels need whole tiles of the packed width",
                    ),
                ],
            ),
        ],
    }
}

/// Four strategies over 200 evaluations.
pub(crate) fn convergence() -> Convergence {
    let series = |name: &str, start: f64, end: f64, speed: f64, spread: f64| Series {
        name: name.to_owned(),
        samples: (0..40)
            .map(|i| {
                let at = 1.15_f64.powi(i).round().min(200.0);
                let middle = end + (start - end) * (-at / speed).exp();
                let band = spread * (-at / (2.0 * speed)).exp() + 0.02;
                Sample { at, low: middle - band, middle, high: middle + band }
            })
            .collect(),
    };
    Convergence {
        title: "Best time found so far on convolution_T4".to_owned(),
        subtitle: "median of 100 repeats, band from the first to the third quartile".to_owned(),
        x: "evaluations".to_owned(),
        y: "best time (ms)".to_owned(),
        log_x: true,
        series: vec![
            series("random", 6.4, 1.55, 60.0, 0.5),
            series("local search", 6.2, 1.25, 30.0, 0.6),
            series("genetic", 6.3, 1.32, 45.0, 0.4),
            series("knowledge-seeded", 2.4, 1.23, 14.0, 0.2),
        ],
        reference: Some(("optimum".to_owned(), 1.21)),
    }
}

/// Times of a thousand configs.
pub(crate) fn histogram() -> Histogram {
    let value = |i: i32| {
        let u = f64::from(i * 7919 % 1009) / 1009.0;
        1.2 + 0.3 * (1.0 / (1.0 - 0.98 * u) - 1.0).min(30.0)
    };
    Histogram {
        title: "Times of all configs of convolution_T4".to_owned(),
        subtitle: "1000 configs drawn uniformly".to_owned(),
        x: "time (ms)".to_owned(),
        y: "configs".to_owned(),
        values: (0..1000).map(value).collect(),
        marks: vec![
            Mark { label: "bound".to_owned(), at: 1.02 },
            Mark { label: "best".to_owned(), at: 1.21 },
            Mark { label: "median".to_owned(), at: 1.49 },
        ],
    }
}

/// Every chart with a name.
/// Two kernels of an attention, and one that knows little of it.
pub(crate) fn choices() -> Choices {
    let choice = |name: &str, values: [&str; 3]| Choice {
        name: name.to_owned(),
        values: values.map(|v| (!v.is_empty()).then(|| v.to_owned())).to_vec(),
    };
    Choices {
        title: "attention.py: what its kernels decide".to_owned(),
        subtitle: "3 kernels, 4 decisions; attention_forward".to_owned(),
        kernels: ["forward", "forward_with_lse", "preprocess"].map(str::to_owned).to_vec(),
        choices: vec![
            choice("causal_alignment", ["bottom_right", "top_left", ""]),
            choice("load_latency of k", ["2", "2", ""]),
            choice("occupancy", ["from_config | unset", "from_config", "2"]),
            choice("softmax_scheme", ["online", "online", ""]),
        ],
    }
}

pub(crate) fn all() -> Vec<(&'static str, Scene)> {
    vec![
        ("roofline", roofline().scene()),
        ("survival", survival().scene()),
        ("convergence", convergence().scene()),
        ("histogram", histogram().scene()),
        ("choices", choices().scene()),
    ]
}
