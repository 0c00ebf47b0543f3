//! `check`, `test` and `e2e`.

use std::{path::PathBuf, process::Command, time::Duration};

use crate::{
    failure::Result,
    lint,
    postgres::Postgres,
    same_bytes, server,
    side_by_side::side_by_side,
    site,
    tools::{self, debian, node, python},
    workshop::Workshop,
};

/// Longer than all tests have ever taken.
const TESTS_LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

#[derive(PartialEq)]
enum Scope {
    WithoutBrowser,
    Everything,
}

/// What tests find beside the programs.
struct Surroundings {
    peers: PathBuf,
    postgres: Postgres,
}

pub fn check(workshop: &Workshop) -> Result {
    with_table(workshop, || verify(workshop, Scope::WithoutBrowser))
}

pub fn test(workshop: &Workshop) -> Result {
    with_table(workshop, || verify(workshop, Scope::Everything))
}

fn with_table(workshop: &Workshop, work: impl FnOnce() -> Result) -> Result {
    let outcome = work();
    workshop.steps.print_table();
    outcome
}

/// Compiles, and meanwhile installs and starts what the tests need. Nothing runs beside the tests themselves: some have deadlines.
fn verify(workshop: &Workshop, scope: Scope) -> Result {
    tools::for_shipping(workshop)?;
    let everything = scope == Scope::Everything;
    let compile = || {
        lint::lint(workshop)?;
        site::build_shipped(workshop)?;
        same_bytes::check(workshop)?;
        workshop
            .steps
            .run("The tests, compiled", rust_tests(workshop).arg("--no-run"))?;
        match everything {
            true => server::build(workshop),
            false => Ok(()),
        }
    };
    let ((), surroundings) = side_by_side(compile, || prepare(workshop, everything))?;
    run_rust_tests(workshop, &surroundings)?;
    match everything {
        true => run_in_browser(workshop, &surroundings.peers, &[]),
        false => Ok(()),
    }
}

fn prepare(workshop: &Workshop, everything: bool) -> Result<Surroundings> {
    lint::dependencies(workshop)?;
    node::need_oracles(workshop)?;
    let peers = python::need_peers(workshop)?;
    if everything {
        need_browser(workshop)?;
    }
    let postgres = Postgres::start(workshop)?;
    Ok(Surroundings { peers, postgres })
}

fn rust_tests(workshop: &Workshop) -> Command {
    let mut tests = workshop.cargo(&[]);
    tests.args(lint::for_server("test")).arg("--quiet");
    tests
}

fn run_rust_tests(workshop: &Workshop, surroundings: &Surroundings) -> Result {
    let mut tests = rust_tests(workshop);
    tests
        .env("SERVERY_TEST_PEERS", &surroundings.peers)
        .env("SERVERY_TEST_POSTGRES", surroundings.postgres.address());
    workshop
        .steps
        .run_visibly("Tests", &mut tests, Some(TESTS_LIMIT))?;
    api_tests_on_postgres(workshop, surroundings)
}

/// The store's contract runs on both engines by itself; the API's tests take the engine from a variable.
fn api_tests_on_postgres(workshop: &Workshop, surroundings: &Surroundings) -> Result {
    let mut tests = workshop.cargo(&["test", "--quiet", "-p", "servery", "--test", "it"]);
    tests
        .env("SERVERY_TEST_ENGINE", "postgres")
        .env("SERVERY_TEST_PEERS", &surroundings.peers)
        .env("SERVERY_TEST_POSTGRES", surroundings.postgres.address());
    let what = "The API's tests on PostgreSQL";
    workshop.steps.run_visibly(what, &mut tests, Some(TESTS_LIMIT))
}

fn need_browser(workshop: &Workshop) -> Result {
    let packages = ["chromium", "fonts-noto-core"];
    debian::need(workshop, "chromium", "Debian's chromium", &packages)?;
    node::need_playwright(workshop)
}

/// The tests in a browser only; the arguments go to Playwright.
pub fn e2e(workshop: &Workshop, arguments: &[String]) -> Result {
    server::build_with_shipped_site(workshop)?;
    in_browser(workshop, arguments)
}

/// Playwright with a server that is already built.
pub fn in_browser(workshop: &Workshop, arguments: &[String]) -> Result {
    let peers = python::need_peers(workshop)?;
    need_browser(workshop)?;
    run_in_browser(workshop, &peers, arguments)
}

fn run_in_browser(workshop: &Workshop, peers: &PathBuf, arguments: &[String]) -> Result {
    let mut playwright = workshop.command("npx");
    playwright
        .args(["playwright", "test"])
        .args(arguments)
        .current_dir(workshop.root.join("end2end"))
        .env("SERVERY", workshop.target.join("debug/servery"))
        .env("SERVERY_TEST_PEERS", peers);
    workshop
        .steps
        .run_visibly("Tests in a browser", &mut playwright, Some(TESTS_LIMIT))
}
