//! Sentences of people, and what goals they are.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use proptest::prelude::*;
use spak_model::system::System;
use spak_model::{Files, resolve};
use spak_syntax::FileId;
use spak_transform::{Goal, Words};

struct NoFiles;

impl Files for NoFiles {
    fn load(&mut self, _from: FileId, _spec: &str) -> Result<(FileId, String), String> {
        Err("nothing is imported here".to_owned())
    }
}

const MACHINES: &[&str] = &[
    include_str!("../../../std/hardware/rtx5070.dsl"),
    include_str!("../../../std/hardware/rtx5090.dsl"),
    include_str!("../../../std/hardware/h200.dsl"),
    include_str!("../../../std/hardware/h100.dsl"),
    include_str!("../../../std/hardware/a100.dsl"),
];

fn words() -> Words {
    let mut words = Words::default();
    let text = include_str!("../../../std/transform/words.dsl");
    let resolved = resolve(FileId(0), text, &mut NoFiles);
    assert_eq!(resolved.diagnostics, []);
    assert_eq!(words.add(&resolved.entries), Vec::<String>::new());
    for text in MACHINES {
        let resolved = resolve(FileId(0), text, &mut NoFiles);
        for record in &System::of(&resolved.entries).hardware {
            words.machine(record);
        }
    }
    words
}

/// The block of a goal without the sentence, and what was not understood.
fn read(sentence: &str) -> (String, Vec<String>) {
    let understood = words().read(sentence);
    let left = understood.left.iter().map(|range| sentence.get(range.clone()).unwrap().to_owned());
    let left = left.collect();
    assert_eq!(understood.twice, [], "{sentence}");
    let goal = Goal { said: None, ..understood.goal };
    (goal.block(""), left)
}

#[track_caller]
fn means(sentence: &str, block: &str) {
    let (read, left) = read(sentence);
    assert_eq!(left, Vec::<String>::new(), "{sentence}");
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    assert_eq!(lines(&read), lines(block), "{sentence}");
}

const REFERENCE: &str = "goal {
    hardware: \"RTX5070\"
    operator: \"attention_forward\"
    objective: \"maximize tflops\"
    uses: [\"tma\"]
}";

#[test]
fn the_sentence_of_the_specification_in_both_languages() {
    means("Generate an FMHA kernel with maximum performance on an RTX 5070 using TMA", REFERENCE);
    means("RTX 5070에서 TMA를 사용하여 최대 성능의 FMHA 커널을 생성하라.", REFERENCE);
    means("fmha, rtx-5070, tma, fastest!", REFERENCE);
}

#[test]
fn numbers_go_to_what_stands_beside_them() {
    means(
        "The fastest causal attention in bf16 on the H200 for 16 heads of head dimension 128, sequence length 8k, batch 4, at most 128 KB of shared memory and 64 KB registers",
        "goal {
            hardware: \"H200\"
            operator: \"attention_forward\"
            objective: \"maximize tflops\"
            workload {
                causal: true
                dtype: \"bf16\"
                num_heads: 16
                head_dim: 128
                seq_len: 8192
                batch: 4
            }
            limit {
                shared_memory: 128 KiB
                registers: 64 KiB
            }
        }",
    );
    means(
        "matmul with M=4096 N=4,096 K=8k on A100 80GB PCIe",
        "goal {
            hardware: \"A100_80GB_PCIe\"
            operator: \"matmul\"
            workload { m: 4096 n: 4096 k: 8192 }
        }"
        .replace("{ m: 4096 n: 4096 k: 8192 }", "{\nm: 4096\nn: 4096\nk: 8192\n}")
        .as_str(),
    );
}

#[test]
fn what_is_excluded_is_not_used() {
    means(
        "softmax on an H100 SXM without TMA",
        "goal {
            hardware: \"H100_SXM\"
            operator: \"softmax\"
            avoids: [\"tma\"]
        }",
    );
}

#[test]
fn what_is_not_understood_is_said() {
    let (block, left) = read("An FMHA kernel with quantum tunnelling on an RTX 5070");
    assert!(block.contains("RTX5070") && block.contains("attention_forward"), "{block}");
    assert_eq!(left, ["quantum tunnelling"]);
    // Another machine than those that are known is not one of them.
    let (block, left) = read("FMHA on an RTX 5070Ti");
    assert!(!block.contains("hardware"), "{block}");
    assert!(!left.is_empty());
}

#[test]
fn two_machines_are_a_contradiction() {
    let understood = words().read("matmul on H200 and RTX 5090");
    let both = ("hardware".to_owned(), "H200".to_owned(), "RTX5090".to_owned());
    assert_eq!(understood.twice, [both]);
}

#[test]
fn a_name_of_several_machines_is_none_of_them() {
    let understood = words().read("matmul on an a100");
    assert_eq!(understood.goal.hardware, None);
    let [(said, machines)] = understood.ambiguous.as_slice() else { panic!("{understood:?}") };
    assert_eq!((said.as_str(), machines.len()), ("a100", 4));
}

#[test]
fn a_goal_is_read_back_from_its_block() {
    let sentence = "fastest causal attention on the H200 with head dim 64, 100 KB shared memory, \"quoted\" \\ using TMA without clusters";
    let mut goal = words().read(sentence).goal;
    goal.require.push("tile_m <= 128 or occupancy == 1".to_owned());
    let text = format!("system S {{\n{}}}\n", goal.block("    "));
    let resolved = resolve(FileId(0), &text, &mut NoFiles);
    assert_eq!(resolved.diagnostics, [], "{text}");
    let system = System::of(&resolved.entries);
    let (again, other) = Goal::of_record(system.goals.first().unwrap());
    assert_eq!(other, Vec::<String>::new());
    assert_eq!(again.block(""), goal.block(""));
}

#[test]
fn goals_of_before_are_read() {
    let text = "system S { goal { objective: \"minimize\" metric: \"median_ns\" mood: \"good\" } }";
    let resolved = resolve(FileId(0), text, &mut NoFiles);
    let (goal, other) = Goal::of_record(System::of(&resolved.entries).goals.first().unwrap());
    assert_eq!(goal.objective.unwrap().text(), "minimize median_ns");
    assert_eq!(other, ["mood"]);
}

proptest! {
    #[test]
    fn no_sentence_makes_it_panic(sentence in "\\PC{0,200}") {
        let words = words();
        let understood = words.read(&sentence);
        for range in &understood.left {
            prop_assert!(sentence.get(range.clone()).is_some());
        }
        let text = format!("system S {{\n{}}}\n", understood.goal.block("    "));
        let resolved = resolve(FileId(0), &text, &mut NoFiles);
        let errors = resolved.diagnostics.iter().filter(|d| d.severity == spak_syntax::Severity::Error);
        prop_assert_eq!(errors.count(), 0, "{}", text);
    }
}
