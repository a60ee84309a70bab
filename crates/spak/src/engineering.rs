//! A kernel by somebody who is asked: rounds of sources and of what is wrong with them, judged as every candidate is.
//!
//! Whoever writes kernels has no say in designs: the config is given, what must hold is the design's, and the judge is the one of the
//! loop, in a process with limits, without network, on fresh inputs.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::{Result, bail};
use spak_llm::AskError;
use spak_records::engineer_report::EngineerReport;
use spak_records::transcript::{Entry, Message, Request, Role, Speaker};
use spak_records::transform_report::NotDone;
use spak_records::{Artifact, Config, Measurement, Outcome, Stage};
use spak_run::{Incumbent, TrialRequest, run_trial};
use spak_transform::prompt::{Order, Refused, again, engineer};

use crate::asking::Chosen;
use crate::engine::drive::Machine;
use crate::engine::paths::Paths;
use crate::engine::report;
use crate::engine::specify::Specified;

mod gate;
mod order;

/// What whoever is asked has to know of this program.
const SYSTEM: &str = "You answer a program. It reads one block of your answer, compiles it, checks and times it, and tells you what is wrong with it.";

/// A config of a design for which a kernel is wanted.
pub(crate) struct Wanted<'a> {
    pub(crate) design: &'a Path,
    pub(crate) specified: &'a Specified,
    pub(crate) config: Config,
    pub(crate) machine: &'a Machine,
    pub(crate) cancel: &'a AtomicBool,
}

/// A kernel that was accepted, or none, and what was said.
pub(crate) struct Written {
    pub(crate) source: Option<String>,
    pub(crate) report: EngineerReport,
}

/// What came of one source.
enum Judged {
    Accepted(Measurement),
    Refused(Refused),
}

