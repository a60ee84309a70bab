//! Generated content of Gemini.
//!
//! Source: <https://ai.google.dev/api/generate-content>

use serde_json::{Value, json};
use spak_records::transcript::{Request, Speaker};

use super::protocol::{Model, Partial, number_at, text_at};

pub(super) fn body(request: &Request, model: &Model) -> Value {
    let contents = request.messages.iter().map(|message| {
        let role = match message.by {
            Speaker::User => "user",
            Speaker::Assistant => "model",
        };
        json!({"role": role, "parts": [{"text": message.text}]})
    });
    let mut config = json!({"maxOutputTokens": request.max_tokens});
    if let (Some(temperature), Some(config)) = (model.temperature, config.as_object_mut()) {
        config.insert("temperature".to_owned(), json!(temperature));
    }
    let contents: Vec<Value> = contents.collect();
    let mut body = json!({"contents": contents, "generationConfig": config});
    if let (false, Some(body)) = (request.system.is_empty(), body.as_object_mut()) {
        body.insert("systemInstruction".to_owned(), json!({"parts": [{"text": request.system}]}));
    }
    body
}

pub(super) fn take(event: &Value, partial: &mut Partial) {
    // Without a stream some services send the pieces as a list.
    if let Some(events) = event.as_array() {
        events.iter().for_each(|event| take(event, partial));
        return;
    }
    let parts = event.pointer("/candidates/0/content/parts").and_then(Value::as_array);
    for part in parts.into_iter().flatten() {
        // What it thinks on the way is no part of the answer.
        if part.get("thought").and_then(Value::as_bool) != Some(true) {
            partial.text.push_str(text_at(part, "/text").unwrap_or_default());
        }
    }
    if let Some(stop) = text_at(event, "/candidates/0/finishReason") {
        partial.stop = Some(stop.to_owned());
        partial.is_done = true;
    }
    if let Some(model) = text_at(event, "/modelVersion") {
        partial.model = Some(model.to_owned());
    }
    partial.input = number_at(event, "/usageMetadata/promptTokenCount").or(partial.input);
    let of = |key: &str| number_at(event, &format!("/usageMetadata/{key}"));
    if let Some(answered) = of("candidatesTokenCount") {
        partial.output = Some(answered.saturating_add(of("thoughtsTokenCount").unwrap_or(0)));
    }
}
