//! Servers of models over HTTP: one request at a time, read as a stream, with limits on bytes and time.

use std::io::Read as _;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use spak_records::transcript::{Answer, Request};

use super::protocol::{Model, Partial, Protocol, failure};
use super::stream::{Cut, Events};
use super::{Asking, Proposer};
use crate::budget::Price;
use crate::error::AskError;
use crate::secret::Secret;

/// How often a wait looks at the caller's flag.
const SLICE: Duration = Duration::from_millis(50);
/// The first wait before a question is put again; each further one is twice as long.
const BACK_OFF: Duration = Duration::from_millis(500);
/// How often a question is put at most to a service that fails.
const TRIES: u32 = 5;
/// Bytes of what a server says when it refuses.
const COMPLAINT: u64 = 64 << 10;
/// Characters of it that are shown.
const SHOWN: usize = 400;

/// Bytes on the wire for a byte of text: a stream says some 200 bytes around each word.
const WRAPPING: u64 = 64;

/// How a server is asked.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Its name in the configuration.
    pub(crate) name: String,
    pub(crate) protocol: Protocol,
    pub(crate) model: Model,
    /// The variable that the key is from, and the key.
    pub(crate) key_env: String,
    pub(crate) key: Option<Secret>,
    /// For everything from the question to the end of the answer.
    pub(crate) timeout: Duration,
    /// Bytes that an answer may have.
    pub(crate) largest: u64,
    pub(crate) price: Option<Price>,
}

/// A server.
pub(crate) struct Http(pub(crate) Settings);

/// What the thread that reads says.
enum Heard {
    Text(String),
    End(Result<(Partial, String), AskError>),
}

impl Proposer for Http {
    fn name(&self) -> String {
        format!("{} ({} {})", self.0.name, self.0.protocol.name(), self.0.model.name)
    }

    fn price(&self) -> Option<Price> {
        self.0.price
    }

    /// The request runs in a thread of its own, so that being interrupted does not wait for the server.
    fn ask(&mut self, request: &Request, asking: Asking<'_>) -> Result<Answer, AskError> {
        let started = Instant::now();
        let (say, hear) = mpsc::channel();
        let settings = self.0.clone();
        let body = settings.protocol.body(request, &settings.model);
        let deadline = started + settings.timeout;
        thread::spawn(move || {
            let ended = settings.exchange(&body, deadline, &say);
            // Nobody listens any more when it was interrupted.
            let _ = say.send(Heard::End(ended));
        });
        loop {
            if asking.is_cancelled() {
                return Err(AskError::Cancelled);
            }
            match hear.recv_timeout(SLICE) {
                Ok(Heard::Text(text)) => (asking.heard)(&text),
                Ok(Heard::End(ended)) => {
                    let (partial, text) = ended?;
                    return Ok(Answer {
                        text,
                        model: partial.model.clone().unwrap_or_else(|| self.0.model.name.clone()),
                        provider: self.0.protocol.name().to_owned(),
                        stop: partial.stop.clone(),
                        usage: partial.usage(),
                        seconds: started.elapsed().as_secs_f64(),
                    });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.0.broken("the connection's thread ended"));
                }
            }
        }
    }
}

