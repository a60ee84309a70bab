//! `spak explain`: the page of a diagnostic.

use anyhow::{Result, bail};
use clap::Args;
use spak_records::report::ExplainReport;
use spak_syntax::Code;
use spak_syntax::diagnostic::suggest;

use crate::exit::Status;
use crate::output::{self, Format, json};

/// What `spak explain` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The code (`unknown-name`); without one, all codes are listed.
    code: Option<String>,
}

include!(concat!(env!("OUT_DIR"), "/diagnostic_pages.rs"));

/// Result of `spak explain` without a code.
#[derive(serde::Serialize, schemars::JsonSchema)]
pub(crate) struct CodesReport {
    /// Every code that has a page.
    codes: Vec<String>,
}

/// Every code that any stage can emit.
pub(crate) fn all_codes() -> Vec<Code> {
    let mut codes: Vec<Code> = [
        spak_syntax::codes::ALL,
        spak_expr::codes::ALL,
        spak_model::codes::ALL,
        spak_space::codes::ALL,
        spak_exchange::codes::ALL,
        spak_lift::codes::ALL,
        spak_rules::codes::ALL,
        spak_ontology::codes::ALL,
        &[crate::lifting::merge::LIFT_CONFLICT],
    ]
    .concat();
    codes.sort();
    codes
}

/// Prints the page of a code, or the list of all codes.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let Some(code) = options.code.as_deref() else {
        let codes: Vec<String> = all_codes().iter().map(|c| c.0.to_owned()).collect();
        match format {
            Format::Human => output::result(&format!("{}\n", codes.join("\n")))?,
            Format::Json => json::result("spak.codes", CodesReport { codes })?,
        }
        return Ok(Status::Fine);
    };
    let Some((_, page)) = PAGES.iter().find(|(name, _)| *name == code) else {
        let known = suggest(code, PAGES.iter().map(|(name, _)| *name));
        match known {
            Some(known) => bail!("there is no diagnostic `{code}`; did you mean `{known}`?"),
            None => bail!("there is no diagnostic `{code}`; `spak explain` lists all"),
        }
    };
    match format {
        Format::Human => output::result(page)?,
        Format::Json => {
            json::result(
                "spak.explain",
                ExplainReport { code: code.to_owned(), page: (*page).to_owned() },
            )?;
        }
    }
    Ok(Status::Fine)
}

#[cfg(test)]
mod tests {
    use super::{PAGES, all_codes};

    #[test]
    fn every_code_has_a_page_and_every_page_a_code() {
        let codes: Vec<&str> = all_codes().iter().map(|c| c.0).collect();
        let pages: Vec<&str> = PAGES.iter().map(|(name, _)| *name).collect();
        assert_eq!(codes, pages);
        for (name, page) in PAGES {
            assert!(
                page.starts_with(&format!("# {name}\n")),
                "the page of {name} begins with another title"
            );
        }
    }
}
