//! What is computed from values.

use spak_program::{NodeId, Program};

use super::slice::Seen;
use super::{Bits, Facts};

/// Values from which more is computed are not followed.
const MOST_USERS: usize = 2048;

/// For each node those that have it as an argument.
#[derive(Debug)]
pub(crate) struct Uses {
    /// Where the users of each node begin, and one place more.
    starts: Vec<u32>,
    users: Vec<NodeId>,
}

impl Uses {
    fn of(program: &Program) -> Self {
        let mut starts = vec![0_u32; program.nodes.len() + 1];
        let arguments = || program.nodes.iter().flat_map(|node| &node.arguments);
        for argument in arguments() {
            if let Some(count) = starts.get_mut(argument.value.index() + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut users = vec![NodeId(0); sum as usize];
        for (at, node) in program.nodes.iter().enumerate() {
            for argument in &node.arguments {
                let Some(place) = next.get_mut(argument.value.index()) else { continue };
                if let Some(user) = users.get_mut(*place as usize) {
                    *user = NodeId(at as u32);
                }
                *place += 1;
            }
        }
        Self { starts, users }
    }

    fn of_node(&self, node: NodeId) -> &[NodeId] {
        let start = |at: usize| self.starts.get(at).map(|start| *start as usize);
        let range = start(node.index()).zip(start(node.index() + 1));
        range.and_then(|(from, to)| self.users.get(from..to)).unwrap_or(&[])
    }
}

impl Facts<'_> {
    fn uses(&self) -> &Uses {
        self.uses.get_or_init(|| Uses::of(self.program))
    }

    /// A node of a kernel and everything that is computed from it; `None` if that is too much to help.
    pub(crate) fn users(&self, node: NodeId) -> Option<&Bits> {
        self.users.get(node.index(), || self.collect_users(node))?.as_ref()
    }

    fn collect_users(&self, node: NodeId) -> Option<Bits> {
        self.kernel_of(node)?;
        let (mut found, mut open) = (Seen::new(), vec![node]);
        found.add(node);
        let mut count = 0;
        while let Some(node) = open.pop() {
            count += 1;
            if count > MOST_USERS {
                return None;
            }
            open.extend(self.uses().of_node(node).iter().filter(|user| found.add(**user)));
        }
        Some(found.bits())
    }

    /// A node and all casts, reshapes and broadcasts of it, in order.
    pub(crate) fn around(&self, node: NodeId) -> Vec<NodeId> {
        let (mut found, mut next) = (vec![node], 0);
        while let Some(node) = found.get(next) {
            next += 1;
            let users = self.uses().of_node(*node).iter().copied();
            let inner = self.program.behind(*node);
            let casts = users.filter(|user| self.program.behind(*user) == inner);
            let new: Vec<NodeId> = casts.filter(|user| !found.contains(user)).collect();
            found.extend(new);
        }
        found.sort_unstable();
        found
    }
}
