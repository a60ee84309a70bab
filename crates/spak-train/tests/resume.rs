//! Stopping and going on: the same bits, whatever ends a run, and clear words where it cannot go on.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use std::path::Path;
use std::process::{Command, Stdio};

use spak_train::folder::{Failure, Folder};
use spak_train::spec::{DataSpec, Loops, Precision, Randomness, Schedule, Shape, Stage};
use spak_train::zero_shot::{Variant, spec};
use spak_train::{Corpus, Spec, Stop, Trainer, microgpt};

/// A short run with everything that depends on the step: stages, drawn loops, a schedule.
fn small() -> Spec {
    let mut spec = spec(Variant::DrawnLoops, 3, 40);
    spec.model.width = 16;
    spec.model.mlp = spak_train::spec::Mlp::SwiGlu { hidden: 24 };
    spec.train.batch = 16;
    spec.train.part = 5;
    spec.train.schedule.warmup = 4;
    spec.train.stages = vec![Stage { from: 10, data: None, loops: Some(Loops::Drawn(1, 3)) }];
    spec
}

fn trainer(spec: &Spec) -> Trainer<f32> {
    Trainer::new(spec.clone(), Corpus::new(&spec.data, None).unwrap()).unwrap()
}

fn finish(trainer: &mut Trainer<f32>) -> Vec<f64> {
    let mut losses = Vec::new();
    loop {
        match trainer.advance() {
            Ok(report) => losses.push(report.loss),
            Err(Stop::Finished { steps: 40 }) => return losses,
            Err(stop) => panic!("{stop}"),
        }
    }
}

#[test]
fn going_on_from_any_checkpoint_gives_the_bits_of_an_uninterrupted_run() {
    let spec = small();
    let mut whole = trainer(&spec);
    let losses = finish(&mut whole);
    assert_eq!(losses.len(), 40);
    for stop in [0, 1, 9, 10, 27, 40] {
        let mut first = trainer(&spec);
        for _ in 0..stop {
            first.advance().unwrap();
        }
        let bytes = first.checkpoint();
        let corpus = Corpus::new(&spec.data, None).unwrap();
        let mut second = Trainer::<f32>::resume(spec.clone(), corpus, 2, &bytes).unwrap();
        assert_eq!(second.checkpoint(), bytes);
        assert_eq!(finish(&mut second), losses[stop..]);
        assert_eq!(second.checkpoint(), whole.checkpoint());
    }
}

#[test]
fn a_broken_checkpoint_is_told_from_a_whole_one_by_any_bit_and_any_length() {
    let spec = small();
    let mut trainer = trainer(&spec);
    trainer.advance().unwrap();
    let bytes = trainer.checkpoint();
    let resume = |bytes: &[u8]| {
        let corpus = Corpus::new(&spec.data, None).unwrap();
        Trainer::<f32>::resume(spec.clone(), corpus, 1, bytes).map(|_| ())
    };
    resume(&bytes).unwrap();
    for at in (0..bytes.len()).step_by(997).chain([0, 8, 15, 16, bytes.len() - 1]) {
        let mut broken = bytes.clone();
        broken[at] ^= 16;
        assert_eq!(resume(&broken).unwrap_err().place, "checkpoint", "bit in byte {at}");
    }
    for length in [0, 7, 8, 20, 39, 40, 41, bytes.len() / 2, bytes.len() - 1] {
        let problem = resume(&bytes[..length]).unwrap_err();
        assert!(problem.to_string().contains("not a whole checkpoint"), "{problem}");
    }
}

#[test]
fn other_settings_and_other_data_are_named() {
    let spec = small();
    let bytes = trainer(&spec).checkpoint();
    let mut other = spec.clone();
    other.train.optimiser.rate = 0.5;
    let corpus = Corpus::new(&spec.data, None).unwrap();
    let problem = Trainer::<f32>::resume(other, corpus, 1, &bytes).unwrap_err();
    assert_eq!(problem.place, "train.optimiser.rate");

    let mut names = microgpt::spec(Precision::Double);
    names.train.randomness = Randomness::Keyed(1);
    let before = Corpus::new(&names.data, Some(b"ada\nbob\n")).unwrap();
    let after = Corpus::new(&names.data, Some(b"ada\nbbo\n")).unwrap();
    let bytes = Trainer::<f64>::new(names.clone(), before).unwrap().checkpoint();
    let problem = Trainer::<f64>::resume(names, after, 1, &bytes).unwrap_err();
    assert_eq!(problem.place, "data");
    assert!(problem.reason.contains("not the one that training began with"), "{problem}");
}

#[test]
fn numbers_that_are_none_stop_training_and_change_nothing() {
    let mut spec = small();
    // Each step multiplies every matrix by -9, until something overflows.
    spec.train.optimiser.rate = 0.1;
    spec.train.optimiser.decay = 100.0;
    spec.train.schedule.shape = Shape::Constant;
    spec.train.schedule.warmup = 0;
    spec.train.clip = None;
    spec.train.steps = 1000;
    let mut trainer = trainer(&spec);
    let stop = loop {
        let before = trainer.checkpoint();
        match trainer.advance() {
            Ok(_) => {}
            Err(stop) => {
                assert_eq!(trainer.checkpoint(), before);
                break stop;
            }
        }
    };
    let Stop::Diverged { value, .. } = stop else { panic!("{stop}") };
    assert!(!value.is_finite());
    // The state before is one to go on from: its numbers are numbers.
    assert!(trainer.parameters().iter().all(|p| p.is_finite()));
}

