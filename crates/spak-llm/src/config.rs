//! Who can be asked: from `spak.toml`, and from the environment. Keys come from the environment alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use spak_records::file;

use crate::budget::{Budget, Price};
use crate::error::AskError;
use crate::provider::{Command, HandOff, Http, Proposer, Protocol, Settings};
use crate::secret::Secret;

/// The file's name.
const FILE: &str = "spak.toml";
/// The variable that chooses.
const CHOICE: &str = "SPAK_PROPOSER";
/// Bytes of a configuration.
const LARGEST_FILE: u64 = 1 << 20;
/// Bytes of an answer when nobody says otherwise.
const LARGEST: u64 = 1 << 20;
/// Seconds for an answer.
const TIMEOUT: u64 = 600;
/// Tokens of an answer.
const MAX_TOKENS: u32 = 16_384;
/// What begins a key of the services that mark theirs.
const KEYS: &[&str] = &["sk-", "AIza", "gsk_", "hf_", "xai-", "Bearer "];

/// One proposer in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// `openai`, `anthropic`, `gemini`, `command`, `hand-off`.
    provider: String,
    /// The model's name.
    model: Option<String>,
    /// Where the service is.
    base_url: Option<String>,
    /// The variable that holds its key.
    key_env: Option<String>,
    /// The program and its arguments.
    #[serde(default)]
    command: Vec<String>,
    /// Seconds for an answer.
    timeout: Option<u64>,
    /// Bytes of an answer.
    max_bytes: Option<u64>,
    /// Tokens of an answer.
    max_tokens: Option<u32>,
    temperature: Option<f64>,
    /// For a million tokens.
    price: Option<Price>,
    /// Limits of a whole run.
    rounds: Option<u32>,
    tokens: Option<u64>,
    time: Option<u64>,
    money: Option<f64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// Which is asked when nobody says otherwise.
    proposer: Option<String>,
    #[serde(default)]
    proposers: BTreeMap<String, Named>,
}

/// The contents of a configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    choice: Option<String>,
    named: BTreeMap<String, Named>,
}

/// Why a configuration cannot be used. No message repeats a value of the file.
#[derive(Debug, thiserror::Error)]
#[error("{}{}: {why}", path.display(), line.map(|n| format!(":{n}")).unwrap_or_default())]
pub struct ConfigError {
    path: PathBuf,
    line: Option<usize>,
    why: String,
}

impl Config {
    /// Reads the text of the file at `path`.
    ///
    /// # Errors
    /// [`ConfigError`]: it is no TOML, has unknown names, or has a key in it.
    pub fn read(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let wrong = |line, why: String| ConfigError { path: path.to_owned(), line, why };
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            let name = name.trim().trim_matches('"').to_lowercase();
            let is_key = ["key", "api_key", "apikey", "token", "secret", "password"]
                .contains(&name.as_str());
            let value = value.trim().trim_start_matches(['"', '\'']);
            let in_url = line.contains("://") && (line.contains('@') || line.contains("key="));
            if !line.starts_with('#')
                && (is_key || in_url || KEYS.iter().any(|k| value.starts_with(k)))
            {
                return Err(wrong(
                    Some(number),
                    "a key does not belong into a file: put it into a variable of the environment, and its name into `key_env`".to_owned(),
                ));
            }
        }
        let document: Document = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            // What was found instead may be anything.
            let why = error.message().split(": string ").next().unwrap_or_default();
            wrong(line, why.lines().next().unwrap_or_default().to_owned())
        })?;
        for (name, named) in &document.proposers {
            if let Err(why) = named.check(name) {
                let header = format!("[proposers.{name}]");
                let line = text.lines().position(|line| line.trim() == header).map(|at| at + 1);
                return Err(wrong(line, why));
            }
        }
        Ok(Self { choice: document.proposer, named: document.proposers })
    }
}

impl Named {
    fn check(&self, name: &str) -> Result<(), String> {
        match self.provider.as_str() {
            "openai" | "anthropic" | "gemini" if self.model.is_none() => {
                Err(format!("`{name}` needs a `model`"))
            }
            "command" if self.command.is_empty() => {
                Err(format!("`{name}` needs a `command`: the program and its arguments as a list"))
            }
            "openai" | "anthropic" | "gemini" | "command" | "hand-off" => Ok(()),
            _ => Err(format!(
                "`provider` of `{name}` is one of openai, anthropic, gemini, command, hand-off"
            )),
        }
    }

