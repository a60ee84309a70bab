//! Which system calls a candidate may make.
//!
//! Two filters stand one above the other, and the stricter answer wins. The first *kills* on calls
//! that no numeric kernel makes by accident (sockets, new processes, signals to others, files opened
//! for writing), so that the attempt becomes a rejection with that reason. The second answers
//! "no such call" to everything outside a short list, which lets a C library fall back to older calls.

use seccompiler::{BpfProgram, TargetArch, apply_filter, compile_from_json};
use serde_json::{Value, json};

const KILLED: &[&str] = &[
    "socket",
    "socketpair",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "kcmp",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "keyctl",
    "add_key",
    "request_key",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "setns",
    "unshare",
    "reboot",
    "swapon",
    "swapoff",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "setsid",
    "setpgid",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "execveat",
    "io_uring_setup",
    "ftruncate",
    "truncate",
    "unlinkat",
    "mkdirat",
    "renameat2",
    "linkat",
    "symlinkat",
    "fchmod",
    "fchmodat",
    "fchown",
    "fchownat",
    "mknodat",
    "clock_settime",
    "settimeofday",
    "setitimer",
    "timer_create",
    "timerfd_create",
    "sched_setscheduler",
    "setpriority",
    "memfd_create",
    "shmget",
    "msgget",
    "semget",
    "mq_open",
];

#[cfg(target_arch = "x86_64")]
const KILLED_OLD: &[&str] =
    &["fork", "vfork", "creat", "unlink", "mkdir", "rename", "link", "symlink", "chmod", "chown"];
#[cfg(not(target_arch = "x86_64"))]
const KILLED_OLD: &[&str] = &[];

const ALLOWED: &[&str] = &[
    // Memory.
    "brk",
    "mmap",
    "munmap",
    "mprotect",
    "mremap",
    "madvise",
    "mincore",
    "membarrier",
    "set_mempolicy",
    "get_mempolicy",
    "mbind",
    "mlock",
    "mlock2",
    "munlock",
    // Threads and their waiting.
    "clone",
    "futex",
    "set_robust_list",
    "get_robust_list",
    "set_tid_address",
    "rseq",
    "sched_yield",
    "sched_getaffinity",
    "sched_setaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "getcpu",
    "gettid",
    "exit",
    "exit_group",
    "restart_syscall",
    "nanosleep",
    "clock_nanosleep",
    // Clocks and questions about oneself.
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "getpid",
    "getppid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrusage",
    "times",
    "uname",
    "sysinfo",
    "prlimit64",
    "getrlimit",
    "getrandom",
    "getcwd",
    // Its own signals.
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigpending",
    "sigaltstack",
    "tgkill",
    "kill",
    // Reading files (landlock says which) and the pipes to the judge.
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "close",
    "openat",
    "fstat",
    "newfstatat",
    "statx",
    "faccessat",
    "faccessat2",
    "readlinkat",
    "lseek",
    "fcntl",
    "dup",
    "dup3",
    "ppoll",
    "ioctl",
    "getdents64",
    // Start of the program.
    "execve",
];

#[cfg(target_arch = "x86_64")]
const ALLOWED_OLD: &[&str] =
    &["arch_prctl", "open", "stat", "lstat", "access", "readlink", "poll", "dup2", "time"];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_OLD: &[&str] = &[];

const CLONE_THREAD: u64 = 0x0001_0000;
const WRITE_ONLY: u64 = 1;
const READ_WRITE: u64 = 2;
const CREATE: u64 = 0o100;
const NO_SUCH_CALL: u32 = 38;
/// Naming a thread, and naming a mapping; other process controls could undo the sandbox.
const HARMLESS_CONTROLS: [u64; 3] = [15, 16, 0x5356_4d41];

/// Restricts this process; says how far that went.
pub(super) fn restrict() -> String {
    match enforce() {
        Ok(()) => "filtered".to_owned(),
        Err(reason) => format!("none: {reason}"),
    }
}

/// Refuses sockets that reach beyond this machine's files, and everything else stays: for programs that are no kernels.
pub(super) fn without_network() -> String {
    match no_internet() {
        Ok(()) => "no network".to_owned(),
        Err(reason) => format!("none: {reason}"),
    }
}

/// Address families of the internet, as Linux numbers them.
const INTERNET: [u64; 2] = [2, 10];

fn no_internet() -> Result<(), String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|e| e.to_string())?;
    let rules: Vec<Value> = INTERNET
        .iter()
        .map(|family| json!({ "syscall": "socket", "args": [condition(0, json!("eq"), *family)] }))
        .collect();
    let filter = json!({
        "network": {
            "mismatch_action": "allow",
            "match_action": { "errno": 13 },
            "filter": rules,
        }
    });
    apply_filter(&program(&filter, arch)?).map_err(|e| e.to_string())
}

fn enforce() -> Result<(), String> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|e| e.to_string())?;
    let own = u64::from(std::process::id());
    // The short list last: once it holds, installing a filter is itself no longer possible.
    let programs = [program(&killing(own), arch)?, program(&allowing(), arch)?];
    for program in programs {
        apply_filter(&program).map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn program(filter: &Value, arch: TargetArch) -> Result<BpfProgram, String> {
    let text = filter.to_string();
    let programs = compile_from_json(text.as_bytes(), arch).map_err(|e| e.to_string())?;
    programs.into_values().next().ok_or_else(|| "empty filter".to_owned())
}

fn condition(index: u8, op: Value, value: u64) -> Value {
    json!({ "index": index, "type": "qword", "op": op, "val": value })
}

fn killing(own: u64) -> Value {
    let mut rules: Vec<Value> =
        KILLED.iter().chain(KILLED_OLD).map(|name| json!({ "syscall": name })).collect();
    let masked = |bits: u64| json!({ "masked_eq": bits });
    rules.push(json!({ "syscall": "clone", "args": [condition(0, masked(CLONE_THREAD), 0)] }));
    for name in ["kill", "tgkill"] {
        rules.push(json!({ "syscall": name, "args": [condition(0, json!("ne"), own)] }));
    }
    for bit in [WRITE_ONLY, READ_WRITE, CREATE] {
        rules.push(json!({ "syscall": "openat", "args": [condition(2, masked(bit), bit)] }));
        if cfg!(target_arch = "x86_64") {
            rules.push(json!({ "syscall": "open", "args": [condition(1, masked(bit), bit)] }));
        }
    }
    json!({ "candidate": {
        "mismatch_action": "allow", "match_action": "kill_process", "filter": rules } })
}

fn allowing() -> Value {
    let mut rules: Vec<Value> =
        ALLOWED.iter().chain(ALLOWED_OLD).map(|name| json!({ "syscall": name })).collect();
    // The killing filter answers for these, so the list must let them through to it.
    rules.extend(KILLED.iter().chain(KILLED_OLD).map(|name| json!({ "syscall": name })));
    for control in HARMLESS_CONTROLS {
        rules.push(json!({ "syscall": "prctl", "args": [condition(0, json!("eq"), control)] }));
    }
    json!({ "candidate": {
        "mismatch_action": { "errno": NO_SUCH_CALL }, "match_action": "allow", "filter": rules } })
}
