//! The trace store under everything that can happen to a file.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use expect_test::expect;
use proptest::prelude::*;
use spak_records::store::{Store, StoreError, Trace};
use spak_records::trace::{Event, Header, Observed, Record, RunStart};
use spak_records::{ContentHash, Device, Toolchain, Trial, Value, Workload};

use crate::{header, stamp, trial};

fn append_trial(store: &mut Store, number: i64) -> u64 {
    store.append(&stamp("r1"), Record::Trial(Box::new(trial(number)))).unwrap()
}

fn device() -> Device {
    Device {
        name: "Test CPU".to_owned(),
        architecture: "x86_64".to_owned(),
        features: vec!["avx2".to_owned()],
        cores: 2,
        caches: vec![32768, 1 << 20],
        system: "Linux 6.1".to_owned(),
    }
}

fn toolchain() -> Toolchain {
    Toolchain {
        compiler: "gcc".to_owned(),
        version: "gcc 14.2.0".to_owned(),
        flags: vec!["-O3".to_owned()],
    }
}

/// A trace with every type of record. The sample in `tests/records/v1` was written by this.
pub(crate) fn write_every_record(path: &Path) {
    let mut store = Store::open(path, &header()).unwrap();
    let at = stamp("r1");
    let device = store.device(&at, &device()).unwrap();
    let toolchain = store.toolchain(&at, &toolchain()).unwrap();
    let start = RunStart {
        system: "fmha".to_owned(),
        design_path: "examples/fmha/fmha_system_v0.dsl".to_owned(),
        design: ContentHash::of_text("design"),
        seed: 42,
        device: device.clone(),
        toolchain,
        workload: Workload(BTreeMap::from([("head_dim".to_owned(), Value::from(64))])),
        resumed: false,
    };
    store.append(&at, Record::Run(start)).unwrap();
    append_trial(&mut store, 1);
    append_trial(&mut store, 2);
    store.reuse(&stamp("r2"), &trial(1).key).unwrap();
    let observed = Observed {
        observation: spak_records::protocol::Observation {
            case: "Performance".to_owned(),
            fields: BTreeMap::from([
                ("tflops".to_owned(), Value::Float(0.5)),
                ("passed".to_owned(), Value::from(true)),
            ]),
        },
        config: Some(trial(1).config_id),
        device: Some(device),
    };
    store.append(&at, Record::Observation(observed)).unwrap();
    let fields = BTreeMap::from([("to".to_owned(), Value::from("analyse"))]);
    let event = Event { name: "phase".to_owned(), fields };
    store.append(&at, Record::Event(event)).unwrap();
}

#[test]
fn every_record_reads_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/folder/trace.jsonl");
    write_every_record(&path);
    let trace = Trace::read(&path).unwrap();
    assert_eq!(trace.header, Some(header()));
    assert_eq!(trace.damage, Default::default());
    assert_eq!(trace.lines.len(), 8);
    assert_eq!(trace.lines.iter().map(|l| l.seq).collect::<Vec<_>>(), (0..8).collect::<Vec<_>>());
    assert_eq!(trace.lines[0].number, 2);
    let start = trace.run("r1").unwrap();
    assert_eq!(trace.device(&start.device), Some(&device()));
    assert_eq!(trace.toolchain(&start.toolchain), Some(&toolchain()));
    assert_eq!(trace.trial(&trial(2).key), Some(&trial(2)));
    assert_eq!(trace.history("r1"), [&trial(1), &trial(2)]);
    assert_eq!(trace.history("r2"), [&trial(1)]);
    // Opening what is whole changes no byte.
    let before = fs::read(&path).unwrap();
    drop(Store::open(&path, &Header::new("spak 9.9.9", "later")).unwrap());
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_key_is_stored_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let mut store = Store::open(&path, &header()).unwrap();
    assert_eq!(append_trial(&mut store, 1), 0);
    assert_eq!(append_trial(&mut store, 2), 1);
    let length = fs::metadata(&path).unwrap().len();
    let changed = Trial { seconds: 99.0, ..trial(1) };
    let seq = store.append(&stamp("r2"), Record::Trial(Box::new(changed))).unwrap();
    assert_eq!(seq, 0, "the stored trial is named");
    assert_eq!(fs::metadata(&path).unwrap().len(), length);
    assert_eq!(store.trial(&trial(1).key), Some(&trial(1)));
    drop(store);
    assert_eq!(Store::open(&path, &header()).unwrap().trace().trials().count(), 2);
}

