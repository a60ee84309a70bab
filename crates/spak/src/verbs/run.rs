//! `spak run`: a loop of a design as a program.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use spak_model::normal;
use spak_model::system::LoopKind;
use spak_records::journal::{Entry, Journal, Outcome, Status as Did};
use spak_records::program_report::{EffectRecord, ProgramReport};
use spak_records::{ContentHash, file};
use spak_run::Sandbox;
use spak_script::template::Values;
use spak_script::{Script, Stop, check, interpret, scripts};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Code, Diagnostic, FileId, Label, Severity};

use crate::asking::{RULES, Whom};
use crate::exit::Status;
use crate::interrupt;
use crate::looping::{Dry, Live, Performer, Policy, serve, swept};
use crate::output::{self, Format, diagnostics, json};
use crate::project::{self, Design};
use crate::verbs::check::plural;

/// What is wrong with a loop.
const LOOP: Code = Code("loop-cannot-run");

/// What `spak run` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design.
    design: PathBuf,
    /// Which of its loops; without one, all are listed.
    #[arg(long = "loop", value_name = "NAME")]
    name: Option<String>,
    /// Show every effect with what the policy says of it, and do none.
    #[arg(long)]
    dry_run: bool,
    /// Begin anew, in place of going on where the last run was.
    #[arg(long)]
    again: bool,
    /// A rule that allows: `run python3 *`, `write out/*`, `read /data/*`, `net`, with `architect` before it for an agent loop.
    #[arg(long, value_name = "RULE")]
    allow: Vec<String>,
    /// A rule that asks at the terminal.
    #[arg(long, value_name = "RULE")]
    ask: Vec<String>,
    /// A rule that denies, whatever others allow.
    #[arg(long, value_name = "RULE")]
    deny: Vec<String>,
    /// A file with rules: a line each, `allow`, `ask` or `deny` first.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A value that the loop takes for granted.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Points of a sweep at most.
    #[arg(long, value_name = "N")]
    points: Option<u64>,
    #[command(flatten)]
    whom: Whom,
}

/// Runs; problems are a loop that cannot run, failed, or did not succeed.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let design = project::open(&options.design)?;
    let found = design.errors();
    if !found.is_empty() {
        output::aside(&diagnostics::render(&design.sources, &found, false));
        return Ok(Status::Problems);
    }
    let all = scripts(&design.resolved.entries, &|file| design.sources.text(file));
    let Some(name) = &options.name else { return list(&all) };
    let Some(script) = all.iter().find(|script| script.name == *name) else {
        match suggest(name, all.iter().map(|script| script.name.as_str())) {
            Some(near) => bail!("there is no loop `{name}`; did you mean `{near}`?"),
            None => bail!("there is no loop `{name}`; without `--loop` all are listed"),
        }
    };
    let policy = policy(options, script)?;
    let given = given(options, &design, &policy)?;
    let names: BTreeSet<String> = given.keys().cloned().collect();
    let complaints = check::check(script, &all, &names);
    let found: Vec<Diagnostic> = complaints.iter().map(diagnostic).collect();
    let mut report = ProgramReport {
        design: options.design.to_string_lossy().into_owned(),
        name: script.name.clone(),
        kind: word(script.kind).to_owned(),
        diagnostics: diagnostics::errors(&design.sources, &found, format),
        ..ProgramReport::default()
    };
    let is_wrong = complaints.iter().any(|complaint| complaint.is_error);
    if options.dry_run {
        dry(script, &all, &given, &policy, &mut report);
        report.fine = !is_wrong;
    } else if is_wrong {
        report.how = vec!["it was not started".to_owned()];
    } else if let Some(status) = live(options, script, &all, &given, &policy, &mut report, format)?
    {
        return Ok(status);
    }
    match format {
        Format::Human => output::result(&print(&report, options.dry_run))?,
        Format::Json => json::result("spak.run", &report)?,
    }
    Ok(if report.fine { Status::Fine } else { Status::Problems })
}

