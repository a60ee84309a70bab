//! Values in few words, for the sentences of findings.

use spak_program::{Constant, NodeId, Op, Program};

/// How deep operations are written out, and how long the text may be.
const DEEP: usize = 4;
const LONG: usize = 60;

/// A value as a short formula: `exp2(s - m)`, `load(Q)`, `TILE_M`.
pub fn render(program: &Program, node: NodeId) -> String {
    let text = within(program, node, 0, 0);
    if text.chars().count() <= LONG {
        return text;
    }
    let mut short: String = text.chars().take(LONG - 1).collect();
    short.push('…');
    short
}

/// `around` is how tightly the operator around binds.
fn within(program: &Program, node: NodeId, depth: usize, around: u8) -> String {
    let node = program.behind(node);
    let Some(found) = program.node(node) else { return "?".to_owned() };
    if let Some(constant) = program.constant(node) {
        return match constant {
            Constant::Float(value) if value.is_finite() && value.fract() == 0.0 => {
                format!("{value:.1}")
            }
            constant => constant.to_string(),
        };
    }
    // What the host calls a value says more than how it came about.
    if (depth > 0 || matches!(found.op, Op::Extent | Op::Item | Op::Stride))
        && let Some((name, _)) = program.names.get(&node)
    {
        return name.clone();
    }
    let name = found.name();
    if let (Op::Parameter | Op::ConfigField | Op::Machine, Some(name)) = (found.op, name) {
        return name.to_owned();
    }
    if let Op::Load | Op::Extent | Op::Stride | Op::DtypeOf = found.op {
        let array = found.argument("array").map(|a| within(program, a, depth + 1, 0));
        return format!("{}({})", found.op.name(), array.unwrap_or_default());
    }
    if depth >= DEEP {
        return "…".to_owned();
    }
    let side = |label: &str, level: u8| {
        found
            .argument(label)
            .map_or_else(|| "?".to_owned(), |a| within(program, a, depth + 1, level))
    };
    let (sign, level) = match found.op {
        Op::Add => ("+", 1),
        Op::Sub => ("-", 1),
        Op::Mul => ("*", 2),
        Op::Div => ("/", 2),
        Op::FloorDiv => ("//", 2),
        Op::Mod => ("%", 2),
        Op::Less => ("<", 0),
        Op::LessEqual => ("<=", 0),
        Op::Greater => (">", 0),
        Op::GreaterEqual => (">=", 0),
        Op::Equal => ("==", 0),
        Op::NotEqual => ("!=", 0),
        _ => return call(program, node, depth),
    };
    let text = format!("{} {sign} {}", side("a", level), side("b", level + 1));
    if level < around { format!("({text})") } else { text }
}

fn call(program: &Program, node: NodeId, depth: usize) -> String {
    let Some(found) = program.node(node) else { return "?".to_owned() };
    let word = found.name().unwrap_or(found.op.name());
    let is_shown = |label: &str| {
        matches!(
            label,
            "a" | "b" | "c" | "acc" | "value" | "of" | "condition" | "then" | "otherwise"
        ) || matches!(
            (found.op, label),
            (Op::BlockId | Op::NumBlocks, "axis") | (Op::Carried, "init")
        ) || matches!((found.op, label), (Op::Induction, "start" | "stop"))
    };
    let arguments = found.arguments.iter().filter(|a| a.given && is_shown(a.label));
    let texts: Vec<String> = arguments.map(|a| within(program, a.value, depth + 1, 0)).collect();
    match found.op {
        Op::Parameter | Op::Unknown => word.to_owned(),
        _ => format!("{word}({})", texts.join(", ")),
    }
}
