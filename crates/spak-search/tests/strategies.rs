//! Every strategy on spaces of every shape: what is asked is valid and new, everything is found, the same seed asks the same.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod support;

use proptest::prelude::*;
use spak_search::memory::Outcome;
use spak_search::random::Random;
use spak_search::search::{Limits, Search, Stop};
use spak_search::space::{Domain, Neighbourhood, Points, Space, neighbours, repair};
use spak_search::strategies::Method;
use spak_search::strategies::seeded::Knowledge;
use spak_search::table::TableSpace;

/// A space that is given by a rule, knows neither its size nor an order.
struct Ruled {
    domains: Vec<Domain>,
    keep: fn(&[u32]) -> bool,
}

impl Space for Ruled {
    fn domains(&self) -> &[Domain] {
        &self.domains
    }

    fn contains(&self, point: &[u32]) -> bool {
        point.len() == self.domains.len()
            && point.iter().zip(&self.domains).all(|(index, domain)| *index < domain.size)
            && (self.keep)(point)
    }

    fn sample(&self, random: &mut Random, point: &mut [u32]) -> bool {
        for _ in 0..10_000 {
            for (index, domain) in point.iter_mut().zip(&self.domains) {
                *index = random.below(domain.size);
            }
            if self.contains(point) {
                return true;
            }
        }
        false
    }
}

fn domains(sizes: &[u32]) -> Vec<Domain> {
    sizes.iter().enumerate().map(|(at, &size)| Domain { size, ordered: at % 2 == 0 }).collect()
}

fn table(sizes: &[u32], keep: impl Fn(&[u32]) -> bool) -> TableSpace {
    let rows: Vec<Vec<u32>> =
        support::points(sizes).into_iter().filter(|point| keep(point)).collect();
    TableSpace::new(domains(sizes), &rows).unwrap()
}

/// A bumpy objective with failures.
fn measure(point: &[u32]) -> Outcome {
    let sum: u32 = point.iter().enumerate().map(|(at, index)| (index + 1) * (at as u32 + 3)).sum();
    if sum % 7 == 3 {
        return Outcome::Failed;
    }
    let bump = f64::from((sum * 2_654_435 + 17) % 101);
    Outcome::Measured { value: 10.0 + f64::from(sum) + bump / 10.0, samples: 3 }
}

fn methods() -> Vec<Method> {
    let mut all: Vec<Method> = Method::names()
        .iter()
        .filter(|name| **name != "bayesian")
        .map(|name| Method::named(name).unwrap())
        .collect();
    let knowledge = Knowledge {
        points: vec![vec![1, 1, 1], vec![99, 0], vec![0, 0, 0]],
        preferred: vec![(0, 1), (7, 0)],
        avoided: vec![(1, 0), (2, 77)],
        trust: 4,
    };
    all.push(Method::Seeded(knowledge, Box::default()));
    all
}

/// Runs to the end; every point asked, with the reason for the end.
fn run(space: &dyn Space, method: &Method, seed: u64, limits: Limits) -> (Vec<Vec<u32>>, Stop) {
    let mut search = Search::new(space, method.start(), seed, limits);
    let mut asked = Vec::new();
    while let Some(question) = search.ask() {
        assert!(space.contains(question.point), "{method:?} asked an invalid point");
        let point = question.point.to_vec();
        let samples = question.samples;
        let outcome = match measure(&point) {
            Outcome::Measured { value, samples: had } => {
                Outcome::Measured { value, samples: had.max(samples) }
            }
            failed => failed,
        };
        asked.push(point);
        search.tell(outcome, 0.5);
        assert!(asked.len() < 100_000, "{method:?} does not end");
    }
    (asked, search.stop().unwrap())
}

fn distinct(mut points: Vec<Vec<u32>>) -> usize {
    points.sort();
    points.dedup();
    points.len()
}

#[test]
fn every_strategy_exhausts_every_space() {
    let spaces = [
        table(&[3, 4, 2], |_| true),
        table(&[5, 3, 4], |point| (point[0] + point[1] * point[2]) % 3 != 1),
        table(&[6], |_| true),
        table(&[1, 1], |_| true),
        table(&[4, 4, 4, 2], |point| point[0] == point[1] || point[2] == 0),
    ];
    for space in &spaces {
        let count = space.points().len();
        for method in methods() {
            for seed in 0..3 {
                let (asked, stop) = run(space, &method, seed, Limits::default());
                assert_eq!(distinct(asked.clone()), count, "{method:?} on {count} points");
                assert_eq!(stop, Stop::Exhausted, "{method:?}");
                if !matches!(method, Method::Halving(_)) {
                    assert_eq!(asked.len(), count, "{method:?} measured a point twice");
                }
            }
        }
    }
}