    fn of(provider: &str, model: Option<&str>) -> Self {
        Self {
            provider: provider.to_owned(),
            model: model.map(str::to_owned),
            base_url: None,
            key_env: None,
            command: Vec::new(),
            timeout: None,
            max_bytes: None,
            max_tokens: None,
            temperature: None,
            price: None,
            rounds: None,
            tokens: None,
            time: None,
            money: None,
        }
    }

    /// Tokens that an answer may have.
    pub fn max_tokens(&self) -> u32 {
        self.max_tokens.unwrap_or(MAX_TOKENS)
    }

    /// What a whole run may spend.
    pub fn budget(&self) -> Budget {
        Budget {
            rounds: self.rounds.unwrap_or(Budget::default().rounds),
            tokens: self.tokens,
            time: self.time.map(Duration::from_secs),
            money: self.money,
        }
    }
}

/// Everyone who can be asked.
#[derive(Clone, Debug, Default)]
pub struct Proposers {
    configs: Vec<Config>,
}

impl From<Config> for Proposers {
    fn from(config: Config) -> Self {
        Self { configs: vec![config] }
    }
}

impl Proposers {
    /// What `spak.toml` says beside `start` or above it, and then the user's own.
    ///
    /// # Errors
    /// [`ConfigError`]: one of them cannot be used.
    pub fn load(start: &Path) -> Result<Self, ConfigError> {
        let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        let beside = start.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file());
        let home = std::env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")));
        let own = home.map(|home| home.join("spak").join(FILE)).filter(|path| path.is_file());
        let mut configs = Vec::new();
        for path in beside.into_iter().chain(own) {
            let why = |why: String| ConfigError { path: path.clone(), line: None, why };
            let bytes = file::read_bytes(&path, LARGEST_FILE).map_err(|e| why(e.to_string()))?;
            let text = String::from_utf8(bytes).map_err(|_| why("is not UTF-8 text".to_owned()))?;
            configs.push(Config::read(&path, &text)?);
        }
        Ok(Self { configs })
    }

    /// Who is asked when nobody says otherwise: what the environment says, then the files.
    pub fn choice(&self) -> Option<String> {
        std::env::var(CHOICE)
            .ok()
            .filter(|name| !name.is_empty())
            .or_else(|| self.configs.iter().find_map(|config| config.choice.clone()))
    }

    /// The names that files have.
    pub fn names(&self) -> Vec<String> {
        let all: std::collections::BTreeSet<String> =
            self.configs.iter().flat_map(|config| config.named.keys().cloned()).collect();
        all.into_iter().collect()
    }

    /// The one called `name`: of a file, or `PROVIDER/MODEL`, or `hand-off`.
    ///
    /// # Errors
    /// [`AskError::NotConfigured`]: nobody is called that.
    pub fn find(&self, name: &str) -> Result<Named, AskError> {
        if let Some(named) = self.configs.iter().find_map(|config| config.named.get(name)) {
            return Ok(named.clone());
        }
        match name.split_once('/') {
            Some((provider @ ("openai" | "anthropic" | "gemini"), model)) if !model.is_empty() => {
                return Ok(Named::of(provider, Some(model)));
            }
            Some(("ollama", model)) if !model.is_empty() => {
                let base = std::env::var("OLLAMA_HOST").ok().filter(|host| !host.is_empty());
                let base = base.unwrap_or_else(|| "http://localhost:11434".to_owned());
                let base = if base.contains("://") { base } else { format!("http://{base}") };
                let mut named = Named::of("openai", Some(model));
                named.base_url = Some(format!("{}/v1", base.trim_end_matches('/')));
                named.key_env = Some(String::new());
                return Ok(named);
            }
            _ => {}
        }
        if name == "hand-off" {
            return Ok(Named::of("hand-off", None));
        }
        let names = self.names();
        let known = match names.is_empty() {
            true => format!("no `{FILE}` describes any"),
            false => format!("described are {}", names.join(", ")),
        };
        Err(AskError::NotConfigured(format!(
            "there is no proposer `{name}`: {known}; without one, `rules`, `hand-off`, `openai/MODEL`, `anthropic/MODEL`, `gemini/MODEL` and `ollama/MODEL` can be asked"
        )))
    }

    /// Makes it ready to be asked. Files of a hand-off are named after `beside`; `wait` is how long they are awaited.
    ///
    /// # Errors
    /// [`AskError::NotConfigured`]: a key or a model is missing.
    pub fn open(
        &self,
        name: &str,
        beside: &Path,
        wait: Option<Duration>,
    ) -> Result<Box<dyn Proposer>, AskError> {
        let named = self.find(name)?;
        let largest = named.max_bytes.unwrap_or(LARGEST);
        let timeout = Duration::from_secs(named.timeout.unwrap_or(TIMEOUT));
        let protocol = match named.provider.as_str() {
            "hand-off" => return Ok(Box::new(HandOff::beside(beside, wait, largest))),
            "command" => {
                return Ok(Box::new(Command {
                    name: name.to_owned(),
                    model: named.model.clone().unwrap_or_else(|| name.to_owned()),
                    argv: named.command,
                    timeout,
                    largest,
                }));
            }
            "anthropic" => Protocol::Anthropic,
            "gemini" => Protocol::Gemini,
            _ => Protocol::OpenAi,
        };
        let is_own = named.base_url.is_some();
        let variables: Vec<String> = match &named.key_env {
            // An empty name says that no key is needed.
            Some(name) if name.is_empty() => Vec::new(),
            Some(name) => vec![name.clone()],
            // A key is for its own service, and not for one that somebody runs.
            None if is_own => Vec::new(),
            None => protocol.key_variables().iter().map(|name| (*name).to_owned()).collect(),
        };
        let found = variables.iter().find_map(|name| {
            let value = std::env::var(name).ok().filter(|value| !value.trim().is_empty())?;
            Some((name.clone(), Secret::new(&value)))
        });
        if found.is_none() && !variables.is_empty() {
            return Err(AskError::NotConfigured(format!(
                "`{name}` needs a key in {}",
                variables.join(" or ")
            )));
        }
        let (key_env, key) = found.map_or((String::new(), None), |(name, key)| (name, Some(key)));
        let base = named.base_url.clone().unwrap_or_else(|| protocol.home().to_owned());
        Ok(Box::new(Http(Settings {
            name: name.to_owned(),
            protocol,
            model: named.asked(base.trim_end_matches('/')),
            key_env,
            key,
            timeout,
            largest,
            price: named.price,
        })))
    }
}

