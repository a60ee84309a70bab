//! References in CUDA C++ as programs of this machine, and their processes.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::compiler::Compiler;
use crate::error::VerifyError;
use crate::orders::Orders;

const BEFORE: &str = include_str!("../host/before.hpp");
const AFTER: &str = include_str!("../host/after.hpp");
/// How long a process may take; it answers within seconds.
const PATIENCE: Duration = Duration::from_secs(600);

/// A reference that was compiled.
#[derive(Clone, Debug)]
pub struct Reference {
    program: PathBuf,
}

impl Reference {
    /// Compiles CUDA C++, which has the judge's own kernels, too; what was compiled before is taken from the folder.
    ///
    /// # Errors
    /// The compiler does not take it, or the folder cannot be used.
    pub fn compile(compiler: &Compiler, source: &str, folder: &Path) -> Result<Self, VerifyError> {
        let text = program(source);
        let mut hash = blake3::Hasher::new();
        let flags = Compiler::flags();
        for part in [compiler.version(), std::env::consts::ARCH, &flags, &text] {
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        let path = folder.join(hash.finalize().to_hex().as_str());
        if path.is_file() {
            return Ok(Self { program: path });
        }
        let at = |path: &Path| {
            let path = path.display().to_string();
            move |source| VerifyError::File { path, source }
        };
        std::fs::create_dir_all(folder).map_err(at(folder))?;
        // Beside its place, so that it comes there as a whole or not at all.
        let build = tempfile::tempdir_in(folder).map_err(at(folder))?;
        let (from, to) = (build.path().join("reference.cpp"), build.path().join("reference"));
        std::fs::write(&from, text).map_err(at(&from))?;
        compiler.compile(&from, &to)?;
        std::fs::rename(&to, &path).map_err(at(&path))?;
        Ok(Self { program: path })
    }

    /// Carries orders out in a process of its own; what was asked for, in order.
    pub(crate) fn carry_out(&self, orders: Orders) -> Result<Vec<Vec<u8>>, VerifyError> {
        let failed = |error: std::io::Error| VerifyError::Process(error.to_string());
        let lengths = orders.answers.clone();
        let mut command = Command::new(&self.program);
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        let answer = talk(&mut child, orders.into_bytes());
        let Some((answer, complaint)) = answer else {
            // It may have ended by itself since; either way it is gone afterwards.
            let _ = child.kill();
            let _ = child.wait();
            let seconds = PATIENCE.as_secs();
            return Err(VerifyError::Process(format!("no answer in {seconds} s")));
        };
        let status = child.wait().map_err(failed)?;
        if !status.success() {
            let said = String::from_utf8_lossy(&complaint);
            let said = said.lines().last().unwrap_or_default();
            return Err(VerifyError::Process(format!("{status} {said}").trim_end().to_owned()));
        }
        let mut rest = answer.as_slice();
        let mut parts = Vec::with_capacity(lengths.len());
        for length in lengths {
            let cut = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length));
            let Some((part, after)) = cut else {
                return Err(VerifyError::Process("its answer breaks off".to_owned()));
            };
            parts.push(part.to_vec());
            rest = after;
        }
        Ok(parts)
    }
}

/// Sends orders and takes all that comes back, and what is complained of; nothing if that takes too long.
fn talk(child: &mut Child, orders: Vec<u8>) -> Option<(Vec<u8>, Vec<u8>)> {
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (sender, answers) = channel();
    // Threads of their own: an answer may begin before the last order is read.
    std::thread::spawn(move || {
        let mut input = input?;
        // A process that ended says why on its standard error.
        input.write_all(&orders).ok()
    });
    std::thread::spawn(move || {
        let complaints = std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = errors.map(|errors| errors.take(64 << 10).read_to_end(&mut text));
            text
        });
        let mut answer = Vec::new();
        let _ = output.map(|mut output| output.read_to_end(&mut answer));
        sender.send((answer, complaints.join().unwrap_or_default()))
    });
    answers.recv_timeout(PATIENCE).ok()
}

/// The source as a program: what it needs of CUDA before it, what starts its kernels behind it.
fn program(source: &str) -> String {
    let table: String = kernels(source).map(|name| format!("    SPAK_KERNEL({name}),\n")).collect();
    let entries = format!("static const spak::Kernel spak_kernels[] = {{\n{table}    {{}}}};\n");
    let main = "int main() { return spak::serve(spak_kernels); }\n";
    // Messages of the compiler count lines as the source has them.
    [BEFORE, "#line 1 \"reference.cu\"\n", source, "\n", AFTER, &entries, main].concat()
}

/// The names of kernels: what follows `__global__ void` and perhaps bounds.
fn kernels(source: &str) -> impl Iterator<Item = &str> {
    source.split("__global__").skip(1).filter_map(|after| {
        let mut rest = after.trim_start().strip_prefix("void")?.trim_start();
        if let Some(bounds) = rest.strip_prefix("__launch_bounds__") {
            rest = bounds.split_once(')')?.1.trim_start();
        }
        let (name, _) = rest.split_once('(')?;
        let name = name.trim();
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (is_name && !name.is_empty()).then_some(name)
    })
}

