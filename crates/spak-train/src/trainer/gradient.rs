//! Loss and slopes of a batch: its parts on threads, their slopes added in the order of the parts.

use crate::data::Part;
use crate::kernels::{self, Angles};
use crate::model::Model;
use crate::number::Number;
use crate::tape::Tape;

/// Memory for slopes, kept between steps.
#[derive(Debug)]
pub(super) struct Gradient<N> {
    tapes: Vec<Tape<N>>,
    slopes: Vec<Vec<N>>,
    angles: Option<Angles<N>>,
    angles_time: usize,
}

/// A part with what becomes of it.
struct Job<'a, N> {
    part: &'a Part,
    slopes: &'a mut Vec<N>,
    loss: &'a mut N,
}

impl<N: Number> Gradient<N> {
    pub(super) fn new(threads: usize) -> Self {
        let tapes = (0..threads.max(1)).map(|_| Tape::new()).collect();
        Self { tapes, slopes: Vec::new(), angles: None, angles_time: 0 }
    }

    /// The slopes of the last batch.
    pub(super) fn total_mut(&mut self) -> &mut [N] {
        self.slopes.first_mut().map_or(&mut [], |slopes| slopes.as_mut_slice())
    }

    /// The mean loss over everything that counts, and its slope by each parameter.
    pub(super) fn compute(
        &mut self,
        model: &Model,
        parameters: &[N],
        parts: &[Part],
        loops: usize,
    ) -> (f64, &[N]) {
        let time = parts.iter().map(|part| part.time).max().unwrap_or(0);
        if time > self.angles_time {
            self.angles = model.angles(time);
            self.angles_time = time;
        }
        let weight: f64 = parts.iter().flat_map(|p| &p.weights).map(|w| f64::from(*w)).sum();
        self.slopes.resize_with(parts.len().max(1), Vec::new);
        let mut losses = vec![N::ZERO; parts.len()];
        let angles = self.angles.as_ref();
        let count = self.tapes.len();
        let mut jobs: Vec<Vec<Job<'_, N>>> = (0..count).map(|_| Vec::new()).collect();
        for (number, ((part, slopes), loss)) in
            parts.iter().zip(&mut self.slopes).zip(&mut losses).enumerate()
        {
            jobs[number % count].push(Job { part, slopes, loss });
        }
        let run = |tape: &mut Tape<N>, jobs: Vec<Job<'_, N>>| {
            for job in jobs {
                job.slopes.clear();
                job.slopes.resize(parameters.len(), N::ZERO);
                *job.loss =
                    one(model, parameters, angles, tape, job.part, (weight, loops), job.slopes);
            }
        };
        let mut work = self.tapes.iter_mut().zip(jobs);
        let own = work.next();
        std::thread::scope(|scope| {
            for (tape, jobs) in work {
                if !jobs.is_empty() {
                    scope.spawn(move || run(tape, jobs));
                }
            }
            if let Some((tape, jobs)) = own {
                run(tape, jobs);
            }
        });
        if let Some((first, others)) = self.slopes.split_first_mut() {
            first.resize(parameters.len(), N::ZERO);
            for other in others {
                kernels::add(first, other);
            }
        }
        let loss = losses.iter().map(|loss| loss.double()).sum();
        (loss, self.slopes.first().map_or(&[], |slopes| slopes.as_slice()))
    }
}

/// One part: forward, loss over the loops that are read, and back.
fn one<N: Number>(
    model: &Model,
    parameters: &[N],
    angles: Option<&Angles<N>>,
    tape: &mut Tape<N>,
    part: &Part,
    (weight, loops): (f64, usize),
    slopes: &mut [N],
) -> N {
    tape.clear();
    let shares = model.spec().readout.weights(loops);
    let read: Vec<bool> = shares.iter().map(|share| *share > 0.0).collect();
    let scores = model.forward(tape, parameters, angles, part, &read);
    let weights: Vec<N> = part.weights.iter().map(|w| N::of(f64::from(*w) / weight)).collect();
    let mut losses = Vec::with_capacity(scores.len());
    for (score, share) in scores.into_iter().zip(shares.into_iter().filter(|share| *share > 0.0)) {
        losses.push((tape.cross_entropy(score, &part.targets, &weights), N::of(share)));
    }
    let total = tape.total(&losses);
    tape.backward((model.layout(), parameters), total, angles, slopes);
    tape.single(total)
}
