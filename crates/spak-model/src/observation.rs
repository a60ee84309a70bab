//! Observations against what a design says of them: the cases of its schema, its predicates and the
//! conditions of its rules.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use spak_expr::codes::{TYPE_MISMATCH, UNKNOWN_NAME};
use spak_expr::{Env, Fallible, Fault, Limits, Value};
use spak_syntax::Diagnostic;
use spak_syntax::diagnostic::suggest;

use crate::codes::WRONG_TYPE;
use crate::formula::{Formula, from_value, to_value};
use crate::literal::Literal;
use crate::reading::Reading;
use crate::system::{Case, Fact, Rule, System};
use crate::types::Type;

/// The fields of one observation.
pub type Fields = BTreeMap<String, Literal>;

/// One thing that is wrong with an observation.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// A field that the case declares and the observation lacks.
    Missing(String),
    /// A field that the case does not declare, and the declared one that was probably meant.
    Unknown(String, Option<String>),
    /// A field, the type that is declared, and the value that is not of it.
    WrongType(String, Type, Literal),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(field) => write!(f, "the field `{field}` is missing"),
            Self::Unknown(field, Some(near)) => {
                write!(f, "there is no field `{field}`; did you mean `{near}`?")
            }
            Self::Unknown(field, None) => write!(f, "there is no field `{field}`"),
            Self::WrongType(field, ty, value) => {
                write!(f, "`{field}` is declared as {ty}, and {value} is a {}", value.type_name())
            }
        }
    }
}

impl Case {
    /// Everything that is wrong with an observation of this case: declared fields in order, then others
    /// by name. A field with an optional type may be absent, one without a readable type may be anything.
    pub fn check(&self, fields: &Fields) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, ty) in &self.fields {
            match (fields.get(name), ty) {
                (None, Some(Type::Optional(_))) => {}
                (None, _) => problems.push(Problem::Missing(name.clone())),
                (Some(value), Some(ty)) if !ty.accepts(value) => {
                    problems.push(Problem::WrongType(name.clone(), ty.clone(), value.clone()));
                }
                (Some(_), _) => {}
            }
        }
        for name in fields.keys() {
            if !self.fields.iter().any(|(declared, _)| declared == name) {
                let declared = self.fields.iter().map(|(name, _)| name.as_str());
                let near = suggest(name, declared).map(str::to_owned);
                problems.push(Problem::Unknown(name.clone(), near));
            }
        }
        problems
    }

    /// Its full name: `TraceItem.Performance`.
    pub fn full_name(&self) -> String {
        format!("{}.{}", self.variant, self.name)
    }
}

impl Fact {
    /// Whether this predicate over one observation holds of an observation with these fields.
    ///
    /// # Errors
    /// When it is no such predicate, or has no truth value there; the diagnostic says where and why.
    pub fn applies(&self, fields: &Fields) -> Result<bool, Box<Diagnostic>> {
        let ([(parameter, _)], Some(returns)) = (self.parameters.as_slice(), &self.returns) else {
            return Err(Box::new(
                Diagnostic::error(
                    WRONG_TYPE,
                    self.place.span,
                    format!("`{}` is no predicate over one observation", self.name),
                )
                .because("such a predicate has one parameter and returns a condition")
                .repair(format!("write `fact {}(t: TraceItem.Case) {{ return … }}`", self.name))
                .in_file(self.place.file),
            ));
        };
        let Reading::Formula(formula) = &returns.reading else {
            return Err(Box::new(
                Diagnostic::error(
                    WRONG_TYPE,
                    returns.span,
                    format!("`{}` returns prose", self.name),
                )
                .because("only a formula can be evaluated")
                .repair("write the condition, such as `t.speedup < 1`")
                .in_file(self.place.file),
            ));
        };
        let env = Observed { parameter, fields };
        truth(formula, &env).map_err(|d| Box::new(d.in_file(self.place.file)))
    }
}

fn truth(formula: &Formula, env: &dyn Env) -> Result<bool, Box<Diagnostic>> {
    spak_expr::check(&formula.expr, env, Limits::default()).map(|verdict| verdict.holds)
}

