//! What was learnt as records.

use spak_learn::{
    Claim, Finding, Followed, Held, Noise, Optimum, Ratio, Rule, Shown, Source, Table, Tried,
    sentence,
};
use spak_records::Config;
use spak_records::sweep_report::{Counts, FindingRecord, LeftRecord, OptimumRecord, TriedRecord};

/// What a finding is called.
pub(super) fn kind(claim: &Claim) -> &'static str {
    match claim {
        Claim::Slower { .. } => "slower",
        Claim::NeverBest { .. } => "never-best",
        Claim::Equal { .. } => "equal",
        Claim::Monotone { .. } => "monotone",
        Claim::Threshold { .. } => "threshold",
        Claim::Interaction { crossing: true, .. } => "best-depends",
        Claim::Interaction { crossing: false, .. } => "depends",
        Claim::Scaling { .. } => "scaling",
        Claim::Limit { .. } => "limit",
        Claim::Refused { .. } => "refused",
    }
}

/// Small letters and digits, everything else one `_`.
pub(super) fn slug(text: &str) -> String {
    let text = text.to_lowercase();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// What a finding is about, as a name.
pub(super) fn subject(claim: &Claim) -> String {
    let text = match claim {
        Claim::Slower { name, value, .. } => format!("{name} {value} slower"),
        Claim::NeverBest { name, value, .. } => format!("{name} {value} never best"),
        Claim::Equal { name, .. } => format!("{name} equal"),
        Claim::Monotone { name, .. } => format!("{name} monotone"),
        Claim::Threshold { name, above, .. } => format!("{name} step at {above}"),
        Claim::Interaction { name, by, .. } => format!("{name} by {by}"),
        Claim::Scaling { name, .. } => format!("{name} scaling"),
        Claim::Limit { names, .. } => format!("limit of {}", names.join(" ")),
        Claim::Refused { region, .. } => {
            let terms: Vec<String> =
                region.iter().map(|(name, value)| format!("{name} {value}")).collect();
            format!("refused {}", terms.join(" "))
        }
    };
    slug(&text)
}

pub(super) fn finding(finding: &Finding, table: &Table) -> FindingRecord {
    let of = |ratio: &Ratio| {
        let [low, high] = ratio.interval;
        (Some([ratio.mean, low, high]), Some(ratio.range))
    };
    let (effect, range) = match &finding.claim {
        Claim::Slower { ratio, .. }
        | Claim::Monotone { ratio, .. }
        | Claim::Threshold { ratio, .. }
        | Claim::NeverBest { loss: ratio, .. } => of(ratio),
        Claim::Equal { within, .. } => (Some([1.0, 1.0 / (1.0 + within), 1.0 + within]), None),
        Claim::Scaling { exponent, interval: [low, high], .. } => {
            (Some([*exponent, *low, *high]), None)
        }
        // A dependence has two ratios, which its sentence has.
        Claim::Interaction { .. } | Claim::Limit { .. } | Claim::Refused { .. } => (None, None),
    };
    FindingRecord {
        kind: kind(&finding.claim).to_owned(),
        subject: subject(&finding.claim),
        sentence: sentence(finding, table),
        effect,
        range,
        p: finding.p,
        support: finding.support as u64,
        against: finding.against as u64,
        counter_examples: finding.counter_examples.clone(),
        witness: finding.witness.clone(),
    }
}

pub(super) fn optimum(optimum: &Optimum) -> OptimumRecord {
    OptimumRecord {
        setting: Config(optimum.setting.iter().cloned().collect()),
        config: optimum.config.clone(),
        row: optimum.id.clone(),
        value: optimum.value,
        interval: optimum.interval,
        measured: optimum.measured as u64,
        equal: optimum.equal.clone(),
        equal_values: optimum.equal_values.clone(),
        witness: optimum.witness.clone(),
    }
}

pub(super) fn noise(noise: &Noise) -> String {
    match &noise.source {
        Source::Repeats => "from repeated rows".to_owned(),
        Source::Baseline(name) => {
            format!("from `{name}`, which repeats while only choices change")
        }
        Source::Runs => {
            "from runs inside each measurement: nothing was repeated, and sessions may differ more"
                .to_owned()
        }
        Source::Quietest(name) => {
            format!("at most this: nothing was repeated, and `{name}` scatters least")
        }
        Source::Assumed => "assumed: nothing tells it".to_owned(),
    }
}

/// Names that are properties of the problem.
pub(super) fn given(table: &Table, shown: &Shown) -> Vec<String> {
    let setting = shown.optima.first().map(|o| o.setting.as_slice()).unwrap_or_default();
    let is_given = |name: &String| setting.iter().any(|(given, _)| given == name);
    table.factors().iter().map(|f| f.name.clone()).filter(is_given).collect()
}

pub(super) fn held(held: Held) -> &'static str {
    match held {
        Held::Holds => "holds",
        Held::Fades => "fades",
        Held::Contradicted => "contradicted",
        Held::Untold => "untold",
    }
}

pub(super) fn tried(tried: &Tried) -> TriedRecord {
    TriedRecord {
        held: held(tried.held).to_owned(),
        effect: tried.effect,
        support: tried.support as u64,
    }
}

pub(super) fn counts(held: impl Iterator<Item = Held>) -> Counts {
    let mut counts = Counts::default();
    for one in held {
        match one {
            Held::Holds => counts.hold += 1,
            Held::Fades => counts.fade += 1,
            Held::Contradicted => counts.contradicted += 1,
            Held::Untold => counts.untold += 1,
        }
    }
    counts
}

/// What becomes of a rule whose findings were tried.
pub(super) fn rule_held(rule: &Rule, tried: &[Tried]) -> Held {
    let any = |held: Held| {
        rule.findings.iter().filter_map(|at| tried.get(*at)).any(|tried| tried.held == held)
    };
    [Held::Contradicted, Held::Fades, Held::Holds]
        .into_iter()
        .find(|held| any(*held))
        .unwrap_or(Held::Untold)
}

/// Of those that can be told, the part that holds.
pub(super) fn precision(counts: Counts) -> Option<f64> {
    let told = counts.hold + counts.fade + counts.contradicted;
    (told > 0).then(|| counts.hold as f64 / told as f64)
}

pub(super) fn by_kind(findings: &[Finding], tried: &[Tried]) -> Vec<(String, Counts)> {
    let mut kinds: Vec<&str> = Vec::new();
    for finding in findings {
        let kind = kind(&finding.claim);
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
        .into_iter()
        .map(|own| {
            let of = findings.iter().zip(tried).filter(|(f, _)| kind(&f.claim) == own);
            (own.to_owned(), counts(of.map(|(_, t)| t.held)))
        })
        .collect()
}

pub(super) fn left(followed: Followed) -> LeftRecord {
    LeftRecord {
        configs: followed.configs as u64,
        left: followed.left as u64,
        best: followed.best,
        median: followed.median,
    }
}

/// A measurement with six figures, whatever its unit is.
pub(super) fn figures(x: f64) -> String {
    let before = x.abs().max(1.0).log10().floor() as usize + 1;
    format!("{x:.0$}", 6_usize.saturating_sub(before).min(4))
}
