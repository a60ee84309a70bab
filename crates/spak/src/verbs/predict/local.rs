//! The processor of this machine: what the system says, and a short calibration for what no file has.

use std::process::Command;

use spak_expr::{Quantity, Unit, Value};
use spak_predict::Hardware;
use spak_records::Device;
use spak_run::CompilerOptions;

/// Measures clock, products and bandwidth; see its header.
const CALIBRATION: &str = include_str!("calibrate.c");

/// Reading more than this takes longer than a prediction should.
const MAX_READ_BYTES: u64 = 512 << 20;

/// A clock that was measured may be exceeded for a moment by this much.
const CLOCK_MARGIN: f64 = 1.1;

/// The description of this machine, and what is to be said about it.
pub(super) fn hardware(device: &Device) -> (Hardware, Vec<String>) {
    let mut fields: Vec<(&str, Value)> = vec![("cores", Value::Int(i64::from(device.cores)))];
    for (name, bytes) in ["l1_cache", "l2_cache", "l3_cache"].into_iter().zip(&device.caches) {
        fields.push((name, quantity(*bytes as f64, "B")));
    }
    let bits = simd_bits(device);
    fields.extend(bits.map(|bits| ("simd_bits", Value::Int(bits))));
    let mut notes = Vec::new();
    let mut how = "as the system describes it".to_owned();
    match calibrate(device, bits) {
        Ok(measured) => {
            how = format!("{how}; {}", measured.words);
            fields.extend(measured.fields);
        }
        Err(why) => notes.push(format!("this processor is not calibrated: {why}")),
    }
    fields.push(("source", Value::from(format!("{}, {how}", device.name))));
    let (mut hardware, complaints) = Hardware::read(&device.name, fields);
    notes.extend(complaints.into_iter().map(|c| c.message));
    hardware.calibrated = hardware.figure("fp32_vector_rate").is_some();
    (hardware, notes)
}

fn quantity(number: f64, unit: &str) -> Value {
    match Unit::read(unit) {
        Some(unit) => Value::Quantity(Quantity::of(number, unit)),
        None => Value::Float(number),
    }
}

/// Bits of the widest vectors that this program knows the processor to have.
fn simd_bits(device: &Device) -> Option<i64> {
    let widths = [("avx512f", 512), ("avx", 256), ("asimd", 128), ("sse4_2", 128)];
    let has = |name: &str| device.features.iter().any(|f| f == name);
    widths.into_iter().find(|(name, _)| has(name)).map(|(_, bits)| bits)
}

/// What a calibration found.
struct Measured {
    fields: Vec<(&'static str, Value)>,
    words: String,
}

/// Builds and runs the calibration; a third of a second.
fn calibrate(device: &Device, bits: Option<i64>) -> Result<Measured, String> {
    let bits = bits.ok_or("how wide its vectors are is not known")?;
    let folder = tempfile::tempdir().map_err(|e| format!("no temporary folder: {e}"))?;
    let (source, program) = (folder.path().join("calibrate.c"), folder.path().join("calibrate"));
    std::fs::write(&source, CALIBRATION)
        .map_err(|e| format!("its program cannot be written: {e}"))?;
    let compiler = CompilerOptions::default().command;
    let native = if device.architecture == "x86_64" { "-march=native" } else { "-mcpu=native" };
    let built = Command::new(&compiler)
        .args(["-O3", native, "-ffp-contract=fast", "-pthread"])
        .arg(format!("-DLANE_BYTES={}", bits / 8))
        .arg(&source)
        .arg("-o")
        .arg(&program)
        .output()
        .map_err(|e| format!("the compiler `{compiler}` cannot be run: {e}"))?;
    if !built.status.success() {
        return Err(format!("`{compiler}` does not compile its program"));
    }
    // Twice the last cache is needed to see memory; more than that is not waited for.
    let read = device.caches.last().map_or(0, |bytes| bytes.saturating_mul(2));
    let read = if read > MAX_READ_BYTES { 0 } else { read };
    let output = Command::new(&program)
        .args([device.cores.to_string(), read.to_string()])
        .output()
        .map_err(|e| format!("its program cannot be run: {e}"))?;
    if !output.status.success() {
        return Err("its program failed".to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let figure = |name: &str| {
        let found = text.lines().filter_map(|l| l.split_once(' ')).find(|(n, _)| *n == name);
        found
            .and_then(|(_, number)| number.parse::<f64>().ok())
            .filter(|n| n.is_finite() && *n > 0.0)
    };
    let clock = figure("clock_hz").ok_or("its program says nothing of the clock")?;
    let highest = clock * CLOCK_MARGIN;
    let mut fields = vec![("max_clock", quantity(highest / 1e6, "MHz"))];
    let mut words = format!(
        "calibrated: {} MHz, of which {} % more are allowed for",
        spak_predict::words::digits(clock / 1e6),
        spak_predict::words::digits((CLOCK_MARGIN - 1.0) * 100.0)
    );
    for (field, measured, lane_bits) in
        [("fp32_vector_rate", "f32_flops", 32), ("fp64_vector_rate", "f64_flops", 64)]
    {
        let Some(rate) = figure(measured) else { continue };
        let cores = f64::from(device.cores);
        // A unit multiplies and adds whole vectors each cycle, so what was seen is rounded up to whole units.
        let unit = 2.0 * (bits / lane_bits) as f64;
        let units = (rate / (cores * clock * unit) - 0.05).ceil().max(1.0);
        fields.push((field, quantity(cores * units * unit * highest / 1e9, "GFLOPS")));
        words.push_str(&format!(
            "; {field}: {} GFLOPS seen, {} units of {bits} bits a core",
            spak_predict::words::digits(rate / 1e9),
            units
        ));
    }
    match figure("memory_bytes_per_second") {
        Some(rate) => {
            fields.push(("memory_bandwidth", quantity(rate * CLOCK_MARGIN / 1e9, "GB/s")));
            words.push_str(&format!(
                "; memory: {} GB/s seen",
                spak_predict::words::digits(rate / 1e9)
            ));
        }
        None => words.push_str("; memory: not measured, its caches are too large for that"),
    }
    Ok(Measured { fields, words })
}
