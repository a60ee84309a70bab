//! Pages of the documentation and the fenced blocks in them.

use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// One file with prose.
pub(crate) struct Page {
    /// From the root of the repository, with `/`.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

/// One fenced block.
pub(crate) struct Fence {
    /// The first word behind the fence.
    pub(crate) language: String,
    /// The other ones.
    pub(crate) words: Vec<String>,
    pub(crate) body: String,
    /// Where the body stands in the page.
    pub(crate) range: Range<usize>,
}

impl Fence {
    /// The values of `KEY=VALUE` words.
    pub(crate) fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.words.iter().filter_map(move |w| w.strip_prefix(key)?.strip_prefix('='))
    }

    /// `README.md:12`, for messages.
    pub(crate) fn place(&self, page: &Page) -> String {
        let before = page.text.get(..self.range.start).unwrap_or_default();
        format!("{}:{}", page.name, before.matches('\n').count() + 1)
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every page for users: the front pages, the language and the guides.
pub(crate) fn pages() -> Vec<Page> {
    let mut paths = vec![root().join("README.md"), root().join("README.ko.md")];
    markdown_below(&root().join("docs/language"), &mut paths);
    markdown_below(&root().join("docs/guide"), &mut paths);
    paths.iter().map(|path| page(path)).collect()
}

/// The page at `path`.
pub(crate) fn page(path: &Path) -> Page {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let relative = path.strip_prefix(root()).unwrap();
    let name = relative.to_string_lossy().replace('\\', "/");
    Page { name, path: path.to_owned(), text }
}

fn markdown_below(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            markdown_below(&entry, found);
        } else if entry.extension().is_some_and(|e| e == "md") {
            found.push(entry);
        }
    }
}

/// The fenced blocks of `text` in order.
pub(crate) fn fences(text: &str) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut open: Option<Fence> = None;
    for (event, range) in Parser::new(text).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                let language = words.next().unwrap_or_default();
                let body = range.end..range.end;
                open = Some(Fence {
                    language,
                    words: words.collect(),
                    body: String::new(),
                    range: body,
                });
            }
            Event::Text(part) => {
                if let Some(fence) = &mut open {
                    fence.range.start = fence.range.start.min(range.start);
                    fence.range.end = if fence.body.is_empty() {
                        range.end
                    } else {
                        fence.range.end.max(range.end)
                    };
                    fence.body.push_str(&part);
                }
            }
            Event::End(TagEnd::CodeBlock) => fences.extend(open.take()),
            _ => {}
        }
    }
    fences
}

/// The targets of links to files, with where the page says so.
pub(crate) fn file_links(text: &str) -> Vec<String> {
    let targets = Parser::new(text).filter_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    let files = targets.filter(|t| !t.contains("://") && !t.starts_with('#'));
    files.map(|t| t.split('#').next().unwrap_or_default().to_owned()).collect()
}
