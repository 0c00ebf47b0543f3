//! Debian's packages, for which one has to be root.

use std::{process::Command, sync::Mutex, sync::PoisonError};

use nix::unistd::Uid;

use crate::{
    failure::{Result, fail},
    process,
    steps::Log,
    workshop::Workshop,
};

/// Two of these at a time would wait for each other's lock.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Installs packages unless the program is there.
pub fn need(workshop: &Workshop, program: &str, what: &str, packages: &[&str]) -> Result {
    match process::is_installed(program, &workshop.path) {
        true => Ok(()),
        false => install(workshop, what, packages),
    }
}

pub fn install(workshop: &Workshop, what: &str, packages: &[&str]) -> Result {
    let names = packages.join(" ");
    if !process::is_installed("apt-get", &workshop.path) {
        return fail(format!(
            "please install {names} with your package manager (only Debian's is known to ./dev)"
        ));
    }
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    workshop.steps.several(what, |log| {
        apt_get(workshop, log, &["update", "-q"])?;
        let options = ["install", "-q", "-y", "--no-install-recommends"];
        apt_get(workshop, log, &[&options, packages].concat())
    })
}

fn apt_get(workshop: &Workshop, log: &Log, arguments: &[&str]) -> Result {
    let call = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"];
    log.run_undisturbed(as_root(workshop, &call)?.args(arguments))
}

fn as_root(workshop: &Workshop, call: &[&str]) -> Result<Command> {
    let mut command = if Uid::effective().is_root() {
        workshop.command(call[0])
    } else if process::is_installed("sudo", &workshop.path) {
        let mut sudo = workshop.command("sudo");
        sudo.arg(call[0]);
        sudo
    } else {
        return fail(format!(
            "'{}' needs root: run it yourself, or install sudo",
            call.join(" ")
        ));
    };
    command.args(&call[1..]);
    Ok(command)
}
