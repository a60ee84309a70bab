//! Types as they are written, and what they say about numbers.

use std::rc::Rc;

use spak_program::Constant;

use crate::ast::{Path, TypeExpr};
use crate::machine::Machine;
use crate::value::{Frame, Slot, Type, TypeKind, Value};

/// Names of types of numbers, by their last part.
const SCALARS: &[(&str, &str)] = &[
    ("float", "f32"),
    ("double", "f64"),
    ("half", "f16"),
    ("__half", "f16"),
    ("half_t", "f16"),
    ("Half", "f16"),
    ("nv_half", "f16"),
    ("__nv_bfloat16", "bf16"),
    ("nv_bfloat16", "bf16"),
    ("bfloat16_t", "bf16"),
    ("BFloat16", "bf16"),
    ("tfloat32_t", "tf32"),
    ("__nv_fp8_e4m3", "f8e4m3"),
    ("float_e4m3_t", "f8e4m3"),
    ("__nv_fp8_e5m2", "f8e5m2"),
    ("float_e5m2_t", "f8e5m2"),
    ("int", "i32"),
    ("int32_t", "i32"),
    ("signed", "i32"),
    ("unsigned", "u32"),
    ("unsigned int", "u32"),
    ("uint32_t", "u32"),
    ("uint", "u32"),
    ("long", "i64"),
    ("long long", "i64"),
    ("int64_t", "i64"),
    ("size_t", "i64"),
    ("ptrdiff_t", "i64"),
    ("unsigned long", "u64"),
    ("unsigned long long", "u64"),
    ("uint64_t", "u64"),
    ("uintptr_t", "u64"),
    ("short", "i16"),
    ("int16_t", "i16"),
    ("uint16_t", "u16"),
    ("unsigned short", "u16"),
    ("char", "i8"),
    ("int8_t", "i8"),
    ("signed char", "i8"),
    ("uint8_t", "u8"),
    ("unsigned char", "u8"),
    ("bool", "bool"),
];

/// Types of several numbers: of what, and how many.
const VECTORS: &[(&str, &str, i64)] = &[
    ("float2", "f32", 2),
    ("float3", "f32", 3),
    ("float4", "f32", 4),
    ("double2", "f64", 2),
    ("half2", "f16", 2),
    ("__half2", "f16", 2),
    ("__nv_bfloat162", "bf16", 2),
    ("nv_bfloat162", "bf16", 2),
    ("int2", "i32", 2),
    ("int4", "i32", 4),
    ("uint2", "u32", 2),
    ("uint4", "u32", 4),
    ("uint128_t", "u32", 4),
    ("longlong2", "i64", 2),
    ("ulonglong2", "u64", 2),
    ("char4", "i8", 4),
    ("uchar4", "u8", 4),
];

impl Machine {
    pub(crate) fn type_of(&mut self, written: &TypeExpr, frame: &Rc<Frame>) -> Rc<Type> {
        if let Some(of) = &written.of {
            let value = self.eval(of, frame);
            return match value {
                Value::Type(of) => of,
                Value::Object(object) => {
                    Rc::new(Type { kind: TypeKind::Class(Rc::clone(&object.of)), pointer: false })
                }
                _ => Rc::new(Type { kind: TypeKind::Auto, pointer: written.pointer }),
            };
        }
        let Some(path) = &written.path else {
            return Rc::new(Type { kind: TypeKind::Auto, pointer: written.pointer });
        };
        let found = self.deeper(written.site, |machine| machine.type_of_path(path, frame, written));
        let Some(mut found) = found else {
            return Rc::new(Type { kind: TypeKind::Auto, pointer: written.pointer });
        };
        if written.pointer && !found.pointer {
            found = Rc::new(Type { pointer: true, ..Type::clone(&found) });
        }
        found
    }

