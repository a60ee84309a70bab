//! Training: a step at a time, with the same bits for the same spec and data on any number of threads.

pub mod checkpoint;
pub mod folder;
mod gradient;

use crate::data::{Corpus, Part};
use crate::model::Model;
use crate::number::Number;
use crate::optimiser::Moments;
use crate::problem::{Checked, Problem};
use crate::random::{PythonRandom, Stream, Use};
use crate::spec::{DataSpec, Precision, Randomness, Spec};

use gradient::Gradient;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepReport {
    /// Its number, from 0.
    pub step: u64,
    /// Mean cross entropy in nats of what is learnt, before the step.
    pub loss: f64,
    /// The rate of the change.
    pub rate: f64,
    /// The norm of all slopes together, before it was limited.
    pub gradient_norm: f64,
    /// How often the blocks were run.
    pub loops: usize,
    /// Tokens that were computed, filling included.
    pub tokens: usize,
}

/// Why training cannot go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Stop {
    /// A number that is none; parameters are those before the step.
    #[error(
        "step {step}: the {what} is {value}, so that no parameter was changed; lower the rate or clip slopes"
    )]
    Diverged {
        /// The step.
        step: u64,
        /// Loss or gradient norm.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// All steps are done.
    #[error("all {steps} steps are done")]
    Finished {
        /// How many there are.
        steps: u64,
    },
}

/// A network in training.
#[derive(Debug)]
pub struct Trainer<N: Number> {
    spec: Spec,
    corpus: Corpus,
    model: Model,
    parameters: Vec<N>,
    moments: Moments<N>,
    step: u64,
    touched: Vec<bool>,
    gradient: Gradient<N>,
    sampling: Option<PythonRandom>,
}

impl<N: Number> Trainer<N> {
    /// A network with initial parameters.
    ///
    /// # Errors
    /// Settings that do not fit together or with the data.
    pub fn new(spec: Spec, corpus: Corpus) -> Checked<Self> {
        Self::with_threads(spec, corpus, 1)
    }

    /// The same on several threads: results do not depend on their number.
    ///
    /// # Errors
    /// Settings that do not fit together or with the data.
    pub fn with_threads(spec: Spec, mut corpus: Corpus, threads: usize) -> Checked<Self> {
        spec.check()?;
        corpus.fits(&spec.data)?;
        for data in spec.train.stages.iter().filter_map(|stage| stage.data.as_ref()) {
            corpus.fits(data)?;
        }
        let bytes = match spec.train.precision {
            Precision::Single => 4,
            Precision::Double => 8,
        };
        if N::BYTES != bytes {
            return Err(Problem::new(
                "train.precision",
                format!(
                    "the settings ask for {} bits, and the trainer has {}",
                    bytes * 8,
                    N::BYTES * 8
                ),
                "make a trainer of the other number",
            ));
        }
        let model = Model::new(&spec.model, corpus.vocabulary());
        small_enough(&spec, &model)?;
        let (parameters, sampling) = match spec.train.randomness {
            Randomness::Keyed(seed) => (model.start(seed), None),
            Randomness::Python(seed) => {
                if !matches!(spec.data, DataSpec::Names { .. }) || spec.train.batch != 1 {
                    return Err(Problem::new(
                        "train.randomness",
                        "Python's order is defined for names, one a batch",
                        "use names and a batch of 1, or a keyed seed",
                    ));
                }
                let mut random = PythonRandom::new(seed);
                corpus.shuffle_python(&mut random);
                (model.start_python(&mut random), Some(random))
            }
        };
        let count = parameters.len();
        Ok(Self {
            moments: Moments::new(count),
            touched: vec![false; count],
            gradient: Gradient::new(threads),
            step: 0,
            spec,
            corpus,
            model,
            parameters,
            sampling,
        })
    }

    /// What is trained.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// What it is trained on.
    #[must_use]
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// The network's shape.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// All parameters as one slice, laid out as the model says.
    #[must_use]
    pub fn parameters(&self) -> &[N] {
        &self.parameters
    }

    /// Takes other initial parameters, as those that another back end drew.
    ///
    /// # Errors
    /// Another count than the model has, or training that has begun.
    pub fn start_from(&mut self, parameters: Vec<N>) -> Checked<()> {
        if parameters.len() != self.parameters.len() || self.step > 0 {
            return Err(Problem::new(
                "parameters",
                format!("{} numbers at step {}", parameters.len(), self.step),
                format!("give {} before the first step", self.parameters.len()),
            ));
        }
        self.parameters = parameters;
        Ok(())
    }

    /// The number of the next step.
    #[must_use]
    pub fn next_step(&self) -> u64 {
        self.step
    }

