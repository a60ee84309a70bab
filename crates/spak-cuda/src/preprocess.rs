//! The preprocessor: directives are obeyed and macros expanded, so that what follows sees one language.
//! Every character keeps its origin.

mod condition;
mod directive;
mod macros;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use spak_program::Site;
use spak_syntax::{FileId, Span};

use crate::lex::{Kind, Token, lex, slice};
use crate::origin::Expanded;
use directive::Branch;
pub(crate) use macros::{Macros, Own, Table};

/// Words that one file may become.
const MOST_WORDS: usize = 2_000_000;
/// Words that the expansion of one macro may read as its arguments.
const MOST_ARGUMENTS: usize = 100_000;

/// Names that stand before declarations and mean nothing here, and macros of wide-spread headers.
const PRELUDE: &[&str] = &[
    "__CUDACC__ 1",
    "__CUDA_ARCH__ 900",
    "__NVCC__ 1",
    "__cplusplus 201703L",
    "__CUDACC_VER_MAJOR__ 12",
    "__CUDACC_VER_MINOR__ 8",
    "CUDA_VERSION 12080",
    "CUDART_VERSION 12080",
    "CUTE_HOST_DEVICE __host__ __device__ __forceinline__",
    "CUTE_DEVICE __device__ __forceinline__",
    "CUTE_HOST __host__",
    "CUTLASS_HOST_DEVICE __host__ __device__ __forceinline__",
    "CUTLASS_DEVICE __device__ __forceinline__",
    "CUTLASS_HOST __host__",
    "CUTLASS_GLOBAL __global__ static",
    "CUTLASS_PRAGMA_UNROLL _Pragma(\"unroll\")",
    "CUTLASS_PRAGMA_NO_UNROLL _Pragma(\"unroll 1\")",
    "CUTE_UNROLL _Pragma(\"unroll\")",
    "CUTE_NO_UNROLL _Pragma(\"unroll 1\")",
    "CUTE_GRID_CONSTANT",
    "CUTLASS_GRID_CONSTANT",
    "__grid_constant__",
    "C10_HOST_DEVICE __host__ __device__",
    "C10_DEVICE __device__",
    "C10_CUDA_CHECK(expression) expression",
    "C10_CUDA_KERNEL_LAUNCH_CHECK()",
    "C10_LAUNCH_BOUNDS_0",
    "C10_LAUNCH_BOUNDS_1(threads) __launch_bounds__(threads)",
    "C10_LAUNCH_BOUNDS_2(threads, blocks) __launch_bounds__(threads, blocks)",
    "AT_CUDA_CHECK(expression) expression",
    "CUDA_KERNEL_LOOP(i, n) for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < (n); i += blockDim.x * gridDim.x)",
    "CUDA_1D_KERNEL_LOOP(i, n) for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < (n); i += blockDim.x * gridDim.x)",
    "CUTLASS_CHECK(expression) expression",
    "CUTE_STATIC_ASSERT_V(...)",
    "CUTE_STATIC_ASSERT(...)",
    "M_LOG2E 1.4426950408889634",
    "M_LN2 0.6931471805599453",
    "INFINITY __builtin_huge_valf()",
    "CUDART_INF_F __builtin_huge_valf()",
    "HUGE_VALF __builtin_huge_valf()",
];

/// A piece of a text with its origin.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) text: Rc<str>,
    pub(crate) kind: Kind,
    pub(crate) site: Site,
}

/// A macro.
#[derive(Clone, Debug)]
pub(crate) struct Macro {
    /// Those of one that is called; a last `...` has the name `__VA_ARGS__`.
    pub(crate) parameters: Option<Vec<String>>,
    pub(crate) variadic: bool,
    pub(crate) body: Vec<Word>,
}

/// Macros that a word came out of, and that do not apply to it again.
#[derive(Debug)]
struct Hidden {
    name: String,
    outer: Option<Rc<Self>>,
}

type Waiting = (Word, Option<Rc<Hidden>>);

/// What was made of a file.
pub(crate) struct Preprocessed {
    pub(crate) expanded: Expanded,
    /// What it defined and removed.
    pub(crate) macros: Own,
    /// Whether some branch was taken because of the architecture that is assumed.
    pub(crate) by_architecture: Option<Site>,
    /// Macros that stand for a number and were used: name, number, and where it is written.
    pub(crate) numbers: BTreeMap<String, (Rc<str>, Site)>,
}

