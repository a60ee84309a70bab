//! What is there now: this machine and its compiler, those of a trace, the compiler of GPU kernels; and what a design is there.

use std::path::Path;

use anyhow::Result;
use spak_knowledge::{Context, Resting, Stamp};
use spak_model::system::System;
use spak_records::store::Trace;
use spak_records::trace::Record;
use spak_records::{Device, Toolchain};
use spak_toolchain::{Cache, Installed};

use crate::engine::drive::{Machine, today};
use crate::engine::specify::{Specified, specify_for};
use crate::engine::traces;
use crate::gpu::design::CUTILE;
use crate::gpu::target::{Target, toolchain};
use crate::stale::Wanted;
use crate::stale::evidence::Evidence;
use crate::verbs::check;
use crate::verbs::run_loop::machine;

/// What is there.
pub(crate) struct Now {
    /// This machine; nothing without its compiler.
    pub(crate) machine: Option<Machine>,
    /// The compiler of GPU kernels here.
    pub(crate) cutile: Option<Toolchain>,
    /// Machines of traces, the newest last, each with the trace.
    pub(crate) elsewhere: Vec<(Device, Toolchain)>,
    /// The described machine that is wanted.
    hardware: Option<String>,
}

/// A design for one workload on one machine.
pub(crate) struct Situated {
    pub(crate) specified: Specified,
    pub(crate) context: Context,
    /// What is measured there now is measured with this.
    pub(crate) stamp: Stamp,
    /// Whether that machine is this one.
    pub(crate) is_here: bool,
}

impl Now {
    /// Looks at this machine and, if one is named, at the trace of another one.
    ///
    /// # Errors
    /// A trace that cannot be read; no compiler, where something is to be run.
    pub(crate) fn new(wanted: &Wanted<'_>) -> Result<Self> {
        let machine = match machine(wanted.cc) {
            Ok(machine) => Some(machine),
            Err(error) if wanted.run => return Err(error),
            // Without a compiler nothing can be said of it; all else can.
            Err(_) => None,
        };
        let installed = Cache::of_user()
            .and_then(|cache| Installed::of(&spak_toolchain::CUTILE, &cache))
            .ok()
            .and_then(|installed| toolchain(&installed).ok());
        let elsewhere = match wanted.against {
            Some(path) => machines(&traces::read(path)?),
            None => Vec::new(),
        };
        let hardware = wanted.hardware.map(str::to_owned);
        Ok(Self { machine, cutile: installed, elsewhere, hardware })
    }

    /// The stamp of the machine that a condition speaks of, as far as it is known how it is now; and whether there is such a
    /// machine.
    pub(crate) fn stamp_of(&self, resting: &Resting, evidence: &Evidence) -> (Stamp, bool) {
        let device = resting.compared("device");
        let compiler = resting.compared("compiler");
        let is_of = |(_, d, t, _): &&(&str, Device, Toolchain, bool)| {
            device.as_ref().is_none_or(|name| *name == d.name)
                && compiler.as_ref().is_none_or(|name| *name == t.compiler)
        };
        if let Some((_, device, toolchain, _)) = self.machines(evidence).iter().find(is_of) {
            return (Stamp::of(device, toolchain), true);
        }
        // Kernels for a GPU are compiled here, wherever they run.
        let stamp = match &self.cutile {
            Some(toolchain) if compiler.as_deref() == Some(CUTILE) => {
                let text = Stamp::of(&nowhere(), toolchain).toolchain;
                Stamp { toolchain: text, ..Stamp::default() }
            }
            _ => Stamp::default(),
        };
        (stamp, false)
    }

