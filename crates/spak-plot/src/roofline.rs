//! The roofline: how fast work of an intensity can be at most, with configs as points.
//!
//! Williams, Waterman, Patterson, "Roofline: an insightful visual performance model", 2009.

use crate::axis::{Scale, is_sane, short};
use crate::font;
use crate::layout::{Frame, LABEL, SMALL, fitted, heading, spread};
use crate::palette::{BLUE, Colour, GREEN, INK, ORANGE, PAPER, PURPLE, QUIET, VERMILLION};
use crate::scene::{Anchor, Scene, Text};

/// A rate that no work can exceed.
#[derive(Clone, Debug, PartialEq)]
pub struct Peak {
    /// What does it (`matrix units, BF16`).
    pub label: String,
    /// FLOP per second.
    pub flops: f64,
}

/// A rate at which bytes arrive.
#[derive(Clone, Debug, PartialEq)]
pub struct Bandwidth {
    /// From where (`memory`).
    pub label: String,
    /// Bytes per second.
    pub bytes: f64,
}

/// What a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointKind {
    /// Nothing can be above it.
    Bound,
    /// What is expected.
    Estimate,
    /// What was measured.
    Measured,
}

/// A config.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// What it is, in the list below the picture.
    pub label: String,
    /// FLOP per byte.
    pub intensity: f64,
    /// FLOP per second.
    pub flops: f64,
    /// Where the figure is from.
    pub kind: PointKind,
}

/// A machine's ceilings with configs under them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Roofline {
    /// What is shown.
    pub title: String,
    /// More about it, in a smaller font.
    pub subtitle: String,
    /// Horizontal ceilings; the first is the one that matters most.
    pub peaks: Vec<Peak>,
    /// Sloped ceilings.
    pub bandwidths: Vec<Bandwidth>,
    /// Configs.
    pub points: Vec<Point>,
    /// Measurements that are only seen together: intensity and FLOP per second of each.
    pub cloud: Vec<(f64, f64)>,
}

const WIDTH: f64 = 860.0;
const LEFT: f64 = 84.0;
const ROW: f64 = 20.0;
const COLOURS: [Colour; 5] = [BLUE, PURPLE, GREEN, ORANGE, QUIET];

impl Roofline {
    /// The picture. Figures that are not above zero have no place on it and are left out.
    pub fn scene(&self) -> Scene {
        let positive = |v: f64| is_sane(v) && v > 1e-12;
        let mut peaks: Vec<&Peak> = self.peaks.iter().filter(|p| positive(p.flops)).collect();
        peaks.sort_by(|a, b| b.flops.total_cmp(&a.flops));
        let slopes: Vec<&Bandwidth> =
            self.bandwidths.iter().filter(|b| positive(b.bytes)).collect();
        let is_shown = |p: &&Point| positive(p.flops) && positive(p.intensity);
        let points: Vec<&Point> = self.points.iter().filter(is_shown).collect();
        let mut scene = Scene::new(WIDTH, 0.0, &self.title);
        let top = heading(&mut scene, 24.0, &self.title, &self.subtitle);
        let cloud = self.cloud.iter().filter(|(i, f)| positive(*i) && positive(*f)).copied();
        let cloud: Vec<(f64, f64)> = cloud.collect();
        let frame = frame(top, &peaks, &slopes, &points, &cloud);
        let main = self.peaks.first().filter(|p| positive(p.flops));
        let (unit, size) = match main.or(peaks.first().copied()).map_or(1e12, |p| p.flops) {
            f if f >= 1e12 => ("TFLOPS", 1e12),
            _ => ("GFLOPS", 1e9),
        };
        let scaled = match frame.y {
            Scale::Log { low, high } => Scale::Log { low: low / size, high: high / size },
            other => other,
        };
        let axes = Frame { y: scaled, ..frame };
        axes.draw(
            &mut scene,
            "arithmetic intensity (FLOP per byte of memory traffic)",
            &format!("performance ({unit})"),
        );
        draw_slopes(&mut scene, &frame, &slopes, &peaks, &points);
        // What lies orders of magnitude below everything else has no place.
        let is_within = |p: &&Peak| p.flops >= frame.y.ends().0;
        let peaks: Vec<&Peak> = peaks.into_iter().filter(is_within).collect();
        draw_peaks(
            &mut scene,
            &frame,
            (&peaks, main),
            slopes.first().map(|b| b.bytes),
            (unit, size),
        );
        for (intensity, flops) in &cloud {
            let (x, y) = (frame.x(*intensity), frame.y_inside(*flops));
            scene.line(&[(x - 7.0, y), (x + 7.0, y)], QUIET, 0.8);
        }
        draw_points(&mut scene, &frame, &points, (unit, size));
        let mut rows = points.len();
        if !cloud.is_empty() {
            let y = frame.bottom() + 70.0 + ROW * rows as f64;
            scene.line(&[(51.0, y - 4.0), (65.0, y - 4.0)], QUIET, 0.8);
            let text = format!("each dash: one of {} measured trials", cloud.len());
            scene.text(Text::new(text, (72.0, y), SMALL, INK));
            rows += 1;
        }
        scene.height = frame.bottom() + 62.0 + ROW * rows as f64;
        scene
    }
}

