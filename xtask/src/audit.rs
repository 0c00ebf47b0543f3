//! `audit`: what programs of attackers find. Each ends in a line of its findings.

use crate::{
    context::Context,
    failure::Result,
    lint,
    postgres::Postgres,
    process, site,
    tools::{self, debian, python},
};

/// How many values each fuzz test draws. In `test` there are fewer, so that it stays quick.
const FUZZ_CASES: &str = "2000";
/// Each of these reads all pages.
const STORED_VALUES: &str = "400";

pub fn audit(context: &Context) -> Result {
    tools::for_shipping(context)?;
    lint::dependencies(context)?;
    let peers = python::need_peers(context)?;
    let auditors = python::need_auditors(context)?;
    debian::need(
        context,
        "slowhttptest",
        "Debian's slowhttptest",
        &["slowhttptest"],
    )?;
    site::build_shipped(context)?;
    let postgres = Postgres::start(context)?;
    let (unit, integration) = (
        ["-p", "servery", "-p", "servery-domain", "--lib"],
        ["-p", "servery", "--test", "it"],
    );
    for (what, tests) in [("The fuzz tests", &unit[..]), ("The audit", &integration[..])] {
        let mut build = context.cargo(&["test", "--no-run"]);
        context.steps.run(what, build.args(tests))?;
    }
    let run = |cases: &str, arguments: &[&str]| {
        let mut test = context.cargo(&["test", "--quiet"]);
        test.args(arguments)
            .env("PROPTEST_CASES", cases)
            .env("SERVERY_AUDITORS", &auditors)
            .env("SERVERY_TEST_PEERS", &peers)
            .env("SERVERY_TEST_POSTGRES", postgres.address());
        process::succeed(&mut test, None)
    };
    run(FUZZ_CASES, &[&unit[..], &["fuzz"]].concat())?;
    run(STORED_VALUES, &[&integration[..], &["stored_values::"]].concat())?;
    let one_at_a_time = ["audit::", "--", "--ignored", "--nocapture", "--test-threads", "1"];
    run(FUZZ_CASES, &[&integration[..], &one_at_a_time].concat())
}
