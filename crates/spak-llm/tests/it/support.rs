//! What all of these tests need.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use spak_llm::{AskError, Asking, Config, Proposers};
use spak_records::transcript::{Answer, Message, Request, Role, Speaker};

pub(crate) fn request(text: &str) -> Request {
    Request {
        role: Role::Architect,
        prompt: "test 1".to_owned(),
        system: "You answer tests.".to_owned(),
        messages: vec![Message { by: Speaker::User, text: text.to_owned() }],
        max_tokens: 100,
    }
}

/// Asks the proposer `name` of a configuration.
pub(crate) fn ask(toml: &str, name: &str, text: &str) -> Result<Answer, AskError> {
    let config = Config::read(Path::new("spak.toml"), toml).unwrap();
    let mut proposer = Proposers::from(config).open(name, Path::new("x"), None)?;
    let heard = std::cell::RefCell::new(String::new());
    let cancel = AtomicBool::new(false);
    let answer = proposer.ask(
        &request(text),
        Asking { cancel: &cancel, heard: &|piece| heard.borrow_mut().push_str(piece) },
    )?;
    assert_eq!(heard.into_inner(), answer.text, "what is heard on the way is the answer");
    Ok(answer)
}
