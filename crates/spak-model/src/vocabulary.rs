//! The words of the language: which heads are known, what they are called in the model, and what is
//! expected in each slot. This table is the language's semantics in one place; the grammar knows none of it.

/// What a known head means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A named design.
    System,
    /// Choices of what the kernel is.
    DesignSpace,
    /// Numbers of how it is laid on the machine.
    TuningSpace,
    /// Types and state.
    Model,
    /// A named record type.
    Type,
    /// A named piece of state.
    State,
    /// Shapes, dtypes and flags of the problem.
    Workload,
    /// A device description.
    Hardware,
    /// A decision that kernels may have taken, and how it shows.
    Pattern,
    /// A condition of patterns with a name.
    Predicate,
    /// What a pattern may find.
    Finding,
    /// A kernel with what patterns find in it, and what they do not.
    Example,
    /// What several names mean, by operator, back end and language.
    Concept,
    /// How a word is written elsewhere.
    Spelling,
    /// Operators that are alike.
    Group,
    /// A fragment of a design with when it is worth having, and why.
    Proposal,
    /// Phrases of people's languages with what they say of a goal.
    GoalWords,
    /// What is wanted.
    Goal,
    /// A condition over axes, parameters, workload and hardware.
    Constraint,
    /// What is known.
    Knowledge,
    /// What must hold.
    Invariant,
    /// What was observed, or a predicate over observations.
    Fact,
    /// What to conclude when a condition holds.
    Rule,
    /// Advice with a trigger.
    Hint,
    /// A rule of thumb.
    Heuristic,
    /// Taken as true.
    Axiom,
    /// Expected to be true.
    Prediction,
    /// The types of observations.
    TraceSchema,
    /// A sum type of observations.
    Variant,
    /// One kind of observation.
    Case,
    /// The probabilistic, strategic loop.
    AgentLoop,
    /// The repeatable search.
    EngineeringLoop,
    /// The strict loop without a language model.
    ServiceLoop,
    /// A sequence of steps to run once.
    Task,
    /// One step of a loop.
    Step,
    /// A condition inside a step.
    If,
    /// An action of a tool.
    Tool,
    /// A question to a language model.
    Llm,
    /// A parameter of a search.
    Parameter,
    /// What a search runs and what counts.
    Measure,
    /// Checks of a task's result.
    Evaluation,
    /// One of them.
    Check,
    /// When a loop or task has succeeded.
    Success,
    /// What is made in the end.
    Build,
    /// One file of it.
    Artifact,
    /// A system of an agent's beliefs.
    SystemModel,
    /// L0: what is physically true.
    Kernel,
    /// L1: what it computes.
    Operator,
    /// L2: how state evolves.
    Dynamics,
    /// L3: why it learns.
    Training,
    /// L4: the hypothesis and its measurements.
    Experiment,
    /// A part of a research layer or of an operator in mathematical form.
    Part,
    /// A record of named values without further rules (`baseline`, `metrics`, `infrastructure`).
    Record,
    /// Names from another file.
    Import,
    /// A design to start from.
    Extends,
    /// Inherited items replaced, with a reason.
    Override,
}

/// One known head.
#[derive(Clone, Copy, Debug)]
pub struct Keyword {
    /// As written.
    pub word: &'static str,
    /// What it means.
    pub kind: Kind,
}

macro_rules! keywords {
    ($($kind:ident: $($word:literal),+;)+) => {
        /// Every known head.
        pub const KEYWORDS: &[Keyword] = &[$($(Keyword { word: $word, kind: Kind::$kind },)+)+];
    };
}

