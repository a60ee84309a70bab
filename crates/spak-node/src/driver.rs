//! The driver's interface, as far as it is needed, with errors instead of codes and memory that frees itself.
//!
//! `libcuda` is loaded when it is first asked for: the program runs on machines without it.
#![expect(
    unsafe_code,
    reason = "the driver's interface is one of C; each call says why it may be made"
)]

use std::ffi::{CStr, CString, c_int, c_void};
use std::ptr::null_mut;

use cudarc::driver::sys;
use sys::{CUdevice_attribute_enum as Attribute, CUresult};

/// What the driver says against a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    /// There is no driver.
    #[error(
        "no NVIDIA driver: libcuda is not on this machine; install the driver, or run the bundle where it is"
    )]
    Absent,
    /// The driver is too old for anything here.
    #[error(
        "the NVIDIA driver here speaks CUDA {0}, and 12.0 is the oldest that these kernels can run on; install a newer driver"
    )]
    Old(String),
    /// A call failed.
    #[error("{call}: {name}: {text}")]
    Call {
        /// Which.
        call: &'static str,
        /// The name of the error (`CUDA_ERROR_ILLEGAL_ADDRESS`).
        name: String,
        /// What it means.
        text: String,
    },
    /// Memory of another process is shorter than what is said to be in it.
    #[error("what another process shares is shorter than it says")]
    Beyond,
    /// A name has a zero in it.
    #[error("`{0}` is no name of a kernel")]
    Name(String),
}

/// The oldest version of CUDA whose driver has all that is called here.
const OLDEST: c_int = 12_000;

/// A version as it is spoken of: `13.0` for 13000.
pub(crate) fn spoken(version: u32) -> String {
    format!("{}.{}", version / 1000, version % 1000 / 10)
}

pub(crate) type Result<T> = std::result::Result<T, DriverError>;

/// The result of a call as an error.
pub(crate) fn done(call: &'static str, code: CUresult) -> Result<()> {
    if code == CUresult::CUDA_SUCCESS {
        return Ok(());
    }
    let mut name = std::ptr::null();
    let mut text = std::ptr::null();
    // SAFETY: both calls write a pointer to a static text, or leave null.
    let (name, text) = unsafe {
        sys::cuGetErrorName(code, &raw mut name);
        sys::cuGetErrorString(code, &raw mut text);
        let read = |pointer: *const std::ffi::c_char| {
            if pointer.is_null() {
                format!("error {}", code as u32)
            } else {
                CStr::from_ptr(pointer).to_string_lossy().into_owned()
            }
        };
        (read(name), read(text))
    };
    Err(DriverError::Call { call, name, text })
}

/// What is known of a GPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GpuFacts {
    /// `NVIDIA H200`.
    pub name: String,
    /// 90 for `sm_90`.
    pub architecture: u32,
    /// Multiprocessors.
    pub processors: u32,
    /// Bytes of the L2 cache.
    pub l2: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes of shared memory that a block may ask for.
    pub shared: u64,
    /// The version of CUDA that the driver speaks: 13000 for 13.0.
    pub driver: u32,
    /// Where it is: `0000:3b:00.0`.
    pub bus: String,
}

/// A GPU with a context of this process; calls go to it from the thread that made it.
#[derive(Debug)]
pub struct Gpu {
    device: sys::CUdevice,
    stream: sys::CUstream,
    facts: GpuFacts,
}

impl Gpu {
    /// The GPU of this number.
    ///
    /// # Errors
    /// No driver, no such GPU, no context.
    pub fn open(number: u32) -> Result<Self> {
        // SAFETY: looking for a library runs its initialisers, which those of the driver are made for.
        if !unsafe { sys::is_culib_present() } {
            return Err(DriverError::Absent);
        }
        let mut device = 0;
        let mut stream = null_mut();
        // SAFETY: every pointer is to a local that lives through the call; the context is retained before it is used.
        unsafe {
            done("cuInit", sys::cuInit(0))?;
            let mut version = 0;
            done("cuDriverGetVersion", sys::cuDriverGetVersion(&raw mut version))?;
            if version < OLDEST {
                return Err(DriverError::Old(spoken(version.unsigned_abs())));
            }
            done("cuDeviceGet", sys::cuDeviceGet(&raw mut device, number as c_int))?;
            let mut context = null_mut();
            let retained = sys::cuDevicePrimaryCtxRetain(&raw mut context, device);
            done("cuDevicePrimaryCtxRetain", retained)?;
            done("cuCtxSetCurrent", sys::cuCtxSetCurrent(context))?;
            let created = sys::cuStreamCreate(&raw mut stream, 1);
            done("cuStreamCreate", created)?;
        }
        let facts = facts(device)?;
        Ok(Self { device, stream, facts })
    }

    /// What is known of it.
    pub fn facts(&self) -> &GpuFacts {
        &self.facts
    }

    /// Memory that holds anything.
    ///
    /// # Errors
    /// There is not so much.
    pub fn allocate(&self, bytes: u64) -> Result<Memory> {
        let mut address = 0;
        // SAFETY: the pointer is to a local; nothing is read or written.
        let code = unsafe { sys::cuMemAlloc_v2(&raw mut address, bytes.max(1) as usize) };
        done("cuMemAlloc", code)?;
        Ok(Memory { address, bytes, opened: None })
    }

