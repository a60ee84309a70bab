//! A fragment into a design, as edits of its text: what stands there keeps its bytes, but for lists that get more values.

use std::collections::BTreeMap;

use spak_model::entry::{Content, Entry};
use spak_model::vocabulary::Kind;
use spak_syntax::{Edit, FileId};

/// The design that is added to.
#[derive(Clone, Copy, Debug)]
pub struct Seed<'a> {
    /// Its text.
    pub text: &'a str,
    /// Its own statements.
    pub entries: &'a [Entry],
    /// The number of its file.
    pub file: FileId,
}

/// What is added.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Its statements.
    pub entries: &'a [Entry],
    /// The text that they are of.
    pub text: &'a str,
    /// What stands above each thing that is new, without the slashes.
    pub note: &'a str,
}

/// What became of one statement of a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The dimension, the constraint, the rule.
    pub name: String,
    /// `added`, `extended`, or `there` when nothing had to be done.
    pub what: What,
    /// Values that are new in a dimension.
    pub values: Vec<String>,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It is new.
    Added,
    /// It has more values.
    Extended,
    /// The design had it.
    There,
}

/// The edits, and what each is. `same` says which name of the design is what a name of the fragment means, and which word of the
/// design a value is.
pub fn merge(
    seed: Seed<'_>,
    fragment: Fragment<'_>,
    same: &dyn Fn(&str) -> Option<String>,
) -> (Vec<Edit>, Vec<Change>) {
    let mut blocks: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let (mut edits, mut changes): (Vec<Edit>, Vec<Change>) = (Vec::new(), Vec::new());
    for entry in fragment.entries {
        match entry.kind {
            Some(Kind::DesignSpace | Kind::TuningSpace) => {
                let key = if entry.kind == Some(Kind::DesignSpace) {
                    "design_space"
                } else {
                    "tuning_space"
                };
                for dimension in entry.children() {
                    let name = dimension.head.text();
                    let there = find(seed, &same(&name).unwrap_or_else(|| name.clone()));
                    match there {
                        Some(known) => {
                            let (edit, change) = extend(seed, known, dimension, fragment.text);
                            edits.extend(edit);
                            changes.push(change);
                        }
                        None => {
                            let text = dimension.span.slice(fragment.text).trim().to_owned();
                            let values = items(&text).into_iter().map(|(_, item)| item).collect();
                            blocks.entry(key).or_default().push(text);
                            changes.push(Change { name, what: What::Added, values });
                        }
                    }
                }
            }
            Some(Kind::Knowledge) => {
                for one in entry.children() {
                    let name = one.name_text().unwrap_or_default().to_owned();
                    if has_knowledge(seed, one.kind, &name) {
                        changes.push(Change { name, what: What::There, values: Vec::new() });
                        continue;
                    }
                    blocks
                        .entry("knowledge")
                        .or_default()
                        .push(lined(one.span.slice(fragment.text)));
                    changes.push(Change { name, what: What::Added, values: Vec::new() });
                }
            }
            Some(Kind::Constraint) => {
                let name = entry.name_text().unwrap_or_default().to_owned();
                let text = lined(entry.span.slice(fragment.text));
                blocks.entry("").or_default().push(text);
                changes.push(Change { name, what: What::Added, values: Vec::new() });
            }
            _ => {}
        }
    }
    for (key, texts) in blocks {
        edits.push(insert(seed, key, &texts, fragment.note));
    }
    (edits, changes)
}

/// Puts an import at the beginning of the system.
pub fn import(seed: Seed<'_>, library: &str, note: &str) -> Edit {
    at_the_beginning(seed, &format!("import \"{library}\"  // {note}"))
}

/// A block at the beginning of the system.
pub fn at_the_beginning(seed: Seed<'_>, block: &str) -> Edit {
    match system(seed).and_then(|system| opening(seed.text, system)) {
        Some(at) => {
            let block = indented(block, "    ");
            Edit::insert(at, format!("\n{block}"))
        }
        None => {
            let first = seed.entries.iter().filter(|e| e.file == seed.file).map(|e| e.span.start);
            Edit::insert(first.min().unwrap_or(0), format!("{block}\n\n"))
        }
    }
}

/// Just behind the brace that opens a block.
fn opening(text: &str, entry: &Entry) -> Option<u32> {
    let from = entry.head.span.end as usize;
    let brace = text.get(from..)?.find('{')?;
    u32::try_from(from + brace + 1).ok()
}

fn system<'a>(seed: Seed<'a>) -> Option<&'a Entry> {
    seed.entries.iter().find(|e| e.file == seed.file && e.kind == Some(Kind::System))
}

/// The statements of the first system, or those of a file without one.
fn own<'a>(seed: Seed<'a>) -> impl Iterator<Item = &'a Entry> {
    let all = system(seed).map_or(seed.entries, Entry::children);
    all.iter().filter(move |entry| entry.file == seed.file)
}

fn find<'a>(seed: Seed<'a>, name: &str) -> Option<&'a Entry> {
    let spaces =
        own(seed).filter(|entry| matches!(entry.kind, Some(Kind::DesignSpace | Kind::TuningSpace)));
    let mut todo: Vec<&Entry> = spaces.flat_map(Entry::children).collect();
    while let Some(entry) = todo.pop() {
        match &entry.content {
            Content::Slot(_) if entry.head.text() == name => return Some(entry),
            Content::Slot(_) => {}
            Content::Block(children) => todo.extend(children),
        }
    }
    None
}

