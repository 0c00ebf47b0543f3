//! Clients that ask and order without a pause while something happens to the servers.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use crate::{
    cluster::{check::orders::Diner, client::Client},
    failure::Result,
};

/// The town as a page and as data: every node knows them without its database.
const READ: [&str; 2] = ["/", "/api/v1/restaurants"];

#[derive(Default)]
pub struct Load {
    pub reads: usize,
    /// The addresses of orders that were accepted.
    pub orders: Vec<String>,
    /// What was answered instead.
    pub failed_reads: Vec<String>,
    pub failed_orders: Vec<String>,
}

impl Load {
    pub fn failures(&self) -> String {
        format!("reads: {:?}, orders: {:?}", self.failed_reads, self.failed_orders)
    }
}

/// From one request before it begins to one after it has ended.
pub fn during<T>(
    client: &Client<'_>,
    site: &str,
    diner: &Diner<'_>,
    work: impl FnOnce() -> Result<T>,
) -> Result<(T, Load)> {
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let reads = scope.spawn(|| read(client, site, &ended));
        let orders = scope.spawn(|| order(diner, &ended));
        let outcome = work();
        ended.store(true, Ordering::SeqCst);
        let (reads, orders) = (reads.join(), orders.join());
        let (mut load, orders) = (
            reads.unwrap_or_default(),
            orders.unwrap_or_else(|_| Ok(Load::default()))?,
        );
        load.orders = orders.orders;
        load.failed_orders = orders.failed_orders;
        Ok((outcome?, load))
    })
}

fn read(client: &Client<'_>, site: &str, ended: &AtomicBool) -> Load {
    let mut load = Load::default();
    for path in READ.iter().cycle() {
        let is_last = ended.load(Ordering::SeqCst);
        load.reads += 1;
        // With a cookie nothing is answered from a cache.
        let answer = client.ask(&format!("{site}{path}"), &["--cookie", "any=1"]);
        if answer.as_ref().is_none_or(|answer| answer.status != 200) {
            load.failed_reads
                .push(format!("{path} {:?}", answer.map(|answer| answer.status)));
        }
        if is_last {
            break;
        }
    }
    load
}

fn order(diner: &Diner<'_>, ended: &AtomicBool) -> Result<Load> {
    let mut load = Load::default();
    loop {
        let is_last = ended.load(Ordering::SeqCst);
        match diner.place(&diner.want()?) {
            Ok(token) => load.orders.push(token),
            Err(answer) => load.failed_orders.push(answer),
        }
        if is_last {
            return Ok(load);
        }
    }
}
