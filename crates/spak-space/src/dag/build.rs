//! Making nodes, simplified where that is exact. `None` says that an operation cannot be done on
//! machine words without leaving them; it is then a slow one.

use spak_expr::Dimension;

use crate::evaluate;

use super::{Compare, Dag, FALSE, Node, Op, Range, Real, TRUE, Type, Unary, Whole, magnitude};

/// Whole numbers up to here are floats without rounding.
const EXACT: i64 = 1 << 53;

impl Dag {
    /// `a·fa + b·fb + constant`
    pub(crate) fn sum(&mut self, parts: &[(Node, i64)], constant: i64) -> Option<Node> {
        let mut terms: Vec<(Node, i64)> = Vec::with_capacity(parts.len() + 2);
        let mut total = constant;
        for (node, factor) in parts {
            match &self.info(*node).op {
                Op::Constant(word) => {
                    total = total.checked_add((*word as i64).checked_mul(*factor)?)?;
                }
                Op::Sum(inner, constant) => {
                    for (node, inner_factor) in inner {
                        terms.push((*node, inner_factor.checked_mul(*factor)?));
                    }
                    total = total.checked_add(constant.checked_mul(*factor)?)?;
                }
                Op::Product(items, inner) if *inner != 1 => {
                    let (items, inner) = (items.clone(), *inner);
                    let bare = self.product_of(items.to_vec(), 1)?;
                    terms.push((bare, inner.checked_mul(*factor)?));
                }
                _ => terms.push((*node, *factor)),
            }
        }
        terms.sort_unstable();
        let mut merged: Vec<(Node, i64)> = Vec::with_capacity(terms.len());
        for (node, factor) in terms {
            match merged.last_mut() {
                Some((last, sum)) if *last == node => *sum = sum.checked_add(factor)?,
                _ => merged.push((node, factor)),
            }
        }
        merged.retain(|(_, factor)| *factor != 0);
        match merged.as_slice() {
            [] => return Some(self.int(total)),
            [(node, 1)] if total == 0 => return Some(*node),
            [(node, factor)] if total == 0 => return self.product_of(vec![*node], *factor),
            _ => {}
        }
        // Every partial sum, in whatever order, stays below this.
        let mut reach = u128::from(total.unsigned_abs());
        let (mut low, mut high) = (i128::from(total), i128::from(total));
        let mut support = 0;
        for (node, factor) in &merged {
            let range = self.info(*node).range.int()?;
            reach += u128::from(magnitude(range)) * u128::from(factor.unsigned_abs());
            let (a, b) = (
                i128::from(range.0) * i128::from(*factor),
                i128::from(range.1) * i128::from(*factor),
            );
            low += a.min(b);
            high += a.max(b);
            support |= self.support(*node);
        }
        if reach > i64::MAX as u128 {
            return None;
        }
        let range = Range::of(low, high)?;
        Some(self.add(Op::Sum(merged.into(), total), Type::Int, range, support))
    }

    pub(crate) fn product(&mut self, a: Node, b: Node) -> Option<Node> {
        self.product_of(vec![a, b], 1)
    }

    fn product_of(&mut self, parts: Vec<Node>, factor: i64) -> Option<Node> {
        let mut items: Vec<Node> = Vec::with_capacity(parts.len() + 2);
        let mut total = factor;
        for node in parts {
            match &self.info(node).op {
                Op::Constant(word) => total = total.checked_mul(*word as i64)?,
                Op::Product(inner, factor) => {
                    total = total.checked_mul(*factor)?;
                    items.extend(inner.iter().copied());
                }
                // 4·(2x) is one factor and one operand.
                Op::Sum(terms, 0) if terms.len() == 1 => {
                    let (node, factor) = terms[0];
                    total = total.checked_mul(factor)?;
                    items.push(node);
                }
                _ => items.push(node),
            }
        }
        items.sort_unstable();
        if total == 0 {
            return Some(self.int(0));
        }
        match items.as_slice() {
            [] => return Some(self.int(total)),
            [only] if total == 1 => return Some(*only),
            _ => {}
        }
        let mut reach = u128::from(total.unsigned_abs());
        let (mut low, mut high) = (i128::from(total), i128::from(total));
        let mut support = 0;
        for node in &items {
            let (a, b) = self.info(*node).range.int()?;
            reach = reach.checked_mul(u128::from(magnitude((a, b)).max(1)))?;
            if reach > i64::MAX as u128 {
                return None;
            }
            let corners = [
                low * i128::from(a),
                low * i128::from(b),
                high * i128::from(a),
                high * i128::from(b),
            ];
            low = corners.into_iter().min().unwrap_or(low);
            high = corners.into_iter().max().unwrap_or(high);
            support |= self.support(*node);
        }
        let range = Range::of(low, high)?;
        Some(self.add(Op::Product(items.into(), total), Type::Int, range, support))
    }

