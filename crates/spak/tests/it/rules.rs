//! Rules laid over whole spaces: counts made by hand and by brute force, what does not apply, bad files.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::dice::Dice;
use crate::schemas::faults;
use crate::support::Folder;

/// As a cuTile attention kernel is tuned.
const TILES: &str = r#"system CuTile {
    workload Prefill {
        family: attention_forward, dtype: f16, batch: 2
        num_heads: 32, num_kv_heads: 8, seq_len: 8192, head_dim: 128, causal: true
    }
    tuning_space {
        tile_m: [32, 64, 128, 256]
        tile_n: [32, 64, 128, 256]
        tile_d: [64, 128, 256]
        stages: [1, 2, 3]
        num_warps: [4, 8]
    }
}
"#;

/// The rule called `name`, and its constraint if it applies.
fn rule<'v>(said: &'v Value, name: &str) -> (&'v Value, &'v Value) {
    let rules = said["rules"].as_array().unwrap();
    let Some(rule) = rules.iter().find(|r| r["name"] == name) else {
        panic!("no rule `{name}` in {rules:?}")
    };
    match rule["constraint"].as_u64() {
        Some(at) => (rule, &said["constraints"][at as usize]),
        None => (rule, &Value::Null),
    }
}

fn removes(said: &Value, name: &str) -> (u64, u64) {
    let (_, constraint) = rule(said, name);
    let number = |key: &str| constraint[key].as_u64().unwrap();
    (number("removes_alone"), number("only_it_removes"))
}

/// 4 * 4 * 3 * 3 * 2 configs on an H200: 227 KiB of shared memory a block, 255 registers a thread.
///
/// Shared memory in halves: `tile_m + 2 * stages * tile_n <= 908` at 128 columns. Two stages of 256 keys
/// are 1024 and three are 1536, whatever `tile_m` is; three stages of 128 keys leave no room for 256
/// queries: 4 + 4 + 1 of 48, each with three `tile_d` and two `num_warps`.
///
/// Registers: `tile_m * (tile_n + 128)` may be 32640 with 4 warps and 65280 with 8. With 4 warps 128
/// queries lose 128 and 256 keys and 256 queries lose all; with 8, 256 queries lose 128 and 256 keys:
/// 6 + 2 of 32, each with three `tile_d` and three `stages`.
#[test]
fn counts_are_those_made_by_hand() {
    let folder = Folder::with("tiles.dsl", TILES);
    let (code, said) =
        folder.json(&["space", "tiles.dsl", "--rules", "attention", "--hardware", "H200"]);
    assert_eq!(code, 0);
    assert_eq!(faults(&said), Vec::<String>::new());
    assert_eq!(removes(&said, "a tile has whole rows of a head"), (192, 2 * 62));
    assert_eq!(removes(&said, "Q, and K and V of each stage, fit shared memory"), (9 * 6, 10));
    assert_eq!(removes(&said, "scores and output fit the registers of the threads"), (8 * 9, 16));
    assert_eq!(removes(&said, "query heads share key heads evenly"), (0, 0));
    assert_eq!(said["count"], 26 + 36);
    assert_eq!(said["without_rules"], 288);
    let (missing, _) = rule(&said, "resident blocks share the registers");
    assert_eq!(missing["lacks"], serde_json::json!(["occupancy"]));
    // The configs that were measured as spilling on such a device, and those that were fastest.
    for (config, valid) in [
        ("tile_m=256,tile_n=128,num_warps=8", false),
        ("tile_m=128,tile_n=128,num_warps=4", false),
        ("tile_m=128,tile_n=128,num_warps=8", true),
        ("tile_m=128,tile_n=256,num_warps=8", true),
        ("tile_m=64,tile_n=128,num_warps=4", true),
    ] {
        let config = format!("{config},tile_d=128,stages=1");
        let arguments =
            ["space", "tiles.dsl", "--rules", "attention", "--hardware", "H200", "--config"];
        let (_, said) = folder.json(&[&arguments[..], &[config.as_str()]].concat());
        assert_eq!(said["config"]["valid"], valid, "{config}");
    }
}

