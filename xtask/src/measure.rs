//! `soak` and `bench`: what takes as long as one likes.

use crate::{
    cluster,
    context::Context,
    failure::Result,
    postgres::Postgres,
    process, server, site, tests,
    tools::{self, python},
};

/// Hours of bad luck in a minute: `soak storm [SECONDS]`, `soak sync [HISTORIES]`, `soak cluster [SECONDS]`.
pub fn soak(context: &Context, arguments: &[String]) -> Result {
    match arguments.split_first() {
        Some((what, histories)) if what == "sync" => simulate(context, histories),
        Some((what, seconds)) if what == "cluster" => cluster::soak::soak(context, seconds),
        _ => storm(context, arguments),
    }
}

fn simulate(context: &Context, histories: &[String]) -> Result {
    tools::for_building(context)?;
    let test = ["--release", "-p", "servery-domain", "--test", "sync"];
    let mut build = context.cargo(&["test"]);
    context
        .steps
        .run("The simulator", build.args(test).arg("--no-run"))?;
    let mut simulator = context.cargo(&["test", "--quiet"]);
    simulator.args(test).arg("--").args(histories);
    process::succeed(&mut simulator, None)
}

fn storm(context: &Context, arguments: &[String]) -> Result {
    tools::for_shipping(context)?;
    let peers = python::need_peers(context)?;
    site::build_shipped(context)?;
    let postgres = Postgres::start(context)?;
    let mut build = tests::rust_tests(context);
    context
        .steps
        .run("The storm", build.args(["--test", "soak", "--no-run"]))?;
    let mut storm = tests::rust_tests(context);
    storm
        .args(["--test", "soak", "--"])
        .args(arguments)
        .env("SERVERY_TEST_PEERS", peers)
        .env("SERVERY_TEST_POSTGRES", postgres.address());
    process::succeed(&mut storm, None)
}

/// `bench [orders | staff | scale [RESTAURANTS…]]`; without a name pages, orders and staff.
pub fn bench(context: &Context, arguments: &[String]) -> Result {
    tools::for_shipping(context)?;
    site::build_shipped(context)?;
    let name = arguments.first().map(String::as_str);
    if matches!(name, None | Some("staff")) {
        server::build(context)?;
        let options = ["--config", "bench.config.ts", "--reporter=dot"];
        tests::in_browser(context, &options.map(str::to_owned))?;
    }
    match name {
        Some("staff") => Ok(()),
        _ => bench_server(context, arguments),
    }
}

fn bench_server(context: &Context, arguments: &[String]) -> Result {
    let postgres = Postgres::start(context)?;
    // Without the name, the tests of the library would be optimised and linked, too.
    let bench = ["bench", "-p", "servery", "--bench", "bench"];
    let mut build = context.cargo(&bench);
    build.arg("--no-run");
    context.steps.run("The benchmarks", &mut build)?;
    let mut bench = context.cargo(&bench);
    bench
        .args(["--quiet", "--"])
        .args(arguments)
        .env("SERVERY_TEST_POSTGRES", postgres.address());
    process::succeed(&mut bench, None)
}
