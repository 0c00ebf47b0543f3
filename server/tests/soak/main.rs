//! Storms: many clients at once, servers that are killed again and again, and books that must be right afterwards.
//!
//! `soak storm [SECONDS]`; without arguments a short one, as every test run has it. `soak cluster` orders at a cluster that `./dev` has
//! started, while `./dev` makes faults and names each on standard input.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a storm that cannot be set up fails, and says what it found"
)]

mod books;
mod clients;
mod cluster;
mod log;
#[path = "../it/new_session.rs"]
mod new_session;
#[path = "../it/peer.rs"]
#[expect(dead_code, reason = "a storm needs none of what cuts the line")]
mod peer;
#[path = "../it/reserved_port.rs"]
mod reserved_port;
mod servery;
mod shop;
#[path = "../it/stripe_types.rs"]
#[expect(dead_code, reason = "the integration tests read more of the types")]
mod stripe_types;
#[path = "../it/terminal.rs"]
#[expect(dead_code, reason = "a storm has no tills")]
mod terminal;

use std::{cell::Cell, process::ExitCode, time::Duration};

/// Enough for a few kills.
const SHORT: u64 = 8;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let seconds = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => SHORT,
        ["storm"] => 60,
        ["storm", seconds] => seconds.parse().expect("seconds are a number"),
        ["cluster"] => return cluster::run().await,
        _ => panic!("soak storm [SECONDS] | cluster"),
    };
    let mut good = true;
    for engine in ["sqlite", "postgres"] {
        let (found, given_up) = storm(engine, Duration::from_secs(seconds)).await;
        println!("{found} client-errors {given_up}");
        good &= found.is_good() && given_up == 0;
    }
    // What a reader of the whole run looks for.
    println!(
        "{} passed, {} failed",
        if good { 2 } else { 0 },
        if good { 0 } else { 2 }
    );
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

async fn storm(engine: &'static str, long: Duration) -> (books::Found, usize) {
    let shop = shop::Shop::open(engine).await;
    let own = shop.own.as_ref().unwrap();
    let ended = Cell::new(false);
    let (attempts, ()) = tokio::join!(
        clients::order_until(&shop, &ended),
        clients::kill(&shop, own, long, &ended)
    );
    shop.settle_open_payments(own).await;
    own.servery.lock().await.kill();
    let given_up = shop.log.take().iter().map(|phase| phase.given_up).sum();
    (books::check(engine, &shop, attempts).await, given_up)
}