    /// What there is: what the user says of another machine, this one, and what traces say of others, the newest first. Each
    /// with its backend, and whether it is here.
    fn machines(&self, evidence: &Evidence) -> Vec<(&'static str, Device, Toolchain, bool)> {
        let backend = |t: &Toolchain| if t.compiler == CUTILE { CUTILE } else { "c" };
        let told = self.elsewhere.iter().rev().cloned();
        let mut all: Vec<_> = told.map(|(d, t)| (backend(&t), d, t, false)).collect();
        let own = self.machine.iter().map(|m| ("c", m.device.clone(), m.toolchain.clone(), true));
        all.extend(own);
        for (device, toolchain) in evidence.machines().into_iter().rev() {
            // What is compiled from now on is compiled by what is installed now.
            let installed = self.cutile.as_ref().filter(|_| toolchain.compiler == CUTILE);
            let toolchain = installed.cloned().unwrap_or(toolchain);
            all.push((backend(&toolchain), device, toolchain, false));
        }
        // Of one name there is one machine: the first of these is how it is now.
        let mut seen: Vec<(String, String)> = Vec::new();
        all.retain(|(_, device, toolchain, _)| {
            let name = (device.name.clone(), toolchain.compiler.clone());
            let is_new = !seen.contains(&name);
            seen.push(name);
            is_new
        });
        all
    }

    /// The design at `path` for each of its workloads on each machine that what it knows speaks of; none for a library, or
    /// for a design that cannot be specified there.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn contexts(
        &self,
        path: Option<&Path>,
        all: &[Resting],
        evidence: &Evidence,
    ) -> Result<Vec<Situated>> {
        let Some(path) = path.filter(|_| !all.is_empty()) else { return Ok(Vec::new()) };
        let (design, found) = check::checked(path)?;
        let system = System::of(&design.resolved.entries);
        if check::is_broken(&found) || system.workloads.is_empty() {
            return Ok(Vec::new());
        }
        let is_named = |device: &Device, toolchain: &Toolchain| {
            all.iter().any(|r| {
                r.compared("device").as_ref() == Some(&device.name)
                    && r.compared("compiler").as_ref() == Some(&toolchain.compiler)
            })
        };
        let mut machines = self.machines(evidence);
        machines.retain(|(_, device, toolchain, _)| is_named(device, toolchain));
        if let Some(toolchain) = self.cutile.clone()
            && let Ok(target) = Target::find(path, None, self.hardware.as_deref())
            && is_named(&target.device(), &toolchain)
            && !machines.iter().any(|(_, d, _, _)| d.name == target.device().name)
        {
            machines.push((CUTILE, target.device(), toolchain, false));
        }
        let names: Vec<Option<String>> = system.workloads.iter().map(|w| w.name.clone()).collect();
        let mut contexts = Vec::new();
        for (backend, device, toolchain, is_here) in &machines {
            for name in &names {
                // A workload of which this backend has no kernel is no fault of what is known.
                let specified = specify_for(backend, path, name.as_deref(), device, toolchain);
                let Ok(Ok(specified)) = specified else { continue };
                let mut stamp = Stamp::of(device, toolchain);
                stamp.templates = Some(specified.templates_hash());
                stamp.design = Some(specified.space_hash());
                let context = specified.context(device, toolchain, "", &today());
                contexts.push(Situated { specified, context, stamp, is_here: *is_here });
            }
        }
        Ok(contexts)
    }
}

/// A device of which only is said that there is one.
fn nowhere() -> Device {
    Device {
        name: String::new(),
        architecture: String::new(),
        features: Vec::new(),
        cores: 0,
        caches: Vec::new(),
        system: String::new(),
    }
}

/// The machines and compilers of a trace's runs, each once, in the order of their last runs.
pub(crate) fn machines(trace: &Trace) -> Vec<(Device, Toolchain)> {
    let mut all: Vec<(Device, Toolchain)> = Vec::new();
    for line in &trace.lines {
        let Record::Run(start) = &line.record else { continue };
        let own = trace.device(&start.device).zip(trace.toolchain(&start.toolchain));
        let Some((device, toolchain)) = own else { continue };
        all.retain(|(d, t)| d != device || t != toolchain);
        all.push((device.clone(), toolchain.clone()));
    }
    all
}
