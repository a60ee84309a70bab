//! Chat completions: `OpenAI`'s, and of the many servers that speak it.
//!
//! Source: <https://platform.openai.com/docs/api-reference/chat>

use serde_json::{Value, json};
use spak_records::transcript::{Request, Speaker};

use super::protocol::{Model, Partial, number_at, text_at};

pub(super) fn body(request: &Request, model: &Model) -> Value {
    let mut messages = Vec::new();
    if !request.system.is_empty() {
        messages.push(json!({"role": "system", "content": request.system}));
    }
    messages.extend(request.messages.iter().map(|message| {
        let role = match message.by {
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        };
        json!({"role": role, "content": message.text})
    }));
    // The company's own service wants a new name, which others do not know.
    let limit = match model.base.contains("api.openai.com") {
        true => "max_completion_tokens",
        false => "max_tokens",
    };
    let mut body = json!({
        "model": model.name,
        "messages": messages,
        "stream": true,
        "stream_options": {"include_usage": true},
        limit: request.max_tokens,
    });
    if let (Some(temperature), Some(body)) = (model.temperature, body.as_object_mut()) {
        body.insert("temperature".to_owned(), json!(temperature));
    }
    body
}

pub(super) fn take(event: &Value, partial: &mut Partial) {
    for path in ["/choices/0/delta/content", "/choices/0/message/content"] {
        partial.text.push_str(text_at(event, path).unwrap_or_default());
    }
    if let Some(model) = text_at(event, "/model").filter(|model| !model.is_empty()) {
        partial.model = Some(model.to_owned());
    }
    if let Some(stop) = text_at(event, "/choices/0/finish_reason") {
        partial.stop = Some(stop.to_owned());
        // What it cost comes after the end, and not from everybody.
        partial.is_done = true;
    }
    partial.input = number_at(event, "/usage/prompt_tokens").or(partial.input);
    partial.output = number_at(event, "/usage/completion_tokens").or(partial.output);
}