/// A process can be killed after any byte: every line whose end was written is there, nothing is there
/// twice, and what is appended next is not glued to a torn line.
#[test]
fn killed_after_any_byte() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.jsonl");
    let mut store = Store::open(&whole, &header()).unwrap();
    for number in 0..3 {
        append_trial(&mut store, number);
    }
    drop(store);
    let bytes = fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.jsonl");
    for length in 0..=bytes.len() {
        let prefix = &bytes[..length];
        fs::write(&cut, prefix).unwrap();
        let ends = prefix.iter().filter(|b| **b == b'\n').count();
        // The cut just before a line end leaves a whole object, which is as good as the line.
        let unended = length < bytes.len() && bytes[length] == b'\n';
        let expected = (ends + usize::from(unended)).saturating_sub(1);

        let read = Trace::read(&cut).unwrap();
        assert_eq!(read.trials().count(), expected, "reading {length} bytes");
        assert_eq!(fs::read(&cut).unwrap(), prefix, "reading changes nothing");

        let mut store = Store::open(&cut, &header()).unwrap();
        assert_eq!(store.trace().trials().count(), expected, "opening {length} bytes");
        for number in 0..3 {
            append_trial(&mut store, number);
        }
        drop(store);
        let after = Trace::read(&cut).unwrap();
        let trials: Vec<Trial> = after.trials().map(|(_, trial)| trial.clone()).collect();
        assert_eq!(trials, [trial(0), trial(1), trial(2)], "cut at {length}");
        assert_eq!(after.damage, Default::default(), "cut at {length}");
        let torn = length != 0 && !unended && prefix.last() != Some(&b'\n');
        let repairs = after.lines.iter().filter(
            |line| matches!(&line.record, Record::Event(event) if event.name == "repaired"),
        );
        assert_eq!(repairs.count(), usize::from(torn), "a repair is noted, cut at {length}");
    }
}

#[test]
fn zeros_after_a_power_cut_are_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    append_trial(&mut Store::open(&path, &header()).unwrap(), 1);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&[0; 4096]).unwrap();
    let mut store = Store::open(&path, &header()).unwrap();
    assert_eq!(store.trace().damage.torn_bytes, 4096);
    append_trial(&mut store, 2);
    assert_eq!(Trace::read(&path).unwrap().trials().count(), 2);
}

#[test]
fn the_unknown_is_counted_and_the_broken_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    append_trial(&mut Store::open(&path, &header()).unwrap(), 1);
    let mut text = fs::read(&path).unwrap();
    text.extend(b"{\"type\":\"hologram\",\"data\":{}}\n");
    text.extend(b"not json at all\n");
    text.extend(b"{\"type\":\"trial\",\"data\":{\"key\":\"blake3-v1:00\"}}\n");
    text.extend(b"\xff\xfe\n\n[1,2]\n");
    let event = "{\"type\":\"event\",\"new\":1,\"data\":{\"name\":\"x\",\"newer\":{\"a\":2}}}\n";
    text.extend(event.bytes());
    text.extend(
        format!("{{\"type\":\"event\",\"data\":{}1{}}}\n", "[".repeat(9999), "]".repeat(9999))
            .bytes(),
    );
    fs::write(&path, text).unwrap();
    let trace = Trace::read(&path).unwrap();
    assert_eq!(trace.lines.len(), 2);
    let damage = trace.damage;
    let mut shown =
        format!("{:?}, {} unknown fields\n", damage.unknown_types, damage.unknown_fields);
    for (line, why) in damage.corrupt_lines {
        shown += &format!("{line}: {why}\n");
    }
    expect![[r#"
        {"hologram": 1}, 2 unknown fields
        4: expected ident at line 1 column 2
        5: as a trial: missing field `config_id`
        6: expected value at line 1 column 1
        7: EOF while parsing a value at line 1 column 0
        8: it is not a JSON object
        10: recursion limit exceeded at line 1 column 150
    "#]]
    .assert_eq(&shown);
}

#[test]
fn joined_traces_are_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b, both] = ["a", "b", "both"].map(|name| folder.path().join(name));
    for (path, numbers) in [(&a, [1, 2]), (&b, [2, 3])] {
        let mut store = Store::open(path, &header()).unwrap();
        for number in numbers {
            append_trial(&mut store, number);
        }
    }
    fs::write(&both, [fs::read(&a).unwrap(), fs::read(&b).unwrap()].concat()).unwrap();
    let trace = Trace::read(&both).unwrap();
    assert_eq!(trace.trials().count(), 3);
    assert_eq!(trace.damage.repeated_trials, 1);
    assert_eq!(trace.damage.corrupt, 0);
}

#[test]
fn versions_and_foreign_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let mut shown = String::new();
    for text in [
        "{\"format\":\"spak.trace\",\"version\":2,\"tool\":\"spak 7.0.0\",\"more\":1}\n",
        "{\"format\":\"spak.trace\",\"version\":2,\"tool\":\"spak 7.0.0\"}",
        "{\"format\":\"spak.trace\",\"version\":0}\n",
        "{\"format\":\"other\",\"version\":1}\n",
        "{\"type\":\"event\",\"data\":{\"name\":\"x\"}}\n",
        "my diary",
        "my diary\nof many lines\n",
        "\n",
    ] {
        fs::write(&path, text).unwrap();
        for error in [Store::open(&path, &header()).err(), Trace::read(&path).err()] {
            let error = error.unwrap().to_string();
            assert!(error.starts_with(path.to_str().unwrap()), "{error}");
            let error = error.replace(path.to_str().unwrap(), "PATH");
            if !shown.ends_with(&format!("{error}\n")) {
                shown += &format!("{error}\n");
            }
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "a refused file is left alone");
    }
    expect![[r#"
        PATH: line 1: this is spak.trace version 2, and this SPAK reads up to version 1; use the SPAK that wrote it (spak 7.0.0) or a newer one
        PATH: line 1: spak.trace version 0 is no longer read
        PATH: is not a trace: its first line is not a spak.trace header
    "#]]
    .assert_eq(&shown);
}

#[test]
fn one_writer_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let mut first = Store::open(&path, &header()).unwrap();
    let second = Store::open(&path, &header());
    assert!(matches!(second, Err(StoreError::Locked { .. })), "{second:?}");
    append_trial(&mut first, 1);
    assert_eq!(Trace::read(&path).unwrap().trials().count(), 1, "reading is always possible");
    drop(first);
    assert_eq!(Store::open(&path, &header()).unwrap().trace().trials().count(), 1);
}