    /// For each number of the parameters, whether it ever had a slope.
    #[must_use]
    pub fn touched(&self) -> &[bool] {
        &self.touched
    }

    /// Python's generator after all initial draws, for samples.
    #[must_use]
    pub fn python(&self) -> Option<PythonRandom> {
        self.sampling.clone()
    }

    /// The batch of a step.
    #[must_use]
    pub fn batch(&self, step: u64) -> Vec<Part> {
        let data = self.spec.train.data_at(step, &self.spec.data);
        match self.spec.train.randomness {
            Randomness::Python(_) => self.corpus.in_order(data, step),
            Randomness::Keyed(seed) => {
                let train = &self.spec.train;
                self.corpus.batch(data, seed, step, train.batch, train.part)
            }
        }
    }

    /// How often a step runs the blocks.
    #[must_use]
    pub fn loops(&self, step: u64) -> usize {
        use crate::spec::Loops;
        match self.spec.train.loops_at(step, self.spec.model.loops) {
            Loops::Fixed(count) => count,
            Loops::Drawn(low, high) => {
                let seed = match self.spec.train.randomness {
                    Randomness::Keyed(seed) | Randomness::Python(seed) => seed,
                };
                Stream::new(seed, Use::Loops, step).between(low, high)
            }
        }
    }

    /// Loss and slopes of a batch at the present parameters, without a change.
    pub fn slopes(&mut self, parts: &[Part], loops: usize) -> (f64, &[N]) {
        self.gradient.compute(&self.model, &self.parameters, parts, loops)
    }

    /// The next step.
    ///
    /// # Errors
    /// All steps are done, or the loss or its slopes are no numbers: then nothing was changed.
    pub fn advance(&mut self) -> Result<StepReport, Stop> {
        let (step, steps) = (self.step, self.spec.train.steps);
        if step >= steps {
            return Err(Stop::Finished { steps });
        }
        let parts = self.batch(step);
        let loops = self.loops(step);
        let tokens = parts.iter().map(|part| part.tokens.len()).sum();
        let (loss, slopes) = self.gradient.compute(&self.model, &self.parameters, &parts, loops);
        let gradient_norm = crate::kernels::square_sum(slopes).sqrt();
        for (what, value) in [("loss", loss), ("norm of the slopes", gradient_norm)] {
            if !value.is_finite() {
                return Err(Stop::Diverged { step, what, value });
            }
        }
        let slopes = self.gradient.total_mut();
        for (touched, slope) in self.touched.iter_mut().zip(&*slopes) {
            *touched |= *slope != N::ZERO;
        }
        if let Some(clip) = self.spec.train.clip
            && gradient_norm > clip
        {
            crate::kernels::scale(slopes, N::of(clip / gradient_norm));
        }
        let optimiser = &self.spec.train.optimiser;
        let rate = optimiser.rate * self.spec.train.schedule.share(step, steps);
        let layout = self.model.layout();
        self.moments.step(optimiser, (step, rate), layout, &mut self.parameters, slopes);
        self.step += 1;
        Ok(StepReport { step, loss, rate, gradient_norm, loops, tokens })
    }
}

/// The most parameters: their values, moments and slopes are 16 bytes each at least.
const MOST_PARAMETERS: usize = 1 << 28;
/// The most numbers that a block keeps of a part of a batch.
const MOST_KEPT: usize = 1 << 31;

/// Whether a network and its batches fit into the memory of an ordinary machine.
fn small_enough(spec: &Spec, model: &Model) -> Checked<()> {
    let count = model.layout().count();
    if count > MOST_PARAMETERS {
        return Err(Problem::new(
            "model",
            format!("{count} parameters; this back end is for networks of up to {MOST_PARAMETERS}"),
            "make the network smaller, or train it with generated PyTorch",
        ));
    }
    let train = &spec.train;
    let part = if train.part == 0 { train.batch } else { train.part.min(train.batch) };
    let stages = train.stages.iter().filter_map(|stage| stage.data.as_ref());
    let time = stages.chain([&spec.data]).map(DataSpec::longest).max().unwrap_or(0);
    // Of each token the state, six times, and its hidden row; and the shares of each head.
    let row = 6 * spec.model.width + 2 * spec.model.mlp.hidden() + spec.model.heads * time;
    let runs = spec.model.loops.most() * spec.model.blocks;
    let kept = [part, time, row, runs].into_iter().fold(1_usize, usize::saturating_mul);
    if kept > MOST_KEPT {
        return Err(Problem::new(
            "train.part",
            format!(
                "{part} rows of {time} tokens keep about {kept} numbers, more than {MOST_KEPT}"
            ),
            "compute fewer rows together, or make rows or network smaller",
        ));
    }
    Ok(())
}
