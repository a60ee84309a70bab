//! A module as text, close to what Tile IR's own tools write.

use std::fmt::{self, Display, Formatter, Write as _};

use crate::kinds::{Bounds, FloatBinary, IntegerBinary, Kind, Overflow, Signedness};
use crate::module::{Block, Function, Layout, Module, Operation, Type, TypeId};
use crate::number::Mode;

impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "// Tile IR {}", self.version)?;
        for global in &self.globals {
            writeln!(f, "global @{} : {}", global.name, global.element.name())?;
        }
        for function in &self.functions {
            self.function(f, function)?;
        }
        Ok(())
    }
}

/// A type as text.
pub(crate) fn type_text(module: &Module, one: &Type) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = module.one_type(&mut text, one);
    text
}

fn list<T>(
    f: &mut impl fmt::Write,
    between: &str,
    all: &[T],
    mut each: impl FnMut(&mut dyn fmt::Write, &T) -> fmt::Result,
) -> fmt::Result {
    for (number, one) in all.iter().enumerate() {
        if number > 0 {
            f.write_str(between)?;
        }
        each(f, one)?;
    }
    Ok(())
}

impl Module {
    fn type_id(&self, f: &mut impl fmt::Write, id: TypeId) -> fmt::Result {
        match self.type_of(id) {
            Some(one) => self.one_type(f, one),
            None => f.write_str("?"),
        }
    }

    fn one_type(&self, f: &mut impl fmt::Write, one: &Type) -> fmt::Result {
        let size = |f: &mut dyn fmt::Write, one: &Option<u64>| match one {
            Some(one) => write!(f, "{one}"),
            None => f.write_str("?"),
        };
        match one {
            Type::Element(element) => f.write_str(element.name()),
            Type::Pointer(element) => write!(f, "ptr<{}>", element.name()),
            Type::Tile { element, pointee, shape } => {
                f.write_str("tile<")?;
                for one in shape {
                    write!(f, "{one}x")?;
                }
                match pointee {
                    Some(to) => write!(f, "ptr<{}>>", to.name()),
                    None => write!(f, "{}>", element.name()),
                }
            }
            Type::TensorView { element, shape, strides } => {
                f.write_str("tensor_view<")?;
                for one in shape {
                    size(f, one)?;
                    f.write_str("x")?;
                }
                write!(f, "{}, strides=[", element.name())?;
                list(f, ",", strides, size)?;
                f.write_str("]>")
            }
            Type::View(view) => {
                let name = match &view.layout {
                    Layout::Gather { .. } => "gather_scatter_view",
                    Layout::Grid { steps, .. } => {
                        let dense =
                            steps.iter().zip(&view.tile).all(|(step, size)| *step == *size as u64);
                        if dense { "partition_view" } else { "strided_view" }
                    }
                };
                write!(f, "{name}<tile=(")?;
                list(f, "x", &view.tile, |f, one| write!(f, "{one}"))?;
                f.write_str(")")?;
                match &view.layout {
                    Layout::Gather { sparse } => write!(f, ", sparse_dim={sparse}")?,
                    Layout::Grid { dimensions, steps } => {
                        write!(f, ", steps={steps:?}, dim_map={dimensions:?}")?;
                    }
                }
                match view.padding {
                    Some(padding) => write!(f, ", padding={padding:?}, ")?,
                    None => f.write_str(", ")?,
                }
                self.type_id(f, view.tensor)?;
                f.write_str(">")
            }
            Type::Token => f.write_str("token"),
            Type::Function { parameters, .. } => {
                write!(f, "function of {} parameters", parameters.len())
            }
        }
    }

    fn arguments(&self, f: &mut Formatter<'_>, block: &Block) -> fmt::Result {
        for (number, id) in block.arguments.iter().enumerate() {
            if number > 0 {
                f.write_str(", ")?;
            }
            write!(f, "%{}: ", block.first as usize + number)?;
            self.type_id(f, *id)?;
        }
        Ok(())
    }

    fn function(&self, f: &mut Formatter<'_>, function: &Function) -> fmt::Result {
        let what = if function.entry { "entry" } else { "function" };
        write!(f, "{what} @{}(", function.name)?;
        self.arguments(f, &function.body)?;
        writeln!(f, ") {{")?;
        self.operations(f, &function.body, 1)?;
        writeln!(f, "}}")
    }

