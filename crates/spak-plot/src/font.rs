//! The font of pictures: widths for layout, outlines for PNG.
//!
//! Ubuntu Light comes with the crate of egui's fonts. Its strokes are drawn a little wider than they are,
//! which gives the weight of a text font.

use std::sync::LazyLock;

use ttf_parser::{Face, OutlineBuilder};

/// What is drawn for a character that the font does not have.
const MISSING: char = '?';

/// The font, parsed; `None` only if the bytes that are compiled in were no font.
pub(crate) fn face() -> Option<&'static Face<'static>> {
    static FACE: LazyLock<Option<Face<'static>>> =
        LazyLock::new(|| Face::parse(epaint_default_fonts::UBUNTU_LIGHT, 0).ok());
    FACE.as_ref()
}

/// Width of `text` at `size` pixels. Viewers of SVG may have another font, so this is the width of the widest
/// common one (DejaVu Sans is about a tenth wider).
pub(crate) fn width(text: &str, size: f64) -> f64 {
    advance(text, size) * 1.1
}

/// Width of `text` in the font itself.
pub(crate) fn advance(text: &str, size: f64) -> f64 {
    let Some(face) = face() else { return text.chars().count() as f64 * size * 0.55 };
    let scale = size / f64::from(face.units_per_em());
    let one = |c: char| {
        let glyph = face.glyph_index(c).or_else(|| face.glyph_index(MISSING));
        glyph.and_then(|g| face.glyph_hor_advance(g)).map_or(0.0, f64::from)
    };
    text.chars().map(one).sum::<f64>() * scale
}

/// Calls `builder` for each glyph of `text` with its distance from the beginning, in font units.
pub(crate) fn outlines(
    face: &Face<'_>,
    text: &str,
    builder: &mut dyn FnMut(f32) -> Shift,
) -> Vec<Shift> {
    let mut out = Vec::new();
    let mut at = 0.0_f32;
    for c in text.chars() {
        let Some(glyph) = face.glyph_index(c).or_else(|| face.glyph_index(MISSING)) else {
            continue;
        };
        let mut shift = builder(at);
        face.outline_glyph(glyph, &mut shift);
        out.push(shift);
        at += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
    }
    out
}

/// A glyph's outline as a path, moved to its place and turned upright.
pub(crate) struct Shift {
    pub(crate) path: tiny_skia::PathBuilder,
    pub(crate) by: f32,
    pub(crate) scale: f32,
}

impl Shift {
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        ((x + self.by) * self.scale, -y * self.scale)
    }
}

impl OutlineBuilder for Shift {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.place(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.place(x1, y1), self.place(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) =
            (self.place(x1, y1), self.place(x2, y2), self.place(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
