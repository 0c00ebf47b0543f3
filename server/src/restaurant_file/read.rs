//! Reads a restaurant's file, and finds all mistakes in it at once.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use servery_domain::{
    limits,
    mistake::{JsonPath, Mistake, PathStep},
    restaurant_file::RestaurantFile,
};

use super::json_part::Part;
use crate::clock;

/// Mistakes that are told: who mends these sees the others.
const MISTAKES: usize = 50;

/// A restaurant with one of everything that a file can have.
static EXAMPLE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("example.json")).unwrap_or_default());

/// The text of a file, without the byte order mark that Windows programs begin it with.
pub fn text(bytes: &[u8]) -> Result<&str, Mistake> {
    if bytes.len() > limits::RESTAURANT_FILE {
        return Err(of_file(format!(
            "has more than {} bytes",
            limits::RESTAURANT_FILE
        )));
    }
    let text = str::from_utf8(bytes).map_err(|error| of_file(format!("is no UTF-8: {error}")))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Whether a text says of itself that it is such a file, of whatever version.
pub fn is_own(text: &str) -> bool {
    #[derive(Deserialize)]
    struct FileHead {
        format: String,
    }
    serde_json::from_str::<FileHead>(text).is_ok_and(|head| head.format.starts_with("servery/"))
}

pub fn read(text: &str) -> Result<RestaurantFile, Vec<Mistake>> {
    let value = serde_json::from_str(text).map_err(|error| vec![of_file(format!("is no JSON: {error}"))])?;
    let Ok(file) = RestaurantFile::deserialize(Part(&value)) else {
        return Err(all_mistakes(value));
    };
    // Of a field that is there twice, `value` has the last only.
    serde_json::from_str::<RestaurantFile>(text)
        .map_err(|error| vec![of_file(format!("is not understood: {error}"))])?;
    let mut mistakes = file.mistakes();
    if clock::zone(&file.zone).is_none() {
        mistakes.push(Mistake {
            path: JsonPath(vec!["zone".into()]),
            wrong: "is no time zone; they are called like Europe/Berlin".to_owned(),
        });
    }
    match mistakes.is_empty() {
        true => Ok(file),
        false => Err(mistakes),
    }
}

fn of_file(wrong: String) -> Mistake {
    Mistake {
        path: JsonPath::default(),
        wrong,
    }
}

/// Puts something that is understood in place of each mistake, until the whole file is.
fn all_mistakes(mut value: Value) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    while mistakes.len() < MISTAKES {
        match RestaurantFile::deserialize(Part(&value)) {
            Ok(file) => {
                mistakes.extend(file.value_mistakes());
                break;
            }
            Err(error) => {
                let mistake = Mistake::from(error);
                replace(&mut value, &mistake.path.0);
                mistakes.push(mistake);
            }
        }
    }
    mistakes
}

/// Puts there what the example has in such a place, or nothing if it has nothing: no such field exists.
fn replace(value: &mut Value, path: &[PathStep]) {
    let Some((last, above)) = path.split_last() else {
        *value = EXAMPLE.clone();
        return;
    };
    let known = in_such_a_place(&EXAMPLE, path).cloned();
    match (find(value, above), last, known) {
        (Some(Value::Object(members)), PathStep::Field(name), Some(known)) => {
            members.insert(name.to_string(), known);
        }
        (Some(Value::Object(members)), PathStep::Field(name), None) => {
            members.remove(name.as_ref());
        }
        (Some(Value::Array(items)), PathStep::Item(position), Some(known)) if *position < items.len() => {
            items[*position] = known;
        }
        _ => replace(value, above),
    }
}

fn find<'a>(value: &'a mut Value, path: &[PathStep]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        PathStep::Field(name) => value.get_mut(name.as_ref()),
        PathStep::Item(position) => value.get_mut(*position),
    })
}

/// The first value of the example whose path differs in positions only.
fn in_such_a_place<'a>(example: &'a Value, path: &[PathStep]) -> Option<&'a Value> {
    match path.split_first() {
        None => Some(example),
        Some((PathStep::Field(name), rest)) => in_such_a_place(example.get(name.as_ref())?, rest),
        Some((PathStep::Item(_), rest)) => example
            .as_array()?
            .iter()
            .find_map(|item| in_such_a_place(item, rest)),
    }
}

/// A line for each mistake, in the order of the file.
pub fn told(text: &str, mistakes: &[Mistake]) -> String {
    let mut located: Vec<(usize, &Mistake)> = mistakes
        .iter()
        .take(MISTAKES)
        .map(|mistake| (line(text, &mistake.path), mistake))
        .collect();
    located.sort_by_key(|(line, _)| *line);
    let mut lines: Vec<String> = located.into_iter().map(sentence).collect();
    if mistakes.len() > MISTAKES {
        lines.push(format!("and {} more", mistakes.len() - MISTAKES));
    }
    lines.join("\n")
}

fn sentence((line, mistake): (usize, &Mistake)) -> String {
    match mistake.path.0.is_empty() {
        true => format!("the file {}", mistake.wrong),
        false => format!("line {line}, {mistake}"),
    }
}

/// Where the value begins. If it is missing: where that begins which lacks it.
fn line(text: &str, path: &JsonPath) -> usize {
    let mut part = text;
    for step in &path.0 {
        match within(part, step) {
            Some(inner) => part = inner,
            None => break,
        }
    }
    let before = part.as_ptr() as usize - text.as_ptr() as usize;
    text.as_bytes()[..before]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// The text of a value within a JSON text.
fn within<'a>(text: &'a str, step: &PathStep) -> Option<&'a str> {
    match step {
        PathStep::Field(name) => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
            members.get(name.as_ref()).map(|value| value.get())
        }
        PathStep::Item(position) => {
            let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            items.get(*position).map(|value| value.get())
        }
    }
}
