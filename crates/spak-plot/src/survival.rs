//! Survival: of each value of each parameter, how many configs survive, and who removes the rest.

use crate::font;
use crate::layout::{LABEL, SMALL, fitted, heading, wrapped};
use crate::palette::{BLUE, GRID, INK, QUIET, VERMILLION};
use crate::scene::{Anchor, Scene, Text};

/// One value of a parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValueShare {
    /// As it is written (`128`).
    pub value: String,
    /// Configs that survive of those with this value, 0 to 1.
    pub share: f64,
    /// How many survive, as it is shown (`1.2e6`); may be empty.
    pub count: String,
    /// The constraint that leaves none, in words, when none survives.
    pub killed_by: Option<String>,
}

/// One parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its values in order.
    pub values: Vec<ValueShare>,
}

/// A space, parameter by parameter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survival {
    /// What is shown.
    pub title: String,
    /// More about it, in a smaller font.
    pub subtitle: String,
    /// Its parameters in order.
    pub parameters: Vec<Parameter>,
}

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 24.0;
const GAP: f64 = 36.0;
const ROW: f64 = 20.0;
/// Distance of lines of words.
const WORDS: f64 = 15.0;
/// A reason is cut after this many lines.
const MAX_WORDS: usize = 3;
const COLUMNS: usize = 2;
/// More values than this are counted instead of shown.
const MAX_VALUES: usize = 32;
/// More parameters than this are counted instead of shown.
const MAX_PARAMETERS: usize = 60;

/// A line of a panel.
enum Line<'a> {
    Value(&'a ValueShare),
    /// A value that does not survive, with the reason in lines.
    Dead(&'a ValueShare, Vec<String>),
    More(String),
}

impl<'a> Line<'a> {
    fn of(value: &'a ValueShare, room: f64) -> Self {
        if value.share > 0.0 {
            return Self::Value(value);
        }
        let room = room - 18.0;
        let why = value.killed_by.as_deref().unwrap_or("no config survives");
        let mut words = wrapped(why, SMALL, room);
        if words.len() > MAX_WORDS {
            words.truncate(MAX_WORDS);
            if let Some(last) = words.last_mut() {
                *last = fitted(&format!("{last} …"), SMALL, room);
            }
        }
        Self::Dead(value, words)
    }

    fn height(&self) -> f64 {
        match self {
            Self::Dead(_, words) => ROW + WORDS * words.len().saturating_sub(1) as f64,
            Self::Value(_) | Self::More(_) => ROW,
        }
    }
}

impl Parameter {
    /// Room for the names of values.
    fn indent(&self, panel: f64) -> f64 {
        let names = self.values.iter().take(MAX_VALUES).map(|v| font::width(&v.value, SMALL));
        names.fold(24.0, f64::max).min(panel * 0.4) + 12.0
    }

    fn lines(&self, panel: f64) -> Vec<Line<'_>> {
        let indent = self.indent(panel);
        let mut lines: Vec<Line<'_>> =
            self.values.iter().take(MAX_VALUES).map(|v| Line::of(v, panel - indent)).collect();
        if let Some(rest) = self.values.get(MAX_VALUES..).filter(|rest| !rest.is_empty()) {
            let dead = rest.iter().filter(|v| v.share <= 0.0).count();
            lines.push(Line::More(format!(
                "and {} more values, {dead} of which do not survive",
                rest.len()
            )));
        }
        lines
    }
}

impl Survival {
    /// The picture: a panel for each parameter, in two columns.
    pub fn scene(&self) -> Scene {
        let shown: Vec<&Parameter> = self.parameters.iter().take(MAX_PARAMETERS).collect();
        let panel = (WIDTH - 2.0 * MARGIN - GAP * (COLUMNS as f64 - 1.0)) / COLUMNS as f64;
        let heights: Vec<f64> = shown
            .iter()
            .map(|p| 46.0 + p.lines(panel).iter().map(Line::height).sum::<f64>())
            .collect();
        let largest = shown.iter().flat_map(|p| &p.values).map(|v| v.share).fold(0.0, f64::max);
        let full = nice_share(largest);
        let mut scene = Scene::new(WIDTH, 0.0, &self.title);
        let top = heading(&mut scene, MARGIN, &self.title, &self.subtitle) + 8.0;
        let key = format!(
            "bars: configs that survive of those with the value; a whole bar is {}",
            percent(full)
        );
        scene.text(Text::new(key, (MARGIN, top + 4.0), SMALL, QUIET));
        let top = top + 16.0;
        // Each panel goes where there is most room.
        let mut ends = [top; COLUMNS];
        for (parameter, height) in shown.iter().zip(heights) {
            let column = usize::from(
                ends.get(1).copied().unwrap_or(top) < ends.first().copied().unwrap_or(top),
            );
            let Some(y) = ends.get_mut(column) else { continue };
            draw(&mut scene, parameter, (MARGIN + (panel + GAP) * column as f64, *y), panel, full);
            *y += height;
        }
        let mut end = ends.into_iter().fold(top, f64::max);
        if self.parameters.len() > shown.len() {
            let text = format!("and {} more parameters", self.parameters.len() - shown.len());
            scene.text(Text::new(text, (MARGIN, end + 10.0), SMALL, QUIET));
            end += 20.0;
        }
        scene.height = end + 12.0;
        scene
    }
}

