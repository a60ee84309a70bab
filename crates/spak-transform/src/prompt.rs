//! What is asked: templates in `prompts/`, filled in from the model, within a number of tokens.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};

/// Characters of a token: English and code have about four, and too few is better than too many.
const CHARACTERS: usize = 3;

const ARCHITECT: &str = include_str!("../../../prompts/architect.md.j2");
const ENGINEER: &str = include_str!("../../../prompts/engineer.md.j2");
const AGAIN: &str = include_str!("../../../prompts/again.md.j2");

/// What an architect is told.
#[derive(Clone, Debug, Default)]
pub struct Brief {
    /// The goal as a block.
    pub goal: String,
    /// Figures of the machine, as name and value.
    pub machine: Vec<(String, String)>,
    /// The seed in normal form.
    pub seed: String,
    /// What templates can generate, as a space.
    pub axes: String,
    /// What holds here, with its source.
    pub known: Vec<String>,
    /// What rules propose.
    pub proposed: Vec<String>,
    /// The card of the language.
    pub card: String,
}

/// What a kernel engineer is told.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The config, as statements.
    pub config: String,
    /// The problem in words and numbers.
    pub problem: String,
    /// What must hold.
    pub invariants: Vec<String>,
    /// The word for the language in a fence.
    pub language: String,
    /// A kernel that is called in the same way.
    pub example: String,
    /// How it is judged.
    pub judged: String,
}

/// A part of an answer that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which part.
    pub what: String,
    /// Why.
    pub why: String,
    /// The diagnostics, as they are shown to people; or nothing.
    pub shown: String,
}

/// A prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The name and version of its template.
    pub name: String,
    /// All of it.
    pub text: String,
    /// Sections that were left out so that it is no longer than allowed.
    pub left_out: Vec<&'static str>,
}

/// Why there is no prompt.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// What cannot be left out is too long.
    #[error(
        "the prompt has about {tokens} tokens with the goal and the seed alone, and {most} are allowed"
    )]
    TooLong {
        /// Its tokens.
        tokens: usize,
        /// How many there may be.
        most: usize,
    },
    /// A template is wrong.
    #[error("the template of a prompt is wrong: {0}")]
    Template(#[from] minijinja::Error),
}

/// The question to an architect in at most `tokens` tokens: what is longest and least needed goes first.
///
/// # Errors
/// [`PromptError`]: the seed alone is longer.
pub fn architect(brief: &Brief, tokens: usize) -> Result<Prompt, PromptError> {
    let mut brief = brief.clone();
    let mut left_out = Vec::new();
    loop {
        let machine: Vec<Value> = brief
            .machine
            .iter()
            .map(|(name, value)| Value::from(vec![name.clone(), value.clone()]))
            .collect();
        let text = fill(
            ARCHITECT,
            context! {
                goal => brief.goal.trim_end(),
                machine => machine,
                seed => brief.seed.trim_end(),
                axes => brief.axes.trim_end(),
                known => &brief.known,
                proposed => &brief.proposed,
                card => brief.card.trim_end(),
            },
        )?;
        let about = text.chars().count().div_ceil(CHARACTERS);
        if about <= tokens {
            return Ok(Prompt { name: name(ARCHITECT), text, left_out });
        }
        if !brief.axes.is_empty() {
            brief.axes.clear();
            left_out.push("what kernels can be generated for");
        } else if !brief.known.is_empty() {
            brief.known.clear();
            left_out.push("what is known here");
        } else if !brief.proposed.is_empty() {
            brief.proposed.clear();
            left_out.push("what rules propose already");
        } else if !brief.card.is_empty() {
            brief.card.clear();
            left_out.push("the language");
        } else {
            return Err(PromptError::TooLong { tokens: about, most: tokens });
        }
    }
}

/// The question to a kernel engineer.
///
/// # Errors
/// [`PromptError::Template`].
pub fn engineer(order: &Order) -> Result<Prompt, PromptError> {
    let text = fill(
        ENGINEER,
        context! {
            config => order.config.trim_end(),
            problem => order.problem.trim_end(),
            invariants => &order.invariants,
            language => &order.language,
            example => order.example.trim_end(),
            judged => order.judged.trim_end(),
        },
    )?;
    Ok(Prompt { name: name(ENGINEER), text, left_out: Vec::new() })
}

/// What is said of an answer that was not taken whole; `thing` is what was asked for.
///
/// # Errors
/// [`PromptError::Template`].
pub fn again(taken: &[String], refused: &[Refused], thing: &str) -> Result<String, PromptError> {
    let refused: Vec<_> = refused
        .iter()
        .map(|one| context! { what => &one.what, why => &one.why, shown => one.shown.trim_end() })
        .collect();
    Ok(fill(AGAIN, context! { taken => taken.to_vec(), refused, thing })?)
}

/// The name and version in a template's first line.
fn name(template: &str) -> String {
    let line = template.lines().next().unwrap_or_default();
    line.trim_matches(|c: char| "{#-} ".contains(c)).to_owned()
}

fn fill(template: &str, values: Value) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // What is filled in is text, and is not read as a template.
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.render_str(template, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brief() -> Brief {
        Brief {
            goal: "goal {}".to_owned(),
            seed: "system S {\n    note: \"{{ 7 * 7 }} {% raw %}\"\n}".to_owned(),
            axes: "a".repeat(3000),
            known: vec!["k".repeat(300)],
            card: "c".repeat(30),
            ..Brief::default()
        }
    }

    #[test]
    fn what_is_filled_in_is_no_template() {
        let prompt = architect(&brief(), 10_000).unwrap();
        assert!(prompt.text.contains("{{ 7 * 7 }} {% raw %}"));
        assert_eq!((prompt.name.as_str(), prompt.left_out.len()), ("architect 1", 0));
    }

    #[test]
    fn a_prompt_is_no_longer_than_allowed() {
        let whole = architect(&brief(), 10_000).unwrap().text.chars().count().div_ceil(CHARACTERS);
        let shorter = architect(&brief(), whole - 1).unwrap();
        assert_eq!(shorter.left_out, ["what kernels can be generated for"]);
        assert!(!shorter.text.contains("aaa") && shorter.text.contains("kkk"));
        let error = architect(&brief(), 100).unwrap_err().to_string();
        assert!(error.contains("and 100 are allowed"), "{error}");
    }

    #[test]
    fn what_was_wrong() {
        let refused = |shown: &str| Refused {
            what: "tile_m".to_owned(),
            why: "it is no list".to_owned(),
            shown: shown.to_owned(),
        };
        let text = again(&["x".to_owned()], &[refused("error: here\n"), refused("")], "design");
        assert_eq!(
            text.unwrap(),
            "These parts of your answer were taken:\n\n- x\n\nThese were not:\n\n- tile_m: it is no list\n\n```text\nerror: here\n```\n\n- tile_m: it is no list\n\nMend them, and return the whole design once more in one block."
        );
    }
}
