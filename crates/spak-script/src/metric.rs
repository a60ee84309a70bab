//! Numbers that programs print: in lines of observations, else behind their name.

use std::collections::BTreeMap;

use spak_records::Value;

/// What a program observed: cases with their fields, in order; lines that are no observations are none.
pub fn observations(printed: &str) -> Vec<(String, BTreeMap<String, Value>)> {
    let all = spak_records::protocol::scan_text(printed);
    all.flatten().map(|one| (one.observation.case, one.observation.fields)).collect()
}

/// The number called `name` in what a program printed: of the last observation that has it, else behind the last place where its
/// name stands alone (`tflops: 12.5`, `TFLOPS=12.5`).
pub fn number(printed: &str, name: &str) -> Option<f64> {
    let number = |value: &Value| match value {
        Value::Int(n) => Some(*n as f64),
        Value::Float(x) => Some(*x).filter(|x| x.is_finite()),
        _ => None,
    };
    let observed =
        observations(printed).into_iter().rev().find_map(|(_, fields)| number(fields.get(name)?));
    observed.or_else(|| printed.lines().rev().find_map(|line| named(line, name)))
}

fn named(line: &str, name: &str) -> Option<f64> {
    let lower = line.to_lowercase();
    let name = name.to_lowercase();
    let mut found = None;
    for (at, _) in lower.match_indices(&name) {
        let before = lower.get(..at).and_then(|text| text.chars().next_back());
        let behind = lower.get(at + name.len()..).unwrap_or_default();
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if is_part(before) || is_part(behind.chars().next()) {
            continue;
        }
        let value = behind.trim_start_matches([' ', '\t', ':', '=', '"', '(', '|', ',']);
        found = leading(value).or(found);
    }
    found
}

/// The number that a text begins with.
fn leading(text: &str) -> Option<f64> {
    let end = text
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E')))
        .map_or(text.len(), |(at, _)| at);
    // `1e` and `12.5-` are numbers with something behind them.
    (1..=end).rev().find_map(|end| text.get(..end)?.parse().ok()).filter(|n: &f64| n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn what_programs_print() {
        let trace = "warm\n__SPAK_TRACE__{\"type\":\"Performance\",\"tflops\": 10.5}\n__SPAK_TRACE__ {\"type\":\"P\",\"tflops\":12}\n";
        assert_eq!(number(trace, "tflops"), Some(12.0));
        assert_eq!(number("a\nTFLOPS: 3.25 (best)\n", "tflops"), Some(3.25));
        assert_eq!(number("time_ms = 1.5e-3s", "time_ms"), Some(0.0015));
        assert_eq!(number("my_tflops: 3", "tflops"), None);
        assert_eq!(number("tflops: fast", "tflops"), None);
        assert_eq!(number("tflops: nan\ntflops: inf", "tflops"), None);
        assert_eq!(number("loss -0.5.", "loss"), Some(-0.5));
        assert_eq!(number("", "x"), None);
    }
}
