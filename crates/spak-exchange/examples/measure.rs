//! How long it takes to read files: `cargo run --release -p spak-exchange --example measure -- FILE..`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this program prints")]

use std::time::{Duration, Instant};

fn main() {
    let (mut all_first, mut all_then) = (Duration::ZERO, Duration::ZERO);
    for file in std::env::args().skip(1) {
        let Ok(bytes) = std::fs::read(&file) else {
            eprintln!("{file}: cannot be read");
            continue;
        };
        let start = Instant::now();
        if let Ok(read) = spak_exchange::space::read(&bytes) {
            let first = start.elapsed();
            let start = Instant::now();
            for _ in 0..100 {
                std::hint::black_box(spak_exchange::space::read(std::hint::black_box(&bytes))).ok();
            }
            let then = start.elapsed() / 100;
            all_first += first;
            all_then += then;
            println!(
                "{first:?} first, {then:?} then {file}: {} {:?}, {} parameters, {} restrictions, {:.6e} combinations",
                read.space.format.name(),
                read.space.name,
                read.space.parameters.len(),
                read.space.restrictions.len(),
                read.space.combinations(),
            );
            for d in &read.diagnostics {
                println!("    {:?} {} ({}) {}", d.severity, d.message, d.reason, d.repair);
            }
            continue;
        }
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
    println!("spaces together: {all_first:?} first, {all_then:?} then");
}
