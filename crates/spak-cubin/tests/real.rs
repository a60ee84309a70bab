//! Binaries of the real compiler, whole and damaged.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use proptest::prelude::*;
use spak_cubin::{Argument, Broken, loaded, read};

const AMPERE: &[u8] = include_bytes!("cubins/scaled.sm_80.cubin");
const HOPPER: &[u8] = include_bytes!("cubins/scaled.sm_90.cubin");

#[test]
fn what_a_kernel_needs_is_in_its_binary() {
    for (bytes, architecture, registers) in [(AMPERE, 80, 29), (HOPPER, 90, 34)] {
        let cubin = read(bytes).unwrap();
        assert_eq!(cubin.architecture, architecture);
        let [kernel] = cubin.kernels.as_slice() else { panic!("{cubin:?}") };
        assert_eq!(kernel.name, "spak_kernel");
        assert_eq!((kernel.registers, kernel.local), (Some(registers), 0));
        assert_eq!((kernel.block(), kernel.argument_bytes), (Some(128), 36));
        assert!(kernel.code > 0, "{kernel:?}");
    }
}

/// Of each array its pointer, its one size and its one stride, and the factor between; the size of a tile is none.
#[test]
fn arguments_are_in_order_with_their_places() {
    let cubin = read(HOPPER).unwrap();
    let places: Vec<(u16, u32)> =
        cubin.kernels[0].arguments.iter().map(|Argument { at, size, .. }| (*at, *size)).collect();
    assert_eq!(places, [(0, 8), (8, 4), (12, 4), (16, 8), (24, 4), (28, 4), (32, 4)]);
}

#[test]
fn what_is_no_cubin_is_said() {
    assert!(matches!(read(b""), Err(Broken::Elf(_))));
    assert!(matches!(read(b"#!/bin/sh\n"), Err(Broken::Elf(_))));
    let mut other = HOPPER.to_vec();
    other[18] = 62;
    let said = read(&other).unwrap_err().to_string();
    assert_eq!(said, "it is for machine 62, and a cubin is for machine 190");
}

#[test]
fn one_that_breaks_off_is_an_error() {
    // Behind the table of sections is what a loader needs, and nothing that is read.
    let table = u64::from_le_bytes(*HOPPER[40..].first_chunk::<8>().unwrap()) as usize;
    let sections = u16::from_le_bytes(*HOPPER[60..].first_chunk::<2>().unwrap()) as usize;
    let whole = table + 64 * sections;
    for end in (0..whole).step_by(97).chain([whole - 1]) {
        assert!(read(&HOPPER[..end]).is_err(), "{end}");
    }
    assert!(read(&HOPPER[..whole]).is_ok());
}

/// Where a section begins, and how long it is.
fn section(bytes: &[u8], wanted: &str) -> (usize, usize) {
    use object::{Object as _, ObjectSection as _};
    let file = object::File::parse(bytes).unwrap();
    let (at, size) = file.section_by_name(wanted).unwrap().file_range().unwrap();
    (at as usize, size as usize)
}

#[test]
fn a_gpu_sees_instructions_and_not_where_they_were_written() {
    assert_ne!(loaded(AMPERE).unwrap(), loaded(HOPPER).unwrap());
    let with_other = |name: &str| {
        let mut other = HOPPER.to_vec();
        let (at, size) = section(HOPPER, name);
        other[at + size / 2] ^= 0x10;
        loaded(&other).unwrap()
    };
    let own = loaded(HOPPER).unwrap();
    for name in [".text.spak_kernel", ".nv.info.spak_kernel", ".nv.info"] {
        assert_ne!(with_other(name), own, "{name}");
    }
    for name in [".debug_line", ".nv_debug_ptx_txt", ".strtab"] {
        assert_eq!(with_other(name), own, "{name}");
    }
}

#[test]
fn nothing_is_seen_of_what_is_no_cubin() {
    assert!(matches!(loaded(b"#!/bin/sh\n"), Err(Broken::Elf(_))));
    let mut other = HOPPER.to_vec();
    other[18] = 62;
    assert!(matches!(loaded(&other), Err(Broken::Machine(62))));
    let (at, _) = section(HOPPER, ".text.spak_kernel");
    assert!(loaded(&HOPPER[..at + 8]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damage_is_never_a_panic(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..20)) {
        let mut bytes = HOPPER.to_vec();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let _ = read(&bytes);
        let _ = loaded(&bytes);
    }

    /// Where the tables of sections and the attributes are.
    #[test]
    fn damage_of_what_is_read_is_never_a_panic(
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = HOPPER.to_vec();
        let table = u64::from_le_bytes(*bytes[40..].first_chunk::<8>().unwrap()) as usize;
        for (at, byte) in changes {
            let at = match at % 4 {
                0 => at / 4 % 64,
                _ => table + at / 4 % (bytes.len() - table),
            };
            bytes[at] = byte;
        }
        let _ = read(&bytes);
        let _ = loaded(&bytes);
    }
}