impl Named {
    fn asked(&self, base: &str) -> crate::provider::Model {
        crate::provider::Model {
            base: base.to_owned(),
            name: self.model.clone().unwrap_or_default(),
            temperature: self.temperature,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        Config::read(Path::new("spak.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_a_file_says() {
        let config = read(
            "proposer = \"local\"\n[proposers.local]\nprovider = \"openai\"\nbase_url = \"http://localhost:8000/v1\"\nmodel = \"m\"\nprice = { input = 1, output = 2 }\nrounds = 2\n[proposers.cli]\nprovider = \"command\"\ncommand = [\"cat\"]\n",
        );
        let proposers = Proposers { configs: vec![config.unwrap()] };
        assert_eq!(proposers.names(), ["cli", "local"]);
        assert_eq!(proposers.find("local").unwrap().budget().rounds, 2);
        let unknown = proposers.find("locl").unwrap_err().to_string();
        assert!(unknown.contains("described are cli, local"), "{unknown}");
        assert!(proposers.find("anthropic/x").is_ok() && proposers.find("ollama/").is_err());
    }

    #[test]
    fn a_key_in_a_file_is_refused_and_not_repeated() {
        for text in [
            "[proposers.a]\nprovider = \"openai\"\napi_key = \"sk-1234567890\"\n",
            "[proposers.a]\nprovider = \"openai\"\nmodel = \"sk-1234567890\"\n",
            "[proposers.a]\nprovider = \"openai\"\nbase_url = \"http://me:1234567890@host\"\n",
            "[proposers.a]\nprovider = \"gemini\"\nbase_url = \"https://host/?key=1234567890\"\n",
            "[proposers.a]\nprovider = \"openai\"\nTOKEN=1234567890\n",
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with("spak.toml:3: a key does not belong"), "{error}");
            assert!(!error.contains("1234567890"), "{error}");
        }
        let odd =
            read("[proposers.a]\nprovider = \"openai\"\ntimeout = \"1234567890\"\n").unwrap_err();
        assert!(!odd.contains("1234567890") && odd.contains(":3:"), "{odd}");
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, expected) in [
            ("proposer = [", "spak.toml:1:"),
            ("[proposers.a]\nprovider = \"openai\"\n", "spak.toml:1: `a` needs a `model`"),
            ("\n[proposers.a]\nprovider = \"x\"\n", "spak.toml:2: `provider` of `a` is one of"),
            ("[proposers.a]\nprovider = \"command\"\n", "needs a `command`"),
            ("[proposers.a]\nprovider = \"hand-off\"\nmodle = 1\n", "unknown field `modle`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
