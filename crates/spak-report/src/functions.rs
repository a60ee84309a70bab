//! What templates compute with figures, and how these are printed.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{Environment, Error, State};

use crate::compared::Compared;
use crate::figure::{Figure, Kind, MOST_DIGITS, Sources, digits_of, fixed, wrong};
use crate::ledger::Ledger;
use crate::marks;
use crate::traced::Origin;
use crate::tried::Tried;
use crate::workload::Timed;

/// Adds all functions and filters but `trace`.
pub(crate) fn add(environment: &mut Environment<'_>, ledger: &Arc<Ledger>) {
    environment.add_function("ratio", ratio);
    environment.add_function("geomean", geomean);
    environment.add_function("lowest", lowest);
    environment.add_function("highest", highest);
    environment.add_function("length_of", length_of);
    let its = Arc::clone(ledger);
    environment.add_function("bar", move |value: Value, bounds: Kwargs| bar(&value, &bounds, &its));
    let its = Arc::clone(ledger);
    environment.add_function("given", move |own: Value, reason: &str| given(&own, reason, &its));
    environment.add_filter("us", |value: Value, n: Option<usize>| time(&value, 1e3, n, 1));
    environment.add_filter("ms", |value: Value, n: Option<usize>| time(&value, 1e6, n, 2));
    environment.add_filter("tflops", |value: Value, n: Option<usize>| {
        scaled(&value, Kind::Rate, 1.0, n.unwrap_or(1), "")
    });
    environment.add_filter("percent", |value: Value, n: Option<usize>| {
        scaled(&value, Kind::Ratio, 100.0, n.unwrap_or(1), " %")
    });
    environment.add_filter("count", |value: Value| scaled(&value, Kind::Count, 1.0, 0, ""));
    environment.add_filter("fixed", to_fixed);
    environment.add_filter("where", with_values);
    environment.add_filter("having", having);
    environment.add_filter("each", each);
    environment.add_filter("code", code);
}

fn figure(value: &Value) -> Result<&Figure, Error> {
    value.downcast_object_ref().ok_or_else(|| {
        wrong(format!(
            "a figure of a trace is wanted here, not {}; numbers of your own are for `given`",
            value.kind()
        ))
    })
}

/// The figures of a list, which has some.
fn figures(list: &Value) -> Result<Vec<Figure>, Error> {
    let mut all = Vec::new();
    for value in list.try_iter()?.checked() {
        all.push(figure(&value?)?.clone());
    }
    match all.split_first() {
        None => Err(wrong("the list is empty")),
        Some((first, rest)) => match rest.iter().find(|one| one.kind != first.kind) {
            Some(other) => {
                let (first, other) = (first.kind.name(), other.kind.name());
                Err(wrong(format!("the list has {first} and {other}")))
            }
            None => Ok(all),
        },
    }
}

fn sources<'a>(figures: impl IntoIterator<Item = &'a Figure>) -> Sources {
    let mut sources = Sources::new();
    for (file, lines) in figures.into_iter().flat_map(|figure| &figure.sources) {
        sources.entry(file.clone()).or_default().extend(lines);
    }
    sources
}

fn ratio(a: Value, b: Value) -> Result<Value, Error> {
    let (a, b) = (figure(&a)?, figure(&b)?);
    if a.kind != b.kind {
        let (a, b) = (a.kind.name(), b.kind.name());
        return Err(wrong(format!("{a} over {b} is no ratio")));
    }
    if b.value == 0.0 {
        return Err(wrong("the second figure of a ratio is nothing"));
    }
    let (value, sources) = (a.value / b.value, sources([a, b]));
    let made = Some("ratio".to_owned());
    Figure { value, kind: Kind::Ratio, sources, made, shown: None, ledger: Arc::clone(&a.ledger) }
        .into_value()
}

/// A figure of all figures of a list.
fn of_all(
    list: &Value,
    what: &str,
    compute: impl FnOnce(&[Figure]) -> Result<f64, Error>,
) -> Result<Value, Error> {
    let all = figures(list)?;
    let value = compute(&all)?;
    let Some(first) = all.first() else { return Err(wrong("the list is empty")) };
    let made = Some(format!("{what} of {}", all.len()));
    let ledger = Arc::clone(&first.ledger);
    Figure { value, kind: first.kind, sources: sources(&all), made, shown: None, ledger }
        .into_value()
}

fn geomean(list: Value) -> Result<Value, Error> {
    of_all(&list, "geometric mean", |all| {
        if all.iter().any(|one| one.value <= 0.0) {
            return Err(wrong("a geometric mean is of positive numbers"));
        }
        Ok((all.iter().map(|one| one.value.ln()).sum::<f64>() / all.len() as f64).exp())
    })
}

