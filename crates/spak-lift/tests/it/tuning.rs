//! Relations of launches and of what their configs are remembered by.

use spak_program::{
    Argument, Condition, Config, Configs, ConfigsId, Constant, KernelMade, LaunchId, NodeId, Op,
    ParameterKind, Program, Remark, ScopeId, Strategy,
};

use crate::support::{Builder, find, holds, report, site};

fn searched(
    key: &[NodeId],
    options: Vec<Argument>,
    fields: &[&[(&str, NodeId)]],
    id: u32,
    b: &mut Builder,
) {
    let config = |fields: &&[(&str, NodeId)]| Config {
        fields: fields.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
        conditions: Vec::new(),
        site: site(2),
    };
    b.program.launches[0].configs = Some(ConfigsId(id));
    b.program.configs.push(Configs {
        configs: fields.iter().map(config).collect(),
        strategy: Strategy::Exhaustive,
        key: key.to_vec(),
        options,
        site: site(3),
        scope: ScopeId(1),
    });
}

/// A field of the config that is chosen.
fn field(b: &mut Builder, name: &str) -> NodeId {
    let node = b.node(Op::ConfigField, &[]);
    b.program.nodes[node.index()].constant = Some(Constant::Text(name.to_owned()));
    node
}

fn sample() -> Program {
    let mut b = Builder::new();
    let a = b.array("A");
    b.parameter("T", ParameterKind::Constexpr);
    b.load(a, &[]);
    b.on_host(true);
    let array = b.node(Op::Alloc, &[]);
    let (one, two, three) = (b.int(1), b.int(2), b.int(3));
    let axes = [b.int(0), b.int(1)];
    let sizes = axes.map(|axis| b.node(Op::Extent, &[("array", array), ("axis", axis)]));
    let tile = field(&mut b, "T");
    let blocks = b.two(Op::CeilDiv, sizes[1], tile);
    let is_small = b.two(Op::Less, sizes[0], three);
    b.launch(&[array, tile], &[blocks, sizes[0]]);
    let limit = Argument { label: "timeout", value: three, given: true };
    let fields: &[&[(&str, NodeId)]] =
        &[&[("T", one), ("S", two), ("D", one)], &[("T", two), ("S", two), ("D", three)]];
    searched(&[sizes[0]], vec![limit], fields, 0, &mut b);
    let (hinted, kept) = (b.node(Op::Call, &[]), b.node(Op::Call, &[]));
    let handed = vec![None, Some(tile)];
    let made = KernelMade { hinted: Some(hinted), kept: Some(kept), handed };
    b.program.kernels_made.insert(LaunchId(0), made);
    b.program.launches[0].conditions = vec![Condition { value: is_small, holds: false }];
    b.program.names.insert(sizes[1], ("width".to_owned(), site(70)));
    let name = b.constant(Constant::Text("unused".to_owned()));
    b.program.remarks.push(Remark { kind: "unused_argument", node: name });
    b.program
}

#[test]
fn what_a_launch_needs_and_gets() {
    let p = &sample();
    assert!(holds(p, "launch(l, _) and launched_if_not(l, c) and c == lt(_, 3)"));
    assert!(!holds(p, "launch(l, _) and launched_if(l, _)"));
    assert!(holds(p, "launch(l, _) and tuner_option(l, \"timeout\", v) and number(v, 3)"));
    assert!(holds(p, "launch(l, _) and hinted(l, x) and kept(l, y) and x != y"));
    assert!(holds(p, "launch(l, _) and handed(l, q, _) and constexpr(q)"));
    assert!(!holds(p, "launch(l, _) and handed(l, q, _) and runtime(q)"));
}

#[test]
fn fields_that_change_nothing_and_keys_that_lack_something() {
    let p = &sample();
    assert!(holds(p, "launch(l, _) and dead_field(l, \"S\", _) and dead_field(l, \"D\", _)"));
    assert!(!holds(p, "launch(l, _) and dead_field(l, \"T\", _)"));
    assert!(holds(p, "launch(l, _) and one_valued(l, \"S\", v) and number(v, 2)"));
    assert!(!holds(p, "launch(l, _) and one_valued(l, \"D\", _)"));
    let found = find(p, "launch(l, _) and key_misses(l, x) and x == extent(axis=a)");
    assert_eq!(found.len(), 1);
    assert!(holds(p, "launch(l, _) and key_misses(l, x) and x == extent(axis=1)"));
    assert!(!holds(p, "launch(l, _) and key_misses(l, x) and x == extent(axis=0)"));
}

#[test]
fn names_of_a_file_are_asked_of_the_whole_file() {
    let text = |per: &str| {
        format!(
            "system X {{\n pattern p {{\n per: {per}\n axis: \"hazard\"\n case \"found\" {{\n \
             when: remark(x, \"unused_argument\")\n because: \"{{x}}\"\n}}\n}}\n}}\n"
        )
    };
    let p = &sample();
    let found = report(p, &text("file")).findings;
    assert_eq!(found.iter().map(|f| f.because.as_str()).collect::<Vec<_>>(), ["unused"]);
    assert!(report(p, &text("kernel")).findings.is_empty());
}

#[test]
fn statements_are_told_apart_by_what_they_say() {
    let text = "system X {\n pattern p {\n axis: \"constraint\"\n case \"computed\" {\n \
                when: launch(l, k) and grid(l, axis, v)\n because: \"{v}\"\n}\n}\n}\n";
    let said: Vec<String> =
        report(&sample(), text).findings.into_iter().map(|f| f.because).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().any(|one| one == "cdiv(width, T)"), "{said:?}");
}
