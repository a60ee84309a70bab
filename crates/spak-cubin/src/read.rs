//! From the bytes of a cubin to what its kernels need.

use std::collections::BTreeMap;

use object::Endianness;
use object::elf::{FileHeader64, SectionHeader64};
use object::read::elf::{FileHeader as _, SectionHeader as _, Sym as _, SymbolTable};

use crate::attributes::{self, Attribute, attributes};

/// NVIDIA's machine in the head of an ELF file.
const MACHINE: u16 = 190;
/// The version of the binary interface from which on the architecture stands one byte higher in the flags.
const NEWER: u8 = 8;

type Header = FileHeader64<Endianness>;
type Section = SectionHeader64<Endianness>;

/// What is wrong with a binary.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// It is no ELF file of 64 bits, or one that breaks off.
    #[error("it is no whole ELF file: {0}")]
    Elf(#[from] object::read::Error),
    /// It is for something else than a GPU of NVIDIA.
    #[error("it is for machine {0}, and a cubin is for machine 190")]
    Machine(u16),
    /// A section ends within an attribute.
    #[error("section `{0}` ends within an attribute")]
    Attribute(String),
    /// There is no code in it.
    #[error("it has no kernel")]
    Empty,
}

/// A GPU binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cubin {
    /// The architecture as its number: 90 for `sm_90`.
    pub architecture: u32,
    /// In the order of their names.
    pub kernels: Vec<Kernel>,
}

/// One kernel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kernel {
    /// As it is loaded by.
    pub name: String,
    /// Of a thread; `None` if it is not said.
    pub registers: Option<u32>,
    /// Bytes of a block that are known when it is compiled.
    pub shared: u64,
    /// Bytes of a thread in local memory: values that did not fit into registers, and arrays with computed indices.
    pub local: u32,
    /// Threads along x, y and z that a block must have.
    pub threads: Option<[u32; 3]>,
    /// The most threads along x, y and z.
    pub most_threads: Option<[u32; 3]>,
    /// In order.
    pub arguments: Vec<Argument>,
    /// Bytes of all arguments.
    pub argument_bytes: u32,
    /// Bytes of instructions.
    pub code: u64,
}

/// An argument of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Argument {
    /// Its number.
    pub number: u16,
    /// Where it begins, in bytes.
    pub at: u16,
    /// Its bytes.
    pub size: u32,
}

impl Kernel {
    /// Threads of a block, if it must have so many.
    pub fn block(&self) -> Option<u32> {
        self.threads.map(|[x, y, z]| x.saturating_mul(y).saturating_mul(z))
    }
}

/// Reads a cubin.
///
/// # Errors
/// When it is none, or is not whole.
pub fn read(bytes: &[u8]) -> Result<Cubin, Broken> {
    let header = Header::parse(bytes)?;
    let endian = header.endian()?;
    if header.e_machine(endian) != MACHINE {
        return Err(Broken::Machine(header.e_machine(endian)));
    }
    let sections = header.sections(endian, bytes)?;
    let symbols = sections.symbols(endian, bytes, object::elf::SHT_SYMTAB)?;
    let mut kernels: BTreeMap<String, Kernel> = BTreeMap::new();
    let name_of = |section: &Section| -> Result<String, Broken> {
        Ok(String::from_utf8_lossy(sections.section_name(endian, section)?).into_owned())
    };
    for section in sections.iter() {
        if let Some(name) = name_of(section)?.strip_prefix(".text.") {
            let code = section.sh_size(endian);
            kernels.insert(
                name.to_owned(),
                Kernel { name: name.to_owned(), code, ..Kernel::default() },
            );
        }
    }
    for section in sections.iter() {
        let name = name_of(section)?;
        if let Some(kernel) = name.strip_prefix(".nv.shared.").and_then(|of| kernels.get_mut(of)) {
            kernel.shared = section.sh_size(endian);
        }
        let Some(of) = name.strip_prefix(".nv.info") else { continue };
        for attribute in attributes(section.data(endian, bytes)?) {
            let attribute = attribute.ok_or_else(|| Broken::Attribute(name.clone()))?;
            match of.strip_prefix('.') {
                Some(kernel) => {
                    kernels.get_mut(kernel).into_iter().for_each(|one| one.note(&attribute));
                }
                None => {
                    let of = attribute.word(0).and_then(|at| symbol(&symbols, endian, at));
                    let kernel = of.and_then(|name| kernels.get_mut(&name));
                    kernel.into_iter().for_each(|one| one.note_of_all(&attribute));
                }
            }
        }
    }
    if kernels.is_empty() {
        return Err(Broken::Empty);
    }
    let mut kernels: Vec<Kernel> = kernels.into_values().collect();
    kernels.iter_mut().for_each(|kernel| kernel.arguments.sort());
    Ok(Cubin { architecture: architecture(header, endian), kernels })
}

