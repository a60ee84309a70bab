//! Findings as the names and entries of facts: sentences a kernel engineer would sign, and numbers.

use spak_records::{Config, ContentHash, Stage, Value};

use crate::context::{Context, names_of_field};
use crate::finding::{Finding, Optimal, Ratio};
use crate::knowledge::{Entry, Fact, LEARNED_BY, Sample, basis, confidence, support};
use crate::scope::Scope;
use crate::stamp::Stamp;
use crate::witnessing::Evidence;
use crate::wording::{
    count, listed, literal, percent, rate_unit, short, slug, time, time_unit, times,
};

/// The fact for `finding`.
pub(crate) fn fact(finding: Finding, evidence: Evidence, context: &Context) -> Fact {
    let scope = scope(&finding, context).name;
    let mut entries = vec![Entry::text("description", describe(&finding))];
    entries.push(Entry::claim("kind", kind(&finding)));
    entries.push(Entry::claim("when", scope.clone()));
    entries.extend(claims(&finding, context));
    if !matches!(finding, Finding::Optimal(_)) {
        let is_of_configs = matches!(finding, Finding::Rejected { .. } | Finding::Spills { .. });
        let noun = if is_of_configs { "configs" } else { "pairs" };
        entries.push(Entry::support(noun, support(&finding)));
    }
    entries.extend(shown_by(&evidence, context));
    entries.push(Entry::claim("learned_by", LEARNED_BY));
    Fact {
        name: format!("{}_{scope}", subject(&finding)),
        confidence: confidence(&finding),
        support: support(&finding),
        finding,
        scope,
        witnesses: evidence.witnesses,
        entries,
    }
}

/// The witnesses in words, and the trials that they and the counter-examples are.
fn shown_by(evidence: &Evidence, context: &Context) -> Vec<Entry> {
    let order: Vec<String> = context.dimensions.iter().map(|d| d.name.clone()).collect();
    let mut entries: Vec<Entry> = evidence
        .witnesses
        .iter()
        .map(|shown| Entry::text("witness", shown.witness.text(&order)))
        .collect();
    let named = |pairs: Vec<&[ContentHash; 2]>| {
        let pairs =
            pairs.iter().map(|[first, second]| format!("{} {}", first.short(), second.short()));
        pairs.collect::<Vec<_>>().join(", ")
    };
    if !evidence.witnesses.is_empty() {
        let trials = evidence.witnesses.iter().map(|shown| &shown.trials).collect();
        entries.push(Entry::text("shown_by", named(trials)));
    }
    if !evidence.against.is_empty() {
        entries.push(Entry::text("counter_examples", named(evidence.against.iter().collect())));
    }
    entries
}

/// Where the finding holds: what it compares is no condition of it.
pub(crate) fn scope(finding: &Finding, context: &Context) -> Scope {
    match finding {
        Finding::Workload { name, .. } => context.scope_without(name, &names_of_field(name)),
        Finding::Spills { .. } => context.machine(),
        _ => context.scope(),
    }
}

/// What all findings of a step were measured with, for the fact that stands once for a scope.
pub(crate) fn measured(context: &Context, scope: &Scope, sample: &Sample) -> Vec<Entry> {
    let stamp = Stamp::of(&context.device, &context.toolchain);
    let mut entries =
        vec![Entry::claim("kind", "measurement"), Entry::claim("when", scope.name.clone())];
    entries.extend(stamp.parts().map(|(word, part)| Entry::text(word, part)));
    entries.push(Entry::support("trials", sample.accepted + sample.rejected));
    if sample.rejected > 0 {
        entries.push(Entry::number("rejected", sample.rejected));
    }
    entries.push(Entry::number("samples", sample.spread.samples()));
    entries.push(Entry::text("noise", sample.spread.text()));
    entries.push(Entry::text("source", format!("trace {}", context.trace)));
    entries.push(Entry::text("learned", context.date.clone()));
    entries.push(Entry::claim("learned_by", LEARNED_BY));
    entries
}

