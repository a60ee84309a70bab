//! `spak lift --explain AXIS`: what was found for an axis, in its place in the source; and where nothing was, what came
//! nearest.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};
use spak_lift::{Engine, Finding, Miss, Pack, Pattern, Report};
use spak_program::{KernelId, Program, Site};
use spak_records::lift_report::{ExplainedFinding, LiftExplainReport, NearMiss};
use spak_records::report::PlaceRecord;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{FileId, Label, Span};

use crate::exit::Status;
use crate::lifting::packs::Packs;
use crate::lifting::report::Reporter;
use crate::lifting::sources::Gathered;
use crate::output::{self, Format, evidence, json};
use crate::project::Sources;

/// What is asked for.
pub(crate) struct Wanted<'w> {
    /// An axis or a pattern.
    axis: &'w str,
    /// The operand, if one is named.
    role: Option<&'w str>,
    kernel: Option<&'w str>,
}

impl<'w> Wanted<'w> {
    /// `axis`, or `operand.axis`.
    pub(crate) fn new(text: &'w str, kernel: Option<&'w str>) -> Self {
        match text.rsplit_once('.') {
            Some((role, axis)) => Self { axis, role: Some(role), kernel },
            None => Self { axis: text, role: None, kernel },
        }
    }

    fn gives(&self, pattern: &Pattern) -> bool {
        pattern.axis == self.axis || pattern.name == self.axis
    }
}

/// Prints it; a problem is that nothing was found.
pub(crate) fn run(
    wanted: &Wanted<'_>,
    packs: &Packs,
    files: &Gathered,
    (program, found): (&Program, &Report),
    format: Format,
) -> Result<Status> {
    let patterns = || packs.packs.iter().flat_map(|pack| &pack.patterns);
    if !patterns().any(|pattern| wanted.gives(pattern)) {
        let names = patterns().flat_map(|p| [p.axis.as_str(), p.name.as_str()]);
        match suggest(wanted.axis, names) {
            Some(near) => {
                bail!("no pattern gives the axis `{}`; did you mean `{near}`?", wanted.axis)
            }
            None => bail!("no pattern gives the axis `{}`", wanted.axis),
        }
    }
    let mut sources = Sources::default();
    for file in &files.files {
        sources.add(Path::new(&file.shown), &file.shown, &file.text);
    }
    let explainer = Explainer { wanted, packs, files, program, found, sources };
    if !explainer.kernels().any(|_| true) {
        match wanted.kernel {
            Some(name) => {
                let names = program.kernels.iter().map(|kernel| kernel.name.as_str());
                match suggest(name, names) {
                    Some(near) => bail!("there is no kernel `{name}`; did you mean `{near}`?"),
                    None => bail!("there is no kernel `{name}`"),
                }
            }
            None => bail!("no kernels were found"),
        }
    }
    let findings = explainer.findings();
    let misses = explainer.misses(&findings);
    let status = if findings.is_empty() { Status::Problems } else { Status::Fine };
    match format {
        Format::Human => {
            let mut text = String::new();
            findings.iter().for_each(|one| text.push_str(&explainer.shown(one)));
            misses.iter().for_each(|miss| text.push_str(&explainer.missed(miss)));
            if text.is_empty() {
                text = explainer.of_others();
            }
            output::result(&format!("{}\n", text.trim_end()))?;
        }
        Format::Json => {
            let report = LiftExplainReport {
                axis: wanted.axis.to_owned(),
                findings: findings.iter().map(|one| explainer.record(one)).collect(),
                nearest: misses.iter().map(|miss| explainer.miss_record(miss)).collect(),
            };
            json::result("spak.lift-explain", report)?;
        }
    }
    Ok(status)
}

struct Explainer<'e> {
    wanted: &'e Wanted<'e>,
    packs: &'e Packs,
    files: &'e Gathered,
    program: &'e Program,
    found: &'e Report,
    /// The sources of the kernels.
    sources: Sources,
}