/// The fields of an observation as those of a parameter.
struct Observed<'a> {
    parameter: &'a str,
    fields: &'a Fields,
}

impl Env for Observed<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let field = name.strip_prefix(self.parameter)?.strip_prefix('.')?;
        self.fields.get(field).map(to_value)
    }

    fn names(&self) -> Vec<String> {
        self.fields.keys().map(|field| format!("{}.{field}", self.parameter)).collect()
    }
}

impl System {
    /// The case with this full name (`TraceItem.Performance`).
    pub fn case(&self, full_name: &str) -> Option<&Case> {
        let (variant, name) = full_name.split_once('.')?;
        self.cases.iter().find(|c| c.variant == variant && c.name == name)
    }

    /// The predicate with this name: a fact with parameters that returns something.
    pub fn predicate(&self, name: &str) -> Option<&Fact> {
        self.facts
            .iter()
            .find(|f| f.name == name && f.returns.is_some() && !f.parameters.is_empty())
    }

    /// Whether all conditions of `rule` hold after the observation `latest`, where `lookup` gives the
    /// values of names; `None` when one of them is prose.
    ///
    /// A condition may name a predicate of this system, which is then about `latest`, or call it
    /// (`is_slow(trace.latest)`), and may use the fields of `trace.latest`.
    ///
    /// # Errors
    /// When a condition has no truth value.
    pub fn applies(
        &self,
        rule: &Rule,
        latest: &Fields,
        lookup: &dyn Fn(&str) -> Option<Literal>,
    ) -> Result<Option<bool>, Box<Diagnostic>> {
        let env = AfterTrial { system: self, latest, lookup };
        let mut is_prose = false;
        let wanted =
            rule.when.iter().map(|s| (s, true)).chain(rule.unless.iter().map(|s| (s, false)));
        for (slot, expected) in wanted {
            let mut formulas = Vec::new();
            is_prose |= !formulas_of(&slot.reading, &mut formulas);
            for formula in formulas {
                let holds =
                    truth(formula, &env).map_err(|d| Box::new(d.in_file(rule.place.file)))?;
                if holds != expected {
                    return Ok(Some(false));
                }
            }
        }
        Ok((!is_prose).then_some(true))
    }
}

/// The formulas that a condition consists of; `false` when a part of it is prose.
fn formulas_of<'a>(reading: &'a Reading, formulas: &mut Vec<&'a Formula>) -> bool {
    match reading {
        Reading::Formula(formula) => {
            formulas.push(formula);
            true
        }
        Reading::List(items) => items.iter().all(|item| formulas_of(item, formulas)),
        _ => false,
    }
}

/// What names stand for in the conditions of rules.
struct AfterTrial<'a> {
    system: &'a System,
    latest: &'a Fields,
    lookup: &'a dyn Fn(&str) -> Option<Literal>,
}

impl Env for AfterTrial<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        if let Some(literal) = (self.lookup)(name) {
            return Some(to_value(&literal));
        }
        match name {
            "trace.latest" => {
                let fields = self.latest.iter().map(|(k, v)| (k.clone(), to_value(v)));
                Some(Value::Record(Arc::new(fields.collect())))
            }
            _ => {
                let predicate = self.system.predicate(name)?;
                predicate.applies(self.latest).ok().map(Value::Bool)
            }
        }
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Option<Fallible<Value>> {
        let predicate = self.system.predicate(function)?;
        let Some(Value::Record(record)) = arguments.first().filter(|_| arguments.len() == 1) else {
            let fault = Fault::new(TYPE_MISMATCH, format!("`{function}` is about one observation"));
            return Some(Err(fault.with("", format!("write `{function}(trace.latest)`"))));
        };
        let fields: Fields = record.iter().map(|(k, v)| (k.clone(), from_value(v))).collect();
        Some(
            predicate
                .applies(&fields)
                .map(Value::Bool)
                .map_err(|d| Fault::new(UNKNOWN_NAME, d.message)),
        )
    }

    fn names(&self) -> Vec<String> {
        let predicates = self.system.facts.iter().filter(|f| f.returns.is_some());
        predicates.map(|f| f.name.clone()).collect()
    }
}