/// The part of a name that says what the fact is about.
fn subject(finding: &Finding) -> String {
    match finding {
        Finding::Optimal(_) => "best".to_owned(),
        // What a dimension does is one fact, whether it does something or not.
        Finding::Effect { name, .. } | Finding::NoEffect { name, .. } => {
            format!("{}_effect", slug(name))
        }
        Finding::Rejected { region, .. } => {
            let terms: Vec<String> =
                region.iter().map(|(n, v)| format!("{}_{}", slug(n), value_slug(v))).collect();
            format!("avoid_{}", terms.join("_"))
        }
        Finding::Interaction { name, by, .. } => format!("{}_by_{}", slug(name), slug(by)),
        Finding::Spills { .. } => "spills".to_owned(),
        Finding::Workload { name, values: [a, b], .. } => {
            format!("{}_{}_over_{}", slug(name), value_slug(b), value_slug(a))
        }
    }
}

pub(crate) fn value_slug(value: &Value) -> String {
    let text = slug(&value.to_string());
    if value.as_float().is_some_and(f64::is_sign_negative) { format!("minus_{text}") } else { text }
}

fn kind(finding: &Finding) -> &'static str {
    match finding {
        Finding::Optimal(_) => "optimal",
        Finding::Effect { .. } => "effect",
        Finding::NoEffect { .. } => "no_effect",
        Finding::Rejected { .. } => "rejected",
        Finding::Interaction { .. } => "interaction",
        Finding::Workload { .. } => "workload",
        Finding::Spills { .. } => "spills",
    }
}

/// `tile_m = 64, softmax_scheme = 'online'`, the design's names first.
pub(crate) fn config_text(config: &Config, context: &Context) -> String {
    let design = context.dimensions.iter().map(|d| &d.name);
    let own = config.0.keys().filter(|n| !context.dimensions.iter().any(|d| d.name == **n));
    let terms: Vec<String> = design
        .chain(own)
        .filter_map(|name| Some(format!("{name} = {}", literal(config.get(name)?))))
        .collect();
    terms.join(", ")
}

fn claims(finding: &Finding, context: &Context) -> Vec<Entry> {
    match finding {
        Finding::Optimal(optimal) => optimal_claims(optimal, context),
        Finding::Effect { best, slower, equal, .. } => {
            let mut entries = vec![Entry::value("best", best, equal)];
            entries.extend(slower.iter().map(|(value, ratio)| {
                let key = format!("speedup_over_{}", value_slug(value));
                Entry::estimate(&key, short(ratio.mean), ratio.interval)
            }));
            entries
        }
        Finding::NoEffect { values, within, .. } => {
            let values: Vec<String> = values.iter().map(literal).collect();
            let bound = format!("{:.3}", within.max(0.001));
            vec![
                Entry::claim("equal", values.join(", ")),
                Entry::estimate("equal_within", bound, [0.5 * within, 2.0 * within]),
            ]
        }
        Finding::Rejected { region, stage, reason, .. } => vec![
            Entry::claim("avoid", region_text(region)),
            Entry::claim("stage", stage_name(*stage)),
            Entry::claim("reason", reason.clone()),
        ],
        Finding::Spills { bytes, fastest, .. } => vec![
            Entry::claim("avoid", spill_text(*bytes)),
            Entry::estimate("time_ratio", short(*fastest), [0.8 * fastest, 1.25 * fastest]),
        ],
        Finding::Interaction { name, values: [a, b], by, at, crossing } => {
            let mut entries = vec![
                Entry::claim("compares", format!("{name} = {} with {}", literal(b), literal(a))),
                Entry::claim("depends_on", by.clone()),
                Entry::claim("best_value_changes", if *crossing { "yes" } else { "no" }),
            ];
            entries.extend(at.iter().map(|(value, ratio)| {
                let key = format!("slowdown_at_{}", value_slug(value));
                Entry::estimate(&key, short(ratio.mean), ratio.interval)
            }));
            entries
        }
        Finding::Workload { time, rate, .. } => {
            let [low, high] = time.interval;
            let width = (high / low).sqrt().max(1.02);
            vec![
                Entry::estimate("time_ratio", short(time.mean), time.interval),
                Entry::estimate("tflops_ratio", short(*rate), [rate / width, rate * width]),
            ]
        }
    }
}

