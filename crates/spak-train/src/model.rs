//! The network over a tape: from tokens to the scores of each next token, after each loop that is read.

use crate::data::Part;
use crate::kernels::{Angles, Heads};
use crate::number::Number;
use crate::parameters::{Layout, ParameterId, Start};
use crate::random::{PythonRandom, Stream, Use};
use crate::spec::{Injection, Mlp, ModelSpec, NormKind, Positions};
use crate::tape::{Tape, Value};

/// A network's shape: which parameters it has and in which order it uses them.
#[derive(Debug, Clone)]
pub struct Model {
    spec: ModelSpec,
    layout: Layout,
    tokens: ParameterId,
    positions: Option<ParameterId>,
    id_tables: Vec<ParameterId>,
    loops: Option<ParameterId>,
    head: ParameterId,
    blocks: Vec<Block>,
    output_gain: Option<ParameterId>,
}

#[derive(Debug, Clone)]
struct Block {
    queries: ParameterId,
    keys: ParameterId,
    values: ParameterId,
    mixed: ParameterId,
    up: ParameterId,
    gate: Option<ParameterId>,
    down: ParameterId,
    gains: Option<[ParameterId; 2]>,
}

impl Model {
    /// The network of a checked spec for a vocabulary of this many tokens.
    #[must_use]
    pub fn new(spec: &ModelSpec, vocabulary: usize) -> Self {
        let (width, deviation) = (spec.width, spec.deviation);
        let normal = Start::Normal(deviation);
        let mut layout = Layout::default();
        let tokens = layout.add("tokens", [vocabulary, width], normal);
        let positions = match spec.positions {
            Positions::Learned(entries) => Some(layout.add("positions", [entries, width], normal)),
            Positions::None | Positions::Rotary(_) => None,
        };
        let head = if spec.tied { tokens } else { layout.add("head", [vocabulary, width], normal) };
        let id_tables = spec.id_tables.iter().enumerate();
        let id_tables = id_tables
            .map(|(number, entries)| {
                layout.add(&format!("ids.{number}"), [*entries, width], normal)
            })
            .collect();
        let loops =
            spec.loop_embedding.then(|| layout.add("loops", [spec.loops.most(), width], normal));
        let blocks = (0..spec.blocks).map(|number| Block::new(spec, number, &mut layout)).collect();
        let output_gain = (spec.norm_output && spec.norm.gain)
            .then(|| layout.add("output.gain", [1, width], Start::Constant(1.0)));
        let spec = spec.clone();
        Self { spec, layout, tokens, positions, id_tables, loops, head, blocks, output_gain }
    }

    /// The settings that it was made from.
    #[must_use]
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// Names, shapes and places of all parameters.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How many tokens it knows.
    #[must_use]
    pub fn vocabulary(&self) -> usize {
        self.layout.get(self.tokens).rows
    }

    /// Initial values from the streams of a seed: a stream for each parameter.
    #[must_use]
    pub fn start<N: Number>(&self, seed: u64) -> Vec<N> {
        let mut all = Vec::with_capacity(self.layout.count());
        for (number, parameter) in self.layout.parameters().iter().enumerate() {
            let mut stream = Stream::new(seed, Use::Parameters, number as u64);
            all.extend(parameter.range.clone().map(|_| {
                if parameter.deviation == 0.0 {
                    N::of(parameter.start)
                } else {
                    N::of(stream.normal() * parameter.deviation)
                }
            }));
        }
        all
    }

    /// Initial values from Python's generator, in order, row by row.
    #[must_use]
    pub fn start_python<N: Number>(&self, random: &mut PythonRandom) -> Vec<N> {
        let mut all = Vec::with_capacity(self.layout.count());
        for parameter in self.layout.parameters() {
            all.extend(parameter.range.clone().map(|_| {
                if parameter.deviation == 0.0 {
                    N::of(parameter.start)
                } else {
                    N::of(random.gauss(0.0, parameter.deviation))
                }
            }));
        }
        all
    }

    /// The angles of rotary positions for rows of up to `time` tokens, if the model has such.
    pub(crate) fn angles<N: Number>(&self, time: usize) -> Option<Angles<N>> {
        match self.spec.positions {
            Positions::Rotary(base) => {
                Some(Angles::new(time, self.spec.width / self.spec.heads, base))
            }
            Positions::None | Positions::Learned(_) => None,
        }
    }

