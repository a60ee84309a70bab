//! What a design gets from a lifted kernel: axes, parameters, constraints and knowledge, before they are text.
//!
//! Axes have what the source does as their first value, explicit parameters the values of all architectures, and which of
//! these go together on which architecture is a constraint. Everything names its lines.

use std::collections::{BTreeMap, BTreeSet};

use spak_records::lift_report::{
    ConstraintRecord, FindingRecord, HazardRecord, LiftedFile, LiftedKernel, TuningRecord,
};

/// What the name of an invariant of the source begins with; its number follows.
pub(crate) const NUMBERED: &str = "Source_";

/// What a design gets from one kernel.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// The file as sources name it.
    pub(crate) source: String,
    /// The family of operators.
    pub(crate) family: Option<String>,
    /// In the order in which they were found.
    pub(crate) axes: Vec<Axis>,
    /// Explicit parameters with their values.
    pub(crate) parameters: Vec<(String, Vec<String>)>,
    /// Which values go together on which architectures.
    pub(crate) configs: Vec<Statement>,
    /// What must hold, in words of the source.
    pub(crate) invariants: Vec<Statement>,
    /// What was found, and why.
    pub(crate) facts: Vec<Statement>,
    /// What a reviewer wants to know.
    pub(crate) hazards: Vec<Statement>,
}

/// An axis: its values, those that the source has first, and its lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Axis {
    pub(crate) name: String,
    /// What the source has.
    pub(crate) values: Vec<String>,
    /// How else it could have been.
    pub(crate) others: Vec<String>,
    /// Where, ascending.
    pub(crate) lines: Vec<u32>,
}

/// A named block of `key: value` lines.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) keyword: &'static str,
    pub(crate) name: String,
    /// The values as they are written.
    pub(crate) entries: Vec<(&'static str, String)>,
}

impl Statement {
    /// The value of a key, as it is written.
    pub(crate) fn entry(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    }

    /// Its lines, `step` deeper inside.
    pub(crate) fn lines(&self, step: &str) -> Vec<String> {
        // Numbered ones are names, all others are phrases.
        let name = match self.keyword {
            "invariant" => self.name.clone(),
            _ => quoted(&self.name),
        };
        let mut lines = vec![format!("{} {name} {{", self.keyword)];
        lines.extend(self.entries.iter().map(|(key, value)| format!("{step}{key}: {value}")));
        lines.push("}".to_owned());
        lines
    }
}

impl Parts {
    /// What a design gets from a kernel of a file. The invariants with these numbers are told in words.
    pub(crate) fn of(file: &LiftedFile, kernel: &LiftedKernel, words: &BTreeSet<usize>) -> Self {
        let maker = Maker { file, kernel, source: short(&file.path) };
        let its = |name: Option<&String>| name.is_none_or(|name| *name == kernel.name);
        let constraints = file.constraints.iter().filter(|one| its(one.kernel.as_ref()));
        let hazards = file.hazards.iter().filter(|one| its(one.kernel.as_ref()));
        let numbered = (1..).zip(constraints);
        Self {
            family: kernel.family.clone(),
            axes: maker.axes(),
            parameters: maker.parameters(),
            configs: maker.configs(),
            invariants: numbered
                .map(|(number, one)| maker.invariant(number, one, !words.contains(&number)))
                .collect(),
            facts: maker.facts(),
            hazards: hazards.map(|one| maker.hazard(one)).collect(),
            source: maker.source,
        }
    }
}

struct Maker<'d> {
    file: &'d LiftedFile,
    kernel: &'d LiftedKernel,
    source: String,
}