    /// An operation on whole numbers whose operands have bounds.
    pub(crate) fn whole(&mut self, op: Whole, a: Node, b: Node) -> Option<Node> {
        let (x, y) = (self.info(a).range.int()?, self.info(b).range.int()?);
        if let (Some(x), Some(y)) = (self.constant_of(a), self.constant_of(b)) {
            return Some(self.int(whole(op, x as i64, y as i64)));
        }
        if (op == Whole::Remainder || op == Whole::FloorDivide) && self.constant_of(b) == Some(1) {
            return Some(if op == Whole::Remainder { self.int(0) } else { a });
        }
        if (op == Whole::Min || op == Whole::Max) && a == b {
            return Some(a);
        }
        let range = match op {
            Whole::Min => Range::Int(x.0.min(y.0), x.1.min(y.1)),
            Whole::Max => Range::Int(x.0.max(y.0), x.1.max(y.1)),
            Whole::Remainder => {
                let most = i64::try_from(magnitude(y).max(1) - 1).ok()?;
                let high = if y.1 > 0 { most } else { 0 };
                let low = if y.0 < 0 { -most } else { 0 };
                // What is smaller than every divisor stays as it is.
                if x.0 >= 0 && y.0 > 0 {
                    Range::Int(0, high.min(x.1))
                } else {
                    Range::Int(low, high)
                }
            }
            Whole::FloorDivide => {
                let most = i64::try_from(magnitude(x)).ok()?;
                if x.0 >= 0 && y.0 > 0 {
                    Range::Int(x.0 / y.1, x.1 / y.0)
                } else {
                    Range::Int(most.checked_neg()?, most)
                }
            }
            Whole::BitAnd | Whole::BitOr | Whole::BitXor => {
                if x.0 < 0 || y.0 < 0 {
                    Range::Int(i64::MIN, i64::MAX)
                } else {
                    let bits = 64 - (x.1 | y.1).leading_zeros();
                    let most = if bits >= 63 { i64::MAX } else { (1_i64 << bits) - 1 };
                    Range::Int(0, if op == Whole::BitAnd { x.1.min(y.1) } else { most })
                }
            }
            Whole::ShiftLeft => {
                let shift = u32::try_from(y.1).ok().filter(|s| y.0 >= 0 && *s < 63)?;
                Range::of(i128::from(x.0.min(0)) << shift, i128::from(x.1.max(0)) << shift)?
            }
            Whole::ShiftRight => {
                if y.0 < 0 {
                    return None;
                }
                Range::Int(x.0.min(0), x.1.max(0))
            }
        };
        let support = self.support(a) | self.support(b);
        Some(self.add(Op::Whole(op, a, b), Type::Int, range, support))
    }

    /// An operation on floats that count `kind` afterwards.
    pub(crate) fn real(&mut self, op: Real, a: Node, b: Node, kind: Dimension) -> Node {
        let support = self.support(a) | self.support(b);
        if let (Some(x), Some(y)) = (self.constant_of(a), self.constant_of(b)) {
            let value = real(op, f64::from_bits(x), f64::from_bits(y));
            return self.constant(Type::Float(kind), value.to_bits());
        }
        let range = match (op, self.info(a).range, self.info(b).range) {
            (Real::Add, Range::Float(a, b), Range::Float(c, d)) => Range::float(a + c, b + d),
            (Real::Subtract, Range::Float(a, b), Range::Float(c, d)) => Range::float(a - d, b - c),
            (Real::Multiply, Range::Float(a, b), Range::Float(c, d)) => {
                corners(a, b, c, d, |x, y| x * y)
            }
            (Real::Divide, Range::Float(a, b), Range::Float(c, d)) if c > 0.0 || d < 0.0 => {
                corners(a, b, c, d, |x, y| x / y)
            }
            (Real::Min, Range::Float(a, b), Range::Float(c, d)) => Range::float(a.min(c), b.min(d)),
            (Real::Max, Range::Float(a, b), Range::Float(c, d)) => Range::float(a.max(c), b.max(d)),
            (Real::Remainder, _, Range::Float(c, d)) if c > 0.0 => Range::float(0.0, d),
            _ => Range::Unknown,
        };
        self.add(Op::Real(op, a, b), Type::Float(kind), range, support)
    }

