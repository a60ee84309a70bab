//! Any bytes are read, come back, and are formatted at most once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spak_syntax::{Source, ast, format, parse};

fuzz_target!(|bytes: &[u8]| {
    let source = Source::decode(bytes);
    let text = source.text();
    let parsed = parse(text);
    assert_eq!(source.restore(&parsed.tree.text()), bytes);
    for diagnostic in &parsed.diagnostics {
        let labels = std::iter::once(&diagnostic.primary).chain(&diagnostic.related);
        for span in labels.map(|l| l.span).chain(diagnostic.fix.iter().map(|e| e.span)) {
            assert!(text.get(span.start as usize..span.end as usize).is_some());
        }
    }
    let file = ast::file(&parsed);
    assert!(file.items.iter().all(|i| i.span().end as usize <= text.len()));

    let formatted = format(text);
    let again = format(&formatted.text);
    if formatted.diagnostics.is_empty() {
        assert_eq!(again.text, formatted.text);
        assert!(again.diagnostics.is_empty());
    } else {
        assert_eq!(formatted.text, text);
    }
});
