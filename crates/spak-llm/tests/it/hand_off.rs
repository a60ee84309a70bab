//! Prompts and answers as files.

use std::fs;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use spak_llm::{AskError, Asking, HandOff, Proposer as _};

use crate::support::request;

fn asking(cancel: &AtomicBool) -> Asking<'_> {
    Asking { cancel, heard: &|_| {} }
}

#[test]
fn the_program_ends_and_goes_on_when_the_answer_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target.dsl");
    let never = AtomicBool::new(false);
    let mut hand_off = HandOff::beside(&target, None, 1000);
    let question = request("why?");
    let waiting = hand_off.ask(&question, asking(&never)).unwrap_err();
    let AskError::Waiting { prompt, answer } = &waiting else { panic!("{waiting}") };
    let text = fs::read_to_string(prompt).unwrap();
    let key = question.key().short().to_owned();
    assert!(text.contains("target.answer.md") && text.contains(&key) && text.contains("why?"));

    fs::write(answer, format!("Question: {key}\nAnswered by: A. Person\n\nBecause.\n")).unwrap();
    let given = hand_off.ask(&question, asking(&never)).unwrap();
    assert_eq!((given.model.as_str(), given.text.as_str()), ("A. Person", "\nBecause.\n"));
    // It is put away, is found again when it was not written down, and is no answer to the next question.
    assert!(!answer.exists());
    assert_eq!(hand_off.ask(&question, asking(&never)).unwrap().text, given.text);
    let next = request("and why that?");
    assert!(matches!(hand_off.ask(&next, asking(&never)), Err(AskError::Waiting { .. })));
}

#[test]
fn an_answer_to_another_question_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let never = AtomicBool::new(false);
    let mut hand_off = HandOff::beside(&folder.path().join("t.dsl"), None, 1000);
    fs::write(&hand_off.answer, "question: 000000000000\nx\n").unwrap();
    let why = hand_off.ask(&request("a"), asking(&never)).unwrap_err().to_string();
    assert!(why.contains("answers question 000000000000"), "{why}");
    fs::write(&hand_off.answer, "x".repeat(1001)).unwrap();
    std::thread::sleep(Duration::from_millis(400));
    let why = hand_off.ask(&request("a"), asking(&never)).unwrap_err();
    assert!(matches!(why, AskError::TooLarge { .. }), "{why}");
}

#[test]
fn a_file_that_comes_while_it_waits() {
    let folder = tempfile::tempdir().unwrap();
    let mut hand_off =
        HandOff::beside(&folder.path().join("t.dsl"), Some(Duration::from_secs(30)), 1000);
    let answer = hand_off.answer.clone();
    let writer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        fs::write(&answer, "half of").unwrap();
        std::thread::sleep(Duration::from_millis(100));
        fs::write(&answer, "half of it and the rest").unwrap();
    });
    let never = AtomicBool::new(false);
    let given = hand_off.ask(&request("a"), asking(&never)).unwrap();
    assert_eq!(
        (given.text.as_str(), given.model.as_str()),
        ("half of it and the rest", "not said")
    );
    writer.join().unwrap();
    let stopped = AtomicBool::new(true);
    assert_eq!(hand_off.ask(&request("b"), asking(&stopped)), Err(AskError::Cancelled));
}
