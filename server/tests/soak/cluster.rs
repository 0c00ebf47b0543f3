//! Orders at a cluster while `./dev soak cluster` makes faults. Each line of standard input names the fault that is made from now on; its end
//! ends the orders.

use std::{cell::Cell, io, process::ExitCode, thread};

use tokio::sync::mpsc;

use crate::{books, clients, log::Log, shop::Shop};

/// What `./dev` says of the cluster.
fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is set by './dev soak cluster'"))
}

pub async fn run() -> ExitCode {
    let (site, database) = (given("SERVERY_CLUSTER_SITE"), given("SERVERY_CLUSTER_DATABASE"));
    let shop = Shop::at(site, database).await;
    let ended = Cell::new(false);
    let (attempts, ()) = tokio::join!(clients::order_until(&shop, &ended), follow(&shop.log, &ended));
    let phases = shop.log.take();
    for phase in phases.iter().filter(|phase| phase.answers > 0) {
        println!(
            "  {:<44} answers {:>6} retries {:>4} longest-stall {:.1}",
            phase.name,
            phase.answers,
            phase.retries,
            phase.longest_stall.as_secs_f64()
        );
    }
    let acknowledged = attempts
        .iter()
        .filter(|attempt| attempt.receipt.is_some())
        .count();
    let found = books::check("postgres", &shop, attempts).await;
    let (lost, doubled, wrong) = found.faults();
    println!("{found}");
    let given_up: usize = phases.iter().map(|phase| phase.given_up).sum();
    let stalls = phases.iter().map(|phase| phase.longest_stall);
    let stall = stalls.max().unwrap_or_default().as_secs_f64();
    println!(
        "cluster: acknowledged {acknowledged} lost {lost} doubled {doubled} wrong {wrong} client-errors {given_up} longest-stall {stall:.1}"
    );
    match found.is_good() && given_up == 0 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

async fn follow(log: &Log, ended: &Cell<bool>) {
    let (fault, mut faults) = mpsc::unbounded_channel();
    // It ends when `./dev` says no more, or has gone.
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            let _ = fault.send(line);
        }
    });
    while let Some(fault) = faults.recv().await {
        log.begin(&fault);
    }
    ended.set(true);
}
