//! Colours that readers with any kind of colour vision tell apart (Okabe and Ito, "Color Universal Design", 2008).

/// Red, green, blue.
pub(crate) type Colour = [u8; 3];

pub(crate) const INK: Colour = [34, 34, 34];
pub(crate) const QUIET: Colour = [104, 104, 104];
pub(crate) const GRID: Colour = [226, 226, 226];
pub(crate) const PAPER: Colour = [255, 255, 255];
pub(crate) const BLUE: Colour = [0, 114, 178];
pub(crate) const VERMILLION: Colour = [213, 94, 0];
pub(crate) const GREEN: Colour = [0, 140, 104];
pub(crate) const ORANGE: Colour = [214, 142, 0];
pub(crate) const PURPLE: Colour = [184, 92, 144];
pub(crate) const SKY: Colour = [60, 152, 208];

/// Colours of series in the order they are given out.
pub(crate) const SERIES: [Colour; 6] = [BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY];

/// Patterns of lines in the same order, so that series differ without colour as well.
pub(crate) const DASHES: [&[f32]; 6] =
    [&[], &[8.0, 3.0], &[2.0, 2.5], &[9.0, 3.0, 2.0, 3.0], &[5.0, 2.0], &[12.0, 3.0, 2.0, 3.0]];

/// The colour and pattern of series `index`.
pub(crate) fn series(index: usize) -> (Colour, &'static [f32]) {
    let at = index % SERIES.len();
    (SERIES.get(at).copied().unwrap_or(INK), DASHES.get(at).copied().unwrap_or(&[]))
}
