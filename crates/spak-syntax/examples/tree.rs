//! Prints the tree of a file.
fn main() {
    let path = std::env::args().nth(1).expect("a file");
    let source = spak_syntax::Source::decode(&std::fs::read(path).expect("readable"));
    let parse = spak_syntax::parse(source.text());
    fn show(node: &spak_syntax::tree::Node, depth: usize) {
        for e in node.children_with_tokens() {
            match e {
                rowan::NodeOrToken::Node(n) => {
                    println!("{}{:?}", "  ".repeat(depth), n.kind());
                    show(&n, depth + 1)
                }
                rowan::NodeOrToken::Token(t) if !t.kind().is_trivia() => {
                    println!("{}{:?} {:?}", "  ".repeat(depth), t.kind(), t.text())
                }
                _ => {}
            }
        }
    }
    if std::env::args().nth(2).is_some() {
        show(&parse.tree.root(), 0);
    }
    assert_eq!(parse.tree.text(), source.text());
    let index = spak_syntax::LineIndex::new(source.text());
    for d in parse.diagnostics {
        println!(
            "  {:?} {} {}",
            index.line_column(source.text(), d.primary.span.start),
            d.code.0,
            d.message
        );
        for r in d.related {
            println!("     {:?} {}", index.line_column(source.text(), r.span.start), r.text);
        }
    }
}
