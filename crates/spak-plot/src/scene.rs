//! What a picture consists of: lines, shapes and texts with their places, in drawing order.

use crate::palette::Colour;

/// A picture before it is written in a format. Lengths are in pixels at one-to-one size, downwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// What the picture shows, for readers who cannot see it.
    pub title: String,
    pub(crate) items: Vec<Item>,
}

/// Something that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Item {
    /// A line through points.
    Line { points: Vec<(f64, f64)>, colour: Colour, width: f64, dash: &'static [f32] },
    /// A filled area; `outline` with a line of one pixel in its colour.
    Area { points: Vec<(f64, f64)>, colour: Colour, opacity: f64, outline: Option<Colour> },
    /// A filled circle with a line of its colour around.
    Dot { centre: (f64, f64), radius: f64, fill: Colour, line: Colour },
    /// A text.
    Text(Text),
}

/// Where a text stands relative to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// A text of one line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text {
    pub(crate) text: String,
    /// On the base line.
    pub(crate) at: (f64, f64),
    pub(crate) size: f64,
    pub(crate) anchor: Anchor,
    pub(crate) colour: Colour,
    pub(crate) strong: bool,
    /// Degrees, clockwise around its place.
    pub(crate) turn: f64,
    /// Paper behind its strokes, so that it reads across lines.
    pub(crate) halo: bool,
}

impl Scene {
    /// An empty picture.
    pub(crate) fn new(width: f64, height: f64, title: &str) -> Self {
        Self { width, height, title: title.to_owned(), items: Vec::new() }
    }

    pub(crate) fn line(&mut self, points: &[(f64, f64)], colour: Colour, width: f64) {
        self.dashed(points, colour, width, &[]);
    }

    pub(crate) fn dashed(
        &mut self,
        points: &[(f64, f64)],
        colour: Colour,
        width: f64,
        dash: &'static [f32],
    ) {
        if points.len() > 1 {
            self.items.push(Item::Line { points: points.to_vec(), colour, width, dash });
        }
    }

    pub(crate) fn area(&mut self, points: &[(f64, f64)], colour: Colour, opacity: f64) {
        self.items.push(Item::Area { points: points.to_vec(), colour, opacity, outline: None });
    }

    pub(crate) fn bar(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: Colour) {
        let points = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
        self.area(&points, colour, 1.0);
    }

    pub(crate) fn outlined(&mut self, points: &[(f64, f64)], fill: Colour, line: Colour) {
        let (points, outline) = (points.to_vec(), Some(line));
        self.items.push(Item::Area { points, colour: fill, opacity: 1.0, outline });
    }

    pub(crate) fn dot(&mut self, centre: (f64, f64), radius: f64, fill: Colour, line: Colour) {
        self.items.push(Item::Dot { centre, radius, fill, line });
    }

    pub(crate) fn text(&mut self, text: Text) {
        if !text.text.is_empty() {
            self.items.push(Item::Text(text));
        }
    }
}

impl Text {
    pub(crate) fn new(text: impl Into<String>, at: (f64, f64), size: f64, colour: Colour) -> Self {
        // A control character has no picture.
        let text: String = text.into().chars().filter(|c| !c.is_control()).collect();
        Self {
            text,
            at,
            size,
            anchor: Anchor::Start,
            colour,
            strong: false,
            turn: 0.0,
            halo: false,
        }
    }

    pub(crate) fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    pub(crate) fn strong(mut self) -> Self {
        self.strong = true;
        self
    }

    pub(crate) fn turned(mut self, degrees: f64) -> Self {
        self.turn = degrees;
        self
    }

    pub(crate) fn halo(mut self) -> Self {
        self.halo = true;
        self
    }
}