keywords! {
    System: "system", "SNF_MODEL";
    SystemModel: "system_model";
    DesignSpace: "design_space";
    TuningSpace: "tuning_space";
    Model: "model";
    Type: "type";
    State: "state";
    Workload: "workload";
    Hardware: "hardware";
    Pattern: "pattern";
    Predicate: "predicate";
    Example: "example";
    Concept: "concept";
    Spelling: "spelling";
    Group: "group";
    GoalWords: "goal_words";
    Proposal: "proposal";
    Goal: "goal";
    Constraint: "constraint", "require", "constraints", "Constraint", "Constraints";
    Knowledge: "knowledge";
    Invariant: "invariant", "Invariant";
    Fact: "fact";
    Rule: "rule", "Rule";
    Hint: "hint";
    Heuristic: "heuristic";
    Axiom: "axiom";
    Prediction: "prediction";
    TraceSchema: "trace_schema";
    Variant: "variant";
    Case: "case";
    AgentLoop: "agent_loop";
    EngineeringLoop: "engineering_loop";
    ServiceLoop: "service_loop";
    Task: "task", "workflow", "protocol";
    Step: "step", "on";
    If: "if", "else";
    Tool: "tool";
    Llm: "llm";
    Parameter: "parameter";
    Measure: "measure";
    Evaluation: "evaluation";
    Check: "check";
    Success: "success", "success_condition", "success_criteria";
    Build: "build";
    Artifact: "artifact";
    Kernel: "kernel";
    Operator: "operator", "Operator", "op";
    Dynamics: "dynamics";
    Training: "training";
    Experiment: "experiment";
    Part: "backend", "implementation", "memory_behavior", "performance_law", "stability_rule", "stability_rules",
        "engineering_note", "components", "computation", "semantic_role", "gradient_property",
        "contractive_tendency", "forbidden_interpretation", "initialization", "transition", "readout",
        "halting", "convergence_expectation", "adaptive_compute", "interpretation", "supervision", "loss",
        "backpropagation", "curriculum", "learning_effect", "hypothesis", "train", "test", "measurements",
        "expected_result", "claim", "global_assumption", "objective", "procedure", "Domain", "State",
        "Parameters", "Init", "Transition", "Module", "module", "For", "for", "Loss", "Update", "Trace",
        "param", "input", "output", "properties", "bptt", "regularization";
    Record: "baseline", "metrics", "target_metrics", "infrastructure", "future_work", "context", "agents",
        "goals", "artifacts", "checks", "data_models", "benchmark", "device", "toolchain", "trace";
    Import: "import", "use";
    Extends: "extends", "refines";
    Override: "override";
}

/// The meaning of a head that begins with `word`, which may carry a dotted tail (`tool.run`).
pub fn kind_of(word: &str) -> Option<Kind> {
    let stem = word.split('.').next().unwrap_or(word);
    let exact = KEYWORDS
        .iter()
        .find(|k| k.word == word || k.word == stem && matches!(k.kind, Kind::Tool | Kind::Llm));
    exact.map(|k| k.kind)
}

/// The keys that are read in a block of `kind`, where only these are; others are kept as they are.
pub fn keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Rule => &[
            "for",
            "when",
            "unless",
            "conclude",
            "recommend",
            "apply",
            "choose",
            "avoid",
            "forbid",
            "then",
            "prefer",
            "warn",
            "priority",
            "reason",
            "evidence",
            "confidence",
            "source",
            "support",
        ],
        Kind::Constraint | Kind::Invariant => {
            &["require", "assert", "condition", "holds", "reason", "source"]
        }
        Kind::Pattern => &["axis", "says", "per", "values", "case", "predicate", "source"],
        Kind::Predicate => &["when", "says"],
        Kind::Finding => {
            &["when", "value", "role", "kernel", "evidence", "confidence", "because", "all", "says"]
        }
        Kind::Example => &[
            "source", "file", "from", "with", "finds", "lacks", "says", "given", "open", "follows",
        ],
        Kind::Concept => {
            &["kind", "says", "unit", "of", "by", "along", "broader", "aliases", "values"]
        }
        Kind::Group => &["says", "source", "operators"],
        Kind::Measure => &["cmd", "metric", "objective", "repeats", "timeout", "accept"],
        Kind::Llm => &["prompt", "prompt_template", "output_var", "input"],
        _ => &[],
    }
}

/// What a slot is for, which decides how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The values a dimension may take.
    Domain,
    /// A condition: true or false of a config, a trial or a matrix.
    Condition,
    /// Assignments to dimensions (`tile_m = 64`).
    Assignment,
    /// Variables and what they stand for (`t in trials`).
    Variables,
    /// What follows, or is not wanted: assignments (`bound = 'memory'`), or a condition (`slow(t)`,
    /// `tile_m * tile_n > 4096`).
    Conclusion,
    /// What a pattern looks for: a condition over the values of a program, never prose.
    Equation,
    /// The type of a field.
    Type,
    /// A number, possibly with a unit.
    Number,
    /// A text with `{{places}}` to be filled in.
    Template,
    /// Words for people: never read as anything else.
    Words,
    /// The name of something else in the design.
    Name,
    /// Whatever it looks like: a value, a formula, else prose.
    Any,
}

