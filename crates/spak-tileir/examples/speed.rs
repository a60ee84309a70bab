//! How long attention forward takes here: `cargo run --release -p spak-tileir --example speed`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a command")]

use std::num::NonZeroUsize;
use std::time::Instant;

use spak_tileir::{Argument, Arguments, Array, Element, Limits, read, run};

fn main() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/attention.tileirbc");
    let module = read(&std::fs::read(file).unwrap()).unwrap();
    for (rows, threads) in [(256, 1), (256, 2), (1024, 1), (1024, 2)] {
        let shape = [1, 2, rows, 64];
        let numbers: Vec<f64> = (0..2 * rows * 64).map(|at| (at as f64).sin()).collect();
        let array = || Argument::Array(Array::of_numbers(Element::BF16, &shape, &numbers));
        let scale = Argument::Float(0.125);
        let list = [array(), array(), array(), array(), scale, Argument::Integer(0)];
        let mut arguments = Arguments::new(list);
        let threads = NonZeroUsize::new(threads).unwrap();
        let limits = Limits { threads, ..Limits::default() };
        let start = Instant::now();
        let grid = [rows.div_ceil(64) as u32, 2, 1];
        let statistics = run(&module, "attention_forward", grid, &mut arguments, &limits).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "2 heads of {rows} rows, {threads} threads: {:.1} ms, {:.2} thousand million multiplications a second",
            seconds * 1e3,
            statistics.multiplications as f64 / seconds / 1e9
        );
    }
}
