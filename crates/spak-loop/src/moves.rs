//! The strategy: baseline, what is recommended, one dimension at a time, two at a time, again from elsewhere.

use std::collections::BTreeSet;

use spak_records::run::DoneReason;

use crate::replay::{Replay, Stop, Wish};
use crate::search::SkipReason;
use crate::space::{Dimension, DimensionKind, Point, point_of};

impl Replay<'_> {
    /// Plays the whole search; it always stops somewhere.
    pub(crate) fn strategy(&mut self) -> Stop {
        match self.moves() {
            Err(Stop::Done(DoneReason::Converged { rounds })) => {
                // In a small space there may be nothing left that could have been tried.
                match self.listed() {
                    Some(all) if all.iter().all(|point| self.is_known(point)) => {
                        Stop::Done(DoneReason::Exhausted { configs: self.tried() as u64 })
                    }
                    _ => Stop::Done(DoneReason::Converged { rounds }),
                }
            }
            Err(stop) => stop,
            Ok(never) => match never {},
        }
    }

    fn moves(&mut self) -> Result<std::convert::Infallible, Stop> {
        if let Some(empty) = self.dimensions.iter().find(|d| d.values.is_empty()) {
            return Err(Stop::Done(DoneReason::EmptySpace { dimension: empty.name.clone() }));
        }
        let seed = self.baseline()?;
        let recommended = self.recommended(&seed)?;
        if self.incumbent.is_none() {
            self.rescue(&seed)?;
        }
        if let Some(recommended) = recommended {
            self.confirm(recommended)?;
        }
        if let Some(start) = self.incumbent.clone() {
            let end = self.descend(start, true)?;
            self.incumbent = Some(end);
        }
        self.restart()?;
        Err(Stop::Done(DoneReason::Converged { rounds: self.round }))
    }

    /// The seed config comes first whatever is known, since everything is told relative to it.
    fn baseline(&mut self) -> Result<Point, Stop> {
        let seed: Point = vec![0; self.dimensions.len()];
        if let Err(why) = self.validity(&seed) {
            self.skip(&seed, "the seed config".to_owned(), SkipReason::Invalid { why });
            return Ok(seed);
        }
        let why = "baseline: the design's own values".to_owned();
        self.await_all(vec![Wish { point: seed.clone(), why }], None)?;
        if self.time(&seed).is_some() {
            self.incumbent = Some(seed.clone());
        }
        Ok(seed)
    }

    /// Tries what is recommended. Returns the best of it unless the seed clearly beats it.
    fn recommended(&mut self, seed: &Point) -> Result<Option<Point>, Stop> {
        let mut wishes = Vec::new();
        for recommendation in &self.search.guidance.recommended {
            let what = format!("the config recommended by {}", recommendation.source);
            let mut config = self.config(seed);
            config.0.extend(recommendation.config.0.clone());
            match point_of(self.dimensions, &config).map(|point| self.canonical(point)) {
                Some(point) if self.permitted(&point, Some(&point.clone()), &what) => {
                    let why = format!("recommended by {}", recommendation.source);
                    wishes.push(Wish { point, why });
                }
                Some(_) => {}
                None => {
                    let why = format!("the space does not have {}", recommendation.config);
                    self.skip(seed, what, SkipReason::Invalid { why });
                }
            }
        }
        let points: Vec<Point> = wishes.iter().map(|wish| wish.point.clone()).collect();
        let reference = self.incumbent.clone();
        self.await_all(wishes, reference.as_ref())?;
        let Some(best) = self.fastest(points) else { return Ok(None) };
        let refuted = reference.is_some_and(|seed| self.clearly_beats(&seed, &best));
        if refuted {
            return Ok(None);
        }
        self.incumbent = Some(best.clone());
        Ok(Some(best))
    }

    /// Looks for anything that works: near the seed, then anywhere.
    fn rescue(&mut self, seed: &Point) -> Result<(), Stop> {
        for dimension in 0..self.dimensions.len() {
            let wishes = self.alternatives(seed, dimension, false, "the seed config does not work");
            if self.rescue_with(wishes)? {
                return Ok(());
            }
        }
        for _ in 0..self.options().rescue_configs {
            let Some(point) = self.random_point() else { break };
            let why = "a random config, since the seed config does not work".to_owned();
            if self.rescue_with(vec![Wish { point, why }])? {
                return Ok(());
            }
        }
        let tried = u32::try_from(self.tried()).unwrap_or(u32::MAX);
        let reason = match (self.first_rejection(), self.validity(seed)) {
            (Some(why), _) => DoneReason::NothingWorks { tried, why },
            (None, Err(why)) => DoneReason::NothingValid { why },
            // The seed came out neither measured nor rejected, which cannot be.
            (None, Ok(())) => DoneReason::Converged { rounds: self.round },
        };
        Err(Stop::Done(reason))
    }

    fn rescue_with(&mut self, wishes: Vec<Wish>) -> Result<bool, Stop> {
        let points: Vec<Point> = wishes.iter().map(|wish| wish.point.clone()).collect();
        self.await_all(wishes, None)?;
        self.incumbent = self.fastest(points);
        Ok(self.incumbent.is_some())
    }

    /// Compares the recommended point with a few neighbours, and stops when none is clearly better.
    fn confirm(&mut self, recommended: Point) -> Result<(), Stop> {
        let mut wishes: Vec<Wish> = Vec::new();
        // In turn one neighbour in each dimension, the most influential dimension first.
        let mut by_dimension: Vec<_> = (self.in_order(true).into_iter())
            .map(|d| self.alternatives(&recommended, d, false, "confirming").into_iter())
            .collect();
        let most = self.options().confirm_neighbours;
        while wishes.len() < most {
            let before = wishes.len();
            wishes.extend(by_dimension.iter_mut().filter_map(Iterator::next).take(most - before));
            if wishes.len() == before {
                break;
            }
        }
        let neighbours = u32::try_from(wishes.len()).unwrap_or(u32::MAX);
        match self.best_of(wishes, &recommended)? {
            Some(better) => self.incumbent = Some(better),
            None => return Err(Stop::Done(DoneReason::Confirmed { neighbours })),
        }
        Ok(())
    }

    /// Searches again from random configs.
    fn restart(&mut self) -> Result<(), Stop> {
        for number in 1..=self.options().restarts {
            let Some(best) = self.incumbent.clone() else { break };
            let Some(point) = self.elsewhere(&best) else { break };
            let why = format!("restart {number} from a random config");
            self.await_all(vec![Wish { point: point.clone(), why }], Some(&best))?;
            if self.time(&point).is_none() {
                continue;
            }
            let end = self.descend(point, false)?;
            if self.clearly_beats(&end, &best) {
                self.incumbent = Some(end.clone());
                self.incumbent = Some(self.descend(end, true)?);
            }
        }
        Ok(())
    }

    /// A random point without the values that are known to be hopeless, which `best` replaces.
    fn elsewhere(&mut self, best: &Point) -> Option<Point> {
        let drawn = self.random_point()?;
        let mut point = drawn.clone();
        for (dimension, (value, best)) in point.iter_mut().zip(best).enumerate() {
            if self.hopeless(dimension, *value).is_some() {
                *value = *best;
            }
        }
        let point = self.canonical(point);
        let usable = !self.is_known(&point) && self.permitted(&point, None, "a random config");
        Some(if usable { point } else { drawn })
    }

    /// Improves `start` one dimension at a time, then two, until nothing is clearly better.
    fn descend(&mut self, start: Point, with_pairs: bool) -> Result<Point, Stop> {
        let is_global = self.incumbent.as_ref() == Some(&start);
        let mut here = start;
        // Dimensions whose values were all compared from `here`.
        let mut settled = BTreeSet::new();
        loop {
            self.round += 1;
            let first = self.round == 1;
            for dimension in self.in_order(first) {
                if settled.contains(&dimension) {
                    continue;
                }
                let round = format!("round {}", self.round);
                let wishes = self.alternatives(&here, dimension, !first, &round);
                match self.best_of(wishes, &here)? {
                    Some(better) => {
                        here = better;
                        settled.clear();
                        // From the new value of a long dimension other values are near.
                        if !self.is_long(dimension) {
                            settled.insert(dimension);
                        }
                    }
                    None => {
                        settled.insert(dimension);
                    }
                }
                if is_global {
                    self.incumbent = Some(here.clone());
                }
            }
            if settled.len() < self.dimensions.len() {
                continue;
            }
            match if with_pairs { self.pairs(&here)? } else { None } {
                Some(better) => {
                    here = better;
                    settled.clear();
                    if is_global {
                        self.incumbent = Some(here.clone());
                    }
                }
                None => return Ok(here),
            }
        }
    }

    /// Changes two influential dimensions at once, and then a third: what one should be may depend on another.
    fn pairs(&mut self, here: &Point) -> Result<Option<Point>, Stop> {
        let mut dimensions: Vec<(usize, Vec<usize>)> = (self.in_order(false).into_iter())
            .map(|dimension| (dimension, self.promising(here, dimension)))
            .collect();
        dimensions.retain(|(_, values)| !values.is_empty());
        dimensions.truncate(self.options().pair_dimensions);
        let mut tried = Vec::new();
        for (at, (first, first_values)) in dimensions.iter().enumerate() {
            for (second, second_values) in dimensions.iter().skip(at + 1) {
                let mut wishes = Vec::new();
                for a in first_values {
                    for b in second_values {
                        let point = self.canonical(moved(&moved(here, *first, *a), *second, *b));
                        if point == *here {
                            continue;
                        }
                        let both = [(*first, *a), (*second, *b)].map(|(d, v)| self.named(d, v));
                        let what = both.join(" and ");
                        if self.permitted(&point, Some(here), &what) {
                            wishes.push(Wish { point, why: format!("{what} at once") });
                        }
                    }
                }
                tried.extend(wishes.iter().map(|wish| wish.point.clone()));
                if let Some(better) = self.best_of(wishes, here)? {
                    return Ok(Some(better));
                }
            }
        }
        // Three sizes that share one cache fit together or not at all: the pair that came closest gets a third.
        let Some(closest) = self.fastest(tried) else { return Ok(None) };
        for (third, _) in dimensions.iter().filter(|(d, _)| here.get(*d) == closest.get(*d)) {
            let wishes = self.alternatives(&closest, *third, true, "with the closest pair");
            if let Some(better) = self.best_of(wishes, here)? {
                return Ok(Some(better));
            }
        }
        Ok(None)
    }

    /// The other values of a dimension that came closest to winning from here.
    fn promising(&self, here: &Point, dimension: usize) -> Vec<usize> {
        let count = self.dimensions.get(dimension).map_or(0, |d| d.values.len());
        let Some(current) = self.time(here) else { return Vec::new() };
        let mut ranked: Vec<(f64, usize)> = (0..count)
            .filter(|value| here.get(dimension) != Some(value))
            .filter_map(|value| {
                let point = self.canonical(moved(here, dimension, value));
                Some((self.time(&point).filter(|_| point != *here)?.time, value))
            })
            .filter(|(time, _)| *time < current.time * self.options().hopeless_ratio)
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        ranked.into_iter().take(self.options().pair_values).map(|(_, value)| value).collect()
    }

    /// Tries the wishes against `here`. Returns the fastest one that is clearly better.
    fn best_of(&mut self, wishes: Vec<Wish>, here: &Point) -> Result<Option<Point>, Stop> {
        let mut points: Vec<Point> = wishes.iter().map(|wish| wish.point.clone()).collect();
        self.await_all(wishes, Some(here))?;
        points.retain(|point| self.clearly_beats(point, here));
        Ok(self.fastest(points))
    }

    fn clearly_beats(&self, point: &Point, other: &Point) -> bool {
        match (self.time(point), self.time(other)) {
            (Some(mine), Some(theirs)) => mine.clearly_beats(&theirs, self.options().minimal_gain),
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    fn fastest(&self, points: Vec<Point>) -> Option<Point> {
        let timed = points.into_iter().filter_map(|point| Some((self.time(&point)?.time, point)));
        // The first of equally fast ones, which is the one the design or its knowledge prefers.
        timed.reduce(|best, next| if next.0 < best.0 { next } else { best }).map(|(_, point)| point)
    }

    /// The dimensions in the order in which they are worth trying.
    ///
    /// The first time what is known about their influence counts, then axes come before parameters, since
    /// they change what the parameters do. Later only what was observed counts.
    fn in_order(&self, first: bool) -> Vec<usize> {
        let kind = |d: usize| self.dimensions.get(d).map_or(DimensionKind::Parameter, |d| d.kind);
        let mut order: Vec<usize> = (0..self.dimensions.len()).collect();
        order.sort_by(|a, b| {
            let by_effect = self.effect(*b).total_cmp(&self.effect(*a));
            if first && self.search.guidance.influence.is_empty() {
                kind(*a).cmp(&kind(*b))
            } else {
                by_effect.then(kind(*a).cmp(&kind(*b)))
            }
        });
        order
    }

    /// The other values of one dimension that may be tried from `here`, the preferred and the nearest first.
    fn alternatives(
        &mut self,
        here: &Point,
        dimension: usize,
        prune: bool,
        why: &str,
    ) -> Vec<Wish> {
        let Some(declared) = self.dimensions.get(dimension) else { return Vec::new() };
        let current = here.get(dimension).copied().unwrap_or_default();
        let mut wishes = Vec::new();
        for value in self.values_to_try(declared, current) {
            let what = self.named(dimension, value);
            let other = moved(here, dimension, value);
            let point = self.canonical(other.clone());
            if point == *here {
                if let Err(why) = self.validity(&other) {
                    self.skip(&other, what, SkipReason::Invalid { why });
                }
                continue;
            }
            if !self.permitted(&point, Some(here), &what) {
                continue;
            }
            if prune
                && !self.is_known(&point)
                && let Some(trials) = self.hopeless(dimension, value)
            {
                self.skip(&point, what, SkipReason::Hopeless { trials });
                continue;
            }
            let instead = declared.values.get(current).map(|v| format!(" instead of {v}"));
            let why = format!("{what}{}, {why}", instead.unwrap_or_default());
            wishes.push(Wish { point, why });
        }
        wishes
    }

    /// Indices of other values: preferred ones, then by nearness; of very many values only a part.
    fn values_to_try(&self, dimension: &Dimension, current: usize) -> Vec<usize> {
        let count = dimension.values.len();
        let most = self.options().values_a_round.max(1);
        let preferred = self.search.guidance.preferred.get(&dimension.name);
        let mut chosen: Vec<usize> = (preferred.into_iter().flatten())
            .filter_map(|value| dimension.values.iter().position(|v| v == value))
            .collect();
        if count <= most + 1 {
            let mut nearest: Vec<usize> = (0..count).collect();
            nearest.sort_by_key(|value| (value.abs_diff(current), *value));
            chosen.extend(nearest);
        } else {
            // Half of them anywhere, to find where to look; half of them ever closer on both sides, to look there.
            let sides = most / 4;
            let spread = (most - 2 * sides).max(2);
            chosen.extend((0..spread).map(|i| i * (count - 1) / (spread - 1)));
            let distances = (1..=sides).map(|step| (count >> (2 * step + 1)).max(1));
            chosen.extend(distances.flat_map(|d| [current.saturating_sub(d), current + d]));
            chosen.retain(|value| *value < count);
        }
        let mut seen = BTreeSet::from([current]);
        chosen.retain(|value| seen.insert(*value));
        chosen
    }

    /// Whether only a part of the dimension's values is tried in one round.
    fn is_long(&self, dimension: usize) -> bool {
        let count = self.dimensions.get(dimension).map_or(0, |d| d.values.len());
        count > self.options().values_a_round.max(1).saturating_add(1)
    }

    fn named(&self, dimension: usize, value: usize) -> String {
        let declared = self.dimensions.get(dimension);
        let value = declared.and_then(|d| Some((&d.name, d.values.get(value)?)));
        value.map(|(name, value)| format!("{name} = {value}")).unwrap_or_default()
    }
}

/// `point` with another value in one dimension.
fn moved(point: &Point, dimension: usize, value: usize) -> Point {
    let mut moved = point.clone();
    if let Some(slot) = moved.get_mut(dimension) {
        *slot = value;
    }
    moved
}