#[test]
fn places_that_cannot_be_written_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let plain = folder.path().join("plain");
    fs::write(&plain, "").unwrap();
    for path in [plain.join("t.jsonl"), folder.path().to_owned(), "/dev/full".into()] {
        let error = Store::open(&path, &header()).unwrap_err();
        assert!(matches!(error, StoreError::File(_)), "{error:?}");
        assert!(error.to_string().contains(plain.to_str().unwrap()) || !path.starts_with(&plain));
    }
    // The kernel's own file systems refuse new files even to the superuser, unlike a folder without permission.
    let kernel = Path::new("/sys/kernel");
    if kernel.is_dir() {
        let error = Store::open(&kernel.join("t.jsonl"), &header()).unwrap_err();
        let file = StoreError::to_string(&error);
        assert!(file.starts_with("/sys/kernel/t.jsonl: cannot "), "{file}");
    } else {
        eprintln!("SKIPPED: no file system here refuses everybody");
    }
}

#[test]
fn what_json_cannot_hold_is_refused_before_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let mut store = Store::open(&path, &header()).unwrap();
    let length = fs::metadata(&path).unwrap().len();
    for seconds in [f64::NAN, f64::INFINITY] {
        let record = Record::Trial(Box::new(Trial { seconds, ..trial(1) }));
        let error = store.append(&stamp("r1"), record).unwrap_err();
        assert!(matches!(error, StoreError::Unstorable { .. }), "{error}");
    }
    let fields = BTreeMap::from([("text".to_owned(), Value::Text("x".repeat(17 << 20)))]);
    let event = Event { name: "long".to_owned(), fields };
    assert!(store.append(&stamp("r1"), Record::Event(event)).is_err());
    assert_eq!(fs::metadata(&path).unwrap().len(), length);
    append_trial(&mut store, 1);
}

#[test]
fn a_line_without_end_is_not_held_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    append_trial(&mut Store::open(&path, &header()).unwrap(), 1);
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    for _ in 0..20 {
        file.write_all(&vec![b'x'; 1 << 20]).unwrap();
    }
    let torn = Trace::read(&path).unwrap();
    assert_eq!((torn.trials().count(), torn.damage.torn_bytes), (1, 20 << 20));
    file.write_all(b"\n").unwrap();
    let damage = Trace::read(&path).unwrap().damage;
    assert_eq!(damage.corrupt_lines, [(3, format!("it holds {} bytes", (20 << 20) + 1))]);
    append_trial(&mut Store::open(&path, &header()).unwrap(), 2);
    assert_eq!(Trace::read(&path).unwrap().trials().count(), 2);
}

/// Not a benchmark: it fails only when reading has become quadratic or the like.
#[test]
fn very_many_lines_are_read_in_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    drop(Store::open(&path, &header()).unwrap());
    let mut text = fs::read_to_string(&path).unwrap();
    let record = Record::Trial(Box::new(trial(1)));
    let line = spak_records::trace::encode(&record, &stamp("r1"), 0).unwrap();
    // Without optimisation a line takes ten times as long, and the order of growth shows just as well.
    let lines = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
    for number in 0..lines {
        let key = ContentHash::of_text(&format!("many {number}"));
        text += &line.replace(trial(1).key.as_str(), key.as_str());
    }
    fs::write(&path, &text).unwrap();
    let start = Instant::now();
    let trace = Trace::read(&path).unwrap();
    let took = start.elapsed();
    eprintln!("{} MB in {took:?}", text.len() >> 20);
    assert_eq!(trace.trials().count(), lines);
    assert!(took.as_secs() < 60, "{took:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is in the middle of a trace, the whole lines around it are read.
    #[test]
    fn noise_between_lines_costs_only_itself(noise in proptest::collection::vec(any::<u8>(), 0..200)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.jsonl");
        append_trial(&mut Store::open(&path, &header()).unwrap(), 1);
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend(&noise);
        bytes.push(b'\n');
        fs::write(&path, &bytes).unwrap();
        append_trial(&mut Store::open(&path, &header()).unwrap(), 2);
        let trace = Trace::read(&path).unwrap();
        prop_assert_eq!(trace.trials().count(), 2);
        prop_assert_eq!(trace.damage.torn_bytes, 0);
    }
}