/// Takes values out of a dimension, with a line above it that says why; nothing when it has no list, or when all would go.
pub fn take_out(seed: Seed<'_>, name: &str, values: &[String], note: &str) -> Option<Edit> {
    let known = find(seed, name)?;
    let text = known.span.slice(seed.text);
    let own = items(text);
    let stay: Vec<&str> = own
        .iter()
        .filter(|(_, item)| !values.iter().any(|value| bare(value) == bare(item)))
        .map(|(_, item)| item.as_str())
        .collect();
    let ((first, _), (last, end)) = (own.first()?, own.last()?);
    if stay.is_empty() || stay.len() == own.len() {
        return None;
    }
    let (first, last) = (*first, last + end.len());
    let before = seed.text.get(..known.span.start as usize).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let indent = before.get(line..).unwrap_or_default();
    // In the middle of a line there is no line above it.
    let above = match indent.trim().is_empty() {
        true => format!("// {note}\n{indent}"),
        false => String::new(),
    };
    let head = text.get(..first)?;
    let span = spak_syntax::Span::new(known.span.start, known.span.start + last as u32);
    Some(Edit::replace(span, format!("{above}{head}{}", stay.join(", "))))
}

fn has_knowledge(seed: Seed<'_>, kind: Option<Kind>, name: &str) -> bool {
    let blocks = own(seed).filter(|entry| entry.kind == Some(Kind::Knowledge));
    blocks.flat_map(Entry::children).any(|one| one.kind == kind && one.name_text() == Some(name))
}

/// The items of the first list in a text, with where they stand; quotes keep commas and brackets together.
fn items(text: &str) -> Vec<(usize, String)> {
    let Some(open) = text.find('[') else { return Vec::new() };
    let (mut found, mut begin, mut quote) = (Vec::new(), open + 1, None);
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at <= open) {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, ',' | ']') => {
                let part = text.get(begin..at).unwrap_or_default();
                let item = part.trim();
                if !item.is_empty() {
                    found.push((begin + part.find(item).unwrap_or(0), item.to_owned()));
                }
                begin = at + 1;
                if c == ']' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

/// Values that the design's dimension does not have, before those that it has: the first one is what is begun with.
fn extend(seed: Seed<'_>, known: &Entry, proposed: &Entry, text: &str) -> (Option<Edit>, Change) {
    let own = items(known.span.slice(seed.text));
    let proposed = items(proposed.span.slice(text));
    let new: Vec<String> = proposed
        .into_iter()
        .map(|(_, item)| item)
        .filter(|item| !own.iter().any(|(_, known)| bare(known) == bare(item)))
        .collect();
    let name = known.head.text();
    match (own.first(), new.is_empty()) {
        (Some((at, _)), false) => {
            let at = known.span.start + *at as u32;
            let edit = Edit::insert(at, format!("{}, ", new.join(", ")));
            (Some(edit), Change { name, what: What::Extended, values: new })
        }
        _ => (None, Change { name, what: What::There, values: Vec::new() }),
    }
}

fn bare(item: &str) -> &str {
    item.trim_matches(['"', '\''])
}

/// New statements at the end of the last block of this kind, or in a block of their own at the end of the system.
fn insert(seed: Seed<'_>, key: &str, texts: &[String], note: &str) -> Edit {
    let kind = match key {
        "design_space" => Some(Kind::DesignSpace),
        "tuning_space" => Some(Kind::TuningSpace),
        "knowledge" => Some(Kind::Knowledge),
        _ => None,
    };
    let block = own(seed).filter(|entry| kind.is_some() && entry.kind == kind).last();
    let lines = |indent: &str| {
        let mut all = format!("{indent}// {note}\n");
        for text in texts {
            all.push_str(&indented(text, indent));
            all.push('\n');
        }
        all
    };
    if let Some(block) = block {
        return at_the_end(seed.text, block, &lines("        "));
    }
    let whole = match key {
        "" => lines("    "),
        key => format!("    {key} {{\n{}    }}\n", lines("        ")),
    };
    match system(seed) {
        Some(system) => at_the_end(seed.text, system, &format!("\n{whole}")),
        None => Edit::insert(seed.text.len() as u32, format!("\n{whole}")),
    }
}

/// Lines before the brace that closes a block, on lines of their own.
fn at_the_end(text: &str, block: &Entry, lines: &str) -> Edit {
    let before = text.get(..block.inner_end as usize).unwrap_or_default();
    // Behind the last thing in the block, before the blanks that the brace stands behind.
    let at = before.trim_end_matches([' ', '\t']).len();
    if before.get(..at).is_some_and(|b| b.ends_with('\n')) {
        return Edit::insert(at as u32, lines);
    }
    // The block is closed on a line that has something else: it gets a line of its own, as deep as the block.
    let beginning = text.get(..block.span.start as usize).unwrap_or_default();
    let line = beginning.rfind('\n').map_or(0, |end| end + 1);
    let depth = beginning.len() - line;
    let text = format!("\n{lines}{}", " ".repeat(depth));
    Edit::replace(spak_syntax::Span::new(at as u32, block.inner_end), text)
}

fn indented(text: &str, indent: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.trim().is_empty() { String::new() } else { format!("{indent}{line}") })
        .collect();
    lines.join("\n")
}

/// A block of a library without the indentation that it has there.
fn lined(text: &str) -> String {
    let rest = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    // The brace that closes it stands where the block begins.
    let depth = rest.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> = text
        .lines()
        .enumerate()
        .map(
            |(number, line)| if number == 0 { line } else { line.get(depth..).unwrap_or_default() },
        )
        .collect();
    lines.join("\n")
}
