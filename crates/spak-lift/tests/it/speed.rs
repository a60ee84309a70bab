//! Many patterns over large programs take no time to speak of.

use std::time::Instant;

use spak_lift::Engine;
use spak_program::Op;

use crate::kernels::attention;
use crate::packs::PACKS;
use crate::support::read;

/// Builds for debugging are slow, and only have to end.
const FILES: usize = if cfg!(debug_assertions) { 5 } else { 200 };

#[test]
fn a_hundred_patterns_over_two_hundred_files() {
    let mut b = attention(false, false).builder;
    let mut last = spak_program::NodeId(0);
    while b.program.nodes.len() < 500 {
        let op = [Op::Add, Op::Mul, Op::Exp, Op::Max, Op::Sub][b.program.nodes.len() % 5];
        last = b.two(op, last, spak_program::NodeId(b.program.nodes.len() as u32 / 2));
    }
    let packs: Vec<_> =
        PACKS.iter().cycle().take(2 * PACKS.len()).map(|text| read(text).0).collect();
    let engine = Engine::new(&packs);
    let start = Instant::now();
    let mut count = 0;
    for _ in 0..FILES {
        count += engine.find(&b.program).findings.len();
    }
    let took = start.elapsed();
    assert!(count > 0);
    let most = if cfg!(debug_assertions) { 60.0 } else { 1.0 };
    assert!(took.as_secs_f64() < most, "{took:?}");
}