impl Maker<'_> {
    fn findings(&self) -> impl Iterator<Item = &FindingRecord> {
        let its =
            |one: &&FindingRecord| one.kernel.as_ref().is_none_or(|name| *name == self.kernel.name);
        self.file.findings.iter().filter(its)
    }

    fn axes(&self) -> Vec<Axis> {
        let mut order: Vec<String> = Vec::new();
        let mut axes: BTreeMap<String, Axis> = BTreeMap::new();
        let rows = self.rows();
        let tuned: Vec<String> =
            rows.iter().flat_map(|row| &row.parameters).map(|name| identifier(name)).collect();
        for finding in self.findings() {
            let name = axis_name(finding);
            // What is tuned is a parameter; how it is set is said by a fact.
            if tuned.contains(&name) {
                continue;
            }
            if !axes.contains_key(&name) {
                order.push(name.clone());
            }
            let axis = axes.entry(name.clone()).or_insert(Axis { name, ..Axis::default() });
            for (value, into) in std::iter::once((&finding.value, true))
                .chain(finding.alternatives.iter().map(|value| (value, false)))
            {
                let list = if into { &mut axis.values } else { &mut axis.others };
                if !list.contains(value) {
                    list.push(value.clone());
                }
            }
            axis.lines.extend(&finding.lines);
        }
        let mut all: Vec<Axis> = order.iter().filter_map(|name| axes.remove(name)).collect();
        for axis in &mut all {
            let Axis { values, others, lines, .. } = axis;
            // A range (`1..32`) says what is allowed, and is no value to try.
            others.retain(|value| !value.contains("..") && !values.contains(value));
            lines.sort_unstable();
            lines.dedup();
        }
        all
    }

    /// Rows that say what is chosen from: all that are searched if there are any, else all.
    fn rows(&self) -> Vec<&TuningRecord> {
        let its = self.file.tuning.iter().filter(|row| row.kernel == self.kernel.name);
        let all: Vec<&TuningRecord> = its.collect();
        let searched: Vec<&TuningRecord> =
            all.iter().filter(|row| row.strategy == "exhaustive").copied().collect();
        if searched.is_empty() { all } else { searched }
    }

    fn parameters(&self) -> Vec<(String, Vec<String>)> {
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        for row in self.rows() {
            for config in &row.values {
                for (name, value) in row.parameters.iter().zip(config) {
                    let name = identifier(name);
                    let known = match all.iter().position(|(known, _)| *known == name) {
                        Some(at) => at,
                        None => {
                            all.push((name, Vec::new()));
                            all.len() - 1
                        }
                    };
                    if let Some((_, values)) = all.get_mut(known)
                        && !values.contains(value)
                    {
                        values.push(value.clone());
                    }
                }
            }
        }
        for (_, values) in &mut all {
            values.sort_by_key(|value| value.parse::<i64>().unwrap_or(i64::MAX));
        }
        all
    }

    /// Which values go together on which architectures. Where several lists are taken under one condition, as far as
    /// the source tells, a config is of any of them.
    fn configs(&self) -> Vec<Statement> {
        let rows = self.rows().into_iter();
        let rows: Vec<&TuningRecord> =
            rows.filter(|row| !row.parameters.is_empty() && !row.values.is_empty()).collect();
        let mut conditions: Vec<&str> = Vec::new();
        for row in &rows {
            if !conditions.contains(&row.condition.other.as_str()) {
                conditions.push(&row.condition.other);
            }
        }
        let mut all = Vec::new();
        for other in conditions {
            // Of each architecture its lists; those with the same ones are told together.
            let mut lists: Vec<(Vec<&TuningRecord>, Vec<&str>)> = Vec::new();
            let here = || rows.iter().filter(|row| row.condition.other == other);
            for arch in here().flat_map(|row| &row.condition.arch) {
                if lists.iter().any(|(_, known)| known.contains(&arch.as_str())) {
                    continue;
                }
                let its: Vec<&TuningRecord> =
                    here().filter(|row| row.condition.arch.contains(arch)).copied().collect();
                let same = |known: &[&TuningRecord]| {
                    known.len() == its.len()
                        && known.iter().zip(&its).all(|(a, b)| std::ptr::eq(*a, *b))
                };
                match lists.iter_mut().find(|(known, _)| same(known)) {
                    Some((_, archs)) => archs.push(arch),
                    None => lists.push((its, vec![arch])),
                }
            }
            all.extend(lists.iter().map(|(rows, archs)| self.config(rows, archs, other)));
        }
        all
    }

    fn config(&self, rows: &[&TuningRecord], archs: &[&str], other: &str) -> Statement {
        let mut name = format!("configs on {}", archs.join(", "));
        if !other.is_empty() {
            name.push_str(&format!(" if {other}"));
        }
        let parameters = self.parameters().into_iter();
        let texts: BTreeSet<String> = parameters
            .filter(|(_, values)| {
                alike(&values.iter().collect::<Vec<_>>()).iter().any(|value| value.starts_with('"'))
            })
            .map(|(name, _)| name)
            .collect();
        // Lists of the same parameters are one list.
        let mut lists: Vec<(Vec<String>, Vec<String>)> = Vec::new();
        for row in rows {
            let names: Vec<String> = row.parameters.iter().map(|name| identifier(name)).collect();
            let values = row.values.iter().map(|config| {
                // As the parameter has them: as texts, if one of its values is a text.
                let config = names.iter().zip(config).map(|(name, value)| {
                    if texts.contains(name) { quoted(value) } else { literal(value) }
                });
                format!("[{}]", config.collect::<Vec<_>>().join(", "))
            });
            let values: Vec<String> = values.collect();
            let list = match lists.iter_mut().find(|(known, _)| *known == names) {
                Some((_, list)) => list,
                None => {
                    lists.push((names, values));
                    continue;
                }
            };
            for value in values {
                if !list.contains(&value) {
                    list.push(value);
                }
            }
        }
        let quoted_archs: Vec<String> = archs.iter().map(|name| quoted(name)).collect();
        let mut formula = format!("hardware.architecture not in [{}]", quoted_archs.join(", "));
        for (names, values) in &lists {
            formula.push_str(&format!(" or [{}] in [{}]", names.join(", "), values.join(", ")));
        }
        // What a list is looked up by is no parameter of the design.
        let said = match other.is_empty() {
            true => ("require", formula),
            false => ("reason", quoted(&formula)),
        };
        let mut lines: Vec<u32> = rows.iter().flat_map(|row| row.lines.iter().copied()).collect();
        lines.sort_unstable();
        lines.dedup();
        let entries = vec![said, ("source", quoted(&self.lines(&lines)))];
        Statement { keyword: "constraint", name, entries }
    }

    /// Constraints speak of names of the source, which are no parameters of the design: they are stated, not applied.
    fn invariant(&self, number: usize, constraint: &ConstraintRecord, formal: bool) -> Statement {
        let (kind, statement) = (&constraint.kind, &constraint.statement);
        // One that breaks off, as what was shortened does, is words.
        let mut entries = match formal && spak_model::formula::broken(statement, 0).is_none() {
            true => vec![("assert", quoted(statement)), ("reason", quoted(kind))],
            false => vec![("reason", quoted(&format!("{kind}: {statement}")))],
        };
        entries.push(("source", quoted(&self.lines(&constraint.lines))));
        Statement { keyword: "invariant", name: format!("{NUMBERED}{number}"), entries }
    }

    /// One fact for each value of an axis; what several patterns found has the lines of all.
    fn facts(&self) -> Vec<Statement> {
        let mut all: Vec<FindingRecord> = Vec::new();
        for finding in self.findings() {
            let is_same = |known: &&mut FindingRecord| {
                (&known.axis, &known.role, &known.value)
                    == (&finding.axis, &finding.role, &finding.value)
            };
            match all.iter_mut().find(is_same) {
                None => all.push(finding.clone()),
                Some(known) => {
                    known.condition =
                        known.condition.take().filter(|_| finding.condition.is_some());
                    known.lines.extend(&finding.lines);
                    known.lines.sort_unstable();
                    known.lines.dedup();
                }
            }
        }
        all.iter().map(|one| self.fact(one)).collect()
    }

    fn fact(&self, finding: &FindingRecord) -> Statement {
        let mut entries = Vec::new();
        entries.extend(finding.condition.as_ref().map(|condition| ("under", quoted(condition))));
        entries.push(("reason", quoted(&finding.because)));
        entries.push(("confidence", finding.confidence.to_string()));
        entries.push(("source", quoted(&self.lines(&finding.lines))));
        let name = format!("{} is {}", axis_name(finding), finding.value);
        Statement { keyword: "fact", name, entries }
    }

    fn hazard(&self, hazard: &HazardRecord) -> Statement {
        let entries =
            vec![("reason", quoted(&hazard.item)), ("source", quoted(&self.lines(&hazard.lines)))];
        Statement { keyword: "fact", name: hazard.kind.clone(), entries }
    }

    /// Lines of the source: `attention.py:111, 140`.
    fn lines(&self, lines: &[u32]) -> String {
        let all: Vec<String> = lines.iter().map(ToString::to_string).collect();
        format!("{}:{}", self.source, all.join(", "))
    }
}

