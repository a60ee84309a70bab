//! Access to files, through landlock: what is not granted is refused.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, Ruleset, RulesetAttr, RulesetCreated,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

use super::Request;

/// The newest interface this file was written for; older kernels enforce the part they know.
const INTERFACE: ABI = ABI::V6;

/// Restricts this process; says how far that went.
pub(super) fn restrict(request: &Request) -> String {
    match enforce(request) {
        Ok(RulesetStatus::FullyEnforced) => "full".to_owned(),
        Ok(RulesetStatus::PartiallyEnforced) => "partial".to_owned(),
        Ok(RulesetStatus::NotEnforced) => "none: the kernel has no landlock".to_owned(),
        Err(error) => format!("none: {error}"),
    }
}

fn enforce(request: &Request) -> Result<RulesetStatus, RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let all = AccessFs::from_all(INTERFACE);
    let ruleset = Ruleset::default().handle_access(all)?.scope(Scope::from_all(INTERFACE))?;
    let ruleset = match request.network {
        true => ruleset,
        false => ruleset.handle_access(AccessNet::from_all(INTERFACE))?,
    };
    let ruleset = ruleset.create()?;
    let ruleset = grant(ruleset, &request.readable, read)?;
    let ruleset = grant(ruleset, &request.executable, read | AccessFs::Execute)?;
    let ruleset = grant(ruleset, &request.writable, all & !BitFlags::from(AccessFs::Execute))?;
    Ok(ruleset.restrict_self()?.ruleset)
}

/// Paths that do not exist are skipped: the lists name places of several distributions.
fn grant(
    ruleset: RulesetCreated,
    paths: &[impl AsRef<Path>],
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, RulesetError> {
    ruleset.add_rules(path_beneath_rules(paths, access))
}
