//! `spak bench --spaces`: the construction of spaces, beside Kernel Tuner's and pyATF's.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use spak_records::space_report::{SpaceBenchReport, SpaceBenchRow, SpaceTime};
use spak_space::{Constraint, Dialect, Parameter, Problem, Space};

use crate::exit::Status;
use crate::output::{self, Format, json};
use crate::verbs::space::count;

/// What the other tools run.
const SCRIPT: &str = include_str!("spaces.py");

/// A construction that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// Kernel Tuner writes every config as a Python object of some 700 bytes.
const MAX_LISTED: u128 = 4_000_000;

/// Measures every file with every tool by turns.
pub(super) fn run(files: &[PathBuf], turns: u32, python: &str, format: Format) -> Result<Status> {
    if files.is_empty() {
        bail!("name the files with spaces: T1, or dictionaries of parameters and restrictions");
    }
    let (mut tuner, mut atf) =
        (Tool::start(python, "kernel_tuner")?, Tool::start(python, "pyatf")?);
    let mut rows = Vec::new();
    let mut buffer = Buffer::default();
    let mut agree = true;
    for path in files {
        let (row, is_same) = one(path, turns, &mut tuner, &mut atf, &mut buffer)?;
        agree &= is_same;
        rows.push(row);
    }
    let report = SpaceBenchReport {
        kernel_tuner: tuner.version.clone(),
        pyatf: atf.version.clone(),
        turns,
        rows,
    };
    match format {
        Format::Json => json::result("spak.bench-spaces", report)?,
        Format::Human => output::result(&table(&report))?,
    }
    Ok(if agree { Status::Fine } else { Status::Problems })
}

/// Memory for rows, used again from turn to turn.
#[derive(Default)]
struct Buffer {
    narrow: Vec<u64>,
    wide: Vec<u128>,
}

fn problem(bytes: &[u8], path: &Path) -> Result<Problem> {
    let read = match spak_exchange::space::read(bytes) {
        Ok(read) if read.is_whole() => read,
        Ok(read) => match read.diagnostics.into_iter().next() {
            Some(diagnostic) => bail!("{}: {}", path.display(), diagnostic.message),
            None => bail!("{} cannot be read", path.display()),
        },
        Err(diagnostic) => bail!("{}: {}", path.display(), diagnostic.message),
    };
    let parameters = read.space.parameters.into_iter();
    let restrictions = read.space.restrictions.into_iter();
    Ok(Problem {
        parameters: parameters.map(|p| Parameter::new(p.name, p.values)).collect(),
        constraints: restrictions
            .filter_map(|r| Some(Constraint { expr: r.expr?, text: r.text }))
            .collect(),
        symbols: std::collections::BTreeMap::new(),
        dialect: Dialect::Python,
    })
}

fn one(
    path: &Path,
    turns: u32,
    tuner: &mut Tool,
    atf: &mut Tool,
    buffer: &mut Buffer,
) -> Result<(SpaceBenchRow, bool)> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let stated = problem(&bytes, path)?;
    let space = Space::of(&stated)?;
    let total = space.count();
    let request = |tool: &str| {
        let params: serde_json::Map<String, serde_json::Value> = stated
            .parameters
            .iter()
            .map(|p| (p.name.clone(), serde_json::json!(p.values)))
            .collect();
        let constraints: Vec<&str> = stated.constraints.iter().map(|c| c.text.as_str()).collect();
        serde_json::json!({ "tool": tool, "params": params, "constraints": constraints })
    };
    let (mut index, mut written) = (Vec::new(), Vec::new());
    let (mut theirs, mut chained) = (Vec::new(), Vec::new());
    let (mut tuner_note, mut atf_note) = (None, None);
    if u128::try_from(&total).map_or(true, |n| n > MAX_LISTED) {
        tuner_note = Some("not tried: it would list every config".to_owned());
    }
    let mut agree = true;
    for turn in 0..turns {
        // The first turn is for both sides to warm up.
        let started = Instant::now();
        let space = Space::of(&problem(&bytes, path)?)?;
        let counted = space.count();
        index.push(started.elapsed().as_secs_f64());
        let has_rows = space.pack64(&mut buffer.narrow) || space.pack128(&mut buffer.wide);
        if has_rows {
            written.push(started.elapsed().as_secs_f64());
        }
        agree &= counted == total;
        for (tool, times, note) in
            [(&mut *tuner, &mut theirs, &mut tuner_note), (&mut *atf, &mut chained, &mut atf_note)]
        {
            // What took seconds once is not repeated more than twice.
            let is_slow = times.iter().sum::<f64>() > 20.0 && turn > 1;
            if note.is_some() || is_slow {
                continue;
            }
            match tool.construct(&request(tool.name))? {
                Ok((seconds, said)) => {
                    times.push(seconds);
                    if spak_space::BigUint::from(said) != total {
                        *note = Some(format!("it counts {said}"));
                        agree = false;
                    }
                }
                Err(why) => *note = Some(why),
            }
        }
    }
    let row = SpaceBenchRow {
        space: path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned()),
        combinations: count(&space.combinations()),
        count: count(&total),
        edges: space.edges() as u64,
        spak_index: time(&index, None),
        spak_rows: time(&written, None),
        kernel_tuner: time(&theirs, tuner_note),
        pyatf: time(&chained, atf_note),
    };
    Ok((row, agree))
}

/// Median and range; the first turn does not count when there are others.
fn time(seconds: &[f64], note: Option<String>) -> SpaceTime {
    let mut warm = if seconds.len() > 1 { seconds[1..].to_vec() } else { seconds.to_vec() };
    warm.sort_by(f64::total_cmp);
    SpaceTime {
        median: warm.get(warm.len() / 2).copied(),
        least: warm.first().copied(),
        most: warm.last().copied(),
        note,
    }
}

