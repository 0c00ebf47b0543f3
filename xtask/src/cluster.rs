//! A whole installation on this machine, started with the files of `deploy`: HAProxy with TLS, three nodes, a PostgreSQL with two
//! replicas that Patroni looks after, and etcd.

mod check;
mod client;
mod etcd;
mod haproxy;
mod nodes;
mod options;
mod patroni;
mod random;
mod redis;
mod shared_memory;
pub mod soak;

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use tempfile::TempDir;

use crate::{
    certificate::Certificate,
    context::Context,
    failure::{Explain, Result, fail},
    free_ports::free_ports,
    postgres, process, server, stop,
    tools::{debian, python},
};

use client::Client;
use etcd::Etcd;
use haproxy::{Behind, Haproxy, Ports};
use nodes::{NODES, Node, Settings};
use options::{Options, Sticky};
use patroni::{MEMBERS, Member, Patroni};
use random::random_id;
use redis::Redis;

const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Dropped in this order: who asks ends before who answers.
struct Cluster<'a> {
    haproxy: Haproxy,
    nodes: Vec<Node>,
    settings: Settings<'a>,
    members: Vec<Member>,
    patroni: Patroni<'a>,
    redis: Redis,
    _etcd: Etcd,
    certificate: Certificate,
    folder: TempDir,
}

pub fn cluster(context: &Context, arguments: &[String]) -> Result {
    let options = Options::read(arguments)?;
    server::build_with_shipped_site(context)?;
    need_programs(context)?;
    let mut cluster = Cluster::start(context, options.sticky, Database::WithDemo)?;
    let client = Client::new(context, cluster.certificate.certificate.clone());
    match options.check {
        true => check::check(&mut cluster, &client),
        false => {
            cluster.say_where();
            cluster.watch()
        }
    }
}

fn need_programs(context: &Context) -> Result {
    python::need_patroni(context)?;
    for (program, package) in [
        ("etcd", "etcd-server"),
        ("haproxy", "haproxy"),
        ("redis-server", "redis-server"),
        ("curl", "curl"),
        ("openssl", "openssl"),
    ] {
        debian::need(context, program, &format!("Debian's {package}"), &[package])?;
    }
    Ok(())
}

#[derive(PartialEq)]
enum Database {
    WithDemo,
    Empty,
}

impl<'a> Cluster<'a> {
    fn start(context: &'a Context, sticky: Sticky, database: Database) -> Result<Self> {
        let steps = &context.steps;
        let folder = open_folder()?;
        let path = folder.path();
        let (etcd, certificate) = steps.several("etcd, and a certificate", |log| {
            Ok((
                Etcd::start(context, log, path)?,
                Certificate::make(context, log, path)?,
            ))
        })?;
        let client = Client::new(context, certificate.certificate.clone());
        let password = random_id()?;
        let what = "PostgreSQL with two replicas";
        let (patroni, members) = steps.several(what, |log| {
            let patroni = Patroni::prepare(context, log, path, etcd.port)?;
            let mut members = new_members(&certificate, path)?;
            for member in &mut members {
                member.start(&patroni, log)?;
            }
            let roles = patroni::wait_until_whole(&client, &members)?;
            patroni.make_database(log, roles.primary_of(&members)?, &password)?;
            Ok((patroni, members))
        })?;
        let mut nodes = new_nodes()?;
        let mut haproxy = steps.several("HAProxy", |log| {
            let behind = Behind {
                certificate: &certificate,
                nodes: &nodes,
                members: &members,
            };
            let mut haproxy = Haproxy::start(context, log, path, (Ports::find()?, sticky), behind)?;
            haproxy.wait_for_primary()?;
            Ok(haproxy)
        })?;
        let mut redis = Redis::new(path)?;
        steps.several("Redis", |log| redis.start(context, log))?;
        let settings = Settings {
            context,
            redis: redis.address(),
            database: format!(
                "postgres://servery:{password}@127.0.0.1:{}/servery",
                haproxy.ports.database
            ),
            public_url: haproxy.site(),
            folder: path.to_owned(),
        };
        let pictures = settings.pictures();
        fs::create_dir(&pictures).explain(format!("{} cannot be made", pictures.display()))?;
        if database == Database::WithDemo {
            make_demo(&settings)?;
        }
        steps.several("Three nodes", |log| {
            for node in &mut nodes {
                node.start(&settings, log)?;
            }
            nodes::wait_until_ready(&client, &mut nodes)?;
            haproxy.wait_for_nodes()
        })?;
        Ok(Self {
            haproxy,
            nodes,
            settings,
            members,
            patroni,
            redis,
            _etcd: etcd,
            certificate,
            folder,
        })
    }

