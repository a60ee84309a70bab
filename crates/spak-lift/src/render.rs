//! Values in few words, for the sentences of findings.

use spak_program::{Constant, Node, NodeId, Op, Program};

/// How deep operations are written out, and of how many words the text may be: names of one letter and long
/// ones make the same sentence.
const DEEP: usize = 4;
const LONG: usize = 14;

/// A value as a short formula: `exp2(s - m)`, `load(Q)`, `TILE_M`.
pub fn render(program: &Program, node: NodeId) -> String {
    let mut text = within(program, node, (0, DEEP), 0);
    for deep in (1..DEEP).rev() {
        if words(&text) <= LONG {
            break;
        }
        text = within(program, node, (0, deep), 0);
    }
    text
}

fn words(text: &str) -> usize {
    let is_between = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '…'));
    text.split(is_between).filter(|word| !word.is_empty()).count()
}

/// What the host calls a size of an array that a kernel is given, if it asks for that size, too.
fn size_on_host<'p>(program: &'p Program, extent: &Node) -> Option<&'p str> {
    let array = program.behind(extent.argument("array")?);
    let axis = program.constant(extent.argument("axis")?)?;
    let given = program.launches.iter().find_map(|launch| {
        let kernel = program.kernels.get(launch.kernel.index())?;
        let place = kernel.parameters.iter().position(|known| known.node == array)?;
        launch.arguments.get(place).copied().flatten()
    })?;
    let given = only_source(program, given);
    let is_same = |node: &Node| {
        let of = node.argument("array").map(|array| only_source(program, array));
        let asked = node.argument("axis").and_then(|axis| program.constant(axis));
        node.op == Op::Extent && of == Some(given) && asked == Some(axis)
    };
    let mut names = program.names.iter().filter(|(id, _)| program.node(**id).is_some_and(is_same));
    names.next().map(|(_, (name, _))| name.as_str())
}

/// The array behind copies of it, also where it is copied under a condition only.
fn only_source(program: &Program, array: NodeId) -> NodeId {
    let mut id = program.behind(array);
    for _ in 0..DEEP {
        let Some(node) = program.node(id).filter(|node| node.op == Op::Choice) else { break };
        let sides = node.arguments.iter().filter(|side| side.label != "condition");
        let mut sources = sides.map(|side| program.behind(side.value));
        let Some(first) = sources.next() else { break };
        if sources.any(|other| other != first) {
            break;
        }
        id = first;
    }
    id
}

/// `around` is how tightly the operator around binds.
fn within(program: &Program, node: NodeId, (depth, deep): (usize, usize), around: u8) -> String {
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
    if found.op == Op::Extent
        && let Some(name) = size_on_host(program, found)
    {
        return name.to_owned();
    }
    if let Op::Load | Op::Extent | Op::Stride | Op::DtypeOf = found.op {
        let array = found.argument("array").map(|a| within(program, a, (depth + 1, deep), 0));
        return format!("{}({})", found.op.name(), array.unwrap_or_default());
    }
    if depth >= deep {
        return "…".to_owned();
    }
    let side = |label: &str, level: u8| {
        found
            .argument(label)
            .map_or_else(|| "?".to_owned(), |a| within(program, a, (depth + 1, deep), level))
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
        _ => return call(program, node, (depth, deep)),
    };
    let text = format!("{} {sign} {}", side("a", level), side("b", level + 1));
    if level < around { format!("({text})") } else { text }
}

fn call(program: &Program, node: NodeId, (depth, deep): (usize, usize)) -> String {
    let Some(found) = program.node(node) else { return "?".to_owned() };
    if found.op == Op::Not
        && let Some(text) = denied(program, found, (depth, deep))
    {
        return text;
    }
    let word = found.name().unwrap_or(found.op.name());
    let is_shown = |label: &str| {
        matches!(
            label,
            "a" | "b" | "c" | "acc" | "value" | "of" | "condition" | "then" | "otherwise"
        ) || matches!(
            (found.op, label),
            (Op::BlockId | Op::NumBlocks, "axis") | (Op::Carried, "init")
        ) || matches!((found.op, label), (Op::Induction, "start" | "stop"))
            || (found.op == Op::Call && label != "function")
    };
    let arguments = found.arguments.iter().filter(|a| a.given && is_shown(a.label));
    let texts: Vec<String> =
        arguments.map(|a| within(program, a.value, (depth + 1, deep), 0)).collect();
    match found.op {
        Op::Parameter | Op::Unknown => word.to_owned(),
        _ => format!("{word}({})", texts.join(", ")),
    }
}

/// A comparison that does not hold, as the one that does.
fn denied(program: &Program, not: &Node, (depth, deep): (usize, usize)) -> Option<String> {
    let compared = program.node(program.behind(not.argument("a")?))?;
    let sign = match compared.op {
        Op::Less => ">=",
        Op::LessEqual => ">",
        Op::Greater => "<=",
        Op::GreaterEqual => "<",
        Op::Equal => "!=",
        Op::NotEqual => "==",
        _ => return None,
    };
    let side = |label: &str| Some(within(program, compared.argument(label)?, (depth + 1, deep), 1));
    Some(format!("{} {sign} {}", side("a")?, side("b")?))
}
