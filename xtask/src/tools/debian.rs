//! Debian's packages, for which one has to be root.

use std::{process::Command, sync::Mutex, sync::PoisonError, time::Duration};

use nix::unistd::Uid;

use crate::{
    context::Context,
    failure::{Result, fail},
    process,
    steps::Log,
    stop,
};

/// Two of these at a time would wait for each other's lock.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
/// How long somebody else's apt may hold a lock, as apt-get is told where it can wait.
const LOCK_TIMEOUT: &str = "DPkg::Lock::Timeout=120";
/// The same where it cannot.
const UPDATE_LIMIT: Duration = Duration::from_secs(120);
const TRY_AGAIN: Duration = Duration::from_secs(2);

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
        update(context, log)?;
        let options = ["install", "-q", "-y", "--no-install-recommends"];
        apt_get(context, log, &[&options, packages].concat())
    })
}

/// The lock of the lists has no timeout.
fn update(context: &Context, log: &Log) -> Result {
    let updated = stop::poll(TRY_AGAIN, Some(UPDATE_LIMIT), || {
        let mut update = as_root(context, &["env", "LC_ALL=C", "apt-get", "update", "-q"])?;
        match log.run_undisturbed(&mut update) {
            Ok(()) => Ok(Some(())),
            Err(_) if log.tail().contains("Could not get lock") => Ok(None),
            Err(reason) => Err(reason),
        }
    })?;
    match updated {
        Some(()) => Ok(()),
        None => fail("another apt holds the lock of the package lists"),
    }
}

fn apt_get(context: &Context, log: &Log, arguments: &[&str]) -> Result {
    let call = [
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-o",
        LOCK_TIMEOUT,
    ];
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
