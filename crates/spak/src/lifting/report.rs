//! A program and what patterns found in it, as records by file.

use std::collections::{BTreeMap, BTreeSet};

use spak_lift::{Finding, Pack, Report, side_by_side};
use spak_program::{Condition, KernelId, Program, Site, TuningRow};
use spak_records::lift_report::{
    ConstraintRecord, FindingRecord, HazardRecord, LiftedFile, LiftedKernel, NoteRecord,
    TuningCondition, TuningRecord,
};

use crate::lifting::sources::{Gathered, Language};

/// Axes of patterns that are no decisions: what must hold, what a reviewer wants to know, what a kernel is.
const CONSTRAINT: &str = "constraint";
const HAZARD: &str = "hazard";
const FAMILY: &str = "family";

/// How families of backward passes end.
const BACKWARD: &str = "_backward";

/// Makes the records of one command.
pub(crate) struct Reporter<'r> {
    pub(crate) files: &'r Gathered,
    pub(crate) program: &'r Program,
    pub(crate) packs: &'r [Pack],
    pub(crate) report: &'r Report,
}

/// Findings by what they are of.
struct Sorted<'f> {
    of_file: BTreeMap<u32, Vec<&'f Finding>>,
    of_kernel: Vec<Vec<&'f Finding>>,
    /// Of each kernel.
    families: Vec<Option<String>>,
}

