//! The table of OWASP ASVS in the documents says what is true: it has every requirement once, its counts are right, and the tests and
//! files that it names exist. So do those that the document of threats names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The requirements of levels 1 and 2 of version 5.0.0, each with its level.
const REQUIREMENTS: &str = include_str!("asvs_5.0.txt");
const DOCUMENT: &str = include_str!("../../../docs/asvs.md");
const THREATS: &str = include_str!("../../../docs/threats.md");
const VERDICTS: [&str; 3] = ["test", "argument", "gap"];
const ENDINGS: [&str; 12] = [
    "css", "js", "json", "lock", "md", "py", "rs", "sql", "toml", "ts", "txt", "yml",
];
/// Not ours, or made.
const NOT_READ: [&str; 3] = ["target", "node_modules", ".git"];

/// The files of the repository by their paths from its root, with the text of those that have tests.
struct Sources(BTreeMap<String, String>);

impl Sources {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
        let mut sources = BTreeMap::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path: PathBuf = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() {
                    if !NOT_READ.contains(&name.as_str()) {
                        folders.push(path);
                    }
                    continue;
                }
                let text = match name.ends_with(".rs") {
                    true => fs::read_to_string(&path).unwrap(),
                    false => String::new(),
                };
                let path = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                sources.insert(path, text);
            }
        }
        Self(sources)
    }

    /// The files of this path, or of a path that ends with it, such as `it/push.rs`; `contract/…` are tests of the store.
    fn files<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        let end = format!("/{path}");
        let is_it = move |known: &str| known == path || known.ends_with(&end);
        self.0
            .iter()
            .filter(move |(known, _)| is_it(known))
            .map(|(_, text)| text.as_str())
    }

    /// Whether this is the name of a test: `it/push.rs::name`, `pos::tests::name`, or of all tests of a module: `pos::erase::tests`.
    fn has_test(&self, name: &str) -> bool {
        if let Some((path, test)) = name.split_once(".rs::") {
            return self
                .files(&format!("{path}.rs"))
                .any(|text| is_test_in(text, test));
        }
        let (module, test) = match name.strip_suffix("::tests") {
            Some(module) => (module, None),
            None => match name.split_once("::tests::") {
                Some((module, test)) => (module, Some(test)),
                None => return false,
            },
        };
        let module = module.replace("::", "/");
        let places = [
            format!("{module}.rs"),
            format!("{module}/tests.rs"),
            // The root of a crate.
            format!("{module}/src/lib.rs"),
        ];
        places.iter().flat_map(|path| self.files(path)).any(|text| {
            test.map_or_else(
                || text.contains("#[test]") || text.contains("#[tokio::test"),
                |test| is_test_in(text, test),
            )
        })
    }

    /// What is wrong with a name between backticks, if it names a test or a file.
    fn fault(&self, name: &str) -> Option<String> {
        let is_file = |ending: &&str| name.ends_with(&format!(".{ending}"));
        if is_test_name(name) {
            return (!self.has_test(name)).then(|| format!("there is no test {name}"));
        }
        let is_path = name.contains('/') || name == "Cargo.lock" || name == "Cargo.toml";
        let is_named = is_path && !name.contains(' ') && ENDINGS.iter().any(is_file);
        (is_named && self.files(name).next().is_none()).then(|| format!("there is no file {name}"))
    }
}

fn is_test_name(name: &str) -> bool {
    name.contains(".rs::") || name.contains("::tests")
}

/// Whether this file has a test of this name.
fn is_test_in(text: &str, test: &str) -> bool {
    let head = format!("fn {test}(");
    text.match_indices(&head).any(|(at, _)| {
        let before = text[..at].trim_end_matches("async ").trim_end();
        // A test that runs on request says why in a second attribute.
        let attributes = before.lines().rev().take(3);
        let mut attributes = attributes.take_while(|line| line.trim_start().starts_with("#["));
        attributes.any(|line| line.contains("test]") || line.contains("test("))
    })
}

/// What stands between backticks.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The cells of a table's row.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.trim().trim_start_matches('|').trim_end_matches('|');
    inner.split(" | ").map(str::trim).collect()
}

fn rows(document: &str) -> impl Iterator<Item = Vec<&str>> {
    document
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(cells)
        .filter(|cells| !cells[0].starts_with("---"))
}

