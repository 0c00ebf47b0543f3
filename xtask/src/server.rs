//! The server: built, filled with the demo town, started.

use std::{
    env,
    os::unix::process::CommandExt,
    process::Command,
    time::{Duration, SystemTime},
};

use crate::{
    context::Context,
    failure::{Explain, Result},
    parallel::in_parallel,
    process::{self, Running},
    site,
    tools::{self, cargo_tools},
};

const LISTEN: &str = "127.0.0.1:3000";
const DATABASE: &str = "sqlite:servery.db";

pub fn build(context: &Context) -> Result {
    context
        .steps
        .run("The server", &mut context.cargo(&["build", "-p", "servery"]))
}

/// For `run` and `watch`: quickly. A debug build of the server reads the browser's programs from their folder when it starts,
/// so both are built at the same time.
pub fn build_light(context: &Context) -> Result {
    tools::for_building(context)?;
    if site::is_fresh(context) {
        return build(context);
    }
    let started = SystemTime::now();
    let has_bindgen = cargo_tools::has_wasm_bindgen(context)?;
    in_parallel(
        || {
            site::compile_light(context)?;
            match has_bindgen {
                true => site::bind_light(context, started),
                false => Ok(()),
            }
        },
        || {
            cargo_tools::need_wasm_bindgen(context)?;
            build(context)
        },
    )?;
    match has_bindgen {
        true => Ok(()),
        false => site::bind_light(context, started),
    }
}

/// With the browser's programs as they are shipped.
pub fn build_with_shipped_site(context: &Context) -> Result {
    tools::for_shipping(context)?;
    site::build_shipped(context)?;
    build(context)
}

pub fn release(context: &Context) -> Result {
    tools::for_shipping(context)?;
    site::build_shipped(context)?;
    let mut cargo = context.cargo(&["build", "--release", "-p", "servery"]);
    context.steps.run("The server, as it is shipped", &mut cargo)?;
    println!(
        "\n{}/release/servery is all there is to copy.",
        context.target.display()
    );
    Ok(())
}

/// What it prints, it prints once: the password of the demo's staff.
pub fn make_demo(context: &Context, database: &str) -> Result {
    println!("· The demo town");
    let mut demo = context.servery();
    demo.args(["demo", "--database", database]);
    process::succeed(&mut demo, Some(process::STEP_LIMIT))
}

pub fn listen_address() -> String {
    env::var("SERVERY_LISTEN").unwrap_or_else(|_| LISTEN.to_owned())
}

pub fn say_where() {
    println!("\nServery is at http://{} – Ctrl-C stops it.\n", listen_address());
}

pub fn serve_command(context: &Context, database: &str) -> Command {
    let mut serve = context.servery();
    serve.args(["serve", "--database", database]);
    if env::var_os("SERVERY_LOG").is_none() {
        serve.env("SERVERY_LOG", "warn");
    }
    serve
}

/// Serves the demo town, which is made if the database is the usual one and not there.
fn demo_server(context: &Context) -> Result<Command> {
    let database = env::var("SERVERY_DATABASE").unwrap_or_else(|_| DATABASE.to_owned());
    if database == DATABASE && !context.root.join("servery.db").exists() {
        make_usual_demo(context)?;
    }
    Ok(serve_command(context, &database))
}

/// Under another name until it is whole.
fn make_usual_demo(context: &Context) -> Result {
    for ending in ["", "-shm", "-wal"] {
        let left_over = context.root.join(format!("servery.db.new{ending}"));
        if left_over.exists() {
            std::fs::remove_file(&left_over).explain(format!("{} cannot be removed", left_over.display()))?;
        }
    }
    make_demo(context, "sqlite:servery.db.new")?;
    std::fs::rename(
        context.root.join("servery.db.new"),
        context.root.join("servery.db"),
    )
    .explain("servery.db cannot be given its name")
}

fn start_plain(context: &Context) -> Result<Running> {
    tools::for_building(context)?;
    build(context)?;
    let plain = start(context)?;
    println!(
        "Its pages are plain HTML until what browsers load is built, too. Then it starts again by itself.\n"
    );
    Ok(plain)
}

/// For `watch`. Open pages of a developer's browser are not waited for.
pub fn start(context: &Context) -> Result<Running> {
    let mut serve = demo_server(context)?;
    say_where();
    Ok(Running::start(&mut serve)?.ends_within(Duration::from_secs(1)))
}

/// This process becomes the server, so that what stops `./dev run` stops the server. Where nothing was built before, plain pages are
/// served as soon as the server is there.
pub fn run(context: &Context) -> Result {
    let plain = match site::exists(context) {
        true => None,
        false => Some(start_plain(context)?),
    };
    build_light(context)?;
    // The port has to be free.
    drop(plain);
    let mut serve = demo_server(context)?;
    say_where();
    Err(serve.exec()).explain("the server cannot be started")
}
