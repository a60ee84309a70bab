//! Constraints that have no value for some configs: a division by zero, an overflow, an unknown dtype.

use std::collections::BTreeMap;

use spak_expr::codes::{ARITHMETIC_OVERFLOW, DIVISION_BY_ZERO, DOMAIN_ERROR, INDEX_OUT_OF_RANGE};
use spak_expr::{Env, Expr, ExprKind, Limits, Scalar, Value};
use spak_syntax::Diagnostic;

use super::{Constraint, Space};
use crate::formula::to_value;

/// How many configs are tried for one constraint.
const MAX_CONFIGS: usize = 4096;

/// How many configs are tried for all of them.
const BUDGET: usize = 100_000;

/// How many of them may need the slow way.
const SLOW_BUDGET: usize = 2_000;

/// The values of one config.
struct Config<'a>(BTreeMap<&'a str, Value>);

impl Env for Config<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }
}

impl Space<'_> {
    /// One error for each constraint that has no value for a config that no other constraint excludes.
    pub(super) fn faults(&self, found: &mut Vec<Diagnostic>) {
        let (mut left, mut slow) = (BUDGET, SLOW_BUDGET);
        for constraint in self.constraints.iter().filter(|c| can_fail(&c.expr)) {
            let mut at = vec![0_usize; constraint.axes.len()];
            for _ in 0..MAX_CONFIGS {
                let Some(next) = left.checked_sub(1) else { return };
                left = next;
                let slots = self.slots(constraint, &at);
                let is_fast =
                    constraint.program.as_ref().is_some_and(|p| p.holds(&slots).is_some());
                if !is_fast {
                    let Some(next) = slow.checked_sub(1) else { return };
                    slow = next;
                    let is_there = !self.is_excluded(constraint, &at);
                    if let Some(fault) = self.fault(constraint, &at).filter(|_| is_there) {
                        found.push(fault);
                        break;
                    }
                }
                if !self.advance(constraint, &mut at) {
                    break;
                }
            }
        }
    }

    /// The next config of the axes of a constraint; `false` after the last.
    fn advance(&self, constraint: &Constraint, at: &mut [usize]) -> bool {
        for (axis, value) in constraint.axes.iter().zip(at.iter_mut()).rev() {
            *value += 1;
            if self.axes.get(*axis).is_some_and(|a| *value < a.values.len()) {
                return true;
            }
            *value = 0;
        }
        false
    }

    fn slots(&self, constraint: &Constraint, at: &[usize]) -> Vec<Scalar> {
        let pairs = constraint.axes.iter().zip(at);
        pairs
            .filter_map(|(axis, value)| self.axes.get(*axis)?.values.get(*value).copied())
            .collect()
    }

    /// Whether another constraint over these axes excludes the config.
    fn is_excluded(&self, constraint: &Constraint, at: &[usize]) -> bool {
        let value_of = |axis: &usize| {
            let place = constraint.axes.iter().position(|a| a == axis)?;
            self.axes.get(*axis)?.values.get(*at.get(place)?).copied()
        };
        self.constraints.iter().any(|other| {
            let slots: Option<Vec<Scalar>> = other.axes.iter().map(value_of).collect();
            let holds = || other.program.as_ref()?.holds(&slots?);
            holds() == Some(false)
        })
    }

    fn fault(&self, constraint: &Constraint, at: &[usize]) -> Option<Diagnostic> {
        let mut config = Config(BTreeMap::new());
        let mut shown = Vec::new();
        for (axis, value) in constraint.axes.iter().zip(at) {
            let axis = self.axes.get(*axis)?;
            let literal = axis.literals.get(*value)?;
            shown.push(format!("{} = {literal}", axis.dimension.name));
            config.0.insert(&axis.dimension.name, to_value(literal));
        }
        let limits = Limits { steps: 10_000, ..Limits::default() };
        let mut fault = *spak_expr::check(&constraint.expr, &config, limits).err()?;
        let is_about_values = matches!(
            fault.code,
            DIVISION_BY_ZERO | ARITHMETIC_OVERFLOW | DOMAIN_ERROR | INDEX_OUT_OF_RANGE
        );
        if !is_about_values {
            return None;
        }
        if !shown.is_empty() {
            fault.message = format!("{} where {}", fault.message, shown.join(" and "));
        }
        fault.reason =
            "a constraint without a value decides nothing about such a config".to_owned();
        Some(fault.in_file(constraint.file))
    }
}

/// Whether evaluating may be an error: comparisons of what is known never are.
fn can_fail(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Binary(..) | ExprKind::Call(_) | ExprKind::Index(..))
        || expr.children().into_iter().any(can_fail)
}