#[cfg(test)]
#[expect(clippy::print_stderr, reason = "a test that is not run says so")]
mod tests {
    use super::{Reference, kernels};
    use crate::compiler::Compiler;
    use crate::orders::{Given, Orders};

    #[test]
    fn kernels_are_found_by_their_names() {
        let source = "extern \"C\" __global__ void a(int x) {}\n// __global__ is a word\n\
                      __global__ void __launch_bounds__(256)\nb_2 (int y) {} __global__ int c();";
        assert_eq!(kernels(source).collect::<Vec<_>>(), ["a", "b_2"]);
    }

    const SOURCE: &str = "struct Array { void* data; int dtype; int rank; long long shape[6]; long long stride[6]; };
        extern \"C\" __global__ void turned(const double* from, double* to, long long count) {
            __shared__ double room[256];
            room[threadIdx.x] = from[blockIdx.x * 256 + threadIdx.x];
            __syncthreads();
            to[blockIdx.x * 256 + threadIdx.x] = room[255 - threadIdx.x] + count;
        }
        extern \"C\" __global__ void racy(double* to) {
            __shared__ double room[256];
            room[threadIdx.x] = threadIdx.x;
            to[threadIdx.x] = room[255 - threadIdx.x];
        }
        extern \"C\" __global__ void stuck() { if (threadIdx.x % 2) __syncthreads(); }
        extern \"C\" __global__ void fallen(int* at) { *(at - ((long long)at >> 1)) = 1; }";

    fn reference(folder: &std::path::Path) -> Option<Reference> {
        let Ok(compiler) = Compiler::find(None) else {
            eprintln!("SKIPPED: there is no compiler of C++");
            return None;
        };
        Some(Reference::compile(&compiler, SOURCE, folder).unwrap())
    }

    #[test]
    fn threads_wait_for_each_other_in_either_order() {
        let folder = tempfile::tempdir().unwrap();
        let Some(reference) = reference(folder.path()) else { return };
        for is_descending in [false, true] {
            let mut orders = Orders::new(is_descending);
            let numbers: Vec<u8> = (0..512).flat_map(|n| f64::from(n).to_le_bytes()).collect();
            let (from, to) = (orders.write(&numbers), orders.allocate(512 * 8));
            let mut given = Given::default();
            given.memory(from);
            given.memory(to);
            given.long(7);
            orders.start("turned", 2, &given);
            orders.read(to);
            orders.read(from);
            let [got, kept] = reference.carry_out(orders).unwrap().try_into().unwrap();
            let got = got.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap()));
            let want = (0..512).map(|n| f64::from(n / 256 * 256 + 255 - n % 256 + 7));
            assert!(got.eq(want));
            assert_eq!(kept, numbers);
        }
    }

    #[test]
    fn a_barrier_that_is_missing_shows_in_one_of_two_orders() {
        let folder = tempfile::tempdir().unwrap();
        let Some(reference) = reference(folder.path()) else { return };
        let left = |is_descending| {
            let mut orders = Orders::new(is_descending);
            let to = orders.allocate(256 * 8);
            let mut given = Given::default();
            given.memory(to);
            orders.start("racy", 1, &given);
            orders.read(to);
            reference.carry_out(orders).unwrap()
        };
        assert_ne!(left(false), left(true));
    }

    #[test]
    fn what_goes_wrong_in_the_process_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let Some(reference) = reference(folder.path()) else { return };
        let says = |kernel: &str, fill: &dyn Fn(&mut Orders, &mut Given)| {
            let (mut orders, mut given) = (Orders::new(false), Given::default());
            fill(&mut orders, &mut given);
            orders.start(kernel, 1, &given);
            reference.carry_out(orders).unwrap_err().to_string()
        };
        assert!(says("stuck", &|_, _| ()).contains("at a barrier that others never reach"));
        assert!(says("none", &|_, _| ()).contains("there is no kernel `none`"));
        assert!(says("turned", &|_, _| ()).contains("takes 3 arguments and is given 0"));
        let wrong = says("turned", &|_, given| {
            given.int(1);
            given.int(1);
            given.int(1);
        });
        assert!(wrong.contains("takes `p` where it is given `i`"), "{wrong}");
        let fallen = says("fallen", &|orders, given| given.memory(orders.allocate(4)));
        assert!(fallen.contains("signal"), "{fallen}");
    }

    #[test]
    fn a_reference_that_is_no_c_plus_plus_is_told_with_its_line() {
        let Ok(compiler) = Compiler::find(None) else { return };
        let folder = tempfile::tempdir().unwrap();
        let broken = format!("{SOURCE}\nthis is nothing;\n");
        let error = Reference::compile(&compiler, &broken, folder.path()).unwrap_err();
        let line = format!("reference.cu:{}", SOURCE.lines().count() + 1);
        assert!(error.to_string().contains(&line), "{error}");
    }
}
