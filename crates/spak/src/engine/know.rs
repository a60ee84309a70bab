//! What a design and its imports know, as guidance for the search: what the rule engine concludes here.

use std::collections::BTreeMap;

use spak_expr::{CompareOp, Expr, ExprKind};
use spak_knowledge::{Origin, Program};
use spak_loop::{Avoid, Guidance, Recommendation};
use spak_model::formula::{self, Formula, from_value, to_value};
use spak_records::{Config, Value};
use spak_rules::{Advice, Advised, Base, Conclusions, Engine, Known, Limits, Table};

use crate::engine::specify::{OF_BINARIES, Specified, is_of_binaries};
use crate::ontology;
use crate::verbs::check::plural;

impl Specified {
    /// Takes what the design and its imports know as guidance for the search.
    pub(super) fn know(&mut self) {
        self.know_by(&|_, _| true);
    }

    /// Takes only what some rules say, and nothing of what was the fastest: to see what they are worth.
    pub(crate) fn know_only(&mut self, follows: &dyn Fn(&str) -> bool) {
        self.forget();
        self.know_by(&|name, origin| match origin {
            Origin::Rule => follows(name),
            Origin::Optimum => false,
            Origin::Predicate | Origin::Invariant => true,
        });
    }

    fn know_by(&mut self, follows: &dyn Fn(&str, Origin) -> bool) {
        let mut program = Program::of(&self.system, &|_| String::new());
        for (rule, about) in program.rules.iter_mut().zip(&program.about) {
            if !follows(&rule.name, about.origin) {
                rule.then.clear();
            }
        }
        let later = OF_BINARIES.iter().map(|name| (*name).to_owned()).collect();
        let tables = std::mem::take(&mut program.tables);
        let mut base = Base { tables, later, ..Base::default() };
        base.tables.push(Table { name: "trials".to_owned(), ..Table::default() });
        for (name, literal) in self.symbols.iter() {
            let known = Known { value: to_value(literal), origin: String::new() };
            base.values.insert(name.clone(), known);
        }
        for dimension in &self.dimensions {
            let values = dimension.values.iter();
            let values = values.map(|v| to_value(&crate::engine::symbols::literal(v)));
            base.dimensions.insert(dimension.name.clone(), values.collect());
            // A dimension is open, also where the workload fixes its value.
            base.values.remove(&dimension.name);
        }
        ontology::reach(&mut program, &base, &self.system, &self.concepts);
        self.own_conditions = self.conditions.len();
        let (mut engine, complaints) = Engine::new(base, program.rules.clone(), Limits::default());
        for complaint in complaints {
            let name = program.rules.get(complaint.rule).map_or("", |r| r.name.as_str());
            let what = complaint.diagnostic.message;
            self.notes.push(format!("rule `{name}` is left out: {what}"));
        }
        engine.conclude();
        let all = engine.conclusions();
        self.note_what_is_not_applied(&program, &all);
        let mut guided =
            Guided { specified: self, program: &program, guidance: Guidance::default() };
        guided.starts(&all);
        guided.recommended(&all);
        for advised in &all.advice {
            guided.advice(advised);
        }
        guided.against_what_is_recommended();
        self.guidance = guided.guidance;
    }

    /// Goes on as if nothing were known.
    pub(crate) fn forget(&mut self) {
        self.guidance = Guidance::default();
        self.advised_of_binaries.clear();
        self.conditions.truncate(self.own_conditions);
    }

    fn note_what_is_not_applied(&mut self, program: &Program, all: &Conclusions) {
        let name = |number: usize| program.rules.get(number).map_or("", |r| r.name.as_str());
        let is_rule = |number: usize| {
            let origin = program.about.get(number).map(|a| a.origin);
            matches!(origin, Some(Origin::Rule | Origin::Optimum))
        };
        let out = program.about.iter().filter(|about| about.out.is_some()).count();
        if out > 0 {
            let out = plural(out, "learnt rule");
            self.notes.push(format!(
                "{out} demoted or retired: nothing follows from them (`spak knowledge check`)"
            ));
        }
        for (number, about) in program.about.iter().enumerate().filter(|(n, _)| is_rule(*n)) {
            if let Some(words) = about.words.first() {
                let name = name(number);
                self.notes.push(format!(
                    "rule `{name}` is not applied: `{words}` cannot be evaluated here"
                ));
            }
        }
        for undecided in all.undecided.iter().filter(|u| is_rule(u.rule)) {
            let name = name(undecided.rule);
            self.notes.push(format!("rule `{name}` is not applied: {}", undecided.why));
        }
        for unsettled in &all.unsettled {
            let values: Vec<String> = unsettled
                .values
                .iter()
                .map(|(value, by)| match by {
                    Some(by) => format!("{value} by `{}`", name(*by)),
                    None => format!("{value} is given"),
                })
                .collect();
            self.notes.push(format!(
                "`{}` has no value, since rules do not agree: {}",
                unsettled.name,
                values.join(", ")
            ));
        }
    }
}