    /// A whole number as a float; `None` when that would round.
    pub(crate) fn as_float(&mut self, a: Node) -> Option<Node> {
        let (low, high) = self.info(a).range.int()?;
        if magnitude((low, high)) > EXACT as u64 {
            return None;
        }
        if let Some(word) = self.constant_of(a) {
            let value = (word as i64) as f64;
            return Some(self.constant(Type::Float(Dimension::NONE), value.to_bits()));
        }
        let range = Range::Float(low as f64, high as f64);
        let support = self.support(a);
        Some(self.add(Op::Unary(Unary::ToFloat, a), Type::Float(Dimension::NONE), range, support))
    }

    /// An operation on one word, with the type and bounds of its result.
    pub(crate) fn unary(&mut self, op: Unary, a: Node, kind: Type, range: Range) -> Node {
        if let Some(word) = self.constant_of(a) {
            return self.constant(kind, evaluate::unary(op, word));
        }
        let support = self.support(a);
        self.add(Op::Unary(op, a), kind, range, support)
    }

    /// A truth value as 0 or 1.
    pub(crate) fn bool_to_int(&mut self, a: Node) -> Node {
        let (one, zero) = (self.int(1), self.int(0));
        self.select(a, one, zero)
    }

    /// Both of one type.
    pub(crate) fn select(&mut self, condition: Node, a: Node, b: Node) -> Node {
        match self.constant_of(condition) {
            Some(0) => return b,
            Some(_) => return a,
            None if a == b => return a,
            None => {}
        }
        let (kind, range) = (self.kind(a), self.info(a).range.join(self.info(b).range));
        if kind == Type::Bool {
            let not = self.not(condition);
            let (x, y) = (self.all(&[condition, a]), self.all(&[not, b]));
            return self.any(&[x, y]);
        }
        let support = self.support(condition) | self.support(a) | self.support(b);
        self.add(Op::Select(condition, a, b), kind, range, support)
    }

    /// A comparison of two words of one type.
    pub(crate) fn compare(&mut self, op: Compare, a: Node, b: Node) -> Node {
        let is_float = matches!(self.kind(a), Type::Float(_));
        let decided = match (op, self.info(a).range, self.info(b).range) {
            (Compare::Less, Range::Int(_, a), Range::Int(b, _)) if a < b => Some(true),
            (Compare::Less, Range::Int(a, _), Range::Int(_, b)) if a >= b => Some(false),
            (Compare::LessEqual, Range::Int(_, a), Range::Int(b, _)) if a <= b => Some(true),
            (Compare::LessEqual, Range::Int(a, _), Range::Int(_, b)) if a > b => Some(false),
            (Compare::Equal, Range::Int(a, b), Range::Int(c, d)) if b < c || d < a => Some(false),
            (Compare::Less, Range::Float(_, a), Range::Float(b, _)) if a < b => Some(true),
            (Compare::Less, Range::Float(a, _), Range::Float(_, b)) if a >= b => Some(false),
            (Compare::LessEqual, Range::Float(_, a), Range::Float(b, _)) if a <= b => Some(true),
            (Compare::LessEqual, Range::Float(a, _), Range::Float(_, b)) if a > b => Some(false),
            _ if a == b && !is_float => Some(op != Compare::Less),
            _ => match (self.constant_of(a), self.constant_of(b)) {
                (Some(x), Some(y)) => Some(evaluate::compare(op, self.kind(a), x, y)),
                _ => None,
            },
        };
        if let Some(truth) = decided {
            return Node::from(truth);
        }
        let (a, b) = if op == Compare::Equal && a > b { (b, a) } else { (a, b) };
        let support = self.support(a) | self.support(b);
        self.add(Op::Compare(op, a, b), Type::Bool, Range::Unknown, support)
    }

    pub(crate) fn not(&mut self, a: Node) -> Node {
        match self.info(a).op.clone() {
            Op::Constant(word) => Node::from(word == 0),
            Op::Unary(Unary::Not, inner) => inner,
            Op::Compare(Compare::Less, x, y) if self.kind(x) == Type::Int => {
                self.compare(Compare::LessEqual, y, x)
            }
            Op::Compare(Compare::LessEqual, x, y) if self.kind(x) == Type::Int => {
                self.compare(Compare::Less, y, x)
            }
            Op::All(items) => {
                let items: Vec<Node> = items.iter().map(|item| self.not(*item)).collect();
                self.any(&items)
            }
            Op::Any(items) => {
                let items: Vec<Node> = items.iter().map(|item| self.not(*item)).collect();
                self.all(&items)
            }
            _ => {
                let support = self.support(a);
                self.add(Op::Unary(Unary::Not, a), Type::Bool, Range::Unknown, support)
            }
        }
    }