fn word(kind: LoopKind) -> &'static str {
    match kind {
        LoopKind::Agent => "agent_loop",
        LoopKind::Engineering => "engineering_loop",
        LoopKind::Service => "service_loop",
        LoopKind::Task => "task",
    }
}

fn list(all: &[Script]) -> Result<Status> {
    if all.is_empty() {
        bail!("the design has no loop and no task");
    }
    let rows = all.iter().map(|script| {
        let what = match (&script.search, script.handlers.len()) {
            (Some(search), _) => {
                let points = spak_script::sweep::count(search);
                let points = points.map_or_else(|| "too many".to_owned(), |n| n.to_string());
                format!("{points} points, {}", search.measure.metric)
            }
            (None, 0) => plural(script.steps.len(), "step"),
            (None, handlers) => plural(handlers, "event"),
        };
        vec![script.name.clone(), word(script.kind).to_owned(), what]
    });
    output::result(&format!("{}\n", output::table(&["loop", "kind", "what"], rows)))?;
    Ok(Status::Fine)
}

fn diagnostic(complaint: &check::Complaint) -> Diagnostic {
    let severity = if complaint.is_error { Severity::Error } else { Severity::Warning };
    let place = complaint.place;
    Diagnostic {
        severity,
        code: LOOP,
        message: complaint.what.clone(),
        primary: Label { file: place.file, span: place.span, text: String::new() },
        related: Vec::new(),
        reason: String::new(),
        repair: String::new(),
        fix: Vec::new(),
    }
}

/// The rules of the command line and of a file, and where the loop is at home.
fn policy(options: &Options, script: &Script) -> Result<Policy> {
    let folder = options.design.parent().filter(|folder| !folder.as_os_str().is_empty());
    let root = folder.unwrap_or(Path::new("."));
    let root = root.canonicalize().with_context(|| format!("cannot find `{}`", root.display()))?;
    let safe: String =
        script.name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    let mut policy = Policy::new(root, Path::new(".spak/runs").join(safe));
    if let Some(path) = &options.policy {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        policy.read(&text).with_context(|| format!("{}", path.display()))?;
    }
    for (say, rules) in [("allow", &options.allow), ("ask", &options.ask), ("deny", &options.deny)]
    {
        for rule in rules {
            policy.add(say, rule).with_context(|| format!("`--{say} '{rule}'`"))?;
        }
    }
    Ok(policy)
}

/// What a loop takes for granted: the design, where it may write, what the design holds to be true, what the user says.
fn given(options: &Options, design: &Design, policy: &Policy) -> Result<Values> {
    let mut given = Values::new();
    let own = design.resolved.entries.iter().filter(|entry| entry.file == FileId(0));
    let own: Vec<_> = own.cloned().collect();
    given.insert("current_design".to_owned(), normal::text(&own));
    let name = options.design.file_name().unwrap_or_default().to_string_lossy().into_owned();
    given.insert("design".to_owned(), name);
    given.insert("out".to_owned(), policy.own.to_string_lossy().into_owned());
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut todo: Vec<&spak_model::entry::Entry> = design.resolved.entries.iter().rev().collect();
    while let Some(entry) = todo.pop() {
        for word in ["axiom", "heuristic", "prediction"] {
            if let (true, Some(slot)) = (entry.key() == word, entry.slot()) {
                let number = numbers.entry(word).or_default();
                let text = normal::slot_text(slot).trim_matches('"').to_owned();
                given.insert(format!("{word}.{number}"), text);
                *number += 1;
            }
        }
        todo.extend(entry.children().iter().rev());
    }
    for one in &options.set {
        let Some((name, value)) = one.split_once('=') else {
            bail!("`{one}` is not of the form NAME=VALUE");
        };
        given.insert(name.trim().to_owned(), value.to_owned());
    }
    Ok(given)
}

