//! Which source files there are, and when they were changed.

use std::{fs, path::Path, time::SystemTime};

use crate::{
    context::Context,
    failure::{Failure, Result},
    process,
};

/// What the browser's programs are made of. Neither tests nor packages of Node belong to it.
pub const OF_SITE: [&str; 9] = [
    "app/Cargo.toml",
    "app/build.rs",
    "app/src",
    "app/text",
    "app/domain/Cargo.toml",
    "app/domain/src",
    "frontend",
    "Cargo.toml",
    "Cargo.lock",
];

/// What only the server is made of.
pub const OF_SERVER: [&str; 3] = ["server", "style", "public"];

pub fn any_newer(context: &Context, sources: &[&str], since: SystemTime) -> bool {
    sources
        .iter()
        .any(|source| is_newer(&context.root.join(source), since))
}

/// What npm has installed.
const PACKAGES: &str = "node_modules";

/// The file, or any file of the folder. A file that is going away at this moment is no change of it.
fn is_newer(path: &Path, since: SystemTime) -> bool {
    if path.is_dir() {
        let Ok(entries) = fs::read_dir(path) else {
            return false;
        };
        let mut sources = entries.flatten().filter(|entry| entry.file_name() != PACKAGES);
        return sources.any(|entry| is_newer(&entry.path(), since));
    }
    let changed = path.symlink_metadata().and_then(|metadata| metadata.modified());
    changed.is_ok_and(|changed| changed > since)
}

/// The Rust code that people run. A file that was removed and is not committed yet is none of it.
pub fn production_files(context: &Context) -> Result<Vec<String>> {
    let mut git = context.command("git");
    git.args(["ls-files", "app/*.rs", "frontend/*.rs", "server/*.rs"]);
    let Some(files) = process::answer(&mut git) else {
        return Err(Failure::Said("git ls-files failed".to_owned()));
    };
    Ok(files
        .lines()
        .filter(|file| is_production(file) && context.root.join(file).exists())
        .map(str::to_owned)
        .collect())
}

fn is_production(file: &str) -> bool {
    let is_test = file.contains("/tests/") || file.ends_with("/tests.rs");
    !is_test && !file.contains("/benches/") && !file.ends_with("build.rs")
}
