//! Programs out of the statements of a design.

use spak_model::entry::{Content, Entry};
use spak_model::system::{LoopKind, Place};
use spak_model::vocabulary::Kind;
use spak_model::{Literal, Reading, SlotReading};
use spak_syntax::FileId;

use crate::script::{Action, Handler, Measure, Script, Search, Statement, Step};

/// The text of a file.
type Source<'a> = &'a dyn Fn(FileId) -> &'a str;

/// All loops and tasks among `entries`, wherever they stand, in order.
pub fn scripts<'a>(entries: &[Entry], source: Source<'a>) -> Vec<Script> {
    let mut found = Vec::new();
    for entry in entries {
        let kind = match entry.kind {
            Some(Kind::AgentLoop) => LoopKind::Agent,
            Some(Kind::EngineeringLoop) => LoopKind::Engineering,
            Some(Kind::ServiceLoop) => LoopKind::Service,
            Some(Kind::Task) => LoopKind::Task,
            _ => {
                found.extend(scripts(entry.children(), source));
                continue;
            }
        };
        found.push(Reader { source }.script(kind, entry));
    }
    found
}

struct Reader<'a> {
    source: Source<'a>,
}

fn place(entry: &Entry) -> Place {
    Place { file: entry.file, span: entry.span }
}

/// What a slot says, as text.
fn text(slot: &SlotReading) -> String {
    match &slot.reading {
        Reading::Literal(Literal::Text(text)) => text.clone(),
        Reading::Literal(literal) => literal.to_string(),
        Reading::Template(text, _) | Reading::Words(text) | Reading::Name(text) => text.clone(),
        Reading::Formula(formula) => formula.text.clone(),
        Reading::Partial(formula, words) => format!("{} {words}", formula.text),
        Reading::List(items) => {
            let items = items.iter().map(|item| match item {
                Reading::Literal(Literal::Text(text)) | Reading::Words(text) => text.clone(),
                Reading::Literal(literal) => literal.to_string(),
                _ => String::new(),
            });
            items.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn value(entry: &Entry, key: &str) -> Option<String> {
    entry.slots(key).next().map(text)
}

fn seconds(entry: &Entry) -> Option<u64> {
    match &entry.slots("timeout").next()?.reading {
        Reading::Literal(Literal::Int(n)) => u64::try_from(*n).ok(),
        Reading::Literal(Literal::Float(x)) => Some(x.ceil().max(0.0) as u64),
        Reading::Literal(Literal::Quantity(x, unit)) => {
            let scale = match unit.as_str() {
                "ms" => 1e-3,
                "min" => 60.0,
                "h" => 3600.0,
                _ => 1.0,
            };
            Some((x * scale).ceil().max(0.0) as u64)
        }
        _ => None,
    }
}

impl Reader<'_> {
    /// The text of a statement as it is written.
    fn written(&self, entry: &Entry) -> String {
        entry.span.slice((self.source)(entry.file)).trim().to_owned()
    }

    /// The head of a statement as it is written, behind its first word.
    fn behind_the_key(&self, entry: &Entry) -> String {
        let head = entry.head.span.slice((self.source)(entry.file)).trim();
        head.strip_prefix(entry.key()).unwrap_or(head).trim().to_owned()
    }

    fn script(&self, kind: LoopKind, entry: &Entry) -> Script {
        let mut script = Script {
            kind,
            name: entry.name_text().unwrap_or_default().to_owned(),
            steps: Vec::new(),
            search: None,
            handlers: Vec::new(),
            success: Vec::new(),
            place: place(entry),
        };
        let mut parameters = Vec::new();
        let mut measure = None;
        // Statements that stand outside of every step are steps of one.
        let mut loose: Vec<&Entry> = Vec::new();
        for child in entry.children() {
            match child.kind {
                Some(Kind::Step) if child.key() == "on" => {
                    script.handlers.push(self.handler(child));
                }
                Some(Kind::Step) => script.steps.push(self.step(child, script.steps.len())),
                Some(Kind::Parameter) => parameters.extend(self.parameter(child)),
                Some(Kind::Measure) => measure = Some(self.measure(child)),
                Some(Kind::Success) => script.success.extend(self.success(child)),
                Some(Kind::Evaluation) => {
                    let checks =
                        child.children().iter().filter(|one| one.kind == Some(Kind::Check));
                    for check in checks {
                        script.steps.push(self.step(check, script.steps.len()));
                    }
                }
                _ => loose.push(child),
            }
        }
        let loose = self.statements(&loose);
        let is_told = |one: &Statement| !matches!(one.action, Action::Said(_));
        if loose.iter().any(is_told) {
            let step = Step { name: script.name.clone(), statements: loose, place: place(entry) };
            script.steps.push(step);
        }
        script.search = measure.map(|measure| Search { parameters, measure });
        script
    }

    fn step(&self, entry: &Entry, at: usize) -> Step {
        let name = entry.name_text().map_or_else(|| (at + 1).to_string(), str::to_owned);
        let children: Vec<&Entry> = entry.children().iter().collect();
        Step { name, statements: self.statements(&children), place: place(entry) }
    }

    fn handler(&self, entry: &Entry) -> Handler {
        let arguments = entry.arguments.as_ref().map(|word| word.text.clone()).unwrap_or_default();
        let arguments = arguments.trim_matches(['(', ')']).split(',');
        let name =
            |argument: &str| argument.split(':').next().unwrap_or_default().trim().to_owned();
        let children: Vec<&Entry> = entry.children().iter().collect();
        Handler {
            event: entry.name_text().unwrap_or_default().to_owned(),
            arguments: arguments.map(name).filter(|name| !name.is_empty()).collect(),
            statements: self.statements(&children),
            place: place(entry),
        }
    }

    fn parameter(&self, entry: &Entry) -> Option<(String, Vec<Literal>)> {
        let name = entry.name_text().map_or_else(|| self.behind_the_key(entry), str::to_owned);
        let slot = entry.slot()?;
        let (domain, _) = slot.reading.domain()?;
        Some((name, domain.values()?))
    }

    fn measure(&self, entry: &Entry) -> Measure {
        let objective = value(entry, "objective").unwrap_or_default();
        let repeats = value(entry, "repeats").and_then(|text| text.parse().ok());
        Measure {
            command: value(entry, "cmd").unwrap_or_default(),
            metric: value(entry, "metric").unwrap_or_default(),
            maximize: !objective.trim().to_lowercase().starts_with("min"),
            repeats: repeats.unwrap_or(1).max(1),
            timeout: seconds(entry),
            accept: entry.slots("accept").map(text).collect(),
            place: place(entry),
        }
    }

    fn success(&self, entry: &Entry) -> Vec<(String, Place)> {
        match &entry.content {
            Content::Slot(slot) => vec![(text(slot), place(entry))],
            Content::Block(children) => {
                children.iter().map(|child| (self.written(child), place(child))).collect()
            }
        }
    }

    fn statements(&self, entries: &[&Entry]) -> Vec<Statement> {
        let mut found: Vec<Statement> = Vec::new();
        for entry in entries {
            let action = match (entry.kind, entry.key()) {
                (Some(Kind::Tool), _) => self.tool(entry),
                (Some(Kind::Llm), _) => Action::Query {
                    role: value(entry, "role").unwrap_or_else(|| "assistant".to_owned()),
                    prompt: value(entry, "prompt_template")
                        .or_else(|| value(entry, "prompt"))
                        .unwrap_or_default(),
                },
                (Some(Kind::If), key) => self.branch(entry, key, found.last()),
                (_, "emit") => self.emit(entry),
                // What is said about a step, and not done in it.
                (_, "output_var" | "description" | "note" | "reason" | "goal") => continue,
                _ => self.line(entry),
            };
            let output = value(entry, "output_var").filter(|name| !name.is_empty());
            found.push(Statement { action, output, place: place(entry) });
        }
        found
    }

    fn tool(&self, entry: &Entry) -> Action {
        let head = entry.head.text();
        let tool = head.split_whitespace().find_map(|word| word.strip_prefix("tool."));
        let all = |key| value(entry, key).unwrap_or_default();
        match tool.unwrap_or_default() {
            "run" => Action::Run { command: all("cmd"), timeout: seconds(entry) },
            "write" => Action::Write { path: all("path"), content: all("content") },
            "read" => Action::Read { path: all("path") },
            "engineering_loop" => Action::Start { name: all("name") },
            "dsl_integrate" => {
                let insights = value(entry, "insights").or_else(|| value(entry, "content"));
                Action::Integrate {
                    path: value(entry, "path").or_else(|| value(entry, "dsl")),
                    insights: insights.unwrap_or_default(),
                }
            }
            _ => Action::Said(self.written(entry)),
        }
    }

    fn branch(&self, entry: &Entry, key: &str, before: Option<&Statement>) -> Action {
        let children: Vec<&Entry> = entry.children().iter().collect();
        let then = self.statements(&children);
        let condition = match (key, before.map(|before| &before.action)) {
            ("else", Some(Action::If { condition, .. })) => format!("not ({condition})"),
            ("else", _) => return Action::Said(self.written(entry)),
            _ => self.behind_the_key(entry),
        };
        Action::If { condition: condition.trim_end_matches(':').trim().to_owned(), then }
    }

    fn emit(&self, entry: &Entry) -> Action {
        let fields = entry
            .children()
            .iter()
            .filter_map(|child| Some((child.head.text(), text(child.slot()?))));
        let case = match &entry.content {
            Content::Slot(slot) => text(slot),
            Content::Block(_) => self.behind_the_key(entry),
        };
        Action::Emit { case: case.trim_matches('"').to_owned(), fields: fields.collect() }
    }

    /// `name = value`, or words.
    fn line(&self, entry: &Entry) -> Action {
        let written = self.written(entry);
        let Some((name, value)) = written.split_once('=') else { return Action::Said(written) };
        let name = name.trim();
        let is_name = !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !value.starts_with('=');
        match is_name {
            true => Action::Assign {
                name: name.to_owned(),
                value: value.trim().trim_matches('"').to_owned(),
            },
            false => Action::Said(written),
        }
    }
}