/// What a whole bar stands for: 1, 2 or 5 times a power of ten, at least the largest share.
fn nice_share(largest: f64) -> f64 {
    if !(largest > 0.0 && largest.is_finite()) {
        return 1.0;
    }
    let decade = 10_f64.powf(largest.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|f| f * decade >= largest * 0.999_999);
    (factor.unwrap_or(10.0) * decade).min(1.0)
}

fn percent(share: f64) -> String {
    let value = share * 100.0;
    match value {
        0.0 => "0 %".to_owned(),
        v if v < 0.01 => format!("{v:.1e} %"),
        v if v < 1.0 => format!("{v:.2} %"),
        v if v < 10.0 && (v * 10.0).round() % 10.0 != 0.0 => format!("{v:.1} %"),
        v => format!("{v:.0} %"),
    }
}

fn draw(scene: &mut Scene, parameter: &Parameter, (left, top): (f64, f64), panel: f64, full: f64) {
    let name = fitted(&parameter.name, LABEL, panel);
    scene.text(Text::new(name, (left, top + 22.0), LABEL + 1.0, INK).strong());
    scene.line(&[(left, top + 29.0), (left + panel, top + 29.0)], GRID, 1.0);
    let indent = parameter.indent(panel);
    let behind = 104.0;
    let bar = panel - indent - behind;
    let mut y = top + 36.0;
    for line in parameter.lines(panel) {
        let base = y + 13.0;
        let height = line.height();
        match line {
            Line::More(text) => scene.text(Text::new(text, (left, base), SMALL, QUIET)),
            Line::Dead(value, words) => {
                label(scene, value, (left + indent, base), indent, VERMILLION);
                dead(scene, &words, (left + indent, y));
            }
            Line::Value(value) => {
                label(scene, value, (left + indent, base), indent, INK);
                scene.bar((left + indent, y + 3.0), (bar, ROW - 7.0), [240, 240, 240]);
                let length = (bar * value.share / full).clamp(1.0, bar);
                scene.bar((left + indent, y + 3.0), (length, ROW - 7.0), BLUE);
                let at = (left + indent + bar + 44.0, base);
                scene.text(Text::new(percent(value.share), at, SMALL, INK).anchored(Anchor::End));
                let count = fitted(&value.count, SMALL, behind - 50.0);
                let at = (left + panel, base);
                scene.text(Text::new(count, at, SMALL, QUIET).anchored(Anchor::End));
            }
        }
        y += height;
    }
}

fn label(scene: &mut Scene, value: &ValueShare, (x, y): (f64, f64), indent: f64, colour: [u8; 3]) {
    let text = fitted(&value.value, SMALL, indent - 8.0);
    scene.text(Text::new(text, (x - 10.0, y), SMALL, colour).anchored(Anchor::End));
}

/// A cross, and who is to blame.
fn dead(scene: &mut Scene, words: &[String], (x, y): (f64, f64)) {
    let (middle, half) = (y + ROW / 2.0 - 1.0, 4.0);
    for side in [-1.0, 1.0] {
        let ends = [(x, middle - half * side), (x + 2.0 * half, middle + half * side)];
        scene.line(&ends, VERMILLION, 2.0);
    }
    for (i, line) in words.iter().enumerate() {
        let at = (x + 16.0, y + 13.0 + WORDS * i as f64);
        scene.text(Text::new(line.as_str(), at, SMALL, VERMILLION));
    }
}
