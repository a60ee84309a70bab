//! Reading of texts in tests.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test helper")]

use spak_program::{Assumptions, Constant, Program};
use spak_python::{Reading, Source};
use spak_syntax::FileId;

/// Reads files, each with the name that others import it by.
pub(crate) fn read_files(files: &[(&str, &str)]) -> Reading {
    let files: Vec<(String, String)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let thread = std::thread::Builder::new().stack_size(256 << 20);
    let handle = thread.spawn(move || {
        let sources: Vec<Source<'_>> = files
            .iter()
            .enumerate()
            .map(|(at, (module, text))| Source {
                file: FileId(at as u32),
                module,
                package: false,
                wanted: true,
                text,
            })
            .collect();
        spak_python::read(&sources)
    });
    handle.unwrap().join().unwrap()
}

/// Reads one file.
pub(crate) fn read(text: &str) -> Program {
    let reading = read_files(&[("test", text)]);
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    reading.program
}

/// The run of a kernel, with the numbers of its nodes counted from its first.
pub(crate) fn kernel(program: &Program, name: &str) -> String {
    let kernel = program.kernels.iter().find(|kernel| kernel.name == name).expect(name);
    let text = spak_program::print(program, kernel.scope);
    let mut numbers: Vec<&str> = Vec::new();
    let mut renumbered = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find('%') {
        renumbered.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let number = &rest[..end];
        let place = numbers.iter().position(|known| *known == number).unwrap_or_else(|| {
            numbers.push(number);
            numbers.len() - 1
        });
        renumbered.push_str(&place.to_string());
        rest = &rest[end..];
    }
    renumbered + rest
}

/// The configs of a list that are there for an architecture, as `name=value` pairs.
pub(crate) fn configs(program: &Program, at: usize, capability: (i64, i64)) -> Vec<String> {
    let assumptions = Assumptions { capability: Some(capability), ..Assumptions::default() };
    program.configs[at]
        .configs
        .iter()
        .filter(|config| program.holds(&config.conditions, &assumptions) == Some(true))
        .map(|config| {
            let fields: Vec<String> = config
                .fields
                .iter()
                .map(|(name, value)| {
                    let value = program.evaluate(*value, &assumptions);
                    format!("{name}={}", value.unwrap_or(Constant::None))
                })
                .collect();
            fields.join(" ")
        })
        .collect()
}
