//! What something was measured with, as far as that may change while the machine and its compiler keep their names.

use spak_records::{Device, Toolchain};

/// The stamp of a measurement. What is not known is `None`, and then nothing is said about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Compiler, version and flags.
    pub toolchain: Option<String>,
    /// The driver of a GPU; kernels of a CPU call nothing of the system.
    pub driver: Option<String>,
    /// Hash of the templates that the code was made by.
    pub templates: Option<String>,
    /// Hash of the design's space: dimensions, values, constraints.
    pub design: Option<String>,
}

/// The parts of a stamp by the words that stand before them.
const PARTS: [&str; 4] = ["toolchain", "driver", "templates", "design"];

impl Stamp {
    /// The stamp of a machine and a compiler, whatever is made there.
    pub fn of(device: &Device, toolchain: &Toolchain) -> Self {
        let is_gpu = device.architecture.starts_with("sm_");
        let driver = Some(device.system.clone()).filter(|system| is_gpu && !system.is_empty());
        Self { toolchain: Some(compiler_text(toolchain)), driver, templates: None, design: None }
    }

    /// The parts that are known, by their words.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let own = [&self.toolchain, &self.driver, &self.templates, &self.design];
        PARTS.into_iter().zip(own).filter_map(|(word, part)| Some((word, part.as_deref()?)))
    }

    /// In one line, to be read back by [`Stamp::parse`].
    pub fn text(&self) -> String {
        let parts = self.parts().map(|(word, part)| format!("{word} {}", part.replace(';', ",")));
        parts.collect::<Vec<_>>().join("; ")
    }

    /// The stamp that a line says; what begins with none of its words is passed over.
    pub fn parse(text: &str) -> Self {
        let mut stamp = Self::default();
        for part in text.split(';').map(str::trim) {
            let Some((word, rest)) = part.split_once(' ') else { continue };
            stamp.set(word, rest.trim());
        }
        stamp
    }

    /// Sets the part with this word.
    pub(crate) fn set(&mut self, word: &str, part: &str) {
        let own = match word {
            "toolchain" => &mut self.toolchain,
            "driver" => &mut self.driver,
            "templates" => &mut self.templates,
            "design" => &mut self.design,
            _ => return,
        };
        *own = Some(part.to_owned()).filter(|part| !part.is_empty());
    }

    /// The parts that are known of both and differ: word, then, now.
    pub fn changes<'s>(&'s self, now: &'s Self) -> Vec<(&'static str, &'s str, &'s str)> {
        let current = |word| now.parts().find(|(w, _)| *w == word).map(|(_, part)| part);
        let pair = |(word, then): (&'static str, &'s str)| Some((word, then, current(word)?));
        // A line that was read back has no semicolons.
        let differ = |(_, a, b): &(&str, &str, &str)| a.replace(';', ",") != b.replace(';', ",");
        self.parts().filter_map(pair).filter(differ).collect()
    }
}

/// `gcc (Debian 12.2.0-14) 12.2.0, -O3 -march=native`.
pub(crate) fn compiler_text(toolchain: &Toolchain) -> String {
    let mut compiler = toolchain.version.trim().to_owned();
    if !compiler.contains(&toolchain.compiler) {
        compiler = format!("{} {compiler}", toolchain.compiler).trim_end().to_owned();
    }
    if !toolchain.flags.is_empty() {
        compiler = format!("{compiler}, {}", toolchain.flags.join(" "));
    }
    compiler
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_read_back_and_says_what_changed() {
        let then = Stamp {
            toolchain: Some("gcc 12.2.0; special, -O3".to_owned()),
            driver: Some("CUDA 13.0".to_owned()),
            templates: None,
            design: Some("5c1a".to_owned()),
        };
        let read = Stamp::parse(&then.text());
        assert_eq!(read.changes(&then), []);
        let now = Stamp {
            driver: Some("CUDA 13.1".to_owned()),
            templates: Some("77".to_owned()),
            ..then.clone()
        };
        assert_eq!(read.changes(&now), [("driver", "CUDA 13.0", "CUDA 13.1")]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,60}") {
            let _ = Stamp::parse(&text);
        }
    }
}
