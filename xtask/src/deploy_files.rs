//! What `deploy` has for real machines, read by the programs that will read it there, or held against their schemas.

use std::fs;

use crate::{
    certificate::Certificate,
    context::Context,
    failure::{Explain, Result, fail},
    process,
    steps::Log,
    tools::{debian, python},
};

const HAPROXY: &str = "deploy/haproxy.cfg";
/// And the programs that they start.
const UNITS: [(&str, &str); 2] = [
    ("servery.service", "/usr/local/bin/servery"),
    ("patroni.service", "/opt/patroni/bin/patroni"),
];
/// Of 100. systemd calls up to 20 "safe".
const MOST_EXPOSED: &str = "20";

pub fn check(context: &Context) -> Result {
    debian::need(context, "haproxy", "Debian's haproxy", &["haproxy"])?;
    debian::need(context, "openssl", "Debian's openssl", &["openssl"])?;
    let readers = python::need_deployment_readers(context)?;
    context.steps.several("The files of deploy/", |log| {
        haproxy(context, log)?;
        let reader = |name: &str| context.command(readers.join("bin").join(name));
        log.run(reader("kubernetes-validate").args(["--quiet", "--strict", "deploy/kubernetes.yaml"]))?;
        let compose = ["--builtin-schema", "vendor.compose-spec", "deploy/compose.yml"];
        log.run(reader("check-jsonschema").args(compose))?;
        systemd(context, log)
    })
}

/// With the addresses of `deploy/haproxy.env`, and each way to be sticky.
fn haproxy(context: &Context, log: &Log) -> Result {
    let folder = tempfile::tempdir().explain("a temporary folder cannot be made")?;
    let certificate = Certificate::make(context, log, folder.path())?;
    let environment = context.read("deploy/haproxy.env")?;
    let lines = environment.lines().filter(|line| !line.starts_with('#'));
    let settings: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    for sticky in ["", "cookie", "source"] {
        let mut haproxy = context.command("haproxy");
        haproxy
            .args(["-c", "-f", HAPROXY])
            .envs(settings.iter().copied())
            .env("CERTIFICATE", &certificate.both)
            .env("STICKY", sticky);
        log.run(&mut haproxy)?;
    }
    Ok(())
}

/// Where systemd is.
fn systemd(context: &Context, log: &Log) -> Result {
    if !process::is_installed("systemd-analyze", &context.path) {
        return log.say("systemd is not here: its units are not read");
    }
    let mut security = context.command("systemd-analyze");
    security.args(["security", "--offline=true", "--threshold", MOST_EXPOSED]);
    log.run(security.arg("deploy/servery.service"))?;
    for (unit, program) in UNITS {
        verify(context, unit, program)?;
    }
    Ok(())
}

/// It only warns of a name that it does not know, and wants to find the program.
fn verify(context: &Context, unit: &str, program: &str) -> Result {
    let folder = tempfile::tempdir().explain("a temporary folder cannot be made")?;
    let copy = folder.path().join(unit);
    let text = context.read(&format!("deploy/{unit}"))?;
    fs::write(&copy, text.replace(program, "/bin/true")).explain("a copy of the unit cannot be written")?;
    let mut verify = context.command("systemd-analyze");
    let Some((succeeded, said)) = process::whole_answer(verify.arg("verify").arg(&copy)) else {
        return fail("systemd-analyze does not answer");
    };
    // It also reads units of this machine, and says what it thinks of them.
    match succeeded && !said.lines().any(|line| line.contains(unit)) {
        true => Ok(()),
        false => fail(format!("systemd says of {unit}: {said}")),
    }
}