/// Everything that is wrong with a document like the table of ASVS.
fn faults(document: &str, sources: &Sources) -> Vec<String> {
    let mut faults = Vec::new();
    let mut missing: BTreeMap<&str, &str> = REQUIREMENTS
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .collect();
    let mut counts = BTreeMap::from(VERDICTS.map(|verdict| (verdict, 0)));
    for row in rows(document).filter(|row| row[0] != "No.") {
        let [number, level, short, verdict, evidence] = row[..] else {
            faults.push(format!("{}: {} cells instead of five", row[0], row.len()));
            continue;
        };
        match missing.remove(number) {
            None => faults.push(format!("{number} is there twice, or is no requirement")),
            Some(known) if known != level => faults.push(format!("{number} is of level {known}")),
            Some(_) => {}
        }
        match counts.get_mut(verdict) {
            Some(count) => *count += 1,
            None => faults.push(format!("{number}: {verdict} is no verdict")),
        }
        if short.is_empty() || evidence.is_empty() {
            faults.push(format!("{number}: something is left out"));
        }
        let is_test = |name: &str| is_test_name(name) || name.ends_with(".spec.ts");
        if verdict == "test" && !names(evidence).any(is_test) {
            faults.push(format!("{number}: no test is named"));
        }
        faults.extend(
            names(evidence)
                .filter_map(|name| sources.fault(name))
                .map(|fault| format!("{number}: {fault}")),
        );
    }
    faults.extend(missing.keys().map(|number| format!("{number} is missing")));
    let all: usize = counts.values().sum();
    let said = format!(
        "{all} requirements: {} by a test, {} by an argument, {} gaps",
        counts["test"], counts["argument"], counts["gap"]
    );
    if !document.contains(&said) {
        faults.push(format!("the document does not say '{said}'"));
    }
    faults
}

#[test]
fn the_table_of_asvs_is_complete_and_names_what_exists() {
    let numbers: BTreeSet<&str> = REQUIREMENTS
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!((numbers.len(), REQUIREMENTS.lines().count()), (253, 253));
    let found = faults(DOCUMENT, &Sources::read());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_table_of_asvs_that_is_wrong_is_noticed() {
    let sources = Sources::read();
    let row = DOCUMENT
        .lines()
        .find(|line| line.starts_with("| V1.1.1 "))
        .unwrap();
    for (changed, expected) in [
        (DOCUMENT.replace(&format!("{row}\n"), ""), "V1.1.1 is missing"),
        (
            DOCUMENT.replace(row, &format!("{row}\n{row}")),
            "V1.1.1 is there twice",
        ),
        (
            DOCUMENT.replace("| V1.1.1 | 2 |", "| V1.1.1 | 1 |"),
            "V1.1.1 is of level 2",
        ),
        (
            DOCUMENT.replace("| V1.1.1 |", "| V1.9.1 |"),
            "V1.9.1 is there twice, or is no requirement",
        ),
        (DOCUMENT.replace(" | gap | ", " | hope | "), "hope is no verdict"),
        (
            DOCUMENT.replacen(" gaps", " holes", 1),
            "the document does not say",
        ),
        (
            DOCUMENT.replace("it/push.rs::nobody", "it/push.rs::everybody"),
            "there is no test it/push.rs::everybody",
        ),
        (
            DOCUMENT.replace("passwords::tests::a_", "passwords::tests::no_"),
            "there is no test accounts::passwords::tests::no_",
        ),
        (
            DOCUMENT.replace("html/escape.rs", "html/none.rs"),
            "there is no file server/src/html/none.rs",
        ),
    ] {
        assert!(changed != DOCUMENT, "nothing was changed for: {expected}");
        let found = faults(&changed, &sources);
        assert!(
            found.iter().any(|fault| fault.contains(expected)),
            "{expected}: {found:?}"
        );
    }
    // A function that is no test.
    assert!(!sources.has_test("it/asvs.rs::faults"));
}

#[test]
fn the_tests_that_the_threats_name_exist() {
    let sources = Sources::read();
    let mut named = 0;
    for row in rows(THREATS).filter(|row| row[0] != "Threat") {
        for name in names(row[2]) {
            named += 1;
            assert!(
                name.contains('/') || name.contains("::"),
                "{name} names neither a file nor a test"
            );
            assert_eq!(sources.fault(name), None, "{}", row[0]);
        }
    }
    assert!(named > 40, "{named} names were read");
}
