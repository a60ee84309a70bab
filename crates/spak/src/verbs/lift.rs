//! `spak lift`: reads kernels and says which design they are.

mod explain;
mod into;
mod picture;
mod summary;
pub(crate) mod test;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use spak_lift::Engine;
use spak_program::Program;
use spak_records::lift_report::{LiftReport, LiftedFile, LiftedKernel};

use spak_syntax::FileId;

use self::explain::Wanted;
use crate::exit::Status;
use crate::lifting::{
    both,
    draft::draft,
    on_a_deep_stack,
    packs::Packs,
    report::Reporter,
    sources::{Gathered, Language},
};
use crate::output::{self, Format, json};

/// What `spak lift` is told.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// Sources of kernels (Python: `.py`; CUDA C++: `.cu`, `.cuh`, `.h`, `.cpp`), or folders that have them. They are read,
    /// never run.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// A pack of patterns (`.dsl`) besides those that come with the program; may be given several times.
    #[arg(long, value_name = "FILE")]
    pack: Vec<PathBuf>,
    /// Write the source as a template whose holes are its tunable constants; for one file.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Write a draft of the design: a file for one kernel (`.dsl`), or a folder with a file for each.
    #[arg(long, value_name = "FILE|FOLDER")]
    design: Option<PathBuf>,
    /// Print one table for many files: families, how much was found, and what was not recognised.
    #[arg(long)]
    summary: bool,
    /// Draw what each kernel decides, and where kernels differ, as a picture (`.svg` or `.png`).
    #[arg(long, value_name = "FILE", conflicts_with = "explain")]
    plot: Option<PathBuf>,
    /// Write what was found into a design that is there (`.dsl`): what it lacks is added, and nothing of it is changed.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["template", "design", "explain"])]
    into: Option<PathBuf>,
    /// Show what was found for an axis (`softmax_scheme`, `q.load_path` for one operand) in its place in the
    /// source; where nothing was, how near the patterns came.
    #[arg(long, value_name = "AXIS", conflicts_with_all = ["template", "design"])]
    explain: Option<String>,
    /// The kernel that the design or the explanation is of, where a file has several.
    #[arg(long, value_name = "NAME")]
    kernel: Option<String>,
}

/// What else is done with packs.
#[derive(clap::Subcommand)]
enum Verb {
    /// Try the examples of packs: kernels with what patterns find in them, and what they do not.
    Test(test::Options),
}

/// Lifts files; a problem is a file that is not what its name says.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    if let Some(Verb::Test(options)) = &options.verb {
        return test::run(options, format);
    }
    let of_one = options.design.is_some()
        || options.explain.is_some()
        || options.into.is_some()
        || options.plot.is_some();
    if options.kernel.is_some() && !of_one {
        bail!("`--kernel` says what `--design`, `--into`, `--plot` or `--explain` is of");
    }
    let (packs, files) = both(|| Packs::read(&options.pack), || Gathered::gather(&options.files))?;
    let (packs, files) = (packs?, files?);
    if let Some(axis) = &options.explain {
        let wanted = Wanted::new(axis, options.kernel.as_deref());
        return on_a_deep_stack(|| {
            let languages = [Language::Python, Language::Cuda];
            let mut read: Vec<Read> =
                languages.iter().filter_map(|language| read(&files, *language)).collect();
            for line in read.iter().flat_map(|read| read.broken.iter().chain(&read.warnings)) {
                output::aside(line);
            }
            let (Some(read), None) = (read.pop(), read.pop()) else {
                bail!("`--explain` is for files of one language");
            };
            let report = Engine::new(&packs.packs).find(&read.program);
            explain::run(&wanted, &packs, &files, (&read.program, &report), format)
        })?;
    }
    if options.template.is_some()
        && let Some(file) = files.files.iter().find(|file| file.wanted && !file.exact)
    {
        bail!("`{}` is not UTF-8: a template could not give it back as it is", file.shown);
    }
    let Lifted { report, broken, warnings, template } = on_a_deep_stack(|| lift(&packs, &files))??;
    if let Some(out) = &options.template {
        let Some(template) = template else { bail!("`--template` is for one file") };
        std::fs::write(out, template)
            .with_context(|| format!("cannot write `{}`", out.to_string_lossy()))?;
    }
    if let Some(out) = &options.design {
        write_designs(&report, out, options.kernel.as_deref())?;
    }
    if let Some(out) = &options.plot {
        picture::write(&report, options.kernel.as_deref(), out)?;
    }
    for line in broken.iter().chain(&warnings) {
        output::aside(line);
    }
    if let Some(design) = &options.into {
        return into::run(&report, design, options.kernel.as_deref(), format);
    }
    for (file, why) in &files.unread {
        output::aside(&format!("warning: `{file}` was not read: {why}\n"));
    }
    match format {
        // Whoever asks for a file wants to know that it is there.
        Format::Human
            if [&options.design, &options.template, &options.plot]
                .iter()
                .any(|out| out.is_some()) =>
        {
            for out in options.design.iter().chain(&options.template).chain(&options.plot) {
                output::result(&format!("{}: written\n", out.to_string_lossy()))?;
            }
        }
        Format::Human if options.summary => summary::print(&report)?,
        Format::Human => print(&report)?,
        Format::Json => json::result("spak.lift-report", report)?,
    }
    let fine = broken.is_empty() && files.unread.is_empty();
    Ok(if fine { Status::Fine } else { Status::Problems })
}

