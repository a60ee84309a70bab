//! The roofline of a prediction, and pictures as files.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_plot::{Bandwidth, Peak, Point, PointKind, Roofline, Scene};
use spak_predict::words;
use spak_records::prediction::{PredictReport, Prediction};

/// Pixels of a PNG for each of the picture's own: sharp on screens of high density and in print.
const SCALE: f64 = 2.0;

/// Writes a picture in the format that the file's name asks for.
///
/// # Errors
/// When the name ends in none of the two formats, or the file cannot be written.
pub(crate) fn write(scene: &Scene, path: &Path) -> Result<()> {
    let bytes = match path.extension().and_then(|e| e.to_str()) {
        Some("svg") => spak_plot::svg(scene).into_bytes(),
        Some("png") => spak_plot::png(scene, SCALE)?,
        _ => bail!("`{}`: a picture is a `.svg` or a `.png` file", path.display()),
    };
    std::fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}

/// The ceilings of the machine, and each config's bound and estimate.
pub(super) fn roofline(report: &PredictReport) -> Roofline {
    let Some(first) = report.predictions.first() else { return Roofline::default() };
    let workload = report.workload.as_deref().unwrap_or("Workload");
    let sizes: Vec<String> = first.problem.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let mut roofline = Roofline {
        title: format!("{workload} on {}", report.hardware.name),
        subtitle: format!("{}: {}", first.family, sizes.join(", ")),
        ..Roofline::default()
    };
    for ceiling in &first.ceilings {
        match ceiling.symbol.as_str() {
            "memory_bandwidth" | "l2_rate" | "shared_rate" => roofline
                .bandwidths
                .push(Bandwidth { label: ceiling.label.clone(), bytes: ceiling.value * 1e9 }),
            "exponential_rate" => {
                // Exponentials become operations by how many of those come with each.
                if let (Some(flop), Some(count)) =
                    (value(first, "operations"), value(first, "exponentials"))
                    && count > 0.0
                {
                    let each = flop / count;
                    // A ceiling far above all others says nothing and takes the room of what does.
                    let highest = roofline.peaks.iter().map(|p| p.flops).fold(0.0, f64::max);
                    if ceiling.value * 1e9 * each > 10.0 * highest && highest > 0.0 {
                        continue;
                    }
                    roofline.peaks.push(Peak {
                        label: format!("{} at {} FLOP each", ceiling.label, words::digits(each)),
                        flops: ceiling.value * 1e9 * each,
                    });
                }
            }
            _ => roofline
                .peaks
                .push(Peak { label: ceiling.label.clone(), flops: ceiling.value * 1e12 }),
        }
    }
    for prediction in &report.predictions {
        let (Some(flop), Some(intensity)) =
            (value(prediction, "operations"), value(prediction, "arithmetic intensity"))
        else {
            continue;
        };
        let config = prediction.config.to_string();
        if let Some(bound) = prediction.bound.as_ref().filter(|b| b.ns > 0.0) {
            let flops = flop / bound.ns * 1e9;
            let label = format!(
                "at least {}, limited by {}",
                words::time(bound.ns),
                bound.limited_by_label
            );
            let point = Point { label, intensity, flops, kind: PointKind::Bound };
            // Configs of one problem mostly share their bound.
            if !roofline.points.contains(&point) {
                roofline.points.push(point);
            }
        }
        if let Some(estimate) = &prediction.estimate {
            let flops = flop / estimate.ns * 1e9;
            let label = format!("{}: {config}", words::time(estimate.ns));
            roofline.points.push(Point { label, intensity, flops, kind: PointKind::Estimate });
        }
    }
    let sizes = value(first, "operations").zip(value(first, "arithmetic intensity"));
    if let (Some(measured), Some((flop, intensity))) = (&report.measured, sizes) {
        let label = format!("{}: {}", words::time(measured.ns), measured.config);
        let flops = flop / measured.ns * 1e9;
        roofline.points.push(Point { label, intensity, flops, kind: PointKind::Measured });
        roofline.cloud = measured.all_ns.iter().map(|ns| (intensity, flop / ns * 1e9)).collect();
    }
    roofline
}

fn value(prediction: &Prediction, name: &str) -> Option<f64> {
    prediction.quantities.iter().find(|q| q.name == name).map(|q| q.value)
}
