//! The JSON schema of a restaurant's file, `docs/restaurant-file.schema.json`: what serde and utoipa know of its type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use servery_domain::restaurant_file::RestaurantFile;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use crate::api::openapi::complete;

const COMMITTED: &str = "../docs/restaurant-file.schema.json";

fn schema() -> String {
    let mut types: Vec<(String, RefOr<Schema>)> =
        vec![(RestaurantFile::name().into(), RestaurantFile::schema())];
    RestaurantFile::schemas(&mut types);
    types.iter_mut().for_each(|(_, schema)| complete(schema));
    let types: BTreeMap<String, Value> = types
        .into_iter()
        .map(|(name, schema)| (name, closed(serde_json::to_value(schema).unwrap())))
        .collect();
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A restaurant as a file of Servery",
        "$ref": "#/$defs/RestaurantFile",
        "$defs": types,
    });
    let text = serde_json::to_string_pretty(&document).unwrap();
    text.replace("#/components/schemas/", "#/$defs/") + "\n"
}

/// The reader refuses fields that it does not know.
fn closed(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut members: Map<_, _> = members
                .into_iter()
                .map(|(name, part)| (name, closed(part)))
                .collect();
            if members.get("properties").is_some_and(Value::is_object) {
                members.insert("additionalProperties".into(), false.into());
            }
            members.into()
        }
        Value::Array(items) => items.into_iter().map(closed).collect(),
        other => other,
    }
}

#[test]
fn the_committed_schema_is_that_of_the_type() {
    let schema = schema();
    if std::env::var_os("SERVERY_WRITE_SCHEMA").is_some() {
        std::fs::write(COMMITTED, &schema).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    assert!(
        committed == schema,
        "the type has changed: run this test with SERVERY_WRITE_SCHEMA=1, and commit docs/restaurant-file.schema.json"
    );
}

/// All that the schema allows is in the example: the reader takes from there what it puts in place of mistakes.
#[test]
fn the_example_has_one_of_everything() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    let example: Value = serde_json::from_str(include_str!("example.json")).unwrap();
    let mut missing = BTreeSet::new();
    look(
        &schema,
        &schema["$defs"]["RestaurantFile"],
        &[&example],
        "",
        &mut missing,
    );
    assert!(missing.is_empty(), "{missing:?}");
}

/// Whether one of the values has each of the properties and tags of a schema.
fn look<'v>(whole: &Value, schema: &Value, values: &[&'v Value], at: &str, missing: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let named = &whole["$defs"][name.trim_start_matches("#/$defs/")];
        return look(whole, named, values, at, missing);
    }
    for variant in schema["oneOf"].as_array().into_iter().flatten() {
        // An optional value is one of null and its type.
        if variant["type"] != "null" {
            look(whole, variant, values, at, missing);
        }
    }
    if schema["items"].is_object() {
        let items: Vec<&Value> = values
            .iter()
            .filter_map(|value| value.as_array())
            .flatten()
            .collect();
        look(whole, &schema["items"], &items, at, missing);
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        let inner: Vec<&'v Value> = values.iter().filter_map(|value| value.get(name)).collect();
        if inner.is_empty() {
            missing.insert(at);
        } else {
            look(whole, property, &inner, &at, missing);
        }
    }
}
