//! Scratch: counts and times of the published spaces, with restrictions read as formulas of a design.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a scratch program")]
use spak_space::{Constraint, Dialect, Parameter, Problem, Space};
use std::time::Instant;
fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut best = f64::INFINITY;
        let mut best_parse = f64::INFINITY;
        let mut result = String::new();
        for _ in 0..9 {
            let t = Instant::now();
            let parameters = json["params"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(k, v)| {
                    Parameter::new(
                        k.clone(),
                        v.as_array()
                            .unwrap()
                            .iter()
                            .map(|x| spak_records::Value::Int(x.as_i64().unwrap()))
                            .collect(),
                    )
                })
                .collect();
            let constraints = json["constraints"]
                .as_array()
                .unwrap()
                .iter()
                .map(|c| {
                    let text = c.as_str().unwrap();
                    Constraint {
                        text: text.to_owned(),
                        expr: spak_expr::parse(text, 0).expr.unwrap(),
                    }
                })
                .collect();
            let problem = Problem {
                parameters,
                constraints,
                symbols: Default::default(),
                dialect: Dialect::Python,
            };
            best_parse = best_parse.min(t.elapsed().as_secs_f64());
            match Space::of(&problem) {
                Ok(space) => {
                    best = best.min(t.elapsed().as_secs_f64());
                    result = format!("{} edges {}", space.count(), space.edges());
                }
                Err(e) => {
                    result = e.to_string();
                    break;
                }
            }
        }
        let name = path.rsplit('/').next().unwrap();
        println!(
            "{name:32} {:>10.3} ms (parse {:.3})  {result}  expected {}",
            best * 1e3,
            best_parse * 1e3,
            json["valid_configs"]
        );
    }
}
