//! What of `contenders.py` needs no GPU: whose turn it is, and what is made of events. PyTorch and the driver are stand-ins that
//! only count, since this machine may have neither; the rest runs where there is a GPU.
#![expect(clippy::print_stderr, reason = "what is skipped is told")]

use std::process::Command;

const SCRIPT: &str = r#"
import ctypes, json, sys, types

torch = types.ModuleType("torch")
for name in ("float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2", "int32", "int64"):
    setattr(torch, name, name)
torch.cuda = types.SimpleNamespace(synchronize=lambda: None)
sys.modules["torch"] = torch
ctypes.CDLL = lambda name: None
contenders = {"__name__": "contenders"}
exec(open(sys.argv[1]).read(), contenders)
contenders["WARM_UP"] = 0.0


class Event:
    def __init__(self, at):
        self.at = at

    def elapsed_time(self, other):
        return other.at - self.at


process = contenders["Process"].__new__(contenders["Process"])
process.places = {3: 1.5, 4: 2.25, 9: 0.5}
taken = []


def sample(milliseconds):
    taken.append(milliseconds)
    return [Event(10.0), Event(10.0 + milliseconds)]


process.sample = sample
times = process.time([3, 4, 9], 7, 1e9)["times"]
print(json.dumps({"times": times, "taken": taken[3:]}))
"#;

#[test]
fn each_has_its_samples_and_comes_after_others_in_turn() {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/contenders.py");
    let ran = Command::new("python3").args(["-c", SCRIPT, source]).output();
    let Ok(ran) = ran else {
        eprintln!("SKIPPED: there is no python3");
        return;
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    let told: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let nanoseconds = [1_500_000, 2_250_000, 500_000];
    for (own, expected) in told["times"].as_array().unwrap().iter().zip(nanoseconds) {
        // Seven were asked for; whole squares of three are six rounds.
        assert_eq!(*own, serde_json::json!(vec![expected; 12]));
    }
    let taken: Vec<f64> =
        told["taken"].as_array().unwrap().iter().map(|t| t.as_f64().unwrap()).collect();
    let rounds: Vec<&[f64]> = taken.chunks(3).collect();
    assert_eq!(rounds.len(), 12);
    for own in [1.5, 2.25, 0.5] {
        for other in [1.5, 2.25, 0.5].into_iter().filter(|other| *other != own) {
            let pairs = rounds.iter().flat_map(|round| round.windows(2));
            assert_eq!(pairs.filter(|pair| **pair == [other, own]).count(), 4, "{taken:?}");
        }
    }
}
