//! Programs that answer.

use std::time::{Duration, Instant};

use spak_llm::AskError;

use crate::support::ask;

fn of(argv: &[&str], more: &str) -> String {
    format!("[proposers.it]\nprovider = \"command\"\ncommand = {argv:?}\n{more}\n")
}

#[test]
fn the_prompt_goes_in_and_the_answer_comes_out() {
    let answer = ask(&of(&["cat"], "model = \"echo\""), "it", "a \u{d55c} b").unwrap();
    assert_eq!(answer.text, "You answer tests.\n\na \u{d55c} b\n");
    assert_eq!((answer.model.as_str(), answer.provider.as_str()), ("echo", "command"));
    // No shell: what looks like one is an argument.
    let answer = ask(&of(&["printf", "%s", "$(id) `id` ; id"], ""), "it", "").unwrap();
    assert_eq!(answer.text, "$(id) `id` ; id");
    // A prompt that nobody reads and that no pipe holds.
    assert_eq!(ask(&of(&["echo", "done"], ""), "it", &"x".repeat(1 << 20)).unwrap().text, "done\n");
}

#[test]
fn programs_that_fail() {
    let failed =
        |argv: &[&str], more: &str| ask(&of(argv, more), "it", "q").unwrap_err().to_string();
    assert_eq!(
        failed(&["sh", "-c", "echo no model >&2; exit 3"], ""),
        "it: it ended with exit code 3: no model"
    );
    assert!(failed(&["no-such-program"], "").contains("cannot be started"));
    assert!(failed(&["sh", "-c", "kill -9 $$"], "").contains("it was killed"));
    let started = Instant::now();
    assert_eq!(
        ask(&of(&["yes"], "max_bytes = 100000"), "it", "q"),
        Err(AskError::TooLarge { provider: "it".to_owned(), limit: 100_000 })
    );
    // Neither a program that waits nor the children that it leaves behind are waited for.
    let late = ask(&of(&["sh", "-c", "sleep 60 & sleep 60"], "timeout = 1"), "it", "q");
    assert_eq!(
        late,
        Err(AskError::Late { provider: "it".to_owned(), within: Duration::from_secs(1) })
    );
    assert!(started.elapsed() < Duration::from_secs(30));
}