impl Settings {
    /// What a server says, without the key and not for pages.
    fn shown(&self, why: &str) -> String {
        let why = match &self.key {
            Some(key) => key.redact(why),
            None => why.to_owned(),
        };
        match why.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}…", why.get(..end).unwrap_or_default()),
            None => why,
        }
    }

    fn broken(&self, why: &str) -> AskError {
        AskError::Broken { provider: self.name.clone(), why: self.shown(why) }
    }

    fn late(&self) -> AskError {
        AskError::Late { provider: self.name.clone(), within: self.timeout }
    }

    /// Puts the question until there is an answer, a reason why there is none, or no time.
    fn exchange(
        &self,
        body: &Value,
        deadline: Instant,
        say: &Sender<Heard>,
    ) -> Result<(Partial, String), AskError> {
        let bytes = serde_json::to_vec(body).map_err(|error| self.broken(&error.to_string()))?;
        let mut wait = BACK_OFF;
        // What it said before it said nothing any more tells more than that time is over.
        let mut before = None;
        let mut tries = 0;
        loop {
            tries += 1;
            let left = deadline.saturating_duration_since(Instant::now());
            let (status, after, why) = match self.once(&bytes, left, say) {
                Ok(Once::Answered(partial, text)) => return Ok((partial, text)),
                Ok(Once::Status(status, after, why)) => (status, after, why),
                Err(late @ AskError::Late { .. }) => return Err(before.unwrap_or(late)),
                Err(error) => return Err(error),
            };
            let error = self.status(status, after, &why);
            if !matches!(status, 429 | 500 | 502 | 503 | 504 | 529) {
                return Err(error);
            }
            let pause = after.unwrap_or(wait);
            // Being limited passes; a failure that stays is one.
            let is_over = tries >= TRIES && !matches!(error, AskError::Limited { .. });
            if is_over || Instant::now() + pause >= deadline {
                return Err(error);
            }
            thread::sleep(pause);
            wait = wait.saturating_mul(2);
            before = Some(error);
        }
    }

    /// What a status other than 200 means.
    fn status(&self, status: u16, after: Option<Duration>, why: &str) -> AskError {
        let provider = self.name.clone();
        match status {
            401 | 403 => {
                AskError::Refused { provider, why: self.shown(why), key_env: self.key_env.clone() }
            }
            429 | 529 => AskError::Limited { provider, after },
            _ => self.broken(&format!("status {status}: {why}")),
        }
    }

    fn once(&self, body: &[u8], left: Duration, say: &Sender<Heard>) -> Result<Once, AskError> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(left))
            .max_redirects(0)
            .build();
        let agent = ureq::Agent::new_with_config(config);
        let mut post = agent
            .post(self.protocol.url(&self.model))
            .header("content-type", "application/json")
            .header("accept", "text/event-stream, application/json");
        for (name, value) in self.protocol.headers(self.key.as_ref()) {
            post = post.header(name, value);
        }
        let response = post.send(body).map_err(|error| self.failed(&error))?;
        let status = response.status().as_u16();
        let header = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let after = header("retry-after-ms")
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_millis)
            .or_else(|| {
                let seconds: f64 = header("retry-after")?.trim().parse().ok()?;
                Duration::try_from_secs_f64(seconds).ok()
            });
        let is_stream =
            header("content-type").is_some_and(|kind| kind.starts_with("text/event-stream"));
        let reader = response.into_body().into_reader();
        if status != 200 {
            let mut text = Vec::new();
            // Half of a complaint is better than none.
            let _ = reader.take(COMPLAINT).read_to_end(&mut text);
            let text = String::from_utf8_lossy(&text).into_owned();
            let said = serde_json::from_str(&text).ok().and_then(|body: Value| failure(&body));
            return Ok(Once::Status(status, after, said.unwrap_or(text)));
        }
        let mut events = Events::new(reader, self.largest.saturating_mul(WRAPPING));
        let mut partial = Partial::default();
        let mut text = String::new();
        let mut take = |data: &str, partial: &mut Partial| -> Result<(), AskError> {
            let event: Value = serde_json::from_str(data)
                .map_err(|error| self.broken(&format!("it sends what is no JSON: {error}")))?;
            self.protocol.take(&event, partial).map_err(|why| self.broken(&why))?;
            if !partial.text.is_empty() {
                text.push_str(&partial.text);
                if text.len() as u64 > self.largest {
                    return Err(self.cut(Cut::TooLarge));
                }
                let _ = say.send(Heard::Text(std::mem::take(&mut partial.text)));
            }
            Ok(())
        };
        if is_stream {
            loop {
                match events.next().map_err(|cut| self.cut(cut))? {
                    None => break,
                    Some(data) if data.trim() == "[DONE]" => {
                        partial.is_done = true;
                        break;
                    }
                    Some(data) => take(&data, &mut partial)?,
                }
            }
        } else {
            let whole = events.rest().map_err(|cut| self.cut(cut))?;
            take(&whole, &mut partial)?;
        }
        if !partial.is_done {
            return Err(self.broken("the answer broke off before its end"));
        }
        Ok(Once::Answered(partial, text))
    }

    fn cut(&self, cut: Cut) -> AskError {
        match cut {
            Cut::TooLarge => {
                AskError::TooLarge { provider: self.name.clone(), limit: self.largest }
            }
            Cut::Failed(error) => {
                let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
                match inner {
                    Some(inner) => self.failed(inner),
                    None if error.kind() == std::io::ErrorKind::TimedOut => self.late(),
                    None => self.broken(&format!("the connection broke: {error}")),
                }
            }
        }
    }

    fn failed(&self, error: &ureq::Error) -> AskError {
        match error {
            ureq::Error::Timeout(_) => self.late(),
            error => {
                let base = &self.model.base;
                self.broken(&format!("cannot be reached at {base}: {error}"))
            }
        }
    }
}

/// What came of asking once.
enum Once {
    Answered(Partial, String),
    /// The status, when to come back, what it says.
    Status(u16, Option<Duration>, String),
}
