//! What loops may do: rules of users, and rights of roles that no rule gives.

use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail};
use spak_model::system::LoopKind;
use spak_records::journal::Effect;

/// What is said of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It may be done.
    Allow,
    /// Whoever sits at the terminal is asked.
    Ask,
    /// It is not done, and why.
    Deny(String),
}

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Say {
    Deny,
    Ask,
    Allow,
}

/// A rule: `[architect|engineer|service|task] run|write|read|query|integrate|net PATTERN`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    say: Say,
    role: Option<LoopKind>,
    kind: String,
    pattern: String,
}

/// Rules, and where a loop is at home.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    rules: Vec<Rule>,
    /// The folder of the design.
    pub(crate) root: PathBuf,
    /// The folder of the run, relative to it.
    pub(crate) own: PathBuf,
}

/// The word that rules have for a kind of loop.
pub(crate) fn role(kind: LoopKind) -> &'static str {
    match kind {
        LoopKind::Agent => "architect",
        LoopKind::Engineering => "engineer",
        LoopKind::Service => "service",
        LoopKind::Task => "task",
    }
}

impl Policy {
    /// Without rules, for a loop that is at home in `own` below `root`.
    pub(crate) fn new(root: PathBuf, own: PathBuf) -> Self {
        Self { rules: Vec::new(), root, own }
    }

    /// Adds rules: a line each, `deny`, `ask` or `allow` first; blank lines and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// A line is no rule.
    pub(crate) fn read(&mut self, text: &str) -> Result<()> {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (say, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            let Err(error) = self.add(say, rest) else { continue };
            bail!("line {number}: {error}");
        }
        Ok(())
    }

