//! `for all i, j in 0..n: …`

use super::operand::KEYWORDS;
use super::{Built, Level, Parser, Read};
use crate::expr::{Binding, ExprKind, Quantified, Quantifier, Variable};
use crate::lexer::Kind;

impl Parser<'_> {
    /// Takes the quantifier that the next tokens are, if they are one.
    pub(super) fn quantifier(&mut self) -> Option<Quantifier> {
        let second = self.second();
        let names_variable =
            second.kind == Kind::Name && !KEYWORDS.contains(&second.text(self.text));
        let (quantifier, words) = match self.token.kind {
            Kind::Symbol("forall") => (Quantifier::All, 1),
            Kind::Symbol("exists") => (Quantifier::Some, 1),
            Kind::Name if names_variable => match (self.word(), second.text(self.text)) {
                ("for", "all" | "every" | "each") => (Quantifier::All, 2),
                ("forall", _) => (Quantifier::All, 1),
                ("exists", _) => (Quantifier::Some, 1),
                _ => return None,
            },
            _ => return None,
        };
        for _ in 0..words {
            self.take();
        }
        Some(quantifier)
    }

    pub(super) fn quantified(&mut self, start: usize, quantifier: Quantifier) -> Read<Built> {
        let mut bindings: Vec<Binding> = Vec::new();
        let (mut variables, mut height) = (Vec::new(), 0);
        loop {
            if self.token.kind != Kind::Name || KEYWORDS.contains(&self.word()) {
                return Err(self.unexpected("a variable"));
            }
            let name = self.take();
            let text = name.text(self.text).to_owned();
            variables.push(Variable { name: text, span: name.span(self.base) });
            if self.token.is("in") || self.word() == "in" {
                self.take();
                let domain = self.expression(Level::RANGE)?;
                height = height.max(domain.height);
                let variables = std::mem::take(&mut variables);
                bindings.push(Binding { variables, domain: Some(domain.expr) });
            }
            if !self.token.is(",") {
                break;
            }
            self.take();
        }
        if !variables.is_empty() {
            bindings.push(Binding { variables, domain: None });
        }
        if !self.token.is(":") {
            return Err(self.unexpected("`:` and what holds"));
        }
        self.take();
        let body = self.expression(Level::LOWEST)?;
        // Evaluation goes one level deeper for each variable.
        let variables: usize = bindings.iter().map(|b| b.variables.len()).sum();
        let height = height.max(body.height).saturating_add(variables);
        let quantified = Quantified { quantifier, bindings, body: body.expr };
        self.node(start, height, ExprKind::Quantified(Box::new(quantified)))
    }
}