#[test]
fn an_empty_space_ends_at_once() {
    let empty = table(&[3, 3], |_| false);
    let none = TableSpace::new(Vec::new(), &[]).unwrap();
    for space in [&empty, &none] {
        for method in methods() {
            let (asked, stop) = run(space, &method, 1, Limits::default());
            assert!(asked.is_empty());
            assert_eq!(stop, Stop::Empty, "{method:?}");
        }
    }
}

#[test]
fn a_space_without_parameters_has_one_point() {
    let space = TableSpace::new(Vec::new(), &[Vec::new()]).unwrap();
    for method in methods() {
        let (asked, stop) = run(&space, &method, 1, Limits::default());
        assert_eq!((distinct(asked.clone()), stop), (1, Stop::Exhausted), "{method:?}");
        assert!(asked.len() == 1 || matches!(method, Method::Halving(_)));
    }
}

#[test]
fn a_space_of_unknown_size_is_searched_to_its_end() {
    let space = Ruled { domains: domains(&[5, 4, 3]), keep: |point| point[0] >= point[1] };
    let count = support::points(&[5, 4, 3]).iter().filter(|point| (space.keep)(point)).count();
    for method in methods() {
        let (asked, stop) = run(&space, &method, 5, Limits::default());
        assert_eq!(distinct(asked), count, "{method:?}");
        assert!(matches!(stop, Stop::NothingNew | Stop::Finished), "{method:?} {stop:?}");
    }
}

#[test]
fn the_same_seed_asks_the_same() {
    let space = table(&[6, 5, 4, 3], |point| point.iter().sum::<u32>() % 4 != 0);
    let limits = Limits { trials: Some(120), ..Limits::default() };
    for method in methods() {
        let (first, _) = run(&space, &method, 11, limits);
        assert_eq!(first, run(&space, &method, 11, limits).0, "{method:?}");
        assert_eq!(first.len(), 120);
        if method != Method::Exhaustive {
            assert_ne!(first, run(&space, &method, 12, limits).0, "{method:?}");
        }
    }
}

#[test]
fn limits_are_kept() {
    let space = table(&[9, 9, 9], |_| true);
    for method in methods() {
        let (asked, stop) =
            run(&space, &method, 1, Limits { seconds: Some(10.0), ..Limits::default() });
        assert_eq!((asked.len(), stop), (20, Stop::Seconds));
        let (asked, stop) =
            run(&space, &method, 1, Limits { trials: Some(0), ..Limits::default() });
        assert_eq!((asked.len(), stop), (0, Stop::Trials));
    }
}

#[test]
fn a_margin_ends_a_search_that_has_little_to_gain() {
    let space = table(&[20, 20, 20], |_| true);
    let ends = |margin| {
        let limits = Limits { margin: Some(margin), ..Limits::default() };
        let mut search = Search::new(&space, Method::Random.start(), 2, limits);
        while let Some(question) = search.ask() {
            let value = 100.0 + question.point.iter().map(|&index| f64::from(index)).sum::<f64>();
            search.tell(Outcome::Measured { value, samples: 1 }, 0.0);
        }
        (search.trials(), search.stop().unwrap())
    };
    let (early, stop) = ends(0.2);
    assert!(early < 2000, "{early}");
    assert!(
        matches!(stop, Stop::Margin(forecast) if forecast.gain < 0.2 && forecast.best >= 100.0)
    );
    assert!(ends(0.02).0 >= early);
    assert_eq!(ends(0.0).1, Stop::Exhausted);
}

#[test]
fn only_failures_end_like_everything_else() {
    let space = table(&[4, 4], |_| true);
    for method in methods() {
        let mut search = Search::new(&space, method.start(), 3, Limits::default());
        let mut asked = 0;
        while search.ask().is_some() {
            asked += 1;
            search.tell(Outcome::Measured { value: f64::NAN, samples: 1 }, f64::NAN);
        }
        assert_eq!(asked, 16, "{method:?}");
        assert_eq!(search.memory().best(), None);
    }
}