struct Guided<'g> {
    specified: &'g mut Specified,
    program: &'g Program,
    guidance: Guidance,
}

impl Guided<'_> {
    fn is_ours(&self, name: &str) -> bool {
        self.specified.dimensions.iter().any(|d| d.name == name)
    }

    /// The name of the rule that says something, the first if there are several.
    fn source(&self, advised: &Advised) -> String {
        let rules = advised.by.iter().filter_map(|n| self.program.rules.get(*n));
        rules.map(|rule| rule.name.clone()).next().unwrap_or_default()
    }

    fn says(&self, advised: &Advised, origin: Origin) -> bool {
        advised.by.iter().any(|n| self.program.about.get(*n).is_some_and(|a| a.origin == origin))
    }

    /// Configs that were the fastest.
    fn starts(&mut self, all: &Conclusions) {
        for (number, about) in self.program.about.iter().enumerate() {
            if about.origin != Origin::Optimum {
                continue;
            }
            let mut values = BTreeMap::new();
            for advised in all.advice.iter().filter(|a| a.by.contains(&number)) {
                if let Advice::Recommend(name, value) = &advised.advice
                    && self.is_ours(name)
                {
                    values.insert(name.clone(), record(value));
                }
            }
            if !values.is_empty() {
                let source = self.program.rules.get(number).map_or("", |r| r.name.as_str());
                let source = source.to_owned();
                self.guidance.recommended.push(Recommendation { config: Config(values), source });
            }
        }
    }

    /// What rules recommend, as one config: the highest priority first, then what matters most.
    fn recommended(&mut self, all: &Conclusions) {
        let influence = |advised: &Advised| {
            let of = advised.by.iter().filter_map(|n| self.program.about.get(*n)?.influence);
            of.fold(None, |all: Option<f64>, i| Some(all.map_or(i, |all| all.max(i))))
        };
        let mut by_weight: Vec<(&Advised, Option<f64>)> = all
            .advice
            .iter()
            .filter(|a| matches!(a.advice, Advice::Recommend(..)) && self.says(a, Origin::Rule))
            .map(|a| (a, influence(a)))
            .collect();
        by_weight.sort_by(|(a, x), (b, y)| {
            let weight = |i: &Option<f64>| i.unwrap_or(1.0);
            b.priority.cmp(&a.priority).then(weight(y).total_cmp(&weight(x)))
        });
        let (mut joint, mut matters) = (BTreeMap::new(), BTreeMap::new());
        // What holds for some configs only is looked at when the others are known.
        let (always, sometimes): (Vec<_>, Vec<_>) =
            by_weight.into_iter().partition(|(a, _)| a.only_where.is_none());
        for (advised, influence) in always.into_iter().chain(sometimes) {
            let Advice::Recommend(name, value) = &advised.advice else { continue };
            let holds = advised.only_where.as_ref().is_none_or(|condition| {
                let mut config = self.specified.seed();
                config.0.extend(joint.clone());
                self.specified.holds_for(condition, &config)
            });
            if !self.is_ours(name) || !holds {
                continue;
            }
            joint.entry(name.clone()).or_insert_with(|| record(value));
            if let Some(ratio) = influence {
                matters.entry(name.clone()).or_insert(ratio);
            }
        }
        self.guidance.influence = matters;
        if !joint.is_empty() && self.guidance.recommended.is_empty() {
            let source = "the set of rules".to_owned();
            self.guidance.recommended.push(Recommendation { config: Config(joint), source });
        }
    }

    fn advice(&mut self, advised: &Advised) {
        let source = self.source(advised);
        match &advised.advice {
            Advice::Recommend(..) => {}
            Advice::Choose(name, value) => self.choose(name, value, advised, &source),
            Advice::Prefer(name, values) => {
                let values = values.iter().map(record).collect();
                self.guidance.preferred.entry(name.clone()).or_insert(values);
            }
            Advice::Avoid(unwanted) => {
                let unwanted = joined(advised.only_where.as_ref(), unwanted);
                match equalities(&unwanted) {
                    Some(values) => self.avoid(values, source),
                    None => self.exclude(&unwanted, "advises against", &source),
                }
            }
            Advice::Forbid(unwanted) => {
                let unwanted = joined(advised.only_where.as_ref(), unwanted);
                self.exclude(&unwanted, "forbids", &source);
            }
            Advice::Warn(text) => {
                let only = advised.only_where.as_ref();
                let only =
                    only.map_or_else(String::new, |e| format!(" (where {})", spak_expr::print(e)));
                self.specified.notes.push(format!("`{source}` warns: {text}{only}"));
            }
        }
    }

    fn avoid(&mut self, values: Vec<(String, Value)>, source: String) {
        if let Some(((dimension, value), rest)) = values.split_first() {
            self.guidance.avoid.push(Avoid {
                dimension: dimension.clone(),
                value: value.clone(),
                when: Config(rest.iter().cloned().collect()),
                source,
            });
        }
    }

    /// Leaves a dimension one value, everywhere or where a condition holds.
    fn choose(&mut self, name: &str, value: &spak_expr::Value, advised: &Advised, source: &str) {
        let chosen = record(value);
        let dimension = self.specified.dimensions.iter().find(|d| d.name == name);
        let Some(dimension) = dimension else { return };
        if !dimension.values.contains(&chosen) {
            self.specified
                .notes
                .push(format!("`{source}` chooses {name}={chosen}, which is none of its values"));
            return;
        }
        let chosen = format!("{name} == {value}");
        let text = match &advised.only_where {
            None => chosen.clone(),
            Some(condition) => format!("({}) implies {chosen}", spak_expr::print(condition)),
        };
        if let Some(formula) = formula::parse(&text) {
            self.condition(formula, format!("`{source}` chooses {chosen}"));
        }
    }

    /// Adds what is not wanted to the conditions: those of configs, or those of what a binary says.
    fn exclude(&mut self, unwanted: &Expr, says: &str, source: &str) {
        let text = spak_expr::print(unwanted);
        let Some(formula) = formula::parse(&format!("not ({text})")) else { return };
        let reason = format!("`{source}` {says} `{text}`");
        if is_of_binaries(&formula) {
            if self.specified.backend == "c" {
                self.specified.notes.push(format!(
                    "{reason}, which is followed only where it is about a binary ({})",
                    OF_BINARIES.join(", ")
                ));
                return;
            }
            self.specified.advised_of_binaries.push((formula, reason));
        } else {
            self.condition(formula, reason);
        }
    }

    /// A condition of a rule counts like one of the design, if all that it speaks of is known here.
    fn condition(&mut self, formula: Formula, reason: String) {
        let names = spak_expr::free_names(&formula.expr);
        let is_known = |name: &String| self.is_ours(name) || self.specified.symbols.has(name);
        match names.iter().find(|name| !is_known(name)) {
            Some(name) => self
                .specified
                .notes
                .push(format!("{reason}; it is not applied, since `{name}` has no value here")),
            None => self.specified.conditions.push((formula, reason)),
        }
    }

    fn against_what_is_recommended(&mut self) {
        for avoided in &self.guidance.avoid {
            for recommended in &self.guidance.recommended {
                if avoided.covers(&recommended.config) {
                    self.specified.notes.push(format!(
                        "{} advises against {}={}, which {} recommends; what is recommended is tried",
                        avoided.source, avoided.dimension, avoided.value, recommended.source
                    ));
                }
            }
        }
    }
}

fn record(value: &spak_expr::Value) -> Value {
    from_value(value).record()
}

/// A condition, and something under it.
fn joined(condition: Option<&Expr>, then: &Expr) -> Expr {
    match (condition, &then.kind) {
        (None, _) => then.clone(),
        (Some(condition), ExprKind::Bool(true)) => condition.clone(),
        (Some(condition), _) => {
            Expr::new(then.span, ExprKind::And(vec![condition.clone(), then.clone()]))
        }
    }
}

/// Names and values, where a formula says that each name has its value and nothing else.
fn equalities(expr: &Expr) -> Option<Vec<(String, Value)>> {
    match &expr.kind {
        ExprKind::And(items) => {
            let all: Option<Vec<_>> = items.iter().map(equalities).collect();
            Some(all?.concat())
        }
        ExprKind::Compare(name, rest) => {
            let [(CompareOp::Equal, value)] = rest.as_slice() else { return None };
            let value = match value.as_name() {
                // A bare word beside a name is a text.
                Some(word) => spak_expr::Value::Text(word.into()),
                None => spak_expr::eval(value, &spak_expr::Empty).ok()?,
            };
            Some(vec![(name.as_name()?.to_owned(), record(&value))])
        }
        _ => None,
    }
}
