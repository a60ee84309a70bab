//! Plans to source files through templates. Shared: [`Family`], [`Templates`], [`render`].
//!
//! A family's manifest says which axes and parameters its template understands; [`choices`] fills
//! in what a design leaves open, [`view`] computes every number the template prints, and
//! [`render()`] runs the template. Nothing here reads a file: the built-in texts are compiled in.

pub mod choices;
pub mod error;
pub mod family;
pub mod operators;
pub mod parametric;
pub mod regenerate;
pub mod render;
pub mod templates;
mod view;

pub use choices::{Choices, unused};
pub use error::{GenerateError, Unsupported};
pub use family::{Axis, Constraint, Family, Parameter};
pub use render::{inert, render};
pub use templates::{Manifest, Templates, families};
