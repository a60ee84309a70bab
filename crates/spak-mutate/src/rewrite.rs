//! New text from old, and where each token went.

/// A text made from another.
pub(crate) struct Rewritten {
    pub(crate) text: String,
    /// Where something began, and where it begins now. What is not there any more is left out.
    pub(crate) anchors: Vec<(u32, u32)>,
}

/// Replacements of parts of a text.
#[derive(Default)]
pub(crate) struct Edits(Vec<(u32, u32, String)>);

impl Edits {
    /// Something else instead of the bytes from `start` to `end`.
    pub(crate) fn replace(&mut self, start: u32, end: u32, text: impl Into<String>) {
        self.0.push((start, end, text.into()));
    }

    /// The new text. An edit that overlaps an earlier one is left out.
    pub(crate) fn apply(mut self, text: &str, anchors: &[u32]) -> Rewritten {
        self.0.sort_by_key(|(start, end, _)| (*start, *end));
        let mut out = String::new();
        let mut places = Vec::new();
        let mut rest = anchors.iter().copied().peekable();
        let mut at = 0u32;
        for (start, end, new) in self.0 {
            if start < at {
                continue;
            }
            while let Some(anchor) = rest.next_if(|anchor| *anchor < start) {
                places.push((anchor, out.len() as u32 + (anchor - at)));
            }
            out.push_str(text.get(at as usize..start as usize).unwrap_or(""));
            while let Some(anchor) = rest.next_if(|anchor| *anchor < end) {
                if !new.is_empty() {
                    places.push((anchor, out.len() as u32));
                }
            }
            out.push_str(&new);
            at = end;
        }
        places.extend(rest.map(|anchor| (anchor, out.len() as u32 + (anchor - at))));
        out.push_str(text.get(at as usize..).unwrap_or(""));
        Rewritten { text: out, anchors: places }
    }
}

/// Where the lines of a text begin.
pub(crate) struct Lines(Vec<u32>);

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self(std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect())
    }

    /// The line of a byte, from 0 on.
    pub(crate) fn line(&self, at: u32) -> usize {
        self.0.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// Where a line begins.
    pub(crate) fn start(&self, line: usize) -> Option<u32> {
        self.0.get(line).copied()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}
