//! How good findings are: learnt on one half of the rows, tried on the other.

use crate::elsewhere::{Ground, Held, Tried, tried};
use crate::finding::{Claim, Finding};
use crate::learn::{learn, with_roles};
use crate::table::{Role, Row, Table};

/// Findings of one half, tried on the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Halves {
    /// Configs measured in the half that was learnt from.
    pub learnt_from: usize,
    /// Configs measured in the other one.
    pub tried_on: usize,
    /// Each finding and what the other half says of it.
    pub told: Vec<(Finding, Tried)>,
}

/// Both ways together.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// From each half to the other.
    pub halves: Vec<Halves>,
    /// How many findings hold, fade, are contradicted, cannot be told.
    pub counts: [usize; 4],
    /// Effects outside over effects inside, as the slope through zero of their logarithms: below one, findings are too
    /// large for having been found. `None` when nothing could be compared.
    pub slope: Option<f64>,
}

/// Splits the configs in two by a hash of their choices, whatever the order of the rows is, and tries each half's findings on
/// the other. Rows that differ only in what is given stay together.
pub fn calibrated(table: &Table) -> Calibration {
    let table = &with_roles(table);
    let choices: Vec<usize> = table.of_role(Role::Choice).collect();
    let side = |row: &Row| {
        let own = choices.iter().filter_map(|at| row.at.get(*at).map(|v| (*at, *v)));
        scattered(own) & 1 == 0
    };
    let mut halves = Vec::new();
    if let Some((one, other)) = table.part(side).zip(table.part(|row| !side(row))) {
        for (from, on) in [(&one, &other), (&other, &one)] {
            let ground = Ground::new(on);
            let findings = learn(from).findings;
            let told = findings.into_iter().map(|f| {
                let tried = tried(&f.claim, &ground);
                (f, tried)
            });
            halves.push(Halves {
                learnt_from: from.measured(),
                tried_on: on.measured(),
                told: told.collect(),
            });
        }
    }
    let all: Vec<&(Finding, Tried)> = halves.iter().flat_map(|h| &h.told).collect();
    let (counts, slope) = (counts(all.iter().map(|(_, t)| t)), slope(&all));
    Calibration { halves, counts, slope }
}

/// How many hold, fade, are contradicted, cannot be told.
fn counts<'t>(tried: impl Iterator<Item = &'t Tried>) -> [usize; 4] {
    let mut counts = [0; 4];
    for one in tried {
        let at = match one.held {
            Held::Holds => 0,
            Held::Fades => 1,
            Held::Contradicted => 2,
            Held::Untold => 3,
        };
        if let Some(slot) = counts.get_mut(at) {
            *slot += 1;
        }
    }
    counts
}

fn slope(all: &[&(Finding, Tried)]) -> Option<f64> {
    let (mut products, mut squares) = (0.0, 0.0);
    for (finding, tried) in all {
        let inside = match &finding.claim {
            Claim::Slower { ratio, .. }
            | Claim::Monotone { ratio, .. }
            | Claim::Threshold { ratio, .. } => ratio.mean.ln(),
            Claim::Interaction { at: [(_, a), (_, b)], .. } => (b.mean / a.mean).ln(),
            _ => continue,
        };
        let Some([outside, _, _]) = tried.effect else { continue };
        products += inside * outside.ln();
        squares += inside * inside;
    }
    (squares > 0.0).then(|| products / squares)
}

/// A hash of values that is the same everywhere (FNV-1a, then mixed so that its last bit is as good as any).
fn scattered(of: impl Iterator<Item = (usize, u32)>) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for (at, value) in of {
        for byte in (at as u64).to_le_bytes().into_iter().chain(value.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}
