//! Turns the catalogues of `text/` into one enum of keys and an array of texts per language.
//! A key that one language lacks, or a placeholder that it spells differently, stops the build.

use std::{collections::BTreeMap, collections::BTreeSet, fmt::Write as _, fs, path::Path};

use serde_json::Value;

const LANGUAGES: [&str; 3] = ["en", "de", "ar"];
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

type Catalogue = BTreeMap<String, Value>;

fn catalogue(path: &str) -> Catalogue {
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A plural's forms stand in one text, parted by U+001E, in the order of `PLURALS`; a form that is not there is `other`.
fn text(path: &str, key: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(forms) => {
            assert!(
                forms.keys().all(|form| PLURALS.contains(&form.as_str())),
                "{path}: {key}: unknown plural form"
            );
            let form = |name: &str| {
                forms
                    .get(name)
                    .or_else(|| forms.get("other"))
                    .and_then(Value::as_str)
            };
            let forms = PLURALS.map(|name| {
                form(name)
                    .unwrap_or_else(|| panic!("{path}: {key}: no form 'other'"))
                    .to_owned()
            });
            forms.join("\u{1e}")
        }
        _ => panic!("{path}: {key}: neither a text nor plural forms"),
    }
}

/// `n` may be left out where a plural form names the number in a word.
fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .filter(|name| *name != "n")
        .collect()
}

fn variant(key: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    key.split(['.', '-']).map(capital).collect()
}

fn main() {
    keys("", "keys.rs");
    // Diners' programs do without the words of the staff's.
    keys("staff.", "staff.rs");
    // Nor do they get the words of the office.
    keys("office.", "office.rs");
    // The legal pages have no program.
    keys("legal.", "legal.rs");
    // No browser writes mails, and no program shows the page for the card: their words stay on the server.
    keys("mail.", "mail.rs");
    keys("card.", "card.rs");
}

fn keys(which: &str, file: &str) {
    let paths = LANGUAGES.map(|language| format!("text/{which}{language}.json"));
    let catalogues = paths.each_ref().map(|path| catalogue(path));
    let keys: Vec<&String> = catalogues[0].keys().collect();
    let mut code = String::from("#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Key {\n");
    for key in &keys {
        writeln!(code, "    {},", variant(key)).expect("writing to a string");
    }
    code.push_str("}\n");
    writeln!(code, "pub const COUNT: usize = {};", keys.len()).expect("writing to a string");
    writeln!(
        code,
        "#[cfg(feature = \"server\")]\npub static CATALOGUES: [[&str; COUNT]; {}] = [",
        LANGUAGES.len()
    )
    .expect("writing to a string");
    for (path, catalogue) in paths.iter().zip(&catalogues) {
        let own: Vec<&String> = catalogue.keys().collect();
        assert!(
            own == keys,
            "{path}: these keys are here or in {} only: {:?}",
            paths[0],
            difference(&own, &keys)
        );
        let texts: Vec<String> = keys.iter().map(|key| text(path, key, &catalogue[*key])).collect();
        for (key, own) in keys.iter().zip(&texts) {
            let model = text(&paths[0], key, &catalogues[0][*key]);
            assert!(
                placeholders(own) == placeholders(&model),
                "{path}: {key}: other placeholders than in {}",
                paths[0]
            );
        }
        writeln!(code, "    {texts:?},").expect("writing to a string");
    }
    code.push_str("];\n");
    let out = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join(file), code).expect("OUT_DIR can be written");
}

fn difference<'a>(a: &[&'a String], b: &[&'a String]) -> Vec<&'a String> {
    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (a.iter().copied().collect(), b.iter().copied().collect());
    a.symmetric_difference(&b).copied().collect()
}
