//! The types of production code that are defined in more than one file; there are none.

use std::collections::BTreeMap;

use crate::{
    context::Context,
    failure::{Result, fail},
    sources::production_files,
    steps::Log,
};

pub fn check(context: &Context, log: &Log) -> Result {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in production_files(context)? {
        let text = context.read(&file)?;
        for name in text.lines().filter_map(defined_type) {
            found.entry(name.to_owned()).or_default().push(file.clone());
        }
    }
    found.retain(|_, files| files.len() > 1);
    for (name, files) in &found {
        log.say(&format!("{name} is defined in {}", files.join(", ")))?;
    }
    match found.is_empty() {
        true => Ok(()),
        false => fail("a type name stands for one thing"),
    }
}

/// The name of the type that this line defines at the outermost level of its file.
fn defined_type(line: &str) -> Option<&str> {
    let rest = without_visibility(line);
    let (keyword, rest) = rest.split_once(' ')?;
    if !["struct", "enum", "trait", "type", "union"].contains(&keyword) {
        return None;
    }
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric());
    let name = &rest[..end.unwrap_or(rest.len())];
    (!name.is_empty()).then_some(name)
}

fn without_visibility(line: &str) -> &str {
    let Some(rest) = line.strip_prefix("pub") else {
        return line;
    };
    let scope_end = rest.strip_prefix('(').and_then(|scope| scope.split_once(')'));
    scope_end.map_or(rest, |(_, rest)| rest).trim_start()
}

#[cfg(test)]
mod tests {
    use super::defined_type;

    #[test]
    fn a_definition_is_recognised() {
        assert_eq!(defined_type("pub(crate) struct Menu<'a> {"), Some("Menu"));
        assert_eq!(defined_type("enum Mode {"), Some("Mode"));
        assert_eq!(defined_type("    type Error = Never;"), None);
        assert_eq!(defined_type("publish = false"), None);
        assert_eq!(defined_type("pub fn struct_of() {}"), None);
    }
}
