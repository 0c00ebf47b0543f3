//! Debian's packages, for which one has to be root.

use std::{process::Command, sync::Mutex, sync::PoisonError};

use nix::unistd::Uid;

use crate::{
    context::Context,
    failure::{Result, fail},
    process,
    steps::Log,
};

/// Two of these at a time would wait for each other's lock.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
/// Seconds that somebody else's apt may hold the lock.
const LOCK_TIMEOUT: &str = "DPkg::Lock::Timeout=120";

/// Installs packages unless the program is there.
pub fn need(context: &Context, program: &str, what: &str, packages: &[&str]) -> Result {
    match process::is_installed(program, &context.path) {
        true => Ok(()),
        false => install(context, what, packages),
    }
}

pub fn install(context: &Context, what: &str, packages: &[&str]) -> Result {
    let names = packages.join(" ");
    if !process::is_installed("apt-get", &context.path) {
        return fail(format!(
            "please install {names} with your package manager (only Debian's is known to ./dev)"
        ));
    }
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    context.steps.several(what, |log| {
        apt_get(context, log, &["update", "-q"])?;
        let options = ["install", "-q", "-y", "--no-install-recommends"];
        apt_get(context, log, &[&options, packages].concat())
    })
}

fn apt_get(context: &Context, log: &Log, arguments: &[&str]) -> Result {
    let call = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", LOCK_TIMEOUT];
    log.run_undisturbed(as_root(context, &call)?.args(arguments))
}

fn as_root(context: &Context, call: &[&str]) -> Result<Command> {
    let mut command = if Uid::effective().is_root() {
        context.command(call[0])
    } else if process::is_installed("sudo", &context.path) {
        let mut sudo = context.command("sudo");
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
