//! A histogram: how often values fall into intervals of equal width.

use crate::axis::{Scale, is_sane, short};
use crate::font;
use crate::layout::{Frame, LABEL, SMALL, heading};
use crate::palette::{BLUE, INK, PAPER, QUIET, VERMILLION};
use crate::scene::{Anchor, Scene, Text};

/// A value that is pointed out.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its name (`bound`, `best`).
    pub label: String,
    /// Where.
    pub at: f64,
}

/// Values and how they are distributed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// What is shown.
    pub title: String,
    /// More about it, in a smaller font.
    pub subtitle: String,
    /// What is counted, with a unit (`time (ms)`).
    pub x: String,
    /// What a count is of (`configs`).
    pub y: String,
    /// The values.
    pub values: Vec<f64>,
    /// Values to point out.
    pub marks: Vec<Mark>,
}

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 460.0;
const LEFT: f64 = 84.0;
const MAX_BINS: usize = 60;
const ROW: f64 = 17.0;
const MAX_ROWS: usize = 8;

impl Histogram {
    /// The picture. The number of intervals is twice Rice's rule, the cube root of the number of values.
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::new(WIDTH, HEIGHT, &self.title);
        let top = heading(&mut scene, 24.0, &self.title, &self.subtitle) + 8.0;
        let values: Vec<f64> = self.values.iter().copied().filter(|v| is_sane(*v)).collect();
        let x = Scale::linear(values.iter().copied().chain(self.marks.iter().map(|m| m.at)), false);
        let (low, high) = x.ends();
        let bins = ((values.len() as f64).cbrt() * 4.0).ceil().clamp(1.0, MAX_BINS as f64) as usize;
        let mut counts = vec![0_u64; bins];
        for value in &values {
            let at = ((value - low) / (high - low) * bins as f64) as usize;
            if let Some(count) = counts.get_mut(at.min(bins - 1)) {
                *count += 1;
            }
        }
        let y = Scale::linear(counts.iter().map(|c| *c as f64), true);
        let of = |top: f64| Frame {
            left: LEFT,
            top,
            width: WIDTH - LEFT - 36.0,
            height: HEIGHT - top - 62.0,
            x,
            y,
        };
        let names = self.names(&of(top));
        let rows = names.iter().map(|name| name.row + 1).max().unwrap_or(0);
        let frame = of(top + ROW * rows as f64);
        frame.draw(&mut scene, &self.x, &self.y);
        let width = frame.width / bins as f64;
        for (i, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (left, top) = (frame.left + width * i as f64, frame.y(*count as f64));
            let corners = [
                (left, frame.bottom()),
                (left, top),
                (left + width, top),
                (left + width, frame.bottom()),
            ];
            scene.outlined(&corners, BLUE, PAPER);
        }
        let floor = [(frame.left, frame.bottom()), (frame.right(), frame.bottom())];
        scene.line(&floor, QUIET, 1.2);
        for name in &names {
            let y = frame.top - 18.0 - ROW * name.row as f64;
            scene.dashed(
                &[(name.at, y + 4.0), (name.at, frame.bottom())],
                VERMILLION,
                1.6,
                &[5.0, 3.0],
            );
        }
        for name in names {
            let at = (name.left, frame.top - 8.0 - ROW * name.row as f64);
            scene.text(Text::new(name.text, at, LABEL, INK).halo());
        }
        if values.is_empty() {
            let at = (frame.left + frame.width / 2.0, frame.top + frame.height / 2.0);
            scene.text(Text::new("no values", at, SMALL, QUIET).anchored(Anchor::Middle));
        }
        scene
    }

    /// Names of marks in rows above the frame, each on the right of its line and the last in the lowest row, so
    /// that none hides another or is crossed by a line.
    fn names(&self, frame: &Frame) -> Vec<Name> {
        let mut marks: Vec<&Mark> = self.marks.iter().filter(|m| is_sane(m.at)).collect();
        marks.sort_by(|a, b| b.at.total_cmp(&a.at));
        let mut names: Vec<Name> = Vec::new();
        for mark in marks {
            let text = format!("{} {}", mark.label, short(mark.at));
            let at = frame.x(mark.at);
            let width = font::width(&text, LABEL) + 8.0;
            let left = (at + 4.0).min(frame.right() + 20.0 - width).max(8.0);
            let hides = |row: usize| {
                names.iter().any(|n: &Name| n.row == row && n.left < left + width && left < n.right)
            };
            let row = (0..MAX_ROWS).find(|row| !hides(*row)).unwrap_or(MAX_ROWS);
            names.push(Name { text, at, left, right: left + width, row });
        }
        names
    }
}

/// Where the name of a mark stands.
struct Name {
    text: String,
    at: f64,
    left: f64,
    right: f64,
    row: usize,
}
