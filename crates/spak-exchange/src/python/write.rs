//! A formula as Python, for tools that evaluate restrictions there.

use spak_expr::{BinaryOp, CompareOp, Expr, ExprKind, Number, Quantity, UnaryOp};

/// How tightly an expression of Python binds; operands that bind less get brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Choice,
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Power,
    Atom,
}

/// `expr` as Python, where every name is a parameter; `None` when it has something that Python has no
/// plain expression for, such as `forall`, or functions of other libraries.
///
/// Conditions that compute what leaves 64 bits have no value here and have one there.
pub fn written(expr: &Expr) -> Option<String> {
    at(expr, Level::Choice)
}

fn at(expr: &Expr, least: Level) -> Option<String> {
    let (text, level) = bare(expr)?;
    Some(if level < least { format!("({text})") } else { text })
}

fn joined(items: &[Expr], word: &str, least: Level) -> Option<String> {
    let parts: Option<Vec<String>> = items.iter().map(|item| at(item, least)).collect();
    Some(parts?.join(word))
}

fn bare(expr: &Expr) -> Option<(String, Level)> {
    Some(match &expr.kind {
        ExprKind::Number(Number::Int(i)) if *i >= 0 => (i.to_string(), Level::Atom),
        ExprKind::Number(Number::Int(i)) => (i.to_string(), Level::Sign),
        ExprKind::Number(Number::Float(x)) if x.is_finite() => {
            (format!("{x:?}"), if *x < 0.0 { Level::Sign } else { Level::Atom })
        }
        // Everything in base units (bytes, nanoseconds): what could be compared before still can.
        ExprKind::Quantity(number, unit) => {
            let magnitude = Quantity::of(number.as_float(), *unit).magnitude;
            let is_whole = magnitude.fract() == 0.0 && magnitude.abs() < 9.0e15;
            let number =
                if is_whole { Number::Int(magnitude as i64) } else { Number::Float(magnitude) };
            return bare(&Expr::new(expr.span, ExprKind::Number(number)));
        }
        ExprKind::Bool(b) => ((if *b { "True" } else { "False" }).to_owned(), Level::Atom),
        ExprKind::Text(text) => (crate::space::quoted(text), Level::Atom),
        ExprKind::Name(name) if is_identifier(name) => (name.clone(), Level::Atom),
        ExprKind::Unary(UnaryOp::Minus, x) => (format!("-{}", at(x, Level::Sign)?), Level::Sign),
        ExprKind::Unary(UnaryOp::Not, x) => (format!("not {}", at(x, Level::Not)?), Level::Not),
        ExprKind::And(items) => (joined(items, " and ", Level::Not)?, Level::And),
        ExprKind::Or(items) => (joined(items, " or ", Level::And)?, Level::Or),
        ExprKind::Binary(BinaryOp::Implies, a, b) => {
            (format!("not {} or {}", at(a, Level::Not)?, at(b, Level::And)?), Level::Or)
        }
        ExprKind::Binary(op, a, b) => binary(*op, a, b)?,
        ExprKind::Compare(first, rest) => {
            let mut text = at(first, Level::Sum)?;
            for (op, operand) in rest {
                let operand = match op {
                    CompareOp::In | CompareOp::NotIn => members(operand)?,
                    _ => at(operand, Level::Sum)?,
                };
                text.push_str(&format!(" {} {operand}", op.symbol()));
            }
            (text, Level::Comparison)
        }
        ExprKind::Conditional(c) => {
            let (then, condition) = (at(&c.then, Level::Or)?, at(&c.condition, Level::Or)?);
            let otherwise = at(&c.otherwise, Level::Choice)?;
            (format!("{then} if {condition} else {otherwise}"), Level::Choice)
        }
        ExprKind::Call(call) => {
            if call.arguments.iter().any(|a| a.name.is_some()) {
                return None;
            }
            let arguments: Vec<&Expr> = call.arguments.iter().map(|a| &a.value).collect();
            called(&call.function, &arguments)?
        }
        _ => return None,
    })
}

