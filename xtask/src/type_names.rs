//! The types of production code that are defined in more than one file; there are none.

use std::{collections::BTreeMap, fs};

use crate::{
    context::Context,
    failure::{Explain, Failure, Result, fail},
    process,
    steps::Log,
};

pub fn check(context: &Context, log: &Log) -> Result {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in production_files(context)? {
        let path = context.root.join(&file);
        // One that was removed and is not committed yet.
        if !path.exists() {
            continue;
        }
        let text = fs::read_to_string(&path).explain(format!("{file} cannot be read"))?;
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

fn production_files(context: &Context) -> Result<Vec<String>> {
    let mut git = context.command("git");
    git.args(["ls-files", "app/*.rs", "frontend/*.rs", "server/*.rs"]);
    let Some(files) = process::answer(&mut git) else {
        return Err(Failure::Said("git ls-files failed".to_owned()));
    };
    Ok(files
        .lines()
        .filter(|file| is_production(file))
        .map(str::to_owned)
        .collect())
}

fn is_production(file: &str) -> bool {
    let is_test = file.contains("/tests/") || file.ends_with("/tests.rs");
    !is_test && !file.contains("/benches/") && !file.ends_with("build.rs")
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
