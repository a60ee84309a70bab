//! How many evaluations a second a compiled formula makes: `cargo bench -p spak-expr`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spak_expr::{Program, Scalar, Symbols, parse};

fn programs(c: &mut Criterion) {
    let slots = ["a", "b", "c", "scheme"];
    let mut group = c.benchmark_group("programs");
    group.throughput(Throughput::Elements(1024));
    for text in [
        "a * b <= 1024",
        "32 <= a * b <= 1024 and c % 4 == 0",
        "scheme == online => a in [32, 64]",
        "a / b % 2 == 0",
        "a * b * 2 B <= 48 KiB",
    ] {
        let mut symbols = Symbols::default();
        let Some(online) = symbols.number("online") else { continue };
        let Some(expr) = parse(text, 0).expr else { continue };
        let Some(program) = Program::compile(&expr, &slots, &mut symbols) else { continue };
        group.bench_function(text, |bencher| {
            bencher.iter(|| {
                (0..1024_i64)
                    .filter(|i| {
                        let config = [
                            Scalar::Int(i & 255),
                            Scalar::Int(1 + (i & 7)),
                            Scalar::Int(i & 31),
                            Scalar::Text(online),
                        ];
                        program.holds(black_box(&config)) == Some(true)
                    })
                    .count()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, programs);
criterion_main!(benches);
