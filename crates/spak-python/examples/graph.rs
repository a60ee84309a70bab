//! Prints what files compute: `graph FILE.py …`. For people who write patterns.
#![expect(clippy::print_stdout, reason = "a program")]

use spak_python::Source;
use spak_syntax::FileId;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let texts: Vec<(String, String)> = std::env::args()
        .skip(1)
        .map(|path| std::fs::read_to_string(&path).map(|text| (path, text)))
        .collect::<Result<_, _>>()?;
    let thread = std::thread::Builder::new().stack_size(256 << 20);
    let handle = thread.spawn(move || {
        let modules: Vec<String> = texts
            .iter()
            .map(|(path, _)| {
                path.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".")
            })
            .collect();
        let sources: Vec<Source<'_>> = texts
            .iter()
            .zip(&modules)
            .enumerate()
            .map(|(at, ((path, text), module))| Source {
                file: FileId(at as u32),
                module,
                package: path.ends_with("__init__.py"),
                wanted: true,
                text,
            })
            .collect();
        let begun = std::time::Instant::now();
        let reading = spak_python::read(&sources);
        let elapsed = begun.elapsed();
        let program = &reading.program;
        let line = |site: spak_program::Site| {
            let text = texts.get(site.file.0 as usize).map_or("", |(_, text)| text);
            text.get(..site.span.start as usize).map_or(0, |before| before.lines().count().max(1))
        };
        for kernel in &program.kernels {
            println!("kernel {} (line {})", kernel.name, line(kernel.site));
            println!("{}", spak_program::print(program, kernel.scope));
        }
        for (at, scope) in program.scopes.iter().enumerate() {
            if scope.kind == spak_program::ScopeKind::Host {
                println!("host {} (line {})", scope.name, line(scope.site));
                println!("{}", spak_program::print(program, spak_program::ScopeId(at as u32)));
            }
        }
        for launch in &program.launches {
            let kernel =
                program.kernels.get(launch.kernel.index()).map_or("?", |found| &found.name);
            println!(
                "launch {kernel} {:?} line {} grid {:?} hints {:?} configs {:?} conditions {}",
                launch.kind,
                line(launch.site),
                launch.grid,
                launch.hints.iter().map(|hint| (&hint.name, hint.value)).collect::<Vec<_>>(),
                launch.configs,
                launch.conditions.len(),
            );
        }
        for (at, configs) in program.configs.iter().enumerate() {
            println!(
                "configs {at} {:?} line {} key {}",
                configs.strategy,
                line(configs.site),
                configs.key.len()
            );
        }
        for row in program.tuning() {
            let kernel = program.kernels.get(row.kernel.index()).map_or("?", |found| &found.name);
            let values: Vec<String> = row
                .values
                .iter()
                .map(|value| value.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
                .collect();
            println!(
                "tuning {kernel} {} key {:?} {} {:?} {} = {} dead {:?}",
                row.architectures.join(","),
                row.key,
                row.condition,
                row.strategy,
                row.parameters.join(","),
                values.join(" | "),
                row.dead,
            );
        }
        for (gap, site) in &program.gaps {
            println!("gap line {}: {gap}", line(*site));
        }
        println!(
            "{} nodes, {} kernels, {} launches, {} errors, {elapsed:?}",
            program.nodes.len(),
            program.kernels.len(),
            program.launches.len(),
            reading.errors.len(),
        );
    })?;
    handle.join().map_err(|_| "it panicked")?;
    Ok(())
}
