//! Every figure of the libraries says where it is from, and what is derived is what its formula gives.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use spak_expr::Value;
use spak_predict::{Kind, kind_of};

/// Figures are published with two to four digits.
const ROUNDING: f64 = 0.012;

fn number(text: &str) -> f64 {
    let expr = spak_expr::parse(text, 0).expr.unwrap();
    match spak_expr::eval(&expr, &spak_expr::Empty).unwrap() {
        Value::Quantity(q) => q.magnitude,
        other => other.as_float().unwrap(),
    }
}

#[test]
fn every_figure_names_its_source() {
    let (mut figures, mut derived) = (0, 0);
    for text in support::texts() {
        // `// [name] Title:` at the head of the file.
        let documents: Vec<&str> = text
            .lines()
            .filter_map(|l| l.strip_prefix("// [")?.split_once(']'))
            .map(|(n, _)| n)
            .collect();
        for line in text.lines() {
            let Some((key, rest)) = line.trim().split_once(": ") else { continue };
            if !line.starts_with("        ") || kind_of(key).is_none_or(|k| k == Kind::Text) {
                continue;
            }
            figures += 1;
            let (value, mark) =
                rest.split_once("  // ").unwrap_or_else(|| panic!("no source: {line}"));
            let named =
                mark.strip_prefix('[').and_then(|m| m.split_once(']')).map(|(name, _)| name);
            if let Some(formula) = mark.strip_prefix("derived: ") {
                derived += 1;
                let (said, given) = (number(value.trim()), number(formula));
                assert!(((said - given) / given).abs() < ROUNDING, "{said} is not {given}: {line}");
            } else if let Some(name) = named {
                assert!(documents.contains(&name), "the file lists no [{name}]: {line}");
            } else {
                let is_known = mark.starts_with("driver") || mark.starts_with("unverified: ");
                assert!(is_known, "neither a document nor a reason: {line}");
            }
        }
    }
    assert!(figures > 300 && derived > 30, "{figures} figures, {derived} of them derived");
}
