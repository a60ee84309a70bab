//! Data: what rows say, in the formats of the prototype and of the study, and files that cannot be used.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use spak_train::spec::{Addition, Alignment, DataSpec, Lengths, Sampler};
use spak_train::zero_shot::{IDS, Variant, spec};
use spak_train::{AdditionProblem, Corpus, Part, Set};

const PROTOTYPE: Lengths = Lengths { short: [1, 4], long: [5, 6], share: 0.3 };

fn corpus(spec: &DataSpec) -> Corpus {
    Corpus::new(spec, None).unwrap()
}

/// Each row's text with the token after it, without filling.
fn lines(corpus: &Corpus, parts: &[Part]) -> Vec<String> {
    let mut lines = Vec::new();
    for part in parts {
        for (tokens, targets) in part.tokens.chunks(part.time).zip(part.targets.chunks(part.time)) {
            let text = corpus.text(tokens);
            let length = text.trim_end_matches('\n').len();
            lines.push(text[..length].to_owned() + &corpus.text(&targets[length - 1..length]));
        }
    }
    lines
}

fn number(text: &str, reversed: bool) -> u128 {
    let digits: String = if reversed { text.chars().rev().collect() } else { text.to_owned() };
    digits.parse().unwrap()
}

/// Both operands of a line, which must be right.
fn checked(line: &str, reversed: bool) -> [String; 2] {
    let (left, sum) = line.strip_suffix('\n').unwrap().split_once('=').unwrap();
    let (a, b) = left.split_once('+').unwrap();
    assert_eq!(number(a, reversed) + number(b, reversed), number(sum, reversed), "{line}");
    [a.to_owned(), b.to_owned()]
}

#[test]
fn the_examples_of_the_formats() {
    let problem = AdditionProblem { a: vec![3, 2, 1], b: vec![6, 5, 4] };
    assert_eq!(problem.sum(), [9, 7, 5]);
    assert_eq!(AdditionProblem { a: vec![9, 9], b: vec![1] }.sum(), [0, 0, 1]);
}

#[test]
fn lines_are_right_sums_in_every_format() {
    for (reversed, padded) in [(true, true), (true, false), (false, true), (false, false)] {
        for sampler in [
            Sampler::Prototype(PROTOTYPE),
            Sampler::Exact { lengths: PROTOTYPE, equal: 0.5, carry: 0.3 },
        ] {
            let data = DataSpec::Addition(Addition {
                reversed,
                padded,
                packed: None,
                sampler,
                alignment: Alignment::None,
            });
            let corpus = corpus(&data);
            for line in lines(&corpus, &corpus.batch(&data, 1, 2, 300, 50)) {
                let [a, b] = checked(&line, reversed);
                assert!(!padded || a.len() == b.len(), "{line}");
                assert!(a.len().max(b.len()) <= 6, "{line}");
            }
        }
    }
}

/// The longest operand has 1 to 6 digits in 6.6, 17.4, 28.0, 35.2, 8.7 and 4.1 % of the prototype's problems, as a
/// simulation of its generator says.
#[test]
fn the_prototype_s_lengths_are_drawn() {
    let data = DataSpec::Addition(Addition {
        reversed: true,
        padded: false,
        packed: None,
        sampler: Sampler::Prototype(PROTOTYPE),
        alignment: Alignment::None,
    });
    let corpus = corpus(&data);
    let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
    for step in 0..40 {
        for line in lines(&corpus, &corpus.batch(&data, 1, step, 1000, 100)) {
            let [a, b] = checked(&line, true);
            *counts.entry(a.len().max(b.len())).or_default() += 100.0 / 40_000.0;
        }
    }
    let expected = [6.6, 17.4, 28.0, 35.2, 8.7, 4.1];
    for (digits, expected) in (1..).zip(expected) {
        // Four deviations of 40,000 draws are at most 1 %.
        assert!((counts[&digits] - expected).abs() < 1.0, "{counts:?}");
    }
}

