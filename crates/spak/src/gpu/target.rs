//! The machine that kernels are made for.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_cubin::{Limits, limits};
use spak_expr::Value;
use spak_model::system::System;
use spak_records::{Device, Toolchain};
use spak_syntax::FileId;
use spak_toolchain::Installed;

use crate::project;
use crate::verbs::predict::figures;

/// Processors where nothing says how many there are; they only change grids.
const PROCESSORS: u32 = 128;

/// What is known of a machine before anything runs on it.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// What it is called: that of a described machine, else its architecture.
    pub(crate) name: String,
    /// What its driver calls it, as far as its description says: so do traces.
    device_name: Option<String>,
    /// `sm_90`.
    pub(crate) architecture: String,
    /// Processors, which some grids follow.
    pub(crate) processors: u32,
    /// What a block may take; nothing for an architecture that is not known.
    pub(crate) limits: Option<Limits>,
}

impl Target {
    /// The machine called `hardware`, one of this architecture, or the only one that the design describes.
    ///
    /// # Errors
    /// Nothing says which, or what is said does not go together.
    pub(crate) fn find(
        path: &Path,
        architecture: Option<&str>,
        hardware: Option<&str>,
    ) -> Result<Self> {
        let design = project::open(path)?;
        let system = System::of(&design.resolved.entries);
        let own = system.hardware.iter().filter(|r| r.place.file == FileId(0));
        let mut own: Vec<&str> = own.filter_map(|record| record.name.as_deref()).collect();
        if own.is_empty() {
            own.extend(system.hardware.iter().filter_map(|record| record.name.as_deref()));
        }
        let wanted = match (hardware, own.as_slice(), architecture) {
            (Some(name), _, _) => Some(name),
            (None, [only], _) => Some(*only),
            (None, _, Some(_)) => None,
            (None, _, None) => bail!(
                "nothing says which machine the kernels are for: give `--arch sm_90`, or `--hardware H200`"
            ),
        };
        let mut target = Self {
            name: architecture.unwrap_or_default().to_owned(),
            device_name: None,
            architecture: architecture.unwrap_or_default().to_owned(),
            processors: PROCESSORS,
            limits: None,
        };
        if let Some(wanted) = wanted {
            let (name, fields) = figures(Some((&design, &system)), wanted)?;
            let of = |key: &str| fields.iter().find(|(field, _)| field == key).map(|(_, v)| v);
            let its = of("architecture").and_then(Value::as_text).unwrap_or_default();
            match architecture {
                Some(given) if !its.is_empty() && plain(given) != plain(its) => {
                    bail!("`{name}` is of {its}, and {given} was asked for")
                }
                Some(_) => {}
                None => its.clone_into(&mut target.architecture),
            }
            if let Some(Value::Int(count)) = of("sm_count") {
                target.processors = u32::try_from(*count).unwrap_or(PROCESSORS);
            }
            target.device_name = of("device_name").and_then(Value::as_text).map(str::to_owned);
            target.name = name;
        }
        let number = plain(&target.architecture).strip_prefix("sm_").map(str::parse);
        let Some(Ok(number)) = number else {
            bail!("`{}` is no architecture such as sm_90", target.architecture);
        };
        target.limits = limits(number);
        Ok(target)
    }

    /// The machine as designs' conditions know it.
    pub(crate) fn device(&self) -> Device {
        Device {
            name: self.device_name.as_ref().unwrap_or(&self.name).clone(),
            architecture: self.architecture.clone(),
            features: Vec::new(),
            cores: self.processors,
            caches: Vec::new(),
            system: String::new(),
        }
    }
}

/// An architecture without the letter of its features.
fn plain(architecture: &str) -> &str {
    architecture.trim_end_matches(['a', 'f'])
}

/// A compiler as traces know it.
pub(crate) fn toolchain(installed: &Installed) -> Result<Toolchain> {
    let tileiras = installed.record.packages.get("nvidia-cuda-tileiras");
    let tileiras = tileiras.context("the toolchain has no tileiras")?;
    Ok(Toolchain {
        compiler: installed.record.name.clone(),
        version: format!("cuda-tile {}, tileiras {tileiras}", installed.record.version),
        flags: Vec::new(),
    })
}
