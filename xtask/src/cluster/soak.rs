//! `soak cluster [SECONDS]`: diners order without a pause, while one part of the cluster after the other is killed, paused or replaced and
//! comes back.

use std::{
    io::Write as _,
    process::ChildStdin,
    time::{Duration, Instant},
};

use crate::{
    cluster::{
        Cluster, Database,
        client::Client,
        nodes::{NODES, Node},
        options::Sticky,
        patroni::{self, Member},
    },
    context::Context,
    failure::{Explain, Result, fail},
    process::Running,
    site, stop, tests, tools,
};

/// One round takes about two minutes.
const USUAL: u64 = 240;
/// How long a part is gone, if it does not come back by itself.
const GONE: Duration = Duration::from_secs(4);
const NODE_ENDS: Duration = Duration::from_secs(20);
/// Between two faults.
const CALM: Duration = Duration::from_secs(3);
/// For the diners' last orders and for the books.
const CLOSING: Duration = Duration::from_secs(120);

#[derive(Clone, Copy)]
enum Fault {
    NodeKilled,
    NodePaused,
    NodesReplaced,
    RedisKilled,
    HaproxyReloaded,
    ReplicaKilled,
    PostgresKilled,
    MachineKilled,
}

const FAULTS: [Fault; 8] = [
    Fault::NodeKilled,
    Fault::NodePaused,
    Fault::RedisKilled,
    Fault::HaproxyReloaded,
    Fault::PostgresKilled,
    Fault::NodesReplaced,
    Fault::ReplicaKilled,
    Fault::MachineKilled,
];

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::NodeKilled => "a node is killed and starts again",
            Self::NodePaused => "a node is paused for 4 seconds",
            Self::NodesReplaced => "the nodes are replaced, one by one",
            Self::RedisKilled => "Redis is killed and starts again",
            Self::HaproxyReloaded => "HAProxy is reloaded",
            Self::ReplicaKilled => "the synchronous replica is killed",
            Self::PostgresKilled => "the PostgreSQL that takes writes is killed",
            Self::MachineKilled => "its machine is killed and starts again",
        }
    }

    /// And waits until all is whole again.
    fn make(self, cluster: &mut Cluster<'_>, client: &Client<'_>, round: usize) -> Result {
        let node = round % NODES;
        match self {
            Self::NodeKilled => {
                cluster.nodes[node].kill()?;
                pause(GONE)?;
                cluster.start_node(node, client)
            }
            Self::NodePaused => {
                cluster.nodes[node].pause();
                let paused = pause(GONE);
                cluster.nodes[node].go_on();
                paused?;
                cluster.wait_until_nodes_serve(client)
            }
            Self::NodesReplaced => (0..NODES).try_for_each(|node| {
                cluster.nodes[node].tell_to_end();
                wait_for_end(&mut cluster.nodes[node])?;
                cluster.start_node(node, client)
            }),
            Self::RedisKilled => {
                cluster.redis.kill()?;
                pause(GONE)?;
                cluster.start_redis()
            }
            Self::HaproxyReloaded => cluster.reload_haproxy(client),
            Self::ReplicaKilled => {
                let roles = patroni::wait_until_whole(client, &cluster.members)?;
                let replica = position(&cluster.members, roles.synchronous.as_deref())?;
                cluster.members[replica].kill_postgres()?;
                cluster.wait_until_whole(client)
            }
            Self::PostgresKilled => {
                let primary = primary(cluster, client)?;
                cluster.members[primary].kill_postgres()?;
                cluster.wait_until_whole(client)
            }
            Self::MachineKilled => {
                let primary = primary(cluster, client)?;
                cluster.members[primary].kill_machine()?;
                pause(GONE)?;
                cluster.start_member(primary)?;
                cluster.wait_until_whole(client)
            }
        }
    }
}

/// It drains, and gives its clients ten seconds.
fn wait_for_end(node: &mut Node) -> Result {
    let ended = || Ok(node.has_ended()?.then_some(()));
    match stop::poll(stop::OFTEN, Some(NODE_ENDS), ended)? {
        Some(()) => Ok(()),
        None => fail("a node that is told to end goes on"),
    }
}

fn primary(cluster: &Cluster<'_>, client: &Client<'_>) -> Result<usize> {
    let roles = patroni::wait_until_whole(client, &cluster.members)?;
    position(&cluster.members, roles.primary.as_deref())
}

fn position(members: &[Member], name: Option<&str>) -> Result<usize> {
    match members
        .iter()
        .position(|member| Some(member.name.as_str()) == name)
    {
        Some(number) => Ok(number),
        None => fail("PostgreSQL has no such member"),
    }
}

fn pause(how_long: Duration) -> Result {
    stop::poll(stop::OFTEN, Some(how_long), || Ok(None::<()>)).map(drop)
}

/// The program of the diners, which is told of each fault and says at its end what came of the orders.
struct Diners {
    running: Running,
    faults: ChildStdin,
}

impl Diners {
    fn start(context: &Context, cluster: &Cluster<'_>) -> Result<Self> {
        let mut diners = tests::rust_tests(context);
        diners
            .args(["--test", "soak", "--", "cluster"])
            .env("SERVERY_CLUSTER_SITE", cluster.haproxy.site())
            .env("SERVERY_CLUSTER_DATABASE", &cluster.settings.database);
        let (running, faults) = Running::start_with_input(&mut diners)?;
        Ok(Self { running, faults })
    }

    fn hear_of(&mut self, fault: &str) -> Result {
        println!("  {fault}");
        writeln!(self.faults, "{fault}").explain("the diners have ended")
    }

    fn end(self) -> Result {
        drop(self.faults);
        match self.running.wait(Some(CLOSING))?.success() {
            true => Ok(()),
            false => fail("an order is lost or wrong, or was never answered"),
        }
    }
}

/// `soak cluster [SECONDS]`
pub fn soak(context: &Context, arguments: &[String]) -> Result {
    let seconds = match arguments {
        [] => Some(USUAL),
        [seconds] => seconds.parse().ok(),
        _ => None,
    };
    let Some(seconds) = seconds else {
        return fail("./dev soak cluster [SECONDS]");
    };
    tools::for_shipping(context)?;
    site::build_shipped(context)?;
    // With the server: cargo compiles a program for the tests of its package.
    let mut build = tests::rust_tests(context);
    context.steps.run(
        "The diners and the server",
        build.args(["--test", "soak", "--no-run"]),
    )?;
    order_meanwhile(context, Duration::from_secs(seconds))
}

/// Makes every fault at least once, and more of them until the time is over.
pub fn order_meanwhile(context: &Context, long: Duration) -> Result {
    super::need_programs(context)?;
    let mut cluster = Cluster::start(context, Sticky::No, Database::Empty)?;
    let client = Client::new(context, cluster.certificate.certificate.clone());
    let mut diners = Diners::start(context, &cluster)?;
    let started = Instant::now();
    let mut round = 0;
    while round == 0 || started.elapsed() < long {
        for fault in FAULTS {
            diners.hear_of(fault.name())?;
            fault.make(&mut cluster, &client, round)?;
            diners.hear_of("calm")?;
            pause(CALM)?;
            if round > 0 && started.elapsed() > long {
                break;
            }
        }
        round += 1;
    }
    diners.end()
}
