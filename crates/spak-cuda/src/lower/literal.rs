//! Numbers and texts as they are written.

use spak_program::Constant;

/// The value of a number.
pub(super) fn number(text: &str) -> Option<Constant> {
    let plain = text.replace('\'', "");
    let lower = plain.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        let digits = hex.trim_end_matches(['u', 'l', 'z']);
        return match u64::from_str_radix(digits, 16) {
            Ok(value) => Some(Constant::Int(value as i64)),
            Err(_) => None,
        };
    }
    if let Some(binary) = lower.strip_prefix("0b") {
        let digits = binary.trim_end_matches(['u', 'l', 'z']);
        return i64::from_str_radix(digits, 2).ok().map(Constant::Int);
    }
    let is_float = lower.contains(['.', 'e']) || lower.ends_with('f');
    if is_float {
        let digits = lower.trim_end_matches(['f', 'l', 'h']);
        return digits.parse().ok().map(Constant::Float);
    }
    let digits = lower.trim_end_matches(['u', 'l', 'z']);
    if digits.len() > 1 && digits.starts_with('0') {
        return i64::from_str_radix(digits, 8).ok().map(Constant::Int);
    }
    digits.parse().ok().map(Constant::Int)
}

#[cfg(test)]
mod tests {
    use super::number;
    use spak_program::Constant::{Float, Int};

    #[test]
    fn suffixes_and_bases() {
        assert_eq!(number("128u"), Some(Int(128)));
        assert_eq!(number("0xFFFFFFFFu"), Some(Int(0xffff_ffff)));
        assert_eq!(number("1'024"), Some(Int(1024)));
        assert_eq!(number("017"), Some(Int(15)));
        assert_eq!(number("1.5e-3f"), Some(Float(0.0015)));
        assert_eq!(number("1.f"), Some(Float(1.0)));
        assert_eq!(number("0x"), None);
    }
}