/// What was lifted.
#[derive(Default)]
pub(crate) struct Lifted {
    pub(crate) report: LiftReport,
    /// What is wrong with files, so that what they say is not all that is in them.
    pub(crate) broken: Vec<String>,
    /// What was not understood of files that may be all right.
    pub(crate) warnings: Vec<String>,
    /// Of the file, if there is one.
    template: Option<String>,
}

/// The files of one language as a program.
struct Read {
    program: Program,
    broken: Vec<String>,
    warnings: Vec<String>,
}

/// Reads the files of a language, if there are any.
fn read(files: &Gathered, language: Language) -> Option<Read> {
    // A line about a place in a file that was asked for.
    let said = |kind: &str, (file, at): (FileId, u32), what: &str| {
        let file = files.files.get(file.0 as usize).filter(|file| file.wanted)?;
        Some(format!("{kind}: {}:{}: {what}\n", file.shown, file.line(at)))
    };
    match language {
        Language::Python => {
            let python = files.python();
            let reading = (!python.is_empty()).then(|| spak_python::read_parsed(&python))?;
            let broken = reading.errors.iter().filter_map(|error| {
                let what = format!("this is not Python: {}", error.message);
                said("error", (error.file, error.span.start), &what)
            });
            let broken = broken.collect();
            Some(Read { program: reading.program, broken, warnings: Vec::new() })
        }
        Language::Cuda => {
            let cuda = files.cuda();
            let reading = (!cuda.is_empty()).then(|| spak_cuda::read(&cuda))?;
            let warnings = reading.errors.iter().filter_map(|error| {
                let what = format!("{}; what is around it was read", error.message);
                said("warning", (error.file, error.span.start), &what)
            });
            let warnings = warnings.collect();
            Some(Read { program: reading.program, broken: Vec::new(), warnings })
        }
    }
}

/// Reads files and looks for all patterns, on all cores: what one language leaves idle while its files are read is
/// used by the other one.
///
/// # Errors
/// When no thread can be started.
pub(crate) fn lift(packs: &Packs, files: &Gathered) -> Result<Lifted> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let of = |language: Language, helpers: usize| -> Result<Lifted> {
        let mut lifted = Lifted::default();
        if let Some(read) = read(files, language) {
            lifted.broken.extend(read.broken);
            lifted.warnings.extend(read.warnings);
            lifted.add(packs, files, language, &read.program, helpers)?;
            // The program ends soon, and taking a million values apart would take a tenth of a second.
            std::mem::forget(read.program);
        }
        Ok(lifted)
    };
    let (cuda, python) = both(
        || of(Language::Cuda, (cores / 2).saturating_sub(1)),
        || of(Language::Python, cores - 1),
    )?;
    let mut lifted = python?;
    let cuda = cuda?;
    lifted.broken.extend(cuda.broken);
    lifted.warnings.extend(cuda.warnings);
    lifted.template = lifted.template.or(cuda.template);
    lifted.report.files.extend(cuda.report.files);
    let place = |lifted: &LiftedFile| files.files.iter().position(|file| file.shown == lifted.path);
    lifted.report.files.sort_by_key(place);
    Ok(lifted)
}

impl Lifted {
    /// Adds what is found in the files of one language.
    fn add(
        &mut self,
        packs: &Packs,
        files: &Gathered,
        language: Language,
        program: &Program,
        helpers: usize,
    ) -> Result<()> {
        let engine = Engine::new(&packs.packs).with_helpers(helpers);
        let (rows, report) = both(|| program.tuning(), || engine.find(program))?;
        let reporter = Reporter { files, program, packs: &packs.packs, report: &report };
        self.report.files.extend(reporter.files(language, &rows, helpers));
        let mut wanted = files.files.iter().enumerate().filter(|(_, file)| file.wanted);
        let only = wanted.next().filter(|_| wanted.next().is_none());
        if let Some((at, file)) = only.filter(|(_, file)| file.language == language) {
            let holes = spak_lift::holes(program, FileId(at as u32), &file.text);
            self.template = Some(spak_lift::template(&file.text, &holes));
        }
        Ok(())
    }
}

