//! Own files in every dialect, with the outline that a reader expects. `SPAK_BLESS=1` rewrites the
//! outlines; each has been read.

mod support;

use spak_syntax::{Source, ast, parse};

#[test]
fn every_dialect_file_reads_as_its_outline_says() {
    let bless = std::env::var_os("SPAK_BLESS").is_some();
    let mut wrong = Vec::new();
    let paths = support::dialects();
    assert!(paths.len() >= 14, "the files of tests/dialects are found");
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let source = Source::decode(&bytes);
        let parse = parse(source.text());
        assert_eq!(source.restore(&parse.tree.text()), bytes, "{}", path.display());
        let errors: Vec<String> = parse.diagnostics.iter().map(|d| format!("{d:?}")).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        let outline = support::outline(&ast::file(&parse));
        let golden = path.with_extension("outline");
        if bless {
            std::fs::write(&golden, &outline).unwrap();
        }
        if std::fs::read_to_string(&golden).unwrap_or_default() != outline {
            wrong.push(format!("{}:\n{outline}", golden.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "outlines differ (SPAK_BLESS=1 rewrites them):\n{}",
        wrong.join("\n")
    );
}
