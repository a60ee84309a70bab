//! What descriptions say of problems.

use std::collections::BTreeMap;

use spak_model::Literal;
use spak_records::gpu::{Fill, Role};
use spak_records::{Dtype, Value, Workload};

use super::load;

fn workload(values: &[(&str, i64)], texts: &[(&str, &str)]) -> Workload {
    let numbers = values.iter().map(|(name, value)| ((*name).to_owned(), Value::Int(*value)));
    let texts = texts.iter().map(|(n, t)| ((*n).to_owned(), Value::Text((*t).to_owned())));
    Workload(numbers.chain(texts).collect())
}

#[test]
fn every_description_can_be_read() {
    for description in spak_generate::operators::operators() {
        let operator = load(description.name).unwrap();
        assert_eq!(operator.name, description.name);
        assert!(operator.arrays.iter().any(|array| array.is_output), "{operator:?}");
        for array in &operator.arrays {
            assert!(!array.shape.is_empty(), "{}: {array:?}", description.name);
            let kernel = match array.is_output {
                true => format!("\nreference_{}(", array.name),
                false if array.fill == "computed" => format!("input_{}(", array.name),
                false => continue,
            };
            assert!(description.reference.contains(&kernel), "{}: no {kernel}", description.name);
        }
    }
}

#[test]
fn arrays_are_known_before_any_config_is() {
    let sizes = "batch num_heads seq_len kv_len head_dim m n k rows columns".split(' ');
    let sizes: Vec<_> = sizes.map(|name| (name, 64)).collect();
    for description in spak_generate::operators::operators() {
        let operator = load(description.name).unwrap();
        let known = operator.value_names().collect::<Vec<_>>();
        let own: Vec<_> = sizes.iter().copied().filter(|(name, _)| known.contains(name)).collect();
        let problem = operator.problem(&workload(&own, &[])).unwrap();
        let arrays = operator.arrays(&problem, &BTreeMap::new());
        assert!(!arrays.unwrap().is_empty(), "{}", description.name);
    }
}

#[test]
fn attention_has_the_shapes_and_counts_of_the_field() {
    let operator = load("attention_forward").unwrap();
    let sizes =
        [("batch", 2), ("heads", 32), ("kv_heads", 8), ("seq_len", 8192), ("head_dim", 128)];
    let full = operator.problem(&workload(&sizes, &[])).unwrap();
    assert_eq!(full.flops, 4 * 2 * 32 * 8192 * 8192 * 128);
    assert_eq!(full.bytes, 2 * 2 * (2 * 32 + 2 * 8) * 8192 * 128);
    let causal: Vec<_> = sizes.into_iter().chain([("causal", 1)]).collect();
    let causal = operator.problem(&workload(&causal, &[])).unwrap();
    assert_eq!(causal.flops * 2, full.flops);
    assert_eq!(causal.values["causal"], Value::Bool(true));

    let arrays = operator.arrays(&full, &BTreeMap::new()).unwrap();
    let [q, k, v, out] = arrays.as_slice() else { panic!("{arrays:?}") };
    assert_eq!((q.shape.as_slice(), q.dtype), ([2, 32, 8192, 128].as_slice(), Dtype::Bf16));
    assert_eq!(k.shape, v.shape);
    assert_eq!(k.strides, [8 * 8192 * 128, 8192 * 128, 128, 1]);
    assert!(matches!(out.role, Role::Output { row_axes: 1, .. }));
    let scale = &operator.scalars(&full).unwrap()["scale"];
    assert_eq!(*scale, Value::Float(1.0 / 128_f64.sqrt()));

    let layout = BTreeMap::from([("tensor_layout".to_owned(), Literal::Text("BSHD".to_owned()))]);
    let arrays = operator.arrays(&full, &layout).unwrap();
    let [q, ..] = arrays.as_slice() else { panic!("{arrays:?}") };
    assert_eq!(q.shape, [2, 32, 8192, 128]);
    assert_eq!(q.strides, [8192 * 32 * 128, 128, 32 * 128, 1]);
    assert_eq!(q.seen_shape(), [2, 8192, 32, 128]);
    assert_eq!(q.seen_strides(), [8192 * 32 * 128, 32 * 128, 128, 1]);
}

