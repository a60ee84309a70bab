//! How long it takes to read files: `cargo run --release -p spak-exchange --example measure -- FILE..`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this program prints")]

use std::time::Instant;

fn main() {
    for file in std::env::args().skip(1) {
        let Ok(bytes) = std::fs::read(&file) else {
            eprintln!("{file}: cannot be read");
            continue;
        };
        let start = Instant::now();
        match spak_exchange::results::read(&bytes) {
            Ok(read) => {
                let r = &read.recorded;
                let seconds: f64 = r.rows.iter().map(|row| row.cost.total()).sum();
                let best =
                    r.rows.iter().filter_map(|row| r.objective(row)).fold(f64::MAX, f64::min);
                println!(
                    "{:?} {file}: {} {} rows, {} measured, {} parameters, metrics {:?}, best {best}, cost {seconds:.3} s; {:?}",
                    start.elapsed(),
                    r.format.name(),
                    r.rows.len(),
                    r.rows.iter().filter(|row| r.objective(row).is_some()).count(),
                    r.parameters.len(),
                    r.metrics,
                    read.diagnostics.iter().map(|d| &d.message).collect::<Vec<_>>(),
                );
            }
            Err(d) => println!("{:?} {file}: {} {}", start.elapsed(), d.message, d.reason),
        }
    }
}