    /// Sets every byte.
    ///
    /// # Errors
    /// What the driver says.
    pub fn set(&self, memory: &Memory, byte: u8) -> Result<()> {
        if memory.bytes == 0 {
            return Ok(());
        }
        // SAFETY: the memory is this long and lives until the stream is waited for, since only then it can be dropped by its owner.
        let code = unsafe {
            sys::cuMemsetD8Async(memory.address, byte, memory.bytes as usize, self.stream)
        };
        done("cuMemsetD8Async", code)
    }

    /// Copies bytes to the GPU and waits.
    ///
    /// # Errors
    /// What the driver says.
    pub fn upload(&self, memory: &Memory, bytes: &[u8]) -> Result<()> {
        self.wait()?;
        let count = bytes.len().min(memory.bytes as usize);
        // SAFETY: both sides are at least `count` bytes long.
        let code = unsafe { sys::cuMemcpyHtoD_v2(memory.address, bytes.as_ptr().cast(), count) };
        done("cuMemcpyHtoD", code)
    }

    /// Copies bytes from the GPU after all that was started.
    ///
    /// # Errors
    /// What the driver says, also of kernels before.
    pub fn download(&self, memory: &Memory, bytes: &mut [u8]) -> Result<()> {
        self.wait()?;
        let count = bytes.len().min(memory.bytes as usize);
        // SAFETY: both sides are at least `count` bytes long.
        let code =
            unsafe { sys::cuMemcpyDtoH_v2(bytes.as_mut_ptr().cast(), memory.address, count) };
        done("cuMemcpyDtoH", code)
    }

    /// Waits for all that was started.
    ///
    /// # Errors
    /// What the driver says of it: a kernel that touched what is not its own is told here.
    pub fn wait(&self) -> Result<()> {
        // SAFETY: the stream lives as long as `self`.
        done("cuStreamSynchronize", unsafe { sys::cuStreamSynchronize(self.stream) })
    }

    /// Loads a binary.
    ///
    /// # Errors
    /// It is none, or for another architecture.
    pub fn load(&self, binary: &[u8]) -> Result<Module> {
        let mut module = null_mut();
        // SAFETY: a cubin is an ELF file, whose head tells its length; the driver copies it.
        let code = unsafe { sys::cuModuleLoadData(&raw mut module, binary.as_ptr().cast()) };
        done("cuModuleLoadData", code)?;
        Ok(Module { module })
    }

    /// Lets a kernel's block have as much dynamic shared memory as there is beside its own, as cuTile does before it starts
    /// one; the driver divides memory between cache and blocks accordingly.
    ///
    /// # Errors
    /// What the driver says.
    pub fn widen(&self, kernel: &Kernel) -> Result<()> {
        use sys::CUfunction_attribute_enum as Of;
        let mut own = 0;
        // SAFETY: the function lives as long as its module, the pointer is to a local.
        unsafe {
            let of = Of::CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES;
            let code = sys::cuFuncGetAttribute(&raw mut own, of, kernel.function);
            done("cuFuncGetAttribute", code)?;
            let left = (self.facts.shared as c_int - own).max(0);
            let of = Of::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
            done("cuFuncSetAttribute", sys::cuFuncSetAttribute(kernel.function, of, left))
        }
    }

    /// Starts a kernel.
    ///
    /// # Errors
    /// What the driver says of the start; what the kernel does is told when it is waited for.
    pub fn start(
        &self,
        kernel: &Kernel,
        grid: [u32; 3],
        block: u32,
        arguments: &Arguments,
    ) -> Result<()> {
        let mut pointers: Vec<*mut c_void> =
            arguments.values.iter().map(|value| value.as_ptr().cast_mut().cast()).collect();
        let [x, y, z] = grid;
        // SAFETY: each pointer is to the bytes of an argument, which the driver copies; the kernel's own accesses are what it is
        // tried for, in a process of its own.
        let code = unsafe {
            sys::cuLaunchKernel(
                kernel.function,
                x,
                y,
                z,
                block,
                1,
                1,
                0,
                self.stream,
                pointers.as_mut_ptr(),
                null_mut(),
            )
        };
        done("cuLaunchKernel", code)
    }

    /// An event.
    ///
    /// # Errors
    /// What the driver says.
    pub fn event(&self) -> Result<Event> {
        let mut event = null_mut();
        // SAFETY: the pointer is to a local.
        done("cuEventCreate", unsafe { sys::cuEventCreate(&raw mut event, 0) })?;
        Ok(Event { event })
    }

    /// Records an event behind all that was started.
    ///
    /// # Errors
    /// What the driver says.
    pub fn record(&self, event: &Event) -> Result<()> {
        // SAFETY: both live.
        done("cuEventRecord", unsafe { sys::cuEventRecord(event.event, self.stream) })
    }
}

impl Drop for Gpu {
    fn drop(&mut self) {
        // SAFETY: nothing uses the stream any more; the context is released once for the one time it was retained.
        unsafe {
            sys::cuStreamDestroy_v2(self.stream);
            sys::cuDevicePrimaryCtxRelease_v2(self.device);
        }
    }
}

