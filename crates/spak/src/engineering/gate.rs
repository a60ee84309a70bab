//! What a source may say to the preprocessor and to the assembler, before any compiler sees it.
//!
//! The compiler runs with limits as well. This is about what it would read for whoever wrote the source: a file that is included and
//! is no C comes back in the compiler's complaints.

/// Headers that a kernel may include.
const HEADERS: &[&str] = &[
    "assert.h",
    "float.h",
    "immintrin.h",
    "inttypes.h",
    "limits.h",
    "math.h",
    "pthread.h",
    "stdalign.h",
    "stdatomic.h",
    "stdbool.h",
    "stddef.h",
    "stdint.h",
    "stdlib.h",
    "string.h",
    "tgmath.h",
];
/// Directives that a kernel has a use for.
const DIRECTIVES: &[&str] = &[
    "define", "elif", "else", "endif", "error", "if", "ifdef", "ifndef", "include", "pragma",
    "undef",
];
/// Words that have no place anywhere in a kernel.
const NOWHERE: &[&str] = &[".incbin", ".include", "__has_include", "__has_embed", "??=", "??/"];
/// Bytes of a source.
const LARGEST: usize = 256 << 10;

/// Why a source is not given to a compiler.
pub(super) fn check(source: &str) -> Result<(), String> {
    if source.len() > LARGEST {
        return Err(format!("it has {} bytes, and {LARGEST} are compiled", source.len()));
    }
    if source.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    // A line may go on behind a backslash, also within a word.
    let joined = source.replace("\\\r\n", "").replace("\\\n", "");
    if let Some(word) = NOWHERE.iter().find(|word| joined.contains(**word)) {
        return Err(format!("`{word}` has no place in a kernel"));
    }
    // Comments may stand before a directive and within one.
    let plain = without_comments(&joined);
    for line in plain.lines() {
        let line = line.trim();
        let Some(directive) = line.strip_prefix('#').or_else(|| line.strip_prefix("%:")) else {
            continue;
        };
        let directive = directive.trim();
        let word: String =
            directive.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        if word.is_empty() {
            continue;
        }
        if !DIRECTIVES.contains(&word.as_str()) {
            return Err(format!("`#{word}` has no place in a kernel"));
        }
        if word == "include" {
            let what = directive.get(word.len()..).unwrap_or_default().trim();
            let header = what.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
            if !header.is_some_and(|header| HEADERS.contains(&header.trim())) {
                return Err(format!(
                    "a kernel includes headers of the standard library as `<math.h>`, and not {what}"
                ));
            }
        }
    }
    Ok(())
}

/// The text with a blank in the place of every comment; what looks like one within a text or a character is none.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut quote = None;
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                out.push(c);
                out.extend(rest.next());
                continue;
            }
            // A text ends with its line at the latest.
            (Some(q), _) if c == q || c == '\n' => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '/') if rest.peek() == Some(&'/') => {
                while rest.next_if(|c| *c != '\n').is_some() {}
                out.push(' ');
                continue;
            }
            (None, '/') if rest.peek() == Some(&'*') => {
                rest.next();
                let mut last = ' ';
                for c in rest.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    // Lines stay lines: what follows a comment over several is not at a line's beginning, but C says it is.
                    last = c;
                }
                out.push(' ');
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_a_kernel_says() {
        for source in [
            "#include <math.h>\n#  include <immintrin.h> // vectors\n#pragma GCC ivdep\nint x;",
            "/* # include \"x\" */ int x; // #include \"/etc/passwd\"\n#\n",
            "const char *s = \"// #include \\\" \\\\\";\n#define A 1\n",
        ] {
            assert_eq!(check(source), Ok(()), "{source}");
        }
    }

    #[test]
    fn what_a_kernel_does_not_say() {
        for source in [
            "#include \"/etc/passwd\"",
            "#include </etc/passwd>",
            "#include <unistd.h>",
            "# /* x */ include \"/etc/passwd\"",
            "/* x */ #include \"/etc/passwd\"",
            "/*\n*/#include \"/etc/passwd\"",
            "#inc\\\nlude \"/etc/passwd\"",
            "%:include \"/etc/passwd\"",
            "#define X \"/etc/passwd\"\n#include X",
            "#include_next <math.h>",
            "#embed \"/etc/passwd\"",
            "#if __has_include(\"/etc/passwd\")\n#endif",
            "__asm__(\".incbin \\\"/etc/passwd\\\"\");",
            "??=include \"/etc/passwd\"",
            "int c = '\"';\n#include \"/etc/passwd\"",
            " ",
        ] {
            assert!(check(source).is_err(), "{source}");
        }
        assert!(check(&"x".repeat(300 << 10)).unwrap_err().contains("bytes"));
    }
}
