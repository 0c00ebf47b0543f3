//! Fills in what the service worker has to know of this version.

use servery_app::routes::ROUTES;

use crate::html::shell::Shell;

/// `hashed` are the files that a device fetches, with the shells, before it takes on a version: all of it or nothing.
pub fn filled_in<'a>(template: &str, version: &str, hashed: impl Iterator<Item = &'a String>) -> String {
    let precache: Vec<String> = Shell::all().map(Shell::address).chain(hashed.cloned()).collect();
    template.replace("{{version}}", version).replace("[/* precache */]", &json(&precache)).replace("[/* chunks */]", &json(&chunks()))
}

/// `[pattern of a path, chunk]` per row of the table, in its order.
fn chunks() -> Vec<[String; 2]> {
    ROUTES.iter().map(|route| [pattern(route.path), route.chunk.name().to_owned()]).collect()
}

/// `^/restaurants/[^/]+$`; paths are made of words, slashes and parameters.
fn pattern(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "[^/]+" } else { part }).collect();
    format!("^{}$", parts.join("/"))
}

/// Texts and lists of them are always JSON.
fn json(texts: &impl serde::Serialize) -> String {
    serde_json::to_string(texts).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_table_becomes_a_pattern() {
        assert_eq!(pattern("/"), "^/$");
        assert_eq!(pattern("/restaurants/{slug}/dishes/{dish}"), "^/restaurants/[^/]+/dishes/[^/]+$");
    }

    #[test]
    fn the_template_is_filled_in() {
        let file = "/assets/a.1.js".to_owned();
        let filled = filled_in("const V = \"{{version}}\", P = [/* precache */], C = [/* chunks */];", "7", [&file].into_iter());
        assert!(filled.starts_with(r#"const V = "7", P = ["/shell/reading/en","#), "{filled}");
        assert!(filled.contains(r#""/shell/signed/ar","/assets/a.1.js"]"#), "{filled}");
        assert!(filled.contains(r#"C = [["^/$","reading"],"#), "{filled}");
    }
}
