//! The schemas in `schemas/` are those that the program prints, and what it prints conforms to them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Folder;

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas")
}

/// Every format that the program has a schema of.
fn formats() -> Vec<String> {
    let list = Folder::new().spak(&["schema"]).ended(0).out;
    list.lines().map(str::to_owned).collect()
}

#[test]
fn the_schemas_in_the_repository_are_those_of_the_program() {
    let folder = Folder::new();
    let formats = formats();
    assert!(formats.len() > 10, "{formats:?}");
    let bless = std::env::var_os("SPAK_BLESS").is_some();
    for format in &formats {
        let schema = folder.spak(&["schema", format]).ended(0).out;
        let path = kept().join(format!("{format}.json"));
        if bless {
            std::fs::create_dir_all(kept()).unwrap();
            std::fs::write(&path, &schema).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == schema, "{} is out of date; SPAK_BLESS=1 writes it anew", path.display());
    }
    let mut files: Vec<String> = std::fs::read_dir(kept())
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .map(|name| name.trim_end_matches(".json").to_owned())
        .collect();
    files.sort();
    assert_eq!(files, formats, "a schema of no format is left over");
}

#[test]
fn an_unknown_format_gets_a_suggestion() {
    let ran = Folder::new().spak(&["schema", "spak.chek"]).ended(2);
    assert_eq!(ran.err, "spak: there is no format `spak.chek`; did you mean `spak.check`?\n");
}

/// Everything in which `value` does not conform to the schema of its own format, by path.
pub(crate) fn faults(value: &Value) -> Vec<String> {
    let format = value["format"].as_str().unwrap_or_else(|| panic!("no format in {value}"));
    assert_eq!(value["version"], 1);
    let schema = Folder::new().spak(&["schema", format]).ended(0).value();
    let mut faults = Vec::new();
    conform(value, &schema, &schema, "$", &mut faults);
    faults
}

/// Everything in which `value` does not conform to the schema of `format`.
pub(crate) fn faults_of(value: &Value, format: &str) -> Vec<String> {
    let schema = Folder::new().spak(&["schema", format]).ended(0).value();
    let mut faults = Vec::new();
    conform(value, &schema, &schema, "$", &mut faults);
    faults
}

/// The part of JSON Schema that the schemas use; a keyword that is not known here is an error, so that
/// nothing is taken for checked that is not.
fn conform(value: &Value, schema: &Value, root: &Value, path: &str, faults: &mut Vec<String>) {
    let Value::Object(keywords) = schema else {
        assert_eq!(schema, &Value::Bool(true), "a schema at {path}");
        return;
    };
    for (keyword, wanted) in keywords {
        let fits = |schema: &Value| {
            let mut inner = Vec::new();
            conform(value, schema, root, path, &mut inner);
            inner.is_empty()
        };
        let good = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" | "default" => true,
            "$ref" => fits(root.pointer(wanted.as_str().unwrap().trim_start_matches('#')).unwrap()),
            "type" => match wanted {
                Value::Array(all) => all.iter().any(|t| is_type(value, t.as_str().unwrap())),
                one => is_type(value, one.as_str().unwrap()),
            },
            "enum" => wanted.as_array().unwrap().contains(value),
            "const" => wanted == value,
            "minimum" => value.as_f64().is_none_or(|x| x >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|x| x <= wanted.as_f64().unwrap()),
            "anyOf" => wanted.as_array().unwrap().iter().any(fits),
            "oneOf" => wanted.as_array().unwrap().iter().filter(|s| fits(s)).count() == 1,
            "allOf" => wanted.as_array().unwrap().iter().all(fits),
            "required" => {
                let names = wanted.as_array().unwrap().iter();
                names.map(|n| n.as_str().unwrap()).all(|n| value.get(n).is_some())
            }
            "minItems" => {
                value.as_array().is_none_or(|a| a.len() as u64 >= wanted.as_u64().unwrap())
            }
            "maxItems" => {
                value.as_array().is_none_or(|a| a.len() as u64 <= wanted.as_u64().unwrap())
            }
            "properties" | "items" | "prefixItems" | "additionalProperties" => true,
            other => panic!("the keyword `{other}` is not checked here yet"),
        };
        if !good {
            faults.push(format!("{path}: {keyword} {wanted}"));
        }
    }
    members(value, schema, root, path, faults);
}

fn members(value: &Value, schema: &Value, root: &Value, path: &str, faults: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let place = format!("{path}[{index}]");
                let by_place = schema.get("prefixItems").and_then(|all| all.get(index));
                if let Some(schema) = by_place.or_else(|| schema.get("items")) {
                    conform(item, schema, root, &place, faults);
                }
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let place = format!("{path}.{name}");
                let declared = schema.get("properties").and_then(|p| p.get(name));
                match declared.or_else(|| schema.get("additionalProperties")) {
                    Some(Value::Bool(false)) => faults.push(format!("{place}: is not declared")),
                    Some(schema) => conform(field, schema, root, &place, faults),
                    None => {}
                }
            }
        }
        _ => {}
    }
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("no type `{other}`"),
    }
}

#[test]
fn the_validator_of_these_tests_sees_faults() {
    let folder = Folder::with("a.dsl", "system A { tuning_space { tile: [1, 2] } }\n");
    let (_, good) = folder.json(&["check", "a.dsl"]);
    assert_eq!(faults(&good), Vec::<String>::new());
    let mut missing = good.clone();
    missing.as_object_mut().unwrap().remove("errors");
    assert!(!faults(&missing).is_empty());
    let mut wrong = good.clone();
    wrong["files"][0]["slots"]["formal"] = "many".into();
    assert!(!faults(&wrong).is_empty());
    let mut deep = good;
    deep["files"][0]["rewrites"] = serde_json::json!([{ "place": {}, "text": "", "rewrite": "" }]);
    assert!(!faults(&deep).is_empty());
}