#[test]
fn a_backward_pass_has_what_forward_left() {
    let operator = load("attention_backward").unwrap();
    let sizes =
        [("batch", 2), ("heads", 32), ("kv_heads", 8), ("seq_len", 8192), ("head_dim", 128)];
    let problem = operator.problem(&workload(&sizes, &[])).unwrap();
    let forward = load("attention_forward").unwrap().problem(&workload(&sizes, &[])).unwrap();
    assert_eq!(problem.flops * 2, forward.flops * 5);
    let arrays = operator.arrays(&problem, &BTreeMap::new()).unwrap();
    let computed = arrays.iter().filter(|a| a.role == Role::Input { fill: Fill::Computed });
    let computed: Vec<_> = computed.map(|array| (array.name.as_str(), array.dtype)).collect();
    assert_eq!(computed, [("lse", Dtype::F32), ("out", Dtype::Bf16)]);
    let outputs: Vec<_> = arrays.iter().filter(|array| array.is_output()).collect();
    let [d_q, d_k, _] = outputs.as_slice() else { panic!("{outputs:?}") };
    assert_eq!((d_q.shape.as_slice(), d_k.shape[1]), ([2, 32, 8192, 128].as_slice(), 8));
    assert!(matches!(d_k.role, Role::Output { terms: 32_768, .. }));
    // Of bytes all four arrays of each side, and a number of float32 for each row.
    let elements = 4 * 2 * 128 * (32 + 8) * 8192;
    assert_eq!(problem.bytes, 2 * elements + 4 * 2 * 32 * 8192);

    // Columns are summed by themselves.
    let operator = load("layer_norm_backward").unwrap();
    let sizes = [("rows", 4096), ("columns", 1024)];
    let problem = operator.problem(&workload(&sizes, &[])).unwrap();
    let arrays = operator.arrays(&problem, &BTreeMap::new()).unwrap();
    let d_bias = arrays.last().unwrap();
    assert!(matches!(d_bias.role, Role::Output { row_axes: 0, terms: 4096, .. }), "{d_bias:?}");
}

#[test]
fn types_follow_from_types() {
    let operator = load("matmul").unwrap();
    let sizes = [("M", 64), ("n", 32), ("k", 16), ("transpose_b", 1)];
    let problem = operator.problem(&workload(&sizes, &[("dtype", "fp8")])).unwrap();
    assert_eq!(problem.values["dtype"], Value::Text("f8e4m3".to_owned()));
    assert_eq!(problem.flops, 2 * 64 * 32 * 16);
    assert_eq!(problem.bytes, 64 * 16 + 16 * 32 + 2 * 64 * 32);
    let arrays = operator.arrays(&problem, &BTreeMap::new()).unwrap();
    let [a, b, c] = arrays.as_slice() else { panic!("{arrays:?}") };
    assert_eq!((a.dtype, c.dtype), (Dtype::F8e4m3, Dtype::Bf16));
    assert_eq!((b.shape.as_slice(), b.seen_shape()), ([16, 32].as_slice(), vec![32, 16]));
    assert_eq!(b.strides, [1, 16]);
}

#[test]
fn workloads_that_are_none_are_refused_with_the_reason() {
    let attention = load("attention_forward").unwrap();
    let wrong = |sizes: &[(&str, i64)], texts: &[(&str, &str)]| {
        attention.problem(&workload(sizes, texts)).unwrap_err().to_string()
    };
    let sizes = [("heads", 6), ("kv_heads", 4), ("seq_len", 8), ("head_dim", 64)];
    assert!(wrong(&sizes, &[]).contains("each key head belongs"));
    assert!(wrong(&sizes[1..], &[]).contains("needs `num_heads`"));
    assert!(wrong(&[("heads", 0)], &[]).contains("a size is 1"));
    assert!(wrong(&sizes, &[("dtype", "f17")]).contains("there are: f32"));
    assert!(wrong(&sizes, &[("causal", "maybe")]).contains("not a truth value"));
    assert!(load("atention_forward").unwrap_err().to_string().contains("did you mean"));
}

#[test]
fn what_is_optional_is_there_where_it_is_not_the_default() {
    let operator = load("matmul").unwrap();
    let sizes = [("m", 64), ("n", 64), ("k", 4096), ("transpose_b", 1)];
    let plain = operator.problem(&workload(&sizes, &[("dtype", "f8e4m3")])).unwrap();
    assert!(!plain.values.contains_key("fast_sums"));
    let asked = [&sizes[..], &[("fast_sums", 1)]].concat();
    let fast = operator.problem(&workload(&asked, &[("dtype", "f8e4m3")])).unwrap();
    assert_eq!(fast.values.get("fast_sums"), Some(&Value::Bool(true)));
    // Sums that keep 13 bits are off by more, and not by whatever they like.
    let of = |problem| {
        let arrays = operator.arrays(problem, &BTreeMap::new()).unwrap();
        arrays.iter().find(|array| array.is_output()).unwrap().roundoffs()
    };
    let (result, term) = of(&plain);
    let (fast_result, fast_term) = of(&fast);
    let drift = 4096.0 / 32.0 / 2f64.powi(14);
    assert!((fast_result - result - drift).abs() < 2e-3 * drift, "{fast_result} {result}");
    assert!((fast_term - term - drift / 8.0).abs() < 2e-3 * drift, "{fast_term} {term}");
}
