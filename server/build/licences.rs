//! The licence notices of every crate that is linked into the server and into the browser's programs, and of the packages of npm that
//! show a map, as one text.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// What files with notices begin with, in capitals.
const NOTICES: [&str; 6] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];
/// For packages without such a file, of which so far each has one of these licences.
const STANDARD_TEXTS: [(&str, &str); 2] = [
    ("MIT", include_str!("../licences/MIT.txt")),
    ("BSD-3-Clause", include_str!("../licences/BSD-3-Clause.txt")),
];
const OWN: &str = include_str!("../../LICENSE");
const OPENING: &str = "\
Servery is free software under the GNU Affero General Public License, version 3 or later, which is text 1 below.

It contains software by others: in the server, and in what browsers load. Each is listed with its version, its licence as
an SPDX expression, where it comes from, and the numbers of its notices below.
";

/// What a program is made of: its package, and for what it is built. A package of npm has its `folder`.
pub fn notices(programs: &[(String, String)], npm_packages: &[Value]) -> String {
    let mut texts = NoticeTexts::default();
    texts.number(OWN.to_owned());
    let packages: BTreeMap<(String, String), String> = linked(programs)
        .iter()
        .chain(npm_packages)
        .map(|package| {
            let notices: BTreeSet<usize> = notices_of(package)
                .into_iter()
                .map(|text| texts.number(text))
                .collect();
            let numbers: Vec<String> = notices.iter().map(usize::to_string).collect();
            let field = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
            let (name, version) = (field("name"), field("version"));
            let line = format!(
                "{name} {version}\n    {}\n    {}\n    texts {}\n",
                field("license"),
                field("repository"),
                numbers.join(", ")
            );
            ((name, version), line)
        })
        .collect();
    let mut all = format!("{OPENING}\n");
    all.extend(packages.into_values());
    for (number, text) in texts.in_order() {
        all.push_str(&format!(
            "\n\n{}\nText {number}\n\n{}\n",
            "-".repeat(80),
            text.trim_end()
        ));
    }
    all
}

/// Each text once, numbered from 1.
#[derive(Default)]
struct NoticeTexts(BTreeMap<String, usize>);

impl NoticeTexts {
    fn number(&mut self, text: String) -> usize {
        let next = self.0.len() + 1;
        *self.0.entry(text).or_insert(next)
    }

    fn in_order(self) -> BTreeMap<usize, String> {
        self.0.into_iter().map(|(text, number)| (number, text)).collect()
    }
}

/// The packages by others, as `cargo metadata` describes them.
fn linked(programs: &[(String, String)]) -> Vec<Value> {
    let mut found = BTreeMap::new();
    let targets: BTreeSet<&String> = programs.iter().map(|(_, target)| target).collect();
    for target in targets {
        let metadata = metadata(target);
        let packages = by_id(&metadata["packages"]);
        let nodes = by_id(&metadata["resolve"]["nodes"]);
        let roots = packages.iter().filter(|(_, package)| {
            programs.iter().any(|(name, of)| {
                of == target && package["name"] == name.as_str() && package["source"].is_null()
            })
        });
        let mut todo: Vec<&str> = roots.map(|(id, _)| *id).collect();
        let mut seen: BTreeSet<&str> = todo.iter().copied().collect();
        while let Some(id) = todo.pop() {
            for dependency in list(&nodes[id]["deps"]) {
                let is_linked = list(&dependency["dep_kinds"])
                    .iter()
                    .any(|kind| kind["kind"].is_null());
                let package = dependency["pkg"].as_str().expect("a package has an id");
                if is_linked && seen.insert(package) {
                    todo.push(package);
                }
            }
        }
        for id in seen {
            let package = packages[id];
            if !package["source"].is_null() {
                found.insert(id.to_owned(), package.clone());
            }
        }
    }
    found.into_values().collect()
}

/// What was downloaded for the build suffices nearly always.
fn metadata(target: &str) -> Value {
    let cargo = env::var("CARGO").expect("cargo sets CARGO");
    let ask = |network: &str| {
        let arguments = [
            "metadata",
            "--format-version",
            "1",
            "--filter-platform",
            target,
            network,
        ];
        Command::new(&cargo).args(arguments).output().expect("cargo runs")
    };
    let mut answer = ask("--offline");
    if !answer.status.success() {
        answer = ask("--locked");
    }
    assert!(
        answer.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&answer.stderr)
    );
    serde_json::from_slice(&answer.stdout).expect("cargo writes JSON")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn by_id(values: &Value) -> BTreeMap<&str, &Value> {
    list(values)
        .iter()
        .filter_map(|value| Some((value["id"].as_str()?, value)))
        .collect()
}

fn folder_of(package: &Value) -> PathBuf {
    if let Some(folder) = package["folder"].as_str() {
        return folder.into();
    }
    let manifest = package["manifest_path"]
        .as_str()
        .expect("a package has a manifest");
    let folder = Path::new(manifest).parent();
    folder.expect("a manifest is in a folder").to_owned()
}

fn notices_of(package: &Value) -> Vec<String> {
    let mut files = Vec::new();
    collect(&folder_of(package), &mut files);
    files.sort();
    let texts: Vec<String> = files
        .iter()
        .map(|file| String::from_utf8_lossy(&fs::read(file).expect("a package can be read")).into_owned())
        .filter(|text| !text.trim().is_empty())
        .collect();
    if texts.is_empty() {
        vec![standard_text(package)]
    } else {
        texts
    }
}

/// Also those of code by others inside a package, such as of SQLite.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a package can be read") {
        let path = entry.expect("a package can be read").path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_uppercase();
        if path.is_dir() {
            collect(&path, files);
        } else if NOTICES.iter().any(|notice| name.starts_with(notice)) {
            files.push(path);
        }
    }
}

fn standard_text(package: &Value) -> String {
    let licence = package["license"].as_str().unwrap_or_default();
    let text = STANDARD_TEXTS
        .iter()
        .find(|(name, _)| licence.split([' ', '/']).any(|word| word == *name))
        .unwrap_or_else(|| {
            panic!(
                "{} has no notice, and '{licence}' no text in server/licences",
                package["name"]
            )
        });
    // A package of npm has one author.
    let author = &package["author"];
    let authors: Vec<&str> = list(&package["authors"])
        .iter()
        .chain([author, &author["name"]])
        .filter_map(Value::as_str)
        .collect();
    let authors = match authors.is_empty() {
        true => format!("the authors of {}", package["name"].as_str().unwrap_or_default()),
        false => authors.join(", "),
    };
    text.1.replace("{authors}", &authors)
}
