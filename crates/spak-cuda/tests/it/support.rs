//! Reading of texts in tests.
#![expect(clippy::unwrap_used, reason = "a test helper")]

use spak_cuda::{Reading, Source};
use spak_program::{Node, Op, Program};
use spak_syntax::FileId;

/// Reads files, each with the name by which others include it.
pub(crate) fn read_files(files: &[(&str, &str)]) -> Reading {
    let run = || {
        let sources: Vec<Source<'_>> = files
            .iter()
            .enumerate()
            .map(|(at, (path, text))| Source { file: FileId(at as u32), path, wanted: true, text })
            .collect();
        spak_cuda::read(&sources)
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20);
        thread.spawn_scoped(scope, run).unwrap().join().unwrap()
    })
}

/// Reads one file that is all right.
pub(crate) fn read(text: &str) -> Program {
    let reading = read_files(&[("test.cu", text)]);
    assert_eq!(reading.errors, Vec::new());
    reading.program
}

/// The nodes of an operation in the first kernel.
pub(crate) fn of(program: &Program, op: Op) -> Vec<&Node> {
    let scope = program.kernels.first().map(|kernel| kernel.scope);
    program.nodes.iter().filter(|node| Some(node.scope) == scope && node.op == op).collect()
}

/// The values that a launch gives the parameters of its kernel, as formulas.
pub(crate) fn bound(program: &Program, launch: usize) -> Vec<(String, String)> {
    let launch = program.launches.get(launch).unwrap();
    let kernel = program.kernels.get(launch.kernel.index()).unwrap();
    let pairs = kernel.parameters.iter().zip(&launch.arguments);
    pairs
        .filter_map(|(parameter, value)| {
            Some((parameter.name.clone(), program.describe((*value)?)))
        })
        .collect()
}