#[test]
fn what_is_known_is_not_asked_again() {
    let space = table(&[5, 5, 5], |_| true);
    for method in methods() {
        let mut search = Search::new(&space, method.start(), 3, Limits::default());
        for rank in (0..125).step_by(2) {
            let point = space.points().get(rank).unwrap();
            search.remember(point, Outcome::Measured { value: 50.0, samples: 1000 });
        }
        let mut asked = 0;
        while let Some(question) = search.ask() {
            let point = question.point.to_vec();
            assert_eq!(space.rank(&point).unwrap() % 2, 1, "{method:?}");
            asked += 1;
            search.tell(Outcome::Measured { value: 40.0, samples: 1000 }, 0.0);
        }
        assert_eq!(asked, 62, "{method:?}");
    }
}

#[test]
fn asking_twice_says_the_same() {
    let space = table(&[5, 5], |_| true);
    let mut search = Search::new(&space, Method::Random.start(), 3, Limits::default());
    let first = search.ask().map(|question| question.point.to_vec());
    assert_eq!(first, search.ask().map(|question| question.point.to_vec()));
    let mut halving =
        Search::new(&space, Method::named("halving").unwrap().start(), 3, Limits::default());
    assert_eq!(halving.ask().map(|question| question.samples), Some(3));
    assert_eq!(halving.ask().map(|question| question.samples), Some(3));
    search.tell(Outcome::Failed, 0.0);
    search.tell(Outcome::Failed, 0.0);
    assert_eq!(search.trials(), 1);
}

#[cfg(feature = "bayesian")]
#[test]
fn bayesian_optimisation_ends_and_repeats_itself() {
    let method = Method::named("bayesian").unwrap();
    let space = table(&[6, 4, 1], |point| point[0] != point[1]);
    let (asked, stop) = run(&space, &method, 7, Limits::default());
    assert_eq!((distinct(asked.clone()), stop), (20, Stop::Exhausted));
    assert_eq!(asked, run(&space, &method, 7, Limits::default()).0);
    let empty = table(&[3, 3], |_| false);
    assert_eq!(run(&empty, &method, 7, Limits::default()), (Vec::new(), Stop::Empty));
}

#[test]
fn halving_refines_the_best() {
    let space = table(&[10, 10], |_| true);
    let mut search = Search::new(
        &space,
        Method::named("halving").unwrap().start(),
        3,
        Limits { trials: Some(40), ..Limits::default() },
    );
    let mut asked: Vec<(Vec<u32>, u32)> = Vec::new();
    while let Some(question) = search.ask() {
        let (point, samples) = (question.point.to_vec(), question.samples);
        let value = f64::from(point[0] + point[1]) + 1.0;
        asked.push((point, samples));
        search.tell(Outcome::Measured { value, samples }, 0.0);
    }
    let finest = asked.iter().map(|question| question.1).max().unwrap();
    assert_eq!(finest, 81);
    let best = asked
        .iter()
        .filter(|question| question.1 == 3)
        .map(|question| question.0.iter().sum::<u32>())
        .min()
        .unwrap();
    let refined = asked.iter().find(|question| question.1 == 81).unwrap();
    assert_eq!(refined.0.iter().sum::<u32>(), best);
}

#[test]
fn wrong_knowledge_is_given_up_and_right_knowledge_helps() {
    let space = table(&[16, 16, 8], |_| true);
    let value = |point: &[u32]| {
        1.0 + f64::from(point[0].abs_diff(3) * 10 + point[1].abs_diff(12) + point[2])
    };
    let evaluations = |method: &Method| -> f64 {
        let total: u64 = (0..20)
            .map(|seed| {
                let limits = Limits { target: Some(1.0), ..Limits::default() };
                let mut search = Search::new(&space, method.start(), seed, limits);
                while let Some(question) = search.ask() {
                    let value = value(question.point);
                    search.tell(Outcome::Measured { value, samples: 1 }, 0.0);
                }
                assert_eq!(search.stop(), Some(Stop::Target));
                search.trials()
            })
            .sum();
        total as f64 / 20.0
    };
    let seeded = |preferred: Vec<(usize, u32)>| {
        Method::Seeded(Knowledge { preferred, trust: 5, ..Knowledge::default() }, Box::default())
    };
    let plain = evaluations(&Method::default());
    let right = evaluations(&seeded(vec![(0, 3), (2, 0)]));
    let wrong = evaluations(&seeded(vec![(0, 15), (2, 7)]));
    assert!(right < plain, "right {right}, plain {plain}");
    assert!(wrong < plain * 2.0, "wrong {wrong}, plain {plain}");
    let told = Method::Seeded(
        Knowledge { points: vec![vec![3, 12, 0]], ..Knowledge::default() },
        Box::new(Method::Random),
    );
    assert!((evaluations(&told) - 1.0).abs() < 1e-9);
}

