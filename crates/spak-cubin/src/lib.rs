//! What a GPU binary says of its kernels before anything runs: the architecture, registers, shared and local memory,
//! threads of a block, arguments.
//!
//! A cubin is an ELF file of NVIDIA's machine. What its sections mean is not documented by NVIDIA; the numbers of the
//! attributes are those that `cuobjdump -elf` prints by name.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod attributes;
mod limits;
mod read;

pub use limits::{Limits, limits};
pub use read::{Argument, Broken, Cubin, Kernel, loaded, read};