    fn type_of_path(&mut self, path: &Path, frame: &Rc<Frame>, written: &TypeExpr) -> Rc<Type> {
        let last = path.last();
        if path.parts.len() == 1 || path.parts.first().is_some_and(|one| one.name == "std") {
            let is_own = matches!(self.find(last, frame), Some(Slot::Value(Value::Type(_))));
            if !is_own && let Some(kind) = builtin(last) {
                return Rc::new(Type { kind, pointer: false });
            }
        }
        match self.path(path, frame, written.site) {
            Some(Slot::Value(Value::Type(of))) => return of,
            // A number where the grammar saw a type.
            Some(Slot::Value(value)) if !matches!(value, Value::Function(_)) => {
                return Rc::new(Type::named("Int", vec![value]));
            }
            _ => {}
        }
        if let Some(kind) = builtin(last) {
            return Rc::new(Type { kind, pointer: false });
        }
        let arguments = path.parts.last().and_then(|part| part.arguments.clone());
        let arguments = arguments.map_or(Vec::new(), |all| self.template_values(&all, frame));
        if last == "conditional_t"
            && let Some(Value::Type(of)) = self.conditional(&arguments)
        {
            return of;
        }
        let names: Vec<&str> = path.parts.iter().map(|part| part.name.as_str()).collect();
        Rc::new(Type::named(names.last().copied().unwrap_or(""), arguments))
    }

    /// The number that a type stands for: `Int<64>`, `_16`.
    pub(crate) fn value_of_type(&mut self, of: &Type) -> Option<Value> {
        let TypeKind::Named(name, arguments) = &of.kind else { return None };
        match name.as_str() {
            "Int" | "C" | "constant" => arguments.first().cloned(),
            "integral_constant" | "bool_constant" => arguments.last().cloned(),
            "true_type" => Some(Value::Known(Constant::Bool(true), self.nowhere())),
            "false_type" => Some(Value::Known(Constant::Bool(false), self.nowhere())),
            "Shape" | "tuple" | "Coord" | "Tile" | "Stride" | "Step" | "GemmShape" => {
                let mut parts = Vec::new();
                for argument in arguments {
                    let part = match argument {
                        Value::Type(inner) => {
                            self.value_of_type(inner).unwrap_or_else(|| argument.clone())
                        }
                        other => other.clone(),
                    };
                    parts.push(part);
                }
                Some(Value::Tuple(parts.into()))
            }
            _ => {
                let number = name.strip_prefix('_')?.parse().ok()?;
                Some(Value::Known(Constant::Int(number), self.nowhere()))
            }
        }
    }

    pub(crate) fn type_name(&self, of: &Type) -> String {
        match &of.kind {
            TypeKind::Scalar(name) | TypeKind::Vector(name, _) => (*name).to_owned(),
            TypeKind::Class(instance) => instance.class.name.clone(),
            TypeKind::Named(name, _) => name.clone(),
            TypeKind::Auto => "auto".to_owned(),
        }
    }

    /// How many bytes a number of a type has.
    pub(crate) fn bytes_of(&self, of: &Type) -> Option<i64> {
        let bits = |name: &str| {
            let digits: String = name
                .chars()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(char::is_ascii_digit)
                .collect();
            digits.parse::<i64>().ok()
        };
        match &of.kind {
            _ if of.pointer => Some(8),
            TypeKind::Scalar("bool") => Some(1),
            TypeKind::Scalar("tf32") => Some(4),
            TypeKind::Scalar(name) => bits(name).map(|bits| bits / 8),
            TypeKind::Vector(name, count) => bits(name).map(|bits| bits / 8 * count),
            _ => None,
        }
    }
}

fn builtin(name: &str) -> Option<TypeKind> {
    if let Some((_, dtype)) = SCALARS.iter().find(|(known, _)| *known == name) {
        return Some(TypeKind::Scalar(dtype));
    }
    let vector = VECTORS.iter().find(|(known, _, _)| *known == name);
    vector.map(|(_, dtype, count)| TypeKind::Vector(dtype, *count))
}
