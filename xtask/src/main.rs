//! The verbs of `./dev`, which finds or installs Rust and then calls this.

#![allow(clippy::print_stdout, reason = "it talks to the person at the terminal")]

mod audit;
mod certificate;
mod cluster;
mod compare_builds;
mod context;
mod deploy_files;
mod failure;
mod free_ports;
mod free_space;
mod lint;
mod measure;
mod parallel;
mod postgres;
mod process;
mod server;
mod site;
mod sources;
mod steps;
mod stop;
mod tests;
mod tools;
mod type_names;
mod unused_texts;
mod watch;

use std::{env, process::ExitCode};

use context::Context;
use failure::{Failure, Result, fail};

const HELP: &str = "\
./dev VERB

  run      set up, build, make the demo town, serve it on 127.0.0.1:3000
  watch    the same, built and started again after each change of a source file
  test     set up and run every test: format, lints, rules, both databases, API, pages in a browser
  check    the same without the browser; for the minutes between two commits
  e2e      the tests in a browser only; what follows goes to Playwright (./dev e2e --grep offline)
  cluster  a whole installation with the demo town: HAProxy with TLS, three nodes, Redis, a PostgreSQL with two replicas that take over;
           --cookie or --balance source sends each visitor to the same node, --check kills parts of it and looks at what happens
  release  build the one file to run for real
  soak     storm [SECONDS]: many clients while the server is killed again and again, on both databases
           cluster [SECONDS]: many clients while parts of a cluster are killed, paused and replaced
           sync [HISTORIES]: staff devices and all that can go wrong between them and the server
  audit    programs of attackers against a server with the demo town, one line of findings each
  bench    measure, each figure beside its baseline in the same run; `bench staff` the staff app in a browser,
           `bench scale` towns of 12 to 100,000 restaurants
  help     this

The first run installs what is missing (with apt-get on Debian, as root or with sudo) and keeps its tools and builds in
~/.cache/servery, or where SERVERY_CACHE says. CARGO_TARGET_DIR is respected.
";

/// What shells use for a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (verb, rest) = match arguments.split_first() {
        Some((verb, rest)) => (verb.as_str(), rest),
        None => ("help", &[][..]),
    };
    match call(verb, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Stopped) => ExitCode::from(INTERRUPTED),
        Err(failure) => {
            steps::print_error(&format!("\n✗ {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn call(verb: &str, arguments: &[String]) -> Result {
    if matches!(verb, "help" | "-h" | "--help") {
        print!("{HELP}");
        return Ok(());
    }
    let context = &Context::open()?;
    stop::listen()?;
    match verb {
        "run" => server::run(context),
        "watch" => watch::watch(context),
        "check" => tests::check(context),
        "test" => tests::test(context),
        "e2e" => tests::e2e(context, arguments),
        "cluster" => cluster::cluster(context, arguments),
        "release" => server::release(context),
        "soak" => measure::soak(context, arguments),
        "audit" => audit::audit(context),
        "bench" => measure::bench(context, arguments),
        _ => {
            steps::print_error(HELP);
            fail(format!("there is no verb '{verb}'"))
        }
    }
}
