//! What kernels decide, as a table: a row for each axis, a column for each kernel, the rows in which they differ first.

use crate::font;
use crate::layout::{LABEL, SMALL, fitted, heading};
use crate::palette::{GRID, INK, QUIET, series};
use crate::scene::{Anchor, Scene, Text};

const MARGIN: f64 = 28.0;
const ROW: f64 = 19.0;
/// A column is at least so wide and at most so wide.
const NARROW: f64 = 90.0;
const WIDE: f64 = 190.0;
const NAMES: f64 = 210.0;
const MAX_ROWS: usize = 120;
const MAX_COLUMNS: usize = 8;

/// One decision of each kernel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    /// The axis.
    pub name: String,
    /// What each kernel has, in the order of the kernels; none where nothing was found.
    pub values: Vec<Option<String>>,
}

/// The decisions of some kernels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choices {
    /// What the picture is of.
    pub title: String,
    /// What else is said of it.
    pub subtitle: String,
    /// The kernels.
    pub kernels: Vec<String>,
    /// Their decisions.
    pub choices: Vec<Choice>,
}

impl Choice {
    /// The different values, in the order in which they are met.
    fn values_of(&self) -> Vec<&str> {
        let mut values: Vec<&str> = Vec::new();
        for value in self.values.iter().flatten() {
            if !values.contains(&value.as_str()) {
                values.push(value);
            }
        }
        values
    }
}

impl Choices {
    /// The picture.
    pub fn scene(&self) -> Scene {
        let columns = self.kernels.len().min(MAX_COLUMNS);
        let shown: Vec<&Choice> = self.choices.iter().take(MAX_ROWS).collect();
        let (differ, agree): (Vec<&Choice>, Vec<&Choice>) =
            shown.iter().copied().partition(|choice| choice.values_of().len() > 1);
        let width = self.column(&shown).clamp(NARROW, WIDE);
        let all = MARGIN * 2.0 + NAMES + width * columns.max(1) as f64;
        let mut scene = Scene::new(all.max(520.0), 0.0, &self.title);
        let mut y = heading(&mut scene, MARGIN, &self.title, &self.subtitle) + 14.0;
        for (at, kernel) in self.kernels.iter().take(columns).enumerate() {
            let place = (MARGIN + NAMES + width * at as f64, y + 6.0);
            let name = fitted(kernel, LABEL, width - 10.0);
            scene.text(Text::new(name, place, LABEL, INK).strong());
        }
        y += 14.0;
        let (of_differing, of_agreeing) = match self.kernels.len() {
            0 | 1 => ("", "what it decides"),
            _ => ("where they differ", "where those that have it agree"),
        };
        for (title, rows) in [(of_differing, differ), (of_agreeing, agree)] {
            if rows.is_empty() {
                continue;
            }
            y += 20.0;
            scene.text(Text::new(title, (MARGIN, y), SMALL, QUIET));
            y += 7.0;
            for row in rows {
                y = draw(&mut scene, row, y, width, columns);
            }
        }
        let hidden = self.choices.len() - shown.len();
        if hidden > 0 || self.kernels.len() > columns {
            let kernels = self.kernels.len() - columns;
            let text = format!("and {hidden} more decisions, {kernels} more kernels");
            y += 20.0;
            scene.text(Text::new(text, (MARGIN, y), SMALL, QUIET));
        }
        scene.height = y + 20.0;
        scene
    }

    /// The room that names and values want.
    fn column(&self, shown: &[&Choice]) -> f64 {
        let names = self.kernels.iter().take(MAX_COLUMNS).map(|name| font::width(name, LABEL));
        let values = shown.iter().flat_map(|choice| choice.values.iter().flatten());
        let values = values.map(|value| font::width(value, SMALL) + 14.0);
        names.chain(values).fold(0.0, f64::max) + 12.0
    }
}

fn draw(scene: &mut Scene, choice: &Choice, top: f64, width: f64, columns: usize) -> f64 {
    let base = top + 14.0;
    scene.line(&[(MARGIN, top), (MARGIN + NAMES + width * columns as f64, top)], GRID, 1.0);
    let name = fitted(&choice.name, SMALL, NAMES - 10.0);
    scene.text(Text::new(name, (MARGIN, base), SMALL, INK));
    let values = choice.values_of();
    for (at, value) in choice.values.iter().take(columns).enumerate() {
        let left = MARGIN + NAMES + width * at as f64;
        let Some(value) = value else {
            let place = (left + 4.0, base);
            scene.text(Text::new("–", place, SMALL, QUIET).anchored(Anchor::Middle));
            continue;
        };
        // The same colour for the same value, only where there is more than one.
        let of = values.iter().position(|known| known == value).unwrap_or(0);
        if values.len() > 1 {
            scene.bar((left, top + 5.0), (5.0, ROW - 9.0), series(of).0);
        }
        let text = fitted(value, SMALL, width - 20.0);
        scene.text(Text::new(text, (left + 10.0, base), SMALL, INK));
    }
    top + ROW
}
