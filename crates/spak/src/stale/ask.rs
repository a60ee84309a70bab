//! What changed of what a fact or rule rests on.

use std::path::{Component, Path};

use spak_knowledge::{Resting, Stamp};

use crate::stale::evidence::{Evidence, Found, place};
use crate::stale::now::{Now, Situated};

/// What was found out about a fact or rule before anything is measured.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `current`, `stale`, `unsupported`, `elsewhere` or `out`; what is measured may change it.
    pub(crate) state: &'static str,
    /// Why.
    pub(crate) reasons: Vec<String>,
    /// The design where it holds, by its place.
    pub(crate) context: Option<usize>,
}

/// How much worse a state is than others: a rule has the worst of what it rests on.
fn rank(state: &str) -> usize {
    ["current", "elsewhere", "out", "stale", "unsupported"]
        .iter()
        .position(|s| *s == state)
        .unwrap_or(0)
}

/// Asks about one statement; `all` are those of the text.
pub(crate) fn ask(
    resting: &Resting,
    all: &[Resting],
    contexts: &[Situated],
    now: &Now,
    evidence: &Evidence,
    path: Option<&Path>,
) -> Asked {
    let condition = &resting.condition;
    let context = contexts.iter().position(|s| s.context.is_under(condition));
    let done = |state, reasons| Asked { state, reasons, context };
    if resting.is_out() {
        let status = resting.status.clone().unwrap_or_default();
        let why = resting.status_reason.as_ref().map(|why| format!("{status}: {why}"));
        return done("out", vec![why.unwrap_or(status)]);
    }
    if resting.keyword == "rule" && !resting.evidence.is_empty() {
        let (state, reasons) = of_rule(resting, all, contexts, now, evidence, path);
        return done(state, reasons);
    }
    let (state, reasons) = of_fact(resting, contexts, context, now, evidence, path);
    done(state, reasons)
}

/// A rule is as its evidence is.
fn of_rule(
    rule: &Resting,
    all: &[Resting],
    contexts: &[Situated],
    now: &Now,
    evidence: &Evidence,
    path: Option<&Path>,
) -> (&'static str, Vec<String>) {
    let mut worst = "current";
    let mut reasons = Vec::new();
    for name in &rule.evidence {
        let fact = all.iter().find(|r| r.keyword == "fact" && r.name == *name);
        let (state, why) = match fact {
            // A table is named by its file.
            None if name.contains('.') => match is_there(name, path) {
                true => ("current", String::new()),
                false => ("unsupported", format!("`{name}`, which it rests on, is not there")),
            },
            None => ("unsupported", format!("`{name}`, which it rests on, is not there")),
            Some(fact) => {
                let state = ask(fact, all, contexts, now, evidence, path).state;
                let is = if state == "out" { "demoted" } else { state };
                (state, format!("`{name}`, which it rests on, is {is}"))
            }
        };
        if rank(state) > rank(worst) {
            worst = state;
        }
        if state != "current" && state != "elsewhere" {
            reasons.push(why);
        }
    }
    // It is not said of itself that it is out: it still leads.
    (if worst == "out" { "stale" } else { worst }, reasons)
}