fn binary(op: BinaryOp, a: &Expr, b: &Expr) -> Option<(String, Level)> {
    let (level, left, right) = match op {
        BinaryOp::Add | BinaryOp::Subtract => (Level::Sum, Level::Sum, Level::Product),
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::Remainder => {
            (Level::Product, Level::Product, Level::Sign)
        }
        BinaryOp::Power => (Level::Power, Level::Atom, Level::Sign),
        BinaryOp::MatrixProduct | BinaryOp::Implies => return None,
    };
    Some((format!("{} {} {}", at(a, left)?, op.symbol(), at(b, right)?), level))
}

/// What something is `in`: values in brackets, or a range with both ends.
fn members(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::List(items) => {
            let plain = |e: &Expr| !matches!(e.kind, ExprKind::Range(..) | ExprKind::List(_));
            let inner = items.iter().all(plain).then(|| joined(items, ", ", Level::Choice))??;
            Some(if items.len() == 1 { format!("({inner},)") } else { format!("({inner})") })
        }
        ExprKind::Range(low, high) => match (&low.kind, &high.kind) {
            (ExprKind::Number(Number::Int(low)), ExprKind::Number(Number::Int(high))) => {
                Some(format!("range({low}, {})", high.checked_add(1)?))
            }
            _ => None,
        },
        _ => None,
    }
}

fn called(function: &str, arguments: &[&Expr]) -> Option<(String, Level)> {
    let all =
        |least: Level| -> Option<Vec<String>> { arguments.iter().map(|a| at(a, least)).collect() };
    Some(match (function, arguments) {
        ("min" | "max", [_, _, ..]) | ("abs" | "int" | "float" | "bool", [_]) => {
            (format!("{function}({})", all(Level::Choice)?.join(", ")), Level::Atom)
        }
        ("cdiv", [a, b]) => {
            (format!("-(-{} // {})", at(a, Level::Sign)?, at(b, Level::Sign)?), Level::Sign)
        }
        ("is_pow2", [x]) => {
            let (x, tight) = (at(x, Level::Sum)?, at(x, Level::Atom)?);
            (format!("{x} > 0 and ({tight} & ({x} - 1)) == 0"), Level::And)
        }
        ("bit_and", [a, b]) => bits("&", a, b)?,
        ("bit_or", [a, b]) => bits("|", a, b)?,
        ("bit_xor", [a, b]) => bits("^", a, b)?,
        _ => return None,
    })
}

/// Bit operators, always in brackets: few people know how they bind.
fn bits(operator: &str, a: &Expr, b: &Expr) -> Option<(String, Level)> {
    let (a, b) = (at(a, Level::Atom)?, at(b, Level::Atom)?);
    Some((format!("({a} {operator} {b})"), Level::Atom))
}

/// Whether Python takes a name as it is.
fn is_identifier(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
        "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with",
        "yield", "None", "True", "False",
    ];
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !WORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(text: &str) -> String {
        written(&spak_expr::parse(text, 0).expr.unwrap()).unwrap_or_else(|| "-".to_owned())
    }

    #[test]
    fn formulas_become_python() {
        let cases = [
            ("(a + b) * c - (d - e)", "(a + b) * c - (d - e)"),
            ("a / (b / c) % d // e", "a / (b / c) % d // e"),
            ("-a ** 2 + (-a) ** 2 + a ** -2", "-a ** 2 + (-a) ** 2 + a ** -2"),
            ("not (a == 1 or b == 2) and c", "not (a == 1 or b == 2) and c"),
            ("a == 1 => b < 2 and c > 3", "not a == 1 or b < 2 and c > 3"),
            ("16 <= a * b <= 1024", "16 <= a * b <= 1024"),
            ("(a < b) == (c < d)", "(a < b) == (c < d)"),
            ("a in [1, 2, 4]", "a in (1, 2, 4)"),
            ("a in 1..4", "a in range(1, 5)"),
            ("cdiv(a + 1, b) * 2 == c", "-(-(a + 1) // b) * 2 == c"),
            ("is_pow2(a + b)", "a + b > 0 and ((a + b) & (a + b - 1)) == 0"),
            ("(a if b > 1 else c) + 1 < 2", "(a if b > 1 else c) + 1 < 2"),
            ("scheme == \"it's\"", "scheme == 'it\\'s'"),
            ("a * 2 B <= 12 KiB", "a * 2 <= 12288"),
            ("forall i in 0..3: i < a", "-"),
        ];
        for (text, expected) in cases {
            assert_eq!(there_and_back(text), expected, "{text}");
        }
    }
}