    fn operations(&self, f: &mut Formatter<'_>, block: &Block, depth: usize) -> fmt::Result {
        for operation in &block.operations {
            write!(f, "{:1$}", "", depth * 2)?;
            self.operation(f, operation)?;
            for inner in &operation.blocks {
                f.write_str(" {")?;
                if !inner.arguments.is_empty() {
                    f.write_str(" (")?;
                    self.arguments(f, inner)?;
                    f.write_str(")")?;
                }
                writeln!(f)?;
                self.operations(f, inner, depth + 1)?;
                write!(f, "{:1$}}}", "", depth * 2)?;
            }
            if let Some(place) = self.location(operation) {
                write!(f, "  // {}:{}", place.file, place.line)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn operation(&self, f: &mut Formatter<'_>, operation: &Operation) -> fmt::Result {
        for number in 0..operation.results.len() {
            let after = if number + 1 == operation.results.len() { " = " } else { ", " };
            write!(f, "%{}{after}", operation.first as usize + number)?;
        }
        f.write_str(operation.kind.name())?;
        for (number, operand) in operation.operands.iter().enumerate() {
            f.write_str(if number > 0 { ", " } else { " " })?;
            write!(f, "%{}", operand.value)?;
        }
        let details = details(&operation.kind, self);
        if !details.is_empty() {
            write!(f, " {details}")?;
        }
        for (number, id) in operation.results.iter().enumerate() {
            f.write_str(if number > 0 { ", " } else { " : " })?;
            self.type_id(f, *id)?;
        }
        Ok(())
    }
}

fn sign(signedness: Signedness) -> &'static str {
    match signedness {
        Signedness::Signed => "signed",
        Signedness::Unsigned => "unsigned",
    }
}

fn rounding(mode: Mode, flush: bool) -> String {
    let mode = match mode {
        Mode::NearestEven => "",
        Mode::Zero => "rounding<zero>",
        Mode::Down => "rounding<negative_inf>",
        Mode::Up => "rounding<positive_inf>",
        Mode::Approximate => "rounding<approx>",
        Mode::Full => "rounding<full>",
        Mode::IntegerToZero => "rounding<nearest_int_to_zero>",
        Mode::NearestAway => "rounding<nearest_away>",
    };
    match (mode, flush) {
        (_, false) => mode.to_owned(),
        ("", true) => "flush_to_zero".to_owned(),
        (_, true) => format!("{mode} flush_to_zero"),
    }
}

fn overflow(overflow: Overflow) -> String {
    match (overflow.no_signed, overflow.no_unsigned) {
        (false, false) => String::new(),
        (true, false) => "overflow<no_signed_wrap>".to_owned(),
        (false, true) => "overflow<no_unsigned_wrap>".to_owned(),
        (true, true) => "overflow<no_wrap>".to_owned(),
    }
}

/// What an operation says about how it does what it does.
fn details(kind: &Kind, module: &Module) -> String {
    match kind {
        Kind::FloatUnary { mode, flush, .. } => rounding(*mode, *flush),
        Kind::FloatBinary {
            what: FloatBinary::Max { nan: true } | FloatBinary::Min { nan: true },
            mode,
            flush,
        } => format!("propagate_nan {}", rounding(*mode, *flush)).trim_end().to_owned(),
        Kind::FloatBinary { mode, flush, .. } | Kind::Fma { mode, flush } => {
            rounding(*mode, *flush)
        }
        Kind::FloatToFloat { mode } => rounding(*mode, false),
        Kind::IntegerBinary { what, overflow: flags } => match what {
            IntegerBinary::Div(signedness, mode) => {
                format!("{} {}", sign(*signedness), rounding(*mode, false)).trim_end().to_owned()
            }
            IntegerBinary::ShiftRight(signedness)
            | IntegerBinary::Rem(signedness)
            | IntegerBinary::Max(signedness)
            | IntegerBinary::Min(signedness) => sign(*signedness).to_owned(),
            _ => overflow(*flags),
        },
        Kind::CompareFloat { predicate, ordered } => {
            format!("{predicate:?} {}", if *ordered { "ordered" } else { "unordered" })
        }
        Kind::CompareInteger { predicate, signedness } => {
            format!("{predicate:?} {}", sign(*signedness))
        }
        Kind::FloatToInteger { signedness, saturating } => {
            let saturating = if *saturating { " saturating" } else { "" };
            format!("{}{saturating}", sign(*signedness))
        }
        Kind::IntegerToFloat { signedness, .. } | Kind::Extend(signedness) => {
            sign(*signedness).to_owned()
        }
        Kind::Truncate(flags) => overflow(*flags),
        Kind::Assume(Bounds::Divisible { divisor, groups: None }) => format!("div_by<{divisor}>"),
        Kind::Assume(Bounds::Divisible { divisor, groups: Some((every, along)) }) => {
            format!("div_by<{divisor}, every {every} along {along}>")
        }
        Kind::Assume(Bounds::Between { low, high }) => {
            let text =
                |bound: &Option<i64>| bound.map_or_else(|| "?".to_owned(), |one| one.to_string());
            format!("bounded<{}, {}>", text(low), text(high))
        }
        Kind::Constant { constant, .. } => {
            let bytes = module.constants.get(*constant as usize).map_or(&[][..], |all| all);
            let mut text = String::from("0x");
            for byte in bytes.iter().take(8).rev() {
                // Writing to a string does not fail.
                let _ = write!(text, "{byte:02x}");
            }
            if bytes.len() > 8 {
                text.push('…');
            }
            text
        }
        Kind::Permute(order) => format!("{order:?}"),
        Kind::Cat { dimension } | Kind::Reduce { dimension, .. } => format!("dim={dimension}"),
        Kind::Scan { dimension, reverse, .. } => format!("dim={dimension} reverse={reverse}"),
        Kind::MatrixInteger { left, right } => format!("{} {}", sign(*left), sign(*right)),
        Kind::For { unsigned: true } => "unsigned".to_owned(),
        Kind::GetGlobal(name) => format!("@{name}"),
        Kind::Assert(text) | Kind::Print(text) => format!("{text:?}"),
        Kind::AtomicView { mode, .. } | Kind::AtomicUpdate { mode, .. } => format!("{mode:?}"),
        Kind::LoadPointer { mask, padding } => {
            let words = [(*mask, "mask"), (*padding, "padding")];
            words
                .iter()
                .filter(|(there, _)| *there)
                .map(|(_, word)| *word)
                .collect::<Vec<_>>()
                .join(" ")
        }
        Kind::StorePointer { mask: true } | Kind::AtomicCompare { mask: true } => "mask".to_owned(),
        Kind::LoadView { inside } | Kind::StoreView { inside } if inside.contains(&true) => {
            format!("inside={inside:?}")
        }
        _ => String::new(),
    }
}
