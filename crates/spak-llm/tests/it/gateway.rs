//! A real gateway that speaks all three protocols: `LiteLLM` with answers that it makes up itself.
//!
//! It runs where `SPAK_GATEWAY` says what starts it (`…/bin/litellm`); `cargo xtask gateway` installs it.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use spak_llm::AskError;
use spak_records::transcript::Usage;

use crate::support::ask;

/// Models of the gateway. Each failure is one that it can make up.
const MODELS: &str = r#"
model_list:
  - model_name: talks
    litellm_params: {model: openai/talks, api_key: none, mock_response: "Here is the design:\n```dsl\nsystem A {}\n```\n"}
  - model_name: limited
    litellm_params: {model: openai/limited, api_key: none, mock_response: "litellm.RateLimitError"}
  - model_name: broken
    litellm_params: {model: openai/broken, api_key: none, mock_response: "litellm.InternalServerError"}
  - model_name: slow
    litellm_params: {model: openai/slow, api_key: none, mock_response: "late", mock_delay: 30}
  - model_name: long
    litellm_params: {model: openai/long, api_key: none, mock_response: "LONG"}
  - model_name: beyond
    litellm_params: {model: openai/beyond, api_key: none, mock_response: "litellm.ContextWindowExceededError"}
litellm_settings:
  num_retries: 0
router_settings:
  num_retries: 0
  disable_cooldowns: true
general_settings:
  master_key: sk-test-of-the-gateway
"#;

struct Gateway {
    child: Child,
    base: String,
    _folder: tempfile::TempDir,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start() -> Option<Gateway> {
    let Some(program) = std::env::var_os("SPAK_GATEWAY") else {
        eprintln!(
            "SKIPPED: no gateway: `cargo xtask gateway` installs one, `SPAK_GATEWAY` says where it is"
        );
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.yaml");
    let long = "every word counts ".repeat(1_000);
    std::fs::write(&config, MODELS.replace("LONG", &long)).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(program)
        .args(["--port", &port.to_string(), "--host", "127.0.0.1", "--config"])
        .arg(&config)
        .current_dir(folder.path())
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .env("NO_PROXY", "*")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the gateway starts");
    let gateway = Gateway { child, base: format!("http://127.0.0.1:{port}"), _folder: folder };
    let started = Instant::now();
    while !is_up(port) {
        assert!(started.elapsed() < Duration::from_secs(180), "the gateway does not answer");
        std::thread::sleep(Duration::from_millis(250));
    }
    Some(gateway)
}

fn is_up(port: u16) -> bool {
    use std::io::Read as _;
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = stream
        .write_all(b"GET /health/liveliness HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.starts_with("HTTP/1.1 200")
}

impl Gateway {
    /// The key is the test's own, in a variable that it sets for its process alone.
    fn ask(
        &self,
        provider: &str,
        model: &str,
        more: &str,
    ) -> Result<(String, Option<Usage>), AskError> {
        let base =
            if provider == "openai" { format!("{}/v1", self.base) } else { self.base.clone() };
        let toml = format!(
            "[proposers.it]\nprovider = \"{provider}\"\nmodel = \"{model}\"\nbase_url = \"{base}\"\nkey_env = \"SPAK_GATEWAY_KEY\"\n{more}\n"
        );
        let answer = ask(&toml, "it", "Design it.")?;
        assert!(answer.seconds > 0.0 && answer.provider == provider);
        Ok((answer.text, answer.usage))
    }
}

/// One process for all: it takes half a minute to start.
#[test]
fn what_a_gateway_answers() {
    let Some(gateway) = start() else { return };
    for provider in ["openai", "anthropic", "gemini"] {
        let (text, usage) = gateway.ask(provider, "talks", "").unwrap();
        assert!(text.contains("system A {}"), "{provider}: {text}");
        // This gateway does not count for the third.
        assert!(provider == "gemini" || usage.is_some_and(|usage| usage.output > 0), "{usage:?}");
    }
    let (text, _) = gateway.ask("openai", "long", "").unwrap();
    assert_eq!(text.trim().len(), "every word counts ".repeat(1_000).trim().len());
    let cut = gateway.ask("openai", "long", "max_bytes = 5000").unwrap_err();
    assert!(matches!(cut, AskError::TooLarge { .. }), "{cut}");
    let limited = gateway.ask("openai", "limited", "timeout = 3").unwrap_err();
    assert!(matches!(limited, AskError::Limited { .. }), "{limited}");
    let broken = gateway.ask("openai", "broken", "timeout = 3").unwrap_err();
    assert!(broken.to_string().contains("status 500"), "{broken}");
    let beyond = gateway.ask("openai", "beyond", "timeout = 3").unwrap_err();
    assert!(beyond.to_string().contains("status 400"), "{beyond}");
    let late = gateway.ask("openai", "slow", "timeout = 2").unwrap_err();
    assert!(matches!(late, AskError::Late { .. }), "{late}");
    let unknown = gateway.ask("openai", "nobody", "timeout = 5").unwrap_err();
    assert!(unknown.to_string().contains("nobody"), "{unknown}");
    // Without its data base this gateway answers a wrong key with 400 or 500; whatever it says, the key is not in it.
    let toml = format!(
        "[proposers.it]\nprovider = \"openai\"\nmodel = \"talks\"\nbase_url = \"{}/v1\"\nkey_env = \"PATH\"\ntimeout = 3\n",
        gateway.base
    );
    let refused = ask(&toml, "it", "q").unwrap_err().to_string();
    assert!(!refused.contains(&std::env::var("PATH").unwrap()), "{refused}");
}
