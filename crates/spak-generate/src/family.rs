//! What a template family understands, as its manifest (`family.dsl`) states it.

use spak_records::Value;

/// One template family of one backend.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// Name, equal to that of its template folder and of its problem (`matmul`).
    pub name: String,
    /// Choices that change what the code is.
    pub axes: Vec<Axis>,
    /// Numbers that change how the code is laid on the machine.
    pub parameters: Vec<Parameter>,
    /// What a config has to satisfy beside being made of known values.
    pub constraints: Vec<Constraint>,
}

/// A design axis of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Name (`softmax_scheme`).
    pub name: String,
    /// Every value the template has code for; the first is the default.
    pub values: Vec<Value>,
}

/// A tuning parameter of a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name (`tile_m`).
    pub name: String,
    /// Values worth trying; the first is the default. Other whole numbers in range are understood too.
    pub values: Vec<Value>,
}

/// A condition over axes, parameters and the problem's sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// The formula, in the language of designs.
    pub formula: String,
    /// Why it must hold.
    pub reason: String,
}

impl Family {
    /// The axis called `name`.
    pub fn axis(&self, name: &str) -> Option<&Axis> {
        self.axes.iter().find(|a| a.name == name)
    }

    /// Whether a design's axis or parameter changes anything: backends other than C have several names for a size.
    pub fn knows(&self, backend: &str, name: &str) -> bool {
        let is_parameter = |name: &str| self.parameter(name).is_some();
        self.axis(name).is_some()
            || is_parameter(name)
            || backend != "c" && is_parameter(&crate::regenerate::usual(name))
    }

    /// The parameter called `name`.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|p| p.name == name)
    }
}
