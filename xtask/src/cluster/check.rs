//! What the whole installation promises, tried at one that runs: a line for each fact. The first that does not hold ends it.

mod cache;
mod database;
mod front;
mod limits;
mod load;
mod nodes;
mod orders;
mod sticky;
mod stream;

use std::{fmt::Display, time::Instant};

use crate::{
    cluster::{Cluster, client::Client},
    failure::{Result, fail},
    stop,
};

pub fn check(cluster: &mut Cluster<'_>, client: &Client<'_>) -> Result {
    println!("\nWhat is so:");
    let started = Instant::now();
    front::check(cluster, client)?;
    cache::check(cluster, client)?;
    sticky::check(cluster, client)?;
    nodes::check(cluster, client)?;
    database::check(cluster, client)?;
    limits::check(cluster, client)?;
    println!("All of it was looked at in {} s.", started.elapsed().as_secs());
    Ok(())
}

fn fact(what: impl Display, is_so: bool, seen: impl Display) -> Result {
    match is_so {
        true => {
            report(what);
            Ok(())
        }
        false => {
            // Who is stopped has seen nothing.
            stop::check()?;
            fail(format!("not so: {what}; seen was {seen}"))
        }
    }
}

fn report(what: impl Display) {
    println!("  ✓ {what}");
}
