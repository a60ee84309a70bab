//! Pictures of spaces, predictions and results, as SVG and as PNG.
//!
//! A chart ([`Roofline`], [`Survival`], [`Convergence`], [`Histogram`], [`Choices`]) is plain numbers and words. It is
//! laid out into a [`Scene`] of lines, shapes and texts, which [`svg`] writes as text and [`png`]
//! rasterises. Equal charts give equal bytes: nothing depends on fonts of the system, a clock or a map's
//! order. Colours are those of Okabe and Ito, which readers with any kind of colour vision tell apart, and
//! nothing is said by colour alone.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod axis;
mod choices;
mod convergence;
mod font;
mod histogram;
mod layout;
mod palette;
mod raster;
mod roofline;
mod scene;
mod survival;
mod svg;

pub use choices::{Choice, Choices};
pub use convergence::{Convergence, Sample, Series};
pub use histogram::{Histogram, Mark};
pub use raster::{PictureError, png};
pub use roofline::{Bandwidth, Peak, Point, PointKind, Roofline};
pub use scene::Scene;
pub use survival::{Parameter, Survival, ValueShare};
pub use svg::svg;