impl Reporter<'_> {
    /// One record for each file of a language that was asked for, made by so many threads besides the calling one.
    pub(crate) fn files(
        &self,
        language: Language,
        rows: &[TuningRow],
        helpers: usize,
    ) -> Vec<LiftedFile> {
        let found = self.sorted();
        let all = self.files.files.iter().enumerate();
        let wanted = all.filter(|(_, file)| file.wanted && file.language == language);
        let wanted: Vec<u32> = wanted.map(|(at, _)| at as u32).collect();
        side_by_side(&wanted, helpers, |at| self.file(*at, rows, &found))
    }

    /// What was found, by file and by kernel: a package has hundreds of both.
    fn sorted(&self) -> Sorted<'_> {
        let mut sorted = Sorted {
            of_file: BTreeMap::new(),
            of_kernel: vec![Vec::new(); self.program.kernels.len()],
            families: Vec::new(),
        };
        for finding in &self.report.findings {
            if let Some(file) = self.file_of(finding) {
                sorted.of_file.entry(file).or_default().push(finding);
            }
            let kernel = finding.kernel.and_then(|k| sorted.of_kernel.get_mut(k.index()));
            kernel.into_iter().for_each(|all| all.push(finding));
        }
        sorted.families = sorted.of_kernel.iter().map(|all| self.family(all)).collect();
        sorted
    }

    fn file(&self, file: u32, rows: &[TuningRow], found: &Sorted<'_>) -> LiftedFile {
        let mut lifted = LiftedFile {
            path: self.shown(file),
            language: match self.files.files.get(file as usize).map(|file| file.language) {
                Some(Language::Cuda) => "cuda".to_owned(),
                _ => "python".to_owned(),
            },
            ..LiftedFile::default()
        };
        for (at, kernel) in self.program.kernels.iter().enumerate() {
            if self.kernel_file(KernelId(at as u32)) != Some(file) {
                continue;
            }
            lifted.language = kernel.language.to_owned();
            let defined = kernel.site.file.0;
            lifted.kernels.push(LiftedKernel {
                name: kernel.name.clone(),
                file: (defined != file).then(|| self.shown(defined)),
                line: self.line(kernel.site),
                family: found.families.get(at).cloned().flatten(),
                inlined: kernel.inlined.iter().map(|(name, _)| name.clone()).collect(),
            });
        }
        for finding in found.of_file.get(&file).into_iter().flatten() {
            self.add(finding, file, &mut lifted);
        }
        let here = rows.iter().filter(|row| self.kernel_file(row.kernel) == Some(file));
        lifted.tuning = here.map(|row| self.tuning(row, file)).collect();
        lifted.notes = self
            .program
            .gaps
            .iter()
            .filter(|(_, site)| site.file.0 == file)
            .map(|(text, site)| NoteRecord { text: text.clone(), line: self.line(*site) })
            .collect();
        let of_kernels = self.report.notes.iter().filter_map(|note| {
            let kernel = note.kernel.filter(|kernel| self.kernel_file(*kernel) == Some(file))?;
            let site = self.program.kernels.get(kernel.index())?.site;
            let text = format!("{}, {}: {}", note.pattern, note.case, note.text);
            Some(NoteRecord { text, line: self.line(site) })
        });
        lifted.notes.extend(of_kernels);
        lifted.family = self.family_of_file(file, found);
        lifted
    }

    /// The family of the kernel of a file that is launched most, or has the most findings; a backward pass is
    /// there for the forward pass that it belongs to.
    fn family_of_file(&self, file: u32, found: &Sorted<'_>) -> Option<String> {
        let known = found.families.iter().zip(&found.of_kernel).enumerate();
        let known = known.filter_map(|(at, (family, findings))| {
            let kernel = KernelId(at as u32);
            let family = family.as_ref().filter(|_| self.kernel_file(kernel) == Some(file))?;
            let launches = self.program.launches.iter().filter(|one| one.kernel == kernel);
            let places: BTreeSet<Site> = launches.map(|one| one.site).collect();
            let is_forward = !family.ends_with(BACKWARD);
            Some(((is_forward, places.len(), findings.len()), family))
        });
        known.max_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1))).map(|(_, family)| family.clone())
    }

    /// The file that a finding belongs to: that of its kernel, or of its first place.
    fn file_of(&self, finding: &Finding) -> Option<u32> {
        let of = finding.kernel.and_then(|kernel| self.kernel_file(kernel));
        of.or_else(|| finding.sites.first().map(|site| site.file.0))
    }

    fn add(&self, finding: &Finding, file: u32, lifted: &mut LiftedFile) {
        let kernel = finding.kernel.map(|kernel| self.kernel_name(kernel));
        let lines = self.lines(&finding.sites, file);
        // Of a kernel that is defined elsewhere what shows here is told.
        let defined = finding.kernel.and_then(|kernel| self.program.kernels.get(kernel.index()));
        if lines.is_empty() && defined.is_some_and(|kernel| kernel.site.file.0 != file) {
            return;
        }
        let pattern = format!("{}.{}", finding.pack, finding.pattern);
        match finding.axis.as_str() {
            FAMILY => {}
            CONSTRAINT => lifted.constraints.push(ConstraintRecord {
                kind: finding.value.clone(),
                statement: finding.because.clone(),
                kernel,
                lines,
                pattern,
            }),
            HAZARD => lifted.hazards.push(HazardRecord {
                kind: finding.value.clone(),
                item: finding.because.clone(),
                kernel,
                lines,
                pattern,
            }),
            _ => lifted.findings.push(FindingRecord { lines, ..self.finding(finding) }),
        }
    }

    /// A decision, with the lines of the file of its first place.
    pub(crate) fn finding(&self, finding: &Finding) -> FindingRecord {
        let file = finding.sites.first().map_or(0, |site| site.file.0);
        FindingRecord {
            axis: finding.axis.clone(),
            value: finding.value.clone(),
            kernel: finding.kernel.map(|kernel| self.kernel_name(kernel)),
            role: finding.role.clone(),
            lines: self.lines(&finding.sites, file),
            confidence: finding.confidence,
            because: finding.because.clone(),
            alternatives: self.alternatives(finding),
            condition: self.formula(&finding.conditions),
            pattern: format!("{}.{}", finding.pack, finding.pattern),
        }
    }

    /// How else it could have been decided.
    pub(crate) fn alternatives(&self, finding: &Finding) -> Vec<String> {
        let pack = self.packs.iter().find(|pack| pack.name == finding.pack);
        let patterns = pack.into_iter().flat_map(|pack| &pack.patterns);
        let mut of = patterns.filter(|pattern| pattern.name == finding.pattern);
        of.next().map_or(Vec::new(), |pattern| {
            pattern.values.iter().filter(|value| **value != finding.value).cloned().collect()
        })
    }

    fn tuning(&self, row: &TuningRow, file: u32) -> TuningRecord {
        TuningRecord {
            kernel: self.kernel_name(row.kernel),
            condition: TuningCondition {
                arch: row.architectures.iter().map(|name| (*name).to_owned()).collect(),
                key: row.key.clone(),
                other: row.condition.clone(),
            },
            strategy: row.strategy.name().to_owned(),
            parameters: row.parameters.clone(),
            values: row
                .values
                .iter()
                .map(|values| values.iter().map(|value| plain(&value.to_string())).collect())
                .collect(),
            dead: row.dead.clone(),
            lines: self.lines(&row.sites, file),
        }
    }

    /// The family that is surest, then the one that shows in more lines, then the first by name: the order of
    /// packs decides nothing.
    fn family(&self, findings: &[&Finding]) -> Option<String> {
        let of = findings.iter().copied().filter(|one| one.axis == FAMILY);
        let lines = |one: &Finding| {
            let all = one.sites.iter().map(|site| (site.file, self.line(*site)));
            all.collect::<BTreeSet<_>>().len()
        };
        let surer = |a: &&Finding, b: &&Finding| {
            let sure = a.confidence.total_cmp(&b.confidence);
            sure.then_with(|| lines(a).cmp(&lines(b))).then_with(|| b.value.cmp(&a.value))
        };
        of.max_by(surer).map(|finding| finding.value.clone())
    }

    fn kernel_name(&self, kernel: KernelId) -> String {
        self.program.kernels.get(kernel.index()).map_or(String::new(), |kernel| kernel.name.clone())
    }

    /// The file that a kernel is reported with: where it is defined, or where it is launched, if only that was asked for.
    fn kernel_file(&self, kernel: KernelId) -> Option<u32> {
        let defined = self.program.kernels.get(kernel.index())?.site.file.0;
        let is_wanted = |file: &u32| self.files.files.get(*file as usize).is_some_and(|f| f.wanted);
        let launches = self.program.launches.iter().filter(|launch| launch.kernel == kernel);
        let mut places = std::iter::once(defined).chain(launches.map(|launch| launch.site.file.0));
        places.find(is_wanted).or(Some(defined))
    }

    fn shown(&self, file: u32) -> String {
        self.files.files.get(file as usize).map_or(String::new(), |file| file.shown.clone())
    }

    fn line(&self, site: Site) -> u32 {
        self.files.files.get(site.file.0 as usize).map_or(0, |file| file.line(site.span.start))
    }

    /// Lines of one file, each once.
    fn lines(&self, sites: &[Site], file: u32) -> Vec<u32> {
        let here = sites.iter().filter(|site| site.file.0 == file);
        let lines: BTreeMap<u32, ()> = here.map(|site| (self.line(*site), ())).collect();
        lines.into_keys().collect()
    }

    /// Conditions as a formula; nothing for none.
    pub(crate) fn formula(&self, conditions: &[Condition]) -> Option<String> {
        let parts: Vec<String> = conditions
            .iter()
            .map(|condition| {
                let text = self.program.describe(condition.value);
                if condition.holds { text } else { format!("not ({text})") }
            })
            .collect();
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

/// A value as a table shows it: texts without quotes, and what is not set as such.
fn plain(value: &str) -> String {
    match value {
        "none" => "unset".to_owned(),
        value => value.trim_matches('"').to_owned(),
    }
}
