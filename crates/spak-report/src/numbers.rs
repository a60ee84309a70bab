//! The numbers on a page that nothing supports.

use std::ops::Range;

use crate::markdown::{Part, Parts, parts};
use crate::marks::Unmarked;

/// Something on a page that must not be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A number that comes from nowhere.
    Number(Range<usize>),
    /// A figure where links are not made.
    Hidden(Range<usize>, &'static str),
    /// A figure that is not as it was made.
    Changed(Range<usize>),
    /// A place at which it cannot be told what is text, and why.
    Unclear(usize, &'static str),
}

impl Fault {
    /// Where it is.
    pub(crate) fn at(&self) -> usize {
        match self {
            Self::Number(range) | Self::Hidden(range, _) | Self::Changed(range) => range.start,
            Self::Unclear(at, _) => *at,
        }
    }
}

/// All faults of a page in order.
pub(crate) fn faults(page: &Unmarked) -> Vec<Fault> {
    let text = page.text.as_str();
    let mut skipped: Vec<Range<usize>> = page.figures.iter().chain(&page.given).cloned().collect();
    skipped.sort_by_key(|range| range.start);
    let Parts { parts, unclear } = parts(text, &skipped);
    let mut faults: Vec<Fault> = page.changed.iter().cloned().map(Fault::Changed).collect();
    faults.extend(unclear.into_iter().map(|(at, why)| Fault::Unclear(at, why)));
    for figure in &page.figures {
        let next = parts.partition_point(|(range, _)| range.end <= figure.start);
        let part = parts.get(next).filter(|(range, _)| range.start < figure.end);
        let place = part.and_then(|(_, part)| match part {
            Part::Code => Some("code"),
            Part::Comment => Some("a comment"),
            Part::Target => Some("a link's target"),
            Part::Ordinal => None,
        });
        faults.extend(place.map(|place| Fault::Hidden(figure.clone(), place)));
    }
    let mut others: Vec<Range<usize>> = parts.into_iter().map(|(range, _)| range).collect();
    others.extend(skipped);
    // What was changed is told once.
    others.extend(page.changed.iter().cloned());
    others.sort_by_key(|range| range.start);
    let mut from = 0;
    for other in others {
        numbers(text, from..other.start, &mut faults);
        from = from.max(other.end);
    }
    numbers(text, from..text.len(), &mut faults);
    faults.sort_by_key(Fault::at);
    faults
}

/// Adds the numbers of a part of the text: digits that no name holds.
///
/// A name begins with a Latin letter: in scripts without spaces between words, digits after a letter are a number.
fn numbers(text: &str, range: Range<usize>, faults: &mut Vec<Fault>) {
    let begin = range.start;
    let Some(part) = text.get(range) else { return };
    let mut is_name = false;
    let mut after = 0;
    for (at, c) in part.char_indices() {
        if at < after {
            continue;
        }
        let rest = part.get(at..).unwrap_or_default();
        if c.is_ascii_alphabetic() {
            is_name = true;
        } else if c.is_numeric() && !is_name {
            let end = at + length(rest);
            faults.push(Fault::Number(begin + at..begin + end));
            after = end;
        } else if rest.starts_with("&#") {
            // A character by its number may be any digit.
            let end = at + rest.find(';').map_or(rest.len().min(2), |end| end + 1);
            faults.push(Fault::Number(begin + at..begin + end));
            after = end;
        } else if !(c == '_' || c.is_numeric()) {
            is_name = false;
        }
    }
}

/// How long the number is that `text` begins with: `1.84`, `16,384`.
fn length(text: &str) -> usize {
    let mut end = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let goes_on = chars.peek().is_some_and(|(_, next)| next.is_numeric());
        if !(c.is_numeric() || matches!(c, '.' | ',') && goes_on) {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::{Fault, faults};
    use crate::marks::Unmarked;

    fn found(text: &str) -> Vec<String> {
        let page = Unmarked { text: text.to_owned(), ..Unmarked::default() };
        let number = |fault: Fault| match fault {
            Fault::Number(range) => text[range].to_owned(),
            Fault::Unclear(..) => "unclear".to_owned(),
            other => panic!("{other:?}"),
        };
        faults(&page).into_iter().map(number).collect()
    }

    #[test]
    fn numbers_are_found_in_text_alone() {
        for (text, expected) in [
            ("It is 1.84 times as fast, on 16,384 keys.", &["1.84", "16,384"][..]),
            ("H200, bf16, sm_90, C1, FP8_2 and x2_3 are names", &[]),
            ("2x, 3D, _5_, **6**, -7, (8), a/9", &["2", "3", "5", "6", "7", "8", "9"]),
            ("`1.84` and ``2 ` 3`` but 4", &["4"]),
            ("an open ` 5\n\n6 `", &["unclear", "5", "6", "unclear"]),
            ("an \\` 5 `6`", &["5"]),
            ("```\n5", &["unclear", "5"]),
            ("> ```\n5\n```", &["unclear", "5", "unclear"]),
            ("<div>\n`5`", &["unclear"]),
            ("|a|\n|-|\n| `b | 5` |", &["unclear"]),
            ("[a [b](c) d](5)", &["5"]),
            ("```sh\nrun 7\n``\n8\n```\n9", &["9"]),
            ("> ```\n> 7\n> ```\n> 8", &["8"]),
            ("~~~\n7\n```\n8\n~~~~\n9", &["9"]),
            ("[one](a/2.md) [3](b) [c](4 5) ![6](c7 \"8\")", &["3", "4", "5", "6", "8"]),
            ("no link](5) [but](6) <https://a.b/7> https://a/8) 9", &["5", "9"]),
            ("<!-- 1\n\n2 --> 3 <!-- 4", &["3", "4"]),
            ("a <!-- 1 --> <!-- 2\n3 -->", &["2", "3"]),
            ("# 1. Speed of 2\n## 3.1. Times\n### 4 shapes\n#5", &["2", "4", "5"]),
            ("1. one\n2. two\n   3\n\n3) three 4", &["3", "4"]),
            ("in the year\n1998. That\n1. is a list", &["1998"]),
            ("| 1 | `2` |\n|---|---:|\n| a 3 |", &["1", "3"]),
            ("약5배 ½ ٣ m² &#49; &#x31;", &["5", "½", "٣", "&#49;", "&#x31;"]),
            ("a1.5 v2", &["5"]),
            ("", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    /// The digits that a reader of the page sees as text of no name, by another reader of Markdown.
    fn seen(text: &str) -> usize {
        let (mut is_code, mut count) = (false, 0);
        let mut before = ' ';
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => is_code = true,
                Event::End(TagEnd::CodeBlock) => is_code = false,
                Event::Text(part) if !is_code => {
                    for c in part.chars() {
                        count += usize::from(c.is_numeric() && before == ' ');
                        before = match c {
                            '_' => before,
                            c if c.is_alphanumeric() => 'a',
                            _ => ' ',
                        };
                    }
                    continue;
                }
                _ => {}
            }
            before = ' ';
        }
        count
    }

    proptest! {
        /// Whatever is a visible number to a reader of Markdown is found.
        #[test]
        fn no_number_hides(pieces in proptest::collection::vec(
            prop::sample::select(vec![
                "5", " ", " 6 ", "\n", "\n\n", "`", "``", "```", "~~~", "[", "](", "](a)", ")", "<!--", "-->", "<",
                ">", "## a ", "1. ", "7. ", "- ", "\\", "a", "_", "*", "|", "<https://a>", "\"", "(", "\n> ", "\n   ",
            ]),
            0..14,
        )) {
            let text = pieces.concat();
            prop_assert!(found(&text).len() >= usize::from(seen(&text) > 0), "{text:?}");
        }

        #[test]
        fn any_text_is_read(text in "[ -~\n`<>\\[\\]()\u{00bd}\u{0663}\u{1d7d9}약]{0,200}") {
            found(&text);
        }
    }
}