    fn say_where(&self) {
        println!("\nThe site is at {}", self.haproxy.site());
        println!("  its certificate is a throw-away one; browsers ask once");
        println!("HAProxy's status: http://127.0.0.1:{}", self.haproxy.ports.status);
        for node in &self.nodes {
            let process = node
                .process()
                .map_or_else(String::new, |id| format!(", process {id}"));
            println!("{}: {}{process}", node.name, node.url(""));
        }
        for member in &self.members {
            let (name, port) = (&member.name, member.port);
            println!(
                "{name}: 127.0.0.1:{port}, its Patroni http://127.0.0.1:{}/cluster",
                member.restapi
            );
        }
        println!(
            "The database that takes writes: 127.0.0.1:{}",
            self.haproxy.ports.database
        );
        println!(
            "Logs are in {}. Ctrl-C takes everything down.\n",
            self.settings.context.cache.join("logs").display()
        );
    }

    /// Until Ctrl-C. Somebody may kill parts of it to see what happens: only without HAProxy there is nothing to see.
    fn watch(&mut self) -> Result {
        let mut gone = [false; NODES];
        let haproxy_ended = stop::poll(LOOK_AGAIN, None, || {
            for (node, gone) in self.nodes.iter_mut().zip(&mut gone) {
                if !*gone && node.has_ended()? {
                    *gone = true;
                    println!("{} has ended; the others go on without it", node.name);
                }
            }
            Ok(self.haproxy.has_ended()?.then_some(()))
        })?;
        match haproxy_ended {
            Some(()) => fail("HAProxy has ended"),
            None => Ok(()),
        }
    }
}

/// What faults leave is made whole again.
impl Cluster<'_> {
    fn start_node(&mut self, number: usize, client: &Client<'_>) -> Result {
        let (node, settings) = (&mut self.nodes[number], &self.settings);
        let steps = &settings.context.steps;
        steps.several("A node, again", |log| node.start(settings, log))?;
        self.wait_until_nodes_serve(client)
    }

    /// Until all nodes get requests.
    fn wait_until_nodes_serve(&mut self, client: &Client<'_>) -> Result {
        nodes::wait_until_ready(client, &mut self.nodes)?;
        self.haproxy.wait_for_nodes()
    }

    fn start_member(&mut self, number: usize) -> Result {
        let (member, shared) = (&mut self.members[number], &self.patroni);
        let steps = &shared.context.steps;
        steps.several("A machine, again", |log| member.start(shared, log))
    }

    fn start_redis(&mut self) -> Result {
        let (redis, context) = (&mut self.redis, self.settings.context);
        context
            .steps
            .several("Redis, again", |log| redis.start(context, log))
    }

    fn reload_haproxy(&mut self, client: &Client<'_>) -> Result {
        let context = self.settings.context;
        let behind = Behind {
            certificate: &self.certificate,
            nodes: &self.nodes,
            members: &self.members,
        };
        let haproxy = &mut self.haproxy;
        context.steps.several("HAProxy, again", |log| {
            haproxy.reload(context, log, Sticky::No, behind)
        })?;
        self.haproxy.wait_for_primary()?;
        self.wait_until_nodes_serve(client)
    }

    fn wait_until_whole(&mut self, client: &Client<'_>) -> Result {
        patroni::wait_until_whole(client, &self.members)?;
        self.wait_until_nodes_serve(client)
    }
}

impl Drop for Cluster<'_> {
    /// Nothing may be left of those that were killed either.
    fn drop(&mut self) {
        for member in &self.members {
            member.remove_shared_memory(self.settings.context);
        }
    }
}

/// PostgreSQL's user has to get through it to its own folder, and sees nothing else.
fn open_folder() -> Result<TempDir> {
    let folder = postgres::temporary_folder()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).explain(format!(
        "{} cannot be opened for PostgreSQL",
        folder.path().display()
    ))?;
    Ok(folder)
}

fn new_members(certificate: &Certificate, folder: &Path) -> Result<Vec<Member>> {
    let ports = free_ports::<{ 2 * MEMBERS }>()?;
    let (pairs, _) = ports.as_chunks::<2>();
    let members = (1..).zip(pairs);
    members
        .map(|(number, pair)| Member::new(certificate, folder, number, *pair))
        .collect()
}

fn new_nodes() -> Result<Vec<Node>> {
    let ports = free_ports::<NODES>()?;
    Ok((1..)
        .zip(ports)
        .map(|(number, port)| Node::new(number, port))
        .collect())
}

/// What it prints, it prints once: the password of the demo's staff.
fn make_demo(settings: &Settings<'_>) -> Result {
    println!("· The demo town");
    let mut demo = settings.command();
    process::succeed(demo.arg("demo"), Some(process::STEP_LIMIT))
}
