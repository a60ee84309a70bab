//! Prints what CUDA C++ files compute: `cargo run -p spak-cuda --example cuda_graph FILE…`
#![expect(clippy::print_stdout, reason = "that is what it is for")]

use spak_cuda::Source;
use spak_program::{ScopeKind, print};
use spak_syntax::FileId;

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let texts: Vec<String> = paths
        .iter()
        .map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned())
        .collect();
    let run = || {
        let sources: Vec<Source<'_>> = paths
            .iter()
            .zip(&texts)
            .enumerate()
            .map(|(at, (path, text))| Source { file: FileId(at as u32), path, wanted: true, text })
            .collect();
        let start = std::time::Instant::now();
        let reading = spak_cuda::read(&sources);
        let took = start.elapsed();
        let program = &reading.program;
        for kernel in &program.kernels {
            println!("kernel {}", kernel.name);
            for hint in &kernel.hints {
                println!("  hint {} = {}", hint.label, program.describe(hint.value));
            }
            println!("{}", print(program, kernel.scope));
        }
        for launch in &program.launches {
            let kernel = program.kernels.get(launch.kernel.index());
            let name = kernel.map_or("?", |kernel| kernel.name.as_str());
            let grid: Vec<String> = launch.grid.iter().map(|g| program.describe(*g)).collect();
            println!("launch {name} grid {grid:?}");
            for condition in &launch.conditions {
                println!("  if {} {}", condition.holds, program.describe(condition.value));
            }
            for hint in &launch.hints {
                println!("  hint {} = {}", hint.name, program.describe(hint.value));
            }
            if let Some(kernel) = kernel {
                for (parameter, value) in kernel.parameters.iter().zip(&launch.arguments) {
                    if let Some(value) = value {
                        println!("  {} = {}", parameter.name, program.describe(*value));
                    }
                }
            }
        }
        for error in &reading.errors {
            println!("error {:?} {} {}", error.file, error.span.start, error.message);
        }
        for (gap, site) in &program.gaps {
            println!("gap {gap} at {}:{}", site.file.0, site.span.start);
        }
        let hosts = program.scopes.iter().filter(|scope| scope.kind == ScopeKind::Host).count();
        println!(
            "{} nodes, {} kernels, {} launches, {hosts} host runs, {} errors, {took:?}",
            program.nodes.len(),
            program.kernels.len(),
            program.launches.len(),
            reading.errors.len()
        );
    };
    let _ = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(256 << 20);
        thread.spawn_scoped(scope, run).map(|handle| handle.join())
    });
}