/// The name of an axis; one of an operand has the operand's name before it.
pub(super) fn axis_name(finding: &FindingRecord) -> String {
    match &finding.role {
        Some(role) => identifier(&format!("{role}_{}", finding.axis)),
        None => identifier(&finding.axis),
    }
}

/// The last two parts of a path.
fn short(path: &str) -> String {
    let parts: Vec<&str> = path.rsplit('/').take(1).collect();
    parts.concat()
}

pub(crate) fn identifier(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '_' };
    let name: String = name.trim_start_matches('_').chars().map(plain).collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        Some(_) => name,
        None => "unnamed".to_owned(),
    }
}

/// A number or a truth value as it is, everything else as a text.
pub(super) fn literal(value: &str) -> String {
    let is_number = value.parse::<f64>().is_ok_and(f64::is_finite);
    if is_number || matches!(value, "true" | "false") { value.to_owned() } else { quoted(value) }
}

/// Values of one type: texts, unless all are numbers or all truth values.
pub(super) fn alike(values: &[&String]) -> Vec<String> {
    let literals: Vec<String> = values.iter().map(|value| literal(value)).collect();
    let kind = |text: &String| match text.chars().next() {
        Some('"') => 't',
        Some('t' | 'f') => 'b',
        _ => 'n',
    };
    let first = literals.first().map(kind);
    if literals.iter().all(|literal| Some(kind(literal)) == first) {
        return literals;
    }
    values.iter().map(|value| quoted(value)).collect()
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\r' | '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
