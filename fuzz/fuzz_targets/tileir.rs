//! Any bytes are read as bytecode of Tile IR or refused with a place, and kernels that take nothing run to an end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use spak_tileir::{Arguments, Limits, read, run};

fuzz_target!(|bytes: &[u8]| match read(bytes) {
    Ok(module) => {
        let _ = module.to_string();
        let limits = Limits { work: 1 << 18, memory: 1 << 22, ..Limits::default() };
        for kernel in &module.functions {
            let _ = run(&module, &kernel.name, [2, 1, 1], &mut Arguments::default(), &limits);
        }
    }
    Err(error) => assert!(error.offset <= bytes.len()),
});
