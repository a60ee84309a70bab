//! Running a program: from its beginning, every effect through a world that knows what was done already.

use std::collections::BTreeMap;

use spak_model::system::LoopKind;
use spak_records::journal::{Effect, Outcome, Status};

use crate::command::argv;
use crate::condition::holds;
use crate::metric;
use crate::script::{Action, Script, Search, Statement};
use crate::sweep::{self, Point, PointStatus};
use crate::template::{Values, file, fill};

/// Loops within loops.
const DEPTH: usize = 8;

/// Whoever performs effects.
pub trait World {
    /// Performs an effect of a loop of this kind, or gives the outcome that it had at this address before.
    ///
    /// # Errors
    /// [`Stop::Suspended`] and [`Stop::Broken`]: the program ends here, and can go on later.
    fn perform(&mut self, at: &str, by: LoopKind, effect: &Effect) -> Result<Outcome, Stop>;

    /// Told what is about to be done.
    fn says(&mut self, _at: &str, _words: &str) {}

    /// Whether nothing is done, so that no outcome means anything: every branch is gone through, and a sweep shows one point.
    fn is_dry(&self) -> bool {
        false
    }
}

/// Why a program did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It waits for somebody, or was interrupted; the same command goes on.
    Suspended(String),
    /// A step failed.
    Failed(String),
    /// SPAK itself could not do its work.
    Broken(String),
}

/// How a program ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ended {
    /// Whether all conditions of success hold.
    pub fine: bool,
    /// In words: each condition of success, and what became of it.
    pub how: Vec<String>,
    /// The variables in the end.
    pub values: Values,
    /// What was searched, by loop.
    pub sweeps: Vec<Sweep>,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// The loop.
    pub name: String,
    /// What counts.
    pub metric: String,
    /// Whether more is better.
    pub maximize: bool,
    /// Points that the grid has.
    pub of: u64,
    /// Those that were measured, in order.
    pub points: Vec<Point>,
}

/// Runs `script`; `all` are the loops that it may start, `given` what is known beforehand, `most` the points of a sweep at most.
///
/// # Errors
/// [`Stop`].
pub fn run(
    script: &Script,
    all: &[Script],
    given: &Values,
    most: Option<u64>,
    world: &mut dyn World,
) -> Result<Ended, Stop> {
    let mut machine = Machine {
        all,
        world,
        most,
        values: given.clone(),
        observed: BTreeMap::new(),
        sweeps: Vec::new(),
    };
    machine.script(script, &script.name, 0)?;
    let (fine, how) = machine.success(script)?;
    Ok(Ended { fine, how, values: machine.values, sweeps: machine.sweeps })
}

/// Answers one request of a service loop: the fields of what its handler emitted.
///
/// # Errors
/// [`Stop`]; a request that no handler is for is [`Stop::Failed`].
pub fn answer(
    script: &Script,
    all: &[Script],
    event: &str,
    given: &Values,
    at: &str,
    world: &mut dyn World,
) -> Result<Values, Stop> {
    let handler = script.handlers.iter().find(|handler| handler.event == event);
    let Some(handler) = handler else {
        let known: Vec<&str> = script.handlers.iter().map(|h| h.event.as_str()).collect();
        return Err(Stop::Failed(format!(
            "there is no handler for `{event}`; there are: {}",
            known.join(", ")
        )));
    };
    if let Some(missing) = handler.arguments.iter().find(|name| !given.contains_key(*name)) {
        return Err(Stop::Failed(format!("`{event}` needs `{missing}`")));
    }
    let mut machine = Machine {
        all,
        world,
        most: None,
        values: given.clone(),
        observed: BTreeMap::new(),
        sweeps: Vec::new(),
    };
    machine.statements(&handler.statements, LoopKind::Service, at, 0)?;
    let given = |name: &String| handler.arguments.contains(name);
    Ok(machine.values.into_iter().filter(|(name, _)| !given(name)).collect())
}

