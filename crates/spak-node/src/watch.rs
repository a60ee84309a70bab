//! What the driver's management library tells of a GPU while something runs on it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nvml_wrapper::Nvml;
use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureSensor};
use spak_records::Conditions;

/// Between two looks; the library answers in some ten microseconds.
const PAUSE: Duration = Duration::from_millis(2);
/// The counter of energy moves every few hundredths of a second: shorter spans say nothing.
const SHORTEST: f64 = 0.1;

/// Names of what keeps clocks down, as the library's own tool shows them.
const REASONS: [(ThrottleReasons, &str); 8] = [
    (ThrottleReasons::APPLICATIONS_CLOCKS_SETTING, "applications-clocks-setting"),
    (ThrottleReasons::SW_POWER_CAP, "sw-power-cap"),
    (ThrottleReasons::HW_SLOWDOWN, "hw-slowdown"),
    (ThrottleReasons::SYNC_BOOST, "sync-boost"),
    (ThrottleReasons::SW_THERMAL_SLOWDOWN, "sw-thermal-slowdown"),
    (ThrottleReasons::HW_THERMAL_SLOWDOWN, "hw-thermal-slowdown"),
    (ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN, "hw-power-brake-slowdown"),
    (ThrottleReasons::DISPLAY_CLOCK_SETTING, "display-clock-setting"),
];

/// Looks at a GPU.
#[derive(Debug)]
pub struct Watch {
    nvml: Nvml,
    bus: String,
}

/// One look.
#[derive(Clone, Copy, Debug)]
struct Look {
    at: f64,
    clock: Option<u32>,
    /// Milliwatts, as the library averages them.
    power: Option<u32>,
    /// Millijoules since the driver was loaded.
    energy: Option<u64>,
    reasons: ThrottleReasons,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// How the GPU was.
    pub conditions: Conditions,
    /// Watts by the counter of energy; none where the time was too short for it.
    pub watts: Option<f64>,
}

impl Watch {
    /// Of the GPU at this place (`0000:3b:00.0`); none where the library is not there or knows no such GPU.
    pub fn of(bus: &str) -> Option<Self> {
        // The name without a number comes with what one compiles against, and is not on a machine that only runs.
        let nvml = Nvml::builder().lib_path("libnvidia-ml.so.1".as_ref()).init().ok()?;
        nvml.device_by_pci_bus_id(bus).ok()?;
        Some(Self { nvml, bus: bus.to_owned() })
    }

    /// Looks while something is done.
    pub fn during<T>(&self, work: impl FnOnce() -> T) -> (T, Option<Seen>) {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let looking = scope.spawn(|| self.look_until(&is_over));
            let result = work();
            is_over.store(true, Ordering::Relaxed);
            (result, looking.join().ok().flatten())
        })
    }

    fn look_until(&self, is_over: &AtomicBool) -> Option<Seen> {
        let device = self.nvml.device_by_pci_bus_id(self.bus.as_str()).ok()?;
        let begin = Instant::now();
        let mut looks = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            looks.push(Look {
                at: begin.elapsed().as_secs_f64(),
                clock: device.clock_info(Clock::SM).ok(),
                power: device.power_usage().ok(),
                energy: device.total_energy_consumption().ok(),
                reasons: device.current_throttle_reasons().unwrap_or(ThrottleReasons::NONE),
            });
            std::thread::sleep(PAUSE);
        }
        let temperature = device.temperature(TemperatureSensor::Gpu).unwrap_or(0);
        let most = device.max_clock_info(Clock::SM).unwrap_or(0);
        summary(&looks, temperature, most)
    }
}

fn summary(looks: &[Look], temperature_c: u32, max_clock_mhz: u32) -> Option<Seen> {
    let clock_mhz = median(looks.iter().filter_map(|look| look.clock))?;
    let watts = watts(looks);
    let average = median(looks.iter().filter_map(|look| look.power));
    let power_w = watts.or_else(|| average.map(|milliwatts| f64::from(milliwatts) / 1e3))?;
    let all = looks.iter().fold(ThrottleReasons::NONE, |all, look| all | look.reasons);
    let throttled = REASONS.iter().filter(|(reason, _)| all.contains(*reason));
    let throttled = throttled.map(|(_, name)| (*name).to_owned()).collect();
    let conditions = Conditions { clock_mhz, max_clock_mhz, power_w, temperature_c, throttled };
    Some(Seen { conditions, watts })
}

/// The slope of energy between the first and the last time that its counter was seen to move.
fn watts(looks: &[Look]) -> Option<f64> {
    let moves: Vec<(f64, u64)> = looks
        .windows(2)
        .filter_map(|pair| match pair {
            [before, after] if before.energy != after.energy => Some((after.at, after.energy?)),
            _ => None,
        })
        .collect();
    let ((from, low), (to, high)) = (moves.first()?, moves.last()?);
    let seconds = to - from;
    (seconds >= SHORTEST).then(|| high.saturating_sub(*low) as f64 / 1e3 / seconds)
}

fn median(values: impl Iterator<Item = u32>) -> Option<u32> {
    let mut values: Vec<u32> = values.collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::{Look, summary, watts};
    use nvml_wrapper::bitmasks::device::ThrottleReasons;

    fn look(at: f64, energy: u64) -> Look {
        let reasons =
            if at > 0.2 { ThrottleReasons::SW_POWER_CAP } else { ThrottleReasons::GPU_IDLE };
        Look { at, clock: Some(1_980), power: Some(300_000), energy: Some(energy), reasons }
    }

    #[test]
    fn power_is_the_slope_of_energy_between_moves_of_its_counter() {
        // The counter moves every 50 ms by 35 J: 700 W.
        let looks: Vec<Look> =
            (0..150_u64).map(|n| look(n as f64 * 2e-3, n / 25 * 35_000)).collect();
        let seen = watts(&looks).unwrap();
        assert!((seen - 700.0).abs() < 1.0, "{seen}");
        assert_eq!(watts(&looks[..30]), None);
        let all = summary(&looks, 60, 1_980).unwrap();
        assert_eq!(all.conditions.throttled, ["sw-power-cap"]);
        assert_eq!(all.conditions.clock_mhz, 1_980);
        assert_eq!(summary(&looks[..30], 60, 1_980).unwrap().conditions.power_w, 300.0);
        assert_eq!(summary(&[], 60, 1_980), None);
    }
}