/// Beginnings of names of sections that no GPU sees: for debuggers, of names, of the tools that made the binary.
const UNSEEN: [&str; 9] = [
    ".debug",
    ".nv_debug",
    ".nv.tileir.debug",
    ".rela.debug",
    ".rela.nv_debug",
    ".rela.nv.tileir.debug",
    ".note",
    ".nv.host",
    ".shstrtab",
];

/// What a GPU gets to see of a cubin: instructions, constants, and what is said of kernels, with names and sizes. Two binaries for
/// which this is the same are one program, from whatever source they were made.
///
/// # Errors
/// As [`read`].
pub fn loaded(bytes: &[u8]) -> Result<Vec<u8>, Broken> {
    let header = Header::parse(bytes)?;
    let endian = header.endian()?;
    if header.e_machine(endian) != MACHINE {
        return Err(Broken::Machine(header.e_machine(endian)));
    }
    let sections = header.sections(endian, bytes)?;
    let mut loaded = header.e_flags(endian).to_le_bytes().to_vec();
    for section in sections.iter() {
        let name = sections.section_name(endian, section)?;
        let is_unseen = UNSEEN.iter().any(|begin| name.starts_with(begin.as_bytes()));
        // Symbols and their names speak of sections for debuggers, too.
        if is_unseen || matches!(name, b"" | b".strtab" | b".symtab") {
            continue;
        }
        loaded.extend_from_slice(name);
        loaded.extend_from_slice(&section.sh_size(endian).to_le_bytes());
        loaded.extend_from_slice(section.data(endian, bytes)?);
    }
    Ok(loaded)
}

/// The architecture in the flags of the head.
fn architecture(header: &Header, endian: Endianness) -> u32 {
    let flags = header.e_flags(endian);
    let shift = if header.e_ident.abi_version >= NEWER { 8 } else { 0 };
    (flags >> shift) & 0xff
}

fn symbol(symbols: &SymbolTable<'_, Header>, endian: Endianness, at: u32) -> Option<String> {
    let symbol = symbols.symbol(object::SymbolIndex(at as usize)).ok()?;
    let name = symbol.name(endian, symbols.strings()).ok()?;
    Some(String::from_utf8_lossy(name).into_owned())
}

impl Kernel {
    /// Takes in what the kernel's own section says.
    fn note(&mut self, attribute: &Attribute<'_>) {
        let three = || Some([attribute.word(0)?, attribute.word(1)?, attribute.word(2)?]);
        match attribute.number {
            attributes::THREADS => self.threads = three(),
            attributes::MOST_THREADS => self.most_threads = three(),
            attributes::ARGUMENT_BYTES => self.argument_bytes = u32::from(attribute.value),
            attributes::ARGUMENT | attributes::ARGUMENT_V2 => {
                let words = attribute.word(1).zip(attribute.word(2));
                self.arguments.extend(words.map(|(place, size)| Argument {
                    number: place as u16,
                    at: (place >> 16) as u16,
                    // Of the older form the size stands above flags of 18 bits.
                    size: match attribute.number {
                        attributes::ARGUMENT => size >> 18,
                        _ => size & 0xffff,
                    },
                }));
            }
            _ => {}
        }
    }

    /// Takes in what the section of all kernels says of this one.
    fn note_of_all(&mut self, attribute: &Attribute<'_>) {
        match attribute.number {
            attributes::REGISTERS => self.registers = attribute.word(1),
            attributes::FRAME => self.local = attribute.word(1).unwrap_or(0),
            _ => {}
        }
    }
}