    /// Adds one rule.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn add(&mut self, say: &str, text: &str) -> Result<()> {
        let say = match say {
            "deny" => Say::Deny,
            "ask" => Say::Ask,
            "allow" => Say::Allow,
            _ => bail!("a rule begins with `deny`, `ask` or `allow`, and not with `{say}`"),
        };
        let mut rest = text.trim();
        let kinds = [LoopKind::Agent, LoopKind::Engineering, LoopKind::Service, LoopKind::Task];
        let first = rest.split_whitespace().next().unwrap_or_default();
        let of = kinds.into_iter().find(|kind| role(*kind) == first);
        if of.is_some() {
            rest = rest.strip_prefix(first).unwrap_or(rest).trim_start();
        }
        let (kind, pattern) = rest.split_once(char::is_whitespace).unwrap_or((rest, "*"));
        if !["run", "write", "read", "query", "integrate", "net"].contains(&kind) {
            bail!(
                "a rule is about `run`, `write`, `read`, `query`, `integrate` or `net`, and not about `{kind}`"
            );
        }
        let pattern = pattern.trim().trim_matches(['"', '\'']).to_owned();
        self.rules.push(Rule { say, role: of, kind: kind.to_owned(), pattern });
        Ok(())
    }

    /// What is said of an effect of a loop of this kind.
    pub(crate) fn verdict(&self, by: LoopKind, effect: &Effect) -> Verdict {
        if let Some(why) = self.never(by, effect) {
            return Verdict::Deny(why);
        }
        if let Effect::Emit { .. } = effect {
            return Verdict::Allow;
        }
        let subject = match path_of(effect) {
            None => effect.subject(),
            Some(path) => match self.place(path) {
                Ok(place) => place.to_string_lossy().into_owned(),
                Err(why) => return Verdict::Deny(why),
            },
        };
        let kind = effect.word();
        let said = |say| {
            self.rules.iter().any(|rule| {
            rule.say == say
                && rule.kind == kind
                && rule.role.is_none_or(|of| of == by)
                // What is the other role's needs to be given to this one by its name.
                && (say != Say::Allow || rule.role.is_some() || !self.is_the_other_roles(by, effect))
                && matches(&rule.pattern, &subject)
        })
        };
        if said(Say::Deny) {
            return Verdict::Deny("a rule denies it".to_owned());
        }
        if said(Say::Ask) {
            return Verdict::Ask;
        }
        if said(Say::Allow) || self.is_at_home(by, effect, &subject) {
            return Verdict::Allow;
        }
        let by_name = match self.is_the_other_roles(by, effect) {
            true => format!("{} ", role(by)),
            false => String::new(),
        };
        Verdict::Deny(format!("nothing allows it; `--allow '{by_name}{kind} {subject}'` would"))
    }

    /// Whether a rule lets programs of a loop reach the network.
    pub(crate) fn network(&self, by: LoopKind) -> bool {
        let said = |say| {
            let is_one = |rule: &&Rule| {
                rule.say == say && rule.kind == "net" && rule.role.is_none_or(|of| of == by)
            };
            self.rules.iter().any(|rule| is_one(&rule))
        };
        said(Say::Allow) && !said(Say::Deny)
    }

    /// Folders beyond its own that programs of a loop may read or write, from rules that name one.
    pub(crate) fn folders(&self, by: LoopKind, kind: &str) -> Vec<PathBuf> {
        let rules = self.rules.iter().filter(|rule| {
            rule.say == Say::Allow && rule.kind == kind && rule.role.is_none_or(|of| of == by)
        });
        let folder = |rule: &Rule| {
            let fixed = rule.pattern.split('*').next().unwrap_or_default();
            let path = self.root.join(fixed);
            let is_folder = fixed.ends_with('/') || path.is_dir();
            if is_folder { Some(path) } else { path.parent().map(Path::to_owned) }
        };
        rules.filter_map(folder).filter(|path| path.is_dir()).collect()
    }

    /// What no rule gives to a role.
    fn never(&self, by: LoopKind, effect: &Effect) -> Option<String> {
        let is_design = |path: &str| Path::new(path).extension().is_some_and(|e| e == "dsl");
        match (by, effect) {
            (LoopKind::Engineering, Effect::Query { .. } | Effect::Integrate { .. }) => Some(
                "an engineering loop measures: designs and questions are the architect's".into(),
            ),
            (LoopKind::Engineering, Effect::Write { path, .. }) if is_design(path) => {
                Some("an engineering loop does not write designs: that is the architect's".into())
            }
            (LoopKind::Service, Effect::Query { .. } | Effect::Integrate { .. }) => {
                Some("a service loop asks nobody and learns nothing".into())
            }
            (_, Effect::Write { path, .. }) if path.contains(".spak/traces") => {
                Some("traces are written by what measures, and by nothing else".into())
            }
            _ => None,
        }
    }

    /// Whether an effect belongs to the engineer, and a loop of the architect wants it.
    fn is_the_other_roles(&self, by: LoopKind, effect: &Effect) -> bool {
        let is_design = |path: &str| Path::new(path).extension().is_some_and(|e| e == "dsl");
        match (by, effect) {
            (LoopKind::Agent, Effect::Run { .. }) => true,
            (LoopKind::Agent, Effect::Write { path, .. }) => !is_design(path),
            _ => false,
        }
    }

    /// What needs no rule: reading beside the design, writing into the run's own folder, asking whom the user named.
    fn is_at_home(&self, by: LoopKind, effect: &Effect, place: &str) -> bool {
        match effect {
            Effect::Read { .. } | Effect::Exists { .. } => !Path::new(place).is_absolute(),
            Effect::Write { .. } => {
                Path::new(place).starts_with(&self.own) && !self.is_the_other_roles(by, effect)
            }
            // Nobody is asked whom the command line does not name.
            Effect::Query { .. } => true,
            _ => false,
        }
    }

    /// Where a path leads: relative to the design's folder, or absolute when it leads out of it.
    ///
    /// # Errors
    /// It leads out by a link or by dots.
    fn place(&self, path: &str) -> Result<PathBuf, String> {
        let wanted = Path::new(path);
        if path.is_empty() || path.contains('\0') {
            return Err("it is no path".to_owned());
        }
        if wanted.is_absolute() {
            let real = real(wanted);
            return Ok(real
                .strip_prefix(real_root(&self.root))
                .map_or(real.clone(), Path::to_owned));
        }
        if wanted.components().any(|part| matches!(part, Component::ParentDir)) {
            return Err("a path with `..` leads out of the design's folder".to_owned());
        }
        let root = real_root(&self.root);
        match real(&root.join(wanted)).strip_prefix(&root) {
            Ok(inside) => Ok(inside.to_owned()),
            Err(_) => Err("it leads out of the design's folder by a link".to_owned()),
        }
    }

    /// The file that a path of an effect means.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

fn real_root(root: &Path) -> PathBuf {
    root.canonicalize().unwrap_or_else(|_| root.to_owned())
}

