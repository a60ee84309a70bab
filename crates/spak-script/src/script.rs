//! The parts of a program.

use spak_model::Literal;
use spak_model::system::{LoopKind, Place};

/// A loop, or a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// What kind.
    pub kind: LoopKind,
    /// Its name.
    pub name: String,
    /// Its steps in order; the checks of an `evaluation` are steps behind them.
    pub steps: Vec<Step>,
    /// What an engineering loop searches.
    pub search: Option<Search>,
    /// What a service loop answers.
    pub handlers: Vec<Handler>,
    /// When it has succeeded, as written; each must hold.
    pub success: Vec<(String, Place)>,
    /// Where it stands.
    pub place: Place,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name; a number when it has none.
    pub name: String,
    /// What is done, in order.
    pub statements: Vec<Statement>,
    /// Where it stands.
    pub place: Place,
}

/// What a service loop does with a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Handler {
    /// The event.
    pub event: String,
    /// The names of its arguments.
    pub arguments: Vec<String>,
    /// What is done.
    pub statements: Vec<Statement>,
    /// Where it stands.
    pub place: Place,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What it does.
    pub action: Action,
    /// The variable that its outcome is kept in.
    pub output: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// What a statement does. Texts are templates.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `tool.run`
    Run {
        /// The command line.
        command: String,
        /// Seconds.
        timeout: Option<u64>,
    },
    /// `tool.write`
    Write {
        /// Where.
        path: String,
        /// What.
        content: String,
    },
    /// `tool.read`
    Read {
        /// Which file.
        path: String,
    },
    /// `tool.engineering_loop`
    Start {
        /// Which loop.
        name: String,
    },
    /// `tool.dsl_integrate`
    Integrate {
        /// The design; the one that the loop stands in when nothing is said.
        path: Option<String>,
        /// The statements.
        insights: String,
    },
    /// `llm.query`
    Query {
        /// As what it is asked.
        role: String,
        /// The question.
        prompt: String,
    },
    /// `emit`
    Emit {
        /// The case.
        case: String,
        /// Its fields; without any, what commands told last.
        fields: Vec<(String, String)>,
    },
    /// `if`
    If {
        /// The condition as written.
        condition: String,
        /// What is done when it holds.
        then: Vec<Statement>,
    },
    /// `name = value`
    Assign {
        /// The variable.
        name: String,
        /// The value.
        value: String,
    },
    /// Words that mean nothing here: they are shown and not done.
    Said(String),
}

/// The search of an engineering loop.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// What is varied, in order.
    pub parameters: Vec<(String, Vec<Literal>)>,
    /// What is measured.
    pub measure: Measure,
}

/// A measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// The command line, a template.
    pub command: String,
    /// The number that counts.
    pub metric: String,
    /// Whether more of it is better.
    pub maximize: bool,
    /// How often each point is measured.
    pub repeats: u32,
    /// Seconds for each.
    pub timeout: Option<u64>,
    /// What a point has to satisfy.
    pub accept: Vec<String>,
    /// Where it stands.
    pub place: Place,
}
