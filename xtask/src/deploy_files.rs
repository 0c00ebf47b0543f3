//! What `deploy` has for real machines, read by the programs that will read it there, or held against their schemas.

use std::fs;

use crate::{
    context::Context,
    failure::{Explain, Result, fail},
    process,
    steps::Log,
    tools::{debian, python},
};

const HAPROXY: &str = "deploy/haproxy.cfg";
const SERVICE: &str = "deploy/servery.service";
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

/// With the addresses of `deploy/haproxy.env`, each way to be sticky, and as a service.
fn haproxy(context: &Context, log: &Log) -> Result {
    let folder = tempfile::tempdir().explain("a temporary folder cannot be made")?;
    let certificate = folder.path().join("site.pem");
    let mut openssl = context.command("openssl");
    openssl
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
        ])
        .args(["-subj", "/CN=eat.example", "-out"])
        .arg(&certificate);
    // HAProxy finds the key in the same file, or beside it under this name.
    log.run(openssl.arg("-keyout").arg(folder.path().join("site.pem.key")))?;
    let environment = context.read("deploy/haproxy.env")?;
    let lines = environment.lines().filter(|line| !line.starts_with('#'));
    let settings: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    for sticky in ["", "cookie", "source"] {
        let mut haproxy = context.command("haproxy");
        haproxy
            .args(["-c", "-f", HAPROXY])
            .envs(settings.iter().copied())
            .env("CERTIFICATE", &certificate)
            .env("STICKY", sticky);
        log.run(&mut haproxy)?;
        log.run(haproxy.env("HAPROXY_MWORKER", "1"))?;
    }
    Ok(())
}

/// Where systemd is. It only warns of a name that it does not know, and wants to find the program.
fn systemd(context: &Context, log: &Log) -> Result {
    if !process::is_installed("systemd-analyze", &context.path) {
        return log.say("systemd is not here: its unit is not read");
    }
    let mut security = context.command("systemd-analyze");
    log.run(security.args(["security", "--offline=true", "--threshold", MOST_EXPOSED, SERVICE]))?;
    let folder = tempfile::tempdir().explain("a temporary folder cannot be made")?;
    let copy = folder.path().join("servery.service");
    let unit = context
        .read(SERVICE)?
        .replace("/usr/local/bin/servery", "/bin/true");
    fs::write(&copy, unit).explain("a copy of the unit cannot be written")?;
    let mut verify = context.command("systemd-analyze");
    let Some((succeeded, said)) = process::whole_answer(verify.arg("verify").arg(&copy)) else {
        return fail("systemd-analyze does not answer");
    };
    // It also reads units of this machine, and says what it thinks of them.
    let of_ours: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("servery.service"))
        .collect();
    match succeeded && of_ours.is_empty() {
        true => Ok(()),
        false => fail(format!("systemd says of {SERVICE}: {said}")),
    }
}
