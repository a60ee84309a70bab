//! The one way from a plan to a source file.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value as View, context};
use spak_records::{Artifact, Plan, Value};

use crate::choices::Choices;
use crate::error::GenerateError;
use crate::family::Family;
use crate::regenerate::{lines, plain};
use crate::templates::Templates;
use crate::view;

/// Instructions a template may execute; the largest built-in output needs less than a tenth of it.
const FUEL: u64 = 2_000_000;
/// Columns after which the header starts a new line of the config.
const HEADER_WIDTH: usize = 80;

/// Makes the source file of a plan. The same arguments give the same bytes.
///
/// The template `<backend>/<family>/kernel.c.j2` sees `spak` (system, design, family, title,
/// `config_lines`), `axis` and `tune` (one finished value each, see [`Choices`]), `problem` (sizes by
/// name), and `number` (what SPAK derived from them). That of another backend, `kernel.py.j2`, sees
/// `spak` (system, family, `config_lines`), `axis` and `tune`.
///
/// # Errors
/// Every [`GenerateError`]: no template, a value without code, values that conflict, a wrong template.
pub fn render(
    family: &Family,
    templates: &Templates,
    plan: &Plan,
) -> Result<Artifact, GenerateError> {
    let choices = checked_choices(family, plan)?;
    let is_c = plan.backend == "c";
    let lines = if is_c { config_lines(plan) } else { choice_lines(&choices) };
    let text = Renderer::new(templates, plan)?.text(plan, &choices, &lines)?;
    let suffix = if is_c { "c" } else { "py" };
    let name = format!("{}_{}.{suffix}", plan.family, plan.config.id().short());
    // ISO mode turns contraction off in gcc; without it no multiply-add becomes one instruction.
    let mut flags = Vec::new();
    if is_c && family.parameter("opt_level").is_some() {
        flags.push(format!("-O{}", choices.number("opt_level")));
    }
    Ok(Artifact::new(name, text, flags))
}

/// Names of the family's parameters and axes that, with the plan's other values, do not change the
/// generated code whatever they are: a search needs to try one value of each only.
///
/// # Errors
/// As [`render`].
pub fn inert(
    family: &Family,
    templates: &Templates,
    plan: &Plan,
) -> Result<Vec<String>, GenerateError> {
    let chosen = checked_choices(family, plan)?;
    let renderer = Renderer::new(templates, plan)?;
    let here = renderer.text(plan, &chosen, &[])?;
    let mut names = Vec::new();
    let axes = family.axes.iter().map(|a| (&a.name, &a.values));
    let parameters = family.parameters.iter().map(|p| (&p.name, &p.values));
    for (name, values) in axes.chain(parameters) {
        if name == "opt_level" {
            continue;
        }
        let mut alternatives = 0;
        let mut changes = false;
        for value in values {
            let mut other = plan.clone();
            other.config.0.insert(name.clone(), value.clone());
            // The value itself is no alternative, nor is one that conflicts with the others.
            let Ok(choices) = checked_choices(family, &other) else { continue };
            if choices == chosen {
                continue;
            }
            alternatives += 1;
            if renderer.text(plan, &choices, &[])? != here {
                changes = true;
                break;
            }
        }
        if alternatives > 0 && !changes {
            names.push(name.clone());
        }
    }
    Ok(names)
}

fn checked_choices(family: &Family, plan: &Plan) -> Result<Choices, GenerateError> {
    if plan.family != family.name || plan.problem.family() != family.name {
        return Err(GenerateError::FamilyMismatch {
            plan: plan.family.clone(),
            problem: plan.problem.family().to_owned(),
            family: family.name.clone(),
        });
    }
    let choices = Choices::of(family, plan)?;
    view::check(&choices, &plan.problem)?;
    Ok(choices)
}

/// The templates of one backend and family, parsed once for any number of configs.
struct Renderer<'t> {
    environment: Environment<'t>,
    wanted: String,
}