/// Macros that are there before any file is read.
pub(crate) fn prelude() -> Own {
    let mut macros = Own::new();
    for line in PRELUDE {
        let nowhere = FileId(u32::MAX);
        let words: Vec<Word> = lex(line).iter().map(|token| word(line, *token, nowhere)).collect();
        macros.extend(directive::define(&words).map(|(name, found)| (name, Some(found))));
    }
    macros
}

/// What a file includes: the texts between quotes or angles, and where they stand.
pub(crate) fn includes(text: &str) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let mut at = 0usize;
    for line in text.split_inclusive('\n') {
        let rest = line.trim_start().strip_prefix('#').map(str::trim_start);
        let name = rest.and_then(|rest| rest.strip_prefix("include")).map(str::trim_start);
        let name = name.and_then(|name| {
            let close = if name.starts_with('"') { '"' } else { '>' };
            name.get(1..)?.split_once(close).map(|(name, _)| name.to_owned())
        });
        if let Some(name) = name {
            found.push((name, Span::new(at as u32, (at + line.len()) as u32)));
        }
        at += line.len();
    }
    found
}

fn word(text: &str, token: Token, file: FileId) -> Word {
    let site = Site { file, span: token.span };
    Word { text: slice(text, token.span).into(), kind: token.kind, site }
}

/// Expands one file, with the macros of what it includes.
pub(crate) fn preprocess(text: &str, file: FileId, macros: Macros<'_>) -> Preprocessed {
    let mut reader = Reader {
        text,
        file,
        tokens: lex(text),
        at: 0,
        line_start: true,
        branches: Vec::new(),
        macros,
        by_architecture: None,
        pragmas: VecDeque::new(),
    };
    let mut expanded = Expanded::default();
    let mut writer = Writer {
        out: &mut expanded,
        template: None,
        last: String::new(),
        last_is_name: false,
        less: None,
    };
    let mut stack: Vec<Waiting> = Vec::new();
    let mut left = MOST_WORDS;
    let mut numbers = BTreeMap::new();
    loop {
        let (word, hidden) = match stack.pop() {
            Some(waiting) => waiting,
            None => match reader.next() {
                Some(word) => (word, None),
                None => break,
            },
        };
        while let Some((count, site)) = reader.pragmas.pop_front() {
            writer.pragma(count, site);
        }
        left = left.saturating_sub(1);
        let expands = word.kind == Kind::Name && left > 0 && !is_hidden(&word.text, &hidden);
        let found = if expands { reader.macros.get(&word.text).cloned() } else { None };
        match found {
            Some(found) => {
                if let ([number], None) = (found.body.as_slice(), &found.parameters)
                    && number.kind == Kind::Number
                {
                    let known = (Rc::clone(&number.text), number.site);
                    numbers.entry(word.text.to_string()).or_insert(known);
                }
                reader.expand(&word, &found, hidden, &mut stack);
            }
            None if &*word.text == "_Pragma" => reader.pragma_operator(&mut stack),
            None => writer.word(&word),
        }
    }
    let by_architecture = reader.by_architecture;
    Preprocessed { expanded, macros: reader.macros.own, by_architecture, numbers }
}

fn is_hidden(name: &str, hidden: &Option<Rc<Hidden>>) -> bool {
    let chain = std::iter::successors(hidden.as_ref(), |hidden| hidden.outer.as_ref());
    chain.take(200).any(|hidden| hidden.name == name)
        || std::iter::successors(hidden.as_ref(), |hidden| hidden.outer.as_ref()).count() >= 200
}

/// Writes words, without those that would only confuse a parser.
struct Writer<'w> {
    out: &'w mut Expanded,
    /// How many angles are open in the head of a template.
    template: Option<u32>,
    last: String,
    last_is_name: bool,
    /// `<` after a name and a blank: what follows decides whether it opens the arguments of a template.
    less: Option<Word>,
}