/// Not a test of its own: the process that the next one kills. Trains into the folder that the environment names.
#[test]
fn trains_in_the_folder_of_the_environment() {
    let Ok(path) = std::env::var("SPAK_TRAIN_FOLDER") else { return };
    let folder = Folder::open(Path::new(&path)).unwrap();
    let spec = small();
    let corpus = Corpus::new(&spec.data, None).unwrap();
    let mut trainer = folder.trainer::<f32>(spec, corpus, 1).unwrap();
    let slowly = |_: &_| {
        std::thread::sleep(std::time::Duration::from_millis(2));
        true
    };
    folder.train(&mut trainer, 1, slowly).unwrap();
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let start = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "trains_in_the_folder_of_the_environment"])
            .env("SPAK_TRAIN_FOLDER", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let kept = Folder::open(folder.path()).unwrap();
    let step = |kept: &Folder| {
        let bytes = kept.read().unwrap();
        bytes.map_or(0, |bytes| spak_train::checkpoint::head(&bytes).unwrap().step)
    };
    let mut kills = 0;
    for _ in 0..200 {
        let before = step(&kept);
        if before >= 40 {
            break;
        }
        let mut child = start();
        // As soon as it has gone on it is killed, at whatever it does then.
        while step(&kept) < (before + 3).min(40) && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_micros(500));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills > 3, "{kills} kills");
    let mut whole = trainer(&small());
    finish(&mut whole);
    assert_eq!(kept.read().unwrap().unwrap(), whole.checkpoint());
}

#[test]
fn the_folder_always_has_a_checkpoint_and_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Folder::open(&folder.path().join("deep/down")).unwrap();
    assert_eq!(kept.read().unwrap(), None);
    for text in ["one", "two", "three"] {
        kept.write(text.as_bytes()).unwrap();
        assert_eq!(kept.read().unwrap().unwrap(), text.as_bytes());
    }
    assert_eq!(std::fs::read(kept.before()).unwrap(), b"two");
    std::fs::remove_file(kept.last()).unwrap();
    assert_eq!(kept.read().unwrap().unwrap(), b"two");
    assert_eq!(std::fs::read_dir(folder.path().join("deep/down")).unwrap().count(), 1);
}

#[test]
fn a_run_that_diverges_keeps_the_last_good_checkpoint() {
    let mut spec = small();
    spec.train.optimiser.rate = 0.1;
    spec.train.optimiser.decay = 100.0;
    spec.train.schedule = Schedule { warmup: 0, shape: Shape::Constant, last: 0.0 };
    spec.train.clip = None;
    spec.train.steps = 1000;
    let folder = tempfile::tempdir().unwrap();
    let folder = Folder::open(folder.path()).unwrap();
    let mut trainer = trainer(&spec);
    let mut steps = 0;
    let failure = folder.train(&mut trainer, 4, |_| {
        steps += 1;
        true
    });
    let Err(Failure::Stopped(Stop::Diverged { step, .. })) = failure else { panic!("{failure:?}") };
    assert_eq!(step, steps);
    assert!(steps > 4, "it diverged before the first checkpoint");
    let corpus = Corpus::new(&spec.data, None).unwrap();
    let kept = folder.trainer::<f32>(spec, corpus, 1).unwrap();
    assert_eq!(kept.next_step(), step / 4 * 4);
    assert!(kept.parameters().iter().all(|p| p.is_finite()));
}

#[test]
fn a_broken_last_checkpoint_says_what_the_one_before_it_is() {
    let spec = small();
    let folder = tempfile::tempdir().unwrap();
    let folder = Folder::open(folder.path()).unwrap();
    folder.train(&mut trainer(&spec), 15, |report| report.step < 29).unwrap();
    let mut bytes = std::fs::read(folder.last()).unwrap();
    bytes.truncate(5000);
    std::fs::write(folder.last(), bytes).unwrap();
    let corpus = || Corpus::new(&spec.data, None).unwrap();
    let Err(Failure::Wrong(problem)) = folder.trainer::<f32>(spec.clone(), corpus(), 1) else {
        panic!("a broken checkpoint was taken")
    };
    assert!(problem.place.ends_with("last.checkpoint"), "{problem}");
    assert!(problem.repair.contains("step 15"), "{problem}");
    std::fs::remove_file(folder.last()).unwrap();
    assert_eq!(folder.trainer::<f32>(spec.clone(), corpus(), 1).unwrap().next_step(), 15);
}

#[test]
fn python_runs_go_on_as_well() {
    let names = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/names.txt"));
    let names = names.unwrap();
    let spec = microgpt::spec(Precision::Double);
    assert!(matches!(spec.data, DataSpec::Names { .. }));
    let corpus = || Corpus::new(&spec.data, Some(&names)).unwrap();
    let mut whole = Trainer::<f64>::new(spec.clone(), corpus()).unwrap();
    for _ in 0..7 {
        whole.advance().unwrap();
    }
    let bytes = whole.checkpoint();
    let mut second = Trainer::<f64>::resume(spec.clone(), corpus(), 1, &bytes).unwrap();
    for _ in 0..7 {
        assert_eq!(second.advance().unwrap(), whole.advance().unwrap());
    }
}
