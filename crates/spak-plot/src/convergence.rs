//! Convergence: the best found so far against evaluations or time, for several strategies.

use crate::axis::{Scale, is_sane};
use crate::font;
use crate::layout::{Frame, LABEL, SMALL, fitted, heading, spread};
use crate::palette::{INK, QUIET, series};
use crate::scene::{Anchor, Scene, Text};

/// What a strategy had found at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// Evaluations or seconds.
    pub at: f64,
    /// Lower edge of the band, such as the first quartile over repeats.
    pub low: f64,
    /// The middle, such as the median over repeats.
    pub middle: f64,
    /// Upper edge of the band.
    pub high: f64,
}

/// One strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// In order of `at`. The best so far stays until the next sample, so lines are steps.
    pub samples: Vec<Sample>,
}

/// Several strategies on one space.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Convergence {
    /// What is shown.
    pub title: String,
    /// More about it, in a smaller font.
    pub subtitle: String,
    /// What lies along, with a unit (`evaluations`, `time (s)`).
    pub x: String,
    /// What lies upwards, with a unit (`best time (ms)`).
    pub y: String,
    /// Whether equal ratios of what lies along are equally long.
    pub log_x: bool,
    /// The strategies.
    pub series: Vec<Series>,
    /// A level that none can pass, with its name (`optimum`).
    pub reference: Option<(String, f64)>,
}

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 500.0;
const LEFT: f64 = 84.0;

impl Convergence {
    /// The picture: lines with bands, named at their ends.
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::new(WIDTH, HEIGHT, &self.title);
        let top = heading(&mut scene, 24.0, &self.title, &self.subtitle) + 6.0;
        let all = || self.series.iter().flat_map(|s| &s.samples);
        let y_values = all()
            .flat_map(|s| [s.low, s.middle, s.high])
            .chain(self.reference.iter().map(|(_, level)| *level));
        let y = Scale::linear(y_values, false);
        let x_values = all().map(|s| s.at);
        let x =
            if self.log_x { Scale::log(x_values, 1.0001) } else { Scale::linear(x_values, true) };
        let names = self.series.iter().map(|s| font::width(&s.name, LABEL));
        let reference = self.reference.iter().map(|(name, _)| font::width(name, LABEL));
        let room = names.chain(reference).fold(60.0, f64::max).min(220.0) + 44.0;
        let frame = Frame {
            left: LEFT,
            top,
            width: WIDTH - LEFT - room,
            height: HEIGHT - top - 62.0,
            x,
            y,
        };
        frame.draw(&mut scene, &self.x, &self.y);
        let mut labels: Vec<(String, f64, usize)> = Vec::new();
        if let Some((name, level)) = self.reference.as_ref().filter(|(_, level)| is_sane(*level)) {
            let at = frame.y(*level);
            scene.dashed(&[(frame.left, at), (frame.right(), at)], INK, 1.2, &[3.0, 3.0]);
            labels.push((name.clone(), at, usize::MAX));
        }
        for (i, one) in self.series.iter().enumerate() {
            band(&mut scene, &frame, one, i);
        }
        for (i, one) in self.series.iter().enumerate() {
            if let Some(end) = line(&mut scene, &frame, one, i) {
                labels.push((one.name.clone(), end, i));
            }
        }
        name_lines(&mut scene, &frame, &labels, room);
        scene
    }
}

/// The corners of a line of steps through `at` and a value of each sample, to the end of the frame.
fn steps(frame: &Frame, one: &Series, value: impl Fn(&Sample) -> f64) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::with_capacity(one.samples.len() * 2 + 1);
    for sample in &one.samples {
        let (x, y) = (frame.x(sample.at).clamp(frame.left, frame.right()), frame.y(value(sample)));
        if !is_sane(sample.at) || !is_sane(value(sample)) || !x.is_finite() {
            continue;
        }
        let y = y.clamp(frame.top, frame.bottom());
        if let Some((_, before)) = out.last().copied() {
            out.push((x, before));
        }
        out.push((x, y));
    }
    out
}

fn band(scene: &mut Scene, frame: &Frame, one: &Series, index: usize) {
    let mut edge = steps(frame, one, |s| s.high);
    edge.extend(steps(frame, one, |s| s.low).into_iter().rev());
    if edge.len() > 2 {
        scene.area(&edge, series(index).0, 0.13);
    }
}

/// Draws a line; where it ends, as a height.
fn line(scene: &mut Scene, frame: &Frame, one: &Series, index: usize) -> Option<f64> {
    let (colour, dash) = series(index);
    let points = steps(frame, one, |s| s.middle);
    scene.dashed(&points, colour, 2.2, dash);
    points.last().map(|(_, y)| *y)
}

fn name_lines(scene: &mut Scene, frame: &Frame, labels: &[(String, f64, usize)], room: f64) {
    let ends: Vec<f64> = labels.iter().map(|(_, y, _)| *y).collect();
    let places = spread(&ends, 17.0, (frame.top + 4.0, frame.bottom() - 2.0));
    for ((name, end, index), place) in labels.iter().zip(places) {
        let (colour, dash) =
            if *index == usize::MAX { (QUIET, &[3.0_f32, 3.0] as &[f32]) } else { series(*index) };
        let (x, from) = (frame.right(), *end);
        scene.line(&[(x + 3.0, from), (x + 10.0, place)], colour, 0.9);
        scene.dashed(&[(x + 10.0, place), (x + 28.0, place)], colour, 2.2, dash);
        let text = fitted(name, LABEL, room - 36.0);
        scene.text(Text::new(text, (x + 33.0, place + 4.0), LABEL, colour).anchored(Anchor::Start));
    }
    if labels.is_empty() {
        let at = (frame.left + frame.width / 2.0, frame.top + frame.height / 2.0);
        scene.text(Text::new("nothing was evaluated", at, SMALL, QUIET).anchored(Anchor::Middle));
    }
}
