//! `spak report`: pages from traces, in which every number leads to the lines that it comes from.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use spak_records::file;
use spak_records::page_report::{
    PageDifference, PageProblem, PageState, PagesReport, RenderedPage,
};
use spak_records::store::Trace;
use spak_report::{Files, Page, Template};

use crate::engine::traces;
use crate::exit::Status;
use crate::output::{self, Format, json};
use crate::verbs::check::plural;

/// How the name of a template ends; that of its page is the same without the last part.
const SUFFIX: &str = ".md.j2";
/// The most bytes of a template.
const LARGEST: u64 = 4 << 20;

/// What `spak report` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// Templates of pages (`PAGE.md.j2`); each is rendered to `PAGE.md` beside it.
    #[arg(required = true, value_name = "PAGE.md.j2")]
    templates: Vec<PathBuf>,
    /// Write nothing; problems are pages that differ from what their templates render to.
    #[arg(long)]
    check: bool,
    /// Where to write the page, if there is one; its links stay those of a page beside the template.
    #[arg(short = 'o', long = "out", value_name = "FILE")]
    out: Option<PathBuf>,
}

/// The files around a page.
struct Around(PathBuf);

impl Files for Around {
    fn trace(&self, path: &str) -> Result<Trace, String> {
        let file = self.0.join(path);
        traces::read(&file).map_err(|error| output::reason(&error))
    }

    fn template(&self, path: &str) -> Result<Option<String>, String> {
        let file = self.0.join(path);
        if !file.exists() {
            return Ok(None);
        }
        // A link may lead out of the folder.
        let inside = |path: &Path| path.canonicalize().ok();
        let is_inside = inside(&file).zip(inside(&self.0)).is_some_and(|(a, b)| a.starts_with(b));
        if !is_inside {
            return Err(format!("`{path}` is not in the folder of the page"));
        }
        file::read_text(&file, LARGEST).map(Some).map_err(|error| output::reason(&error.into()))
    }
}

/// Renders all pages, and writes them unless one has a problem.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    if options.out.is_some() && options.templates.len() > 1 {
        bail!("`--out` names one file, and there are {} templates", options.templates.len());
    }
    let mut pages = Vec::new();
    for template in &options.templates {
        pages.push(rendered(template, options.out.as_deref())?);
    }
    let is_right = pages.iter().all(|(_, page)| page.is_ok());
    let mut report = PagesReport { pages: Vec::new() };
    for (mut told, page) in pages {
        match page {
            Ok(page) => {
                told.figures = page.figures;
                told.traces = page.traces;
                told.state = settle(&mut told, &page.text, options.check, is_right)?;
            }
            Err(problems) => told.problems = problems,
        }
        report.pages.push(told);
    }
    let is_fine =
        |page: &RenderedPage| matches!(page.state, PageState::Written | PageState::Unchanged);
    let status = if report.pages.iter().all(is_fine) { Status::Fine } else { Status::Problems };
    match format {
        Format::Human => print(&report)?,
        Format::Json => json::result("spak.report", report)?,
    }
    Ok(status)
}

/// The page of a template, and what is told of it before anything is written.
fn rendered(
    template: &Path,
    out: Option<&Path>,
) -> Result<(RenderedPage, Result<Page, Vec<PageProblem>>)> {
    let shown = template.to_string_lossy().into_owned();
    let Some(stem) = shown.strip_suffix(SUFFIX) else {
        bail!("`{shown}` is no template of a page: its name does not end with `{SUFFIX}`");
    };
    let text = file::read_text(template, LARGEST)?;
    let page = match out {
        Some(out) => out.to_string_lossy().into_owned(),
        None => format!("{stem}.md"),
    };
    let name = template.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let beside = template.parent().filter(|folder| !folder.as_os_str().is_empty());
    let around = Around(beside.unwrap_or(Path::new(".")).to_owned());
    let made = spak_report::render(Template { name: &name, text: &text }, around);
    // Problems name files as the user did.
    let made = made.map_err(|mut problems| {
        if let Some(folder) = beside {
            for problem in &mut problems {
                problem.file = folder.join(&problem.file).to_string_lossy().into_owned();
            }
        }
        problems
    });
    let told = RenderedPage {
        template: shown,
        page,
        state: PageState::Failed,
        figures: 0,
        traces: Vec::new(),
        problems: Vec::new(),
        difference: None,
    };
    Ok((told, made))
}

/// Writes a page if it is to be written.
fn settle(told: &mut RenderedPage, text: &str, checks: bool, is_right: bool) -> Result<PageState> {
    let path = Path::new(&told.page);
    let kept = match std::fs::read(path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", told.page)),
    };
    if kept.as_deref() == Some(text) {
        return Ok(PageState::Unchanged);
    }
    if checks {
        told.difference = Some(difference(&kept.unwrap_or_default(), text));
        return Ok(PageState::Different);
    }
    if !is_right {
        return Ok(PageState::Held);
    }
    file::replace(path, text.as_bytes())?;
    Ok(PageState::Written)
}

/// The first line in which two texts differ; without one they differ in how they end.
fn difference(kept: &str, rendered: &str) -> PageDifference {
    let (mut kept, mut rendered) = (kept.split('\n'), rendered.split('\n'));
    let mut line = 0;
    loop {
        line += 1;
        match (kept.next(), rendered.next()) {
            (None, None) => return PageDifference { line, kept: None, rendered: None },
            (kept, rendered) if kept != rendered => {
                let (kept, rendered) = (kept.map(str::to_owned), rendered.map(str::to_owned));
                return PageDifference { line, kept, rendered };
            }
            _ => {}
        }
    }
}

fn print(report: &PagesReport) -> Result<()> {
    let mut out = String::new();
    for page in &report.pages {
        for problem in &page.problems {
            out.push_str(&format!("{}:{}: {}\n", problem.file, problem.line, problem.message));
        }
        if let Some(PageDifference { line, kept, rendered }) = &page.difference {
            let side =
                |text: &Option<String>| text.clone().unwrap_or_else(|| "(no line)".to_owned());
            out.push_str(&format!(
                "{}:{line}: differs from what {} renders to\n  is    {}\n  to be {}\n",
                page.page,
                page.template,
                side(kept),
                side(rendered)
            ));
        }
        let name = &page.page;
        let figures = plural(page.figures as usize, "figure");
        let traces = page.traces.join(", ");
        let from = if traces.is_empty() { String::new() } else { format!(" from {traces}") };
        out.push_str(&match page.state {
            PageState::Written => format!("{name}: written, {figures}{from}\n"),
            PageState::Unchanged => format!("{name}: as it was, {figures}{from}\n"),
            PageState::Different => format!("{name}: not what it should be, left alone\n"),
            PageState::Held => format!("{name}: not written, since another page has problems\n"),
            PageState::Failed => {
                format!("{name}: not written, {}\n", plural(page.problems.len(), "problem"))
            }
        });
    }
    output::result(&out)
}