/// A path with the links of everything that is there already.
fn real(path: &Path) -> PathBuf {
    let there = path.ancestors().find(|one| one.symlink_metadata().is_ok());
    let Some(there) = there else { return path.to_owned() };
    // A link to what is not there leads somewhere all the same.
    let Ok(real) = there.canonicalize() else { return PathBuf::from("/") };
    match path.strip_prefix(there) {
        Ok(rest) if rest.as_os_str().is_empty() => real,
        Ok(rest) => real.join(rest),
        Err(_) => real,
    }
}

fn path_of(effect: &Effect) -> Option<&str> {
    match effect {
        Effect::Write { path, .. }
        | Effect::Read { path }
        | Effect::Exists { path }
        | Effect::Integrate { path, .. } => Some(path),
        _ => None,
    }
}

/// Whether a text is of a pattern: `*` stands for anything, also for nothing.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(rules: &str, root: &Path) -> Policy {
        let mut policy = Policy {
            root: root.to_owned(),
            own: PathBuf::from(".spak/runs/L"),
            ..Policy::default()
        };
        policy.read(rules).unwrap();
        policy
    }

    fn run(line: &str) -> Effect {
        let argv = line.split(' ').map(str::to_owned).collect();
        Effect::Run { argv, timeout: None }
    }

    fn write(path: &str) -> Effect {
        Effect::Write { path: path.to_owned(), text: String::new() }
    }

    fn denied(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Deny(_))
    }

    #[test]
    fn rules_and_their_order() {
        let policy = policy(
            "allow run python3 *\nask run python3 x*\ndeny run * --force\n# nothing\n",
            Path::new("/tmp"),
        );
        let say = |line| policy.verdict(LoopKind::Engineering, &run(line));
        assert_eq!(say("python3 a.py"), Verdict::Allow);
        assert_eq!(say("python3 x.py"), Verdict::Ask);
        assert!(denied(&say("python3 a.py --force")) && denied(&say("sh -c x")));
        let Verdict::Deny(why) = say("gcc a.c") else { panic!() };
        assert!(why.contains("--allow 'run gcc a.c'"), "{why}");
        for wrong in ["permit run x", "allow dance x", "allow"] {
            assert!(Policy::default().read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_two_roles_have_different_rights() {
        let all = policy(
            "allow run *\nallow write *\nallow query *\nallow integrate *\n",
            Path::new("/tmp"),
        );
        let engineer = LoopKind::Engineering;
        assert_eq!(all.verdict(engineer, &run("nvcc k.cu")), Verdict::Allow);
        assert_eq!(all.verdict(engineer, &write("k.cu")), Verdict::Allow);
        assert!(denied(&all.verdict(engineer, &write("design.dsl"))));
        let query = Effect::Query { role: "x".into(), prompt: "y".into() };
        assert!(denied(&all.verdict(engineer, &query)));
        let architect = LoopKind::Agent;
        assert_eq!(all.verdict(architect, &write("design.dsl")), Verdict::Allow);
        assert_eq!(all.verdict(architect, &query), Verdict::Allow);
        assert!(denied(&all.verdict(architect, &run("nvcc k.cu"))));
        assert!(denied(&all.verdict(architect, &write("k.cu"))));
        let given = policy("allow architect run nvcc *", Path::new("/tmp"));
        assert_eq!(given.verdict(architect, &run("nvcc k.cu")), Verdict::Allow);
        assert!(denied(&all.verdict(LoopKind::Service, &query)));
        assert!(denied(&all.verdict(LoopKind::Task, &write(".spak/traces/x.jsonl"))));
    }

    #[test]
    fn paths_stay_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("out")).unwrap();
        std::os::unix::fs::symlink("/nowhere/x", folder.path().join("gone")).unwrap();
        let policy =
            policy("allow write out/*\nallow write gone\nallow write free/*\n", folder.path());
        let say = |path: &str| policy.verdict(LoopKind::Task, &write(path));
        assert_eq!(say("free/a/b.txt"), Verdict::Allow);
        assert_eq!(say(".spak/runs/L/x"), Verdict::Allow);
        for path in
            ["out/passwd", "../x", "free/../../x", "/etc/passwd", "gone", "", "a\0b", "other.txt"]
        {
            assert!(denied(&say(path)), "{path:?}");
        }
        let read =
            |path: &str| policy.verdict(LoopKind::Task, &Effect::Read { path: path.to_owned() });
        assert_eq!(read("anything.txt"), Verdict::Allow);
        assert!(denied(&read("out/passwd")) && denied(&read("/etc/passwd")));
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*c", "ab", false),
            ("abc", "abcd", false),
            ("*x", "yx", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
