//! Blocks of code out of an answer: in fences, in fences within fences, without fences, cut off in the middle.

/// A block of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// What stands behind the opening fence: `dsl`, `python`, or nothing.
    pub info: &'a str,
    /// Its text.
    pub text: &'a str,
    /// Whether its fence was closed: what has no end was cut off.
    pub is_closed: bool,
}

/// All blocks of `answer` in order; the whole answer as one block when it has no fence.
///
/// A fence is three or more backticks or tildes at the beginning of a line; it is closed by a line of at least as many of the same
/// and nothing else (`CommonMark` 0.31, section 4.5), so that longer fences may hold shorter ones.
pub fn blocks(answer: &str) -> Vec<Block<'_>> {
    let answer = answer.strip_prefix('\u{feff}').unwrap_or(answer);
    let mut found = Vec::new();
    // The fence that is open: its character, its length, what stands behind it, where its text begins.
    let mut open: Option<(u8, usize, &str, usize)> = None;
    let mut at = 0;
    for line in answer.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let Some((character, length, behind)) = fence(line) else { continue };
        match open {
            None => {
                // What is behind backticks is no fence if there are more of them: it is code within a line.
                if character == b'`' && behind.contains('`') {
                    continue;
                }
                open = Some((character, length, behind, end));
            }
            Some((of, least, info, from)) => {
                if character == of && length >= least && behind.is_empty() {
                    let text = answer.get(from..start).unwrap_or_default();
                    found.push(Block { info, text, is_closed: true });
                    open = None;
                }
            }
        }
    }
    if let Some((_, _, info, from)) = open {
        let text = answer.get(from..).unwrap_or_default();
        found.push(Block { info, text, is_closed: false });
    }
    if found.is_empty() && !answer.trim().is_empty() {
        found.push(Block { info: "", text: answer, is_closed: true });
    }
    found
}

/// The character, the length and the rest of a line that is a fence.
fn fence(line: &str) -> Option<(u8, usize, &str)> {
    let line = line.trim_end();
    let inner = line.trim_start_matches(' ');
    if line.len() - inner.len() > 3 {
        return None;
    }
    let character = *inner.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = inner.bytes().take_while(|byte| *byte == character).count();
    (length >= 3).then(|| (character, length, inner.get(length..).unwrap_or_default().trim()))
}

/// The block that is most likely meant: of those called by one of `names` the last, else the longest of those without a name, else the
/// longest.
pub fn best<'a>(blocks: &[Block<'a>], names: &[&str]) -> Option<Block<'a>> {
    let named = |block: &&Block<'_>| {
        let word = block.info.split_whitespace().next().unwrap_or_default();
        names.iter().any(|name| word.eq_ignore_ascii_case(name))
    };
    let longest = |of: &dyn Fn(&Block<'_>) -> bool| {
        // Of equals the first.
        blocks.iter().filter(|block| of(block)).rev().max_by_key(|block| block.text.len()).copied()
    };
    blocks
        .iter()
        .rev()
        .find(named)
        .copied()
        .or_else(|| longest(&|block| block.info.is_empty()))
        .or_else(|| longest(&|_| true))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(answer: &str) -> Vec<(&str, &str, bool)> {
        blocks(answer).into_iter().map(|b| (b.info, b.text, b.is_closed)).collect()
    }

    #[test]
    fn blocks_of_answers() {
        for (answer, expected) in [
            ("Sure!\n```dsl\nsystem A {}\n```\nDone.", vec![("dsl", "system A {}\n", true)]),
            ("```\na\n```\n~~~py\nb\n~~~", vec![("", "a\n", true), ("py", "b\n", true)]),
            ("````md\n```\ninner\n```\n````\n", vec![("md", "```\ninner\n```\n", true)]),
            ("\u{feff}```dsl\r\nx\r\n```\r\n", vec![("dsl", "x\r\n", true)]),
            ("talk\n```dsl\nsystem A {", vec![("dsl", "system A {", false)]),
            ("system A {}", vec![("", "system A {}", true)]),
            ("use ```x``` here\n", vec![("", "use ```x``` here\n", true)]),
            ("```a`b\nx\n", vec![("", "```a`b\nx\n", true)]),
            ("~~~\n```\n~~~\n", vec![("", "```\n", true)]),
            ("  \n", vec![]),
        ] {
            assert_eq!(texts(answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn which_is_meant() {
        let pick = |answer, names: &[&str]| best(&blocks(answer), names).map(|b| b.text);
        let two = "```dsl\nfirst\n```\n```DSL x\nlast\n```\n```\nlonger than these\n```\n";
        assert_eq!(pick(two, &["snf", "dsl"]), Some("last\n"));
        assert_eq!(pick(two, &["c"]), Some("longer than these\n"));
        assert_eq!(pick("```c\nx\n```\n", &["dsl"]), Some("x\n"));
        assert_eq!(pick("", &["dsl"]), None);
    }

    #[test]
    fn ten_megabytes_take_no_time() {
        for piece in ["```\n", "~~~~\n```dsl\n", "x", "`````````\n", "   ```a\n"] {
            let answer = piece.repeat((10 << 20) / piece.len());
            let started = std::time::Instant::now();
            let found = blocks(&answer);
            assert!(!found.is_empty());
            assert!(started.elapsed().as_secs() < 5, "{piece:?} is quadratic");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_answered(answer in "(```|~~~|`|\n|\r\n|dsl|system|[ {}x]|\\PC){0,60}") {
            for block in blocks(&answer) {
                prop_assert!(answer.contains(block.text));
            }
        }

        #[test]
        fn what_is_fenced_comes_out_whole(text in "[a-z{}:\\[\\] \n~`]{0,40}", talk in "[a-z .\n]{0,20}") {
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            let answer = format!("{talk}\n{fence}dsl\n{text}\n{fence}\n{talk}");
            prop_assert_eq!(best(&blocks(&answer), &["dsl"]).unwrap().text, format!("{text}\n"));
        }
    }
}
