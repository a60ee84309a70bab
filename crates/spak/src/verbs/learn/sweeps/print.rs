//! What tables show, for people.

use super::super::worthy;
use super::records::figures;
use anyhow::Result;
use spak_learn::literal;
use spak_records::Config;
use spak_records::sweep_report::{
    Counts, ElsewhereRecord, FollowedRecord, JudgedRule, LeftRecord, OptimumRecord, SweepRecord,
    SweepReport,
};

use crate::output;

/// Findings beyond this are counted; `--output json` has them all.
const MOST_FINDINGS: usize = 60;
/// More rows than this are counted, too.
const MOST_ROWS: usize = 12;

pub(super) fn report(report: &SweepReport) -> Result<()> {
    let mut out = String::new();
    for sweep in &report.sweeps {
        sweep_text(sweep, &mut out);
    }
    if !report.judged.is_empty() {
        out.push_str("rules of the design\n");
        report.judged.iter().for_each(|rule| judged(rule, &mut out));
        out.push('\n');
    }
    if let Some(design) = &report.design {
        if !report.diff.is_empty() {
            out.push_str(&format!("{}\n", report.diff));
        }
        out.push_str(&match (report.written, report.diff.is_empty()) {
            (true, _) => format!("the design `{design}` was changed as shown\n"),
            (false, true) => format!("the design `{design}` says all of it already\n"),
            (false, false) => format!("the design `{design}` was not changed (`--keep-design`)\n"),
        });
    }
    output::result(&out)
}

fn sweep_text(sweep: &SweepRecord, out: &mut String) {
    let device = sweep.device.as_deref().map(|d| format!(" on {d}")).unwrap_or_default();
    out.push_str(&format!(
        "{}{device}: {} configs measured, {} rejected, by {} ({} is better)\n",
        sweep.file,
        sweep.measured,
        sweep.rejected,
        sweep.metric,
        if sweep.more_is_better { "more" } else { "less" }
    ));
    out.push_str(&format!("names: {}", sweep.names.join(", ")));
    if !sweep.given.is_empty() {
        out.push_str(&format!("; given with the problem: {}", sweep.given.join(", ")));
    }
    let fixed: Vec<String> = sweep.fixed.0.keys().cloned().collect();
    let told = match (&sweep.device, fixed.is_empty()) {
        (Some(_), true) => "the device".to_owned(),
        (Some(_), false) => format!("the device, {}", fixed.join(", ")),
        (None, false) => fixed.join(", "),
        (None, true) => "nothing".to_owned(),
    };
    out.push_str(&format!("\nthe file says of where this holds: {told}"));
    out.push_str(&format!(
        "\nnoise of one measurement: {:.2} %, {}\n",
        100.0 * sweep.noise.deviation,
        sweep.noise.from
    ));
    out.push_str(&format!(
        "tested: {} of values, {} of dependences, {} of scaling and limits; the chance of any false claim is 5 %\n",
        sweep.tests[0], sweep.tests[1], sweep.tests[2]
    ));
    out.push_str("\nbest\n");
    sweep.optima.iter().for_each(|optimum| best(optimum, sweep, out));
    out.push_str("\nfindings\n");
    for finding in sweep.findings.iter().take(MOST_FINDINGS) {
        out.push_str(&format!("- {}\n", finding.sentence));
        let rows = rows(&finding.witness);
        let p = match finding.p {
            // That there is nothing has an interval and no p-value.
            _ if finding.kind == "equal" => String::new(),
            p if p < 1e-12 => "p < 1e-12, ".to_owned(),
            p => format!("p {p:.1e}, "),
        };
        out.push_str(&format!("  {p}shown by {rows}"));
        if !finding.counter_examples.is_empty() {
            out.push_str(&format!("; against: {}", self::rows(&finding.counter_examples)));
        }
        out.push('\n');
    }
    if sweep.findings.len() > MOST_FINDINGS {
        let more = sweep.findings.len() - MOST_FINDINGS;
        out.push_str(&format!("… and {more} more; `--output json` has them all\n"));
    }
    if sweep.findings.is_empty() {
        out.push_str("none that the rows can carry\n");
    }
    for (name, pairs) in &sweep.too_few {
        out.push_str(&format!(
            "- of {name} nothing is claimed: {pairs} pairs at most differ in nothing else, and 4 are needed\n"
        ));
    }
    for (name, ratio) in &sweep.untold {
        out.push_str(&format!(
            "- of {name} nothing can be told: a difference of up to {:.1} % would not be seen\n",
            100.0 * (ratio - 1.0)
        ));
    }
    if !sweep.rules.is_empty() {
        out.push_str("\nrules\n");
    }
    for rule in &sweep.rules {
        out.push_str(&format!(
            "rule \"{}\" {{\n    when: \"{}\"\n    {}: \"{}\"\n    support: {}, confidence: {:.2}, witness: \"{}\"\n    learned_by: \"spak\"\n}}\n",
            rule.name,
            rule.when.replace('"', "'"),
            rule.key,
            rule.advice,
            rule.support,
            rule.confidence,
            rule.witness.join(" ")
        ));
    }
    followed("these rules leave here", &sweep.followed, out);
    if let Some(worth) = &sweep.worth {
        out.push_str(&worthy::table(worth));
    }
    if let Some(halves) = &sweep.halves {
        out.push_str(&format!(
            "\nlearnt on one half of the configs, tried on the other, both ways ({} configs): {}{}\n",
            halves.configs.iter().map(u64::to_string).collect::<Vec<_>>().join(" and "),
            counted(halves.counts, halves.precision),
            halves.slope.map(|s| format!("; effects are {s:.2} of what they were")).unwrap_or_default()
        ));
    }
    for other in &sweep.elsewhere {
        elsewhere(sweep, other, out);
    }
    out.push('\n');
}