fn of_fact(
    fact: &Resting,
    contexts: &[Situated],
    context: Option<usize>,
    now: &Now,
    evidence: &Evidence,
    path: Option<&Path>,
) -> (&'static str, Vec<String>) {
    let (machine, is_anywhere) = now.stamp_of(fact, evidence);
    let mut reasons: Vec<String> = fact
        .stamp
        .changes(&machine)
        .into_iter()
        .map(|(word, then, now)| {
            let (then, now) = apart(then, now);
            format!("{} was {then} and is {now}", spelled(word))
        })
        .collect();
    let found = evidence.find(fact);
    let can_run = fact.witnesses.iter().any(|(_, read)| read.is_some());
    let rows = fact.witnesses.iter().find(|(_, read)| read.is_none());
    match (&found, can_run, &fact.source) {
        (Found::Gone(why), true, _) => reasons.push(why.clone()),
        (Found::Gone(why), false, _) => return ("unsupported", vec![why.clone()]),
        (Found::There, ..) | (Found::Unknown, true, _) => {}
        // Rows of a table: nothing here runs them, but they can be looked up.
        (Found::Unknown, false, Some(source)) if rows.is_some() || source.contains('.') => {
            if !is_there(source, path) {
                let why = format!("`{source}`, which it is from, is not there");
                return ("unsupported", vec![why]);
            }
        }
        (Found::Unknown, false, Some(source)) => {
            let why = format!("it has no witness, and its {source} is in no trace that was named");
            return ("unsupported", vec![why]);
        }
        (Found::Unknown, false, None) => {
            return ("unsupported", vec!["it has neither a witness nor a source".to_owned()]);
        }
    }
    if let Some(situated) = context.and_then(|at| contexts.get(at)) {
        reasons.extend(of_design(fact, contexts, situated, evidence));
    }
    if !reasons.is_empty() {
        return ("stale", reasons);
    }
    if !is_anywhere && fact.compared("device").is_some() {
        let device = fact.compared("device").unwrap_or_default();
        return ("elsewhere", vec![format!("it is about {device}")]);
    }
    ("current", Vec::new())
}

/// What changed of the code and of the space, as far as that reaches the witnesses.
fn of_design(
    fact: &Resting,
    contexts: &[Situated],
    situated: &Situated,
    evidence: &Evidence,
) -> Vec<String> {
    let Situated { stamp, .. } = situated;
    let of = |word: &str, of: &Stamp| {
        of.parts().find(|(w, _)| *w == word).map(|(_, part)| part.to_owned())
    };
    let mut reasons = Vec::new();
    // The code itself is better than a hash of what makes it.
    let trials: Vec<_> = evidence.trials_of(fact).collect();
    let is_other = match (trials.is_empty(), of("templates", &fact.stamp)) {
        (false, _) => trials.iter().any(|(trial, designs)| {
            let own = contexts.iter().find(|s| s.specified.problem == trial.problem);
            !own.unwrap_or(situated).specified.makes(trial, designs)
        }),
        (true, Some(then)) => of("templates", stamp).is_some_and(|now| now != then),
        (true, None) => false,
    };
    if is_other {
        reasons.push("the templates make other code for its witness".to_owned());
    }
    let moved = match of("design", &fact.stamp) {
        Some(then) => of("design", stamp).is_some_and(|now| now != then),
        None => true,
    };
    if moved {
        let sides = fact.witnesses.iter().filter_map(|(_, read)| read.as_ref());
        let gone = sides.flat_map(|witness| witness.configs()).find_map(|side| {
            match place(&side, &fact.condition, contexts) {
                None => {
                    Some("its witness names what neither the space nor a workload has".to_owned())
                }
                Some((of, config)) => of.specified.is_config(&config).err(),
            }
        });
        if let Some(why) = gone {
            reasons.push(format!("its witness is no config of the design any more: {why}"));
        }
    }
    reasons
}

/// Whether a file is there, from the design's folder or from here. What a text names leads nowhere else: a name that climbs out
/// of these folders is no evidence.
fn is_there(file: &str, path: Option<&Path>) -> bool {
    let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    if !Path::new(file).components().all(is_plain) {
        return false;
    }
    let beside = path.map(|path| path.with_file_name(file));
    Path::new(file).exists() || beside.is_some_and(|path| path.exists())
}

/// Two texts without the flags that both end with.
fn apart<'t>(then: &'t str, now: &'t str) -> (&'t str, &'t str) {
    match (then.split_once(", "), now.split_once(", ")) {
        (Some((a, rest)), Some((b, other))) if rest == other && a != b => (a, b),
        _ => (then, now),
    }
}

fn spelled(word: &str) -> &'static str {
    match word {
        "toolchain" => "the compiler",
        "driver" => "the driver",
        "templates" => "the templates' hash",
        _ => "the design's hash",
    }
}