/// The figure of a list that is the lowest (or highest): its lines are its own, not those of the others.
fn extreme(list: &Value, what: &str, sign: f64) -> Result<Value, Error> {
    let all = figures(list)?;
    let least = all.iter().min_by(|a, b| (a.value * sign).total_cmp(&(b.value * sign)));
    let Some(one) = least else { return Err(wrong("the list is empty")) };
    let made = match &one.made {
        Some(made) => format!("{what} of {}, {made}", all.len()),
        None => format!("{what} of {}", all.len()),
    };
    Figure { made: Some(made), shown: None, ..one.clone() }.into_value()
}

fn lowest(list: Value) -> Result<Value, Error> {
    extreme(&list, "lowest", 1.0)
}

fn highest(list: Value) -> Result<Value, Error> {
    extreme(&list, "highest", -1.0)
}

fn length_of(list: Value) -> Result<Value, Error> {
    let mut count = 0u32;
    let mut all = Sources::new();
    let mut ledger = None;
    for value in list.try_iter()?.checked() {
        let value = value?;
        count += 1;
        let (its, own) = places(&value)?;
        ledger = Some(own);
        for (file, lines) in its {
            all.entry(file).or_default().extend(lines);
        }
    }
    let Some(ledger) = ledger else {
        return Err(wrong("the list is empty, so that its length leads to no trace"));
    };
    let (value, made) = (f64::from(count), Some("count".to_owned()));
    Figure { value, kind: Kind::Count, sources: all, made, shown: None, ledger }.into_value()
}

/// The lines that an object of a trace stands in.
fn places(value: &Value) -> Result<(Sources, Arc<Ledger>), Error> {
    let of = |origin: &Origin, lines: Vec<u64>| {
        let sources = [(origin.file.to_string(), lines.into_iter().collect())].into();
        (sources, Arc::clone(&origin.ledger))
    };
    if let Some(one) = value.downcast_object_ref::<Figure>() {
        return Ok((one.sources.clone(), Arc::clone(&one.ledger)));
    }
    if let Some(one) = value.downcast_object_ref::<Compared>() {
        let (origin, line) = one.place();
        return Ok(of(origin, vec![line]));
    }
    if let Some(one) = value.downcast_object_ref::<Tried>() {
        let (origin, line) = one.place();
        return Ok(of(origin, vec![line]));
    }
    if let Some(one) = value.downcast_object_ref::<Timed>() {
        let (origin, lines) = one.places();
        return Ok(of(origin, lines.iter().copied().collect()));
    }
    Err(wrong("only what is of a trace is counted: comparisons, workloads, trials, figures"))
}

/// A figure and whether it reaches what was promised.
fn bar(value: &Value, bounds: &Kwargs, ledger: &Arc<Ledger>) -> Result<Value, Error> {
    let one = figure(value)?;
    let least: Option<f64> = bounds.get("at_least")?;
    let most: Option<f64> = bounds.get("at_most")?;
    bounds.assert_all_used()?;
    let (bound, is_met) = match (least, most) {
        (Some(least), None) => (least, one.value >= least),
        (None, Some(most)) => (most, one.value <= most),
        _ => return Err(wrong("a bar has one bound: `at_least=…` or `at_most=…`")),
    };
    if !bound.is_finite() || bound <= 0.0 {
        return Err(wrong("the bound of a bar is a positive number"));
    }
    if one.kind == Kind::Time {
        return Err(wrong("a time has no bar, since it has no one unit; a ratio of times has"));
    }
    let value = one.value;
    let mut digits = digits_of(value);
    // Neither is the bound rounded, nor does a miss look like a hit.
    let tells = |digits: usize| {
        let (value_shown, bound_shown) = (fixed(value, digits), fixed(bound, digits));
        let is_whole = bound_shown.replace(',', "").parse::<f64>() == Ok(bound);
        is_whole && (is_met || value_shown != bound_shown)
    };
    while digits < MOST_DIGITS && !tells(digits) {
        digits += 1;
    }
    let (shown, bound_shown) = (fixed(value, digits), fixed(bound, digits));
    let verdict = if is_met {
        "met".to_owned()
    } else {
        let percent = 100.0 * (value - bound).abs() / bound;
        let digits = if percent < 1.0 { digits_of(percent).saturating_sub(1) } else { 1 };
        format!("missed by {} %", fixed(percent, digits))
    };
    let after = format!(" (bar {bound_shown}: {verdict})");
    ledger.issue_given(&after);
    Ok(Value::from(format!("{}{}", one.shown_as(shown), marks::given(&after))))
}