impl<'t> Renderer<'t> {
    fn new(templates: &'t Templates, plan: &Plan) -> Result<Self, GenerateError> {
        let file = if plan.backend == "c" { "kernel.c.j2" } else { "kernel.py.j2" };
        let wanted = format!("{}/{}/{file}", plan.backend, plan.family);
        if templates.get(&wanted).is_none() {
            let names = templates.iter().map(|(name, _)| name);
            return Err(GenerateError::NoTemplate {
                wanted,
                known: names.filter(|n| n.ends_with(file)).map(str::to_owned).collect(),
            });
        }
        match environment(templates) {
            Ok(environment) => Ok(Self { environment, wanted }),
            Err(error) => Err(failed(&wanted, &error)),
        }
    }

    fn text(
        &self,
        plan: &Plan,
        choices: &Choices,
        config_lines: &[String],
    ) -> Result<String, GenerateError> {
        let axes: BTreeMap<&str, View> = choices.axes().map(|(n, v)| (n, shown(v))).collect();
        let numbers: BTreeMap<&str, i64> = choices.numbers().collect();
        if plan.backend != "c" {
            let view = context! {
                spak => context! {
                    system => comment_safe(&plan.system),
                    family => comment_safe(&plan.family),
                    config_lines => config_lines.to_vec(),
                },
                axis => View::from(axes),
                tune => View::from(numbers),
            };
            let template = self.environment.get_template(&self.wanted);
            return template.and_then(|t| t.render(view)).map_err(|e| failed(&self.wanted, &e));
        }
        let view = context! {
            spak => context! {
                system => comment_safe(&plan.system),
                design => plan.design.as_str(),
                family => comment_safe(&plan.family),
                title => view::title(&plan.problem),
                config_lines => config_lines.to_vec(),
            },
            axis => View::from(axes),
            tune => View::from(numbers),
            problem => view::sizes(&plan.problem),
            number => view::numbers(choices, &plan.problem),
        };
        let template = self.environment.get_template(&self.wanted);
        let text = template.and_then(|t| t.render(view)).map_err(|e| failed(&self.wanted, &e))?;
        Ok(tidy(&text))
    }
}

pub(crate) fn failed(wanted: &str, error: &minijinja::Error) -> GenerateError {
    GenerateError::Template {
        template: error.name().unwrap_or(wanted).to_owned(),
        detail: with_causes(error),
    }
}

pub(crate) fn environment(templates: &Templates) -> Result<Environment<'_>, minijinja::Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    for (name, text) in templates.iter() {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

fn with_causes(error: &minijinja::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

pub(crate) fn shown(value: &Value) -> View {
    match value {
        Value::Bool(b) => View::from(*b),
        Value::Int(i) => View::from(*i),
        Value::Float(x) => View::from(*x),
        Value::Text(s) => View::from(s.as_str()),
        Value::List(items) => items.iter().map(shown).collect(),
    }
}

/// The config as the design gives it, in lines short enough for a comment.
fn config_lines(plan: &Plan) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (name, value) in &plan.config.0 {
        let item = comment_safe(&format!("{name}={value}"));
        match lines.last_mut() {
            Some(line) if line.len() + item.len() + 2 <= HEADER_WIDTH => {
                line.push_str(", ");
                line.push_str(&item);
            }
            _ => lines.push(item),
        }
    }
    if lines.is_empty() {
        lines.push("(all defaults)".to_owned());
    }
    lines
}

/// Every choice, in lines short enough for a comment.
fn choice_lines(choices: &Choices) -> Vec<String> {
    let axes = choices.axes().map(|(name, value)| format!("{name}: {}", plain(value)));
    let all = axes.chain(choices.numbers().map(|(name, number)| format!("{name}: {number}")));
    lines(&all.map(|text| comment_safe(&text)).collect::<Vec<String>>())
}

/// A design's text inside a C comment can neither end it nor break its line.
pub(crate) fn comment_safe(text: &str) -> String {
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    one_line.replace("*/", "* /").replace("/*", "/ *").replace('\\', "/")
}

/// At most one blank line in a row, none before a closing brace, no spaces at line ends.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if blank > 0 && !out.is_empty() && !line.trim_start().starts_with('}') {
            out.push('\n');
        }
        blank = 0;
        out.push_str(line);
        out.push('\n');
    }
    out
}
