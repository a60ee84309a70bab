//! `mean_t f(t)`, `sum_i w(i) * x(i)`: one value from those for all values of a variable.

use spak_syntax::Span;

use super::{Evaluated, Evaluation, at};
use crate::arithmetic::arithmetic;
use crate::builtins;
use crate::expr::{BinaryOp, Call, Expr};
use crate::fault::Fault;
use crate::value::Value;

impl<'e> Evaluation<'e> {
    /// The aggregate of the operand over the variable, whose values come from what it indexes.
    pub(super) fn aggregate(
        &mut self,
        call: &'e Call,
        (kind, variable, operand): (&'e str, &'e str, &'e Expr),
        span: Span,
    ) -> Evaluated<Value> {
        let domain = self.domain_from_uses(variable, call.name_span, operand)?;
        let length = i64::try_from(domain.length().unwrap_or(0)).unwrap_or(i64::MAX);
        let mut values = Vec::new();
        for i in 0..length {
            self.spend(1, span)?;
            let Some(value) = domain.at(i) else { break };
            self.bound.push((variable, value));
            let result = self.value(operand);
            self.bound.pop();
            values.push(result?);
        }
        if kind == "prod" {
            let product = values
                .iter()
                .try_fold(Value::Int(1), |all, value| arithmetic(BinaryOp::Multiply, &all, value));
            return at(product, span);
        }
        let name = if matches!(kind, "avg" | "E") { "mean" } else { kind };
        match builtins::find(name) {
            Some(function) => at(function.call(&[Value::from(values)]), span),
            None => at(Err(Fault::types(format!("`{kind}` aggregates nothing"))), span),
        }
    }
}
