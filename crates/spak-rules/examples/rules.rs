//! How long ten thousand rules take against a thousand facts.
//!
//! `cargo run --release -p spak-rules --example rules` prints medians of eleven runs.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "an example that prints a table")]

use std::time::{Duration, Instant};

use spak_rules::{Engine, Limits};

#[path = "../tests/it/many.rs"]
mod many;
#[path = "../tests/it/words.rs"]
#[expect(dead_code, reason = "tests use the rest")]
mod words;

fn median(mut run: impl FnMut() -> Duration) -> f64 {
    let mut times: Vec<Duration> = (0..11).map(|_| run()).collect();
    times.sort();
    times.get(5).map_or(0.0, |t| t.as_secs_f64() * 1e3)
}

fn main() {
    let (situation, rules) = many::many();
    let row = situation.tables.first().and_then(|t| t.rows.first()).cloned().expect("a row");
    let (mut engine, _) = Engine::new(situation.clone(), rules.clone(), Limits::default());
    let made = median(|| {
        let (situation, rules) = (situation.clone(), rules.clone());
        let start = Instant::now();
        let made = Engine::new(situation, rules, Limits::default());
        let time = start.elapsed();
        drop(made);
        time
    });
    let concluded = median(|| {
        let start = Instant::now();
        engine.conclude();
        start.elapsed()
    });
    let all = engine.conclusions();
    let added = median(|| {
        let start = Instant::now();
        engine.add_row("facts", row.clone());
        start.elapsed()
    });
    let conflicts = median(|| {
        let start = Instant::now();
        let _ = spak_rules::conflicts(&situation, &rules);
        start.elapsed()
    });
    println!(
        "{} rules, {} facts",
        rules.len(),
        situation.tables.iter().map(|t| t.rows.len()).sum::<usize>()
    );
    println!(
        "{} hold, {} pieces of advice, {} values",
        all.holds.len(),
        all.advice.len(),
        all.values.len()
    );
    println!("compile     {made:8.2} ms");
    println!("conclude    {concluded:8.2} ms");
    println!("add a fact  {added:8.2} ms");
    println!("conflicts   {conflicts:8.2} ms");
}