/// A Python that constructs spaces.
struct Tool {
    name: &'static str,
    version: String,
    python: String,
    child: Child,
    answers: Receiver<String>,
}

impl Tool {
    fn start(python: &str, name: &'static str) -> Result<Self> {
        let (child, answers) = launch(python)?;
        let mut tool =
            Self { name, version: String::new(), python: python.to_owned(), child, answers };
        let answer = tool.ask(&serde_json::json!({ "version": name }))?;
        match answer.as_ref().and_then(|a| a.get("version")).and_then(|v| v.as_str()) {
            Some(version) => version.clone_into(&mut tool.version),
            None => bail!(
                "`{python}` has no {name}; `pip install kernel_tuner pyatf` in an environment, and name its Python with `--python`"
            ),
        }
        Ok(tool)
    }

    /// One answer; `None` when it took too long or the process ended.
    fn ask(&mut self, request: &serde_json::Value) -> Result<Option<serde_json::Value>> {
        let sent = self.child.stdin.as_mut().context("its input is open")?;
        if writeln!(sent, "{request}").and_then(|()| sent.flush()).is_err() {
            return Ok(None);
        }
        Ok(self
            .answers
            .recv_timeout(PATIENCE)
            .ok()
            .and_then(|line| serde_json::from_str(&line).ok()))
    }

    /// Seconds and the count, or why there are none.
    fn construct(&mut self, request: &serde_json::Value) -> Result<Result<(f64, u64), String>> {
        let Some(answer) = self.ask(request)? else {
            let _ = self.child.kill();
            let _ = self.child.wait();
            (self.child, self.answers) = launch(&self.python)?;
            return Ok(Err(format!("given up after {} s", PATIENCE.as_secs())));
        };
        let number = |key: &str| answer.get(key);
        Ok(
            match (
                number("seconds").and_then(|s| s.as_f64()),
                number("count").and_then(|c| c.as_u64()),
            ) {
                (Some(seconds), Some(count)) => Ok((seconds, count)),
                _ => Err(answer
                    .get("error")
                    .and_then(|e| e.as_str())
                    .unwrap_or("no answer")
                    .to_owned()),
            },
        )
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn launch(python: &str) -> Result<(Child, Receiver<String>)> {
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start `{python}`"))?;
    let output = child.stdout.take().context("its output is open")?;
    let (send, answers) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    Ok((child, answers))
}

fn table(report: &SpaceBenchReport) -> String {
    let shown = |time: &SpaceTime| match (time.median, &time.note) {
        (Some(seconds), None) => format!("{:.3} ms", seconds * 1e3),
        (_, Some(note)) if note.starts_with("not tried") => "not tried".to_owned(),
        (_, Some(note)) if note.starts_with("given up") => "given up".to_owned(),
        (_, Some(_)) => "failed".to_owned(),
        (None, None) => "-".to_owned(),
    };
    let times = |ours: &SpaceTime, theirs: &SpaceTime| match (ours.median, theirs.median) {
        (Some(ours), Some(theirs)) if ours > 0.0 => format!("{:.0}x", theirs / ours),
        _ => "-".to_owned(),
    };
    let grouped = crate::verbs::space::grouped;
    let rows = report.rows.iter().map(|row| {
        vec![
            row.space.clone(),
            grouped(&row.combinations),
            grouped(&row.count),
            shown(&row.spak_index),
            shown(&row.spak_rows),
            shown(&row.kernel_tuner),
            shown(&row.pyatf),
            times(&row.spak_index, &row.kernel_tuner),
            times(&row.spak_rows, &row.kernel_tuner),
            String::new(),
        ]
    });
    let header = [
        "space",
        "combinations",
        "valid",
        "SPAK index",
        "SPAK rows",
        "Kernel Tuner",
        "pyATF",
        "index",
        "rows",
        "",
    ];
    let mut out = output::table(&header, rows);
    out.push('\n');
    // Only spaces that every side constructed are summed.
    let all: Vec<&SpaceBenchRow> =
        report.rows.iter().filter(|row| row.kernel_tuner.median.is_some()).collect();
    let sum = |of: fn(&SpaceBenchRow) -> &SpaceTime| -> f64 {
        all.iter().filter_map(|row| of(row).median).sum::<f64>() * 1e3
    };
    let (index, rows, tuner) =
        (sum(|r| &r.spak_index), sum(|r| &r.spak_rows), sum(|r| &r.kernel_tuner));
    out.push_str(&format!(
        "sum over the {} spaces that Kernel Tuner constructed: index {index:.3} ms, rows {rows:.3} ms, Kernel Tuner {tuner:.1} ms: {:.0}x and {:.0}x\n",
        all.len(),
        tuner / index,
        tuner / rows
    ));
    let spread = all
        .iter()
        .filter_map(|row| Some(row.spak_index.most? / row.spak_index.least?))
        .fold(1.0, f64::max);
    out.push_str(&format!(
        "medians of {} turns by turns, the first one left out; slowest over fastest turn of the index at most {spread:.2}\n",
        report.turns
    ));
    out.push_str(
        "SPAK index: from the bytes of the file to the exact count, rank and unrank\n\
         SPAK rows: the same, and every config as a packed word in memory that is used again\n",
    );
    out.push_str(&format!(
        "Kernel Tuner {} with its defaults, pyATF {} with constraints at the last parameter that they name\nimports and set-up are not counted\n",
        report.kernel_tuner, report.pyatf
    ));
    for row in &report.rows {
        for (name, time) in [("Kernel Tuner", &row.kernel_tuner), ("pyATF", &row.pyatf)] {
            if let Some(note) = &time.note {
                out.push_str(&format!("{}: {name}: {note}\n", row.space));
            }
        }
    }
    out
}