impl Wanted<'_> {
    /// Asks until a kernel is accepted or the budget ends.
    ///
    /// # Errors
    /// There is no answer at all, or what SPAK itself could not do.
    pub(crate) fn write(&self, chosen: &mut Chosen) -> Result<Written> {
        let specified = self.specified;
        let plan = specified.plan(&self.config);
        let template = spak_generate::render(&specified.family, &specified.templates, &plan)?;
        let Ok(incumbent) = self.template(&template)? else {
            bail!("the template's own kernel of this config is not accepted here; choose another");
        };
        let order: Order = order::of(specified, &self.config, &template);
        let prompt = engineer(&order)?;
        let question = Message { by: Speaker::User, text: prompt.text };
        let mut messages = vec![question.clone()];
        let mut report = EngineerReport {
            design: self.design.to_string_lossy().into_owned(),
            config: self.config.clone(),
            problem: report::problem(&specified.problem),
            ..EngineerReport::default()
        };
        let mut round = 0_u32;
        let mut source = None;
        let how = loop {
            round += 1;
            let request = Request {
                role: Role::KernelEngineer,
                prompt: prompt.name.clone(),
                system: SYSTEM.to_owned(),
                messages: messages.clone(),
                max_tokens: chosen.max_tokens,
            };
            let answer = match chosen.conversation.ask(&request, self.cancel) {
                Ok(answer) => answer,
                Err(error) => match error.downcast_ref::<AskError>() {
                    Some(AskError::Waiting { .. } | AskError::Cancelled) => return Err(error),
                    Some(why) if round > 1 => break why.to_string(),
                    _ => return Err(error),
                },
            };
            let (text, judged) = self.judge(&answer.text, &answer.model, &template, &incumbent)?;
            let key = request.key();
            let refused = match &judged {
                Judged::Accepted(_) => Vec::new(),
                Judged::Refused(refused) => vec![refused.clone()],
            };
            // Times and errors are other ones each time; a replay says what was said then.
            let feedback = match chosen.conversation.feedback(&key) {
                Some(said) => said,
                None => again(&[], &refused, "source")?,
            };
            chosen.conversation.note(Entry::Judged {
                key,
                passed: refused.is_empty(),
                taken: Vec::new(),
                refused: refused.iter().map(|one| format!("{}: {}", one.what, one.why)).collect(),
                feedback: feedback.clone(),
            })?;
            match judged {
                Judged::Accepted(measured) => {
                    report.checks = measured.checks.len() as u64;
                    report.median_ns = Some(measured.median_ns);
                    report.template_median_ns = measured.incumbent_median_ns;
                    report.tflops = Some(measured.tflops);
                    source = Some(text);
                    break "the kernel was accepted".to_owned();
                }
                Judged::Refused(one) => report.refused.push(NotDone {
                    proposal: format!("round {round}, {}", one.what),
                    library: chosen.name.clone(),
                    why: one.why,
                }),
            }
            if let Some(limit) = chosen.conversation.is_over() {
                break limit;
            }
            messages = vec![
                question.clone(),
                Message { by: Speaker::Assistant, text: answer.text },
                Message { by: Speaker::User, text: feedback },
            ];
        };
        chosen.conversation.note(Entry::Ended { how: how.clone() })?;
        report.asked = chosen.conversation.record(&chosen.name, how, source.is_none());
        Ok(Written { source, report })
    }

    /// The kernel that the template makes, accepted as any other.
    fn template(&self, artifact: &Artifact) -> Result<Result<Incumbent, String>> {
        let report = self.trial(artifact, None)?;
        Ok(match (report.outcome, report.program) {
            (Outcome::Measured(_), Some(program)) => {
                Ok(Incumbent { program, config: self.config.id() })
            }
            (Outcome::Rejected(rejection), _) => Err(rejection.reason),
            (Outcome::Measured(_), None) => Err("it left no program".to_owned()),
        })
    }

    fn judge(
        &self,
        answer: &str,
        by: &str,
        template: &Artifact,
        incumbent: &Incumbent,
    ) -> Result<(String, Judged)> {
        let refused = |what: &str, why: String, shown: String| {
            Judged::Refused(Refused { what: what.to_owned(), why, shown })
        };
        let blocks = spak_llm::blocks::blocks(answer);
        let Some(block) = spak_llm::blocks::best(&blocks, &["c"]) else {
            return Ok((String::new(), refused("the answer", "it is empty".into(), String::new())));
        };
        if !block.is_closed {
            let why = "it was cut off before its end".to_owned();
            return Ok((String::new(), refused("the answer", why, String::new())));
        }
        if let Err(why) = gate::check(block.text) {
            return Ok((String::new(), refused("the source", why, String::new())));
        }
        let by: String = by.chars().filter(|c| !c.is_control() && !"*/\\".contains(*c)).collect();
        let text = format!(
            "/* Written by {by} for a config of {}, not by a template. */\n{}",
            self.specified.system.name.as_deref().unwrap_or("a design"),
            block.text
        );
        let artifact = Artifact::new(template.name.clone(), text.clone(), template.flags.clone());
        let report = self.trial(&artifact, Some(incumbent))?;
        let judged = match report.outcome {
            Outcome::Measured(measured) => Judged::Accepted(measured),
            Outcome::Rejected(rejection) => {
                let what = match rejection.stage {
                    Stage::Compile => "compiling",
                    Stage::Time => "timing",
                    _ => "what it computes",
                };
                let first = rejection.detail.lines().next().unwrap_or_default().trim();
                let why = match first {
                    "" => rejection.reason,
                    first => format!("{}: {first}", rejection.reason),
                };
                refused(what, why, rejection.detail)
            }
        };
        Ok((text, judged))
    }

    fn trial(
        &self,
        artifact: &Artifact,
        incumbent: Option<&Incumbent>,
    ) -> Result<spak_run::TrialReport> {
        let request = TrialRequest {
            artifact,
            problem: &self.specified.problem,
            incumbent,
            compiler: &self.machine.compiler,
            options: &self.machine.options,
            build: &Paths::of(self.design).build,
        };
        Ok(run_trial(request, &mut |_| {}, self.cancel)?)
    }
}
