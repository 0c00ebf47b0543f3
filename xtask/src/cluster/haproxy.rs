//! HAProxy with `deploy/haproxy.cfg`, in front of the nodes and of PostgreSQL.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use crate::{
    certificate::Certificate,
    cluster::{
        nodes::{NODES, Node},
        options::Sticky,
        patroni::Member,
    },
    context::Context,
    failure::{Explain, Result, fail},
    free_ports::free_ports,
    process::Running,
    steps::Log,
    stop,
};

pub const CONFIGURATION: &str = "deploy/haproxy.cfg";
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
const UP_LIMIT: Duration = Duration::from_secs(60);

#[derive(Clone, Copy)]
pub struct Ports {
    pub https: u16,
    pub http: u16,
    pub status: u16,
    pub database: u16,
}

impl Ports {
    pub fn find() -> Result<Self> {
        let [https, http, status, database] = free_ports()?;
        Ok(Self {
            https,
            http,
            status,
            database,
        })
    }
}

pub struct Haproxy {
    running: Running,
    /// The one before a reload, while it has connections.
    before: Option<Running>,
    pub ports: Ports,
    socket: PathBuf,
}

/// What it leads to.
#[derive(Clone, Copy)]
pub struct Behind<'a> {
    pub certificate: &'a Certificate,
    pub nodes: &'a [Node],
    pub members: &'a [Member],
}

impl Haproxy {
    pub fn start(
        context: &Context,
        log: &Log,
        folder: &Path,
        (ports, sticky): (Ports, Sticky),
        behind: Behind<'_>,
    ) -> Result<Self> {
        let socket = folder.join(format!("haproxy-{}.sock", ports.https));
        let mut haproxy = command(context, (ports, sticky), behind);
        haproxy.env("ADMIN_SOCKET", &socket);
        log.write_to(&mut haproxy)?;
        Ok(Self {
            running: Running::start(&mut haproxy)?,
            before: None,
            ports,
            socket,
        })
    }

    /// Another one takes over the sockets that are listened on, so that no connection is refused; this one ends with its last connection.
    pub fn reload(&mut self, context: &Context, log: &Log, sticky: Sticky, behind: Behind<'_>) -> Result {
        let mut haproxy = command(context, (self.ports, sticky), behind);
        haproxy
            .env("ADMIN_SOCKET", &self.socket)
            .arg("-x")
            .arg(&self.socket)
            .args(["-sf", &self.running.id().to_string()]);
        log.write_to(&mut haproxy)?;
        let next = Running::start(&mut haproxy)?;
        self.before = Some(std::mem::replace(&mut self.running, next));
        Ok(())
    }

    pub fn site(&self) -> String {
        format!("https://localhost:{}", self.ports.https)
    }

    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.running.has_ended()?.is_some())
    }

    /// At its socket for administrators.
    pub fn command(&self, command: &str) -> Result<String> {
        let ask = || {
            let mut socket = UnixStream::connect(&self.socket)?;
            socket.set_read_timeout(Some(ANSWER_LIMIT))?;
            socket.write_all(format!("{command}\n").as_bytes())?;
            let mut answer = String::new();
            socket.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().explain("HAProxy cannot be asked")
    }

    pub fn servers(&self) -> Result<Servers> {
        Ok(Servers::read(&self.command("show stat")?))
    }

    /// Until all nodes get requests.
    pub fn wait_for_nodes(&mut self) -> Result {
        self.wait_until_up("pages", NODES)
    }

    /// Until it knows which PostgreSQL takes writes.
    pub fn wait_for_primary(&mut self) -> Result {
        self.wait_until_up("primary", 1)
    }

    fn wait_until_up(&mut self, backend: &str, count: usize) -> Result {
        let up = stop::poll(Duration::from_millis(100), Some(UP_LIMIT), || {
            if self.has_ended()? {
                return fail("HAProxy has ended");
            }
            let up = self.servers().map(|servers| servers.up(backend)).unwrap_or(0);
            Ok((up == count).then_some(()))
        })?;
        match up {
            Some(()) => Ok(()),
            None => fail(format!("HAProxy does not find {count} servers of '{backend}'")),
        }
    }
}