fn optimal_claims(optimal: &Optimal, context: &Context) -> Vec<Entry> {
    let same = optimal.equal.iter().map(|c| config_text(c, context)).collect();
    let mut entries = vec![Entry::claim_or("config", config_text(&optimal.config, context), same)];
    let median = optimal.median_ns as f64;
    let [low, high] = optimal.median_ci_ns.unwrap_or([optimal.median_ns; 2]);
    // Two runs differ by more than the samples of one do: by twice the variance of a session.
    let slack = 1.0 + 1.96 * std::f64::consts::SQRT_2 * optimal.noise;
    let [low, high] = [low as f64 / slack, high as f64 * slack];
    let (unit, scale) = time_unit(median);
    let key = format!("median_{unit}");
    entries.push(Entry::estimate(&key, short(median / scale), [low / scale, high / scale]));
    if optimal.tflops > 0.0 && optimal.tflops.is_finite() {
        let (unit, scale) = rate_unit(optimal.tflops);
        let rate = optimal.tflops / scale;
        let interval = [rate * median / high, rate * median / low];
        entries.push(Entry::estimate(&unit.to_lowercase(), short(rate), interval));
    }
    if let Some((speedup, interval)) = optimal.over_seed {
        let [low, high] = interval.unwrap_or([speedup; 2]);
        let interval = [low / slack, high * slack];
        entries.push(Entry::estimate("speedup_over_seed", short(speedup), interval));
    }
    // The fastest of more configs is another claim, even where the old one cannot be told from it.
    entries.push(Entry::exactly("configs", optimal.measured));
    if !optimal.equal.is_empty() {
        entries.push(Entry::number("equal_configs", optimal.equal.len()));
    }
    entries
}

/// The sentence that says it.
pub(crate) fn describe(finding: &Finding) -> String {
    match finding {
        Finding::Optimal(optimal) => describe_optimal(optimal),
        Finding::Effect { name, best, slower, equal, losing } => {
            describe_effect(name, best, slower, equal, losing)
        }
        Finding::NoEffect { name, values, within, pairs } => {
            let values: Vec<String> = values.iter().map(literal).collect();
            format!(
                "{name} makes no difference beyond {} between {} ({} or more for each comparison).",
                percent(*within),
                listed(&values),
                count(*pairs, "pair")
            )
        }
        Finding::Rejected { region, stage, reason, configs, witnesses } => format!(
            "All {configs} configs with {} were rejected at stage {} ({reason}); {witnesses} of them \
             {} an accepted neighbour that differs in one value.",
            region_text(region),
            stage_name(*stage),
            if *witnesses == 1 { "has" } else { "have" }
        ),
        Finding::Spills { bytes, configs, problems, families, fastest, slowest } => {
            let grounds =
                format!("{} on {}", count(*configs, "config"), count(*problems, "problem"));
            describe_spills(*bytes, families, &grounds, [*fastest, *slowest])
        }
        Finding::Interaction { name, values, by, at, crossing } => {
            describe_interaction(name, values, by, at, *crossing)
        }
        Finding::Workload { name, values: [a, b], time, rate, depends_on } => {
            let depends = depends_on.as_ref().map_or_else(String::new, |(by, at)| {
                let at: Vec<String> = at
                    .iter()
                    .map(|(v, r)| format!("{} at {}", times(r.mean), literal(v)))
                    .collect();
                format!(" It depends on {by}: {}.", listed(&at))
            });
            format!(
                "{name} = {} takes {} the time of {name} = {} ({}), at {} the TFLOPS.{depends}",
                literal(b),
                times(time.mean),
                literal(a),
                basis(time),
                times(*rate)
            )
        }
    }
}

