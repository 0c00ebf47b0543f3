//! The browser's programs: as they are shipped, or quickly for a developer's own browser.

use std::{
    fs::{self, File},
    io::Write,
    path::PathBuf,
    time::SystemTime,
};

use crate::{
    failure::{Explain, Result},
    process::{self, Running, succeeded},
    sources,
    steps::Log,
    workshop::Workshop,
};

/// Each is the crate `servery-NAME` in `frontend/NAME`.
pub const PROGRAMS: [&str; 4] = ["browse", "ordering", "account", "staff"];

/// As they are shipped, so that what is measured and tested is what people get.
pub fn build_shipped(workshop: &Workshop) -> Result {
    if is_fresh(workshop) && is_shipped(workshop) {
        return Ok(());
    }
    let started = SystemTime::now();
    remove_stamp(workshop)?;
    let leptos = ["leptos", "build", "--release", "--frontend-only", "--precompress"];
    workshop.steps.run(
        "The browser's programs (WebAssembly)",
        &mut workshop.cargo(&leptos),
    )?;
    set_stamp(workshop, "shipped", started)
}

/// The stamp says how the programs were built, and is as old as the sources that they were built from.
fn stamp(workshop: &Workshop) -> PathBuf {
    workshop.site.join("built")
}

pub fn is_fresh(workshop: &Workshop) -> bool {
    let built = stamp(workshop).metadata().and_then(|stamp| stamp.modified());
    built.is_ok_and(|built| !sources::any_newer(workshop, &sources::OF_SITE, built))
}

fn is_shipped(workshop: &Workshop) -> bool {
    fs::read_to_string(stamp(workshop)).is_ok_and(|how| how.trim() == "shipped")
}

/// A build that is interrupted leaves programs that nobody takes for whole.
fn remove_stamp(workshop: &Workshop) -> Result {
    let path = stamp(workshop);
    match path.exists() {
        true => fs::remove_file(&path).explain(format!("{} cannot be removed", path.display())),
        false => Ok(()),
    }
}

fn set_stamp(workshop: &Workshop, how: &str, started: SystemTime) -> Result {
    let path = stamp(workshop);
    let write = || {
        fs::create_dir_all(&workshop.site)?;
        let mut file = File::create(&path)?;
        writeln!(file, "{how}")?;
        file.set_modified(started)
    };
    write().explain(format!("{} cannot be written", path.display()))
}

/// The first half of a light build: not optimised for size and not compressed, in a fraction of the time.
pub fn compile_light(workshop: &Workshop) -> Result {
    let mut cargo = workshop.cargo(&[
        "build",
        "--profile",
        "wasm-dev",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    cargo.args(PROGRAMS.map(|program| format!("--package=servery-{program}")));
    workshop
        .steps
        .run("The browser's programs (WebAssembly, not optimised)", &mut cargo)
}

/// The second half: what a browser loads, of each program that has changed. `started`: before the first half.
pub fn bind_light(workshop: &Workshop, started: SystemTime) -> Result {
    let was_light = stamp(workshop).exists() && !is_shipped(workshop);
    remove_stamp(workshop)?;
    let changed = PROGRAMS.map(|program| LightProgram::new(workshop, program));
    let changed: Vec<_> = changed
        .into_iter()
        .filter(|program| !was_light || program.has_changed())
        .collect();
    workshop
        .steps
        .several("The scripts that load them", |log| bind(workshop, log, &changed))?;
    set_stamp(workshop, "light", started)
}

/// All at the same time.
fn bind(workshop: &Workshop, log: &Log, programs: &[LightProgram]) -> Result {
    let mut running = Vec::new();
    for program in programs {
        program.clear()?;
        let mut bindgen = program.bindgen(workshop);
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
    fn new(workshop: &Workshop, name: &'static str) -> Self {
        let compiled = workshop.target.join("wasm32-unknown-unknown/wasm-dev");
        Self {
            name,
            compiled: compiled.join(format!("servery_{name}.wasm")),
            pkg: workshop.site.join(name).join("pkg"),
        }
    }

    fn loaded(&self) -> PathBuf {
        self.pkg.join(format!("{}.wasm", self.name))
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

    fn bindgen(&self, workshop: &Workshop) -> std::process::Command {
        let mut command = workshop.command("wasm-bindgen");
        command
            .args([
                "--target",
                "web",
                "--no-typescript",
                "--out-name",
                self.name,
                "--out-dir",
            ])
            .arg(&self.pkg)
            .arg(&self.compiled);
        command
    }

    /// Under the name that `cargo leptos` gives it.
    fn finish(&self) -> Result {
        fs::rename(self.pkg.join(format!("{}_bg.wasm", self.name)), self.loaded())
            .explain(format!("wasm-bindgen made no program {}", self.name))
    }
}
