//! The kernels of the tests: compiled ones, and what the compiler makes of their sources.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use spak_records::compiling::{Array, Format, Job, Parameter};
use spak_tileir::{Element, Module, Type, read};
use spak_toolchain::{CUTILE, Cache, Kept, Outcome, Pool, ToolchainError, install};

pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> PathBuf {
    folder().join("tests/fixtures").join(name).with_extension("tileirbc")
}

/// The bytecode of a kernel.
pub(crate) fn bytes(name: &str) -> Vec<u8> {
    let file = file(name);
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

pub(crate) fn module(name: &str) -> Module {
    read(&bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The names of all fixtures, with what they are compiled from.
pub(crate) fn jobs() -> Vec<(String, Job)> {
    let list = std::fs::read_to_string(folder().join("tests/kernels/list.txt")).unwrap();
    let lines = list.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let job = |line: &str| {
        let mut words = line.split_whitespace();
        let [name, source, kernel] = [(); 3].map(|()| words.next().unwrap());
        let (kernel, architecture) = kernel.split_once('@').unwrap_or((kernel, "sm_90"));
        let job = Job {
            source: std::fs::read_to_string(folder().join(source)).unwrap(),
            kernel: kernel.to_owned(),
            hints: BTreeMap::new(),
            parameters: words.map(parameter).collect(),
            architecture: architecture.to_owned(),
            format: Format::TileIr,
        };
        (name.to_owned(), job)
    };
    lines.map(job).collect()
}

fn parameter(text: &str) -> Parameter {
    match (text.strip_prefix('='), text.strip_suffix(']').and_then(|text| text.split_once('['))) {
        (Some("true"), _) => Parameter::Bool(true),
        (Some("false"), _) => Parameter::Bool(false),
        (Some(number), _) if number.contains(['.', 'e']) => {
            Parameter::Float(number.parse().unwrap())
        }
        (Some(number), _) => Parameter::Int(number.parse().unwrap()),
        (None, Some((dtype, sizes))) => {
            let sizes: Vec<u64> = sizes.split(',').map(|size| size.parse().unwrap()).collect();
            Parameter::Array(Array::dense(dtype, &sizes))
        }
        (None, None) => Parameter::Scalar(text.to_owned()),
    }
}

#[test]
fn fixtures_are_what_the_compiler_writes() {
    let cache = Cache::at(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("spak-cache"));
    let toolchain = match install(&CUTILE, &cache, None, false, &mut |_| ()) {
        Ok(toolchain) => toolchain,
        Err(error @ (ToolchainError::Install { .. } | ToolchainError::NoPython { .. })) => {
            eprintln!("SKIPPED: the compiler of cuTile is not here: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    // A folder of its own: what was kept of earlier sources would never be thrown away.
    let folder = tempfile::tempdir().unwrap();
    let kept = Kept::of(&Cache::at(folder.path()));
    let pool =
        Pool { toolchain: &toolchain, kept: &kept, workers: 2, limit: Duration::from_secs(300) };
    let (names, jobs): (Vec<String>, Vec<Job>) = jobs().into_iter().unzip();
    let mut different = Vec::new();
    pool.compile(&jobs, &mut |progress| {
        let name = &names[progress.job];
        let Outcome::Compiled { binary, .. } = progress.outcome else {
            panic!("{name}: {:?}", progress.outcome)
        };
        if std::env::var_os("SPAK_BLESS").is_some() {
            std::fs::write(file(name), &binary).unwrap();
        } else if std::fs::read(file(name)).ok() != Some(binary) {
            different.push(name.clone());
        }
        true
    })
    .unwrap();
    assert!(different.is_empty(), "{different:?} differ; SPAK_BLESS=1 writes them anew");
}

#[test]
fn kernels_take_arrays_of_the_types_that_cutile_names() {
    for (name, job) in jobs() {
        let module = module(&name);
        let kernel = module.kernel(&job.kernel).unwrap();
        let pointees = kernel.body.arguments.iter().filter_map(|id| match module.type_of(*id) {
            Some(Type::Tile { pointee, .. }) => *pointee,
            _ => None,
        });
        let arrays = job.parameters.iter().filter_map(|parameter| match parameter {
            Parameter::Array(array) => Some(Element::of_dtype(&array.dtype).unwrap()),
            _ => None,
        });
        assert!(pointees.eq(arrays), "{name}");
    }
}
