//! `for all` and `exists` over finite domains.

use spak_syntax::{Diagnostic, Span};

use super::{Evaluated, Evaluation};
use crate::builtins;
use crate::codes::{TYPE_MISMATCH, UNKNOWN_DOMAIN};
use crate::expr::{Expr, ExprKind, Quantified, Quantifier};
use crate::value::Value;

impl<'e> Evaluation<'e> {
    pub(super) fn quantified(&mut self, q: &'e Quantified) -> Evaluated<bool> {
        let outer = self.bound.len();
        let result = self.assign(q, 0, 0);
        self.bound.truncate(outer);
        result
    }

    /// The truth of `q` with the variables before `variable` of group `group` bound.
    fn assign(&mut self, q: &'e Quantified, group: usize, variable: usize) -> Evaluated<bool> {
        let decisive = q.quantifier == Quantifier::Some;
        let Some(binding) = q.bindings.get(group) else {
            self.witness.clear();
            return self.truth(&q.body);
        };
        let Some(name) = binding.variables.get(variable) else {
            return self.assign(q, group + 1, 0);
        };
        let domain = match &binding.domain {
            Some(domain) => self.value(domain)?,
            None => self.domain_from_uses(&name.name, name.span, &q.body)?,
        };
        let span = binding.domain.as_ref().map_or(name.span, |d| d.span);
        let Some(length) = domain.length().filter(|_| domain.as_text().is_none()) else {
            let message =
                format!("`{}` needs a list or range, and this is {}", name.name, domain.describe());
            return Err(Box::new(
                Diagnostic::error(TYPE_MISMATCH, span, message)
                    .repair("give its values, as in `i in 0..7` or `i in [1, 2, 4]`"),
            ));
        };
        for i in 0..i64::try_from(length).unwrap_or(i64::MAX) {
            self.spend(1, span)?;
            let Some(value) = domain.at(i) else { break };
            let depth = self.bound.len();
            self.bound.push((&name.name, value.clone()));
            let holds = self.assign(q, group, variable + 1);
            self.bound.truncate(depth);
            if holds? == decisive {
                self.witness.insert(0, (name.name.clone(), value));
                return Ok(decisive);
            }
        }
        self.witness.clear();
        Ok(!decisive)
    }

    /// `0..n-1`, where `n` is the size of what `variable` indexes in `body`.
    pub(super) fn domain_from_uses(
        &self,
        variable: &str,
        span: Span,
        body: &Expr,
    ) -> Evaluated<Value> {
        let mut sizes: Vec<(String, u64)> = Vec::new();
        self.collect_sizes(variable, body, &mut sizes);
        let unknown = |message: String, reason: &str| {
            Err(Box::new(
                Diagnostic::error(UNKNOWN_DOMAIN, span, message)
                    .because(reason)
                    .repair(format!("give it a domain: `for all {variable} in 0..n-1: …`")),
            ))
        };
        let Some((first, size)) = sizes.first() else {
            return unknown(
                format!("the values of `{variable}` are not known"),
                "a variable without a domain takes its values from the matrices and lists it indexes",
            );
        };
        if let Some((other, other_size)) = sizes.iter().find(|(_, s)| s != size) {
            return unknown(
                format!(
                    "`{variable}` indexes {size} elements of `{first}` and {other_size} of `{other}`"
                ),
                "everything that a variable indexes must have the same size",
            );
        }
        let last = i64::try_from(*size).unwrap_or(i64::MAX).saturating_sub(1);
        Ok(Value::Range(0, last))
    }

    fn collect_sizes(&self, variable: &str, expr: &Expr, sizes: &mut Vec<(String, u64)>) {
        let mut add = |function: &str, position: usize, argument: &Expr| {
            if argument.as_name() == Some(variable)
                && let Some(size) = self.env.extent(function, position)
            {
                sizes.push((function.to_owned(), size));
            }
        };
        match &expr.kind {
            ExprKind::Call(call) if builtins::find(&call.function).is_none() => {
                for (position, argument) in call.arguments.iter().enumerate() {
                    add(&call.function, position, &argument.value);
                }
            }
            ExprKind::Index(base, indices) => {
                if let Some(name) = base.as_name() {
                    for (position, argument) in indices.iter().enumerate() {
                        add(name, position, argument);
                    }
                }
            }
            // An inner quantifier with the same variable means another one.
            ExprKind::Quantified(inner)
                if inner.bindings.iter().flat_map(|b| &b.variables).any(|v| v.name == variable) =>
            {
                return;
            }
            _ => {}
        }
        for child in expr.children() {
            self.collect_sizes(variable, child, sizes);
        }
    }
}
