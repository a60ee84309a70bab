//! What is said about conditions that are none.

use spak_expr::codes::{UNKNOWN_NAME, WRONG_ARGUMENT_COUNT};
use spak_expr::{Call, Expr};
use spak_program::Op;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Span};

use super::Compiler;
use crate::codes::{BAD_PATTERN, UNKNOWN_RELATION};
use crate::relations::{RELATIONS, named};

impl Compiler<'_> {
    fn say(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic.in_file(self.file));
    }

    pub(super) fn complain(&mut self, span: Span, message: &str, repair: &str) {
        self.say(Diagnostic::error(BAD_PATTERN, span, message).repair(repair));
    }

    pub(super) fn no_condition(&mut self, expr: &Expr) {
        self.say(
            Diagnostic::error(BAD_PATTERN, expr.span, format!("`{expr}` is no condition"))
                .because("conditions are equations such as `x == exp(s)`, relations, and both joined by `and`, `or` and `not`")
                .repair("compare it with something"),
        );
    }

    pub(super) fn no_value(&mut self, expr: &Expr) {
        self.say(
            Diagnostic::error(
                BAD_PATTERN,
                expr.span,
                format!("`{expr}` stands for no value of a program"),
            )
            .because("values are names, numbers, texts, operations and lists of them")
            .repair("write it as a condition of its own, joined by `and`"),
        );
    }

    pub(super) fn wrong_count(&mut self, call: &Call, takes: &str) {
        let name = &call.function;
        self.say(
            Diagnostic::error(
                WRONG_ARGUMENT_COUNT,
                call.name_span,
                format!("`{name}` has {} arguments here", call.arguments.len()),
            )
            .repair(format!("write `{name}({takes})`; `_` stands for any value")),
        );
    }

    pub(super) fn unknown_call<'n>(&mut self, call: &Call, own: impl Iterator<Item = &'n str>) {
        let name = call.function.as_str();
        let all =
            RELATIONS.iter().map(|r| r.name).chain(own).chain(Op::ALL.iter().map(|o| o.name()));
        let repair = match suggest(name, all) {
            Some(near) => match named(near) {
                Some(found) => {
                    format!(
                        "did you mean `{near}({})`? {}",
                        found.arguments.join(", "),
                        found.meaning
                    )
                }
                None => format!("did you mean `{near}`?"),
            },
            None => "declare it: `predicate name(x) { when: … }`".to_owned(),
        };
        self.say(
            Diagnostic::error(
                UNKNOWN_RELATION,
                call.name_span,
                format!("there is no relation, predicate or operation `{name}`"),
            )
            .repair(repair),
        );
    }

    pub(super) fn unknown_operation(&mut self, call: &Call) {
        let name = call.function.as_str();
        let is_condition = named(name).is_some() || self.predicates.0.contains_key(name);
        let diagnostic = if is_condition {
            let message = format!("`{name}` is a condition and stands for no value");
            Diagnostic::error(BAD_PATTERN, call.name_span, message)
                .repair("join it by `and`, with a variable in both places")
        } else {
            let message = format!("there is no operation `{name}`");
            let repair = match suggest(name, Op::ALL.iter().map(|op| op.name())) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write `call(\"{name}\")` for a call that is not understood"),
            };
            Diagnostic::error(UNKNOWN_RELATION, call.name_span, message).repair(repair)
        };
        self.say(diagnostic);
    }

    pub(super) fn unknown_variable(&mut self, name: &str, span: Span) {
        let known =
            self.scopes.first().map(|names| names.keys().map(String::as_str).collect::<Vec<_>>());
        let near = known.and_then(|known| suggest(name, known).map(str::to_owned));
        self.say(
            Diagnostic::error(
                UNKNOWN_NAME,
                span,
                format!("no condition of this case has a variable `{name}`"),
            )
            .repair(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "write a text in quotes, or use the name in a condition".to_owned(),
            }),
        );
    }

    pub(super) fn doubtful_label(&mut self, call: &Call, label: &str, span: Span, known: &[&str]) {
        let Some(near) = suggest(label, known.iter().copied()) else { return };
        let message = format!("`{}` has no argument `{label}` that is known", call.function);
        self.say(
            Diagnostic::warning(BAD_PATTERN, span, message)
                .because("it is looked for, but a front end would have to call it so")
                .repair(format!("did you mean `{near}`?")),
        );
    }
}
