//! What a launch depends on although the key by which its config is remembered leaves it out.

use std::collections::BTreeSet;

use spak_program::{Constant, Launch, LaunchId, Node, NodeId, Op};

use super::Facts;

/// The most nodes that are looked at for one launch.
const MANY: usize = 4000;

impl Facts<'_> {
    /// Sizes of arrays that decide the grid, an argument or a loop of a launch, and that do not follow from
    /// the parts of a key.
    pub(crate) fn left_out(&self, launch: &Launch, key: &[NodeId]) -> Vec<NodeId> {
        let known: Vec<NodeId> = key.iter().map(|part| self.program.behind(*part)).collect();
        let mut open: Vec<NodeId> = launch.grid.clone();
        open.extend(launch.arguments.iter().flatten());
        let mut seen = BTreeSet::new();
        let mut found: Vec<NodeId> = Vec::new();
        while let Some(id) = open.pop() {
            let id = self.program.behind(id);
            if seen.len() > MANY || !seen.insert(id) || known.iter().any(|k| self.is_same(*k, id)) {
                continue;
            }
            let Some(node) = self.program.node(id) else { continue };
            if self.is_size(id) {
                if !found.iter().any(|other| self.is_same(*other, id)) {
                    found.push(id);
                }
                continue;
            }
            // Arrays, and what they are made from, are not remembered.
            let is_array = matches!(
                node.op,
                Op::Alloc
                    | Op::Contiguous
                    | Op::Parameter
                    | Op::Call
                    | Op::ConfigField
                    | Op::Machine
            );
            if !is_array {
                open.extend(node.arguments.iter().map(|argument| argument.value));
            }
        }
        found.sort_unstable();
        found
    }

    /// What the key by which the config of a launch is remembered holds, in alphabetical order, whatever it is
    /// called and in which order it is written; nothing if there is no key, or a part of it is not understood.
    pub(crate) fn key_of(&self, launch: LaunchId) -> Option<&str> {
        let said = self.keys.get(launch.0 as usize)?.get_or_init(|| {
            let found = self.program.launches.get(launch.0 as usize);
            let list = found.and_then(|launch| self.program.configs_of(launch));
            let mut all = BTreeSet::new();
            for part in list.map_or(&[][..], |list| &list.key) {
                let kinds = self.kinds(*part);
                if kinds.is_empty() && self.program.constant(*part).is_none() {
                    return String::new();
                }
                all.extend(kinds);
            }
            all.into_iter().collect::<Vec<_>>().join("_")
        });
        (!said.is_empty()).then_some(said.as_str())
    }

    /// What kinds of things a value of the host is made from.
    fn kinds(&self, part: NodeId) -> BTreeSet<&'static str> {
        let mut open = vec![part];
        let mut seen = BTreeSet::new();
        let mut kinds = BTreeSet::new();
        while let Some(id) = open.pop() {
            let Some(node) = self.program.node(id).filter(|_| seen.insert(id)) else { continue };
            if seen.len() > MANY {
                break;
            }
            let kind = match node.op {
                Op::Extent => "sizes",
                Op::Stride => "strides",
                Op::DtypeOf => "dtype",
                Op::Machine => "machine",
                Op::Parameter => "values",
                Op::Field if node.name() == Some("shape") => "sizes",
                Op::Field => "values",
                Op::Call if self.is_device(node) => "device",
                Op::Alloc | Op::Contiguous => continue,
                _ => {
                    open.extend(node.arguments.iter().map(|argument| argument.value));
                    continue;
                }
            };
            kinds.insert(kind);
        }
        kinds
    }

    /// Whether it asks where an array is.
    fn is_device(&self, node: &Node) -> bool {
        let function = node.argument("function").and_then(|name| self.program.constant(name));
        matches!(function, Some(Constant::Text(name)) if name == "device_of")
    }

    /// Whether a value of the host is a size of an array.
    fn is_size(&self, id: NodeId) -> bool {
        let Some(node) = self.program.node(id) else { return false };
        match node.op {
            Op::Extent => true,
            Op::Item => node
                .argument("of")
                .and_then(|of| self.program.node(of))
                .is_some_and(|of| of.op == Op::Field && matches!(of.name(), Some("shape"))),
            _ => false,
        }
    }
}
