//! A prediction for people.

use spak_predict::words;
use spak_records::prediction::{BoundRecord, Certainty, EstimateRecord, PredictReport, Prediction};

/// The whole report as text.
pub(super) fn report(report: &PredictReport) -> String {
    let mut out = String::new();
    for prediction in &report.predictions {
        if !out.is_empty() {
            out.push('\n');
        }
        head(&mut out, report, prediction);
        quantities(&mut out, prediction);
        ceilings(&mut out, prediction);
        match &prediction.bound {
            Some(bound) => self::bound(&mut out, prediction, bound),
            None => out.push_str("\nno bound: no ceiling is known\n"),
        }
        if let Some(estimate) = &prediction.estimate {
            self::estimate(&mut out, prediction, estimate);
        }
        list(&mut out, "not in the bound", &prediction.lacks);
    }
    if let Some(measured) = &report.measured {
        out.push_str(&format!(
            "\nmeasured: {} trials of this problem on this machine; the fastest took {}, the bound is {} % of that\n  {}\n",
            measured.trials,
            words::time(measured.ns),
            words::digits((measured.of_bound * 1e3).round() / 10.0),
            measured.config
        ));
        let wrong: Vec<String> = measured.impossible.iter().map(|i| i.message.clone()).collect();
        list(&mut out, "IMPOSSIBLE", &wrong);
    }
    list(&mut out, "note", &report.notes);
    out
}

fn head(out: &mut String, report: &PredictReport, prediction: &Prediction) {
    let workload = report.workload.as_deref().unwrap_or("the workload");
    let problem: Vec<String> =
        prediction.problem.iter().map(|(name, value)| format!("{name}={value}")).collect();
    out.push_str(&format!(
        "{workload} of {} on {}\n  problem: {} {}\n  config: {}\n  figures: {}\n\n",
        report.file,
        report.hardware.name,
        prediction.family,
        problem.join(", "),
        prediction.config,
        report.hardware.source.as_deref().unwrap_or("without a source"),
    ));
}

fn quantities(out: &mut String, prediction: &Prediction) {
    let rows = prediction.quantities.iter().map(|q| {
        let sure = match q.certainty {
            Certainty::Exact => "exact",
            Certainty::AtLeast => "at least",
            Certainty::Estimated => "estimated",
        };
        let note = q.note.clone().unwrap_or_default();
        vec![q.name.clone(), q.text.clone(), sure.to_owned(), note]
    });
    out.push_str(&crate::output::table(&["quantity", "value", "certainty", "note"], rows));
    out.push('\n');
    for quantity in &prediction.quantities {
        if let Some(formula) = &quantity.formula {
            out.push_str(&format!("  {} = {formula}\n", quantity.name));
        }
    }
}

fn ceilings(out: &mut String, prediction: &Prediction) {
    let bound = prediction.bound.as_ref();
    let rows = prediction.ceilings.iter().map(|c| {
        let term = bound
            .and_then(|b| b.terms.iter().find(|t| t.ceiling == c.symbol && t.label == c.label));
        vec![
            c.label.clone(),
            match c.unit.as_str() {
                "10^9/s" => words::prefixed(c.value * 1e9, "/s"),
                unit => format!("{} {unit}", words::digits(c.value)),
            },
            term.map_or_else(|| "-".to_owned(), |t| words::time(t.ns)),
            format!("{} = {}", c.symbol, c.formula),
        ]
    });
    out.push('\n');
    out.push_str(&crate::output::table(&["ceiling", "rate", "time at least", "from"], rows));
    out.push('\n');
}

fn bound(out: &mut String, prediction: &Prediction, bound: &BoundRecord) {
    let rate = prediction.quantities.first().map(|q| q.value / bound.ns / 1e3);
    out.push_str(&format!(
        "\nbound: no run takes less than {}{}, limited by {}\n  {}\n  = {}\n  = {}\n",
        words::time(bound.ns),
        rate.filter(|r| r.is_finite())
            .map_or_else(String::new, |r| format!(" ({} TFLOPS)", words::digits(r))),
        bound.limited_by_label,
        bound.formula,
        bound.numbers,
        words::time(bound.ns),
    ));
    list(out, "assumes", &bound.assumes);
}

fn estimate(out: &mut String, prediction: &Prediction, estimate: &EstimateRecord) {
    let rate = prediction.quantities.first().map_or(0.0, |q| q.value / estimate.ns / 1e3);
    let parts: Vec<String> =
        estimate.parts.iter().map(|p| format!("{} {}", p.name, words::time(p.ns))).collect();
    out.push_str(&format!(
        "\nestimate, no bound: {} ({} TFLOPS), mostly {}\n  {}\n",
        words::time(estimate.ns),
        words::digits(rate),
        estimate.limited_by,
        parts.join(", ")
    ));
    list(out, "assumes", &estimate.assumes);
}

fn list(out: &mut String, word: &str, items: &[String]) {
    for item in items {
        out.push_str(&format!("  {word}: {item}\n"));
    }
}
