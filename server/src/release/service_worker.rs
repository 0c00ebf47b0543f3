//! Fills the version, its files and the table of pages into the service worker.

use std::collections::BTreeMap;

use servery_app::routes::{Chunk, ROUTES};

use crate::html::shell::Shell;

/// Programs that only devices keep on which they were opened.
const KEPT_WHERE_OPENED: [Chunk; 2] = [Chunk::Staff, Chunk::Office];

/// `hashed` are the files that a device caches, with the shells, before it activates a version.
pub fn fill_in<'a>(template: &str, version: &str, hashed: impl Iterator<Item = &'a String>) -> String {
    let files = Shell::all().map(Shell::address).chain(hashed.cloned());
    let mut precache: Vec<String> = files.filter(|address| !is_of_map(address)).collect();
    let programs: BTreeMap<&str, Vec<String>> = KEPT_WHERE_OPENED
        .iter()
        .map(|chunk| {
            let of_program = precache.extract_if(.., |address| is_of_program(address, chunk.name()));
            (chunk.name(), of_program.collect())
        })
        .collect();
    let template = template
        .replace("{{version}}", version)
        .replace("[/* precache */]", &json(&precache));
    template
        .replace("{/* programs */}", &json(&programs))
        .replace("[/* chunks */]", &json(&chunks()))
}

fn is_of_program(address: &str, name: &str) -> bool {
    let file = address
        .strip_prefix("/assets/")
        .and_then(|file| file.strip_prefix(name));
    let shell = address
        .strip_prefix("/shell/")
        .and_then(|shell| shell.strip_prefix(name));
    file.is_some_and(|rest| rest.starts_with(['.', '-'])) || shell.is_some_and(|rest| rest.starts_with('/'))
}

/// Maps need a network anyhow.
fn is_of_map(address: &str) -> bool {
    is_of_program(address, "map")
}

/// `[pattern of a path, chunk]` per row of the table, in its order.
fn chunks() -> Vec<[String; 2]> {
    ROUTES
        .iter()
        .map(|route| [pattern(route.path), route.chunk.name().to_owned()])
        .collect()
}

/// `^/restaurants/[^/]+$`; paths consist of words, slashes and parameters.
fn pattern(path: &str) -> String {
    let parts: Vec<&str> = path
        .split('/')
        .map(|part| if part.starts_with('{') { "[^/]+" } else { part })
        .collect();
    format!("^{}$", parts.join("/"))
}

/// Strings and lists of them can always be written as JSON.
fn json(texts: &impl serde::Serialize) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_table_becomes_a_pattern() {
        assert_eq!(pattern("/"), "^/$");
        assert_eq!(
            pattern("/restaurants/{slug}/dishes/{dish}"),
            "^/restaurants/[^/]+/dishes/[^/]+$"
        );
    }

    #[test]
    fn the_template_is_fill_in() {
        let files = [
            "/assets/a.1.js",
            "/assets/map.1.js",
            "/assets/map-worker.1.js",
            "/assets/office.1.wasm",
            "/assets/office-en.1.json",
            "/assets/staff-en.1.json",
        ]
        .map(str::to_owned);
        let template =
            "const V = \"{{version}}\", P = [/* precache */], K = {/* programs */}, C = [/* chunks */];";
        let filled = fill_in(template, "7", files.iter());
        assert!(
            filled.starts_with(r#"const V = "7", P = ["/shell/browse/en","#),
            "{filled}"
        );
        assert!(
            filled.contains(r#""/shell/account/ar","/assets/a.1.js"]"#),
            "{filled}"
        );
        for of_program in [
            r#""staff":["/shell/staff/en","/shell/staff/de","/shell/staff/ar","/assets/staff-en.1.json"]"#,
            r#""office":["/shell/office/en","/shell/office/de","/shell/office/ar","/assets/office.1.wasm","/assets/office-en.1.json"]"#,
        ] {
            assert!(filled.contains(of_program), "{filled}");
        }
        assert!(filled.contains(r#"C = [["^/$","browse"],"#), "{filled}");
    }
}
