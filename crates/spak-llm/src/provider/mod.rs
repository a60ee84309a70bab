//! Who answers.

mod anthropic;
mod command;
mod gemini;
mod hand_off;
mod http;
mod openai;
mod protocol;
mod stream;

use std::sync::atomic::{AtomicBool, Ordering};

use spak_records::transcript::{Answer, Request};

pub use hand_off::HandOff;

pub(crate) use command::Command;
pub(crate) use http::{Http, Settings};
pub(crate) use protocol::{Model, Protocol};

use crate::budget::Price;
use crate::error::AskError;

/// What goes on while an answer is awaited.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// Set by whoever wants to stop.
    pub cancel: &'a AtomicBool,
    /// Told each piece of text as it comes.
    pub heard: &'a dyn Fn(&str),
}

impl Asking<'_> {
    fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}

/// Whoever answers a prompt. What an answer is worth, its asker decides.
pub trait Proposer {
    /// Its name, for people.
    fn name(&self) -> String;

    /// Asks and waits for the whole answer.
    ///
    /// # Errors
    /// [`AskError`]: why there is none, and what to do about it.
    fn ask(&mut self, request: &Request, asking: Asking<'_>) -> Result<Answer, AskError>;

    /// What its tokens cost, where that is known.
    fn price(&self) -> Option<Price> {
        None
    }
}
