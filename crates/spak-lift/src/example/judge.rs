//! Whether what is found in an example is what is expected.

use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, LineIndex};

use super::{Coverage, Example, Expected};
use crate::codes::{BAD_EXAMPLE, FAILED_EXAMPLE};
use crate::finding::Finding;
use crate::pack::{Pack, Pattern};

/// What came of an example.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// One for each thing that is not as expected.
    pub failures: Vec<Diagnostic>,
    /// How many things were expected.
    pub expected: usize,
}

/// Compares what the patterns of a pack found in an example with what is expected, and adds to `coverage`
/// which patterns that tests.
pub fn judge(
    pack: &Pack,
    example: &Example,
    findings: &[Finding],
    coverage: &mut Coverage,
) -> Verdict {
    let mut verdict = Verdict { failures: Vec::new(), expected: example.expected.len() };
    let lines = LineIndex::new(&example.source);
    for expected in &example.expected {
        let patterns = meant(pack, expected);
        if patterns.is_empty() {
            verdict.failures.push(unknown(pack, example, expected));
            continue;
        }
        if let Some(value) = expected.value.as_ref().filter(|_| !expected.is_found)
            && patterns.iter().all(|p| !p.values.is_empty() && !p.values.contains(value))
        {
            // Nothing is ever found as a value that is written wrongly.
            verdict.failures.push(no_value(example, expected, &patterns, value));
            continue;
        }
        let its = findings.iter().filter(|one| {
            patterns.iter().any(|pattern| pattern.name == one.pattern)
                && expected.role.as_ref().is_none_or(|role| one.role.as_ref() == Some(role))
        });
        let its: Vec<&Finding> = its.collect();
        let is_value = |one: &&&Finding| expected.value.as_ref().is_none_or(|v| one.value == *v);
        let matching: Vec<&Finding> = its.iter().filter(is_value).copied().collect();
        let place = |one: &Finding| {
            let mut all: Vec<u32> = Vec::new();
            for site in &one.sites {
                all.push(lines.line_column(&example.source, site.span.start).0);
            }
            all.sort_unstable();
            all.dedup();
            let all: Vec<String> = all.iter().map(u32::to_string).collect();
            match all.len() {
                0 => String::new(),
                1 => format!(" (line {} of the source)", all.concat()),
                _ => format!(" (lines {} of the source)", all.join(", ")),
            }
        };
        let name = said(expected);
        match (expected.is_found, matching.first()) {
            (true, Some(_)) => {
                for pattern in matching.iter().map(|one| &one.pattern) {
                    coverage.entry(pattern.clone()).or_default().0 += 1;
                }
            }
            (false, None) => {
                for pattern in patterns {
                    coverage.entry(pattern.name.clone()).or_default().1 += 1;
                }
            }
            (true, None) => {
                let values: Vec<String> =
                    its.iter().map(|one| format!("\"{}\"{}", one.value, place(one))).collect();
                let message = match &expected.value {
                    Some(value) => format!("`{name}` is not found as \"{value}\""),
                    None => format!("`{name}` is not found"),
                };
                let reason = match values.is_empty() {
                    true => "nothing is found for it in this example".to_owned(),
                    false => format!("it is found as {}", values.join(", ")),
                };
                verdict.failures.push(failure(example, expected, message, reason));
            }
            (false, Some(one)) => {
                let message = format!("`{name}` is found as \"{}\"", one.value);
                let case = format!("by the case \"{}\" of `{}`", one.case, one.pattern);
                let why = if one.because.is_empty() {
                    String::new()
                } else {
                    format!(": {}", one.because)
                };
                let reason = format!("{case}{}{why}", place(one));
                verdict.failures.push(failure(example, expected, message, reason));
            }
        }
    }
    verdict
}

/// The patterns that a name stands for: the one that is called so, else those of the axis.
fn meant<'p>(pack: &'p Pack, expected: &Expected) -> Vec<&'p Pattern> {
    let with = |is: &dyn Fn(&Pattern) -> bool| -> Vec<&'p Pattern> {
        pack.patterns.iter().filter(|pattern| is(pattern)).collect()
    };
    let named = with(&|pattern| pattern.name == expected.pattern);
    if named.is_empty() { with(&|pattern| pattern.axis == expected.pattern) } else { named }
}

fn said(expected: &Expected) -> String {
    match &expected.role {
        Some(role) => format!("{role}.{}", expected.pattern),
        None => expected.pattern.clone(),
    }
}

fn failure(example: &Example, expected: &Expected, message: String, reason: String) -> Diagnostic {
    Diagnostic::error(FAILED_EXAMPLE, expected.span, message)
        .related(example.span, "in this example")
        .because(reason)
        .in_file(example.file)
}

fn no_value(
    example: &Example,
    expected: &Expected,
    patterns: &[&Pattern],
    value: &str,
) -> Diagnostic {
    let known = patterns.iter().flat_map(|pattern| &pattern.values).map(String::as_str);
    let repair = match suggest(value, known) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => "name one of the `values` of the pattern".to_owned(),
    };
    let message = format!("\"{value}\" is none of the values of `{}`", expected.pattern);
    Diagnostic::error(BAD_EXAMPLE, expected.span, message).repair(repair).in_file(example.file)
}

fn unknown(pack: &Pack, example: &Example, expected: &Expected) -> Diagnostic {
    let names = pack.patterns.iter().map(|pattern| pattern.name.as_str());
    let repair = match suggest(&expected.pattern, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a pattern or an axis of the pack".to_owned(),
    };
    let message = format!("{} has no pattern `{}`", pack.name, expected.pattern);
    Diagnostic::error(BAD_EXAMPLE, expected.span, message).repair(repair).in_file(example.file)
}