/// Of its `tile_m`, 48 and 96 are no powers of two; nothing else in it is touched on a device whose
/// limits are not given.
#[test]
fn a_design_of_the_examples() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fmha");
    let text = std::fs::read_to_string(example.join("fmha_system_v0.dsl")).unwrap();
    let folder = Folder::with("fmha.dsl", &text);
    let (_, said) = folder.json(&["space", "fmha.dsl", "--rules", "attention"]);
    let all = 1152 * 6 * 4 * 4 * 4 * 3 * 2;
    assert_eq!(said["without_rules"], all);
    assert_eq!(removes(&said, "tile_m is a power of two"), (all / 3, all / 3));
    assert_eq!(removes(&said, "rows fill a matrix instruction"), (0, 0));
    assert_eq!(said["count"], all / 3 * 2);
}

/// What one config is, and what the machine and the problem are.
type Known = BTreeMap<&'static str, u64>;

type Claim = (&'static str, fn(&Known) -> bool);

/// The rules again, in other words: bytes and numbers instead of units, Rust instead of formulas.
const CLAIMS: &[Claim] = &[
    ("tile_m is a power of two", |c| c["tile_m"].is_power_of_two()),
    ("tile_n is a power of two", |c| c["tile_n"].is_power_of_two()),
    ("num_warps is a power of two", |c| c["num_warps"].is_power_of_two()),
    ("a block has no more threads than fit", |c| 32 * c["num_warps"] <= c["threads"]),
    ("rows fill a matrix instruction", |c| c["tile_m"] & 15 == 0),
    ("columns fill a matrix instruction", |c| c["tile_n"] & 7 == 0),
    ("a tile has whole rows of a head", |c| c["tile_d"] == c["head_dim"]),
    ("Q, and K and V of each stage, fit shared memory", |c| shared(c) <= c["per_block"]),
    ("scores and output fit the registers of the threads", |c| {
        accumulators(c).div_ceil(32 * c["num_warps"]) <= c["per_thread"]
    }),
    ("resident blocks share the shared memory", |c| {
        c["per_sm"] / (shared(c) + 1024) >= c["occupancy"]
    }),
    ("resident blocks share the registers", |c| c["registers"] / accumulators(c) >= c["occupancy"]),
    ("keys fill the depth of a matrix instruction", |c| {
        (c["tile_n"] * c["bytes"]).is_multiple_of(32)
    }),
    ("rows can be copied in bulk", |c| (c["head_dim"] * c["bytes"]).is_multiple_of(16)),
    ("a tile of rows can be copied in bulk", |c| (c["tile_d"] * c["bytes"]).is_multiple_of(16)),
    ("query heads share key heads evenly", |_| true),
    ("a tile is not mostly padding: queries", |c| c["tile_m"] / 2 < c["seq_len"].max(16)),
    ("a tile is not mostly padding: keys", |c| c["tile_n"] / 2 < c["seq_len"].max(16)),
];

/// Bytes of a tile of Q, and of K and V for each stage.
fn shared(c: &Known) -> u64 {
    let rows = c["tile_m"] + c["stages"] * c["tile_n"] + c["stages"] * c["tile_n"];
    rows * c["head_dim"] * c["bytes"]
}

fn accumulators(c: &Known) -> u64 {
    c["tile_m"] * c["tile_n"] + c["tile_m"] * c["head_dim"]
}

#[test]
fn counts_are_those_of_brute_force() {
    let folder = Folder::new();
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let mut removing = 0;
    for turn in 0..40 {
        let bytes = [1, 2, 4][dice.below(3)];
        let mut fixed = Known::from([
            ("bytes", bytes),
            ("head_dim", [24, 64, 72, 128, 256][dice.below(5)]),
            ("seq_len", [1, 17, 100, 4096][dice.below(4)]),
            ("threads", [512, 1024][dice.below(2)]),
            ("per_block", 1024 * [48, 99, 227][dice.below(3)]),
            ("per_thread", [128, 255][dice.below(2)]),
            ("registers", 65536),
        ]);
        fixed.insert("per_sm", fixed["per_block"] + 1024);
        let parameters: Vec<(&'static str, Vec<u64>)> = vec![
            ("tile_m", dice.some(&[8, 16, 48, 64, 128, 200, 256])),
            ("tile_n", dice.some(&[4, 16, 32, 96, 128, 256])),
            ("tile_d", dice.some(&[20, 24, 64, 72, 128, 256])),
            ("stages", dice.some(&[1, 2, 3, 4])),
            ("num_warps", dice.some(&[1, 4, 6, 8, 16, 32])),
            ("occupancy", dice.some(&[1, 2, 3])),
        ];
        let configs = product(&parameters, &fixed);
        let breaks: Vec<Vec<bool>> =
            configs.iter().map(|c| CLAIMS.iter().map(|(_, holds)| !holds(c)).collect()).collect();
        // In a third of the turns the parameters have other usual names.
        let spelling = |name: &'static str| match (turn % 3, name) {
            (0, "tile_m") => "BLOCK_M",
            (0, "tile_n") => "BLOCK_SIZE_N",
            (0, "stages") => "num_stages",
            _ => name,
        };
        folder.write("space.dsl", design(&parameters, &fixed, &spelling));
        let (_, said) = folder.json(&["space", "space.dsl", "--rules", "attention"]);
        assert_eq!(said["diagnostics"], serde_json::json!([]), "{said:#}");
        assert_eq!(said["rules"].as_array().unwrap().len(), CLAIMS.len());
        for (at, (name, _)) in CLAIMS.iter().enumerate() {
            let alone = breaks.iter().filter(|b| b[at]).count() as u64;
            let is_only =
                |b: &&Vec<bool>| b.iter().enumerate().all(|(i, broken)| *broken == (i == at));
            let only = breaks.iter().filter(is_only).count() as u64;
            assert_eq!(removes(&said, name), (alone, only), "{name} in {parameters:?}, {fixed:?}");
            removing += usize::from(only > 0);
        }
        let valid = breaks.iter().filter(|b| !b.contains(&true)).count();
        assert_eq!(said["count"], valid);
    }
    assert!(removing > 40, "rules removed something only {removing} times");
}

