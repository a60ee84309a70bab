//! Prints the C source of one config: `generate FAMILY [name=value]…`, where names of the problem
//! (`m`, `heads`, `causal`) and of the family (`tile_m`, `simd`) may be mixed.

#[path = "../tests/support/manifest.rs"]
mod manifest;

use std::io::Write;

use spak_generate::{Templates, render, unused};
use spak_records::{Config, ContentHash, Plan, Problem, Workload};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().ok_or("usage: generate FAMILY [name=value]...")?;
    let family = manifest::family(&name).ok_or("no such family")?;
    let mut config = Config::default();
    let mut workload = Workload::default();
    for argument in arguments {
        let (key, value) = argument.split_once('=').ok_or("an argument is not name=value")?;
        let known = family.axis(key).is_some() || family.parameter(key).is_some();
        let place = if known { &mut config.0 } else { &mut workload.0 };
        place.insert(key.to_owned(), manifest::value(value));
    }
    let plan = Plan {
        system: "example".to_owned(),
        design: ContentHash::of_text("example"),
        backend: "c".to_owned(),
        family: name.clone(),
        config,
        problem: Problem::from_workload(&name, &workload)?,
    };
    let artifact = render(&family, &Templates::builtin(), &plan)?;
    let mut err = std::io::stderr().lock();
    writeln!(err, "{} {:?} unused: {:?}", artifact.name, artifact.flags, unused(&family, &plan))?;
    std::io::stdout().lock().write_all(artifact.text.as_bytes())?;
    Ok(())
}
