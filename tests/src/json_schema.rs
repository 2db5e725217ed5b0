//! As much of JSON Schema (draft 7) as the schema of SARIF uses.
//!
//! ```text
//! {"type": "object", "required": ["a"]}  and  {"b": 1}      →   "$: 'a' is missing"
//! ```
//!
//! Invariant: a keyword that is not known here is a panic, not a pass.

use fancy_regex::Regex;
use serde_json::{Map, Value};

/// Everything in `value` that the schema forbids.
pub fn violations(schema: &Value, value: &Value) -> Vec<String> {
    let mut validator = Validator { root: schema, found: Vec::new() };
    validator.check(schema, value, "$");
    validator.found
}

struct Validator<'schema> {
    root: &'schema Value,
    found: Vec<String>,
}

impl<'schema> Validator<'schema> {
    fn fail(&mut self, place: &str, what: impl std::fmt::Display) {
        self.found.push(format!("{place}: {what}"));
    }

    fn check(&mut self, schema: &'schema Value, value: &Value, place: &str) {
        let Value::Object(schema) = schema else { panic!("{schema} is no schema") };
        for (keyword, rule) in schema {
            match keyword.as_str() {
                "$schema" | "$id" | "title" | "description" | "default" | "definitions" | "format" => {}
                "$ref" => {
                    let path = rule.as_str().and_then(|path| path.strip_prefix('#')).expect("references are local");
                    let target = self.root.pointer(path).expect("references lead somewhere");
                    self.check(target, value, place);
                }
                "type" => {
                    let types: Vec<&str> = match rule {
                        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
                        one => one.as_str().into_iter().collect(),
                    };
                    if !types.iter().any(|name| is_of_type(value, name)) {
                        self.fail(place, format_args!("{value} is not of the type {rule}"));
                    }
                }
                "enum" => {
                    if !rule.as_array().is_some_and(|values| values.contains(value)) {
                        self.fail(place, format_args!("{value} is not one of {rule}"));
                    }
                }
                "anyOf" | "oneOf" => self.alternatives(keyword, rule, value, place),
                "minimum" | "maximum" => self.bound(keyword, rule, value, place),
                "pattern" => {
                    let pattern = Regex::new(rule.as_str().expect("patterns are text")).expect("the pattern is valid");
                    if let Some(text) = value.as_str()
                        && !pattern.is_match(text).expect("the pattern can be matched")
                    {
                        self.fail(place, format_args!("{text:?} does not match {rule}"));
                    }
                }
                "properties" | "additionalProperties" | "required" | "items" | "minItems" | "uniqueItems" => {}
                unknown => panic!("the keyword '{unknown}' is not known"),
            }
        }
        match value {
            Value::Object(members) => self.object(schema, members, place),
            Value::Array(items) => self.array(schema, items, place),
            _ => {}
        }
    }

    fn object(&mut self, schema: &'schema Map<String, Value>, members: &Map<String, Value>, place: &str) {
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.fail(place, format_args!("'{name}' is missing"));
            }
        }
        let known = schema.get("properties").and_then(Value::as_object);
        for (name, member) in members {
            let place = format!("{place}.{name}");
            match (known.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
                (Some(schema), _) => self.check(schema, member, &place),
                (None, Some(Value::Bool(false))) => self.fail(&place, "there is no such property"),
                (None, Some(schema @ Value::Object(_))) => self.check(schema, member, &place),
                (None, _) => {}
            }
        }
    }

    fn array(&mut self, schema: &'schema Map<String, Value>, items: &[Value], place: &str) {
        if let Some(least) = schema.get("minItems").and_then(Value::as_u64)
            && (items.len() as u64) < least
        {
            self.fail(place, format_args!("fewer than {least} items"));
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            let is_repeated = |index: usize| items[..index].contains(&items[index]);
            if (0..items.len()).any(is_repeated) {
                self.fail(place, "an item stands twice");
            }
        }
        if let Some(schema) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.check(schema, item, &format!("{place}[{index}]"));
            }
        }
    }

    fn alternatives(&mut self, keyword: &str, rule: &'schema Value, value: &Value, place: &str) {
        let schemas = rule.as_array().expect("alternatives are a list");
        let fitting = schemas.iter().filter(|schema| {
            let mut trial = Validator { root: self.root, found: Vec::new() };
            trial.check(schema, value, place);
            trial.found.is_empty()
        });
        let count = fitting.count();
        if count == 0 || (keyword == "oneOf" && count > 1) {
            self.fail(place, format_args!("{count} of the alternatives fit"));
        }
    }

    fn bound(&mut self, keyword: &str, rule: &Value, value: &Value, place: &str) {
        let (Some(bound), Some(number)) = (rule.as_f64(), value.as_f64()) else { return };
        let is_within = if keyword == "minimum" { number >= bound } else { number <= bound };
        if !is_within {
            self.fail(place, format_args!("{number} is beyond the {keyword} {bound}"));
        }
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("the type '{other}' is not known"),
    }
}