    /// The scores after each loop for which `read` is true, in the order of the loops.
    ///
    /// `angles` are [`Model::angles`] for at least the part's time.
    pub(crate) fn forward<N: Number>(
        &self,
        tape: &mut Tape<N>,
        all: &[N],
        angles: Option<&Angles<N>>,
        part: &Part,
        read: &[bool],
    ) -> Vec<Value> {
        let of = (&self.layout, all);
        let norm = (self.spec.norm.kind, self.spec.norm.epsilon);
        let mut x = self.embed(tape, of, part);
        if self.spec.norm_input {
            x = tape.norm(of, x, norm, None);
        }
        let first = x;
        let mut scores = Vec::new();
        for (number, read) in read.iter().enumerate() {
            if number > 0 && self.spec.injection == Injection::Add {
                x = tape.add(x, first);
            }
            if let Some(table) = self.loops {
                // More loops than in training go on with the last row.
                let row = number.min(self.layout.get(table).rows - 1);
                x = tape.add_row(of, x, table, row);
            }
            for block in &self.blocks {
                x = self.block(tape, of, block, (x, part), angles, norm);
            }
            if *read {
                let normal = if self.spec.norm_output {
                    tape.norm(of, x, norm, self.output_gain)
                } else {
                    x
                };
                scores.push(tape.linear(of, normal, self.head));
            }
        }
        scores
    }

    fn embed<N: Number>(&self, tape: &mut Tape<N>, of: (&Layout, &[N]), part: &Part) -> Value {
        let mut tables = vec![(self.tokens, part.tokens.clone())];
        if let Some(positions) = self.positions {
            let last = self.layout.get(positions).rows - 1;
            let at = |row: usize| u32::try_from((row % part.time).min(last)).unwrap_or(0);
            tables.push((positions, (0..part.tokens.len()).map(at).collect()));
        }
        tables.extend(self.id_tables.iter().copied().zip(part.ids.iter().cloned()));
        tape.entries(of, tables)
    }

    fn block<N: Number>(
        &self,
        tape: &mut Tape<N>,
        of: (&Layout, &[N]),
        block: &Block,
        (x, part): (Value, &Part),
        angles: Option<&Angles<N>>,
        norm: (NormKind, f64),
    ) -> Value {
        let layout = Heads {
            batch: part.rows(),
            time: part.time,
            heads: self.spec.heads,
            width: self.spec.width,
            causal: self.spec.causal,
        };
        let normal = tape.norm(of, x, norm, block.gains.map(|gains| gains[0]));
        let mut q = tape.linear(of, normal, block.queries);
        let mut k = tape.linear(of, normal, block.keys);
        let v = tape.linear(of, normal, block.values);
        if let Some(angles) = angles {
            q = tape.rotate(q, part.time, angles);
            k = tape.rotate(k, part.time, angles);
        }
        let attended = tape.attend(layout, [q, k, v]);
        let mixed = tape.linear(of, attended, block.mixed);
        let x = tape.add(x, mixed);
        let normal = tape.norm(of, x, norm, block.gains.map(|gains| gains[1]));
        let up = tape.linear(of, normal, block.up);
        let hidden = match (self.spec.mlp, block.gate) {
            (Mlp::Plain { activation, .. }, _) => tape.activate(activation, up),
            (Mlp::SwiGlu { .. }, Some(gate)) => {
                let gate = tape.linear(of, normal, gate);
                tape.gate(gate, up)
            }
            (Mlp::SwiGlu { .. }, None) => up,
        };
        let down = tape.linear(of, hidden, block.down);
        tape.add(x, down)
    }
}

impl Block {
    fn new(spec: &ModelSpec, number: usize, layout: &mut Layout) -> Self {
        let width = spec.width;
        let normal = Start::Normal(spec.deviation);
        // Each block writes to the state twice (A. Radford and others, GPT-2, 2019).
        let writes = if spec.scaled_start { (2.0 * spec.blocks as f64).sqrt() } else { 1.0 };
        let written = Start::Normal(spec.deviation / writes);
        let mut add =
            |name: &str, shape, start| layout.add(&format!("block.{number}.{name}"), shape, start);
        let queries = add("queries", [width, width], normal);
        let keys = add("keys", [width, width], normal);
        let values = add("values", [width, width], normal);
        let mixed = add("mixed", [width, width], written);
        let (hidden, gated) = (spec.mlp.hidden(), matches!(spec.mlp, Mlp::SwiGlu { .. }));
        let up = add("up", [hidden, width], normal);
        let gate = gated.then(|| add("gate", [hidden, width], normal));
        let down = add("down", [width, hidden], written);
        let gains = spec.norm.gain.then(|| {
            ["attention.gain", "mlp.gain"].map(|name| add(name, [1, width], Start::Constant(1.0)))
        });
        Self { queries, keys, values, mixed, up, gate, down, gains }
    }
}