#[test]
fn packed_rows_learn_only_answers() {
    let data = DataSpec::Addition(Addition {
        reversed: true,
        padded: false,
        packed: Some(64),
        sampler: Sampler::Prototype(PROTOTYPE),
        alignment: Alignment::None,
    });
    let corpus = corpus(&data);
    for part in corpus.batch(&data, 1, 0, 64, 16) {
        assert_eq!((part.time, part.rows()), (64, 16));
        for row in 0..part.rows() {
            let at = row * 64..row * 64 + 64;
            let text: Vec<char> = corpus.text(&part.tokens[at.clone()]).chars().collect();
            let mut in_answer = false;
            for (place, letter) in text.iter().enumerate() {
                in_answer = *letter == '=' || (in_answer && *letter != '\n');
                let weight = part.weights[at.start + place];
                assert_eq!(weight > 0.0, in_answer, "{text:?} at {place}");
                if let Some(next) = text.get(place + 1)
                    && weight > 0.0
                {
                    let target = corpus.text(&part.targets[at.start + place..=at.start + place]);
                    assert_eq!(target, next.to_string());
                }
            }
            for line in text.iter().collect::<String>().split_inclusive('\n') {
                if line.ends_with('\n') {
                    checked(line, true);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Digits of one significance have one id everywhere; the second table announces the next digit.
    #[test]
    fn ids_align_digits(seed in 0..1000_u64, consecutive: bool) {
        let variant = if consecutive { Variant::ConsecutiveIds } else { Variant::Recipe };
        let data = spec(variant, 0, 1).data;
        let corpus = corpus(&data);
        for part in corpus.batch(&data, seed, 0, 16, 4) {
            for row in 0..part.rows() {
                let at = row * part.time..(row + 1) * part.time;
                let text = corpus.text(&part.tokens[at.clone()]);
                let text = text.trim_end_matches('\n');
                let (own, next) = (&part.ids[0][at.clone()], &part.ids[1][at]);
                let (plus, equals) = (text.find('+').unwrap(), text.find('=').unwrap());
                let ids = &own[..plus];
                prop_assert_eq!(ids, &own[plus + 1..equals]);
                let answer = &own[equals + 1..text.len()];
                let shared = plus.min(answer.len());
                prop_assert_eq!(&ids[..shared], &answer[..shared]);
                prop_assert_eq!([own[plus], own[equals]], [0, 0]);
                prop_assert!(next[..equals].iter().all(|id| *id == 0));
                prop_assert_eq!(&next[equals..equals + answer.len()], answer);
                let last = next[equals + answer.len()];
                prop_assert!(last > answer[answer.len() - 1] && last as usize <= IDS);
                let sorted: BTreeSet<u32> = answer.iter().copied().collect();
                prop_assert_eq!(sorted.into_iter().collect::<Vec<_>>(), answer);
                if consecutive {
                    prop_assert!(answer.windows(2).all(|pair| pair[1] == pair[0] + 1));
                }
            }
        }
    }

    /// Sets have exactly the lengths that they are named after, and sums are right.
    #[test]
    fn sets_have_their_lengths(digits in 1..25_usize, seed: u64) {
        let value = |digits: &[u8]| digits.iter().rev().fold(0_u128, |n, d| n * 10 + u128::from(*d));
        for set in [Set::Mixed, Set::Equal, Set::Carry] {
            for problem in AdditionProblem::set(set, digits, 20, seed) {
                let (a, b) = (problem.a.len(), problem.b.len());
                prop_assert_eq!(a.max(b), digits);
                prop_assert!(set != Set::Equal || a == b);
                prop_assert!(set != Set::Mixed || a.min(b) < digits || digits == 1);
                prop_assert_eq!(value(&problem.a) + value(&problem.b), value(&problem.sum()));
                if set == Set::Carry {
                    // The carry of the lowest place reaches the highest.
                    prop_assert_eq!(problem.sum().len(), digits + 1);
                }
            }
        }
    }
}

#[test]
fn batches_are_functions_of_seed_and_step() {
    let data = spec(Variant::Recipe, 0, 1).data;
    let corpus = corpus(&data);
    assert_eq!(corpus.batch(&data, 1, 5, 32, 8), corpus.batch(&data, 1, 5, 32, 8));
    assert_ne!(corpus.batch(&data, 1, 5, 32, 8), corpus.batch(&data, 1, 6, 32, 8));
    assert_ne!(corpus.batch(&data, 1, 5, 32, 8), corpus.batch(&data, 2, 5, 32, 8));
}

#[test]
fn texts_are_learnt_in_windows_and_their_end_is_kept() {
    let data = DataSpec::Text { context: 4, held_out: 0.3 };
    let text = "abcdefgh한국어xyz012!";
    let corpus = Corpus::new(&data, Some(text.as_bytes())).unwrap();
    assert_eq!(corpus.vocabulary(), 18);
    for part in corpus.batch(&data, 1, 0, 50, 0) {
        for row in 0..50 {
            let at = row * 4..row * 4 + 4;
            let (read, next) =
                (corpus.text(&part.tokens[at.clone()]), corpus.text(&part.targets[at]));
            let whole: String = read.chars().take(1).chain(next.chars()).collect();
            assert!("abcdefgh한국어xy".contains(&whole), "{whole}");
        }
    }
    let held = corpus.held_out(&data, 1, 5).unwrap();
    assert_eq!((held.rows(), corpus.text(&held.tokens[..4])), (5, "z012".to_owned()));
    assert_eq!(corpus.text(&held.targets[..4]), "012!");
}

#[test]
fn data_that_cannot_be_used_says_why() {
    let names = DataSpec::Names { context: 8 };
    let text = DataSpec::Text { context: 8, held_out: 0.0 };
    let reason =
        |spec: &DataSpec, bytes: Option<&[u8]>| Corpus::new(spec, bytes).unwrap_err().reason;
    assert_eq!(reason(&names, None), "no file is given");
    assert_eq!(reason(&names, Some(b" \n\n")), "the file has no line");
    assert_eq!(reason(&names, Some(b"ab\xff")), "byte 2 of the file is not UTF-8");
    assert!(reason(&text, Some(b"12345678")).contains("too few for windows of 8"));
    let corpus = Corpus::new(&names, Some(b"ab\nba\n")).unwrap();
    assert_eq!(corpus.tokens("abc").unwrap_err().reason, "the data has no character 'c'");
}

#[test]
fn a_text_is_learnt_and_sampled() {
    let text = "the cat sat on the mat. ".repeat(40);
    let mut spec = spak_train::microgpt::spec(spak_train::spec::Precision::Single);
    spec.data = DataSpec::Text { context: 12, held_out: 0.2 };
    spec.train.randomness = spak_train::spec::Randomness::Keyed(3);
    spec.train.batch = 8;
    let corpus = Corpus::new(&spec.data, Some(text.as_bytes())).unwrap();
    let mut trainer = spak_train::Trainer::<f32>::new(spec.clone(), corpus).unwrap();
    while trainer.advance().is_ok() {}
    let corpus = trainer.corpus();
    let held = corpus.held_out(&spec.data, 1, 16).unwrap();
    let mut asked = spak_train::Asked::new(trainer.model(), trainer.parameters());
    let loss = asked.losses(&held, 1)[0];
    // A character of this text has 2.3 nats if nothing before it is read.
    assert!(loss < 0.7, "{loss}");
    let begin = corpus.tokens("the c").unwrap();
    let stream = || spak_train::Stream::new(1, spak_train::Use::Sampling, 0);
    let mut sample = || {
        let mut draw = spak_train::Draw::Keyed(Box::new(stream()));
        corpus.text(&asked.sample(&begin, None, 40, (0.2, 1), &mut draw))
    };
    // Longer than the context: the last tokens are read.
    let said = sample();
    assert_eq!(said.chars().count(), 40);
    assert_eq!(said, sample());
    assert!(said.starts_with("at sat on"), "{said}");
}
