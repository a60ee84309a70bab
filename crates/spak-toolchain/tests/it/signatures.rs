//! Signatures against those that the just-in-time path takes from arguments.

use std::process::Command;

use crate::cutile;

#[test]
fn a_kernel_is_told_what_the_just_in_time_path_would_tell_it() {
    let Some(toolchain) = cutile() else { return };
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/signatures.py");
    let worker = concat!(env!("CARGO_MANIFEST_DIR"), "/src/worker.py");
    let output = Command::new(toolchain.python())
        .args(["-I", "-B", here, worker])
        .env_remove("CUDA_HOME")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaints}");
    assert!(said.trim().ends_with("arrays are the same"), "{said}{complaints}");
}