fn product(parameters: &[(&'static str, Vec<u64>)], fixed: &Known) -> Vec<Known> {
    let mut all = vec![fixed.clone()];
    for (name, values) in parameters {
        let with = |known: &Known, value: u64| {
            let mut known = known.clone();
            known.insert(name, value);
            known
        };
        all = all
            .iter()
            .flat_map(|k| values.iter().map(|v| with(k, *v)).collect::<Vec<_>>())
            .collect();
    }
    all
}

fn design(
    parameters: &[(&'static str, Vec<u64>)],
    fixed: &Known,
    spelling: &dyn Fn(&'static str) -> &'static str,
) -> String {
    let lines: String = parameters
        .iter()
        .map(|(name, values)| format!("    {}: {values:?}\n", spelling(name)))
        .collect();
    let dtype = match fixed["bytes"] {
        1 => "e4m3",
        2 => "bf16",
        _ => "f32",
    };
    format!(
        r#"system S {{
workload W {{ family: attention_forward, dtype: {dtype}, num_heads: 8, seq_len: {}, head_dim: {} }}
hardware Card {{
    architecture: "sm_90", threads_per_warp: 32, threads_per_block: {}, registers_per_thread: {}
    registers_per_sm: {}, shared_memory_per_block: {} B, shared_memory_per_sm: {} B
    shared_memory_reserved_per_block: 1 KiB
}}
tuning_space {{
{lines}}}
}}
"#,
        fixed["seq_len"],
        fixed["head_dim"],
        fixed["threads"],
        fixed["per_thread"],
        fixed["registers"],
        fixed["per_block"],
        fixed["per_sm"],
    )
}

#[test]
fn rules_apply_to_spaces_of_other_tools() {
    let folder = Folder::new();
    let space = r#"{"tune_params": {"BM": [64, 128], "BN": [64, 256], "BK": [32, 64], "num_stages": [2, 4, 6]},
        "restrictions": ["BM <= BN"]}"#;
    folder.write("gemm.json", space);
    let arguments = [
        "space",
        "gemm.json",
        "--rules",
        "matmul",
        "--hardware",
        "RTX5090",
        "--given",
        "tile_m=BM",
        "--given",
        "tile_n=BN",
        "--given",
        "tile_k=BK",
        "--given",
        "dtype=f16",
    ];
    let (_, said) = folder.json(&arguments);
    // stages * (BM + BN) * BK * 2 <= 99 KiB: 50688 halves. With 32 deep tiles 6 stages hold 264 rows,
    // 4 hold 396 and 2 hold 792; with 64, 132, 198 and 396. The sums are 128, 192, 320, 384.
    assert_eq!(removes(&said, "A and B of each stage fit shared memory").0, 2 + 3 + 2);
    // Without 128 by 64.
    assert_eq!(said["without_rules"], 18);
    assert_eq!(said["count"], 18 - (2 + 2 + 2));
    let (lacking, _) = rule(&said, "C fits the registers of the threads");
    assert_eq!(lacking["does_not_apply"], "no `num_warps`");
}

#[test]
fn a_t1_file_is_asked_why_and_enumerated_under_rules() {
    let folder = Folder::new();
    let text = r#"{"General": {"BenchmarkName": "t1"}, "ConfigurationSpace": {
        "TuningParameters": [
            {"Name": "block_size_x", "Type": "int", "Values": "[32, 64, 1024, 2048]", "Default": 32},
            {"Name": "block_size_y", "Type": "int", "Values": "[1, 2, 4]", "Default": 1}],
        "Conditions": [{"Expression": "block_size_x > 32 or block_size_y > 1",
            "Parameters": ["block_size_x", "block_size_y"]}]}}"#;
    folder.write("t1.json", text);
    let rules = ["space", "t1.json", "--rules", "blocks", "--hardware", "A100_80GB_SXM"];
    let (_, said) = folder.json(&[&rules[..], &["--why", "block_size_x=2048"]].concat());
    let reason = said["constraints"][1]["reason"].as_str().unwrap();
    assert_eq!(said["why"][0]["excluded"]["constraints"], serde_json::json!([1]));
    assert!(reason.contains("no more threads than fit: x and y"), "{reason}");
    // 32 with 2 and 4, 64 with all, 1024 with 1.
    let rows = folder.spak(&[&rules[..], &["--enumerate", "--output", "csv"]].concat()).ended(0);
    assert_eq!(rows.out.lines().count(), 1 + 6, "{}", rows.out);
}

