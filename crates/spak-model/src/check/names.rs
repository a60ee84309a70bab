//! Names, types and values in formulas: do they mean something, and can they ever hold?

use std::collections::BTreeMap;

use spak_expr::codes::{
    ARITHMETIC_OVERFLOW, DIVISION_BY_ZERO, DOMAIN_ERROR, TYPE_MISMATCH, UNKNOWN_FUNCTION,
    UNKNOWN_NAME,
};
use spak_expr::{Empty, Expr, ExprKind, Limits, infer_condition, name_uses};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, FileId, Severity};

use super::scope::{Inside, Parameters, Scope};
use crate::assignment::Assignment;
use crate::codes::VALUE_OUTSIDE_DOMAIN;
use crate::domain::Domain;
use crate::entry::{Content, Entry};
use crate::formula::{Formula, from_value};
use crate::literal::Literal;
use crate::reading::Reading;
use crate::system::{Case, Dimension, System};
use crate::vocabulary::{Expect, Kind};

pub(super) fn check(entries: &[Entry], system: &System, found: &mut Vec<Diagnostic>) {
    let scope = Scope::of(system);
    let mut dimensions: BTreeMap<&str, Vec<&Dimension>> = BTreeMap::new();
    for dimension in &system.dimensions {
        dimensions.entry(&dimension.name).or_default().push(dimension);
    }
    // Of two cases with one name, which is said elsewhere, either may be meant.
    let mut cases: BTreeMap<(&str, &str), Option<&Case>> = BTreeMap::new();
    for case in &system.cases {
        let known = cases.entry((case.variant.as_str(), case.name.as_str()));
        known.and_modify(|c| *c = None).or_insert(Some(case));
    }
    let mut names = Names { scope: &scope, dimensions, cases, found };
    let place = Place { strictly: false, parent: None };
    for entry in entries {
        names.walk(entry, place, &Parameters::new());
    }
}

struct Names<'s, 'f> {
    scope: &'s Scope<'s>,
    dimensions: BTreeMap<&'s str, Vec<&'s Dimension>>,
    cases: BTreeMap<(&'s str, &'s str), Option<&'s Case>>,
    found: &'f mut Vec<Diagnostic>,
}

/// Where a slot stands.
#[derive(Clone, Copy)]
struct Place {
    /// Whether every name has to be known: constraints decide what is tried.
    strictly: bool,
    parent: Option<Kind>,
}

