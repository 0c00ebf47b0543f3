//! A node dies, a node is told to stop, and clients notice neither.

use std::time::Duration;

use crate::{
    cluster::{
        Cluster,
        check::{
            fact,
            load::{self, Load},
            orders::Diner,
            stream::{EVENT, Stream},
        },
        client::Client,
        nodes::{NODES, Node},
    },
    failure::{Result, fail},
    stop,
};

/// For HAProxy to notice.
const NOTICED: Duration = Duration::from_secs(15);
/// For a node to end: it goes on for three seconds, and then gives its clients ten.
const ENDED: Duration = Duration::from_secs(20);

pub fn check(cluster: &mut Cluster<'_>, client: &Client<'_>) -> Result {
    let site = cluster.haproxy.site();
    let diner = Diner::come(client, &site)?;
    let (token, mut stream) = check_stream(cluster, client, &diner)?;
    let has_stream = cluster.haproxy.servers()?.busy("api");
    let Some(stopped) = cluster
        .nodes
        .iter()
        .position(|node| has_stream.contains(&node.name))
    else {
        return fail("no node has the stream");
    };
    check_kill(cluster, client, &diner, (stopped + 1) % NODES)?;
    check_stop(cluster, client, &diner, stopped)?;
    let ended_well = stream.ends_well()?;
    fact(
        "its stream of events ends, and is not cut off",
        ended_well,
        stream.received(),
    )?;
    let url = format!("{site}/api/v1/orders/{token}/events");
    let again = Stream::open(client, &url, cluster.folder.path().join("stream-again"))?;
    let is_so = again.receives(EVENT, 1)?;
    fact("another node has the events, too", is_so, again.received())
}

/// A stream of an order that was cancelled meanwhile, and that order.
fn check_stream(cluster: &Cluster<'_>, client: &Client<'_>, diner: &Diner<'_>) -> Result<(String, Stream)> {
    let token = diner.order()?;
    let url = format!("{}/api/v1/orders/{token}/events", cluster.haproxy.site());
    let stream = Stream::open(client, &url, cluster.folder.path().join("stream"))?;
    let first = stream.receives(EVENT, 1)?;
    // Asked by another connection, and so probably at another node.
    let cancelled = diner.cancel(&token);
    let is_so = first && cancelled == Some(200) && stream.receives(EVENT, 2)?;
    let seen = format!("{cancelled:?} {}", stream.received());
    fact("events of an order arrive, wherever it changes", is_so, seen)?;
    let is_so = stream.receives(": still here", 1)?;
    fact("a silent stream stays open", is_so, stream.received())?;
    Ok((token, stream))
}

fn check_kill(cluster: &mut Cluster<'_>, client: &Client<'_>, diner: &Diner<'_>, killed: usize) -> Result {
    let site = cluster.haproxy.site();
    let name = cluster.nodes[killed].name.clone();
    let ((), load) = load::during(client, &site, diner, || {
        cluster.nodes[killed].kill()?;
        wait_until_noticed(cluster, &name)?;
        cluster.start_node(killed, client)
    })?;
    no_client_notices(&format!("{name} is killed, and starts again"), &load)
}

fn check_stop(cluster: &mut Cluster<'_>, client: &Client<'_>, diner: &Diner<'_>, stopped: usize) -> Result {
    let site = cluster.haproxy.site();
    let name = cluster.nodes[stopped].name.clone();
    let (ended, load) = load::during(client, &site, diner, || {
        cluster.nodes[stopped].tell_to_end();
        wait_until_noticed(cluster, &name)?;
        let node = &mut cluster.nodes[stopped];
        let ended_before = node.has_ended()?;
        let ended = stop::poll(stop::OFTEN, Some(ENDED), || end(node))?;
        cluster.start_node(stopped, client)?;
        Ok(!ended_before && ended.is_some())
    })?;
    fact(
        format!("{name} is told to stop, and ends once HAProxy sends it nobody"),
        ended,
        "it ended before that, or never",
    )?;
    no_client_notices("that happens, and that it starts again", &load)
}

fn end(node: &mut Node) -> Result<Option<()>> {
    Ok(node.has_ended()?.then_some(()))
}

fn no_client_notices(what: &str, load: &Load) -> Result {
    let is_so = load.failed_reads.is_empty() && load.failed_orders.is_empty();
    let (reads, orders) = (load.reads, load.orders.len());
    let what = format!("no client notices that {what}: {reads} reads and {orders} orders, none failed");
    fact(what, is_so, load.failures())
}

fn wait_until_noticed(cluster: &Cluster<'_>, name: &str) -> Result {
    let noticed = stop::poll(stop::OFTEN, Some(NOTICED), || {
        Ok((!cluster.haproxy.servers()?.is_up("pages", name)).then_some(()))
    })?;
    match noticed {
        Some(()) => Ok(()),
        None => fail(format!("HAProxy does not notice that {name} is gone")),
    }
}
