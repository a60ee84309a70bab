//! What a rule saves and loses in a space whose truth is known.

use spak_loop::{Avoid, Dimension, DimensionKind, Recommendation};
use spak_records::{Config, Value};

use super::*;

/// A space of three names whose time is a product; `c` does nothing.
fn recorded() -> Recorded {
    let dimension = |name: &str, n: i64| Dimension {
        name: name.to_owned(),
        kind: DimensionKind::Parameter,
        values: (0..n).map(Value::Int).collect(),
    };
    let rows = (0..6).flat_map(|a| (0..6).flat_map(move |b| (0..4).map(move |c| (a, b, c))));
    let rows = rows.map(|(a, b, c)| {
        let config = [("a", a), ("b", b), ("c", c)];
        let config = config.map(|(n, v): (&str, i64)| (n.to_owned(), Value::Int(v)));
        let time = 1e6 * (1.0 + (a - 4).abs() as f64) * (1.0 + 0.3 * (b - 2).abs() as f64);
        (Config(config.into()), Some(time))
    });
    let dimensions = vec![dimension("a", 6), dimension("b", 6), dimension("c", 4)];
    Recorded::new(dimensions, rows).unwrap()
}

/// Rules: the best `a`; a useless word about `c`; the same as the first; one that excludes the best.
fn lead(record: &Recorded, follows: &dyn Fn(usize) -> bool) -> Led {
    let mut guidance = Guidance::default();
    let mut joint = Config::default();
    if follows(0) || follows(2) {
        joint.0.insert("a".to_owned(), Value::Int(4));
    }
    if follows(1) {
        guidance.preferred.insert("c".to_owned(), vec![Value::Int(0)]);
    }
    if follows(3) {
        guidance.avoid.push(Avoid {
            dimension: "a".to_owned(),
            value: Value::Int(4),
            when: Config::default(),
            source: "wrong".to_owned(),
        });
    }
    if !joint.0.is_empty() {
        let source = "rules".to_owned();
        guidance.recommended.push(Recommendation { config: joint, source });
    }
    let is_out = |config: &&Config| guidance.avoid.iter().any(|avoid| avoid.covers(config));
    let excluded = record.configs.iter().filter(is_out).map(Config::id).collect();
    Led { guidance, excluded }
}

#[test]
fn what_a_rule_saves_and_what_it_loses_is_found() {
    let records = [recorded()];
    let names = ["best a", "word about c", "best a again", "wrong"].map(str::to_owned);
    let mut led = |_: usize, follows: &dyn Fn(usize) -> bool| lead(&records[0], follows);
    let mut report = worth(&records, &names, &|_| true, &mut led);
    decide(&mut report, Threshold { saved: 2.0, lost: 0.02 });
    let [best, word, again, wrong] = report.rules.as_slice() else { panic!("{report:#?}") };
    assert!(best.saved_alone > 2.0 && best.kept, "{best:?}");
    // Two that say the same are worth nothing beside each other, and neither is thrown away for that.
    assert!(again.saved_beside.abs() < 1e-9 && again.saved_alone > 2.0 && again.kept, "{again:?}");
    assert!(word.saved_alone.abs() < 1.0 && !word.kept, "{word:?}");
    // Half of the speed is out of reach: the next best `a` takes twice the time.
    assert!((wrong.lost - 0.5).abs() < 1e-9 && !wrong.kept, "{wrong:?}");
    assert!(best.lost == 0.0 && word.lost == 0.0);
}

#[test]
fn a_record_of_one_config_says_nothing() {
    let dimension = Dimension {
        name: "a".to_owned(),
        kind: DimensionKind::Parameter,
        values: vec![Value::Int(1)],
    };
    let config = Config([("a".to_owned(), Value::Int(1))].into());
    let rows = [(config.clone(), Some(1.0)), (config, None)];
    assert!(Recorded::new(vec![dimension], rows.into_iter()).is_none());
}