/// Writes drafts of designs.
fn write_designs(report: &LiftReport, out: &Path, wanted: Option<&str>) -> Result<()> {
    let all = report.files.iter().flat_map(|file| file.kernels.iter().map(move |k| (file, k)));
    let all: Vec<(&LiftedFile, &LiftedKernel)> =
        all.filter(|(_, kernel)| wanted.is_none_or(|name| kernel.name == name)).collect();
    let write = |path: &Path, text: &str| {
        if path.exists() {
            bail!("`{}` exists; it is not overwritten", path.to_string_lossy());
        }
        std::fs::write(path, text)
            .with_context(|| format!("cannot write `{}`", path.to_string_lossy()))
    };
    if out.extension().is_some_and(|extension| extension == "dsl") {
        return match all.as_slice() {
            [(file, kernel)] => write(out, &draft(file, kernel)),
            [] => bail!("there is no such kernel; without `--design` all are listed"),
            several => {
                let names: Vec<&str> = several.iter().map(|(_, k)| k.name.as_str()).collect();
                bail!("a design is of one kernel; choose with `--kernel`: {}", names.join(", "))
            }
        };
    }
    std::fs::create_dir_all(out)
        .with_context(|| format!("cannot make the folder `{}`", out.to_string_lossy()))?;
    for (file, kernel) in all {
        let name = kernel.name.trim_start_matches('_');
        write(&out.join(format!("{name}.dsl")), &draft(file, kernel))?;
    }
    Ok(())
}

fn print(report: &LiftReport) -> Result<()> {
    let mut text = String::new();
    let with_kernels: Vec<&LiftedFile> =
        report.files.iter().filter(|file| !file.kernels.is_empty()).collect();
    if with_kernels.is_empty() {
        text.push_str("no kernels were found\n");
    }
    for file in with_kernels {
        write_file(&mut text, file);
    }
    output::result(&text)
}

fn write_file(text: &mut String, file: &LiftedFile) {
    let _ = writeln!(text, "{} ({})", file.path, file.language);
    for kernel in &file.kernels {
        let family = kernel.family.as_deref().unwrap_or("family not recognised");
        let _ = match &kernel.file {
            Some(file) => writeln!(text, "\n{} ({file}:{}): {family}", kernel.name, kernel.line),
            None => writeln!(text, "\n{} (line {}): {family}", kernel.name, kernel.line),
        };
        let rows = file.findings.iter().filter(|one| one.kernel.as_ref() == Some(&kernel.name));
        let rows = rows.map(|one| {
            let axis = match &one.role {
                Some(role) => format!("{} of {role}", one.axis),
                None => one.axis.clone(),
            };
            vec![axis, one.value.clone(), lines(&one.lines), one.because.clone()]
        });
        table(text, &["axis", "value", "lines", "because"], rows);
        let rows = file.tuning.iter().filter(|one| one.kernel == kernel.name).map(|one| {
            let values: Vec<String> = one.values.iter().map(|value| value.join(" ")).collect();
            let mut on = one.condition.arch.join(" ");
            if !one.condition.other.is_empty() {
                let _ = write!(on, " if {}", one.condition.other);
            }
            vec![on, one.strategy.clone(), one.parameters.join(" "), values.join(" | ")]
        });
        let rows: Vec<Vec<String>> = rows.collect();
        if !rows.is_empty() {
            table(text, &["on", "choice", "parameters", "values"], rows);
        }
    }
    for (name, items) in [
        ("must hold", file.constraints.iter().map(|c| (&c.kind, &c.statement, &c.lines)).collect()),
        ("to know", file.hazards.iter().map(|h| (&h.kind, &h.item, &h.lines)).collect::<Vec<_>>()),
    ] {
        if items.is_empty() {
            continue;
        }
        let rows =
            items.iter().map(|(kind, item, at)| vec![(*kind).clone(), (*item).clone(), lines(at)]);
        let _ = writeln!(text, "\n{name}");
        table(text, &["kind", "what", "lines"], rows);
    }
    for note in &file.notes {
        let _ = writeln!(text, "note: line {}: {}", note.line, note.text);
    }
}

/// A table and the end of its last line.
fn table(text: &mut String, header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    text.push_str(output::table(header, rows).trim_end());
    text.push('\n');
}

fn lines(lines: &[u32]) -> String {
    let all: Vec<String> = lines.iter().map(ToString::to_string).collect();
    all.join(" ")
}