    pub(crate) fn all(&mut self, parts: &[Node]) -> Node {
        self.connect(parts, true)
    }

    pub(crate) fn any(&mut self, parts: &[Node]) -> Node {
        self.connect(parts, false)
    }

    fn connect(&mut self, parts: &[Node], is_all: bool) -> Node {
        let (neutral, decisive) = if is_all { (TRUE, FALSE) } else { (FALSE, TRUE) };
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            match &self.info(*part).op {
                Op::All(inner) if is_all => items.extend(inner.iter().copied()),
                Op::Any(inner) if !is_all => items.extend(inner.iter().copied()),
                _ if *part == neutral => {}
                _ if *part == decisive => return decisive,
                _ => items.push(*part),
            }
        }
        items.sort_unstable();
        items.dedup();
        // Something and its opposite.
        for item in items.clone() {
            let opposite = match self.info(item).op {
                Op::Unary(Unary::Not, inner) => inner,
                Op::Compare(Compare::Less | Compare::LessEqual, ..) => self.not(item),
                _ => continue,
            };
            if items.binary_search(&opposite).is_ok() {
                return decisive;
            }
        }
        match items.as_slice() {
            [] => neutral,
            [only] => *only,
            _ => {
                let support = items.iter().fold(0, |all, item| all | self.support(*item));
                let op = if is_all { Op::All(items.into()) } else { Op::Any(items.into()) };
                self.add(op, Type::Bool, Range::Unknown, support)
            }
        }
    }

    /// Whether the word is one of these.
    pub(crate) fn among(&mut self, a: Node, mut words: Vec<u64>) -> Node {
        words.sort_unstable();
        words.dedup();
        if let Some(word) = self.constant_of(a) {
            return Node::from(words.binary_search(&word).is_ok());
        }
        if words.is_empty() {
            return FALSE;
        }
        let set = self.add_set(words);
        let support = self.support(a);
        self.add(Op::Among(a, set), Type::Bool, Range::Unknown, support)
    }
}

fn corners(a: f64, b: f64, c: f64, d: f64, f: impl Fn(f64, f64) -> f64) -> Range {
    let all = [f(a, c), f(a, d), f(b, c), f(b, d)];
    if all.iter().any(|x| !x.is_finite()) {
        return Range::Unknown;
    }
    Range::float(
        all.iter().copied().fold(f64::INFINITY, f64::min),
        all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    )
}

/// What [`Op::Whole`] computes; 0 where it is not defined.
#[inline]
pub(crate) fn whole(op: Whole, a: i64, b: i64) -> i64 {
    match op {
        // Both below are never asked for the least number by -1: their ranges exclude it.
        Whole::FloorDivide if b == 0 => 0,
        Whole::FloorDivide => {
            let (quotient, rest) = (a.wrapping_div(b), a.wrapping_rem(b));
            quotient - i64::from(rest != 0 && (rest < 0) != (b < 0))
        }
        Whole::Remainder if b == 0 => 0,
        Whole::Remainder => {
            let rest = a.wrapping_rem(b);
            if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
        }
        Whole::Min => a.min(b),
        Whole::Max => a.max(b),
        Whole::BitAnd => a & b,
        Whole::BitOr => a | b,
        Whole::BitXor => a ^ b,
        Whole::ShiftLeft => a.wrapping_shl(b as u32),
        Whole::ShiftRight => a >> b.clamp(0, 63),
    }
}

/// What [`Op::Real`] computes.
#[inline]
pub(crate) fn real(op: Real, a: f64, b: f64) -> f64 {
    match op {
        Real::Add => a + b,
        Real::Subtract => a - b,
        Real::Multiply => a * b,
        Real::Divide => a / b,
        Real::FloorDivide => floor_divide(a, b),
        Real::Remainder => remainder(a, b),
        Real::Min => {
            if b < a {
                b
            } else {
                a
            }
        }
        Real::Max => {
            if b > a {
                b
            } else {
                a
            }
        }
    }
}

/// With the sign of the divisor, as Python's `%`.
fn remainder(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest == 0.0 {
        0.0_f64.copysign(b)
    } else if (rest < 0.0) != (b < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// From the remainder, as Python's `//` does it.
fn floor_divide(a: f64, b: f64) -> f64 {
    let quotient = (a - remainder(a, b)) / b;
    if quotient == 0.0 {
        return 0.0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}
