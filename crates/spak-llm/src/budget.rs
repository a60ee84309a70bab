//! What may be spent on answers, and what was.

use std::time::Duration;

use spak_records::transcript::{Answer, Request};

/// Characters of a token, for providers that do not count: English and code have about four.
const CHARACTERS: u64 = 4;

/// Money for a million tokens, in the unit in which the limit is stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Of what is asked.
    pub input: f64,
    /// Of what is answered.
    pub output: f64,
}

/// Limits; whichever is reached first ends it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// Questions.
    pub rounds: u32,
    /// Tokens of questions and answers together.
    pub tokens: Option<u64>,
    /// Time spent waiting for answers.
    pub time: Option<Duration>,
    /// Money, in the unit of the price.
    pub money: Option<f64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self { rounds: 4, tokens: None, time: None, money: None }
    }
}

/// What was spent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Questions.
    pub rounds: u32,
    /// Tokens of questions.
    pub input: u64,
    /// Tokens of answers.
    pub output: u64,
    /// Seconds.
    pub seconds: f64,
    /// Money, where prices are known.
    pub money: f64,
    /// Whether some tokens are estimates, four characters each.
    pub is_estimate: bool,
}

impl Spent {
    /// Adds a question and its answer.
    pub fn add(&mut self, request: &Request, answer: &Answer, price: Option<Price>) {
        self.rounds = self.rounds.saturating_add(1);
        let (input, output) = match answer.usage {
            Some(usage) => (usage.input, usage.output),
            None => {
                self.is_estimate = true;
                let of = |characters: usize| (characters as u64).div_ceil(CHARACTERS);
                (of(request.characters()), of(answer.text.chars().count()))
            }
        };
        self.input = self.input.saturating_add(input);
        self.output = self.output.saturating_add(output);
        self.seconds += answer.seconds;
        if let Some(price) = price {
            self.money += (input as f64 * price.input + output as f64 * price.output) / 1e6;
        }
    }

    /// Which limit is reached, in words.
    pub fn beyond(&self, budget: &Budget) -> Option<String> {
        let tokens = self.input.saturating_add(self.output);
        if self.rounds >= budget.rounds {
            let what = if budget.rounds == 1 { "round was" } else { "rounds were" };
            return Some(format!("{} {what} allowed", budget.rounds));
        }
        if let Some(most) = budget.tokens.filter(|most| tokens >= *most) {
            return Some(format!("{tokens} of {most} tokens are spent"));
        }
        if let Some(most) = budget.time.filter(|most| self.seconds >= most.as_secs_f64()) {
            let most = most.as_secs_f64();
            return Some(format!("{:.0} of {most:.0} seconds are spent", self.seconds));
        }
        if let Some(most) = budget.money.filter(|most| self.money >= *most) {
            return Some(format!("{:.4} of {most} is spent", self.money));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use spak_records::transcript::{Role, Usage};

    use super::*;

    #[test]
    fn each_limit_ends_it_and_is_named() {
        let request = Request {
            role: Role::Architect,
            prompt: String::new(),
            system: "1234".to_owned(),
            messages: Vec::new(),
            max_tokens: 1,
        };
        let answer = |usage| Answer {
            text: "12345".to_owned(),
            model: String::new(),
            provider: String::new(),
            stop: None,
            usage,
            seconds: 2.0,
        };
        let mut spent = Spent::default();
        spent.add(&request, &answer(None), None);
        assert_eq!((spent.input, spent.output, spent.is_estimate), (1, 2, true));
        let price = Price { input: 3.0, output: 15.0 };
        let usage = Usage { input: 1_000_000, output: 100_000 };
        spent.add(&request, &answer(Some(usage)), Some(price));
        assert!((spent.money - 4.5).abs() < 1e-12);
        let wide = Budget { rounds: 9, ..Budget::default() };
        assert_eq!(spent.beyond(&wide), None);
        for (budget, word) in [
            (Budget { rounds: 2, ..wide }, "rounds"),
            (Budget { tokens: Some(10), ..wide }, "tokens"),
            (Budget { time: Some(Duration::from_secs(4)), ..wide }, "seconds"),
            (Budget { money: Some(4.5), ..wide }, "is spent"),
        ] {
            assert!(spent.beyond(&budget).unwrap().contains(word));
        }
    }
}
