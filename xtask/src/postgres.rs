//! A PostgreSQL for the tests: its own data, its own port, gone at the end.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use nix::{
    sys::signal::Signal,
    unistd::{Uid, User},
};
use tempfile::TempDir;

use crate::{
    context::Context,
    failure::{Explain, Result, fail},
    free_ports::free_port,
    process::{self, Running},
    steps::print_error,
    stop,
    tools::debian,
};

const VERSIONS: &str = "/usr/lib/postgresql";
const START_LIMIT: Duration = Duration::from_secs(60);
const SERIOUS: [&str; 3] = ["PANIC", "No space left", "was terminated by signal"];
const MOST_LINES: usize = 20;

/// Fields are dropped in this order: the server ends before its data go.
pub struct Postgres {
    server: Running,
    folder: TempDir,
    port: u16,
}

impl Postgres {
    /// For `SERVERY_TEST_POSTGRES`.
    pub fn address(&self) -> String {
        format!("postgres://servery@127.0.0.1:{}", self.port)
    }

    pub fn start(context: &Context) -> Result<Self> {
        let programs = need_programs(context)?;
        let folder = temporary_folder()?;
        give_to_postgres(folder.path())?;
        make_cluster(context, &programs, folder.path())?;
        let port = free_port()?;
        let server = start_server(context, &programs, folder.path(), port)?;
        let mut postgres = Self { server, folder, port };
        postgres.wait_until_ready(context, &programs)?;
        Ok(postgres)
    }

    fn wait_until_ready(&mut self, context: &Context, programs: &Path) -> Result {
        let port = self.port.to_string();
        let ready = || {
            if self.server.has_ended()?.is_some() {
                return Ok(Some(false));
            }
            let mut asked = context.command(programs.join("pg_isready"));
            let answer = process::answer(asked.args(["-h", "127.0.0.1", "-p", &port]));
            Ok(answer.map(|_| true))
        };
        if stop::poll(stop::OFTEN, Some(START_LIMIT), ready)? == Some(true) {
            return Ok(());
        }
        print_error(&self.log());
        fail("PostgreSQL did not start")
    }

    /// What its log has of its own failures; tests provoke errors of statements.
    pub fn print_errors(&self) {
        let log = self.log();
        let serious = log
            .lines()
            .filter(|line| SERIOUS.iter().any(|word| line.contains(word)));
        let lines: Vec<&str> = serious.take(MOST_LINES).collect();
        if !lines.is_empty() {
            print_error(&format!("PostgreSQL says:\n{}", lines.join("\n")));
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

pub fn temporary_folder() -> Result<TempDir> {
    tempfile::tempdir().explain("a temporary folder cannot be made")
}

/// The folder of the newest version's programs.
pub fn need_programs(context: &Context) -> Result<PathBuf> {
    if newest_version().is_none() {
        debian::install(context, "Debian's postgresql", &["postgresql"])?;
    }
    match newest_version() {
        Some(version) => Ok(Path::new(VERSIONS).join(version.to_string()).join("bin")),
        None => fail(format!("there is no PostgreSQL in {VERSIONS}")),
    }
}

fn newest_version() -> Option<u32> {
    let entries = fs::read_dir(VERSIONS).ok()?.flatten();
    let installed = entries.filter(|entry| entry.path().join("bin/postgres").exists());
    installed
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .max()
}

/// PostgreSQL refuses to run as root.
pub fn as_postgres(context: &Context, program: PathBuf) -> Command {
    if !Uid::effective().is_root() {
        return context.command(program);
    }
    let mut command = context.command("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
        .arg(program);
    command
}

pub fn give_to_postgres(path: &Path) -> Result {
    if !Uid::effective().is_root() {
        return Ok(());
    }
    let Ok(Some(user)) = User::from_name("postgres") else {
        return fail("there is no user 'postgres'");
    };
    std::os::unix::fs::chown(path, Some(user.uid.as_raw()), None).explain(format!(
        "{} cannot be given to the user 'postgres'",
        path.display()
    ))
}

fn make_cluster(context: &Context, programs: &Path, folder: &Path) -> Result {
    let mut initdb = as_postgres(context, programs.join("initdb"));
    initdb
        .arg("-D")
        .arg(folder.join("data"))
        .args([
            "-U",
            "servery",
            "-A",
            "trust",
            "--no-sync",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        ])
        .current_dir(folder);
    context.steps.run("A PostgreSQL for the tests", &mut initdb)
}

fn start_server(context: &Context, programs: &Path, folder: &Path, port: u16) -> Result<Running> {
    let log = File::create(folder.join("log")).explain("PostgreSQL's log cannot be written")?;
    let copy = log
        .try_clone()
        .explain("PostgreSQL's log cannot be opened twice")?;
    let mut server = as_postgres(context, programs.join("postgres"));
    server
        .arg("-D")
        .arg(folder.join("data"))
        .arg("-k")
        .arg(folder)
        .args(["-h", "127.0.0.1", "-p", &port.to_string()])
        .current_dir(folder)
        .stdout(log)
        .stderr(copy);
    // SIGINT: it does not wait for clients that are still connected.
    Ok(Running::start(&mut server)?.ends_with(Signal::SIGINT))
}
