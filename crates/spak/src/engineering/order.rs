//! What a kernel engineer is told: the config, the problem, what must hold, and how the kernel is called and judged.

use spak_model::normal::slot_text;
use spak_records::{Artifact, Config};
use spak_transform::prompt::Order;

use crate::engine::report;
use crate::engine::specify::Specified;

/// How kernels in C are judged, in words.
const JUDGED: &str = "It is compiled with the flags of the template's kernel, alone in its file, with headers of the C standard library. It runs in a process without files and without network. It is compared with a float64 reference on fresh random inputs of several shapes, some of them no multiple of anything, some with values so large that `exp` overflows unless a maximum is taken away first; what it does not write is found, and so is what it writes outside. Then it is timed by turns with the template's kernel.";

/// The order for a config.
pub(super) fn of(specified: &Specified, config: &Config, template: &Artifact) -> Order {
    let lines: Vec<String> =
        config.0.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let invariants = specified.system.invariants.iter().map(|one| {
        let texts: Vec<String> = one.slots.iter().map(slot_text).collect();
        let name = one.name.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{name}{}", texts.join("; "))
    });
    Order {
        config: lines.join("\n"),
        problem: report::problem(&specified.problem),
        invariants: invariants.collect(),
        language: "c".to_owned(),
        example: template.text.clone(),
        judged: JUDGED.to_owned(),
    }
}