fn config(config: &Config) -> String {
    let terms: Vec<String> =
        config.0.iter().map(|(name, value)| format!("{name} = {}", literal(value))).collect();
    terms.join(", ")
}

fn rows(ids: &[String]) -> String {
    match ids.len() {
        n if n > MOST_ROWS => format!("{n} rows"),
        _ => ids.join(" "),
    }
}

fn best(optimum: &OptimumRecord, sweep: &SweepRecord, out: &mut String) {
    let at = match optimum.setting.0.is_empty() {
        true => String::new(),
        false => format!("at {}: ", config(&optimum.setting)),
    };
    let [low, high] = optimum.interval;
    out.push_str(&format!(
        "- {at}{} {} ({} to {}) with {} ({}), of {}\n",
        sweep.metric,
        figures(optimum.value),
        figures(low),
        figures(high),
        config(&optimum.config),
        optimum.row,
        optimum.measured
    ));
    if !optimum.equal.is_empty() {
        let values: Vec<String> = optimum
            .equal_values
            .iter()
            .map(|(name, values)| {
                let values: Vec<String> = values.iter().map(literal).collect();
                format!("{name} {}", values.join(" "))
            })
            .collect();
        out.push_str(&format!(
            "  {} cannot be told from it: {}\n",
            rows(&optimum.equal),
            values.join(", ")
        ));
    }
}

fn left(left: &LeftRecord) -> String {
    format!(
        "{} of {} configs, the fastest at {:.3}x of the best, the median at {:.3}x of the median",
        left.left, left.configs, left.best, left.median
    )
}

fn followed(what: &str, followed: &FollowedRecord, out: &mut String) {
    if let Some(avoiding) = &followed.avoiding
        && avoiding.left < avoiding.configs
    {
        out.push_str(&format!("\n{what}, avoiding only: {}", left(avoiding)));
    }
    if let Some(choosing) = &followed.choosing
        && choosing.left < choosing.configs
    {
        out.push_str(&format!("\n{what}, with what they recommend: {}", left(choosing)));
    }
    out.push('\n');
}

fn counted(counts: Counts, precision: Option<f64>) -> String {
    let part = precision.map(|p| format!(" ({:.0} % of what can be told)", 100.0 * p));
    format!(
        "{} hold{}, {} fade, {} are contradicted, {} cannot be told",
        counts.hold,
        part.unwrap_or_default(),
        counts.fade,
        counts.contradicted,
        counts.untold
    )
}

fn elsewhere(sweep: &SweepRecord, other: &ElsewhereRecord, out: &mut String) {
    out.push_str(&format!("\non {}: {}\n", other.file, counted(other.counts, other.precision)));
    if !other.rules.is_empty() {
        out.push_str(&format!("  rules: {}\n", counted(other.rule_counts, other.rule_precision)));
    }
    for (kind, counts) in &other.by_kind {
        out.push_str(&format!(
            "  {kind}: {} hold, {} fade, {} contradicted, {} untold\n",
            counts.hold, counts.fade, counts.contradicted, counts.untold
        ));
    }
    let shown = sweep.findings.iter().zip(&other.tried).take(MOST_FINDINGS);
    for (finding, tried) in shown.filter(|(_, tried)| tried.held != "untold") {
        let effect = tried.effect.map(|[mean, low, high]| {
            format!(" {mean:.3} ({low:.3} to {high:.3}) over {}", tried.support)
        });
        out.push_str(&format!(
            "- {}{}: {}\n",
            tried.held,
            effect.unwrap_or_default(),
            // What it was here stands above.
            finding.sentence.split(" (").next().unwrap_or_default()
        ));
    }
    followed("there the rules leave", &other.followed, out);
}

fn judged(rule: &JudgedRule, out: &mut String) {
    let at = match rule.at.0.is_empty() {
        true => String::new(),
        false => format!(" at {}", config(&rule.at)),
    };
    let verdict = match rule.held.as_str() {
        "holds" => "the rows support it",
        "fades" => "the rows do not support it: it makes no difference",
        "contradicted" => "the rows contradict it",
        _ => "the rows cannot tell",
    };
    out.push_str(&format!("- \"{}\": {}{at}: {verdict}\n", rule.rule, rule.says));
    for one in &rule.compared {
        let [mean, low, high] = one.ratio;
        out.push_str(&format!(
            "  {} costs {mean:.4}x of it ({low:.4} to {high:.4}) over {} pairs\n",
            literal(&one.other),
            one.pairs
        ));
    }
}
