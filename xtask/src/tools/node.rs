//! Node, and what npm installs: wasm-opt, what shows a map, Playwright, the oracles.

use std::{fs, path::Path, time::SystemTime};

use crate::{
    context::Context,
    failure::{Explain, Result},
    process,
    tools::debian,
};

/// The oldest that wasm-opt and Playwright run on.
const OLDEST: u32 = 20;
const BINARYEN: &str = "132.0.0";

/// Where Debian's is older, npm installs a newer one in the cache.
pub fn need(context: &Context) -> Result {
    if is_new_enough(context) {
        return Ok(());
    }
    debian::need(context, "npm", "Debian's nodejs and npm", &["nodejs", "npm"])?;
    match is_new_enough(context) {
        true => Ok(()),
        false => install_in_cache(context, "Node 22", "node@22"),
    }
}

fn is_new_enough(context: &Context) -> bool {
    if !process::is_installed("npm", &context.path) {
        return false;
    }
    let version = process::answer(context.command("node").arg("--version"));
    version
        .and_then(|version| major(&version))
        .is_some_and(|major| major >= OLDEST)
}

/// `v20.11.1` is 20.
fn major(version: &str) -> Option<u32> {
    let (major, _) = version.trim().strip_prefix('v')?.split_once('.')?;
    major.parse().ok()
}

fn install_in_cache(context: &Context, what: &str, package: &str) -> Result {
    let mut npm = context.npm(&["install", "--prefix"]);
    context.steps.run(what, npm.arg(&context.node_tools).arg(package))
}

pub fn need_wasm_opt(context: &Context) -> Result {
    need(context)?;
    let version = format!("\"version\": \"{BINARYEN}\"");
    let package = context.node_tools.join("node_modules/binaryen/package.json");
    if fs::read_to_string(package).is_ok_and(|text| text.contains(&version)) {
        return Ok(());
    }
    install_in_cache(
        context,
        &format!("wasm-opt (binaryen {BINARYEN})"),
        &format!("binaryen@{BINARYEN}"),
    )
}

/// What shows a map in browsers, which the server's build takes in.
pub fn need_map(context: &Context) -> Result {
    need_packages(context, "What shows a map", "server/map")
}

/// What other people's software knows of opening hours and currencies, to compare ours with.
pub fn need_oracles(context: &Context) -> Result {
    need_packages(context, "The oracles", "app/domain/tests/oracle")
}

pub fn need_playwright(context: &Context) -> Result {
    need_packages(context, "Playwright", "end2end")
}

fn need_packages(context: &Context, what: &str, folder: &str) -> Result {
    need(context)?;
    // npm writes this file last: without it an installation was interrupted.
    let installed = context.root.join(folder).join("node_modules/.package-lock.json");
    let lock = context.root.join(folder).join("package-lock.json");
    if changed(&installed).is_some_and(|installed| changed(&lock).is_some_and(|lock| lock <= installed)) {
        return Ok(());
    }
    context
        .steps
        .run(what, &mut context.npm(&["ci", "--prefix", folder]))?;
    let opened = fs::File::open(&installed).explain(format!("{} is missing", installed.display()))?;
    opened
        .set_modified(SystemTime::now())
        .explain(format!("{} cannot be touched", installed.display()))
}

fn changed(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(major("v20.11.1\n"), Some(20));
        assert_eq!(major("no version"), None);
    }
}