#[test]
fn a_design_may_import_rules() {
    let text = TILES.replace(
        "system CuTile {",
        "system CuTile {\n    import \"std/rules/attention\"\n    import \"std/hardware/h200\"",
    );
    let folder = Folder::with("tiles.dsl", &text);
    let checked = folder.spak(&["check", "tiles.dsl"]).ended(0);
    assert!(checked.out.contains("no errors"), "{}", checked.out);
    let (_, said) = folder.json(&["space", "tiles.dsl"]);
    assert_eq!(said["count"], 62);
    // What was imported is not applied twice.
    let (_, again) = folder.json(&["space", "tiles.dsl", "--rules", "attention"]);
    assert_eq!(again["count"], 62);
    assert!(again["constraints"].as_array().unwrap().len() <= CLAIMS.len());
}

/// Of two machines, only one counts: what it lacks is lacking, and the workload's own names stay.
#[test]
fn the_machine_that_is_named_replaces_the_design_s_own() {
    let folder = Folder::new();
    folder.write(
        "other.dsl",
        "system O { hardware Other { registers_per_thread: 255, threads_per_warp: 32 } }",
    );
    let text = r#"system S {
        hardware Own { shared_memory_per_block: 1 KiB, threads_per_warp: 16 }
        workload W { family: attention_forward, dtype: f16, num_heads: 8, seq_len: 512, head_dim: 64 }
        tuning_space { tile_m: [32, 64], tile_n: [32], stages: [1] }
    }"#;
    folder.write("two.dsl", text);
    let name = "Q, and K and V of each stage, fit shared memory";
    let (_, own) = folder.json(&["space", "two.dsl", "--rules", "attention"]);
    assert_eq!((own["count"].as_u64(), removes(&own, name).0), (Some(0), 2));
    let arguments = ["space", "two.dsl", "--rules", "attention", "--hardware", "other.dsl"];
    let (_, said) = folder.json(&arguments);
    let (lacking, _) = rule(&said, name);
    assert_eq!(lacking["lacks"], serde_json::json!(["hardware.shared_memory_per_block"]));
    assert_eq!(said["count"], 2);
}