/// With the file of `deploy`.
fn command(context: &Context, (ports, sticky): (Ports, Sticky), behind: Behind<'_>) -> Command {
    let local = |port: u16| format!("127.0.0.1:{port}");
    let mut haproxy = context.command("haproxy");
    haproxy
        .args(["-db", "-f", CONFIGURATION])
        .env("HTTPS", local(ports.https))
        .env("HTTPS_SUFFIX", format!(":{}", ports.https))
        .env("HTTP", local(ports.http))
        .env("STATUS", local(ports.status))
        .env("DATABASE", local(ports.database))
        .env("CERTIFICATE", &behind.certificate.both)
        .env("STICKY", sticky.name())
        .env_remove("RUN_AS");
    for (number, node) in (1..).zip(behind.nodes) {
        haproxy.env(format!("NODE{number}"), local(node.port));
    }
    for (number, member) in (1..).zip(behind.members) {
        haproxy
            .env(format!("POSTGRES{number}"), local(member.port))
            .env(format!("PATRONI{number}_PORT"), member.restapi.to_string());
    }
    haproxy
}

struct Server {
    state: String,
    /// Requests since the start.
    total: u64,
    /// Requests under way.
    current: u64,
}

/// By backend and name.
pub struct Servers(BTreeMap<(String, String), Server>);

impl Servers {
    fn read(csv: &str) -> Self {
        let mut lines = csv.trim_start_matches("# ").lines();
        let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let mut servers = BTreeMap::new();
        for line in lines {
            let fields: BTreeMap<&str, &str> = names.iter().copied().zip(line.split(',')).collect();
            let text = |name: &str| fields.get(name).copied().unwrap_or_default();
            let number = |name: &str| text(name).parse().unwrap_or(0);
            let server = Server {
                state: text("status").to_owned(),
                total: number("stot"),
                current: number("scur"),
            };
            // Each section has a line for itself, too.
            if !matches!(text("svname"), "" | "FRONTEND" | "BACKEND") {
                servers.insert((text("pxname").to_owned(), text("svname").to_owned()), server);
            }
        }
        Self(servers)
    }

    fn of<'a>(&'a self, backend: &'a str) -> impl Iterator<Item = (&'a str, &'a Server)> {
        let servers = self.0.iter().filter(move |((of, _), _)| of == backend);
        servers.map(|((_, name), server)| (name.as_str(), server))
    }

    pub fn is_up(&self, backend: &str, name: &str) -> bool {
        self.of(backend)
            .any(|(server, known)| server == name && known.state.starts_with("UP"))
    }

    fn up(&self, backend: &str) -> usize {
        self.of(backend)
            .filter(|(_, server)| server.state.starts_with("UP"))
            .count()
    }

    /// Those that have requests under way.
    pub fn busy(&self, backend: &str) -> Vec<String> {
        let busy = self.of(backend).filter(|(_, server)| server.current > 0);
        busy.map(|(name, _)| name.to_owned()).collect()
    }

    /// How many requests each server of a backend has got since.
    pub fn requests_since(&self, before: &Self, backend: &str) -> Vec<u64> {
        let earlier: BTreeMap<&str, u64> = before
            .of(backend)
            .map(|(name, server)| (name, server.total))
            .collect();
        self.of(backend)
            .map(|(name, server)| server.total - earlier.get(name).copied().unwrap_or(0))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Servers;

    #[test]
    fn servers_are_read_from_haproxys_table() {
        let table = |requests: u32| {
            Servers::read(&format!(
                "# pxname,svname,scur,stot,status,\npages,node1,1,{requests},UP,\npages,node2,0,2,DOWN 1/2,\npages,BACKEND,1,9,UP,\n"
            ))
        };
        let (before, after) = (table(1), table(6));
        assert_eq!(after.up("pages"), 1);
        assert!(after.is_up("pages", "node1") && !after.is_up("pages", "node2"));
        assert_eq!(after.busy("pages"), ["node1"]);
        assert_eq!(after.requests_since(&before, "pages"), [5, 0]);
    }
}
