//! Servers that do what no good one does. What good ones do is tried with a real gateway.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use spak_llm::AskError;

use crate::support::ask;

type Answering = Box<dyn Fn(&mut TcpStream) + Send>;

/// A server whose n-th connection is answered by the n-th of `answers`; says where it is.
fn serve(answers: Vec<Answering>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            // To the end of the body, which is JSON of this crate's making.
            while !request.ends_with(b"}") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => request.extend_from_slice(&buffer[..read]),
                }
            }
            answer(&mut stream);
        }
    });
    base
}

fn raw(text: &'static str) -> Answering {
    Box::new(move |stream| {
        let _ = stream.write_all(text.as_bytes());
    })
}

/// Writes `head` and then `piece` until nobody reads any more.
fn endless(head: &'static str, piece: &'static str) -> Answering {
    Box::new(move |stream| {
        let _ = stream.write_all(head.as_bytes());
        let piece = piece.repeat(1000);
        while stream.write_all(piece.as_bytes()).is_ok() {}
    })
}

const STREAM: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const WORD: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"word \"}}]}\n\n";

fn asked(answers: Vec<Answering>, more: &str) -> Result<String, AskError> {
    let base = serve(answers);
    let toml = format!(
        "[proposers.it]\nprovider = \"openai\"\nmodel = \"m\"\nbase_url = \"{base}\"\n{more}\n"
    );
    ask(&toml, "it", "q").map(|answer| answer.text)
}

#[test]
fn streams_without_an_end_are_cut() {
    let limit = AskError::TooLarge { provider: "it".to_owned(), limit: 200_000 };
    for piece in [WORD, "x", ": still here\n\n", "data: {\"choices\":[]}\n\n"] {
        let started = Instant::now();
        assert_eq!(asked(vec![endless(STREAM, piece)], "max_bytes = 200000"), Err(limit.clone()));
        assert!(started.elapsed() < Duration::from_secs(20));
    }
    // Also what is no stream.
    let json = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n[";
    assert_eq!(asked(vec![endless(json, "1,")], "max_bytes = 200000"), Err(limit));
}

#[test]
fn what_breaks_off_or_is_no_answer_is_said() {
    let failed = |text: &'static str| asked(vec![raw(text)], "").unwrap_err().to_string();
    for (text, expected) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"half\"}}]}\n\n",
            "broke off",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: hello\n\n",
            "no JSON",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>log in</html>",
            "no JSON",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: {\"error\":{\"message\":\"out of memory\"}}\n\n",
            "out of memory",
        ),
        (
            "HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n{\"error\":\"no model m\"}",
            "status 404: no model m",
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\nconnection: close\r\n\r\n",
            "status 302",
        ),
        ("nonsense\r\n\r\n", "cannot be reached"),
    ] {
        assert!(failed(text).contains(expected), "{text:?}: {}", failed(text));
    }
    let nobody =
        "[proposers.it]\nprovider = \"openai\"\nmodel = \"m\"\nbase_url = \"http://127.0.0.1:1\"\n";
    assert!(ask(nobody, "it", "q").unwrap_err().to_string().contains("cannot be reached at"));
}

#[test]
fn being_limited_is_waited_for_as_long_as_it_is_asked() {
    let limited = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\nconnection: close\r\n\r\n{}";
    let fine = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{\"choices\":[{\"message\":{\"content\":\"yes\"},\"finish_reason\":\"stop\"}]}";
    let started = Instant::now();
    assert_eq!(asked(vec![raw(limited), raw(fine)], ""), Ok("yes".to_owned()));
    assert!(started.elapsed() >= Duration::from_secs(1));
    let broken = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n";
    assert_eq!(asked(vec![raw(broken), raw(broken), raw(fine)], ""), Ok("yes".to_owned()));
    let long = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 100\r\nconnection: close\r\n\r\n{}";
    assert_eq!(
        asked(vec![raw(long)], "timeout = 5"),
        Err(AskError::Limited { provider: "it".to_owned(), after: Some(Duration::from_secs(100)) })
    );
}

#[test]
fn a_server_that_says_nothing_is_left() {
    let silent: Answering = Box::new(|_| std::thread::sleep(Duration::from_secs(60)));
    let started = Instant::now();
    assert!(matches!(asked(vec![silent], "timeout = 1"), Err(AskError::Late { .. })));
    let stalls: Answering = Box::new(|stream| {
        let _ = stream.write_all(format!("{STREAM}{WORD}").as_bytes());
        std::thread::sleep(Duration::from_secs(60));
    });
    assert!(matches!(asked(vec![stalls], "timeout = 1"), Err(AskError::Late { .. })));
    assert!(started.elapsed() < Duration::from_secs(20));
}

/// The key of the test is in `PATH`'s place: a variable that every process has, so that none has to be set.
#[test]
fn a_key_that_a_server_sends_back_is_not_shown() {
    let key = std::env::var("PATH").unwrap();
    let base = serve(vec![Box::new({
        let key = key.clone();
        move |stream| {
            let body = serde_json::json!({"error": {"message": format!("bad key {key}!")}});
            let _ = write!(stream, "HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n{body}");
        }
    })]);
    let toml = format!(
        "[proposers.it]\nprovider = \"openai\"\nmodel = \"m\"\nbase_url = \"{base}\"\nkey_env = \"PATH\"\n"
    );
    let error = ask(&toml, "it", "q").unwrap_err();
    assert_eq!(error.to_string(), "it refused: bad key [key]!; look at the key in `PATH`");
    assert!(!format!("{error:?}").contains(&key));
}
