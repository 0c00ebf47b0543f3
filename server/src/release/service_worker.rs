//! Fills the version, its files and the table of pages into the service worker.

use servery_app::routes::ROUTES;

use crate::html::shell::Shell;

/// `hashed` are the files that a device caches, with the shells, before it activates a version.
pub fn fill_in<'a>(template: &str, version: &str, hashed: impl Iterator<Item = &'a String>) -> String {
    let files = Shell::all().map(Shell::address).chain(hashed.cloned());
    let files = files.filter(|address| !needs_network(address));
    let (staff, precache): (Vec<String>, Vec<String>) = files.partition(|address| is_staff_file(address));
    let template = template
        .replace("{{version}}", version)
        .replace("[/* precache */]", &json(&precache));
    template
        .replace("[/* staff */]", &json(&staff))
        .replace("[/* chunks */]", &json(&chunks()))
}

/// Whether only devices with the staff app cache the file.
fn is_staff_file(address: &str) -> bool {
    ["/assets/staff.", "/assets/staff-", "/shell/staff/"]
        .iter()
        .any(|start| address.starts_with(start))
}

/// Whether the file is for a map, or for the office: both need a network anyhow.
fn needs_network(address: &str) -> bool {
    let files = [
        "/assets/map.",
        "/assets/map-",
        "/assets/office.",
        "/assets/office-",
        "/shell/office/",
    ];
    files.iter().any(|start| address.starts_with(start))
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
            "const V = \"{{version}}\", P = [/* precache */], S = [/* staff */], C = [/* chunks */];";
        let filled = fill_in(template, "7", files.iter());
        assert!(
            filled.starts_with(r#"const V = "7", P = ["/shell/browse/en","#),
            "{filled}"
        );
        assert!(
            filled.contains(r#""/shell/account/ar","/assets/a.1.js"]"#),
            "{filled}"
        );
        assert!(
            filled.contains(
                r#"S = ["/shell/staff/en","/shell/staff/de","/shell/staff/ar","/assets/staff-en.1.json"]"#
            ),
            "{filled}"
        );
        assert!(filled.contains(r#"C = [["^/$","browse"],"#), "{filled}");
    }
}
