//! Memory of one process that another one looks at: outputs need not travel.
#![expect(
    unsafe_code,
    reason = "the driver's interface is one of C; each call says why it may be made"
)]

use cudarc::driver::sys;
use spak_records::node::SharedMemory;

use crate::driver::{DriverError, Memory, Result, done};

/// Names memory for other processes of this machine; it has to live as long as they look at it.
///
/// # Errors
/// The driver cannot: some virtual machines and containers have no such thing.
pub(crate) fn share(memory: &Memory) -> Result<SharedMemory> {
    let (mut base, mut size) = (0, 0);
    let mut handle = sys::CUipcMemHandle { reserved: [0; 64] };
    // SAFETY: the memory is allocated, the pointers are to locals.
    unsafe {
        let code = sys::cuMemGetAddressRange_v2(&raw mut base, &raw mut size, memory.address);
        done("cuMemGetAddressRange", code)?;
        done("cuIpcGetMemHandle", sys::cuIpcGetMemHandle(&raw mut handle, base))?;
    }
    let text = handle.reserved.iter().map(|byte| format!("{:02x}", *byte as u8)).collect();
    Ok(SharedMemory { handle: text, offset: memory.address.saturating_sub(base) })
}

/// Opens memory of another process.
///
/// # Errors
/// It is no such memory, or the driver cannot.
pub(crate) fn open(shared: &SharedMemory, bytes: u64) -> Result<Memory> {
    let no_handle = || DriverError::Name(shared.handle.clone());
    let mut handle = sys::CUipcMemHandle { reserved: [0; 64] };
    if shared.handle.len() != 2 * handle.reserved.len() {
        return Err(no_handle());
    }
    for (at, byte) in handle.reserved.iter_mut().enumerate() {
        let digits = shared.handle.get(2 * at..2 * at + 2).ok_or_else(no_handle)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| no_handle())? as std::ffi::c_char;
    }
    let (mut base, mut start, mut size) = (0, 0, 0);
    // SAFETY: the handle is as long as the driver wants it, and the driver looks at what it says; the pointers are to locals.
    unsafe {
        let lazy = sys::CUipcMem_flags_enum::CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS as u32;
        done("cuIpcOpenMemHandle", sys::cuIpcOpenMemHandle_v2(&raw mut base, handle, lazy))?;
        let code = sys::cuMemGetAddressRange_v2(&raw mut start, &raw mut size, base);
        let memory = Memory { address: base + shared.offset, bytes, opened: Some(base) };
        done("cuMemGetAddressRange", code)?;
        let end = shared.offset.checked_add(bytes);
        if end.is_none_or(|end| end > size as u64) {
            return Err(DriverError::Beyond);
        }
        Ok(memory)
    }
}
