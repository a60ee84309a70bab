//! Traces against the schema, predicates over them, and rules that name predicates.

use std::collections::BTreeMap;

use spak_model::Literal;
use spak_model::observation::Fields;

use crate::{corpus, system};

const DESIGN: &str = "system A {
  trace_schema {
    variant TraceItem {
      case Performance { step_name: string  tflops: float  speedup: float  note: string? }
      case Verdict {
        bound: \"Memory\" | \"Compute\"
        passed: bool
        latency: int range [0, 4]
      }
    }
  }
  knowledge {
    fact is_memory_bound(t: TraceItem.Performance) { return t.speedup < 0.5 && t.tflops < 50.0 }
    fact known { value: 1 }
    rule \"occupancy\" { when: \"is_memory_bound\"  unless: \"causal\"  recommend: \"occupancy = 2\" }
    rule \"called\" { when: \"is_memory_bound(trace.latest) and trace.latest.tflops > 1\"  recommend: \"occupancy = 2\" }
    rule \"prose\" { when: \"loading a checkpoint goes wrong\"  apply: \"restart\" }
    rule \"typo\" { when: \"is_memory_boun\"  apply: \"restart\" }
  }
}
";

fn fields(items: &[(&str, Literal)]) -> Fields {
    items.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
}

fn performance(tflops: f64, speedup: f64) -> Fields {
    let step = Literal::Text("x".to_owned());
    fields(&[
        ("step_name", step),
        ("tflops", Literal::Float(tflops)),
        ("speedup", Literal::Float(speedup)),
    ])
}

#[test]
fn observations_are_checked_against_their_case() {
    let s = system(DESIGN);
    let case = s.case("TraceItem.Performance").expect("the case");
    assert_eq!(case.full_name(), "TraceItem.Performance");
    assert_eq!(case.check(&performance(12.0, 1.0)), []);
    let bad = fields(&[
        ("tflop", Literal::Float(1.0)),
        ("speedup", Literal::Text("fast".to_owned())),
        ("step_name", Literal::Text("x".to_owned())),
    ]);
    let shown: Vec<String> = case.check(&bad).iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "the field `tflops` is missing",
            "`speedup` is declared as float, and \"fast\" is a text",
            "there is no field `tflop`; did you mean `tflops`?",
        ]
    );
    let verdict = s.case("TraceItem.Verdict").expect("the case");
    let of = |bound: &str, latency| {
        let bound = Literal::Text(bound.to_owned());
        verdict.check(&fields(&[
            ("bound", bound),
            ("passed", Literal::Bool(true)),
            ("latency", Literal::Int(latency)),
        ]))
    };
    assert_eq!(of("Memory", 4), []);
    assert_eq!(of("Memory", 5).len(), 1);
    assert_eq!(of("memory", 5).len(), 2);
}

#[test]
fn a_predicate_is_evaluated_on_an_observation() {
    let s = system(DESIGN);
    let bound = s.predicate("is_memory_bound").expect("the predicate");
    assert_eq!(bound.applies(&performance(12.0, 0.4)), Ok(true));
    assert_eq!(bound.applies(&performance(60.0, 0.4)), Ok(false));
    let missing =
        bound.applies(&fields(&[("speedup", Literal::Float(0.4))])).expect_err("no tflops");
    assert_eq!(missing.code.0, "unknown-name");
    assert_eq!(
        s.facts
            .iter()
            .find(|f| f.name == "known")
            .expect("a fact")
            .applies(&Fields::new())
            .expect_err("no predicate")
            .code
            .0,
        "wrong-type"
    );
}

#[test]
fn a_rule_may_name_a_predicate() {
    let s = system(DESIGN);
    let rule = |name: &str| s.rules.iter().find(|r| r.name == name).expect("the rule");
    let causal = |value: bool| move |name: &str| (name == "causal").then_some(Literal::Bool(value));
    let slow = performance(12.0, 0.4);
    assert_eq!(s.applies(rule("occupancy"), &slow, &causal(false)), Ok(Some(true)));
    assert_eq!(s.applies(rule("occupancy"), &slow, &causal(true)), Ok(Some(false)));
    assert_eq!(
        s.applies(rule("occupancy"), &performance(90.0, 0.4), &causal(false)),
        Ok(Some(false))
    );
    assert_eq!(s.applies(rule("called"), &slow, &causal(false)), Ok(Some(true)));
    assert_eq!(s.applies(rule("called"), &performance(0.5, 0.4), &causal(false)), Ok(Some(false)));
    assert_eq!(s.applies(rule("prose"), &slow, &causal(false)), Ok(None));
    let typo = s.applies(rule("typo"), &slow, &causal(false)).expect_err("nothing is called so");
    assert!(typo.repair.contains("is_memory_bound"), "{}", typo.repair);
}

#[test]
fn predicates_of_real_designs_are_evaluated() {
    let Some(text) = corpus("prototype/examples/KernelEngineer/FMHAv1/fmha_system_v1.dsl") else {
        return;
    };
    let s = system(&text);
    let converged = s.predicate("is_converged").expect("the predicate");
    let of = |tflops| BTreeMap::from([("tflops".to_owned(), Literal::Float(tflops))]);
    assert_eq!(converged.applies(&of(135.03)), Ok(true));
    assert_eq!(converged.applies(&of(73.0)), Ok(false));
}

/// The invariant of the specification's kernel layer, evaluated on concrete matrices.
#[test]
fn the_causal_mask_is_true_or_false_of_a_matrix() {
    use spak_expr::{Limits, Value, check};
    use spak_model::reading::Reading;
    const COPY: &str = "kernel FMHA {\n    invariant CausalMask:\n        for all i,j: j>i => attention_weight(i,j)=0\n}\n";
    let text = corpus("seed/kernels/README.dsl").unwrap_or_else(|| COPY.to_owned());
    for text in [text.as_str(), COPY] {
        let s = system(text);
        let mask = s
            .invariants
            .iter()
            .find(|i| i.name.as_deref() == Some("CausalMask"))
            .expect("the invariant");
        let Reading::Formula(formula) = &mask.slots[0].reading else { panic!("{:?}", mask.slots) };
        let verdict = |rows: [[f64; 4]; 4]| {
            let env = BTreeMap::from([("attention_weight".to_owned(), Value::matrix(&rows))]);
            check(&formula.expr, &env, Limits::default()).expect("a verdict")
        };
        let causal = [
            [1.0, 0.0, 0.0, 0.0],
            [0.5, 0.5, 0.0, 0.0],
            [0.2, 0.3, 0.5, 0.0],
            [0.1, 0.2, 0.3, 0.4],
        ];
        assert!(verdict(causal).holds);
        let mut leaks = causal;
        leaks[1] = [0.4, 0.4, 0.0, 0.2];
        let found = verdict(leaks);
        assert!(!found.holds);
        assert_eq!(
            found.witness,
            [("i".to_owned(), Value::Int(1)), ("j".to_owned(), Value::Int(3))]
        );
    }
}
