//! What a prediction takes for granted, and how a config changes it.

use spak_records::Config;

use crate::family::Case;

/// Where exponentials may be computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exponentials {
    /// On any units, split over them as a kernel likes.
    #[default]
    AnyUnits,
    /// On special-function units only.
    SpecialUnits,
}

/// What products of 32-bit floats may be rounded to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// TF32 is allowed, as libraries do.
    #[default]
    Any,
    /// Nothing: 24 bits of significand in every product.
    Ieee,
}

/// What products are summed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accumulators {
    /// Whatever is fastest.
    #[default]
    Any,
    /// 32-bit floats.
    Fp32,
}

/// What may be in caches when a call begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Caches {
    /// Anything that fits, as in a benchmark that repeats calls.
    #[default]
    Any,
    /// Nothing of the inputs.
    Cold,
}

/// Everything that a bound takes for granted besides the work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Where exponentials are computed.
    pub exponentials: Exponentials,
    /// How products of 32-bit floats may be rounded.
    pub precision: Precision,
    /// What products are summed in.
    pub accumulators: Accumulators,
    /// What is in caches before a call.
    pub caches: Caches,
}

impl Options {
    /// What `config` says: `math_approximation` or `exponentials` (`exp`, `exp2`, `special`: special-function
    /// units; anything else: any), `precision: "ieee"`, `accum_dtype` or `acc_dtype` in FP32.
    pub fn of(config: &Config, caches: Caches) -> Self {
        let case_text = |names: &[&str]| {
            names.iter().find_map(|name| config.get(name).and_then(spak_records::Value::as_text))
        };
        let exponentials = match case_text(&["exponentials", "math_approximation"]) {
            Some("exp" | "exp2" | "ex2" | "special") => Exponentials::SpecialUnits,
            _ => Exponentials::AnyUnits,
        };
        let precision = match case_text(&["precision", "matmul_precision"]) {
            Some("ieee" | "highest" | "f32" | "fp32") => Precision::Ieee,
            _ => Precision::Any,
        };
        let accumulators = match case_text(&["accum_dtype", "acc_dtype"]) {
            Some("f32" | "fp32" | "float32" | "f64" | "fp64" | "float64") => Accumulators::Fp32,
            _ => Accumulators::Any,
        };
        Self { exponentials, precision, accumulators, caches }
    }

    /// What a bound under these options holds for, in sentences.
    pub fn assumes(&self, case: &Case<'_>, has_exponentials: bool, gpu: bool) -> Vec<String> {
        let mut out = Vec::new();
        if gpu {
            out.push("products run on one kind of unit".to_owned());
        }
        if has_exponentials && gpu {
            out.push(match self.exponentials {
                Exponentials::AnyUnits => {
                    "exponentials may be split over special-function and vector units; `exponentials=special` allows the former only"
                        .to_owned()
                }
                Exponentials::SpecialUnits => {
                    "exponentials run on special-function units, as the config says".to_owned()
                }
            });
        }
        if case.dtype == crate::dtype::Dtype::F32 && gpu {
            out.push(match self.precision {
                Precision::Any => {
                    "products of f32 may be rounded to TF32; `precision=ieee` forbids that"
                        .to_owned()
                }
                Precision::Ieee => "products of f32 keep all bits, as the config says".to_owned(),
            });
        }
        out.push(match self.caches {
            Caches::Any => {
                "what fits the last-level cache may be there before the call and stay there after it".to_owned()
            }
            Caches::Cold => "no input is in a cache before the call".to_owned(),
        });
        out
    }
}
