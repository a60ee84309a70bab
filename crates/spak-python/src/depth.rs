//! How deep a text can nest, found without parsing it: parsing and running are recursive, and stacks end.

use spak_syntax::Span;

/// Operators, dots and brackets that may follow each other within one element of a list or one statement.
const LONGEST: u32 = 10_000;

/// Where a text nests deeper than it can be read; `None` if it does not.
pub(crate) fn too_deep(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    // Operators since the last comma, for each open bracket; those outside still count inside.
    let mut runs: Vec<u32> = vec![0];
    let mut total = 0u32;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => at = line_end(bytes, at),
            b'\'' | b'"' => at = string_end(bytes, at),
            b'(' | b'[' | b'{' => {
                runs.push(0);
                total += 1;
            }
            b')' | b']' | b'}' if runs.len() > 1 => {
                // The bracket was one step, and stays one: `f()()()`.
                total -= runs.pop().unwrap_or(0);
                if let Some(run) = runs.last_mut() {
                    *run += 1;
                }
            }
            b',' | b';' => total -= runs.last_mut().map_or(0, std::mem::take),
            b'\n' if runs.len() == 1 => total -= runs.last_mut().map_or(0, std::mem::take),
            b'-' | b'+' | b'~' | b'.' | b'*' | b'/' | b'@' | b'<' | b'>' | b'=' | b'!' | b'&'
            | b'|' | b'^' | b'%' | b' ' | b'\t' | b':' => {
                // Words are divided by blanks: `not not not x`.
                if let Some(run) = runs.last_mut() {
                    *run += 1;
                    total += 1;
                }
            }
            _ => {}
        }
        if total > LONGEST {
            return Some(Span::new(at as u32, at as u32 + 1));
        }
        at += 1;
    }
    None
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| from + end - 1)
}

/// The last byte of a string that starts here.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let quote = bytes.get(from).copied().unwrap_or(b'"');
    let triple = bytes.get(from..from + 3).is_some_and(|three| three.iter().all(|b| *b == quote));
    let mut at = from + if triple { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' if !triple => return at - 1,
            _ if byte == quote => {
                let three = bytes.get(at..at + 3);
                if !triple {
                    return at;
                }
                if three.is_some_and(|three| three.iter().all(|b| *b == quote)) {
                    return at + 2;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn depth_counts_and_width_does_not() {
        let wide = format!("x = [{}]\n", "-1, f(a.b), ".repeat(100_000));
        let lines = "x = a.b.c(d) + 1\n".repeat(100_000);
        let docs = format!("'''{}'''\n", "a - b. ".repeat(100_000));
        for text in [&wide, &lines, &docs, "x = \"(((\"\n# ((((\n"] {
            assert_eq!(too_deep(text), None);
        }
        for (open, close) in [("(", ")"), ("-", ""), ("a.", ""), ("not ", ""), ("f(", ")")] {
            let deep = format!("x = {}1{}\n", open.repeat(20_000), close.repeat(20_000));
            assert!(too_deep(&deep).is_some(), "{open}");
        }
        assert!(too_deep(&format!("x = f{}\n", "()".repeat(20_000))).is_some());
    }
}
