//! How well and how fast the search finds good configs, and what knowledge saves it.

use std::collections::BTreeMap;

use spak_loop::{
    Analysis, Avoid, Guidance, ProductSpace, Recommendation, Search, SearchOptions, SkipReason,
    analyse, count,
};
use spak_records::run::DoneReason;
use spak_records::{Config, Outcome, Value};

use crate::model::{
    Machine, Run, attention_cost, attention_space, attention_validity, config, least_cost, run,
};

fn quiet_machine() -> Machine<'static> {
    Machine { cost: &attention_cost, noise: 0.004, drift: 0.1 }
}

fn search_from(guidance: Guidance, seed: u64) -> (Run, Analysis) {
    let space = ProductSpace::new(attention_space(), &attention_validity).unwrap();
    let search = Search::new(&space, guidance, SearchOptions::standard(seed));
    let run = run(&search, &quiet_machine(), None, usize::MAX);
    let seed_config = run.trials[0].config.clone();
    let analysis = analyse(&run.trials, &seed_config);
    (run, analysis)
}

fn true_time(run: &Run) -> f64 {
    attention_cost(run.last.incumbent.as_ref().unwrap()).unwrap()
}

/// What a reader of the analysis would write down.
fn learnt(run: &Run, analysis: &Analysis) -> Guidance {
    let mut guidance = Guidance {
        recommended: vec![Recommendation {
            config: run.last.incumbent.clone().unwrap(),
            source: "fact best".to_owned(),
        }],
        ..Guidance::default()
    };
    for effect in &analysis.effects {
        let strength = effect.ratio.max(1.0 / effect.ratio);
        let known: &mut f64 = guidance.influence.entry(effect.dimension.clone()).or_insert(1.0);
        *known = known.max(strength);
    }
    guidance
}

#[test]
fn a_near_optimum_in_a_small_part_of_the_trials() {
    let space = ProductSpace::new(attention_space(), &attention_validity).unwrap();
    let (least, valid) = least_cost(&space, &attention_cost);
    assert_eq!(count(&space, 100_000).valid, valid as u64);
    for seed in 1..=5 {
        let (run, analysis) = search_from(Guidance::default(), seed);
        let found = true_time(&run);
        eprintln!(
            "seed {seed}: {} of {valid} configs, {:.3} of the optimum's time, {}, near best after {:?}",
            run.trials.len(),
            found / least,
            run.reason,
            analysis.trials_to_near_best,
        );
        assert!(found <= least * 1.05, "{found} against {least}");
        assert!(run.trials.len() * 100 < valid, "{} of {valid}", run.trials.len());
        assert!(matches!(run.reason, DoneReason::Converged { .. }), "{}", run.reason);
        // The relative time is honest although the machine's speed wandered by a tenth in either direction.
        let told = run.last.relative_time.unwrap();
        let truth = found / attention_cost(&run.trials[0].config).unwrap();
        assert!((told / truth - 1.0).abs() < 0.03, "{told} told, {truth} true");
    }
}

#[test]
fn knowledge_saves_two_thirds_of_the_trials() {
    let (first, analysis) = search_from(Guidance::default(), 1);
    let guidance = learnt(&first, &analysis);
    let (second, again) = search_from(guidance, 2);
    eprintln!("{} trials, then {}", first.trials.len(), second.trials.len());
    assert!(second.trials.len() * 3 < first.trials.len());
    assert!(true_time(&second) <= true_time(&first) * 1.001);
    assert!(again.trials_to_near_best.unwrap() * 3 < analysis.trials_to_near_best.unwrap());
    assert_eq!(second.reason, DoneReason::Confirmed { neighbours: 4 });
}

#[test]
fn knowledge_that_does_not_hold_is_outgrown() {
    let (least, _) = least_cost(
        &ProductSpace::new(attention_space(), &attention_validity).unwrap(),
        &attention_cost,
    );
    for (name, value) in [("loop_order", Value::from("column")), ("tile_m", Value::from(128))] {
        let wrong =
            Recommendation { config: config(&[(name, value)]), source: "an old fact".to_owned() };
        let guidance = Guidance { recommended: vec![wrong], ..Guidance::default() };
        let (run, _) = search_from(guidance, 1);
        assert!(true_time(&run) <= least * 1.05);
        assert!(run.trials.len() > 20);
    }
}

