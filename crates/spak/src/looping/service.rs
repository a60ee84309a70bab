//! A service loop over standard input and output: a JSON object a line in, one a line out.

use std::io::{BufRead, Read as _, Write};

use anyhow::Result;
use serde_json::{Map, Value, json};
use spak_script::template::Values;
use spak_script::{Script, Stop, World, interpret};

/// Bytes of a request.
const LARGEST: u64 = 1 << 20;

/// Answers requests until there are none; a request that cannot be answered is answered with why.
///
/// # Errors
/// The answers cannot be written, or what SPAK itself could not do.
pub(crate) fn serve(
    script: &Script,
    all: &[Script],
    given: &Values,
    world: &mut dyn World,
    mut requests: impl BufRead,
    mut answers: impl Write,
) -> Result<u64> {
    let mut count = 0_u64;
    loop {
        let mut line = Vec::new();
        let read = (&mut requests).take(LARGEST + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(count);
        }
        if line.len() as u64 > LARGEST && line.last() != Some(&b'\n') {
            // The rest of it is no request of its own.
            requests.skip_until(b'\n')?;
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        count += 1;
        let answer = match one(script, all, given, world, &line, count) {
            Ok(answer) => answer,
            Err(Stop::Broken(why)) => anyhow::bail!("{why}"),
            Err(Stop::Failed(why) | Stop::Suspended(why)) => json!({"ok": false, "error": why}),
        };
        writeln!(answers, "{answer}")?;
        answers.flush()?;
    }
}

fn one(
    script: &Script,
    all: &[Script],
    given: &Values,
    world: &mut dyn World,
    line: &[u8],
    count: u64,
) -> Result<Value, Stop> {
    if line.len() as u64 > LARGEST {
        return Err(Stop::Failed(format!("a request has at most {LARGEST} bytes")));
    }
    let request: Map<String, Value> = serde_json::from_slice(line)
        .map_err(|error| Stop::Failed(format!("it is no JSON object: {error}")))?;
    let Some(event) = request.get("event").and_then(Value::as_str) else {
        return Err(Stop::Failed("it has no `event`".to_owned()));
    };
    let mut values = given.clone();
    for (name, value) in request.iter().filter(|(name, _)| *name != "event" && *name != "id") {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        values.insert(name.clone(), text);
    }
    let at = format!("{}/{count}", script.name);
    let answered = interpret::answer(script, all, event, &values, &at, world);
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    Ok(match answered {
        Ok(fields) => {
            let fields = fields.into_iter().filter(|(name, _)| !given.contains_key(name));
            let fields: Map<String, Value> = fields.map(|(k, v)| (k, Value::String(v))).collect();
            json!({"ok": true, "id": id, "event": event, "values": fields})
        }
        Err(Stop::Failed(why) | Stop::Suspended(why)) => {
            json!({"ok": false, "id": id, "event": event, "error": why})
        }
        Err(stop) => return Err(stop),
    })
}
