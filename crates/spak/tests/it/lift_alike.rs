//! Kernels that are copies of each other: what counts is what is made from what, not names, order or counts.

use serde_json::Value;

use crate::support::Folder;

const PACK: &str = r#"system Lift_Copies {
    pattern copies {
        axis: "copies"
        per: file
        says: "kernels that are copies of each other"

        case "copy" {
            when: alike_kernels(k, other) and s == store() and in_kernel(s, k)
            kernel: k
            evidence: [s]
            because: "{k} is a copy of {other}"
        }
    }

    pattern drift {
        axis: "hazard"
        per: file
        says: "where copies differ"

        case "drift" {
            when: alike_kernels(k, other) and x == load(array=a) and in_kernel(x, k) and given(x, "padding", p)
            when: y == load(array=b) and in_kernel(y, other) and absent(y, "padding")
            kernel: k
            evidence: [x]
            because: "{k} pads {a}, and {other} pads only others than {b}"
        }
    }
}
"#;

const HEAD: &str = "import cuda.tile as ct\n";

/// Twenty-odd operations over three arrays.
const FIRST: &str = r#"
@ct.kernel
def first(a, b, c, out, N: ct.Constant[int], W: ct.Constant[int]):
    row = ct.bid(0)
    total = ct.full((1, W), 0, dtype=ct.float32)
    for part in range(ct.cdiv(N, W)):
        x = ct.load(a, index=(row, part), shape=(1, W))
        y = ct.load(b, index=(row, part), shape=(1, W))
        z = ct.load(c, index=(0, part), shape=(1, W))
        scaled = ct.exp(x * y - z)
        shifted = ct.log(x + z) / y
        total = total + scaled * shifted
    mean = ct.sum(total, axis=1, keepdims=True) / N
    spread = ct.sqrt(ct.sum(total * total, axis=1, keepdims=True) + mean)
    for part in range(ct.cdiv(N, W)):
        x = ct.load(a, index=(row, part), shape=(1, W))
        z = ct.load(c, index=(0, part), shape=(1, W))
        ct.store(out, index=(row, part), tile=ct.tanh(x - mean) / spread + z * mean)
"#;

/// The same with other names, its parameters and independent statements in another order.
const COPY: &str = r#"
@ct.kernel
def second(to, third, one, two, SIZE: ct.Constant[int], COUNT: ct.Constant[int]):
    line = ct.bid(0)
    acc = ct.full((1, SIZE), 0, dtype=ct.float32)
    for at in range(ct.cdiv(COUNT, SIZE)):
        w = ct.load(third, index=(0, at), shape=(1, SIZE))
        v = ct.load(two, index=(line, at), shape=(1, SIZE))
        u = ct.load(one, index=(line, at), shape=(1, SIZE))
        q = ct.log(w + u) / v
        p = ct.exp(v * u - w)
        acc = q * p + acc
    middle = ct.sum(acc, axis=1, keepdims=True) / COUNT
    width = ct.sqrt(middle + ct.sum(acc * acc, axis=1, keepdims=True))
    for at in range(ct.cdiv(COUNT, SIZE)):
        w = ct.load(third, index=(0, at), shape=(1, SIZE))
        u = ct.load(one, index=(line, at), shape=(1, SIZE))
        ct.store(to, index=(line, at), tile=middle * w + ct.tanh(u - middle) / width)
"#;

/// The same operations, each as often, with other connections.
fn rewired() -> String {
    let lines = [
        ("def first(", "def second("),
        ("ct.exp(x * y - z)", "ct.log(x * y) - z"),
        ("ct.log(x + z) / y", "ct.exp(total / x + y)"),
        ("total + scaled * shifted", "(total + scaled) * shifted"),
        (
            "ct.sum(total, axis=1, keepdims=True) / N",
            "ct.sqrt(ct.sum(total, axis=1, keepdims=True) * N)",
        ),
        (
            "ct.sqrt(ct.sum(total * total, axis=1, keepdims=True) + mean)",
            "ct.sum(mean + total, axis=1, keepdims=True) / N",
        ),
        ("ct.tanh(x - mean) / spread + z * mean", "(ct.tanh(x / spread) - mean + z) * mean"),
    ];
    lines.into_iter().fold(FIRST.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    })
}

/// What is said of copies, and of where they differ.
fn lift(first: &str, second: &str) -> (Vec<String>, Vec<(String, Vec<u64>)>) {
    let text = format!("{HEAD}{first}{second}");
    let folder = Folder::with("kernels.py", &text);
    folder.write("copies.dsl", PACK);
    let arguments = ["lift", "kernels.py", "--pack", "copies.dsl", "--output", "json"];
    let ran = folder.spak(&arguments).ended(0);
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let file = &report["files"][0];
    let of = |list: &str, is: &dyn Fn(&&Value) -> bool| -> Vec<Value> {
        file[list].as_array().unwrap().iter().filter(is).cloned().collect()
    };
    let said = |one: &Value, field: &str| one[field].as_str().unwrap_or_default().to_owned();
    let copies = of("findings", &|one| one["axis"] == "copies");
    let drift = of("hazards", &|one| one["pattern"] == "Lift_Copies.drift");
    let lines = |one: &Value| -> Vec<u64> {
        one["lines"].as_array().unwrap().iter().filter_map(Value::as_u64).collect()
    };
    (
        copies.iter().map(|one| said(one, "because")).collect(),
        drift.iter().map(|one| (said(one, "kernel"), lines(one))).collect(),
    )
}

#[test]
fn a_copy_with_other_names_in_another_order_is_alike() {
    let (copies, drift) = lift(FIRST, COPY);
    assert_eq!(copies, ["first is a copy of second", "second is a copy of first"]);
    assert!(drift.is_empty(), "{drift:?}");
}

#[test]
fn as_many_operations_with_other_connections_are_not_alike() {
    let count = |text: &str, word: &str| text.matches(word).count();
    for word in ["ct.", " * ", " + ", " - ", " / "] {
        assert_eq!(count(FIRST, word), count(&rewired(), word), "{word}");
    }
    let (copies, drift) = lift(FIRST, &rewired());
    assert!(copies.is_empty() && drift.is_empty(), "{copies:?} {drift:?}");
}

#[test]
fn the_load_that_differs_is_named() {
    let load = "y = ct.load(b, index=(row, part), shape=(1, W)";
    let padded = format!("{load}, padding_mode=ct.PaddingMode.ZERO");
    let (copies, drift) = lift(&FIRST.replacen(load, &padded, 1), COPY);
    assert_eq!(copies.len(), 2, "{copies:?}");
    let text = format!("{HEAD}{FIRST}");
    let line = text.lines().position(|line| line.contains(load)).unwrap() as u64 + 1;
    assert!(
        !drift.is_empty() && drift.iter().all(|one| *one == ("first".to_owned(), vec![line])),
        "{drift:?}"
    );
}
