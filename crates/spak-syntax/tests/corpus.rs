//! The designs that people wrote before this parser existed: all are read, and the one that is broken
//! gets its error where a person would look.

mod support;

use spak_syntax::ast::{self, Item};
use spak_syntax::{LineIndex, Source, parse};

/// A file in a fence of markdown, with chat around it.
const CHAT: &str = "SelfImprovement/sysadmin_v2.dsl";

const BROKEN: &str = "FMHAv4/fmha_system_v3.dsl";

#[test]
fn every_file_comes_back_byte_for_byte() {
    let Some(corpus) = support::corpus() else { return };
    let paths = support::designs_below(&corpus);
    assert!(paths.len() >= 35, "{} files", paths.len());
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let source = Source::decode(&bytes);
        let parse = parse(source.text());
        assert_eq!(source.restore(&parse.tree.text()), bytes, "{}", path.display());
    }
}

#[test]
fn well_formed_files_have_no_errors() {
    let Some(corpus) = support::corpus() else { return };
    for path in support::designs_below(&corpus) {
        if path.ends_with(BROKEN) {
            continue;
        }
        let parse = parse(&support::read(&path));
        if path.ends_with(CHAT) {
            let codes: Vec<&str> = parse.diagnostics.iter().map(|d| d.code.0).collect();
            assert_eq!(codes, ["markdown-fence"; 2]);
            let file = ast::file(&parse);
            assert_eq!(
                file.items.iter().filter_map(|i| i.head().map(|h| h.text())).collect::<Vec<_>>(),
                ["version", "domains", "steps", "evaluation"]
            );
            continue;
        }
        assert!(parse.diagnostics.is_empty(), "{}: {:?}", path.display(), parse.diagnostics);
    }
}

#[test]
fn the_unclosed_loop_is_named_and_what_follows_is_read() {
    let Some(corpus) = support::corpus() else { return };
    let path = support::designs_below(&corpus).into_iter().find(|p| p.ends_with(BROKEN)).unwrap();
    let text = support::read(&path);
    let parse = parse(&text);
    let index = LineIndex::new(&text);
    let [error] = parse.diagnostics.as_slice() else { panic!("{:?}", parse.diagnostics) };
    assert_eq!(error.code.0, "unclosed-block");
    assert_eq!(index.line_column(&text, error.primary.span.start), (135, 5));
    assert_eq!(index.line_column(&text, error.related[0].span.start).0, 214);

    let file = ast::file(&parse);
    let [Item::Block(system)] = file.items.as_slice() else { panic!("one system") };
    let heads: Vec<String> =
        system.items.iter().filter_map(|i| i.head().map(|h| h.text())).collect();
    let expected = [
        "design_space",
        "tuning_space",
        "model",
        "knowledge",
        "trace_schema",
        "agent_loop FMHA_Architect",
        "engineering_loop FMHA_Tuner",
        "build",
    ];
    assert_eq!(heads, expected);

    let repaired = spak_syntax::edit::apply(&text, &error.fix).unwrap();
    let again = spak_syntax::parse(&repaired);
    assert!(again.diagnostics.is_empty(), "{:?}", again.diagnostics);
    assert_eq!(support::heads(&ast::file(&again)), support::heads(&file));
}