impl Writer<'_> {
    fn pragma(&mut self, count: String, site: Site) {
        let at = self.out.text.len() as u32;
        self.out.pragmas.push(crate::origin::Pragma { at, count, site });
    }

    fn word(&mut self, word: &Word) {
        if let Some(less) = self.less.take() {
            // With blanks on both sides it compares, which the grammar is told by what no name of a template ends with.
            let compares = matches!(word.kind, Kind::Blank | Kind::Line);
            self.out.push(if compares { "+0 <" } else { "<" }, less.site);
        }
        match word.kind {
            Kind::Blank => {
                // Comments stay out: their number would grow with every expansion.
                self.out.push(" ", word.site);
                return;
            }
            Kind::Line => {
                self.out.push("\n", word.site);
                return;
            }
            _ => {}
        }
        let text = &*word.text;
        match (text, self.template) {
            ("template", _) => self.template = Some(0),
            ("<", Some(depth)) => self.template = Some(depth + 1),
            (">", Some(depth)) => self.template = depth.checked_sub(1).filter(|left| *left > 0),
            (_, Some(0)) => self.template = None,
            _ => {}
        }
        let blank = self.out.text.ends_with([' ', '\n']);
        if text == "<" && self.template.is_none() && self.last_is_name && blank {
            self.less = Some(word.clone());
            self.last.clear();
            self.last_is_name = false;
            return;
        }
        // `typename` is needed where it makes a parameter, and nowhere else.
        let makes_parameter = self.template.is_some() && matches!(self.last.as_str(), "<" | ",");
        let skipped = matches!(text, "__restrict__" | "__restrict" | "__extension__")
            || (text == "typename" && !makes_parameter);
        if !skipped {
            // Words of different origin do not grow together.
            let joins = self.out.text.ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if joins && matches!(word.kind, Kind::Name | Kind::Number) {
                self.out.push(" ", word.site);
            }
            self.out.push(text, word.site);
        }
        self.last.clear();
        self.last.push_str(text);
        // Types are written like this, and their arguments may stand after a blank.
        let is_type = text.starts_with(|first: char| first.is_uppercase())
            && text.contains(|c: char| c.is_lowercase());
        self.last_is_name = word.kind == Kind::Name && !is_type;
    }
}

/// The words of a file, as directives say.
struct Reader<'t> {
    text: &'t str,
    file: FileId,
    tokens: Vec<Token>,
    at: usize,
    line_start: bool,
    branches: Vec<Branch>,
    macros: Macros<'t>,
    by_architecture: Option<Site>,
    pragmas: VecDeque<(String, Site)>,
}

