//! `spak transcript`: what was asked, what was answered, and what became of it.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand};
use spak_records::transcript::{Entry, Speaker, Transcript, read};
use spak_records::transcript_report::TranscriptReport;

use crate::exit::Status;
use crate::output::{self, Format, json};

/// What `spak transcript` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show a transcript: each round with its verdict, or one of them whole.
    Show {
        /// The transcript, as `spak transform --by` keeps it.
        transcript: PathBuf,
        /// The round to show with all of its question and answer, from 1.
        #[arg(long)]
        round: Option<usize>,
    },
}

/// Shows; lines that cannot be read are problems.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let What::Show { transcript: path, round } = &options.what;
    let transcript = read(path)?;
    let is_fine = transcript.broken.is_empty() && !transcript.torn;
    match format {
        Format::Human => output::result(&print(&transcript, *round))?,
        Format::Json => json::result(
            "spak.transcript-report",
            TranscriptReport {
                about: transcript.about,
                tool: transcript.tool,
                broken: transcript.broken,
                torn: transcript.torn,
                entries: transcript.entries,
            },
        )?,
    }
    Ok(if is_fine { Status::Fine } else { Status::Problems })
}

fn print(transcript: &Transcript, round: Option<usize>) -> String {
    let mut text = format!("{}, by {}\n", transcript.about, transcript.tool);
    let mut number = 0;
    for entry in &transcript.entries {
        if matches!(entry, Entry::Asked { .. }) {
            number += 1;
        }
        let is_whole = round == Some(number);
        if round.is_some() && !is_whole {
            continue;
        }
        one(&mut text, entry, number, is_whole);
    }
    for line in &transcript.broken {
        let _ = writeln!(text, "line {line} cannot be read, and is left out");
    }
    if transcript.torn {
        text.push_str("its last line was torn off, and is left out\n");
    }
    text
}

fn one(text: &mut String, entry: &Entry, number: usize, is_whole: bool) {
    let _ = match entry {
        Entry::Header { .. } => Ok(()),
        Entry::Asked { key, request } => {
            let _ = writeln!(
                text,
                "\nround {number}: {} asked with `{}`, {} characters (question {})",
                request.role.name(),
                request.prompt,
                request.characters(),
                key.short()
            );
            if is_whole {
                let _ = writeln!(text, "\n{}", request.system);
                for message in &request.messages {
                    let by = match message.by {
                        Speaker::User => "asked",
                        Speaker::Assistant => "answered",
                    };
                    let _ = writeln!(text, "\n--- {by}\n{}", message.text.trim_end());
                }
            }
            Ok(())
        }
        Entry::Answered { answer, .. } => {
            let tokens = answer.usage.map(|u| format!(", {} + {} tokens", u.input, u.output));
            // How long people and agents think is not told by when their file was found.
            let time = match answer.provider.as_str() {
                "hand-off" => String::new(),
                _ => format!(" in {:.1} s", answer.seconds),
            };
            let _ = writeln!(
                text,
                "  {} answered through {}{time}, {} characters{}",
                answer.model,
                answer.provider,
                answer.text.chars().count(),
                tokens.unwrap_or_default()
            );
            match is_whole {
                true => writeln!(text, "\n--- answered\n{}\n", answer.text.trim_end()),
                false => Ok(()),
            }
        }
        Entry::Failed { why, .. } => writeln!(text, "  no answer: {why}"),
        Entry::Judged { passed, taken, refused, feedback, .. } => {
            for one in taken {
                let _ = writeln!(text, "  taken: {one}");
            }
            for one in refused {
                let _ = writeln!(text, "  refused: {one}");
            }
            match (passed, is_whole) {
                (true, _) => writeln!(text, "  passed"),
                (false, true) => writeln!(text, "\n--- told\n{}", feedback.trim_end()),
                (false, false) => Ok(()),
            }
        }
        Entry::Ended { how } => writeln!(text, "\nended: {how}"),
    };
}
