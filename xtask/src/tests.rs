//! `check`, `test` and `e2e`.

use std::{path::PathBuf, process::Command, time::Duration};

use crate::{
    compare_builds,
    context::Context,
    deploy_files,
    failure::Result,
    free_space, lint,
    parallel::in_parallel,
    postgres::Postgres,
    server, site,
    tools::{self, debian, node, python},
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

pub fn check(context: &Context) -> Result {
    with_table(context, || verify(context, Scope::WithoutBrowser))
}

pub fn test(context: &Context) -> Result {
    with_table(context, || verify(context, Scope::Everything))
}

fn with_table(context: &Context, work: impl FnOnce() -> Result) -> Result {
    let outcome = work();
    context.steps.print_table();
    outcome
}

/// Compiles, and meanwhile installs and starts what the tests need. Nothing runs beside the tests themselves: some have deadlines.
fn verify(context: &Context, scope: Scope) -> Result {
    free_space::need(context)?;
    tools::for_building(context)?;
    node::need_map(context)?;
    let everything = scope == Scope::Everything;
    let lint_and_compile = || {
        lint::lint(context)?;
        site::compile_shipped(context)
    };
    let install = || {
        // They take minutes on one core, and nothing needs them before the programs are compiled.
        tools::for_finishing(context)?;
        prepare(context, everything)
    };
    let (compiled, surroundings) = in_parallel(lint_and_compile, install)?;
    let finish_site = || {
        site::finish_shipped(context, compiled)?;
        compare_builds::check(context)
    };
    in_parallel(finish_site, || compile_tests(context))?;
    run_rust_tests(context, &surroundings).inspect_err(|_| surroundings.postgres.print_errors())?;
    match everything {
        true => run_in_browser(context, &surroundings.peers, &[]),
        false => Ok(()),
    }
}

/// With the server, which the browser's tests start, too: cargo compiles a program for the tests of its package.
fn compile_tests(context: &Context) -> Result {
    let what = "The tests and the server, compiled";
    context.steps.run(what, rust_tests(context).arg("--no-run"))
}

fn prepare(context: &Context, everything: bool) -> Result<Surroundings> {
    lint::dependencies(context)?;
    lint::browser_tests(context)?;
    deploy_files::check(context)?;
    node::need_oracles(context)?;
    let peers = python::need_peers(context)?;
    for program in ["redis-server", "faketime"] {
        debian::need(context, program, &format!("Debian's {program}"), &[program])?;
    }
    if everything {
        need_browser(context)?;
    }
    let postgres = Postgres::start(context)?;
    Ok(Surroundings { peers, postgres })
}

pub fn rust_tests(context: &Context) -> Command {
    let mut tests = context.cargo(&[]);
    tests.args(lint::for_server("test")).arg("--quiet");
    tests
}

fn run_rust_tests(context: &Context, surroundings: &Surroundings) -> Result {
    let mut tests = rust_tests(context);
    with_surroundings(&mut tests, surroundings);
    context
        .steps
        .run_visibly("Tests", &mut tests, Some(TESTS_LIMIT))?;
    api_tests_on_postgres(context, surroundings)
}

fn with_surroundings<'a>(tests: &'a mut Command, surroundings: &Surroundings) -> &'a mut Command {
    tests
        .env("SERVERY_TEST_PEERS", &surroundings.peers)
        .env("SERVERY_TEST_POSTGRES", surroundings.postgres.address())
        // The server of buckets takes any key.
        .env("AWS_ACCESS_KEY_ID", "tests")
        .env("AWS_SECRET_ACCESS_KEY", "tests")
}

/// The store's contract runs on both engines by itself; the API's tests take the engine from a variable.
fn api_tests_on_postgres(context: &Context, surroundings: &Surroundings) -> Result {
    // Named as above: with another choice of packages, their features differ and all of them are compiled again.
    let mut tests = rust_tests(context);
    tests.args(["--test", "it"]);
    with_surroundings(&mut tests, surroundings).env("SERVERY_TEST_ENGINE", "postgres");
    let what = "The API's tests on PostgreSQL";
    context.steps.run_visibly(what, &mut tests, Some(TESTS_LIMIT))
}

fn need_browser(context: &Context) -> Result {
    let packages = ["chromium", "fonts-noto-core"];
    debian::need(context, "chromium", "Debian's chromium", &packages)?;
    node::need_playwright(context)
}

/// The tests in a browser only; the arguments go to Playwright.
pub fn e2e(context: &Context, arguments: &[String]) -> Result {
    server::build_with_shipped_site(context)?;
    in_browser(context, arguments)
}

/// Playwright with a server that is already built.
pub fn in_browser(context: &Context, arguments: &[String]) -> Result {
    let peers = python::need_peers(context)?;
    need_browser(context)?;
    run_in_browser(context, &peers, arguments)
}

fn run_in_browser(context: &Context, peers: &PathBuf, arguments: &[String]) -> Result {
    let mut playwright = context.command("npx");
    playwright
        .args(["playwright", "test"])
        .args(arguments)
        .current_dir(context.root.join("end2end"))
        .env("SERVERY", context.target.join("debug/servery"))
        .env("SERVERY_TEST_PEERS", peers);
    context
        .steps
        .run_visibly("Tests in a browser", &mut playwright, Some(TESTS_LIMIT))
}