#[test]
fn enormous_spaces_are_searched() {
    let space = Ruled {
        domains: vec![Domain { size: 1_000_000, ordered: true }; 20],
        keep: |point| point[0].is_multiple_of(2),
    };
    for method in methods() {
        let limits = Limits { trials: Some(60), ..Limits::default() };
        let mut search = Search::new(&space, method.start(), 1, limits);
        while let Some(question) = search.ask() {
            let value = question.point.iter().map(|&index| f64::from(index)).sum();
            search.tell(Outcome::Measured { value, samples: 9 }, 0.0);
        }
        assert_eq!(search.trials(), 60, "{method:?}");
    }
}

proptest! {
    #[test]
    fn neighbours_are_those_of_the_definition(
        keep in proptest::collection::vec(any::<bool>(), 60),
        start in 0usize..60,
    ) {
        let sizes = [5, 4, 3];
        let points = support::points(&sizes);
        let space = table(&sizes, |point| keep[points.iter().position(|other| other == point).unwrap()]);
        let here = &points[start];
        let valid: Vec<&Vec<u32>> = points.iter().filter(|point| space.contains(point)).collect();
        let differing = |other: &[u32]| here.iter().zip(other).filter(|(a, b)| a != b).count();
        let found = |kind| {
            let mut found = Points::new(3);
            neighbours(&space, here, kind, &mut found);
            let mut list: Vec<Vec<u32>> = found.iter().map(<[u32]>::to_vec).collect();
            list.sort();
            list
        };
        let expected = |rule: &dyn Fn(&[u32]) -> bool| -> Vec<Vec<u32>> {
            valid.iter().filter(|point| rule(point)).map(|point| (*point).clone()).collect()
        };
        prop_assert_eq!(found(Neighbourhood::Hamming), expected(&|other| differing(other) == 1));
        prop_assert_eq!(found(Neighbourhood::StrictlyAdjacent), expected(&|other| {
            differing(other) > 0 && here.iter().zip(other).all(|(a, b)| a.abs_diff(*b) <= 1)
        }));
        prop_assert_eq!(found(Neighbourhood::Adjacent), expected(&|other| {
            let Some(at) = (0..3).find(|&at| here[at] != other[at]) else { return false };
            if differing(other) != 1 { return false }
            // Parameter 1 is unordered; of the others nothing valid lies between.
            at == 1 || valid.iter().all(|between| {
                let same = (0..3).all(|place| place == at || between[place] == here[place]);
                let (low, high) = (here[at].min(other[at]), here[at].max(other[at]));
                !(same && between[at] > low && between[at] < high)
            })
        }));
    }

    #[test]
    fn repair_makes_valid(keep in proptest::collection::vec(any::<bool>(), 60), start in 0usize..60, seed in any::<u64>()) {
        let sizes = [5, 4, 3];
        let points = support::points(&sizes);
        let space = table(&sizes, |point| keep[points.iter().position(|other| other == point).unwrap()]);
        let mut point = points[start].clone();
        let before = point.clone();
        let any = keep.iter().any(|&kept| kept);
        let repaired = repair(&space, &mut point, &mut Random::new(seed), &mut Points::new(3));
        prop_assert_eq!(repaired, any);
        if any {
            prop_assert!(space.contains(&point));
            if space.contains(&before) {
                prop_assert_eq!(point, before);
            }
        }
    }
}

#[test]
fn hashed_and_dense_tables_agree() {
    // 3^15 combinations are too many for a dense index.
    let mut random = Random::new(9);
    let mut rows: Vec<Vec<u32>> =
        (0..500).map(|_| (0..15).map(|_| random.below(3)).collect()).collect();
    rows.sort();
    rows.dedup();
    let space = TableSpace::new(domains(&[3; 15]), &rows).unwrap();
    for (at, row) in rows.iter().enumerate() {
        assert_eq!(space.rank(row), Some(at as u64));
    }
    assert_eq!(space.rank(&[3; 15]), None);
    assert_eq!(space.rank(&[0; 14]), None);
    for _ in 0..500 {
        let point: Vec<u32> = (0..15).map(|_| random.below(3)).collect();
        assert_eq!(space.contains(&point), rows.binary_search(&point).is_ok());
    }
}
