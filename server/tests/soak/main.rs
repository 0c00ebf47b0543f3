//! Storms: many clients at once, a server that is killed again and again, and books that must be right afterwards.
//!
//! `soak storm [SECONDS]`; without arguments a short one, as every test run has it.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a storm that cannot be set up fails, and says what it found"
)]

mod books;
mod clients;
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

use std::{process::ExitCode, time::Duration};

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
        _ => panic!("soak storm [SECONDS]"),
    };
    let mut good = true;
    for engine in ["sqlite", "postgres"] {
        let found = storm(engine, Duration::from_secs(seconds)).await;
        println!("{found}");
        good &= found.is_good();
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

async fn storm(engine: &'static str, long: Duration) -> books::Found {
    let shop = shop::Shop::open(engine).await;
    let attempts = clients::rage(&shop, long).await;
    shop.settle_open_payments().await;
    shop.close().await;
    books::check(engine, &shop, attempts).await
}
