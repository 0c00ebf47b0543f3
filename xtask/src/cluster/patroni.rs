//! Three PostgreSQLs, each with a Patroni that starts it and decides with the others which one takes writes: `deploy/patroni.yml`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;

use crate::{
    certificate::Certificate,
    cluster::{client::Client, random::random_id, shared_memory::SharedMemory},
    context::Context,
    failure::{Explain, Result, fail},
    postgres,
    process::Running,
    steps::Log,
    stop,
    tools::python,
};

pub const MEMBERS: usize = 3;
const CONFIGURATION: &str = "deploy/patroni.yml";
/// Longer than three PostgreSQLs ever took to be made.
const START_LIMIT: Duration = Duration::from_secs(120);
/// For one that is told to leave everything as it is.
const END_LIMIT: Duration = Duration::from_secs(10);
const SOON: Duration = Duration::from_millis(200);

pub struct Passwords {
    pub superuser: String,
    replication: String,
    restapi: String,
}

impl Passwords {
    pub fn make() -> Result<Self> {
        Ok(Self {
            superuser: random_id()?,
            replication: random_id()?,
            restapi: random_id()?,
        })
    }
}

/// What all members share.
pub struct Patroni<'a> {
    pub context: &'a Context,
    pub passwords: Passwords,
    etcd: u16,
    /// Of PostgreSQL.
    programs: PathBuf,
    /// Where PostgreSQL's user can run it.
    python: PathBuf,
    configuration: PathBuf,
}

impl<'a> Patroni<'a> {
    /// Root's home is closed to PostgreSQL's user, who gets copies of what it needs from there.
    pub fn prepare(context: &'a Context, log: &Log, folder: &Path, etcd: u16) -> Result<Self> {
        let installed = python::need_patroni(context)?;
        let copy = folder.join("patroni");
        log.run(context.command("cp").arg("--archive").arg(&installed).arg(&copy))?;
        let configuration = folder.join("patroni.yml");
        fs::copy(context.root.join(CONFIGURATION), &configuration)
            .explain(format!("{CONFIGURATION} cannot be copied"))?;
        Ok(Self {
            context,
            passwords: Passwords::make()?,
            etcd,
            programs: postgres::need_programs(context)?,
            python: copy.join("bin/python"),
            configuration,
        })
    }

    /// With `deploy/database.sql`.
    pub fn make_database(&self, log: &Log, primary: &Member, password: &str) -> Result {
        let mut psql = self.context.command(self.programs.join("psql"));
        psql.args(["-X", "-q", "-h", "127.0.0.1", "-U", "postgres", "-d", "postgres"])
            .args(["-p", &primary.port.to_string(), "-v", "ON_ERROR_STOP=1"])
            .args(["-v", &format!("password={password}"), "-f", "deploy/database.sql"])
            .env("PGPASSWORD", &self.passwords.superuser);
        log.run(&mut psql)
    }

    fn command(&self, member: &Member) -> Command {
        let mut patroni = postgres::as_postgres(self.context, self.python.clone());
        let own = |name: &str| member.folder.join(name);
        let address = |port: u16| format!("127.0.0.1:{port}");
        patroni
            .args(["-m", "patroni"])
            .arg(&self.configuration)
            .current_dir(&member.folder)
            .env("HOME", &member.folder)
            .env("PATRONI_NAME", &member.name)
            .env("PATRONI_ETCD3_HOSTS", format!("'127.0.0.1:{}'", self.etcd))
            .env("PATRONI_POSTGRESQL_DATA_DIR", own("data"))
            .env("PATRONI_POSTGRESQL_PGPASS", own("pgpass"))
            .env("PATRONI_POSTGRESQL_BIN_DIR", &self.programs)
            .env("PATRONI_SUPERUSER_USERNAME", "postgres")
            .env("PATRONI_SUPERUSER_PASSWORD", &self.passwords.superuser)
            .env("PATRONI_REPLICATION_USERNAME", "replicator")
            .env("PATRONI_REPLICATION_PASSWORD", &self.passwords.replication)
            .env("PATRONI_RESTAPI_USERNAME", "patroni")
            .env("PATRONI_RESTAPI_PASSWORD", &self.passwords.restapi);
        for (what, port) in [("POSTGRESQL", member.port), ("RESTAPI", member.restapi)] {
            patroni
                .env(format!("PATRONI_{what}_LISTEN"), address(port))
                .env(format!("PATRONI_{what}_CONNECT_ADDRESS"), address(port));
        }
        patroni
    }
}

/// One PostgreSQL and its Patroni: what is one machine in earnest.
pub struct Member {
    pub name: String,
    pub port: u16,
    pub restapi: u16,
    patroni: Option<Running>,
    folder: PathBuf,
    /// By those that were killed.
    left: Vec<SharedMemory>,
}

impl Member {
    pub fn new(
        certificate: &Certificate,
        folder: &Path,
        number: usize,
        [port, restapi]: [u16; 2],
    ) -> Result<Self> {
        let name = format!("postgres{number}");
        let folder = folder.join(&name);
        fs::create_dir(&folder).explain(format!("{} cannot be made", folder.display()))?;
        certificate.copy_for_postgres(&folder)?;
        postgres::give_to_postgres(&folder)?;
        Ok(Self {
            name,
            port,
            restapi,
            patroni: None,
            folder,
            left: Vec::new(),
        })
    }