impl Reader<'_> {
    /// The next word that is not skipped.
    fn next(&mut self) -> Option<Word> {
        loop {
            let token = *self.tokens.get(self.at)?;
            if self.line_start && self.is_directive(token) {
                self.directive();
                continue;
            }
            self.at += 1;
            match token.kind {
                Kind::Line => self.line_start = true,
                Kind::Blank => {}
                _ => self.line_start = false,
            }
            if token.kind == Kind::Line || self.branches.iter().all(|branch| branch.taken) {
                return Some(word(self.text, token, self.file));
            }
        }
    }

    fn is_directive(&self, token: Token) -> bool {
        token.kind == Kind::Sign && slice(self.text, token.span) == "#"
    }

    /// Puts what a macro stands for before what is waiting.
    fn expand(
        &mut self,
        name: &Word,
        found: &Rc<Macro>,
        hidden: Option<Rc<Hidden>>,
        stack: &mut Vec<Waiting>,
    ) {
        let outer = hidden.clone();
        let inner = Some(Rc::new(Hidden { name: name.text.to_string(), outer: hidden }));
        let Some(parameters) = &found.parameters else {
            stack.extend(found.body.iter().rev().map(|word| (word.clone(), inner.clone())));
            return;
        };
        let Some(arguments) = self.arguments(stack) else {
            // It is not called: the name stays.
            let hidden = Some(Rc::new(Hidden { name: name.text.to_string(), outer }));
            stack.push((name.clone(), hidden));
            return;
        };
        let mut named: BTreeMap<&str, Vec<Waiting>> = BTreeMap::new();
        let fixed = parameters.len() - usize::from(found.variadic);
        let mut rest: Vec<Waiting> = Vec::new();
        for (at, argument) in arguments.into_iter().enumerate() {
            match parameters.get(at).filter(|_| at < fixed) {
                Some(parameter) => {
                    named.insert(parameter, argument);
                }
                None => {
                    if !rest.is_empty() {
                        let comma = Word {
                            text: ",".into(),
                            kind: Kind::Sign,
                            site: rest.last().map_or(name.site, |(word, _)| word.site),
                        };
                        rest.push((comma, None));
                    }
                    rest.extend(argument);
                }
            }
        }
        if found.variadic
            && let Some(last) = parameters.last()
        {
            named.insert(last, rest);
        }
        let made = substitute(&found.body, parameters, &named, &inner);
        stack.extend(made.into_iter().rev());
    }

    /// The arguments of a call, if one follows.
    fn arguments(&mut self, stack: &mut Vec<Waiting>) -> Option<Vec<Vec<Waiting>>> {
        let mut skipped: Vec<Waiting> = Vec::new();
        let opens = loop {
            let next = self.take(stack)?;
            match next.0.kind {
                Kind::Blank | Kind::Line => skipped.push(next),
                _ => {
                    let opens = &*next.0.text == "(";
                    skipped.push(next);
                    break opens;
                }
            }
        };
        if !opens {
            stack.extend(skipped.into_iter().rev());
            return None;
        }
        let mut all: Vec<Vec<Waiting>> = vec![Vec::new()];
        let mut depth = 0u32;
        for _ in 0..MOST_ARGUMENTS {
            let Some(next) = self.take(stack) else { break };
            match &*next.0.text {
                "(" | "[" | "{" => depth += 1,
                ")" if depth == 0 => return Some(all),
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                "," if depth == 0 => {
                    all.push(Vec::new());
                    continue;
                }
                _ => {}
            }
            if let Some(last) = all.last_mut() {
                last.push(next);
            }
        }
        Some(all)
    }

    fn take(&mut self, stack: &mut Vec<Waiting>) -> Option<Waiting> {
        stack.pop().or_else(|| self.next().map(|word| (word, None)))
    }

    /// `_Pragma("unroll 4")`
    fn pragma_operator(&mut self, stack: &mut Vec<Waiting>) {
        let arguments = self.arguments(stack).unwrap_or_default();
        if let Some((text, _)) = arguments.first().and_then(|words| words.first()) {
            let inner = text.text.trim_matches('"').to_owned();
            self.note_pragma(&inner, text.site);
        }
    }

    fn note_pragma(&mut self, text: &str, site: Site) {
        let mut words = text.split(|c: char| c.is_whitespace() || c == '(' || c == ')');
        if words.next() == Some("unroll") {
            let count: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            self.pragmas.push_back((count.join(" "), site));
        }
    }
}

/// The body of a macro with its arguments in the place of its parameters.
fn substitute(
    body: &[Word],
    parameters: &[String],
    named: &BTreeMap<&str, Vec<Waiting>>,
    hidden: &Option<Rc<Hidden>>,
) -> Vec<Waiting> {
    let mut made: Vec<Waiting> = Vec::new();
    let mut pastes = false;
    let mut quotes = false;
    for word in body {
        let text = &*word.text;
        if text == "##" {
            while made.last().is_some_and(|(word, _)| word.kind == Kind::Blank) {
                made.pop();
            }
            pastes = true;
            continue;
        }
        if pastes && word.kind == Kind::Blank {
            continue;
        }
        if text == "#" {
            quotes = true;
            continue;
        }
        let is_parameter = word.kind == Kind::Name && parameters.iter().any(|name| name == text);
        let mut new: Vec<Waiting> = if is_parameter {
            named.get(text).cloned().unwrap_or_default()
        } else {
            vec![(word.clone(), hidden.clone())]
        };
        if std::mem::take(&mut quotes) {
            let joined: String = new.iter().map(|(word, _)| &*word.text).collect();
            let text: Rc<str> = format!("\"{}\"", joined.replace(['"', '\\', '\n'], " ")).into();
            new = vec![(Word { text, kind: Kind::Text, site: word.site }, None)];
        }
        if std::mem::take(&mut pastes)
            && let Some((last, _)) = made.last_mut()
            && !new.is_empty()
        {
            let first = new.remove(0);
            last.text = format!("{}{}", last.text, first.0.text).into();
        }
        made.extend(new);
    }
    made
}
