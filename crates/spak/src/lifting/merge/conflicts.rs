//! What a design says otherwise than the source.

use spak_syntax::{Code, Diagnostic, FileId, Span};

/// The source says something that the design contradicts.
pub(crate) const LIFT_CONFLICT: Code = Code("lift-conflict");

fn conflict(file: FileId, span: Span, message: String) -> Diagnostic {
    Diagnostic::warning(LIFT_CONFLICT, span, message)
        .repair("nothing was changed here: correct the design, or leave it as it is on purpose")
        .in_file(file)
}

/// A constraint excludes what the source does.
pub(super) fn forbidden(file: FileId, span: Span, point: &[String], source: &str) -> Diagnostic {
    conflict(file, span, format!("this excludes {}", point.join(", ")))
        .because(format!("{source} has it"))
}

/// The design is of another family.
pub(super) fn other_family(
    (file, span): (FileId, Span),
    said: &str,
    family: &str,
    source: &str,
) -> Diagnostic {
    conflict(file, span, format!("the operator is `{said}` here, and `{family}` in {source}"))
}

/// An axis cannot take a value.
pub(super) fn value(
    (file, span): (FileId, Span),
    name: &str,
    value: &str,
    why: &str,
    source: &str,
) -> Diagnostic {
    conflict(file, span, format!("`{name}` cannot be {value}, which {source} has")).because(why)
}

/// A statement has the name of one that was lifted and says something else.
pub(super) fn differs(file: FileId, span: Span, name: &str, lifted: &str) -> Diagnostic {
    conflict(file, span, format!("{name} says something else than the source"))
        .because(format!("lifted was {lifted}"))
}

/// A fact says what the source does not.
pub(super) fn contradicted(
    (file, span): (FileId, Span),
    name: &str,
    values: &[String],
    source: &str,
) -> Diagnostic {
    conflict(file, span, format!("\"{name}\" is not what the source says"))
        .because(format!("it is {} in {source}", values.join(", ")))
}

/// With it, something of the design would be wrong.
pub(super) fn not_added(file: FileId, span: Span, name: &str, why: &str) -> Diagnostic {
    conflict(file, span, format!("`{name}` is not added, since something would be wrong with it"))
        .because(why)
}