impl Explainer<'_> {
    /// The kernels that are asked about.
    fn kernels(&self) -> impl Iterator<Item = KernelId> {
        let all = self.program.kernels.iter().enumerate();
        let wanted = all.filter(|(_, kernel)| {
            let file = self.files.files.get(kernel.site.file.0 as usize);
            file.is_some_and(|file| file.wanted)
                && self.wanted.kernel.is_none_or(|name| kernel.name == name)
        });
        wanted.map(|(at, _)| KernelId(at as u32))
    }

    fn findings(&self) -> Vec<&Finding> {
        let kernels: BTreeSet<KernelId> = self.kernels().collect();
        let all = self.found.findings.iter().filter(|one| {
            (one.axis == self.wanted.axis || one.pattern == self.wanted.axis)
                && self.wanted.role.is_none_or(|role| one.role.as_deref() == Some(role))
                && match one.kernel {
                    Some(kernel) => kernels.contains(&kernel),
                    None => {
                        self.wanted.kernel.is_none() && one.sites.iter().any(|s| self.is_wanted(*s))
                    }
                }
        });
        all.collect()
    }

    fn is_wanted(&self, site: Site) -> bool {
        self.files.files.get(site.file.0 as usize).is_some_and(|file| file.wanted)
    }

    /// Of which operands it is found, where it is not of the one that was asked for.
    fn of_others(&self) -> String {
        let Wanted { axis, role, .. } = self.wanted;
        let any = Wanted { role: None, ..*self.wanted };
        let all = Explainer { wanted: &any, sources: Sources::default(), ..*self };
        let roles: BTreeSet<&str> =
            all.findings().iter().filter_map(|one| one.role.as_deref()).collect();
        let of = role.map_or(String::new(), |role| format!(" of {role}"));
        let roles: Vec<&str> = roles.into_iter().collect();
        match roles.as_slice() {
            [] => format!("{axis}{of} is not found"),
            roles => format!("{axis}{of} is not found; it is found of {}", roles.join(", ")),
        }
    }

    /// What came nearest in each kernel in which nothing was found, the nearest first.
    fn misses(&self, findings: &[&Finding]) -> Vec<Miss> {
        let is_general = findings.iter().any(|one| one.kernel.is_none());
        let open: Vec<KernelId> = self
            .kernels()
            .filter(|kernel| !findings.iter().any(|one| one.kernel == Some(*kernel)))
            .collect();
        if open.is_empty() || is_general {
            return Vec::new();
        }
        let wanted = |_: &Pack, pattern: &Pattern| self.wanted.gives(pattern);
        let mut misses = Engine::new(&self.packs.packs).nearest(self.program, &wanted);
        misses.retain(|miss| miss.kernel.is_none_or(|kernel| open.contains(&kernel)));
        let share = |miss: &Miss| miss.held as f64 / miss.conditions.max(1) as f64;
        misses.sort_by(|a, b| a.kernel.cmp(&b.kernel).then(share(b).total_cmp(&share(a))));
        // A kernel that is launched in several places is looked at in each.
        let mut seen = BTreeSet::new();
        misses.retain(|one| seen.insert((one.kernel, one.pack.clone(), one.pattern.clone())));
        misses
    }

    fn kernel_name(&self, kernel: Option<KernelId>) -> Option<String> {
        let kernel = self.program.kernels.get(kernel?.index())?;
        Some(kernel.name.clone())
    }

    fn pattern(&self, pack: &str, name: &str) -> Option<&Pattern> {
        let pack = self.packs.packs.iter().find(|known| known.name == pack)?;
        pack.patterns.iter().find(|pattern| pattern.name == name)
    }

    fn place(&self, file: FileId, span: Span) -> PlaceRecord {
        json::place(&self.packs.sources, file, span)
    }

    fn condition(&self, miss: &Miss) -> String {
        let text = miss.condition.slice(self.packs.sources.text(miss.file));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The line of the pack that a condition stands in, which may be a part of it only.
    fn around(&self, miss: &Miss) -> String {
        let text = self.packs.sources.text(miss.file);
        let at = miss.condition.start as usize;
        let begin = text.get(..at).and_then(|front| front.rfind('\n')).map_or(0, |at| at + 1);
        let line = text.get(begin..).and_then(|rest| rest.lines().next());
        line.unwrap_or("").trim().to_owned()
    }

    fn labels(&self, sites: &[Site]) -> Vec<Label> {
        let label = |site: &Site| Label { file: site.file, span: site.span, text: String::new() };
        sites.iter().map(label).collect()
    }

    fn shown(&self, finding: &Finding) -> String {
        let reporter = self.reporter();
        let of = finding.role.as_ref().map_or(String::new(), |role| format!(" of {role}"));
        let is = format!("{}{of} is {}", finding.axis, finding.value);
        let title = match self.kernel_name(finding.kernel) {
            Some(kernel) => format!("{kernel}: {is}"),
            None => is,
        };
        let mut notes = Vec::new();
        if !finding.because.is_empty() {
            notes.push(("why", finding.because.clone()));
        }
        if let Some(condition) = reporter.formula(&finding.conditions) {
            notes.push(("where", condition));
        }
        let others = reporter.alternatives(finding);
        if !others.is_empty() {
            notes.push(("otherwise", others.join(", ")));
        }
        notes.push(("confidence", finding.confidence.to_string()));
        let pattern = self.pattern(&finding.pack, &finding.pattern);
        let at = pattern.map(|pattern| self.place(pattern.file, finding.written));
        let at = at.map_or(String::new(), |at| format!(" ({}:{})", at.file, at.line));
        let named = format!("{}.{}, case \"{}\"{at}", finding.pack, finding.pattern, finding.case);
        notes.push(("pattern", named));
        evidence::shown(&self.sources, ("found", &title), &self.labels(&finding.sites), &notes)
    }

    fn missed(&self, miss: &Miss) -> String {
        let pattern = format!("{}.{}", miss.pack, miss.pattern);
        let kernel = self.kernel_name(miss.kernel);
        let title = format!(
            "{}: {} is not found; {} of {} conditions of {pattern} hold",
            kernel.as_deref().unwrap_or("in no kernel"),
            self.wanted.axis,
            miss.held,
            miss.conditions,
        );
        let at = self.place(miss.file, miss.condition);
        let mut notes = vec![
            ("nearest", format!("case \"{}\"", miss.case)),
            ("fails", format!("{} ({}:{})", self.condition(miss), at.file, at.line)),
            ("in", self.around(miss)),
        ];
        if miss.is_cut {
            notes.push(("note", "the search was ended before all was tried".to_owned()));
        }
        evidence::shown(&self.sources, ("missing", &title), &self.labels(&miss.sites), &notes)
    }

    fn reporter(&self) -> Reporter<'_> {
        Reporter {
            files: self.files,
            program: self.program,
            packs: &self.packs.packs,
            report: self.found,
        }
    }

    fn record(&self, finding: &Finding) -> ExplainedFinding {
        let pattern = self.pattern(&finding.pack, &finding.pattern);
        let places =
            finding.sites.iter().map(|site| json::place(&self.sources, site.file, site.span));
        ExplainedFinding {
            finding: self.reporter().finding(finding),
            case: finding.case.clone(),
            places: places.collect(),
            written: pattern.map(|pattern| self.place(pattern.file, finding.written)),
        }
    }

    fn miss_record(&self, miss: &Miss) -> NearMiss {
        let places = miss.sites.iter().map(|site| json::place(&self.sources, site.file, site.span));
        NearMiss {
            kernel: self.kernel_name(miss.kernel),
            pattern: format!("{}.{}", miss.pack, miss.pattern),
            case: miss.case.clone(),
            held: miss.held as u64,
            conditions: miss.conditions as u64,
            condition: self.condition(miss),
            written: self.place(miss.file, miss.condition),
            places: places.collect(),
            is_cut: miss.is_cut,
        }
    }
}
