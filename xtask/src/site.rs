//! The browser's programs: as they are shipped, or quickly for a developer's own browser.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
    time::SystemTime,
};

use crate::{
    context::Context,
    failure::{Explain, Result},
    process::{self, Running, succeeded},
    sources,
    steps::Log,
};

/// Each is the crate `servery-NAME` in `frontend/NAME`.
pub const PROGRAMS: [&str; 5] = ["browse", "ordering", "account", "staff", "office"];

/// What `cargo leptos` calls the files of each, as Cargo.toml says.
pub const OUTPUT_NAME: &str = "program";

/// As they are shipped, so that what is measured and tested is what people get.
pub fn build_shipped(context: &Context) -> Result {
    let compiled = compile_shipped(context)?;
    finish_shipped(context, compiled)
}

/// Programs that were compiled as they are shipped, and since when.
pub struct Compiled {
    started: SystemTime,
}

/// The first half; `None` if nothing has changed.
pub fn compile_shipped(context: &Context) -> Result<Option<Compiled>> {
    if is_fresh(context) && is_shipped(context) {
        return Ok(None);
    }
    let started = SystemTime::now();
    remove_stamp(context)?;
    compile(context)?;
    Ok(Some(Compiled { started }))
}

/// The second half, optimised and compressed, which keeps one core busy.
pub fn finish_shipped(context: &Context, compiled: Option<Compiled>) -> Result {
    let Some(Compiled { started }) = compiled else {
        return Ok(());
    };
    let leptos = ["leptos", "build", "--release", "--frontend-only", "--precompress"];
    context
        .steps
        .run("What a browser loads of them", &mut context.cargo(&leptos))?;
    set_stamp(context, "shipped", started)
}

/// On all cores. `cargo leptos` would compile one after another, each on one core; it finds them compiled.
fn compile(context: &Context) -> Result {
    let mut cargo = context.cargo(&["build", "--lib", "--no-default-features", "--profile", "wasm"]);
    cargo
        .args(["--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(context.target.join("front"))
        .args(PROGRAMS.map(|program| format!("--package=servery-{program}")))
        .env("LEPTOS_OUTPUT_NAME", OUTPUT_NAME);
    context
        .steps
        .run("The browser's programs (WebAssembly)", &mut cargo)
}

/// The stamp says how the programs were built, and is as old as the sources that they were built from.
fn stamp(context: &Context) -> PathBuf {
    context.site.join("built")
}

/// Whether the programs were ever built.
pub fn exists(context: &Context) -> bool {
    stamp(context).exists()
}

pub fn is_fresh(context: &Context) -> bool {
    let built = stamp(context).metadata().and_then(|stamp| stamp.modified());
    built.is_ok_and(|built| !sources::any_newer(context, &sources::OF_SITE, built))
}

fn is_shipped(context: &Context) -> bool {
    fs::read_to_string(stamp(context)).is_ok_and(|how| how.trim() == "shipped")
}

/// A build that is interrupted leaves programs that nobody takes for whole.
fn remove_stamp(context: &Context) -> Result {
    let path = stamp(context);
    match path.exists() {
        true => fs::remove_file(&path).explain(format!("{} cannot be removed", path.display())),
        false => Ok(()),
    }
}

fn set_stamp(context: &Context, how: &str, started: SystemTime) -> Result {
    let path = stamp(context);
    let write = || {
        fs::create_dir_all(&context.site)?;
        let mut file = File::create(&path)?;
        writeln!(file, "{how}")?;
        file.set_modified(started)
    };
    write().explain(format!("{} cannot be written", path.display()))
}

/// The first half of a light build: not optimised for size and not compressed, in a fraction of the time.
pub fn compile_light(context: &Context) -> Result {
    let mut cargo = context.cargo(&[
        "build",
        "--profile",
        "wasm-dev",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    cargo.args(PROGRAMS.map(|program| format!("--package=servery-{program}")));
    context
        .steps
        .run("The browser's programs (WebAssembly, not optimised)", &mut cargo)
}

/// The second half: what a browser loads, of each program that has changed. `started`: before the first half.
pub fn bind_light(context: &Context, started: SystemTime) -> Result {
    let was_light = stamp(context).exists() && !is_shipped(context);
    remove_stamp(context)?;
    let changed = PROGRAMS.map(|program| LightProgram::new(context, program));
    let changed: Vec<_> = changed
        .into_iter()
        .filter(|program| !was_light || program.has_changed())
        .collect();
    context
        .steps
        .several("The scripts that load them", |log| bind(context, log, &changed))?;
    set_stamp(context, "light", started)
}

/// All at the same time.
fn bind(context: &Context, log: &Log, programs: &[LightProgram]) -> Result {
    let mut running = Vec::new();
    for program in programs {
        program.clear()?;
        let mut bindgen = program.bindgen(context);
        log.write_to(&mut bindgen)?;
        running.push((Running::start(&mut bindgen)?, bindgen, program));
    }
    for (bindgen, command, program) in running {
        succeeded(&command, bindgen.wait(Some(process::STEP_LIMIT))?)?;
        program.finish()?;
    }
    Ok(())
}

struct LightProgram {
    name: &'static str,
    compiled: PathBuf,
    pkg: PathBuf,
}

impl LightProgram {
    fn new(context: &Context, name: &'static str) -> Self {
        let compiled = context.target.join("wasm32-unknown-unknown/wasm-dev");
        Self {
            name,
            compiled: compiled.join(format!("servery_{name}.wasm")),
            pkg: context.site.join(name).join("pkg"),
        }
    }

    fn loaded(&self) -> PathBuf {
        self.pkg.join(format!("{OUTPUT_NAME}.wasm"))
    }

    fn has_changed(&self) -> bool {
        let changed = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
        match (changed(&self.compiled), changed(&self.loaded())) {
            (Some(compiled), Some(loaded)) => compiled > loaded,
            _ => true,
        }
    }

    fn clear(&self) -> Result {
        match self.pkg.exists() {
            true => {
                fs::remove_dir_all(&self.pkg).explain(format!("{} cannot be removed", self.pkg.display()))
            }
            false => Ok(()),
        }
    }

    fn bindgen(&self, context: &Context) -> std::process::Command {
        let mut command = context.command("wasm-bindgen");
        command
            .args([
                "--target",
                "web",
                "--no-typescript",
                "--out-name",
                OUTPUT_NAME,
                "--out-dir",
            ])
            .arg(&self.pkg)
            .arg(&self.compiled);
        command
    }

    /// Under the name that `cargo leptos` gives it.
    fn finish(&self) -> Result {
        fs::rename(self.pkg.join(format!("{OUTPUT_NAME}_bg.wasm")), self.loaded())
            .explain(format!("wasm-bindgen made no program {}", self.name))
    }
}
