//! The specification's own examples mean what it says.

use spak_model::reading::Reading;
use spak_model::{Class, Domain, Literal, Type};

use crate::{corpus, entry, errors, read, system};

const FILES: &[&str] = &[
    "seed/README.dsl",
    "seed/kernels/README.dsl",
    "seed/operators/README.dsl",
    "seed/model/README.dsl",
    "seed/training/README.dsl",
    "seed/experiments/README.dsl",
    "seed/lifted_v3_draft.dsl",
    "seed/snf_example.dsl",
];

fn ints(values: &[i64]) -> Vec<Literal> {
    values.iter().copied().map(Literal::Int).collect()
}

#[test]
fn all_eight_are_read_without_errors() {
    for file in FILES {
        let Some(text) = corpus(file) else { return };
        assert_eq!(errors(&text), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn the_curriculum_is_two_then_four_then_eight_steps() {
    let Some(text) = corpus("seed/training/README.dsl") else { return };
    let resolved = read(&text);
    let steps = entry(&resolved.entries, &["training LoopOptimization", "curriculum", "max_steps"]);
    let slot = steps.slot().expect("a slot");
    assert_eq!(slot.reading, Reading::Schedule(ints(&[2, 4, 8])));
    assert_eq!(slot.class, Class::Formal);
}

#[test]
fn training_has_its_flags_losses_and_warnings() {
    let Some(text) = corpus("seed/training/README.dsl") else { return };
    let resolved = read(&text);
    let loss = entry(&resolved.entries, &["training LoopOptimization", "loss"]);
    let formulas: Vec<String> = loss
        .children()
        .iter()
        .map(|c| match &c.slot().expect("a slot").reading {
            Reading::Formula(formula) => formula.text.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(formulas.len(), 3);
    assert_eq!(formulas[0], "L_token = mean_t CrossEntropy(logits(t), target)");
    assert!(
        loss.children()
            .iter()
            .all(|c| c.slot().is_some_and(|s| s.class == Class::Formal && s.rewrite.is_none()))
    );
    assert!(formulas[2].contains("L_token + λ L_halt"));
    let rules = system(&text).rules;
    assert_eq!(
        rules.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(),
        ["Divergence", "Collapse"]
    );
    let divergence = entry(
        &resolved.entries,
        &["training LoopOptimization", "stability_rules", "rule Divergence"],
    );
    match &divergence.children()[0].slot().expect("a slot").reading {
        Reading::Partial(formula, rest) => {
            assert_eq!(formula.normal(), "8 < steps");
            assert_eq!(rest, "and no curriculum => gradient explosion");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_load_latency_from_zero_to_four_has_five_values() {
    let Some(text) = corpus("seed/lifted_v3_draft.dsl") else { return };
    let s = system(&text);
    let latency = s.dimension("load_latency").expect("the axis");
    assert_eq!(latency.domain, Domain::Values(ints(&[0, 1, 2, 3, 4])));
    assert_eq!(latency.domain.count(), Some(5));
    assert_eq!(
        s.dimension("tile_m").expect("tile_m").domain,
        Domain::Values(ints(&[32, 64, 128, 256]))
    );
    assert_eq!(s.dimensions.len(), 11);
}

#[test]
fn the_example_of_the_normal_form_has_its_spaces_and_knowledge() {
    let Some(text) = corpus("seed/snf_example.dsl") else { return };
    let s = system(&text);
    assert_eq!(s.dimensions.len(), 13);
    assert_eq!((s.invariants.len(), s.facts.len(), s.rules.len()), (1, 1, 1));
    assert_eq!(s.rules[0].name, "Tile Size Constraint");
}

#[test]
fn the_kernel_layer_has_formulas_properties_and_laws() {
    let Some(text) = corpus("seed/kernels/README.dsl") else { return };
    let resolved = read(&text);
    let invariant = entry(&resolved.entries, &["kernel FMHA", "invariant CausalMask"]);
    assert!(matches!(invariant.children()[0].slot().expect("a slot").reading, Reading::Formula(_)));
    let law = entry(&resolved.entries, &["kernel FMHA", "performance_law RTX5070"]);
    let partial = |i: usize| match &law.children()[i].slot().expect("a slot").reading {
        Reading::Partial(formula, rest) => (formula.text.clone(), rest.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(partial(0), ("tile_q = 64".to_owned(), "optimal".to_owned()));
    assert_eq!(partial(1), ("tile_q >= 128".to_owned(), "causes register spill".to_owned()));
    let layers = system(&text).layers;
    assert_eq!((layers[0].level, layers[0].name.as_str()), (0, "FMHA"));
}

#[test]
fn the_other_layers_are_typed() {
    let Some(text) = corpus("seed/model/README.dsl") else { return };
    let s = system(&text);
    let (name, slot) = &s.states[0];
    assert_eq!(name, "h");
    let dims = ["B", "T", "D"].map(str::to_owned).to_vec();
    assert_eq!(slot.reading, Reading::Type(Type::Tensor(dims, None), None));
    assert_eq!(s.layers[0].level, 2);
    let resolved = read(&text);
    let better =
        entry(&resolved.entries, &["dynamics LatentReasoningProcess", "convergence_expectation"]);
    assert_eq!(better.children()[0].slot().expect("a slot").class, Class::Formal);

    let Some(text) = corpus("seed/operators/README.dsl") else { return };
    let resolved = read(&text);
    let norm = entry(&resolved.entries, &["operator UpdateOperator", "components", "norm"]);
    assert_eq!(
        norm.slot().expect("a slot").reading,
        Reading::Literal(Literal::Text("RMSNorm".to_owned()))
    );
    let computation = entry(&resolved.entries, &["operator UpdateOperator", "computation"]);
    assert_eq!(computation.children().len(), 3);
    assert_eq!(computation.children()[2].key(), "return");

    let Some(text) = corpus("seed/experiments/README.dsl") else { return };
    let resolved = read(&text);
    for part in ["train", "test"] {
        let digits = entry(&resolved.entries, &["experiment OOD_Arithmetic", part]);
        assert_eq!(digits.children()[0].slot().expect("a slot").class, Class::Formal);
    }
    let measured = entry(&resolved.entries, &["experiment OOD_Arithmetic", "measurements"]);
    assert_eq!(measured.children().len(), 3);

    let Some(text) = corpus("seed/README.dsl") else { return };
    let resolved = read(&text);
    let gpu = entry(&resolved.entries, &["system LoopLM_TileGym", "hardware", "gpu"]);
    assert_eq!(
        gpu.slot().expect("a slot").reading,
        Reading::Literal(Literal::Text("RTX5070_12GB".to_owned()))
    );
}
