//! Messages of Anthropic.
//!
//! Source: <https://docs.anthropic.com/en/api/messages-streaming>

use serde_json::{Value, json};
use spak_records::transcript::{Request, Speaker};

use super::protocol::{Model, Partial, number_at, text_at};

pub(super) fn body(request: &Request, model: &Model) -> Value {
    let messages = request.messages.iter().map(|message| {
        let role = match message.by {
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        };
        json!({"role": role, "content": message.text})
    });
    let mut body = json!({
        "model": model.name,
        "messages": messages.collect::<Vec<_>>(),
        "max_tokens": request.max_tokens,
        "stream": true,
    });
    let Some(object) = body.as_object_mut() else { return body };
    if !request.system.is_empty() {
        object.insert("system".to_owned(), json!(request.system));
    }
    if let Some(temperature) = model.temperature {
        object.insert("temperature".to_owned(), json!(temperature));
    }
    body
}

pub(super) fn take(event: &Value, partial: &mut Partial) {
    match text_at(event, "/type").unwrap_or_default() {
        "message_start" => {
            partial.model = text_at(event, "/message/model").map(str::to_owned);
            partial.input = number_at(event, "/message/usage/input_tokens");
        }
        "content_block_start" => {
            partial.text.push_str(text_at(event, "/content_block/text").unwrap_or_default());
        }
        "content_block_delta" => {
            partial.text.push_str(text_at(event, "/delta/text").unwrap_or_default());
        }
        "message_delta" => {
            if let Some(stop) = text_at(event, "/delta/stop_reason") {
                partial.stop = Some(stop.to_owned());
            }
            partial.input = number_at(event, "/usage/input_tokens").or(partial.input);
            partial.output = number_at(event, "/usage/output_tokens").or(partial.output);
        }
        "message_stop" => partial.is_done = true,
        // A whole answer at once.
        "message" => {
            let parts = event.get("content").and_then(Value::as_array);
            for part in parts.into_iter().flatten() {
                partial.text.push_str(text_at(part, "/text").unwrap_or_default());
            }
            partial.model = text_at(event, "/model").map(str::to_owned);
            partial.stop = text_at(event, "/stop_reason").map(str::to_owned);
            partial.input = number_at(event, "/usage/input_tokens");
            partial.output = number_at(event, "/usage/output_tokens");
            partial.is_done = true;
        }
        _ => {}
    }
}
