//! A scene as a PNG file.

use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Stroke, StrokeDash,
    Transform,
};

use crate::font::{self, Shift};
use crate::palette::{Colour, PAPER};
use crate::scene::{Anchor, Item, Scene, Text};

/// A picture larger than this in pixels is a mistake.
const MAX_PIXELS: f64 = 64e6;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It has no area, or more than can be drawn.
    #[error("a picture of {width} by {height} pixels cannot be drawn")]
    Size {
        /// In pixels.
        width: f64,
        /// In pixels.
        height: f64,
    },
    /// The encoder failed.
    #[error("the picture cannot be encoded: {0}")]
    Encoding(String),
}

/// The picture as PNG, `scale` pixels for each of the scene's.
///
/// # Errors
/// When the size is no picture's.
pub fn png(scene: &Scene, scale: f64) -> Result<Vec<u8>, PictureError> {
    let (width, height) = ((scene.width * scale).ceil(), (scene.height * scale).ceil());
    let size = PictureError::Size { width, height };
    if !(1.0..=MAX_PIXELS).contains(&(width * height)) || width < 1.0 || height < 1.0 {
        return Err(size);
    }
    let Some(mut map) = Pixmap::new(width as u32, height as u32) else { return Err(size) };
    map.fill(colour(PAPER, 1.0));
    let view = Transform::from_scale(scale as f32, scale as f32);
    for item in &scene.items {
        draw(&mut map, item, view);
    }
    map.encode_png().map_err(|e| PictureError::Encoding(e.to_string()))
}

fn draw(map: &mut Pixmap, item: &Item, view: Transform) {
    match item {
        Item::Line { points, colour, width, dash } => {
            let stroke = Stroke {
                width: *width as f32,
                line_cap: LineCap::Butt,
                line_join: LineJoin::Round,
                dash: StrokeDash::new(dash.to_vec(), 0.0),
                ..Stroke::default()
            };
            if let Some(path) = path(points, false) {
                map.stroke_path(&path, &paint(*colour, 1.0), &stroke, view, None);
            }
        }
        Item::Area { points, colour, opacity, outline } => {
            let Some(path) = path(points, true) else { return };
            map.fill_path(&path, &paint(*colour, *opacity), FillRule::Winding, view, None);
            if let Some(outline) = outline {
                map.stroke_path(&path, &paint(*outline, 1.0), &Stroke::default(), view, None);
            }
        }
        Item::Dot { centre, radius, fill, line } => {
            let circle = PathBuilder::from_circle(centre.0 as f32, centre.1 as f32, *radius as f32);
            let Some(circle) = circle else { return };
            map.fill_path(&circle, &paint(*fill, 1.0), FillRule::Winding, view, None);
            let stroke = Stroke { width: 1.5, ..Stroke::default() };
            map.stroke_path(&circle, &paint(*line, 1.0), &stroke, view, None);
        }
        Item::Text(text) => self::text(map, text, view),
    }
}

fn text(map: &mut Pixmap, text: &Text, view: Transform) {
    let Some(face) = font::face() else { return };
    let scale = text.size as f32 / f32::from(face.units_per_em());
    let width = font::advance(&text.text, text.size) as f32;
    let start = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -width / 2.0,
        Anchor::End => -width,
    };
    let place = view
        .pre_translate(text.at.0 as f32, text.at.1 as f32)
        .pre_rotate(text.turn as f32)
        .pre_translate(start, 0.0);
    let glyphs =
        font::outlines(face, &text.text, &mut |by| Shift { path: PathBuilder::new(), by, scale });
    let paths: Vec<Path> = glyphs.into_iter().filter_map(|glyph| glyph.path.finish()).collect();
    if text.halo {
        let stroke = Stroke { width: 4.0, line_join: LineJoin::Round, ..Stroke::default() };
        for path in &paths {
            map.stroke_path(path, &paint(PAPER, 1.0), &stroke, place, None);
        }
    }
    // A light font with its outline drawn as well reads like a regular one, and with more of it like a bold one.
    let weight = text.size as f32 * if text.strong { 0.065 } else { 0.026 };
    let stroke = Stroke { width: weight, line_join: LineJoin::Round, ..Stroke::default() };
    for path in &paths {
        map.fill_path(path, &paint(text.colour, 1.0), FillRule::Winding, place, None);
        map.stroke_path(path, &paint(text.colour, 1.0), &stroke, place, None);
    }
}

fn path(points: &[(f64, f64)], closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (i, (x, y)) in points.iter().enumerate() {
        match i {
            0 => builder.move_to(*x as f32, *y as f32),
            _ => builder.line_to(*x as f32, *y as f32),
        }
    }
    if closed {
        builder.close();
    }
    builder.finish()
}

fn colour([red, green, blue]: Colour, opacity: f64) -> Color {
    Color::from_rgba8(red, green, blue, (opacity * 255.0).round().clamp(0.0, 255.0) as u8)
}

fn paint(of: Colour, opacity: f64) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(colour(of, opacity));
    paint
}
