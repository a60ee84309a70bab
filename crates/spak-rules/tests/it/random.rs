//! Random programs against the plainest evaluation there is: every rule, every combination, until nothing is
//! new.

use std::collections::BTreeSet;

use proptest::prelude::*;
use spak_rules::{Base, Claim, Domain, Engine, Limits, Over, Rule, Table};

use crate::words::{base, rule, table};

/// Facts `e(a, b)` over small numbers, and rules over `p`, `q`, `r` of two arguments each.
fn rules() -> impl Strategy<Value = Vec<String>> {
    let names = || prop::sample::select(vec!["p", "q", "r"]);
    let variable = || prop::sample::select(vec!["x", "y", "z"]);
    let atom = (names(), variable(), variable()).prop_map(|(n, a, b)| format!("{n}({a}, {b})"));
    let test = prop_oneof![
        (variable(), variable()).prop_map(|(a, b)| format!("{a} != {b}")),
        (variable(), 0..4_i64).prop_map(|(a, n)| format!("{a} <= {n}")),
        (variable(), variable(), 0..3_i64).prop_map(|(a, b, n)| format!("{a} + {b} > {n}")),
    ];
    let body = (prop::collection::vec(atom, 0..3), prop::collection::vec(test, 0..2));
    let negated = prop::option::weighted(0.2, (variable(), variable()));
    let one = (names(), variable(), variable(), body, negated).prop_map(
        |(head, a, b, (atoms, tests), negated)| {
            let mut conditions = atoms;
            conditions.extend(tests);
            let when: Vec<String> = conditions.iter().map(|c| format!("when {c}; ")).collect();
            // `n` is concluded from rows only, so that it may be negated anywhere.
            let unless =
                negated.map_or_else(String::new, |(a, b)| format!("unless n({a}, {b}); "));
            format!(
                "some: for x in [0, 1, 2, 3]; for y in [0, 1, 2, 3]; for z in [0, 1, 2]; {}{unless}conclude {head}({a}, {b})",
                when.concat()
            )
        },
    );
    prop::collection::vec(one, 1..6)
}

fn facts() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0..4_i64, 0..4_i64), 0..5)
}

fn situation(facts: &[(i64, i64)]) -> Base {
    let mut base = base(&[]);
    let rows: Vec<[String; 2]> =
        facts.iter().map(|(a, b)| [a.to_string(), b.to_string()]).collect();
    let rows: Vec<Vec<&str>> =
        rows.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    base.tables.push(table("e", &["a", "b"], &rows));
    base
}

fn all(rules: &[String]) -> Vec<Rule> {
    let mut all = vec![
        rule("given: for t in e; conclude p(t.a, t.b)"),
        rule("negated: for t in e; when t.a > t.b; conclude n(t.a, t.b)"),
    ];
    all.extend(rules.iter().map(|r| rule(r)));
    all
}

fn engine(base: Base, rules: Vec<Rule>) -> BTreeSet<String> {
    let (mut engine, complaints) = Engine::new(base, rules, Limits::default());
    assert!(complaints.is_empty(), "{complaints:?}");
    engine.conclude();
    held(&engine)
}

fn held(engine: &Engine) -> BTreeSet<String> {
    let all = engine.conclusions();
    assert!(!all.cut_off);
    all.holds.iter().map(|h| format!("{}({})", h.name, h.of.join(", "))).collect()
}

/// Every rule under every assignment, again and again. `n` comes first, as it is negated.
fn plain(facts: &[(i64, i64)], rules: &[Rule]) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for (a, b) in facts {
        known.insert(format!("p({a}, {b})"));
        if a > b {
            known.insert(format!("n({a}, {b})"));
        }
    }
    loop {
        let before = known.len();
        for rule in rules.iter().skip(2) {
            for x in 0..4_i64 {
                for y in 0..4 {
                    for z in 0..3 {
                        let value = |v: &str| match v {
                            "x" => x,
                            "y" => y,
                            _ => z,
                        };
                        let holds = |e: &spak_expr::Expr| holds(e, &value, &known);
                        if rule.when.iter().all(holds) && !rule.unless.iter().any(holds) {
                            for claim in &rule.then {
                                let Claim::Holds(name, arguments) = claim else { continue };
                                let of: Vec<String> = arguments
                                    .iter()
                                    .map(|a| value(a.as_name().unwrap_or("")).to_string())
                                    .collect();
                                known.insert(format!("{name}({})", of.join(", ")));
                            }
                        }
                    }
                }
            }
        }
        if known.len() == before {
            return known;
        }
    }
}

fn holds(e: &spak_expr::Expr, value: &dyn Fn(&str) -> i64, known: &BTreeSet<String>) -> bool {
    if let spak_expr::ExprKind::Call(call) = &e.kind {
        let of: Vec<String> = call
            .arguments
            .iter()
            .map(|a| value(a.value.as_name().unwrap_or("")).to_string())
            .collect();
        return known.contains(&format!("{}({})", call.function, of.join(", ")));
    }
    struct Values<'a>(&'a dyn Fn(&str) -> i64);
    impl spak_expr::Env for Values<'_> {
        fn lookup(&self, name: &str) -> Option<spak_expr::Value> {
            Some(spak_expr::Value::Int((self.0)(name)))
        }
    }
    spak_expr::eval(e, &Values(value)).ok().and_then(|v| v.as_bool()).unwrap_or(false)
}

/// Facts for all that is asked for and never concluded: `q()` would be a function that nobody knows.
fn complete(mut rules: Vec<Rule>) -> Vec<Rule> {
    for name in ["q", "r"] {
        rules.push(rule(&format!(
            "no {name}: for t in e; when t.a > 99; conclude {name}(t.a, t.b)"
        )));
    }
    rules
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_engine_concludes_what_the_plain_way_concludes(facts in facts(), rules in rules()) {
        let rules = complete(all(&rules));
        let expected = plain(&facts, &rules);
        prop_assert_eq!(engine(situation(&facts), rules), expected);
    }

    #[test]
    fn the_order_of_rules_does_not_matter(facts in facts(), rules in rules()) {
        let rules = complete(all(&rules));
        let mut turned = rules.clone();
        turned.reverse();
        prop_assert_eq!(engine(situation(&facts), rules), engine(situation(&facts), turned));
    }

    #[test]
    fn a_row_that_is_added_later_is_as_if_it_had_been_there(facts in facts(), rules in rules(), late in (0..4_i64, 0..4_i64)) {
        let rules = complete(all(&rules));
        let (mut engine, _) = Engine::new(situation(&facts), rules.clone(), Limits::default());
        engine.conclude();
        let row = situation(&[late]).tables.remove(0).rows.remove(0);
        prop_assert!(engine.add_row("e", row));
        let mut with: Vec<(i64, i64)> = facts;
        with.push(late);
        let (mut fresh, _) = Engine::new(situation(&with), rules, Limits::default());
        fresh.conclude();
        prop_assert_eq!(held(&engine), held(&fresh));
    }
}

#[test]
fn variables_of_a_list_may_stand_in_one_for() {
    let over = Over {
        names: vec!["x".to_owned(), "y".to_owned()],
        domain: Domain::Values(vec![spak_expr::Value::Int(1), spak_expr::Value::Int(2)]),
        span: spak_syntax::Span::default(),
    };
    let mut pairs = rule("pairs: conclude pair(x, y)");
    pairs.over.push(over);
    let _ = Table::default();
    assert_eq!(engine(base(&[]), vec![pairs]).len(), 4);
}
