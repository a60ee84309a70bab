//! What came of it, as a table and as what is wrong.

use std::fmt::Write as _;

use serde_json::Value;

use super::{GPUS, Outcome};

pub(super) fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{:<10} {:<12} {:<14} {:<13} {:<22} {:<22} lifted again",
        "kernel", "same bytes", "same Tile IR", "other value", GPUS[0], GPUS[1]
    );
    for outcome in outcomes {
        let other = match &outcome.other {
            None => "no hole in it",
            Some(other) if is_ir(other) && ir(other) != ir(&outcome.original) => "other IR",
            Some(_) => "SAME IR",
        };
        let gpu = |name: &str| match outcome.generated.pointer(&format!("/gpus/{name}")) {
            Some(done) if done.get("bytes").is_some() => {
                format!("{} bytes, {} s", done["bytes"], done["seconds"])
            }
            _ => "FAILED".to_owned(),
        };
        let round = &outcome.round;
        let all = round.same + round.other.len() + round.missing.len();
        let _ = writeln!(
            text,
            "{:<10} {:<12} {:<14} {other:<13} {:<22} {:<22} {} of {all} choices",
            outcome.name,
            if outcome.is_same_text { "yes" } else { "NO" },
            if is_same_ir(outcome) { "yes" } else { "NO" },
            gpu(GPUS[0]),
            gpu(GPUS[1]),
            round.same,
        );
        if !round.missing.is_empty() {
            let _ = writeln!(text, "           not found again: {}", round.missing.join(", "));
        }
    }
    text
}

/// What must not be.
pub(super) fn failures(outcomes: &[Outcome]) -> Vec<String> {
    let mut all = Vec::new();
    for outcome in outcomes {
        let name = &outcome.name;
        for answer in [&outcome.original, &outcome.again, &outcome.generated] {
            if let Some(error) = answer.get("error").and_then(Value::as_str) {
                all.push(format!("{name}: {error}"));
            }
        }
        if !outcome.is_same_text {
            all.push(format!("{name}: made again, the file has other bytes"));
        }
        if !is_same_ir(outcome) {
            all.push(format!("{name}: made again, the file has another Tile IR"));
        }
        if outcome
            .other
            .as_ref()
            .is_some_and(|other| !is_ir(other) || ir(other) == ir(&outcome.original))
        {
            all.push(format!("{name}: another value in a hole changes nothing"));
        }
        for gpu in GPUS {
            let answer = outcome.generated.pointer(&format!("/gpus/{gpu}"));
            if answer.is_none_or(|answer| answer.get("bytes").is_none()) {
                let why =
                    answer.and_then(|a| a.get("error")).map_or(String::new(), Value::to_string);
                all.push(format!(
                    "{name}: made from its design, it does not compile for {gpu} {why}"
                ));
            }
        }
        all.extend(outcome.round.other.iter().map(|one| format!("{name}: lifted again, {one}")));
    }
    all
}

fn ir(answer: &Value) -> Option<&str> {
    answer.get("tile_ir").and_then(Value::as_str)
}

fn is_ir(answer: &Value) -> bool {
    ir(answer).is_some()
}

fn is_same_ir(outcome: &Outcome) -> bool {
    is_ir(&outcome.original) && ir(&outcome.original) == ir(&outcome.again)
}