impl<'s> Names<'s, '_> {
    fn walk(&mut self, entry: &'s Entry, place: Place, parameters: &Parameters<'s>) {
        let strictly = place.strictly
            || entry.kind == Some(Kind::Constraint)
                && limits_the_space(place.parent)
                && !self.dimensions.is_empty()
            // When a dimension is there decides what is tried.
            || matches!(entry.kind, Some(Kind::DesignSpace | Kind::TuningSpace));
        match &entry.content {
            // What a rule is about is known where it is evaluated.
            Content::Slot(_) if entry.key() == "for" && place.parent == Some(Kind::Rule) => {}
            Content::Slot(slot) => {
                let is_condition = slot.expect == Expect::Condition
                    || entry.key() == "return" && place.parent == Some(Kind::Fact);
                let place = Place { strictly, ..place };
                self.reading(entry, &slot.reading, (place, is_condition), parameters);
            }
            Content::Block(children) => {
                let inner = match entry.kind {
                    Some(Kind::Fact) => Some(self.parameters(entry)),
                    Some(Kind::Rule) => Some(self.variables(entry)),
                    _ => None,
                };
                let place = Place { strictly, parent: entry.kind };
                for child in children {
                    self.walk(child, place, inner.as_ref().unwrap_or(parameters));
                }
            }
        }
    }

    fn parameters(&self, fact: &'s Entry) -> Parameters<'s> {
        let Some(arguments) = &fact.arguments else { return Parameters::new() };
        let one = |parameter: &'s str| {
            let (name, ty) = parameter.split_once(':').unwrap_or((parameter, ""));
            let case =
                ty.trim().split_once('.').and_then(|key| self.cases.get(&key).copied().flatten());
            (name.trim(), case)
        };
        arguments.text.split(',').map(one).filter(|(name, _)| !name.is_empty()).collect()
    }

    /// The variables of a rule, with the observation that each is of.
    fn variables(&self, rule: &'s Entry) -> Parameters<'s> {
        let read = rule.slots("for").filter_map(|slot| match &slot.reading {
            Reading::Over(all) => Some(all),
            _ => None,
        });
        let mut variables = Parameters::new();
        for over in read.flatten() {
            let domain = over.domain.as_ref().and_then(Expr::as_name);
            let case = domain
                .and_then(|d| d.split_once('.'))
                .and_then(|key| self.cases.get(&key).copied().flatten());
            variables.extend(over.names.iter().map(|name| (name.as_str(), case)));
        }
        variables
    }

    fn reading(
        &mut self,
        entry: &'s Entry,
        reading: &'s Reading,
        (place, is_condition): (Place, bool),
        parameters: &Parameters<'s>,
    ) {
        match reading {
            Reading::Formula(formula)
            | Reading::Partial(formula, _)
            | Reading::Warning(Ok(formula), _) => {
                if is_condition {
                    self.condition(formula, place, entry.file, parameters);
                }
                self.constants(formula, entry.file);
            }
            Reading::Conditional(_, when) => {
                self.reading(entry, &when.reading, (place, true), parameters);
            }
            Reading::List(items) => {
                for item in items {
                    self.reading(entry, item, (place, is_condition), parameters);
                }
            }
            Reading::Assignments(items, _) => {
                let proposes = !matches!(entry.key(), "avoid" | "forbid" | "conclude");
                for item in items {
                    self.constants(&item.value, entry.file);
                    if proposes {
                        self.assignment(item, entry.file);
                    }
                }
            }
            _ => {}
        }
    }

    /// A condition: its names, types and units, and comparisons that never hold.
    fn condition(
        &mut self,
        formula: &Formula,
        place: Place,
        file: FileId,
        parameters: &Parameters<'s>,
    ) {
        let strictly = place.strictly;
        self.fields(formula, file, parameters);
        self.record_fields(formula, (strictly, file));
        let inside = Inside { scope: self.scope, parameters };
        for mut diagnostic in infer_condition(&formula.expr, &inside) {
            let is_free = matches!(diagnostic.code, UNKNOWN_NAME | UNKNOWN_FUNCTION);
            // Rules and invariants may speak of what only a run or a reader knows; a function has to be
            // there where a run evaluates the condition.
            let is_evaluated = matches!(place.parent, Some(Kind::Rule | Kind::Fact));
            if is_free && !strictly && !(diagnostic.code == UNKNOWN_FUNCTION && is_evaluated) {
                continue;
            }
            // One that cannot be evaluated is never applied, which breaks nothing.
            if !strictly && !matches!(diagnostic.code, DIVISION_BY_ZERO | ARITHMETIC_OVERFLOW) {
                diagnostic.severity = Severity::Warning;
            }
            self.found.push(diagnostic.in_file(file));
        }
        if strictly {
            return;
        }
        for (name, span) in name_uses(&formula.expr) {
            let root = name.split('.').next().unwrap_or(&name);
            if parameters.contains_key(root) || self.scope.knows(&name) {
                continue;
            }
            let near = self.scope.near(&name).map(str::to_owned);
            if let Some(near) = near.or_else(|| self.scope.near_other(&name)) {
                self.found.push(
                    Diagnostic::warning(
                        UNKNOWN_NAME,
                        span,
                        format!("nothing is called `{name}` here"),
                    )
                    .because("the condition can be evaluated only where something gives it a value")
                    .repair(format!("did you mean `{near}`?"))
                    .in_file(file),
                );
            }
        }
    }

    /// `t.field`, where the design declares what `t` is.
    fn fields(&mut self, formula: &Formula, file: FileId, parameters: &Parameters<'s>) {
        if parameters.is_empty() {
            return;
        }
        for (name, span) in name_uses(&formula.expr) {
            let Some((parameter, field)) = name.split_once('.') else { continue };
            if !parameters.contains_key(parameter) && !self.scope.knows(&name) {
                self.no_parameter(parameter, field, (file, span), parameters);
                continue;
            }
            let Some(Some(case)) = parameters.get(parameter) else { continue };
            let known = || case.fields.iter().map(|(name, _)| name.as_str());
            let first = field.split('.').next().unwrap_or(field);
            if known().any(|k| k == field || k == first) {
                continue;
            }
            let repair = match suggest(field, known()) {
                Some(near) => format!("did you mean `{parameter}.{near}`?"),
                None => format!("its fields are {}", known().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("`{}.{}` has no field `{field}`", case.variant, case.name);
            self.found.push(
                Diagnostic::error(UNKNOWN_NAME, span, message)
                    .because("observations have the fields that the trace schema declares")
                    .repair(repair)
                    .in_file(file),
            );
        }
    }

    /// `H200.smem`, where the design says what H200 has.
    fn record_fields(&mut self, formula: &Formula, (strictly, file): (bool, FileId)) {
        for (name, span) in name_uses(&formula.expr) {
            let Some((record, field)) = name.split_once('.') else { continue };
            let Some(known) = self.scope.fields_of(record).filter(|k| !k.contains(&field)) else {
                continue;
            };
            // What is inside of a group has a dotted name; a group is no value, but it is there.
            if known.iter().any(|k| k.strip_prefix(field).is_some_and(|k| k.starts_with('.'))) {
                continue;
            }
            let severity = if strictly { Severity::Error } else { Severity::Warning };
            let repair = match suggest(field, known.iter().copied()) {
                Some(near) => format!("did you mean `{record}.{near}`?"),
                None => format!("declare `{field}` in `{record}`"),
            };
            let message = format!("`{record}` has no field `{field}`");
            let mut said = Diagnostic::error(UNKNOWN_NAME, span, message);
            said.severity = severity;
            self.found.push(
                said.because("the condition has no value without it").repair(repair).in_file(file),
            );
        }
    }

    /// `u.x` in a predicate over `t`.
    fn no_parameter(
        &mut self,
        name: &str,
        field: &str,
        (file, span): (FileId, spak_syntax::Span),
        parameters: &Parameters<'s>,
    ) {
        let Some(first) = parameters.keys().next() else { return };
        self.found.push(
            Diagnostic::warning(UNKNOWN_NAME, span, format!("`{name}` is no variable here"))
                .because("it can be evaluated only where something gives it a value")
                .repair(format!("did you mean `{first}.{field}`?"))
                .in_file(file),
        );
    }

    /// Parts without names that have no value: `1 / 0`, `2 ** 400`.
    fn constants(&mut self, formula: &Formula, file: FileId) {
        let mut faults = Vec::new();
        if is_constant(&formula.expr, &mut faults) {
            evaluate(&formula.expr, &mut faults);
        }
        for fault in faults {
            let known = |d: &Diagnostic| {
                d.code == fault.code
                    && d.primary.file == file
                    && d.primary.span == fault.primary.span
            };
            if !self.found.iter().rev().take(8).any(known) {
                self.found.push(fault.in_file(file));
            }
        }
    }

    /// A recommended value: is there such a dimension, and can it have that value?
    fn assignment(&mut self, item: &Assignment, file: FileId) {
        if let ExprKind::And(items) | ExprKind::Or(items) = &item.value.expr.kind
            && let Some(value) =
                items.iter().find(|e| e.is_literal() && !matches!(e.kind, ExprKind::Bool(_)))
        {
            let message = format!("`{}` is no value for `{}`", item.value.text, item.name);
            self.found.push(
                Diagnostic::error(TYPE_MISMATCH, item.value.span, message)
                    .because(format!("`and` and `or` join conditions, and {value} is none"))
                    .repair("recommend one value; further assignments follow behind a comma, alternatives in a rule of their own")
                    .in_file(file),
            );
            return;
        }
        let name = item.name.rsplit('.').next().unwrap_or(&item.name);
        let Some(dimensions) = self.dimensions.get(name) else {
            if !self.scope.knows(&item.name)
                && let Some(near) = self.scope.near(name)
            {
                self.found.push(
                    Diagnostic::warning(
                        UNKNOWN_NAME,
                        item.span,
                        format!("there is no dimension `{name}`"),
                    )
                    .because("a rule can only choose values of what the spaces declare")
                    .repair(format!("did you mean `{near}`?"))
                    .in_file(file),
                );
            }
            return;
        };
        for (value, place) in self.outcomes(&item.value.expr, name) {
            if dimensions.iter().any(|d| may_be(&d.domain, &value)) {
                continue;
            }
            let listed = dimensions.iter().filter_map(|d| match &d.domain {
                Domain::Values(values) => Some(values.iter().take(1000)),
                _ => None,
            });
            let texts = listed.flatten().filter_map(Literal::as_text);
            let near = value.as_text().and_then(|v| suggest(v, texts));
            let repair = match near {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("add it to the values of `{name}`, or choose one of them"),
            };
            let message = format!("{value} is none of the values of `{name}`");
            let mut diagnostic = Diagnostic::warning(VALUE_OUTSIDE_DOMAIN, place, message)
                .because("what is recommended is never tried")
                .repair(repair)
                .in_file(file);
            if let Some(dimension) = dimensions.first() {
                diagnostic.related.push(spak_syntax::Label {
                    file: dimension.place.file,
                    span: dimension.place.span,
                    text: "declared here".to_owned(),
                });
            }
            self.found.push(diagnostic);
        }
    }

    /// The values that an expression may have, as far as they are written out.
    fn outcomes(&self, expr: &Expr, name: &str) -> Vec<(Literal, spak_syntax::Span)> {
        match &expr.kind {
            ExprKind::Conditional(c) => {
                let mut all = self.outcomes(&c.then, name);
                all.extend(self.outcomes(&c.otherwise, name));
                all
            }
            ExprKind::Name(word) if self.scope.is_text(name) && !self.scope.knows(word) => {
                vec![(Literal::Text(word.clone()), expr.span)]
            }
            _ if expr.is_literal() => {
                let value = spak_expr::eval(expr, &Empty).ok();
                value.map(|v| (from_value(&v), expr.span)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whether a constraint in such a block decides what is tried. One of a goal or a baseline limits what
/// is measured, under whatever name that is reported.
fn limits_the_space(parent: Option<Kind>) -> bool {
    use Kind as K;
    matches!(parent, None | Some(K::System | K::Knowledge | K::Kernel | K::Override))
}

/// Whether a domain has a value. What cannot be told counts as having it.
fn may_be(domain: &Domain, value: &Literal) -> bool {
    match domain {
        Domain::Values(values) => values
            .iter()
            .any(|v| v == value || v.as_float().zip(value.as_float()).is_some_and(|(a, b)| a == b)),
        Domain::Ints(low, high, step) => value.as_int().is_some_and(|v| {
            (low..=high).contains(&&v)
                && v.checked_sub(*low).is_none_or(|d| d % (*step).max(1) == 0)
        }),
        Domain::Reals(low, high) => value.as_float().is_some_and(|v| {
            low.as_float().is_none_or(|l| l <= v) && high.as_float().is_none_or(|h| v <= h)
        }),
        Domain::Any(_) => true,
    }
}

/// Whether `expr` has no names; of one that has, every largest part without names is evaluated.
fn is_constant(expr: &Expr, faults: &mut Vec<Diagnostic>) -> bool {
    let children = expr.children();
    let constant: Vec<bool> = children.iter().map(|c| is_constant(c, faults)).collect();
    let itself = match &expr.kind {
        ExprKind::Name(_) | ExprKind::Quantified(_) | ExprKind::Range(..) => false,
        ExprKind::Call(call) => spak_expr::builtins::find(&call.function).is_some(),
        _ => true,
    };
    if itself && constant.iter().all(|c| *c) {
        return true;
    }
    for (child, _) in children.iter().zip(&constant).filter(|(_, is)| **is) {
        evaluate(child, faults);
    }
    false
}

fn evaluate(expr: &Expr, faults: &mut Vec<Diagnostic>) {
    if matches!(expr.kind, ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::Text(_)) {
        return;
    }
    let limits = Limits { steps: 10_000, ..Limits::default() };
    if let Err(fault) = spak_expr::eval_with(expr, &Empty, limits)
        && matches!(fault.code, DIVISION_BY_ZERO | ARITHMETIC_OVERFLOW | DOMAIN_ERROR)
    {
        faults.push(*fault);
    }
}
