//! The tables of the reference of patterns are those of the program; `SPAK_BLESS=1` writes them anew.

use std::path::Path;

use spak_lift::{RELATIONS, labels};
use spak_program::Op;

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn relations() -> String {
    let mut text = "| relation | what it says | known first |\n|---|---|---|\n".to_owned();
    for relation in RELATIONS {
        let first: Vec<String> = relation
            .known_first()
            .iter()
            .map(|need| match need.is_empty() {
                true => "nothing".to_owned(),
                false => {
                    need.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
                }
            })
            .collect();
        text.push_str(&format!(
            "| `{}({})` | {} | {} |\n",
            relation.name,
            relation.arguments.join(", "),
            cell(relation.meaning),
            first.join(", or ")
        ));
    }
    text
}

fn operations() -> String {
    let mut text = "| operation | what it is |\n|---|---|\n".to_owned();
    for op in Op::ALL {
        let call = format!("{}({})", op.name(), labels(*op).join(", "));
        text.push_str(&format!("| `{call}` | {} |\n", cell(op.meaning())));
    }
    text
}

/// The text with what stands between two marks replaced.
fn with(text: &str, name: &str, table: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (front, rest) = text.split_once(&begin)?;
    let (_, behind) = rest.split_once(&end)?;
    Some(format!("{front}{begin}{table}{end}{behind}"))
}

#[test]
fn the_reference_has_every_relation_and_operation() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language/patterns.md");
    let kept = std::fs::read_to_string(&path).unwrap();
    let made = with(&kept, "relations", &relations()).unwrap();
    let made = with(&made, "operations", &operations()).unwrap();
    if std::env::var_os("SPAK_BLESS").is_some() {
        std::fs::write(&path, &made).unwrap();
        return;
    }
    assert!(
        kept == made,
        "docs/language/patterns.md is out of date; SPAK_BLESS=1 writes its tables anew"
    );
}

#[test]
fn every_operation_says_what_it_is() {
    for op in Op::ALL {
        assert!(!op.meaning().is_empty(), "{}", op.name());
    }
}