fn describe_spills(bytes: u32, families: &[String], grounds: &str, ratios: [f64; 2]) -> String {
    let (more, others) = match bytes {
        0 => ("local memory".to_owned(), "without"),
        n => (format!("more than {n} bytes of local memory a thread"), "with less"),
    };
    let [fastest, slowest] = ratios.map(times);
    format!(
        "Kernels with {more} ({grounds}, of {}) take {fastest} to {slowest} the time of the fastest {others}.",
        listed(families)
    )
}

fn describe_optimal(optimal: &Optimal) -> String {
    let interval = optimal.median_ci_ns.map_or_else(
        || format!(" ({}, spread not known)", count(optimal.samples as usize, "sample")),
        |[low, high]| format!(" (95% CI {} to {})", time(low as f64), time(high as f64)),
    );
    let mut text = format!(
        "The fastest of {} takes {}{interval}",
        count(optimal.measured, "measured config"),
        time(optimal.median_ns as f64)
    );
    if optimal.tflops > 0.0 && optimal.tflops.is_finite() {
        let (unit, scale) = rate_unit(optimal.tflops);
        text.push_str(&format!(", {} {unit}", short(optimal.tflops / scale)));
    }
    if let Some((speedup, interval)) = optimal.over_seed {
        text.push_str(&format!(", {} faster than the seed", times(speedup)));
        if let Some([low, high]) = interval {
            text.push_str(&format!(" ({} to {})", times(low), times(high)));
        }
    }
    text.push('.');
    match optimal.equal.len() {
        0 => {}
        1 => text.push_str(" 1 other config cannot be told from it."),
        n => text.push_str(&format!(" {n} other configs cannot be told from it.")),
    }
    text
}

fn describe_effect(
    name: &str,
    best: &Value,
    slower: &[(Value, Ratio)],
    equal: &[Value],
    losing: &[(Value, f64)],
) -> String {
    let over: Vec<String> = slower
        .iter()
        .map(|(value, ratio)| {
            format!("{} faster than {} ({})", times(ratio.mean), literal(value), basis(ratio))
        })
        .collect();
    let mut text = format!("{name} = {} is {}.", literal(best), listed(&over));
    if !losing.is_empty() {
        let behind: Vec<String> = losing
            .iter()
            .map(|(value, behind)| {
                format!("with {} takes {} the best time", literal(value), times(*behind))
            })
            .collect();
        text.push_str(&format!(" The fastest config {}.", listed(&behind)));
    }
    if !equal.is_empty() {
        let equal: Vec<String> = equal.iter().map(literal).collect();
        text.push_str(&format!(" {} cannot be told from it.", listed(&equal)));
    }
    text
}

fn describe_interaction(
    name: &str,
    [a, b]: &[Value; 2],
    by: &str,
    at: &[(Value, Ratio); 2],
    crossing: bool,
) -> String {
    let claim = if crossing {
        format!("The best {name} depends on {by}")
    } else {
        format!("How much {name} matters depends on {by}")
    };
    let (a, b) = (literal(a), literal(b));
    let at: Vec<String> = at
        .iter()
        .map(|(value, ratio)| {
            let mean = times(ratio.mean);
            format!("{mean} the time of {a} at {by} = {} ({})", literal(value), basis(ratio))
        })
        .collect();
    format!("{claim}: {b} takes {}.", listed(&at))
}

/// `tile_m = 8 and threads = 4`, in the form that can be read back.
pub(crate) fn region_text(region: &[(String, Value)]) -> String {
    let terms: Vec<String> = region.iter().map(|(n, v)| format!("{n} = {}", literal(v))).collect();
    terms.join(" and ")
}

/// `local_memory > 0`: a condition on a binary.
pub(crate) fn spill_text(bytes: u32) -> String {
    format!("local_memory > {bytes}")
}

/// The stage's name as in records.
pub(crate) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Generate => "generate",
        Stage::Compile => "compile",
        Stage::Start => "start",
        Stage::Check => "check",
        Stage::Time => "time",
    }
}