/// Every effect, and none of it done.
fn dry(
    script: &Script,
    all: &[Script],
    given: &Values,
    policy: &Policy,
    report: &mut ProgramReport,
) {
    let mut world = Dry { policy, shown: Vec::new() };
    let mut given = given.clone();
    // Whatever is missing is shown by its name; the complaint about it stands beside.
    for _ in 0..1000 {
        world.shown.clear();
        let ended = if script.handlers.is_empty() {
            interpret::run(script, all, &given, None, &mut world).map(|ended| ended.sweeps)
        } else {
            let mut result = Ok(Vec::new());
            for handler in &script.handlers {
                let mut values = given.clone();
                values.extend(
                    handler.arguments.iter().map(|name| (name.clone(), format!("<{name}>"))),
                );
                let at = format!("{}/{}", script.name, handler.event);
                let one = interpret::answer(script, all, &handler.event, &values, &at, &mut world);
                if let Err(stop) = one {
                    result = Err(stop);
                }
            }
            result
        };
        let missing = match &ended {
            Err(Stop::Failed(why)) => why.rsplit_once("nothing has the name `"),
            _ => None,
        };
        if let Some((_, name)) = missing {
            let name = name.trim_end_matches('`').to_owned();
            given.insert(name.clone(), format!("<{name}>"));
            continue;
        }
        match ended {
            Ok(sweeps) => {
                let all = sweeps.iter().map(|sweep| {
                    format!("`{}` has {}", sweep.name, plural(sweep.of as usize, "point"))
                });
                report.how.extend(all);
            }
            Err(Stop::Failed(why) | Stop::Suspended(why) | Stop::Broken(why)) => {
                report.how.push(why);
            }
        }
        break;
    }
    let shown = world.shown.into_iter();
    report.effects =
        shown.map(|(at, effect, verdict)| EffectRecord { at, effect, verdict }).collect();
}

/// Runs for real; a service loop answers by itself and has no report.
fn live(
    options: &Options,
    script: &Script,
    all: &[Script],
    given: &Values,
    policy: &Policy,
    report: &mut ProgramReport,
    format: Format,
) -> Result<Option<Status>> {
    let own = policy.file(&policy.own.to_string_lossy());
    let path = own.join("journal.jsonl");
    if options.again {
        put_away(&path)?;
    }
    let (mut journal, before) = Journal::open(&path)?;
    if before.is_empty() {
        journal.append(&Entry::Header {
            format: spak_records::journal::FORMAT.to_owned(),
            version: spak_records::journal::VERSION,
            tool: format!("spak {}", env!("CARGO_PKG_VERSION")),
            design: given.get("design").cloned().unwrap_or_default(),
            name: script.name.clone(),
            script: ContentHash::of_text(&format!("{script:?}")),
        })?;
    }
    // As the user would write it.
    let folder = options.design.parent().unwrap_or(Path::new(""));
    let shown = |name: &str| folder.join(&policy.own).join(name).to_string_lossy().into_owned();
    report.journal = shown("journal.jsonl");
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let sandbox = Sandbox { program, args: vec![crate::SANDBOX_VERB.to_owned()] };
    let is_service = script.kind == LoopKind::Service;
    let mut world = Live {
        performer: Performer {
            policy,
            design: given.get("design").cloned().unwrap_or_default(),
            sandbox,
            chosen: chosen(options, policy, script)?,
            cancel: interrupt::flag(),
            is_told: false,
        },
        policy,
        journal,
        // Requests that are alike are requests of their own.
        known: if is_service { BTreeMap::new() } else { known(&before) },
        performed: 0,
        remembered: 0,
        is_remembering: false,
        emits: format == Format::Human && !is_service,
        says: format == Format::Human && !is_service,
    };
    if is_service {
        let input = std::io::stdin().lock();
        let output = std::io::stdout().lock();
        let count = serve(script, all, given, &mut world, input, output)?;
        let _ = writeln!(std::io::stderr(), "{}", plural(count as usize, "request"));
        return Ok(Some(Status::Fine));
    }
    let ended = interpret::run(script, all, given, options.points, &mut world);
    (report.performed, report.remembered) = (world.performed, world.remembered);
    match ended {
        Ok(ended) => {
            report.fine = ended.fine;
            report.how = ended.how;
            let granted: BTreeSet<&String> = given.keys().collect();
            let values = ended.values.into_iter().filter(|(name, _)| !granted.contains(name));
            report.values = values.collect();
            for sweep in &ended.sweeps {
                let safe: String =
                    sweep.name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
                let name = format!("{safe}.t4.json");
                file::replace(&own.join(&name), swept::t4(sweep).as_bytes())?;
                let mut record = swept::record(sweep);
                record.written = Some(shown(&name));
                report.sweeps.push(record);
            }
        }
        Err(Stop::Broken(why)) => bail!("{why}"),
        Err(Stop::Suspended(why)) => {
            report.how = vec![why];
            return Ok(None);
        }
        Err(Stop::Failed(why)) => report.how = vec![why],
    }
    let how = if report.how.is_empty() { "to its end".to_owned() } else { report.how.join("; ") };
    if world.performed > 0 {
        world.journal.append(&Entry::Ended { fine: report.fine, how })?;
    }
    Ok(None)
}

