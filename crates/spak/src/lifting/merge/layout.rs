//! Where what is new goes in the text of a design, laid out as `spak fmt` does.

use spak_knowledge::{Layout, first_block};
use spak_syntax::Edit;
use spak_syntax::ast::{Block, Item};

use super::{Addition, What};

/// The blocks of a design that things go into.
pub(super) struct Places<'a> {
    layout: Layout<'a>,
    items: &'a [Item],
    system: Option<&'a Block>,
}

impl<'a> Places<'a> {
    /// The places of a text.
    pub(super) fn of(text: &'a str, items: &'a [Item]) -> anyhow::Result<Self> {
        let system = first_block(items, &["system", "system_model"]);
        let layout = Layout::new(text);
        if let Some(block) = system.filter(|block| !block.items.is_empty())
            && !layout.begins_line(block.inner_end)
        {
            anyhow::bail!(
                "`{}` stands on one line, which would have to be laid out anew; give its brace a line of its own",
                block.head.text()
            );
        }
        Ok(Self { layout, items, system })
    }

    /// Where the system begins.
    pub(super) fn system_start(&self) -> u32 {
        self.system.map_or(0, |block| block.span.start)
    }

    fn inside(&self) -> &'a [Item] {
        self.system.map_or(self.items, |block| block.items.as_slice())
    }

    /// The first block with a head whose brace has a line of its own, so that lines can come before it.
    fn block(&self, head: &str) -> Option<&'a Block> {
        first_block(self.inside(), &[head]).filter(|b| self.layout.begins_line(b.inner_end))
    }

    /// All insertions, in the order of the text.
    pub(super) fn edits(&self, additions: &[&Addition]) -> Vec<Edit> {
        let mut edits = Vec::new();
        // Blocks that are new, in the order of a design.
        let mut new: Vec<Vec<String>> = Vec::new();
        for addition in additions {
            if let What::Value { at, text } = &addition.what {
                edits.push(Edit::insert(*at, format!(", {text}")));
            }
        }
        let blocks = || {
            additions.iter().filter_map(|one| match &one.what {
                What::Block(lines) => Some(lines),
                _ => None,
            })
        };
        let is_workload =
            |lines: &&Vec<String>| lines.first().is_some_and(|l| l.starts_with("workload"));
        new.extend(blocks().filter(is_workload).cloned());
        for head in ["design_space", "tuning_space"] {
            let lines: Vec<String> = additions
                .iter()
                .filter_map(|one| match &one.what {
                    What::Line { block, line } if *block == head => Some(line.clone()),
                    _ => None,
                })
                .collect();
            self.group(head, &lines, &mut edits, &mut new);
        }
        new.extend(blocks().filter(|lines| !is_workload(lines)).cloned());
        let knowledge: Vec<String> = additions
            .iter()
            .filter_map(|one| match &one.what {
                What::Knowledge(lines) => Some(lines),
                _ => None,
            })
            .flatten()
            .cloned()
            .collect();
        self.group("knowledge", &knowledge, &mut edits, &mut new);
        if !new.is_empty() {
            let lines: Vec<String> = new.into_iter().flatten().collect();
            edits.push(match self.system {
                Some(system) => {
                    let indent = self.layout.inner_indent(system, self.items);
                    self.layout.before_brace(system, &self.laid_out(&lines, &indent))
                }
                None => self.layout.at_end(&self.laid_out(&lines, "")),
            });
        }
        edits
    }

    /// Lines into a block that is there, or into a new one.
    fn group(
        &self,
        head: &str,
        lines: &[String],
        edits: &mut Vec<Edit>,
        new: &mut Vec<Vec<String>>,
    ) {
        if lines.is_empty() {
            return;
        }
        let mut block = vec![format!("{head} {{")];
        block.extend(lines.iter().map(|line| format!("    {line}")));
        block.push("}".to_owned());
        match self.block(head) {
            Some(there) => {
                let indent = self.layout.inner_indent(there, self.items);
                let laid = self.laid_out(&block, "");
                let inside = laid.get(1..laid.len().saturating_sub(1)).unwrap_or_default();
                let step = self.layout.step(self.items);
                let strip = |line: &String| line.strip_prefix(&step).unwrap_or(line).to_owned();
                let inside: Vec<String> = inside
                    .iter()
                    .map(strip)
                    .map(|line| if line.is_empty() { line } else { format!("{indent}{line}") })
                    .collect();
                edits.push(self.layout.before_brace(there, &inside));
            }
            None => new.push(block),
        }
    }

    /// Lines as the formatter lays them out, indented as the text is.
    fn laid_out(&self, lines: &[String], indent: &str) -> Vec<String> {
        let text = spak_syntax::format(&(lines.join("\n") + "\n")).text;
        let step = self.layout.step(self.items);
        text.lines()
            .map(|line| {
                let rest = line.trim_start_matches(' ');
                let depth = (line.len() - rest.len()) / 4;
                if rest.is_empty() {
                    return String::new();
                }
                format!("{indent}{}{rest}", step.repeat(depth))
            })
            .collect()
    }
}
