//! The three protocols that servers of models speak: requests as JSON, events as pieces of an answer.

use serde_json::Value;
use spak_records::transcript::{Request, Usage};

use super::{anthropic, gemini, openai};
use crate::secret::Secret;

/// A protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    OpenAi,
    Anthropic,
    Gemini,
}

/// How a model is asked.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// Where the service is, without a slash at the end.
    pub(crate) base: String,
    /// Its name there.
    pub(crate) name: String,
    pub(crate) temperature: Option<f64>,
}

/// What has come of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Partial {
    /// Text that came since it was last looked at.
    pub(crate) text: String,
    pub(crate) model: Option<String>,
    pub(crate) stop: Option<String>,
    pub(crate) input: Option<u64>,
    pub(crate) output: Option<u64>,
    /// The service says that it is whole.
    pub(crate) is_done: bool,
}

impl Partial {
    /// Tokens as they were told; a gateway that tells of none at all did not count.
    pub(crate) fn usage(&self) -> Option<Usage> {
        let usage = Usage { input: self.input?, output: self.output? };
        (usage.input > 0 || usage.output > 0).then_some(usage)
    }
}

impl Protocol {
    /// Its name in a configuration and in records.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
        }
    }

    /// Where it is spoken when nobody says otherwise.
    pub(crate) fn home(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com",
            Self::Gemini => "https://generativelanguage.googleapis.com",
        }
    }

    /// The variables in which people keep its key.
    pub(crate) fn key_variables(self) -> &'static [&'static str] {
        match self {
            Self::OpenAi => &["OPENAI_API_KEY"],
            Self::Anthropic => &["ANTHROPIC_API_KEY"],
            Self::Gemini => &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        }
    }

    pub(super) fn url(self, model: &Model) -> String {
        match self {
            Self::OpenAi => format!("{}/chat/completions", model.base),
            Self::Anthropic => format!("{}/v1/messages", model.base),
            Self::Gemini => {
                format!("{}/v1beta/models/{}:streamGenerateContent?alt=sse", model.base, model.name)
            }
        }
    }

    pub(super) fn headers(self, key: Option<&Secret>) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        if self == Self::Anthropic {
            headers.push(("anthropic-version", "2023-06-01".to_owned()));
        }
        if let Some(key) = key {
            headers.push(match self {
                Self::OpenAi => ("authorization", format!("Bearer {}", key.expose())),
                Self::Anthropic => ("x-api-key", key.expose().to_owned()),
                Self::Gemini => ("x-goog-api-key", key.expose().to_owned()),
            });
        }
        headers
    }

    pub(super) fn body(self, request: &Request, model: &Model) -> Value {
        match self {
            Self::OpenAi => openai::body(request, model),
            Self::Anthropic => anthropic::body(request, model),
            Self::Gemini => gemini::body(request, model),
        }
    }

    /// Takes one event of a stream, or a whole answer that did not come as a stream.
    pub(super) fn take(self, event: &Value, partial: &mut Partial) -> Result<(), String> {
        if let Some(why) = failure(event) {
            return Err(why);
        }
        match self {
            Self::OpenAi => openai::take(event, partial),
            Self::Anthropic => anthropic::take(event, partial),
            Self::Gemini => gemini::take(event, partial),
        }
        Ok(())
    }
}

/// What all three say when something is wrong: an `error` with a `message`, or a text in its place.
pub(super) fn failure(body: &Value) -> Option<String> {
    // Some services put what they say into a list of one.
    let body = body.get(0).unwrap_or(body);
    let error = body.get("error").filter(|error| !error.is_null())?;
    let text = error.get("message").and_then(Value::as_str).or_else(|| error.as_str());
    Some(text.map_or_else(|| error.to_string(), str::to_owned))
}

/// The text at a path of keys.
pub(super) fn text_at<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// The number at a path of keys.
pub(super) fn number_at(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}
