//! The files of the prototype: read without errors, and what they declare is in the model.

use spak_model::system::LoopKind;

use crate::{corpus, errors, system};

const FOLDER: &str = "prototype/";

/// File, dimensions, facts, rules, invariants, cases, loops.
const COUNTS: &[(&str, [usize; 6])] = &[
    ("examples/KernelEngineer/FMHAv1/fmha_system_v1.dsl", [0, 2, 0, 0, 3, 2]),
    ("examples/KernelEngineer/FMHAv1/fmha_system_v2.dsl", [8, 1, 2, 3, 2, 2]),
    ("examples/KernelEngineer/FMHAv4/attention_system_v0.dsl", [5, 1, 1, 2, 2, 2]),
    ("examples/KernelEngineer/FMHAv4/fmha_system_v3.dsl", [8, 3, 3, 3, 5, 2]),
    ("examples/KernelEngineer/FMHAv4/fmha_system_v4.dsl", [15, 3, 5, 2, 4, 2]),
    ("examples/KernelEngineer/MatMul/matmul_system_v2.dsl", [0, 1, 2, 0, 2, 1]),
    ("examples/KernelEngineer/microGPT/microgpt_system_v1.dsl", [11, 3, 2, 4, 3, 1]),
    ("examples/KernelEngineer/looplm/LoopLM_System_v1.dsl", [14, 3, 3, 2, 0, 2]),
    ("examples/KernelEngineer/looplm/LoopLM_System_v3.dsl", [13, 6, 3, 0, 0, 1]),
    ("examples/KernelEngineer/nanoGPT/NanoGPT_System_v1.dsl", [10, 2, 2, 2, 3, 1]),
    ("examples/KernelEngineer/nanoGPT/NanoGPT_System_v3.dsl", [13, 4, 3, 0, 0, 1]),
];

#[test]
fn well_formed_files_have_no_errors() {
    let Some(list) = files() else { return };
    for file in list {
        let Some(text) = corpus(&file) else { return };
        let found = errors(&text);
        let expected: &[&str] = match file.rsplit('/').next() {
            Some("fmha_system_v3.dsl") => {
                &["135: unclosed-block: `agent_loop FMHA_Architect` is never closed"]
            }
            // An answer of a language model, with a program in it and no design.
            Some("sysadmin_v2.dsl") => &[
                "3: markdown-fence: the design stands in markdown",
                "41: markdown-fence: the design stands in markdown",
                "4: not-a-design: this is not a design",
            ],
            _ => &[],
        };
        assert_eq!(found, expected, "{file}");
    }
}

fn files() -> Option<Vec<String>> {
    let root =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/prototype");
    if !root.is_dir() {
        eprintln!("SKIPPED: no corpus");
        return None;
    }
    let mut open = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "dsl") {
                let relative =
                    path.strip_prefix(&root).expect("inside").to_string_lossy().into_owned();
                found.push(format!("{FOLDER}{relative}"));
            }
        }
    }
    assert!(found.len() >= 27);
    Some(found)
}

#[test]
fn what_they_declare_is_in_the_model() {
    for (file, expected) in COUNTS {
        let Some(text) = corpus(&format!("{FOLDER}{file}")) else { return };
        let s = system(&text);
        let found = [
            s.dimensions.len(),
            s.facts.len(),
            s.rules.len(),
            s.invariants.len(),
            s.cases.len(),
            s.loops.len(),
        ];
        assert_eq!(
            found,
            *expected,
            "{file}: {:?}",
            s.dimensions.iter().map(|d| &d.name).collect::<Vec<_>>()
        );
    }
}

#[test]
fn after_the_missing_brace_everything_is_read() {
    let Some(text) = corpus("prototype/examples/KernelEngineer/FMHAv4/fmha_system_v3.dsl") else {
        return;
    };
    let s = system(&text);
    let tuner = s.loops.iter().find(|l| l.kind == LoopKind::Engineering).expect("the tuner");
    assert_eq!(tuner.name, "FMHA_Tuner");
    assert_eq!(tuner.parameters.len(), 2);
    let architect = s.loops.iter().find(|l| l.kind == LoopKind::Agent).expect("the architect");
    assert_eq!(architect.steps.len(), 9);
    assert_eq!(s.artifacts.len(), 3);
}

#[test]
fn tasks_have_their_steps_in_order() {
    let Some(text) = corpus("prototype/examples/coaching_agent.dsl") else { return };
    let s = system(&text);
    let steps = &s.loops.first().expect("the task").steps;
    assert_eq!(
        steps,
        &["init", "gather_user_skills", "diagnosis", "planning", "closing", "save_output"]
    );
    assert_eq!(s.advice.len(), 4, "axioms, heuristics and predictions");
}

#[test]
fn artifacts_without_a_body_count() {
    let Some(text) = corpus("prototype/examples/KernelEngineer/FMHAv4/fmha_system_v4.dsl") else {
        return;
    };
    assert_eq!(system(&text).artifacts, ["fmha_system_v4.dsl", "insights_log.jsonl"]);
}
