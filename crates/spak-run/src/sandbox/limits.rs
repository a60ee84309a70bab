//! Resource limits, and death together with the judge.

use rustix::process::{
    Pid, Resource, Rlimit, Signal, getppid, getrlimit, set_parent_process_death_signal, setrlimit,
};

use super::Request;

/// Asks the kernel to kill this process when the judge dies.
pub(super) fn die_with(parent: i32) -> Result<(), String> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|e| e.to_string())?;
    // It may have died before the request took effect.
    if getppid().map(Pid::as_raw_pid) == Some(parent) {
        Ok(())
    } else {
        Err("the judge is gone".to_owned())
    }
}

/// Sets every limit that the system accepts; names those that it does not.
pub(super) fn apply(request: &Request) -> Vec<String> {
    let wanted = [
        ("address space", Resource::As, request.address_space),
        ("processor time", Resource::Cpu, Some(request.cpu_seconds)),
        ("file size", Resource::Fsize, Some(request.file_bytes)),
        ("open files", Resource::Nofile, Some(request.open_files)),
        ("processes", Resource::Nproc, Some(request.processes)),
        ("core file", Resource::Core, Some(0)),
    ];
    let mut missing = Vec::new();
    for (name, resource, value) in wanted {
        let Some(value) = value else { continue };
        // A limit may only be lowered, so a lower one that stands already is kept.
        let value = getrlimit(resource).maximum.map_or(value, |m| m.min(value));
        if setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) }).is_err() {
            missing.push(name.to_owned());
        }
    }
    missing
}
