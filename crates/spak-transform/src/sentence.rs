//! A sentence as a goal: known phrases are found, the longest first, numbers go to what stands beside them, and whatever is left is
//! said.

use std::ops::Range;

use crate::goal::{Goal, Objective};
use crate::phrase::{Token, is_mark, tokens};
use crate::quantity::quantity;
use crate::words::{Meaning, Words};

/// What was made of a sentence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understood {
    /// The goal.
    pub goal: Goal,
    /// Parts of the sentence that mean nothing to this program, as bytes of it, in order.
    pub left: Vec<Range<usize>>,
    /// Names that several machines have: the name and the machines.
    pub ambiguous: Vec<(String, Vec<String>)>,
    /// Things that were said twice in different ways: what, the first and the second.
    pub twice: Vec<(String, String, String)>,
}

/// A phrase or a number that was found.
struct Found {
    at: Range<usize>,
    what: What,
}

enum What {
    Means(Meaning),
    Number(String, bool),
}

impl Found {
    fn said(&self, sentence: &str) -> String {
        sentence.get(self.at.clone()).unwrap_or_default().to_owned()
    }
}

impl Words {
    /// Reads a sentence.
    pub fn read(&self, sentence: &str) -> Understood {
        let tokens = tokens(sentence);
        let (found, left) = self.parts(&tokens);
        let mut understood = Understood::default();
        understood.goal.said = Some(sentence.trim().to_owned());
        let mut is_not = false;
        for (at, part) in found.iter().enumerate() {
            let What::Means(meaning) = &part.what else { continue };
            let number = || self.beside(&found, at);
            match meaning {
                Meaning::Nothing => continue,
                Meaning::Not => {
                    is_not = true;
                    continue;
                }
                Meaning::Uses(what) if is_not => push(&mut understood.goal.avoids, what),
                Meaning::Uses(what) => push(&mut understood.goal.uses, what),
                Meaning::Hardware(names) => match names.as_slice() {
                    [name] => {
                        let known = understood.goal.hardware.replace(name.clone());
                        twice(&mut understood.twice, "hardware", known, name);
                    }
                    several => {
                        let said = part.said(sentence);
                        understood.ambiguous.push((said, several.to_vec()));
                    }
                },
                Meaning::Operator(name) => {
                    let known = understood.goal.operator.replace(name.clone());
                    twice(&mut understood.twice, "operator", known, name);
                }
                Meaning::Objective(text) => {
                    let known = understood.goal.objective.as_ref().map(Objective::text);
                    understood.goal.objective = Objective::read(text);
                    twice(&mut understood.twice, "objective", known, text);
                }
                Meaning::Field(name, value) => {
                    set(&mut understood, name, if is_not { opposite(value) } else { value });
                }
                Meaning::Size(name) => {
                    if let Some(value) = number() {
                        set(&mut understood, name, &value);
                    }
                }
                Meaning::Limit(name) => {
                    if let Some(value) = number() {
                        understood.goal.limits.push((name.clone(), value));
                    }
                }
            }
            is_not = false;
        }
        understood.left = left;
        understood
    }

    /// Phrases and numbers in order, and what is none of them.
    fn parts(&self, tokens: &[Token]) -> (Vec<Found>, Vec<Range<usize>>) {
        let (mut found, mut left): (Vec<Found>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let phrases = self.all.iter().filter_map(|(phrase, meaning)| {
                Some((phrase.weight(), phrase.length(tokens, at, &self.endings)?, meaning))
            });
            // The first of equals is meant: libraries say what comes first.
            let best = phrases.reduce(|best, one| if one.0 > best.0 { one } else { best });
            if let Some((_, length, meaning)) = best {
                found.push(Found {
                    at: span(tokens, at, length),
                    what: What::Means(meaning.clone()),
                });
                at += length;
                continue;
            }
            if let Some(quantity) = quantity(tokens, at) {
                let what = What::Number(quantity.text, quantity.unit.is_some());
                found.push(Found { at: span(tokens, at, quantity.length), what });
                at += quantity.length;
                continue;
            }
            if !is_mark(&token.text) && !self.endings.contains(&token.text) {
                match left.last_mut().filter(|range| range.end + 1 >= token.at.start) {
                    Some(range) => range.end = token.at.end,
                    None => left.push(token.at.clone()),
                }
            }
            at += 1;
        }
        (found, left)
    }

    /// The number that belongs to what stands at `at`: the one behind it, else the one before it that belongs to nothing else.
    fn beside(&self, found: &[Found], at: usize) -> Option<String> {
        let what = found.get(at).map(|found| &found.what);
        let wants_unit = matches!(what, Some(What::Means(Meaning::Limit(_))));
        let fits = |found: Option<&Found>| match found.map(|found| &found.what) {
            Some(What::Number(text, has_unit)) if *has_unit == wants_unit => Some(text.clone()),
            _ => None,
        };
        let is_nothing = |found: &Found| matches!(found.what, What::Means(Meaning::Nothing));
        let behind = found.iter().skip(at + 1).find(|one| !is_nothing(one));
        let before = found.iter().take(at).rev().find(|one| !is_nothing(one));
        // `128 KB of shared memory`, but `head dimension 128`.
        match wants_unit {
            true => fits(before).or_else(|| fits(behind)),
            false => fits(behind).or_else(|| fits(before)),
        }
    }
}

/// Where so many tokens stand.
fn span(tokens: &[Token], at: usize, length: usize) -> Range<usize> {
    let first = tokens.get(at).map_or(0, |token| token.at.start);
    let last = tokens.get((at + length).saturating_sub(1)).map_or(first, |token| token.at.end);
    first..last
}

fn push(all: &mut Vec<String>, one: &str) {
    if !all.iter().any(|known| known == one) {
        all.push(one.to_owned());
    }
}

fn twice(all: &mut Vec<(String, String, String)>, what: &str, known: Option<String>, now: &str) {
    if let Some(known) = known.filter(|known| known != now) {
        all.push((what.to_owned(), known, now.to_owned()));
    }
}

fn set(understood: &mut Understood, name: &str, value: &str) {
    match understood.goal.workload.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => {
            let before = std::mem::replace(known, value.to_owned());
            twice(&mut understood.twice, name, Some(before), value);
        }
        None => understood.goal.workload.push((name.to_owned(), value.to_owned())),
    }
}

fn opposite(value: &str) -> &str {
    match value {
        "true" => "false",
        "false" => "true",
        other => other,
    }
}
