//! What shows a map in browsers: packages of npm, as `npm ci` has installed them in `map`. A build without them has no map.

use std::{fs, path::Path};

use serde_json::Value;

const PACKAGES: &str = "map/node_modules";
/// The library, its worker, and the reader of PMTiles files.
const FILES: [&str; 3] = [
    "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "pmtiles/dist/pmtiles.js",
];

fn are_installed() -> bool {
    FILES.iter().all(|file| Path::new(PACKAGES).join(file).is_file())
}

/// `MAP_PACKAGES: Option<[bytes; 3]>`
pub fn files() -> String {
    println!("cargo::rerun-if-changed=map");
    let bytes = FILES
        .map(|file| format!("include_bytes!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{PACKAGES}/{file}\"))"));
    let value = match are_installed() {
        true => format!("Some([{}])", bytes.join(", ")),
        false => "None".to_owned(),
    };
    format!(
        "const MAP_PACKAGES: Option<[&[u8]; {}]> = {value};\n",
        FILES.len()
    )
}

/// Each as its `package.json` describes it, with its folder as `folder`: all that the files may be bundled from.
pub fn packages() -> Vec<Value> {
    if !are_installed() {
        return Vec::new();
    }
    let lock = read(Path::new("map/package-lock.json"));
    let folders = lock["packages"].as_object().expect("a lock file has packages");
    let folders = folders.keys().filter(|folder| !folder.is_empty());
    folders.map(|folder| package(&format!("map/{folder}"))).collect()
}

fn package(folder: &str) -> Value {
    let mut package = read(&Path::new(folder).join("package.json"));
    package["folder"] = folder.into();
    let repository = &package["repository"];
    let address = repository["url"].as_str().or(repository.as_str());
    package["repository"] = address.unwrap_or_default().into();
    package
}

fn read(file: &Path) -> Value {
    let text = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