#[test]
fn what_is_known_to_be_bad_is_not_tried_and_the_fact_is_named() {
    let avoid = |dimension: &str, value: Value, when: Config| Avoid {
        dimension: dimension.to_owned(),
        value,
        when,
        source: format!("fact about {dimension}"),
    };
    let online = config(&[("softmax_scheme", Value::from("online"))]);
    let guidance = Guidance {
        avoid: vec![
            avoid("loop_order", Value::from("column"), Config::default()),
            avoid("mask_fusion", Value::from("separate"), online.clone()),
            // The seed has it: it is measured all the same, and left.
            avoid("tile_m", Value::from(4), Config::default()),
        ],
        ..Guidance::default()
    };
    let avoided = guidance.avoid.clone();
    let (run, _) = search_from(guidance, 1);
    let tried = |n: usize| run.trials.iter().filter(|t| avoided[n].covers(&t.config)).count();
    assert_eq!(tried(0), 0);
    assert!(tried(2) > 0);
    // Coming from where it was so already is not what the fact forbids; going there is.
    let (mut seen_online, mut entered) = (false, 0);
    for trial in &run.trials {
        entered += usize::from(seen_online && avoided[1].covers(&trial.config));
        seen_online |= trial.config.get("mask_fusion") != Some(&Value::from("separate"));
    }
    assert_eq!(entered, 0);
    let known: Vec<_> = (run.last.skipped.iter())
        .filter(|s| matches!(s.why, SkipReason::Known { .. }))
        .map(|s| s.what.clone())
        .collect();
    assert!(known.contains(&"loop_order = column".to_owned()), "{known:?}");
}

#[test]
fn the_time_granted_is_kept() {
    use spak_loop::{History, Next, Remaining};
    let space = ProductSpace::new(attention_space(), &attention_validity).unwrap();
    let search = Search::new(&space, Guidance::default(), SearchOptions::standard(1));
    let machine = quiet_machine();
    let mut history = History::default();
    let mut left = 10.0;
    let reason = loop {
        let remaining = Remaining { trials: None, seconds: Some(left) };
        match search.next(&history, &remaining).next {
            Next::Done(reason) => break reason,
            Next::Try(proposals) => {
                for proposal in proposals {
                    let number = history.trials().len();
                    let incumbent = proposal.incumbent.as_ref();
                    history.tell(machine.measure(&proposal.config, incumbent, number));
                    left -= 1.0;
                }
            }
        }
    };
    assert_eq!(reason, DoneReason::TimeBudget);
    assert_eq!(history.trials().len(), 10, "one second each");
}

#[test]
fn long_dimensions_are_sampled_and_refined() {
    let values: Vec<i64> = (0..=1000).collect();
    let space =
        ProductSpace::new(vec![crate::model::parameter("x", &values)], &|_| Ok(())).unwrap();
    let cost = |c: &Config| {
        let x = c.get("x").and_then(Value::as_int).unwrap() as f64;
        Ok(1e7 * (1.0 + ((x - 700.0) / 100.0).powi(2)))
    };
    let machine = Machine { cost: &cost, noise: 0.001, drift: 0.0 };
    let search = Search::new(&space, Guidance::default(), SearchOptions::standard(1));
    let run = run(&search, &machine, None, usize::MAX);
    let found = cost(run.last.incumbent.as_ref().unwrap()).unwrap();
    eprintln!("{} of 1001 values, {found} ns, {}", run.trials.len(), run.reason);
    assert!(found < 1.05e7, "{found}");
    assert!(run.trials.len() < 200);
}

#[test]
fn preferred_values_come_first() {
    let preferred = BTreeMap::from([("tile_n".to_owned(), vec![Value::from(64), Value::from(32)])]);
    let (run, _) = search_from(Guidance { preferred, ..Guidance::default() }, 1);
    let tile_n: Vec<i64> = (run.trials.iter())
        .filter_map(|t| t.config.get("tile_n").and_then(Value::as_int))
        .skip_while(|n| *n == 4)
        .collect();
    assert_eq!(tile_n[..2], [64, 32]);
}

#[test]
fn a_rejected_config_is_never_kept() {
    // The fastest half of the space computes the wrong thing.
    let cost = |c: &Config| match attention_cost(c) {
        Ok(time) if time < 1e7 => Err("wrong-result".to_owned()),
        other => other,
    };
    let space = ProductSpace::new(attention_space(), &attention_validity).unwrap();
    let machine = Machine { cost: &cost, noise: 0.004, drift: 0.1 };
    let search = Search::new(&space, Guidance::default(), SearchOptions::standard(1));
    let run = run(&search, &machine, None, usize::MAX);
    let rejected = run.trials.iter().filter(|t| matches!(t.outcome, Outcome::Rejected(_))).count();
    assert!(rejected > 5, "{rejected}");
    let found = cost(run.last.incumbent.as_ref().unwrap()).unwrap();
    let (least, _) = least_cost(&space, &cost);
    assert!(found < least * 1.3, "{found} against {least}");
}
