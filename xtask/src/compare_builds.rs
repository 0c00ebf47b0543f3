//! Whether wasm-bindgen and wasm-opt alone make, of a program that cargo compiled, the bytes that `cargo leptos` makes.

use std::{fs, path::Path};

use crate::{
    context::Context,
    failure::{Explain, Result, fail},
    postgres::temporary_folder,
    site::OUTPUT_NAME,
    steps::Log,
};

/// One program stands for all: their settings differ in nothing but the name.
const PROGRAM: &str = "browse";

/// The script itself is not among them: `cargo leptos` makes it smaller with a library that it contains. What the script offers to
/// pages and what it calls in the program is written in these.
const COMPARED: [&str; 3] = ["program.wasm", "program.d.ts", "program_bg.wasm.d.ts"];

/// Once for each build of the programs.
pub fn check(context: &Context) -> Result {
    let shipped = context.site.join(PROGRAM).join("pkg");
    let stamp = context.site.join("compared");
    if is_newer(&stamp, &shipped.join(COMPARED[0])) {
        return Ok(());
    }
    let what = "The same program without cargo-leptos";
    context
        .steps
        .several(what, |log| compare(context, log, &shipped))?;
    fs::write(&stamp, "").explain(format!("{} cannot be written", stamp.display()))
}

fn is_newer(stamp: &Path, built: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    changed(stamp) > changed(built)
}

fn compare(context: &Context, log: &Log, shipped: &Path) -> Result {
    let folder = temporary_folder()?;
    make(context, log, folder.path())?;
    for file in COMPARED {
        let read = |path: &Path| fs::read(path).explain(format!("{} cannot be read", path.display()));
        if read(&folder.path().join(file))? != read(&shipped.join(file))? {
            return fail(format!("{file} is not the one that cargo-leptos made"));
        }
    }
    Ok(())
}

/// Of what cargo compiled for `cargo leptos`: to compile it once more would take minutes.
fn make(context: &Context, log: &Log, folder: &Path) -> Result {
    let compiled = format!("front/wasm32-unknown-unknown/wasm/servery_{PROGRAM}.wasm");
    let mut bindgen = context.command("wasm-bindgen");
    bindgen.args(["--target=web", "--out-name", OUTPUT_NAME, "--out-dir"]);
    log.run(bindgen.arg(folder).arg(context.target.join(compiled)))?;
    let mut optimise = context.command("wasm-opt");
    optimise
        .args(optimisations(&context.read("Cargo.toml")?))
        .arg(folder.join(format!("{OUTPUT_NAME}_bg.wasm")))
        .arg("-o")
        .arg(folder.join(format!("{OUTPUT_NAME}.wasm")));
    log.run(&mut optimise)
}

/// What Cargo.toml says for `cargo leptos`.
fn optimisations(manifest: &str) -> Vec<&str> {
    let line = manifest
        .lines()
        .find(|line| line.starts_with("wasm-opt-features"));
    let texts = line.unwrap_or_default().split('"').skip(1);
    texts.step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::optimisations;

    #[test]
    fn the_flags_of_wasm_opt_are_read_from_the_manifest() {
        let manifest = "[x]\nwasm-opt-features = [\"-Oz\", \"--converge\"]\n";
        assert_eq!(optimisations(manifest), ["-Oz", "--converge"]);
    }
}