    pub fn start(&mut self, shared: &Patroni<'_>, log: &Log) -> Result {
        let mut patroni = shared.command(self);
        log.write_to(&mut patroni)?;
        // What is thrown away has no need of an orderly end.
        self.patroni = Some(Running::start(&mut patroni)?.ends_with(Signal::SIGKILL));
        Ok(())
    }

    /// Only the database dies; its Patroni sees it.
    pub fn kill_postgres(&mut self) -> Result {
        let Some(postmaster) = self.postmaster() else {
            return fail(format!("{} does not run", self.name));
        };
        let file = fs::read_to_string(self.postmaster_pid()).unwrap_or_default();
        self.left.push(SharedMemory::of(postmaster.as_raw(), &file));
        self.signal(postmaster, Signal::SIGKILL)
    }

    /// As when the machine loses power.
    pub fn kill_machine(&mut self) -> Result {
        if let Some(mut patroni) = self.patroni.take() {
            patroni.kill()?;
        }
        self.kill_postgres()
    }

    /// For the end, when nobody needs it any more.
    pub fn remove_shared_memory(&self, context: &Context) {
        for left in &self.left {
            left.remove(context);
        }
    }

    fn signal(&self, postmaster: Pid, signal: Signal) -> Result {
        match kill(postmaster, signal) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(error) => fail(format!("{} cannot be signalled: {error}", self.name)),
        }
    }

    fn postmaster_pid(&self) -> PathBuf {
        self.folder.join("data/postmaster.pid")
    }

    /// PostgreSQL writes its process into its folder. A number that stayed there may be another process by now.
    fn postmaster(&self) -> Option<Pid> {
        let data = fs::canonicalize(self.folder.join("data")).ok()?;
        let text = fs::read_to_string(self.postmaster_pid()).ok()?;
        let id: i32 = text.lines().next()?.trim().parse().ok()?;
        let runs_in = fs::read_link(format!("/proc/{id}/cwd")).ok()?;
        (runs_in == data).then_some(Pid::from_raw(id))
    }
}

impl Drop for Member {
    /// PostgreSQL has left the process group of its Patroni, and would go on.
    fn drop(&mut self) {
        self.patroni = None;
        let Some(postmaster) = self.postmaster() else {
            return;
        };
        // At once, but so that it leaves no shared memory.
        let told = self.signal(postmaster, Signal::SIGQUIT);
        let ended = || self.postmaster().is_none();
        if told.is_err() || !stop::is_so_within(END_LIMIT, ended) {
            let _ = self.signal(postmaster, Signal::SIGKILL);
        }
    }
}

/// What Patroni's members say of themselves, asked at one that answers.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Roles {
    pub primary: Option<String>,
    /// The replica that has every write that was acknowledged.
    pub synchronous: Option<String>,
    /// All that stream from the primary.
    pub replicas: usize,
}

impl Roles {
    pub fn primary_of<'a>(&self, members: &'a [Member]) -> Result<&'a Member> {
        let primary = members
            .iter()
            .find(|member| Some(&member.name) == self.primary.as_ref());
        match primary {
            Some(primary) => Ok(primary),
            None => fail("PostgreSQL has no primary"),
        }
    }
}

pub fn roles(client: &Client<'_>, members: &[Member]) -> Roles {
    let running = members.iter().filter(|member| member.patroni.is_some());
    let mut answers =
        running.filter_map(|member| client.get(&format!("http://127.0.0.1:{}/cluster", member.restapi)));
    answers
        .next()
        .map(|answer| read_roles(&answer.body))
        .unwrap_or_default()
}

fn read_roles(cluster: &str) -> Roles {
    let cluster: Value = serde_json::from_str(cluster).unwrap_or_default();
    let mut roles = Roles::default();
    for member in cluster["members"].as_array().into_iter().flatten() {
        let text = |field: &str| member[field].as_str().unwrap_or_default();
        let name = || Some(text("name").to_owned());
        match (text("role"), text("state")) {
            ("leader", "running") => roles.primary = name(),
            ("sync_standby", "streaming") => {
                roles.synchronous = name();
                roles.replicas += 1;
            }
            (_, "streaming") => roles.replicas += 1,
            _ => {}
        }
    }
    roles
}

/// Until one takes writes, the others that run stream from it, and one of them does so synchronously.
pub fn wait_until_whole(client: &Client<'_>, members: &[Member]) -> Result<Roles> {
    let running = members.iter().filter(|member| member.patroni.is_some()).count();
    let whole = stop::poll(SOON, Some(START_LIMIT), || {
        let roles = roles(client, members);
        let is_whole =
            roles.primary.is_some() && roles.synchronous.is_some() && roles.replicas + 1 == running;
        Ok(is_whole.then_some(roles))
    })?;
    match whole {
        Some(roles) => Ok(roles),
        None => fail("PostgreSQL has no primary with its replicas"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Roles, read_roles};

    #[test]
    fn roles_are_read_from_what_patroni_says() {
        let said = r#"{"members": [
            {"name": "postgres1", "role": "leader", "state": "running"},
            {"name": "postgres2", "role": "sync_standby", "state": "streaming"},
            {"name": "postgres3", "role": "replica", "state": "starting"}
        ], "scope": "servery"}"#;
        let roles = Roles {
            primary: Some("postgres1".to_owned()),
            synchronous: Some("postgres2".to_owned()),
            replicas: 1,
        };
        assert_eq!(read_roles(said), roles);
        assert_eq!(read_roles("no answer"), Roles::default());
    }
}