struct Machine<'a> {
    all: &'a [Script],
    world: &'a mut dyn World,
    most: Option<u64>,
    values: Values,
    /// The fields of the last observation of each case.
    observed: BTreeMap<String, BTreeMap<String, String>>,
    sweeps: Vec<Sweep>,
}

impl Machine<'_> {
    fn script(&mut self, script: &Script, at: &str, depth: usize) -> Result<(), Stop> {
        if depth > DEPTH {
            return Err(Stop::Failed(format!("{at}: loops start each other without an end")));
        }
        for step in &script.steps {
            let at = format!("{at}/{}", step.name);
            self.world.says(&at, "");
            self.statements(&step.statements, script.kind, &at, depth)?;
        }
        match &script.search {
            Some(search) => self.search(&script.name, search, script.kind, at),
            None => Ok(()),
        }
    }

    fn statements(
        &mut self,
        statements: &[Statement],
        by: LoopKind,
        at: &str,
        depth: usize,
    ) -> Result<(), Stop> {
        for (number, statement) in (1..).zip(statements) {
            let at = format!("{at}/{number}");
            self.statement(statement, by, &at, depth)?;
        }
        Ok(())
    }

    fn statement(
        &mut self,
        statement: &Statement,
        by: LoopKind,
        at: &str,
        depth: usize,
    ) -> Result<(), Stop> {
        let given = match &statement.action {
            Action::Said(words) => {
                self.world.says(at, &format!("not done: {words}"));
                return Ok(());
            }
            Action::If { condition, then } => {
                if self.world.is_dry() || self.holds(condition, at, by)? {
                    self.statements(then, by, at, depth)?;
                }
                return Ok(());
            }
            Action::Assign { name, value } => {
                let value = self.text(value, at, by)?;
                self.values.insert(name.clone(), value);
                return Ok(());
            }
            Action::Start { name } => {
                let name = self.text(name, at, by)?;
                let all = self.all;
                let Some(script) = all.iter().find(|one| one.name == name) else {
                    return Err(Stop::Failed(format!("{at}: there is no loop `{name}`")));
                };
                self.script(script, &format!("{at}/{name}"), depth + 1)?;
                let best = self.sweeps.last().and_then(|sweep| {
                    let best = sweep::best(&sweep.points, sweep.maximize)?;
                    Some(sweep_text(best, &sweep.metric))
                });
                best.unwrap_or_default()
            }
            Action::Run { command, timeout } => {
                let argv = argv(command, &self.values);
                let argv = argv.map_err(|error| Stop::Failed(format!("{at}: {error}")))?;
                let effect = Effect::Run { argv, timeout: *timeout };
                let text = self.perform(at, by, &effect)?;
                self.observe(&text);
                text.trim_end().to_owned()
            }
            Action::Write { path, content } => {
                let path = self.text(path, at, by)?;
                let text = self.text(content, at, by)?;
                self.perform(at, by, &Effect::Write { path, text })?
            }
            Action::Read { path } => {
                let path = self.text(path, at, by)?;
                self.perform(at, by, &Effect::Read { path })?
            }
            Action::Integrate { path, insights } => {
                let path = match path {
                    Some(path) => self.text(path, at, by)?,
                    None => self.values.get("design").cloned().unwrap_or_default(),
                };
                let text = self.text(insights, at, by)?;
                self.perform(at, by, &Effect::Integrate { path, text })?
            }
            Action::Query { role, prompt } => {
                let role = self.text(role, at, by)?;
                let prompt = self.text(prompt, at, by)?;
                self.perform(at, by, &Effect::Query { role, prompt })?
            }
            Action::Emit { case, fields } => {
                let mut filled = BTreeMap::new();
                for (name, value) in fields {
                    filled.insert(name.clone(), self.text(value, at, by)?);
                }
                if fields.is_empty() {
                    let short = case.rsplit('.').next().unwrap_or(case);
                    filled = self.observed.get(short).cloned().unwrap_or_default();
                }
                if by == LoopKind::Service {
                    self.values.extend(filled.clone());
                }
                self.perform(at, by, &Effect::Emit { case: case.clone(), fields: filled })?
            }
        };
        if let Some(name) = &statement.output {
            self.values.insert(name.clone(), given);
        }
        Ok(())
    }

    /// Performs an effect that has to succeed.
    fn perform(&mut self, at: &str, by: LoopKind, effect: &Effect) -> Result<String, Stop> {
        let outcome = self.world.perform(at, by, effect)?;
        match outcome.status {
            Status::Done => Ok(outcome.text),
            Status::Failed | Status::Late | Status::Denied => Err(Stop::Failed(format!(
                "{at}: {} `{}`: {}",
                effect.word(),
                effect.subject(),
                outcome.note
            ))),
        }
    }

    /// A template filled in; `file("…")` is what is in that file.
    fn text(&mut self, template: &str, at: &str, by: LoopKind) -> Result<String, Stop> {
        let unknown = |name| Stop::Failed(format!("{at}: nothing has the name `{name}`"));
        if let Some(path) = file(template) {
            let path = fill(path, &self.values).map_err(unknown)?;
            let at = format!("{at}/file");
            return self.perform(&at, by, &Effect::Read { path });
        }
        fill(template, &self.values).map_err(unknown)
    }

    fn holds(&mut self, condition: &str, at: &str, by: LoopKind) -> Result<bool, Stop> {
        let condition = fill(condition, &self.values);
        let condition = condition
            .map_err(|name| Stop::Failed(format!("{at}: nothing has the name `{name}`")))?;
        // Files are looked at beforehand, each as an effect.
        let mut there = BTreeMap::new();
        for path in files_of(&condition) {
            let effect = Effect::Exists { path: path.clone() };
            let outcome = self.world.perform(&format!("{at}/exists {path}"), by, &effect)?;
            there.insert(path, outcome.status == Status::Done && outcome.text == "true");
        }
        let exists = |path: &str| there.get(path).copied().unwrap_or(false);
        holds(&condition, &self.values, &exists).map_err(|why| Stop::Failed(format!("{at}: {why}")))
    }

    /// Keeps what a program told.
    fn observe(&mut self, printed: &str) {
        for (case, fields) in metric::observations(printed) {
            let fields = fields.into_iter().map(|(name, value)| {
                (name, value.as_text().map_or_else(|| value.to_string(), str::to_owned))
            });
            self.observed.insert(case, fields.collect());
        }
    }

    fn search(&mut self, name: &str, search: &Search, by: LoopKind, at: &str) -> Result<(), Stop> {
        let count = sweep::count(search).filter(|count| *count <= sweep::MOST);
        let Some(of) = count else {
            return Err(Stop::Failed(format!("{at}: it has more than {} points", sweep::MOST)));
        };
        let measure = &search.measure;
        let mut sweep = Sweep {
            name: name.to_owned(),
            metric: measure.metric.clone(),
            maximize: measure.maximize,
            of,
            points: Vec::new(),
        };
        let most = if self.world.is_dry() { 1 } else { self.most.unwrap_or(of) };
        for number in 0..of.min(most) {
            let values = sweep::point(search, number);
            let point = self.point(search, number, values, by, at)?;
            if point.status == PointStatus::Denied && number == 0 {
                return Err(Stop::Failed(format!("{at}: {}", point.note)));
            }
            let shown = match point.metric() {
                Some(metric) => format!("{} {metric}", measure.metric),
                None => point.note.clone(),
            };
            self.world
                .says(&format!("{at}/{number}"), &format!("{}: {shown}", point.status.word()));
            sweep.points.push(point);
        }
        if let Some(best) = sweep::best(&sweep.points, sweep.maximize) {
            for (name, value) in &best.values {
                self.values.insert(format!("best.{name}"), sweep::word(value));
            }
            let metric = best.metric().unwrap_or_default();
            self.values.insert(format!("best.{}", measure.metric), metric.to_string());
            self.values.insert(measure.metric.clone(), metric.to_string());
        }
        self.sweeps.push(sweep);
        Ok(())
    }

    fn point(
        &mut self,
        search: &Search,
        number: u64,
        values: Vec<(String, spak_model::Literal)>,
        by: LoopKind,
        at: &str,
    ) -> Result<Point, Stop> {
        let measure = &search.measure;
        let mut all = self.values.clone();
        all.extend(sweep::values(&values));
        let argv = argv(&measure.command, &all);
        let argv = argv.map_err(|error| Stop::Failed(format!("{at}: {error}")))?;
        let mut point = Point {
            number,
            values,
            status: PointStatus::Ok,
            measured: Vec::new(),
            note: String::new(),
            seconds: 0.0,
        };
        for repeat in 1..=measure.repeats {
            let effect = Effect::Run { argv: argv.clone(), timeout: measure.timeout };
            let at = format!("{at}/{number}.{repeat}");
            let outcome = self.world.perform(&at, by, &effect)?;
            point.seconds += outcome.seconds;
            let metric = metric::number(&outcome.text, &measure.metric);
            (point.status, point.note) = match (outcome.status, metric) {
                (Status::Done, Some(metric)) => {
                    point.measured.push(metric);
                    (PointStatus::Ok, String::new())
                }
                (Status::Done, None) => {
                    (PointStatus::Failed, format!("it told no `{}`", measure.metric))
                }
                (Status::Failed, _) => (PointStatus::Failed, outcome.note),
                (Status::Late, _) => (PointStatus::Timeout, outcome.note),
                (Status::Denied, _) => (PointStatus::Denied, outcome.note),
            };
            if point.status != PointStatus::Ok {
                point.measured.clear();
                return Ok(point);
            }
        }
        if let Some(metric) = point.metric() {
            all.insert(measure.metric.clone(), metric.to_string());
        }
        for condition in &measure.accept {
            match holds(condition, &all, &|_| false) {
                Ok(true) => {}
                Ok(false) => {
                    (point.status, point.note) =
                        (PointStatus::Invalid, format!("`{condition}` does not hold"));
                }
                Err(why) => (point.status, point.note) = (PointStatus::Invalid, why),
            }
        }
        Ok(point)
    }

    /// Whether all conditions of success hold, and what became of each.
    fn success(&mut self, script: &Script) -> Result<(bool, Vec<String>), Stop> {
        if self.world.is_dry() {
            return Ok((true, Vec::new()));
        }
        let (mut fine, mut how) = (true, Vec::new());
        for (number, (condition, _)) in (1..).zip(&script.success) {
            let at = format!("{}/success/{number}", script.name);
            match self.holds(condition, &at, script.kind) {
                Ok(true) => how.push(format!("`{condition}` holds")),
                Ok(false) => {
                    fine = false;
                    how.push(format!("`{condition}` does not hold"));
                }
                Err(Stop::Failed(why)) => {
                    fine = false;
                    how.push(why);
                }
                Err(stop) => return Err(stop),
            }
        }
        let is_empty = |sweep: &Sweep| sweep::best(&sweep.points, sweep.maximize).is_none();
        if self.sweeps.iter().any(is_empty) {
            fine = false;
            how.push("no point was accepted".to_owned());
        }
        Ok((fine, how))
    }
}

/// The paths of `file_exists('…')` in a condition.
fn files_of(condition: &str) -> Vec<String> {
    condition
        .split("file_exists(")
        .skip(1)
        .filter_map(|rest| {
            let quote = rest.trim_start().chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest.trim_start().get(1..)?.split(quote).next().map(str::to_owned)
        })
        .collect()
}

/// The best of a sweep, for a variable.
fn sweep_text(best: &Point, metric: &str) -> String {
    let values = best.values.iter().map(|(name, value)| format!("{name}={}", sweep::word(value)));
    let values: Vec<String> = values.collect();
    format!("{} {metric}={}", values.join(" "), best.metric().unwrap_or_default())
}
