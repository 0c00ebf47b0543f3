//! `soak` and `bench`: what takes as long as one likes.

use crate::{
    failure::Result,
    postgres::Postgres,
    process, server, site, tests,
    tools::{self, python},
    workshop::Workshop,
};

/// Hours of bad luck in a minute: `soak storm [SECONDS]`, `soak sync [HISTORIES]`.
pub fn soak(workshop: &Workshop, arguments: &[String]) -> Result {
    match arguments.split_first() {
        Some((what, histories)) if what == "sync" => simulate(workshop, histories),
        _ => storm(workshop, arguments),
    }
}

fn simulate(workshop: &Workshop, histories: &[String]) -> Result {
    tools::for_building(workshop)?;
    let test = ["--release", "-p", "servery-domain", "--test", "sync"];
    let mut build = workshop.cargo(&["test"]);
    workshop
        .steps
        .run("The simulator", build.args(test).arg("--no-run"))?;
    let mut simulator = workshop.cargo(&["test", "--quiet"]);
    simulator.args(test).arg("--").args(histories);
    process::succeed(&mut simulator, None)
}

fn storm(workshop: &Workshop, arguments: &[String]) -> Result {
    tools::for_shipping(workshop)?;
    let peers = python::need_peers(workshop)?;
    site::build_shipped(workshop)?;
    let postgres = Postgres::start(workshop)?;
    let test = ["-p", "servery", "--test", "soak"];
    let mut build = workshop.cargo(&["test"]);
    workshop
        .steps
        .run("The storm", build.args(test).arg("--no-run"))?;
    let mut storm = workshop.cargo(&["test", "--quiet"]);
    storm
        .args(test)
        .arg("--")
        .args(arguments)
        .env("SERVERY_TEST_PEERS", peers)
        .env("SERVERY_TEST_POSTGRES", postgres.address());
    process::succeed(&mut storm, None)
}

/// `bench [pages | orders | staff]`; without a name all of them.
pub fn bench(workshop: &Workshop, arguments: &[String]) -> Result {
    tools::for_shipping(workshop)?;
    site::build_shipped(workshop)?;
    let name = arguments.first().map(String::as_str);
    if matches!(name, None | Some("staff")) {
        server::build(workshop)?;
        let options = ["--config", "bench.config.ts", "--reporter=dot"];
        tests::in_browser(workshop, &options.map(str::to_owned))?;
    }
    match name {
        Some("staff") => Ok(()),
        _ => bench_server(workshop, arguments),
    }
}

fn bench_server(workshop: &Workshop, arguments: &[String]) -> Result {
    let postgres = Postgres::start(workshop)?;
    let mut build = workshop.cargo(&["bench", "-p", "servery", "--no-run"]);
    workshop.steps.run("The benchmarks", &mut build)?;
    let mut bench = workshop.cargo(&["bench", "--quiet", "-p", "servery"]);
    bench
        .args(arguments)
        .env("SERVERY_TEST_POSTGRES", postgres.address());
    process::succeed(&mut bench, None)
}
