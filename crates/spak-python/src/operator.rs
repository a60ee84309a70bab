//! Operators on values.

use std::rc::Rc;

use ruff_python_ast::{CmpOp, ExprCompare, Operator};
use spak_program::{Constant, Op, Site, given};

use crate::frame::Frame;
use crate::machine::Machine;
use crate::order::compare_constants;
use crate::value::{List, Value};

fn op_of(operator: Operator) -> Op {
    match operator {
        Operator::Add => Op::Add,
        Operator::Sub => Op::Sub,
        Operator::Mult => Op::Mul,
        Operator::MatMult => Op::Mma,
        Operator::Div => Op::Div,
        Operator::Mod => Op::Mod,
        Operator::Pow => Op::Pow,
        Operator::LShift => Op::ShiftLeft,
        Operator::RShift => Op::ShiftRight,
        Operator::BitOr => Op::Or,
        Operator::BitXor => Op::Xor,
        Operator::BitAnd => Op::And,
        Operator::FloorDiv => Op::FloorDiv,
    }
}

impl<'a> Machine<'a> {
    /// `left += right` and the like; lists grow in place.
    pub(crate) fn augmented(
        &mut self,
        operator: Operator,
        left: Value<'a>,
        right: Value<'a>,
        site: Site,
    ) -> Value<'a> {
        if let (Operator::Add, Value::List(list)) = (operator, &left) {
            self.extend(list, &right);
            return left;
        }
        self.binary(operator, left, right, site)
    }

    pub(crate) fn binary(
        &mut self,
        operator: Operator,
        left: Value<'a>,
        right: Value<'a>,
        site: Site,
    ) -> Value<'a> {
        if let (Value::Constant(a, _), Value::Constant(b, _)) = (&left, &right)
            && let Some(value) = spak_program::binary(op_of(operator), a, b)
        {
            return Value::Constant(value, site);
        }
        match (operator, &left, &right) {
            (Operator::Add, Value::Tuple(a), Value::Tuple(b)) => {
                return Value::tuple(a.iter().chain(b.iter()).cloned());
            }
            (Operator::Add, Value::List(a), Value::List(b)) => {
                let (a, b) = (a.borrow(), b.borrow());
                let items = a.items.iter().chain(&b.items).cloned().collect();
                let list = List { items, open: a.open || b.open };
                return Value::List(Rc::new(std::cell::RefCell::new(list)));
            }
            (Operator::Mult, Value::List(list), Value::Constant(Constant::Int(count), _)) => {
                let items = list.borrow().items.clone();
                let times = usize::try_from(*count).unwrap_or(0).min(64);
                let items = std::iter::repeat_n(items, times).flatten().collect();
                let list = List { items, open: list.borrow().open };
                return Value::List(Rc::new(std::cell::RefCell::new(list)));
            }
            // Structures that depend on a condition are combined on each way.
            (_, Value::Choice(choice), _) if !self.plain(&left) => {
                return self.each_way(choice, site, |machine, way| {
                    machine.binary(operator, way.clone(), right.clone(), site)
                });
            }
            (_, _, Value::Choice(choice)) if !self.plain(&right) => {
                return self.each_way(choice, site, |machine, way| {
                    machine.binary(operator, left.clone(), way.clone(), site)
                });
            }
            // `int | None` in annotations.
            (Operator::BitOr, Value::Path(_), _) => return left,
            (Operator::BitOr, _, Value::Path(_)) => return right,
            _ => {}
        }
        let left = self.as_node(&left, site);
        let right = self.as_node(&right, site);
        Value::Node(self.graph.node(
            op_of(operator),
            vec![given("a", left), given("b", right)],
            site,
        ))
    }

    /// Whether a value is a number or the like on each way.
    fn plain(&self, value: &Value<'a>) -> bool {
        match value {
            Value::Node(_) | Value::Constant(..) => true,
            Value::Choice(choice) => self.plain(&choice.1) && self.plain(&choice.2),
            _ => false,
        }
    }

    pub(crate) fn comparison(
        &mut self,
        written: &'a ExprCompare,
        frame: &Rc<Frame<'a>>,
    ) -> Value<'a> {
        let site = self.site(written);
        let mut left = self.eval(&written.left, frame);
        let mut all: Option<Value<'a>> = None;
        for (op, right) in written.ops.iter().zip(&written.comparators) {
            let right = self.eval(right, frame);
            let one = self.compare(*op, &left, &right, site);
            all = Some(match (all, one) {
                (None, one) => one,
                (Some(before), one) => match (self.truth(&before), self.truth(&one)) {
                    (Some(false), _) | (_, Some(true)) => before,
                    (Some(true), _) | (_, Some(false)) => one,
                    _ => {
                        let a = self.as_node(&before, site);
                        let b = self.as_node(&one, site);
                        Value::Node(self.graph.node(
                            Op::And,
                            vec![given("a", a), given("b", b)],
                            site,
                        ))
                    }
                },
            });
            left = right;
        }
        match all {
            Some(value) => value,
            None => self.unknown(site),
        }
    }

    fn compare(&mut self, op: CmpOp, left: &Value<'a>, right: &Value<'a>, site: Site) -> Value<'a> {
        let negated = matches!(op, CmpOp::NotEq | CmpOp::IsNot | CmpOp::NotIn);
        if let Some(known) = self.compare_known(op, left, right) {
            return Value::Constant(Constant::Bool(known), site);
        }
        let a = self.as_node(left, site);
        let b = self.as_node(right, site);
        let node_op = match op {
            CmpOp::Eq | CmpOp::Is | CmpOp::NotEq | CmpOp::IsNot => {
                if negated {
                    Op::NotEqual
                } else {
                    Op::Equal
                }
            }
            CmpOp::Lt => Op::Less,
            CmpOp::LtE => Op::LessEqual,
            CmpOp::Gt => Op::Greater,
            CmpOp::GtE => Op::GreaterEqual,
            CmpOp::In | CmpOp::NotIn => Op::In,
        };
        let node = self.graph.node(node_op, vec![given("a", a), given("b", b)], site);
        if op == CmpOp::NotIn {
            return Value::Node(self.graph.node(Op::Not, vec![given("a", node)], site));
        }
        Value::Node(node)
    }

    fn compare_known(&self, op: CmpOp, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
        match op {
            CmpOp::In | CmpOp::NotIn => {
                let found = self.contains(right, left)?;
                Some(found == (op == CmpOp::In))
            }
            CmpOp::Eq | CmpOp::NotEq | CmpOp::Is | CmpOp::IsNot => {
                let equal = self.equal(left, right)?;
                Some(equal == matches!(op, CmpOp::Eq | CmpOp::Is))
            }
            _ => {
                let order = compare_constants(left.constant()?, right.constant()?)?;
                Some(match op {
                    CmpOp::Lt => order.is_lt(),
                    CmpOp::LtE => order.is_le(),
                    CmpOp::Gt => order.is_gt(),
                    _ => order.is_ge(),
                })
            }
        }
    }

    /// Whether two values are equal, if that is known.
    pub(crate) fn equal(&self, left: &Value<'a>, right: &Value<'a>) -> Option<bool> {
        if left.same(right) {
            return Some(true);
        }
        match (left, right) {
            (Value::Constant(a, _), Value::Constant(b, _)) => {
                Some(a == b || compare_constants(a, b).is_some_and(std::cmp::Ordering::is_eq))
            }
            (Value::Tuple(a), Value::Tuple(b)) => {
                if a.len() != b.len() {
                    return Some(false);
                }
                let parts: Vec<Option<bool>> =
                    a.iter().zip(b.iter()).map(|(a, b)| self.equal(a, b)).collect();
                if parts.contains(&Some(false)) {
                    return Some(false);
                }
                parts.iter().all(|part| *part == Some(true)).then_some(true)
            }
            (Value::Node(_), Value::Node(_)) => None,
            (Value::Node(node), Value::Constant(Constant::None, _))
            | (Value::Constant(Constant::None, _), Value::Node(node)) => {
                // What was computed is not nothing.
                let may_be_none = matches!(
                    self.graph.program.op(*node),
                    Op::Parameter
                        | Op::Unknown
                        | Op::Call
                        | Op::Field
                        | Op::ConfigField
                        | Op::Item
                        | Op::Choice
                        | Op::Carried
                );
                (!may_be_none).then_some(false)
            }
            (Value::Choice(choice), other) | (other, Value::Choice(choice)) => {
                let (a, b) = (self.equal(&choice.1, other)?, self.equal(&choice.2, other)?);
                (a == b).then_some(a)
            }
            (Value::Node(_) | Value::Shape(_) | Value::Path(_), _)
            | (_, Value::Node(_) | Value::Shape(_) | Value::Path(_)) => None,
            _ => Some(false),
        }
    }

    /// Whether a container has an element, if that is known.
    fn contains(&self, container: &Value<'a>, element: &Value<'a>) -> Option<bool> {
        let compare = |items: &mut dyn Iterator<Item = &Value<'a>>| {
            let mut sure = true;
            for item in items {
                match self.equal(item, element) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => sure = false,
                }
            }
            sure.then_some(false)
        };
        match container {
            Value::Tuple(items) => compare(&mut items.iter()),
            Value::List(list) => {
                let list = list.borrow();
                let plain = !list.open && list.items.iter().all(|(_, under)| under.is_empty());
                plain.then(|| compare(&mut list.items.iter().map(|(item, _)| item))).flatten()
            }
            Value::Dict(dict) => {
                let dict = dict.borrow();
                // What other calls may have put there is not known where a program fills it as it goes.
                let known = compare(&mut dict.items.iter().map(|(key, _)| key));
                if element.constant().is_some() && !dict.open { known } else { None }
            }
            Value::Constant(Constant::Text(text), _) => {
                element.text().map(|part| text.contains(part))
            }
            _ => None,
        }
    }
}
