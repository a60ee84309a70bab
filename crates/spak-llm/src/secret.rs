//! A key of a service: it goes to the service and nowhere else.

use std::fmt;

/// What stands where a key stood.
const HIDDEN: &str = "[key]";
/// Shorter texts are not looked for: they would be found in every word.
const SHORTEST: usize = 6;

/// A key. It has no way into text: neither `Display` nor `Serialize`, and `Debug` says that there is one.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The key `text`, without blanks around it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The key, for the header that it belongs into.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// `text` without the key, also where it is a part of a URL.
    pub fn redact(&self, text: &str) -> String {
        if self.0.len() < SHORTEST {
            return text.to_owned();
        }
        let encoded: String = self
            .0
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        text.replace(&self.0, HIDDEN).replace(&encoded, HIDDEN)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_in_no_text() {
        let key = Secret::new(" sk-abc/def+123 \n");
        assert_eq!(format!("{key:?} {key:#?}"), "[key] [key]");
        assert_eq!(
            key.redact("bad key sk-abc/def+123 in ?key=sk-abc%2Fdef%2B123&x"),
            "bad key [key] in ?key=[key]&x"
        );
        assert_eq!(Secret::new("").redact("text"), "text");
    }
}
