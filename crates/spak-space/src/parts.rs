//! Parts of a problem that have nothing to do with each other.

use std::collections::BTreeMap;

use spak_expr::{Expr, free_names};

use crate::problem::Problem;

/// Parameters and constraints of a problem, by index, ascending; no condition connects them to others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The parameters.
    pub parameters: Vec<usize>,
    /// The constraints.
    pub constraints: Vec<usize>,
}

impl Problem {
    /// The parts that conditions make. Parameters that no condition names are in none; a constraint that
    /// names no parameter is a part of its own.
    pub fn parts(&self) -> Vec<Part> {
        let index: BTreeMap<&str, usize> =
            self.parameters.iter().enumerate().map(|(i, p)| (p.name.as_str(), i)).collect();
        let named = |expr: &Expr| -> Vec<usize> {
            free_names(expr).iter().filter_map(|n| index.get(n.as_str()).copied()).collect()
        };
        let constraints: Vec<Vec<usize>> =
            self.constraints.iter().map(|c| named(&c.expr)).collect();
        let conditional = self.parameters.iter().enumerate().filter_map(|(at, p)| {
            Some(named(p.when.as_ref()?).into_iter().chain([at]).collect::<Vec<usize>>())
        });
        let mut groups = Groups { leader: (0..self.parameters.len()).collect() };
        let mut is_named = vec![false; self.parameters.len()];
        for together in constraints.iter().cloned().chain(conditional) {
            for at in &together {
                groups.join(together[0], *at);
                is_named[*at] = true;
            }
        }
        let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
        for at in (0..self.parameters.len()).filter(|at| is_named[*at]) {
            parts.entry(groups.find(at)).or_default().parameters.push(at);
        }
        let mut alone = Vec::new();
        for (at, named) in constraints.iter().enumerate() {
            match named.first() {
                Some(first) => parts.entry(groups.find(*first)).or_default().constraints.push(at),
                None => alone.push(Part { parameters: Vec::new(), constraints: vec![at] }),
            }
        }
        parts.into_values().chain(alone).collect()
    }

    /// The problem of one part, with the symbols that its conditions name.
    pub fn of_part(&self, part: &Part) -> Self {
        fn some<T: Clone>(all: &[T], which: &[usize]) -> Vec<T> {
            which.iter().filter_map(|at| all.get(*at).cloned()).collect()
        }
        let parameters = some(&self.parameters, &part.parameters);
        let constraints = some(&self.constraints, &part.constraints);
        let whens = parameters.iter().filter_map(|p| p.when.as_ref());
        let names: Vec<String> =
            constraints.iter().map(|c| &c.expr).chain(whens).flat_map(free_names).collect();
        let mut symbols = BTreeMap::new();
        for name in names {
            // `gpu.smem` may be a field of a symbol `gpu`.
            let ends = name.match_indices('.').map(|(dot, _)| dot).chain([name.len()]);
            for symbol in ends.filter_map(|end| name.get(..end)) {
                if let Some(value) = self.symbols.get(symbol) {
                    symbols.insert(symbol.to_owned(), value.clone());
                }
            }
        }
        Self { parameters, constraints, symbols, dialect: self.dialect }
    }
}

/// Which indices belong together.
struct Groups {
    /// Another one of the same group, in the end one for all of it.
    leader: Vec<usize>,
}

impl Groups {
    fn find(&mut self, mut at: usize) -> usize {
        while self.leader[at] != at {
            self.leader[at] = self.leader[self.leader[at]];
            at = self.leader[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        self.leader[b] = a;
    }
}