fn frame(
    top: f64,
    peaks: &[&Peak],
    slopes: &[&Bandwidth],
    points: &[&Point],
    cloud: &[(f64, f64)],
) -> Frame {
    let rates = peaks.iter().map(|p| p.flops).chain(points.iter().map(|p| p.flops));
    let rates = rates.chain(cloud.iter().map(|(_, flops)| *flops));
    let ridges = peaks.iter().flat_map(|p| slopes.iter().map(|b| p.flops / b.bytes));
    let x = Scale::log(ridges.chain(points.iter().map(|p| p.intensity)), 6.0);
    let Scale::Log { low, high } = Scale::log(rates, 2.2) else {
        return Frame { left: LEFT, top, width: 1.0, height: 1.0, x, y: x };
    };
    // Enough of the slope has to be seen to read it as one.
    let begin = slopes.iter().map(|b| b.bytes * x.ends().0 * 2.0).fold(f64::INFINITY, f64::min);
    let y = Scale::Log { low: low.min(begin).max(high * 1e-7), high };
    Frame { left: LEFT, top: top + 6.0, width: WIDTH - LEFT - 36.0, height: 400.0, x, y }
}

/// Where a slope enters and leaves the frame below `limit`, as intensities.
fn visible(frame: &Frame, bytes: f64, limit: f64) -> (f64, f64) {
    let ((x_low, x_high), (y_low, y_high)) = (frame.x.ends(), frame.y.ends());
    ((y_low / bytes).max(x_low), (limit.min(y_high) / bytes).min(x_high))
}

fn draw_slopes(
    scene: &mut Scene,
    frame: &Frame,
    slopes: &[&Bandwidth],
    peaks: &[&Peak],
    points: &[&Point],
) {
    for slope in slopes {
        let limit = peaks.first().map_or(f64::INFINITY, |p| p.flops);
        let (from, to) = visible(frame, slope.bytes, limit);
        if from >= to {
            continue;
        }
        let ends = [from, to].map(|i| (frame.x(i), frame.y(slope.bytes * i)));
        scene.line(&ends, VERMILLION, 2.2);
        let [(x0, y0), (x1, y1)] = ends;
        let is_near = |p: &&&Point| p.flops > slope.bytes * p.intensity * 0.4;
        let near: Vec<f64> = points.iter().filter(is_near).map(|p| p.flops).collect();
        let turn = (y1 - y0).atan2(x1 - x0).to_degrees();
        let text = format!("{}, {}B/s", slope.label, spaced(&short(slope.bytes)));
        let length = (x1 - x0).hypot(y1 - y0);
        // Away from the names of peaks, which end at the slope.
        let heights: Vec<f64> =
            peaks.iter().map(|p| p.flops).chain(near.iter().copied()).map(|f| frame.y(f)).collect();
        let distance = |along: f64| {
            let y = y0 + (y1 - y0) * along;
            heights.iter().map(|h| (h - y).abs()).fold(f64::INFINITY, f64::min)
        };
        let half = (font::width(&text, LABEL) / 2.0 + 8.0) / length.max(1.0);
        let along = (0..=8)
            .map(|i| 0.2 + 0.075 * f64::from(i))
            .filter(|a| *a >= half && *a <= 1.0 - half)
            .reduce(|a, b| if distance(b) > distance(a) + 1.0 { b } else { a })
            .unwrap_or(0.5);
        let (x, y) = (x0 + (x1 - x0) * along, y0 + (y1 - y0) * along);
        // A little above the line, at a right angle to it.
        let (sin, cos) = turn.to_radians().sin_cos();
        let at = (x + 7.0 * sin, y - 7.0 * cos);
        let text = Text::new(text, at, LABEL, VERMILLION).anchored(Anchor::Middle);
        scene.text(text.turned(turn).halo());
    }
}