fn facts(device: sys::CUdevice) -> Result<GpuFacts> {
    let of = |attribute: Attribute| -> Result<u64> {
        let mut value = 0;
        // SAFETY: the pointer is to a local.
        let code = unsafe { sys::cuDeviceGetAttribute(&raw mut value, attribute, device) };
        done("cuDeviceGetAttribute", code)?;
        Ok(u64::try_from(value).unwrap_or(0))
    };
    let (mut name, mut bus) = ([0_u8; 256], [0_u8; 32]);
    let (mut memory, mut driver) = (0, 0);
    // SAFETY: the texts are at most as long as said, the other pointers are to locals.
    unsafe {
        let code = sys::cuDeviceGetName(name.as_mut_ptr().cast(), name.len() as c_int - 1, device);
        done("cuDeviceGetName", code)?;
        let code =
            sys::cuDeviceGetPCIBusId(bus.as_mut_ptr().cast(), bus.len() as c_int - 1, device);
        done("cuDeviceGetPCIBusId", code)?;
        done("cuDeviceTotalMem", sys::cuDeviceTotalMem_v2(&raw mut memory, device))?;
        done("cuDriverGetVersion", sys::cuDriverGetVersion(&raw mut driver))?;
    }
    let text = |bytes: &[u8]| {
        let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(0);
        String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
    };
    let major = of(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)?;
    let minor = of(Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR)?;
    Ok(GpuFacts {
        name: text(&name),
        architecture: (10 * major + minor) as u32,
        processors: of(Attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT)? as u32,
        l2: of(Attribute::CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE)?,
        memory: memory as u64,
        shared: of(Attribute::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN)?,
        driver: u32::try_from(driver).unwrap_or(0),
        bus: text(&bus),
    })
}

/// Memory of a GPU.
#[derive(Debug)]
pub struct Memory {
    pub(crate) address: u64,
    pub(crate) bytes: u64,
    /// Where an allocation of another process begins that this is in; it is closed and not freed.
    pub(crate) opened: Option<u64>,
}

impl Memory {
    /// Its length.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the address was given by the driver and is freed or closed once; freeing waits for what uses it.
        unsafe {
            match self.opened {
                Some(base) => sys::cuIpcCloseMemHandle(base),
                None => sys::cuMemFree_v2(self.address),
            };
        }
    }
}

/// A loaded binary.
#[derive(Debug)]
pub struct Module {
    module: sys::CUmodule,
}

impl Module {
    /// A kernel of it.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn kernel(&self, name: &str) -> Result<Kernel> {
        let text = CString::new(name).map_err(|_| DriverError::Name(name.to_owned()))?;
        let mut function = null_mut();
        // SAFETY: the module lives, the name ends with a zero, the pointer is to a local.
        let code =
            unsafe { sys::cuModuleGetFunction(&raw mut function, self.module, text.as_ptr()) };
        done("cuModuleGetFunction", code)?;
        Ok(Kernel { function })
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // SAFETY: loaded once, unloaded once.
        unsafe {
            sys::cuModuleUnload(self.module);
        }
    }
}

/// A kernel; its module has to live as long.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    function: sys::CUfunction,
}

/// A point in the stream.
#[derive(Debug)]
pub struct Event {
    event: sys::CUevent,
}

impl Event {
    /// Milliseconds from an earlier event, when both are past.
    ///
    /// # Errors
    /// What the driver says.
    pub fn since(&self, earlier: &Self) -> Result<f64> {
        let mut milliseconds = 0_f32;
        // SAFETY: both live, the pointer is to a local.
        let code =
            unsafe { sys::cuEventElapsedTime(&raw mut milliseconds, earlier.event, self.event) };
        done("cuEventElapsedTime", code)?;
        Ok(f64::from(milliseconds))
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        // SAFETY: made once, destroyed once.
        unsafe {
            sys::cuEventDestroy_v2(self.event);
        }
    }
}

/// What a kernel is given, each argument as its bytes.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    values: Vec<Vec<u8>>,
}

impl Arguments {
    /// Adds bytes as they are.
    pub fn bytes(&mut self, bytes: Vec<u8>) {
        self.values.push(bytes);
    }

    /// Adds the address of memory, which has to live until the kernel has ended.
    pub fn memory(&mut self, memory: &Memory) {
        self.values.push(memory.address.to_le_bytes().to_vec());
    }

    /// Adds what the judge's own kernels call an array: address, element type, sizes and strides.
    pub fn described(&mut self, memory: &Memory, dtype: i32, shape: &[u64], strides: &[u64]) {
        let mut bytes = memory.address.to_le_bytes().to_vec();
        bytes.extend(dtype.to_le_bytes());
        bytes.extend((shape.len().min(6) as i32).to_le_bytes());
        for numbers in [shape, strides] {
            for at in 0..6 {
                let number = numbers.get(at).copied().unwrap_or(1) as i64;
                bytes.extend(number.to_le_bytes());
            }
        }
        self.values.push(bytes);
    }
}
