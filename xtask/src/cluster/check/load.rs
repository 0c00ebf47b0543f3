//! Clients that ask and order without a pause while something happens to the servers.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use crate::{
    cluster::{
        check::orders::{Diner, Wanted},
        client::Client,
    },
    failure::{Result, fail},
    stop,
};

/// The town as a page and as data: every node knows them without its database.
const READ: [&str; 2] = ["/", "/api/v1/restaurants"];
/// So many before anything happens, and so many once it is over.
const ENOUGH: usize = 10;
const ENOUGH_LIMIT: Duration = Duration::from_secs(60);

#[derive(Default)]
pub struct Load {
    pub reads: usize,
    pub failed_reads: Vec<String>,
    /// The addresses of orders that were accepted.
    pub orders: Vec<String>,
    /// The others, and what was answered.
    pub failed_orders: Vec<(Wanted, String)>,
}

impl Load {
    pub fn failures(&self) -> String {
        let orders: Vec<&String> = self.failed_orders.iter().map(|(_, answer)| answer).collect();
        format!("reads: {:?}, orders: {orders:?}", self.failed_reads)
    }
}

#[derive(Default)]
struct Progress {
    ended: AtomicBool,
    reads: AtomicUsize,
    orders: AtomicUsize,
}

impl Progress {
    fn wait_for_more(&self) -> Result {
        let now = || {
            (
                self.reads.load(Ordering::SeqCst),
                self.orders.load(Ordering::SeqCst),
            )
        };
        let (reads, orders) = now();
        let more = stop::poll(stop::OFTEN, Some(ENOUGH_LIMIT), || {
            let seen = now();
            Ok((seen.0 >= reads + ENOUGH && seen.1 >= orders + ENOUGH).then_some(()))
        })?;
        match more {
            Some(()) => Ok(()),
            None => fail("too few requests are answered"),
        }
    }
}

pub fn during<T>(
    client: &Client<'_>,
    site: &str,
    diner: &Diner<'_>,
    work: impl FnOnce() -> Result<T>,
) -> Result<(T, Load)> {
    let progress = Progress::default();
    thread::scope(|scope| {
        let reads = scope.spawn(|| read(client, site, &progress));
        let orders = scope.spawn(|| order(diner, &progress));
        let outcome = progress.wait_for_more().and_then(|()| {
            let outcome = work()?;
            progress.wait_for_more()?;
            Ok(outcome)
        });
        progress.ended.store(true, Ordering::SeqCst);
        let (Ok(mut load), Ok(orders)) = (reads.join(), orders.join()) else {
            return fail("a client has crashed");
        };
        (load.orders, load.failed_orders) = orders?;
        Ok((outcome?, load))
    })
}

fn read(client: &Client<'_>, site: &str, progress: &Progress) -> Load {
    let mut load = Load::default();
    for path in READ.iter().cycle() {
        // With a cookie nothing is answered from a cache.
        let answer = client.ask(&format!("{site}{path}"), &["--cookie", "any=1"]);
        load.reads += 1;
        match answer.map(|answer| answer.status) {
            Some(200) => drop(progress.reads.fetch_add(1, Ordering::SeqCst)),
            status => load.failed_reads.push(format!("{path} {status:?}")),
        }
        if progress.ended.load(Ordering::SeqCst) {
            break;
        }
    }
    load
}

type Orders = (Vec<String>, Vec<(Wanted, String)>);

fn order(diner: &Diner<'_>, progress: &Progress) -> Result<Orders> {
    let (mut accepted, mut refused) = Orders::default();
    while !progress.ended.load(Ordering::SeqCst) {
        let wanted = diner.want()?;
        match diner.place(&wanted) {
            Ok(token) => {
                accepted.push(token);
                progress.orders.fetch_add(1, Ordering::SeqCst);
            }
            Err(answer) => refused.push((wanted, answer)),
        }
    }
    Ok((accepted, refused))
}
