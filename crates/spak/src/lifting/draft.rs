//! The draft of a design from what was lifted of one kernel.
//!
//! Axes have what the source does as their first value, explicit parameters the values of all architectures, and which of
//! these go together on which architecture is a constraint. Everything names its lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use spak_records::lift_report::{
    ConstraintRecord, FindingRecord, HazardRecord, LiftedFile, LiftedKernel, TuningRecord,
};

/// The text of a design for one kernel of a file, laid out as `spak fmt` does.
pub(crate) fn draft(file: &LiftedFile, kernel: &LiftedKernel) -> String {
    let draft = Draft { file, kernel, source: short(&file.path) };
    let mut text = String::new();
    draft.head(&mut text);
    draft.axes(&mut text);
    draft.parameters(&mut text);
    draft.constraints(&mut text);
    draft.knowledge(&mut text);
    text.push_str("}\n");
    spak_syntax::format(&text).text
}

struct Draft<'d> {
    file: &'d LiftedFile,
    kernel: &'d LiftedKernel,
    /// The file as sources name it.
    source: String,
}

/// An axis: its values, the found ones first, and its lines.
#[derive(Default)]
struct Axis {
    values: Vec<String>,
    others: Vec<String>,
    lines: Vec<u32>,
}

impl Draft<'_> {
    fn of_kernel(&self, kernel: Option<&String>) -> bool {
        kernel.is_none_or(|name| *name == self.kernel.name)
    }

    fn head(&self, text: &mut String) {
        let name = identifier(&self.kernel.name);
        let _ = writeln!(
            text,
            "// Lifted from {}, kernel {} ({}). The first value of each axis is what the source does.",
            self.source, self.kernel.name, self.file.language
        );
        let _ = writeln!(text, "system {name} {{");
        if let Some(family) = &self.kernel.family {
            let _ = writeln!(text, "    workload Lifted {{");
            let _ = writeln!(text, "        operator: {}", quoted(family));
            let _ = writeln!(text, "    }}");
        }
    }

    fn findings(&self) -> impl Iterator<Item = &FindingRecord> {
        self.file.findings.iter().filter(|one| self.of_kernel(one.kernel.as_ref()))
    }

    fn axes(&self, text: &mut String) {
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
            let axis = axes.entry(name).or_default();
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
        if order.is_empty() {
            return;
        }
        let _ = writeln!(text, "    design_space {{");
        for name in &order {
            let Some(axis) = axes.get(name) else { continue };
            // A range (`1..32`) says what is allowed, and is no value to try.
            let others = axis.others.iter().filter(|value| !value.contains(".."));
            let others = others.filter(|value| !axis.values.contains(value));
            let values: Vec<&String> = axis.values.iter().chain(others).collect();
            let values = alike(&values);
            let mut lines = axis.lines.clone();
            lines.sort_unstable();
            lines.dedup();
            let _ = writeln!(
                text,
                "        {name}: [{}]    // {}",
                values.join(", "),
                lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            );
        }
        let _ = writeln!(text, "    }}");
    }

    /// Rows that say what is chosen from: all that are searched if there are any, else all.
    fn rows(&self) -> Vec<&TuningRecord> {
        let its = self.file.tuning.iter().filter(|row| row.kernel == self.kernel.name);
        let all: Vec<&TuningRecord> = its.collect();
        let searched: Vec<&TuningRecord> =
            all.iter().filter(|row| row.strategy == "exhaustive").copied().collect();
        if searched.is_empty() { all } else { searched }
    }

    fn parameters(&self, text: &mut String) {
        let mut order: Vec<&str> = Vec::new();
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in self.rows() {
            for config in &row.values {
                for (name, value) in row.parameters.iter().zip(config) {
                    if !order.contains(&name.as_str()) {
                        order.push(name);
                    }
                    let known = values.entry(name).or_default();
                    if !known.contains(&value.as_str()) {
                        known.push(value);
                    }
                }
            }
        }
        if order.is_empty() {
            return;
        }
        let _ = writeln!(text, "    tuning_space {{");
        for name in order {
            let mut all: Vec<&str> = values.get(name).cloned().unwrap_or_default();
            all.sort_by_key(|value| value.parse::<i64>().unwrap_or(i64::MAX));
            let all: Vec<String> = all.iter().map(|value| (*value).to_owned()).collect();
            let all = alike(&all.iter().collect::<Vec<_>>());
            let _ = writeln!(text, "        {}: [{}]", identifier(name), all.join(", "));
        }
        let _ = writeln!(text, "    }}");
    }

    fn constraints(&self, text: &mut String) {
        for row in self.rows() {
            self.configs(text, row);
        }
        let its = self.file.constraints.iter().filter(|one| self.of_kernel(one.kernel.as_ref()));
        let its: Vec<&ConstraintRecord> = its.collect();
        if its.is_empty() {
            return;
        }
        // They speak of names of the source, which are no parameters here: they are stated, not applied.
        let _ = writeln!(text, "    knowledge {{");
        for (at, constraint) in its.iter().enumerate() {
            let _ = writeln!(text, "        invariant Source_{} {{", at + 1);
            let _ = writeln!(text, "            assert: {}", quoted(&constraint.statement));
            let _ = writeln!(text, "            reason: {}", quoted(&constraint.kind));
            let _ =
                writeln!(text, "            source: {}", quoted(&self.lines(&constraint.lines)));
            let _ = writeln!(text, "        }}");
        }
        let _ = writeln!(text, "    }}");
    }

    /// Which values go together on which architectures.
    fn configs(&self, text: &mut String, row: &TuningRecord) {
        if row.parameters.is_empty() || row.values.is_empty() {
            return;
        }
        let mut name = format!("configs on {}", row.condition.arch.join(", "));
        if !row.condition.other.is_empty() {
            let _ = write!(name, " if {}", row.condition.other);
        }
        let names: Vec<String> = row.parameters.iter().map(|name| identifier(name)).collect();
        let values: Vec<String> = row
            .values
            .iter()
            .map(|config| {
                let config: Vec<String> = config.iter().map(|value| literal(value)).collect();
                format!("[{}]", config.join(", "))
            })
            .collect();
        let arch: Vec<String> = row.condition.arch.iter().map(|name| quoted(name)).collect();
        let formula = format!(
            "hardware.architecture not in [{}] or [{}] in [{}]",
            arch.join(", "),
            names.join(", "),
            values.join(", ")
        );
        let _ = writeln!(text, "    constraint {} {{", quoted(&name));
        // What a list is looked up by is no parameter of the design.
        if row.condition.other.is_empty() {
            let _ = writeln!(text, "        require: {formula}");
        } else {
            let _ = writeln!(text, "        reason: {}", quoted(&formula));
        }
        let _ = writeln!(text, "        source: {}", quoted(&self.lines(&row.lines)));
        let _ = writeln!(text, "    }}");
    }

    fn knowledge(&self, text: &mut String) {
        let findings: Vec<&FindingRecord> = self.findings().collect();
        let hazards = self.file.hazards.iter().filter(|one| self.of_kernel(one.kernel.as_ref()));
        let hazards: Vec<&HazardRecord> = hazards.collect();
        if findings.is_empty() && hazards.is_empty() {
            return;
        }
        let _ = writeln!(text, "    knowledge {{");
        for finding in findings {
            let name = format!("{} is {}", axis_name(finding), finding.value);
            let _ = writeln!(text, "        fact {} {{", quoted(&name));
            if let Some(condition) = &finding.condition {
                let _ = writeln!(text, "            under: {}", quoted(condition));
            }
            let _ = writeln!(text, "            reason: {}", quoted(&finding.because));
            let _ = writeln!(text, "            confidence: {}", finding.confidence);
            let _ = writeln!(text, "            source: {}", quoted(&self.lines(&finding.lines)));
            let _ = writeln!(text, "        }}");
        }
        for hazard in hazards {
            let _ = writeln!(text, "        fact {} {{", quoted(&hazard.kind));
            let _ = writeln!(text, "            reason: {}", quoted(&hazard.item));
            let _ = writeln!(text, "            source: {}", quoted(&self.lines(&hazard.lines)));
            let _ = writeln!(text, "        }}");
        }
        let _ = writeln!(text, "    }}");
    }

    /// Lines of the source: `attention.py:111, 140`.
    fn lines(&self, lines: &[u32]) -> String {
        let all: Vec<String> = lines.iter().map(ToString::to_string).collect();
        format!("{}:{}", self.source, all.join(", "))
    }
}

/// The name of an axis; one of an operand has the operand's name before it.
fn axis_name(finding: &FindingRecord) -> String {
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

fn identifier(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '_' };
    let name: String = name.trim_start_matches('_').chars().map(plain).collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        Some(_) => name,
        None => "unnamed".to_owned(),
    }
}

/// A number or a truth value as it is, everything else as a text.
fn literal(value: &str) -> String {
    let is_number = value.parse::<f64>().is_ok_and(f64::is_finite);
    if is_number || matches!(value, "true" | "false") { value.to_owned() } else { quoted(value) }
}

/// Values of one type: texts, unless all are numbers or all truth values.
fn alike(values: &[&String]) -> Vec<String> {
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

fn quoted(text: &str) -> String {
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
