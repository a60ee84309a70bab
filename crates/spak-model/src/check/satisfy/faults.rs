//! Constraints that have no value for some configs: a division by zero, an overflow, an unknown dtype.

use std::collections::BTreeMap;

use spak_expr::codes::{ARITHMETIC_OVERFLOW, DIVISION_BY_ZERO, DOMAIN_ERROR, INDEX_OUT_OF_RANGE};
use spak_expr::{Env, Limits, Value, free_names};
use spak_space::{Explainer, Undefined};
use spak_syntax::Diagnostic;

use super::Look;
use crate::formula::to_value;

/// The values of one config, and what other names stand for.
struct Config<'a> {
    values: BTreeMap<&'a str, Value>,
    symbols: &'a BTreeMap<String, Value>,
}

impl Env for Config<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned().or_else(|| self.symbols.lookup(name))
    }
}

impl Look<'_> {
    /// One error for each constraint that has no value for a config that no other constraint excludes.
    pub(super) fn faults(&self, explainer: &mut Explainer, found: &mut Vec<Diagnostic>) {
        found.extend(explainer.undefined().iter().filter_map(|u| self.fault(u)));
    }

    fn fault(&self, undefined: &Undefined) -> Option<Diagnostic> {
        let at = undefined.constraint as usize;
        let constraint = self.declared.problem.constraints.get(at)?;
        let named = free_names(&constraint.expr);
        let mut shown = Vec::new();
        let symbols = &self.declared.problem.symbols;
        let mut config = Config { values: BTreeMap::new(), symbols };
        for (parameter, value) in undefined.example.iter().enumerate() {
            let dimension = self.dimension(parameter)?;
            let Some(literal) = dimension.domain.values()?.get(*value as usize).cloned() else {
                continue;
            };
            if named.contains(&dimension.name) {
                shown.push(format!("{} = {literal}", dimension.name));
                config.values.insert(&dimension.name, to_value(&literal));
            }
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
        Some(fault.in_file(self.declared.origins.get(at)?.file))
    }
}
