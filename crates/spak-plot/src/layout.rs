//! The frame that charts share: a title, two axes with their grids, and labels that keep out of each other's way.

use crate::axis::Scale;
use crate::font;
use crate::palette::{GRID, INK, QUIET};
use crate::scene::{Anchor, Scene, Text};

pub(crate) const TITLE: f64 = 17.0;
pub(crate) const LABEL: f64 = 12.5;
pub(crate) const SMALL: f64 = 11.5;

/// A rectangle with two scales.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}

impl Frame {
    /// Where `value` of the horizontal scale is.
    pub(crate) fn x(&self, value: f64) -> f64 {
        self.left + self.width * self.x.place(value)
    }

    /// Where `value` of the vertical scale is.
    pub(crate) fn y(&self, value: f64) -> f64 {
        self.top + self.height * (1.0 - self.y.place(value))
    }

    pub(crate) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// `value` of the vertical scale within the frame.
    pub(crate) fn y_inside(&self, value: f64) -> f64 {
        self.y(value).clamp(self.top, self.bottom())
    }

    /// Draws grid, axes, numbers and titles.
    pub(crate) fn draw(&self, scene: &mut Scene, x_title: &str, y_title: &str) {
        let mut free = f64::NEG_INFINITY;
        for tick in self.x.ticks() {
            let x = self.x(tick.value);
            scene.line(&[(x, self.top), (x, self.bottom())], GRID, 1.0);
            let half = font::width(&tick.label, SMALL) / 2.0;
            if x - half > free {
                let at = (x, self.bottom() + 18.0);
                scene.text(Text::new(tick.label, at, SMALL, INK).anchored(Anchor::Middle));
                free = x + half + 6.0;
            }
        }
        let mut widest: f64 = 0.0;
        for tick in self.y.ticks() {
            let y = self.y(tick.value);
            scene.line(&[(self.left, y), (self.right(), y)], GRID, 1.0);
            widest = widest.max(font::width(&tick.label, SMALL));
            let at = (self.left - 8.0, y + 4.0);
            scene.text(Text::new(tick.label, at, SMALL, INK).anchored(Anchor::End));
        }
        let corner = (self.left, self.bottom());
        scene.line(&[(self.left, self.top), corner, (self.right(), self.bottom())], QUIET, 1.2);
        let at = (self.left + self.width / 2.0, self.bottom() + 40.0);
        scene.text(Text::new(x_title, at, LABEL, INK).anchored(Anchor::Middle));
        let at = (self.left - 20.0 - widest, self.top + self.height / 2.0);
        scene.text(Text::new(y_title, at, LABEL, INK).anchored(Anchor::Middle).turned(-90.0));
    }
}

/// Writes title and subtitle; returns where the next thing may begin.
pub(crate) fn heading(scene: &mut Scene, left: f64, title: &str, subtitle: &str) -> f64 {
    let room = scene.width - 2.0 * left;
    scene.text(Text::new(fitted(title, TITLE, room), (left, 30.0), TITLE, INK).strong());
    let mut lines = wrapped(subtitle, LABEL, room);
    if lines.len() > 2 {
        lines.truncate(2);
        if let Some(last) = lines.last_mut() {
            *last = fitted(&format!("{last} …"), LABEL, room);
        }
    }
    for (i, line) in lines.iter().enumerate() {
        let at = (left, 50.0 + 17.0 * i as f64);
        scene.text(Text::new(line.as_str(), at, LABEL, QUIET));
    }
    46.0 + 18.0 * lines.len() as f64
}

/// Longer texts are cut before they are measured: nobody reads more in a picture.
const MAX_CHARACTERS: usize = 400;

/// `text`, shortened when it is wider than `room`.
pub(crate) fn fitted(text: &str, size: f64, room: f64) -> String {
    let mut width = 0.0;
    let mut fits = 0;
    let dots = font::width("…", size);
    for (count, (at, c)) in text.char_indices().enumerate() {
        width += font::width(c.encode_utf8(&mut [0; 4]), size);
        if width > room || count >= MAX_CHARACTERS {
            return match text.get(..fits) {
                Some(kept) if dots <= room => format!("{kept}…"),
                _ => String::new(),
            };
        }
        if width + dots <= room {
            fits = at + c.len_utf8();
        }
    }
    text.to_owned()
}

/// `text` in lines of at most `room`.
pub(crate) fn wrapped(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<(String, f64)> = Vec::new();
    let blank = font::width(" ", size);
    for word in
        text.get(..text.floor_char_boundary(MAX_CHARACTERS)).unwrap_or_default().split_whitespace()
    {
        let word = fitted(word, size, room);
        let width = font::width(&word, size);
        match lines.last_mut() {
            Some((line, used)) if *used + blank + width <= room => {
                line.push(' ');
                line.push_str(&word);
                *used += blank + width;
            }
            _ => lines.push((word, width)),
        }
    }
    lines.into_iter().map(|(line, _)| line).collect()
}

/// Moves `places` apart until neighbours are `gap` away from each other, within `low` and `high`, each as
/// little as possible; the order is kept.
pub(crate) fn spread(places: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = places.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    // Groups of labels that touch: their number and the mean of where they want to be.
    let mut groups: Vec<(Vec<usize>, f64)> = Vec::new();
    for (index, place) in order {
        groups.push((vec![index], place));
        while let [.., (a, at_a), (b, at_b)] = groups.as_slice() {
            let reach = gap * (a.len() + b.len()) as f64 / 2.0;
            if at_b - at_a >= reach {
                break;
            }
            let (count_a, count_b) = (a.len() as f64, b.len() as f64);
            let middle = (at_a * count_a + at_b * count_b) / (count_a + count_b);
            let mut all = a.clone();
            all.extend(b);
            groups.truncate(groups.len() - 2);
            groups.push((all, middle));
        }
    }
    let mut out = places.to_vec();
    let mut floor = low;
    for (members, middle) in groups {
        let half = gap * (members.len() as f64 - 1.0) / 2.0;
        let begin = (middle - half).min(high - 2.0 * half).max(floor);
        for (i, index) in members.iter().enumerate() {
            if let Some(place) = out.get_mut(*index) {
                *place = begin + gap * i as f64;
            }
        }
        floor = begin + 2.0 * half + gap;
    }
    out
}
