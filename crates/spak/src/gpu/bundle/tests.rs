//! Bundles that follow a trace, and bundles that are damaged.

use std::collections::BTreeMap;

use spak_records::store::Store;
use spak_records::trace::{Header, Record, Stamp};

use super::{Packed, leave_out, parts_of, unpack, write};
use crate::gpu::fixture::{bundle, device, trial};

fn packed() -> Packed {
    let bundle = bundle(&[1024, 4096]);
    // What a part holds does not matter here; that its name is its hash does elsewhere.
    let parts: BTreeMap<String, Vec<u8>> =
        parts_of(&bundle).map(|name| (name.to_owned(), name.as_bytes().to_vec())).collect();
    Packed { bundle, parts }
}

#[test]
fn the_next_bundle_has_what_is_missing_and_the_best() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    let mut packed = packed();
    let stamp = Stamp { run: "r".to_owned(), time: "2026-11-22T00:00:00Z".to_owned() };
    let mut store = Store::open(&path, &Header::new("test", &stamp.time)).unwrap();
    store.device(&stamp, &device()).unwrap();
    // All of the first problem but the last three, of the second the first two, of which one is wrong.
    for at in 0..45 {
        let trial = trial(&packed.bundle, at, 0, Some(100_000 + at as u64 * 1_000));
        store.append(&stamp, Record::Trial(Box::new(trial))).unwrap();
    }
    for (at, ns) in [(0, None), (1, Some(90_000))] {
        let trial = trial(&packed.bundle, at, 1, ns);
        store.append(&stamp, Record::Trial(Box::new(trial))).unwrap();
    }
    drop(store);
    let before = packed.parts.len();
    assert_eq!(leave_out(&mut packed, &path).unwrap(), 44 + 1);
    let of = |problem: usize| {
        let has = |at: &usize| {
            packed.bundle.candidates[*at].entries.iter().any(|entry| entry.problem == problem)
        };
        (0..packed.bundle.candidates.len()).filter(has).count()
    };
    // The best of 45 and three that are missing; the right one of two and 46 that are missing.
    assert_eq!((of(0), of(1)), (1 + 3, 1 + 46));
    assert_eq!(packed.parts.len(), before);

    // Once everything is there, only the best stay, and only what they need.
    let mut store = Store::open(&path, &Header::new("test", &stamp.time)).unwrap();
    let all = bundle(&[1024, 4096]);
    for at in 0..48 {
        for problem in 0..2 {
            let trial = trial(&all, at, problem, Some(200_000 - at as u64 * 1_000));
            if store.trial(&trial.key).is_none() {
                store.append(&stamp, Record::Trial(Box::new(trial))).unwrap();
            }
        }
    }
    drop(store);
    leave_out(&mut packed, &path).unwrap();
    assert_eq!(packed.bundle.candidates.len(), 2);
    assert_eq!(packed.parts.len(), 2 * 2 + 2);
}

#[test]
fn a_trace_of_another_machine_leaves_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    let mut packed = packed();
    let stamp = Stamp { run: "r".to_owned(), time: "2026-11-22T00:00:00Z".to_owned() };
    let mut store = Store::open(&path, &Header::new("test", &stamp.time)).unwrap();
    let mut other = device();
    other.name = "NVIDIA H100".to_owned();
    store.device(&stamp, &other).unwrap();
    let trial = trial(&packed.bundle, 0, 0, Some(100_000));
    store.append(&stamp, Record::Trial(Box::new(trial))).unwrap();
    drop(store);
    assert_eq!(leave_out(&mut packed, &path).unwrap(), 0);
    assert!(leave_out(&mut packed, &folder.path().join("none")).is_err());
}

#[test]
fn a_part_that_is_not_what_its_name_says_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.spak");
    write(&packed(), &path).unwrap();
    let said = unpack(&path, folder.path()).unwrap_err().to_string();
    assert!(said.contains("is damaged"), "{said}");
}