#[test]
fn bad_rules_are_told_with_their_place() {
    let folder = Folder::with("tiles.dsl", TILES);
    folder.write(
        "slip.dsl",
        "system R {\n  model { type T { tile_m: int } }\n  constraint \"a\" { require: tile_mm <= 3 }\n}\n",
    );
    let (code, said) = folder.json(&["space", "tiles.dsl", "--rules", "slip.dsl"]);
    assert_eq!(code, 1);
    let found = &said["diagnostics"][0];
    assert_eq!(
        (&found["code"], &found["place"]["file"]),
        (&"unknown-name".into(), &"slip.dsl".into())
    );
    assert_eq!(found["place"]["line"], 3);
    folder.write("broken.dsl", "constraint \"a\" { require: tile_m <= }\n");
    let (code, said) = folder.json(&["space", "tiles.dsl", "--rules", "broken.dsl"]);
    assert_eq!((code, &said["diagnostics"][0]["place"]["line"]), (1, &1.into()));
    folder.write("units.dsl", "constraint \"a\" { require: tile_m <= 3 KiB }\n");
    let (code, said) = folder.json(&["space", "tiles.dsl", "--rules", "units.dsl"]);
    assert_eq!(code, 1, "{said:#}");
    assert_eq!(said["diagnostics"][0]["place"]["file"], "units.dsl");
    folder.write("words.dsl", "constraint \"a\" { require: \"tiles are nice\" }\n");
    let (_, said) = folder.json(&["space", "tiles.dsl", "--rules", "words.dsl"]);
    assert_eq!(said["rules"][0]["does_not_apply"], "it is not a formula");
    for (arguments, expected) in [
        (vec!["--rules", "attentoin"], "did you mean `attention`"),
        (vec!["--rules", "nothing.dsl"], "no such file"),
        (vec!["--rules", "attention", "--hardware", "H2000"], "did you mean `H200`"),
        (vec!["--rules", "attention", "--hardware", "local"], "described machine"),
        (vec!["--rules", "attention", "--given", "tile_m"], "no `name=formula`"),
        (vec!["--rules", "attention", "--given", "tile_m=tile_q"], "has no `tile_q`"),
        (vec!["--rules", "attention", "--given", "a=1", "--given", "a=2"], "given twice"),
        (vec!["--rules", "attention", "--given", "a=(1"], "no formula"),
    ] {
        let ran = folder.spak(&[&["space", "tiles.dsl"], &arguments[..]].concat()).ended(2);
        assert!(ran.err.contains(expected), "{arguments:?}: {}", ran.err);
    }
}