/// What is expected under `key` (or on a line, when there is none) inside a block of `parent`; `named`
/// when a name follows the key (`state best: float`).
pub fn expect(parent: Option<Kind>, key: Option<&str>, named: bool) -> Expect {
    use Kind as K;
    // Dimensions have values and fields have types whatever they are called: `repeats: [1, 2]`,
    // `reason: string`. So have the values of a problem and of a machine, but for words about them.
    let names_fields = match parent {
        Some(K::DesignSpace | K::TuningSpace | K::Type | K::Case) => true,
        Some(K::Workload | K::Hardware) => !key
            .is_some_and(|k| matches!(k, "description" | "note" | "reason" | "source" | "title")),
        _ => false,
    };
    if let Some(key) = key.filter(|_| !names_fields)
        && let Some(expect) = expect_key(parent, key, named)
    {
        return expect;
    }
    match parent {
        Some(K::DesignSpace | K::TuningSpace) => Expect::Domain,
        Some(K::Type | K::Case | K::Variant) => Expect::Type,
        Some(K::Constraint | K::Invariant | K::Success) => Expect::Condition,
        Some(K::Hint | K::Heuristic | K::Axiom | K::Prediction) => Expect::Words,
        _ => Expect::Any,
    }
}

/// Whether a block is a layer of a research design, or a part of one.
fn is_layer(kind: Kind) -> bool {
    use Kind as K;
    matches!(
        kind,
        K::Kernel | K::Operator | K::Dynamics | K::Training | K::Experiment | K::Part | K::Model
    )
}

fn expect_key(parent: Option<Kind>, key: &str, named: bool) -> Option<Expect> {
    use Kind as K;
    let in_prompt = matches!(parent, Some(K::Tool | K::Llm | K::Measure | K::Check | K::Step));
    Some(match key {
        "when" if matches!(parent, Some(K::Predicate | K::Finding)) => Expect::Equation,
        "value" | "role" | "kernel" | "evidence" if parent == Some(K::Finding) => Expect::Equation,
        "because" | "says" if matches!(parent, Some(K::Pattern | K::Predicate | K::Finding)) => {
            Expect::Words
        }
        "source" | "says" | "from" | "file" if parent == Some(K::Example) => Expect::Words,
        "says" | "source" if matches!(parent, Some(K::Concept | K::Group)) => Expect::Words,
        "says" | "source" | "reason" if parent == Some(K::Proposal) => Expect::Words,
        // What is proposed, and when, is read when it is needed, beside a seed: it is no part of the library's own system.
        _ if matches!(
            parent,
            Some(K::Concept | K::Group | K::Spelling | K::GoalWords | K::Proposal)
        ) =>
        {
            Expect::Any
        }
        // What patterns find is keyed by their names, whatever these are.
        _ if parent == Some(K::Example) => Expect::Any,
        "require" | "assert" | "when" | "condition" | "unless" | "holds" | "accept" => {
            Expect::Condition
        }
        "constraint" | "constraints" | "Constraint" | "Constraints" => Expect::Condition,
        "if" if parent == Some(K::Rule) => Expect::Condition,
        "for" if parent == Some(K::Rule) => Expect::Variables,
        "recommend" | "apply" | "choose" | "then" | "prefer" if parent == Some(K::Rule) => {
            Expect::Assignment
        }
        "conclude" | "avoid" | "forbid" if parent == Some(K::Rule) => Expect::Conclusion,
        "warn" if parent == Some(K::Rule) => Expect::Words,
        "priority" if parent == Some(K::Rule) => Expect::Number,
        "confidence" | "timeout" | "repeats" | "support" => Expect::Number,
        // A layer's parameters have types; only a search has values to choose from.
        "parameter" if parent.is_some_and(is_layer) => Expect::Type,
        "parameter" => Expect::Domain,
        // Without a name it is a field that is called so.
        "state" if named => Expect::Type,
        "axiom" | "heuristic" | "prediction" => Expect::Words,
        "metric" | "name" | "output_var" if in_prompt => Expect::Name,
        "cmd" | "prompt" | "prompt_template" | "content" | "path" | "input" | "insights"
            if in_prompt =>
        {
            Expect::Template
        }
        "description" | "reason" | "evidence" | "source" | "mechanism" | "logic"
        | "verification" | "title" | "suggestion" | "trigger" | "role" | "action" | "note"
        | "symptom" | "root_cause" | "solution" | "fix" | "learned_by" | "learned"
        | "override_reason" => Expect::Words,
        _ => return None,
    })
}