/// What the specification's own examples say, statement by statement.
#[test]
#[expect(clippy::too_many_lines, reason = "one expectation a file")]
fn the_seed_files_have_the_statements_they_show() {
    let Some(corpus) = support::corpus() else { return };
    let outline_of = |name: &str| {
        let text = support::read(&corpus.join("seed").join(name));
        support::outline(&ast::file(&parse(&text)))
    };
    expect_test::expect![[r#"
        block training LoopOptimization
          section supervision
            line predict_target_at_every_iteration
          section loss
            line L_token = mean_t CrossEntropy(logits(t), target)
            line L_halt = entropy_regularization(p(t))
            line L_total = L_token + λ L_halt
          section backpropagation
            line through_time = true
            line shared_parameters = true
          section curriculum
            pair max_steps: list of 1: 2 -> 4 -> 8
          section stability_rules
            section rule Divergence
              line if steps>8 and no curriculum => gradient explosion
            section rule Collapse
              line if halt_regularization absent => constant depth usage
          section learning_effect
            line parameters learn refinement operator
            line not direct mapping
    "#]]
    .assert_eq(&outline_of("training/README.dsl"));
    expect_test::expect![[r#"
        block kernel FMHA
          pair backend: raw cuTile
          pair implementation: raw fused_attention_forward_backward
          section invariant CausalMask
            line for all i,j: j>i => attention_weight(i,j)=0
          section invariant SoftmaxNormalization
            line row_sum(attention_probabilities)=1
          section invariant BackwardCorrectness
            line dQ,dK,dV consistent with stored LSE
          section memory_behavior
            line kv_cache_reuse = mandatory
            line recompute_softmax = forbidden
          section performance_law RTX5070
            line tile_q = 64 optimal
            line tile_q >= 128 causes register spill
          section stability_rule
            line storing_logsumexp prevents gradient underflow
          section engineering_note
            line attention kernel guarantees differentiable refinement
            line not feature extraction
    "#]]
    .assert_eq(&outline_of("kernels/README.dsl"));
    expect_test::expect![[r#"
        block system LoopLM_TileGym
          section objective
            line "Verify that reasoning emerges from iterative latent state u…
          section hardware
            pair gpu: raw RTX5070_12GB
            pair kernel_backend: raw cuTile
          section global_assumption
            line intelligence = convergence_of_internal_state
            line not = single_pass_prediction
          section success_condition
            line OOD performance improves with allowed iteration depth
    "#]]
    .assert_eq(&outline_of("README.dsl"));
    expect_test::expect![[r#"
        block dynamics LatentReasoningProcess
          pair state h: raw Tensor[B,T,D]
          section initialization
            line h0 = Embedding(tokens)
          section transition
            line h(t+1) = UpdateOperator(h(t))
          section readout
            line logits(t) = LMHead(h(t))
          section halting
            line p(t) = sigmoid(HaltHead(h(t)))
            line stop when p(t) > τ
          section convergence_expectation
            line CE(logits(t+1)) <= CE(logits(t))
          section adaptive_compute
            line expected_iterations ∝ problem_complexity
          section interpretation
            line model executes iterative refinement
            line not deeper representation
    "#]]
    .assert_eq(&outline_of("model/README.dsl"));
    expect_test::expect![[r#"
        block design_space
          pair softmax_scheme: list of 2: "online" | "naive"
          pair math_approximation: list of 2: "exp2" | "exp"
          pair mask_fusion: list of 3: "fused_qk" | "post_qk" | "no_mask"
          pair accum_dtype: list of 2: "f32" | "f16"
          pair attention_variant: list of 3: "MHA" | "GQA" | "MQA"
          pair memory_robustness: list of 2: "assume_aligned" | "dynamic_k_masking"
          pair load_latency_strategy: list of 2: "default" | "tma_optimized"
        block tuning_space
          pair tile_m: list of 4: 32 | 64 | 128 | 256
          pair tile_n: list of 4: 32 | 64 | 128 | 256
          pair tile_d: list of 3: 32 | 64 | 128
          pair occupancy: list of 3: 1 | 2 | 4
          pair k_load_latency: list of 3: 1 | 2 | 3
          pair v_load_latency: list of 5: 1 | 2 | 3 | 4 | 5
        block knowledge
          block invariant Correctness
            line ...
          block fact optimal_rtx5070_config
            line ...
          block rule Tile Size Constraint
            line ...
    "#]]
    .assert_eq(&outline_of("snf_example.dsl"));
    expect_test::expect![[r#"
        block design_space
          pair softmax_scheme: list of 2: "online" | "naive"
          pair math_approximation: list of 2: "exp2" | "exp"
          pair mask_fusion: list of 2: "fused_qk" | "post_qk"
          pair lse_storage: list of 2: "flat_1d" | "tensor_3d"
          pair accum_dtype: list of 2: "f32" | "f16"
          pair load_latency: raw int range [0,4]
        block tuning_space
          pair tile_m: list of 4: 32 | 64 | 128 | 256
          pair tile_n: list of 4: 32 | 64 | 128 | 256
          pair tile_d: list of 3: 32 | 64 | 128
          pair query_group_size: list of 4: 1 | 2 | 4 | 8
          pair occupancy: list of 3: 1 | 2 | 4
    "#]]
    .assert_eq(&outline_of("lifted_v3_draft.dsl"));
    expect_test::expect![[r#"
        block experiment OOD_Arithmetic
          section hypothesis
            line iterative latent updates learn algorithmic addition
          section train
            line digits <= 4
          section test
            line digits <= 12
          section measurements
            line accuracy
            line mean_iterations
            line correlation(iterations, carry_operations)
          section expected_result
            line accuracy stable across digit length
            line iterations increase with carry count
          section claim
            line model learned procedure not memorization
    "#]]
    .assert_eq(&outline_of("experiments/README.dsl"));
    expect_test::expect![[r#"
        block operator UpdateOperator
          section components
            pair norm: raw RMSNorm
            pair attn: raw FMHA
            pair mlp: raw SwiGLU
          section computation
            line h1 = h + attn(norm(h))
            line h2 = h1 + mlp(norm(h1))
            line return h2
          section semantic_role
            line performs local error correction in latent space
          section gradient_property
            line residual paths stabilize iterative application
          section contractive_tendency
            line repeated application reduces token prediction entropy
          section forbidden_interpretation
            line not a feature extractor
            line not a depth-wise hierarchy
    "#]]
    .assert_eq(&outline_of("operators/README.dsl"));
}
