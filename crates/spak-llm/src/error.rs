//! Why there is no answer, and what to do about it.

use std::path::PathBuf;
use std::time::Duration;

/// Why a question was not answered. No message has a key in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// Something is missing that only the user can say.
    #[error("{0}")]
    NotConfigured(String),
    /// The service does not take the key, or does not let it do this.
    #[error("{provider} refused: {why}; {}", match key_env.as_str() {
        "" => "it has no key: name the variable of one in `key_env`".to_owned(),
        name => format!("look at the key in `{name}`"),
    })]
    Refused {
        /// Who.
        provider: String,
        /// What it said.
        why: String,
        /// The variable that the key comes from; empty when it was asked without one.
        key_env: String,
    },
    /// The service wants to be asked later, and there is no time left to wait.
    #[error("{provider} is limited{}; try again later", after.map(|t| format!(" for {:.0} s", t.as_secs_f64())).unwrap_or_default())]
    Limited {
        /// Who.
        provider: String,
        /// How long, as it said.
        after: Option<Duration>,
    },
    /// No whole answer within the time.
    #[error("{provider} did not answer within {:.0} s; give it more with `timeout`", within.as_secs_f64())]
    Late {
        /// Who.
        provider: String,
        /// The time it had.
        within: Duration,
    },
    /// More than an answer may have.
    #[error("the answer of {provider} is longer than {limit} bytes, and was cut off there")]
    TooLarge {
        /// Who.
        provider: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The service cannot be reached, or says what no answer is.
    #[error("{provider}: {why}")]
    Broken {
        /// Who.
        provider: String,
        /// What happened.
        why: String,
    },
    /// The user stopped it.
    #[error("interrupted")]
    Cancelled,
    /// The answer is to be a file that is not there yet.
    #[error("the prompt is in `{}`; put the answer into `{}` and run the same command again", prompt.display(), answer.display())]
    Waiting {
        /// What was asked.
        prompt: PathBuf,
        /// Where the answer goes.
        answer: PathBuf,
    },
    /// The recording has no answer to this question.
    #[error("the transcript `{}` has no answer to this question: the design, the goal or the prompt is not what it was recorded for", path.display())]
    NotRecorded {
        /// The transcript.
        path: PathBuf,
    },
}
