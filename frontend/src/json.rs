//! Values as JSON, by the browser's own parser.

use js_sys::JSON;
use serde::{Serialize, de::DeserializeOwned};
use servery_domain::problem::{Problem, ProblemType};
use wasm_bindgen::JsValue;

pub fn json<T: Serialize>(value: &T) -> Result<String, Problem> {
    let unwritable = |_| Problem::new(ProblemType::Broken, "not to be written");
    let value = value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| unwritable(error.into()))?;
    JSON::stringify(&value).map(String::from).map_err(unwritable)
}

pub fn read<T: DeserializeOwned>(answer: JsValue) -> Result<T, Problem> {
    serde_wasm_bindgen::from_value(answer)
        .map_err(|error| Problem::new(ProblemType::Broken, error.to_string()))
}