fn draw_peaks(
    scene: &mut Scene,
    frame: &Frame,
    (peaks, main): (&[&Peak], Option<&Peak>),
    bytes: Option<f64>,
    (unit, size): (&str, f64),
) {
    let lines: Vec<f64> = peaks.iter().map(|p| frame.y(p.flops)).collect();
    let wanted: Vec<f64> = lines.iter().map(|y| y + 4.0).collect();
    let places = spread(&wanted, 17.0, (frame.top + 10.0, frame.bottom() - 6.0));
    for (i, (peak, (line, place))) in peaks.iter().zip(lines.iter().zip(places)).enumerate() {
        let colour = COLOURS.get(i % COLOURS.len()).copied().unwrap_or(INK);
        let from = frame.x(ridge(frame, peak, bytes)).min(frame.right());
        let is_main = main == Some(*peak);
        let width = if is_main { 2.4 } else { 1.6 };
        let dash: &'static [f32] = if is_main { &[] } else { &[7.0, 3.0] };
        scene.dashed(&[(from, *line), (frame.right(), *line)], colour, width, dash);
        let text = format!("{}, {} {unit}", peak.label, short(peak.flops / size));
        // Nothing can be above the slope, so there is room for words on its left.
        let room = from - frame.left - 24.0;
        let at = match font::width(&text, LABEL) <= room {
            true => (from - 16.0, place),
            false => (frame.right() - 6.0, line - 7.0),
        };
        if at.0 < from && (place - 4.0 - line).abs() > 3.0 {
            scene.line(&[(from - 13.0, place - 4.0), (from - 1.0, *line)], colour, 0.9);
        }
        scene.text(Text::new(text, at, LABEL, colour).anchored(Anchor::End).halo());
    }
}

/// The intensity from which on `peak` is what limits.
fn ridge(frame: &Frame, peak: &Peak, bytes: Option<f64>) -> f64 {
    bytes.map_or(frame.x.ends().0, |b| peak.flops / b).max(frame.x.ends().0)
}

fn spaced(text: &str) -> String {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let letter = text.strip_prefix(digits).unwrap_or("");
    format!("{digits} {letter}")
}

fn draw_points(scene: &mut Scene, frame: &Frame, points: &[&Point], (unit, size): (&str, f64)) {
    let places: Vec<(f64, f64)> =
        points.iter().map(|p| (frame.x(p.intensity), frame.y_inside(p.flops))).collect();
    for (point, place) in points.iter().zip(&places) {
        marker(scene, *place, point.kind);
    }
    // Numbers beside their markers; of points above each other they are moved apart.
    let heights: Vec<f64> = places.iter().map(|(_, y)| y + 4.0).collect();
    let heights = spread(&heights, 15.0, (frame.top + 8.0, frame.bottom() - 4.0));
    for (i, ((x, y), height)) in places.iter().zip(&heights).enumerate() {
        let at = (x + 12.0, *height);
        if (height - 4.0 - y).abs() > 6.0 {
            scene.line(&[(x + 10.5, height - 4.0), (x + 5.0, *y)], QUIET, 0.8);
        }
        scene.text(Text::new((i + 1).to_string(), at, LABEL, INK).strong().halo());
    }
    let mut y = frame.bottom() + 70.0;
    for (i, point) in points.iter().enumerate() {
        scene.text(
            Text::new((i + 1).to_string(), (44.0, y), LABEL, INK).anchored(Anchor::End).strong(),
        );
        marker(scene, (58.0, y - 4.0), point.kind);
        let word = match point.kind {
            PointKind::Bound => "bound",
            PointKind::Estimate => "estimate",
            PointKind::Measured => "measured",
        };
        let text = format!("{word}: {} {unit}; {}", short(point.flops / size), point.label);
        scene.text(Text::new(fitted(&text, SMALL, WIDTH - 100.0), (72.0, y), SMALL, INK));
        y += ROW;
    }
}

/// A bound is a bar that closes upwards, an estimate a hollow circle, a measurement a full one.
fn marker(scene: &mut Scene, (x, y): (f64, f64), kind: PointKind) {
    match kind {
        PointKind::Bound => {
            scene.outlined(&[(x - 6.0, y), (x + 6.0, y), (x, y + 9.0)], BLUE, PAPER);
        }
        PointKind::Estimate => scene.dot((x, y), 4.5, PAPER, INK),
        PointKind::Measured => scene.dot((x, y), 4.5, INK, PAPER),
    }
}