/// Outcomes that count: what was denied may be allowed now, and what stopped the run is tried again.
fn known(before: &[Entry]) -> BTreeMap<String, (ContentHash, Outcome)> {
    let mut known = BTreeMap::new();
    let mut last: Option<&String> = None;
    for entry in before {
        match entry {
            Entry::Did { at, effect, outcome } if outcome.status != Did::Denied => {
                known.insert(at.clone(), (effect.key(), outcome.clone()));
                last = (outcome.status != Did::Done).then_some(at);
            }
            Entry::Did { .. } | Entry::Header { .. } => last = None,
            Entry::Ended { fine: false, .. } => {
                if let Some(at) = last.take() {
                    known.remove(at);
                }
            }
            Entry::Ended { .. } => {}
        }
    }
    known
}

/// A journal of an earlier run gets a number, and a new one is begun.
fn put_away(path: &Path) -> Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let free = (1..).map(|n| path.with_file_name(format!("journal-{n}.jsonl")));
    let free = free.take(100_000).find(|path| !path.exists());
    let free = free.context("there are too many journals beside this one")?;
    std::fs::rename(path, &free).with_context(|| format!("cannot rename `{}`", path.display()))
}

fn chosen(
    options: &Options,
    policy: &Policy,
    script: &Script,
) -> Result<Option<crate::asking::Chosen>> {
    let beside = policy.file(&policy.own.to_string_lossy()).join("asked.md");
    let about = format!("loop {}", script.name);
    if options.whom.replay.is_some() {
        return Ok(Some(options.whom.open("", &beside, &about)?));
    }
    let names = options.whom.names(&beside)?;
    match names.as_slice() {
        [name] if name == RULES => Ok(None),
        [name] => Ok(Some(options.whom.open(name, &beside, &about)?)),
        _ => bail!("a loop asks one proposer"),
    }
}

fn print(report: &ProgramReport, is_dry: bool) -> String {
    let mut text = String::new();
    for one in &report.effects {
        text.push_str(&format!("{}: {}\n", one.at, one.effect));
        if !one.verdict.is_empty() {
            text.push_str(&format!("  {}\n", one.verdict));
        }
    }
    for sweep in &report.sweeps {
        text.push_str(&swept::print(sweep));
        if let Some(written) = &sweep.written {
            text.push_str(&format!("  {written}: all points, as T4\n"));
        }
    }
    for how in &report.how {
        text.push_str(&format!("{how}\n"));
    }
    if is_dry {
        text.push_str("nothing was done\n");
        return text;
    }
    let word = if report.fine { "done" } else { "not done" };
    if !report.journal.is_empty() {
        text.push_str(&format!(
            "{} {word}: {} now, {} remembered; {}\n",
            report.name,
            plural(report.performed as usize, "effect"),
            report.remembered,
            report.journal
        ));
    }
    text
}