/// A number of the author's own, or a text with some.
fn given(own: &Value, reason: &str, ledger: &Arc<Ledger>) -> Result<Value, Error> {
    let text =
        if own.is_number() { own.to_string() } else { own.as_str().unwrap_or_default().to_owned() };
    let text = text.as_str();
    if text.is_empty() {
        return Err(wrong("`given` wants a number of your own, or a text with one"));
    }
    if reason.trim().is_empty() {
        return Err(wrong("`given` wants a reason: why the number is no measurement"));
    }
    if marks::has_marks(text) {
        return Err(wrong("`given` is for numbers of your own; a figure is printed as it is"));
    }
    if text.contains(['\n', '\r']) {
        return Err(wrong("what is given is one line"));
    }
    ledger.issue_given(text);
    Ok(Value::from(marks::given(text)))
}

fn digits(n: usize) -> Result<usize, Error> {
    if n > MOST_DIGITS {
        return Err(wrong(format!("at most {MOST_DIGITS} digits are printed")));
    }
    Ok(n)
}

fn time(value: &Value, scale: f64, n: Option<usize>, default: usize) -> Result<Value, Error> {
    scaled(value, Kind::Time, 1.0 / scale, n.unwrap_or(default), "")
}

/// A figure of a kind, printed as so many of a unit.
fn scaled(value: &Value, kind: Kind, scale: f64, n: usize, unit: &str) -> Result<Value, Error> {
    let one = figure(value)?;
    if one.kind != kind {
        return Err(wrong(format!(
            "the filter is for {}, not for {}",
            kind.name(),
            one.kind.name()
        )));
    }
    let shown = format!("{}{unit}", fixed(one.value * scale, digits(n)?));
    Ok(Value::from_object(one.shown_as(shown)))
}

fn to_fixed(value: Value, n: usize) -> Result<Value, Error> {
    let one = figure(&value)?;
    if one.kind == Kind::Time {
        return Err(wrong("`fixed` does not know the unit of a time: `us` and `ms` do"));
    }
    Ok(Value::from_object(one.shown_as(fixed(one.value, digits(n)?))))
}

/// Those of a list that have these values.
fn with_values(list: Value, wanted: Kwargs) -> Result<Value, Error> {
    let names: Vec<&str> = wanted.args().collect();
    let mut kept = Vec::new();
    for item in list.try_iter()?.checked() {
        let item = item?;
        let mut has_all = true;
        for name in &names {
            let value: Value = wanted.get(name)?;
            has_all &= if let Some(one) = item.downcast_object_ref::<Compared>() {
                one.is(name, &value)?
            } else if let Some(one) = item.downcast_object_ref::<Timed>() {
                one.is(name, &value)?
            } else if let Some(one) = item.downcast_object_ref::<Tried>() {
                one.is(name, &value)?
            } else {
                return Err(wrong("`where` is for lists of comparisons, workloads or trials"));
            };
        }
        if has_all {
            kept.push(item);
        }
    }
    wanted.assert_all_used()?;
    Ok(Value::from(kept))
}

/// The comparisons of a list in which all of these were measured.
fn having(list: Value, names: Rest<String>) -> Result<Value, Error> {
    let mut kept = Vec::new();
    for item in list.try_iter()?.checked() {
        let item = item?;
        let one = item.downcast_object_ref::<Compared>();
        let one = one.ok_or_else(|| wrong("`having` is for lists of comparisons"))?;
        if names.iter().all(|name| one.has(name)) {
            kept.push(item);
        }
    }
    Ok(Value::from(kept))
}

/// What each of a list answers: `each("ratio", "cudnn")`, `each("level")`.
fn each(
    state: &mut State<'_, '_>,
    list: Value,
    name: &str,
    args: Rest<Value>,
) -> Result<Value, Error> {
    let mut answers = Vec::new();
    for item in list.try_iter()?.checked() {
        let item = item?;
        let answer = if args.is_empty() {
            item.get_attr(name)?
        } else {
            item.call_method(state, name, &args)?
        };
        if answer.is_undefined() {
            return Err(wrong(format!("what is in the list has no `{name}`")));
        }
        answers.push(answer);
    }
    Ok(Value::from(answers))
}

/// A text as a code span.
fn code(text: &str) -> Result<Value, Error> {
    if marks::has_marks(text) {
        return Err(wrong("a figure in code is no link"));
    }
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let longest = one_line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    if one_line.is_empty() {
        return Ok(Value::from(""));
    }
    Ok(Value::from(format!("{fence}{space}{one_line}{space}{fence}")))
}
