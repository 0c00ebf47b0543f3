//! The server: built, filled with the demo town, started.

use std::{
    env,
    os::unix::process::CommandExt,
    process::Command,
    time::{Duration, SystemTime},
};

use crate::{
    failure::{Explain, Result},
    process::{self, Running},
    side_by_side::side_by_side,
    site,
    tools::{self, cargo_tools},
    workshop::Workshop,
};

const LISTEN: &str = "127.0.0.1:3000";
const DATABASE: &str = "sqlite:servery.db";

pub fn build(workshop: &Workshop) -> Result {
    workshop
        .steps
        .run("The server", &mut workshop.cargo(&["build", "-p", "servery"]))
}

/// For `run` and `watch`: quickly. A debug build of the server reads the browser's programs from their folder when it starts,
/// so both are built at the same time.
pub fn build_light(workshop: &Workshop) -> Result {
    tools::for_building(workshop)?;
    if site::is_fresh(workshop) {
        return build(workshop);
    }
    let started = SystemTime::now();
    let has_bindgen = cargo_tools::has_wasm_bindgen(workshop)?;
    side_by_side(
        || {
            site::compile_light(workshop)?;
            match has_bindgen {
                true => site::bind_light(workshop, started),
                false => Ok(()),
            }
        },
        || {
            cargo_tools::need_wasm_bindgen(workshop)?;
            build(workshop)
        },
    )?;
    match has_bindgen {
        true => Ok(()),
        false => site::bind_light(workshop, started),
    }
}

/// With the browser's programs as they are shipped.
pub fn build_with_shipped_site(workshop: &Workshop) -> Result {
    tools::for_shipping(workshop)?;
    site::build_shipped(workshop)?;
    build(workshop)
}

pub fn release(workshop: &Workshop) -> Result {
    tools::for_shipping(workshop)?;
    site::build_shipped(workshop)?;
    let mut cargo = workshop.cargo(&["build", "--release", "-p", "servery"]);
    workshop.steps.run("The server, as it is shipped", &mut cargo)?;
    println!(
        "\n{}/release/servery is all there is to copy.",
        workshop.target.display()
    );
    Ok(())
}

/// What it prints, it prints once: the password of the demo's staff.
pub fn make_demo(workshop: &Workshop, database: &str) -> Result {
    println!("· The demo town");
    let mut demo = workshop.servery();
    demo.args(["demo", "--database", database]);
    process::succeed(&mut demo, Some(process::STEP_LIMIT))
}

pub fn listen_address() -> String {
    env::var("SERVERY_LISTEN").unwrap_or_else(|_| LISTEN.to_owned())
}

pub fn say_where() {
    println!("\nServery is at http://{} – Ctrl-C stops it.\n", listen_address());
}

pub fn serve_command(workshop: &Workshop, database: &str) -> Command {
    let mut serve = workshop.servery();
    serve.args(["serve", "--database", database]);
    if env::var_os("SERVERY_LOG").is_none() {
        serve.env("SERVERY_LOG", "warn");
    }
    serve
}

/// Serves the demo town, which is made if the database is the usual one and not there.
fn demo_server(workshop: &Workshop) -> Result<Command> {
    let database = env::var("SERVERY_DATABASE").unwrap_or_else(|_| DATABASE.to_owned());
    if database == DATABASE && !workshop.root.join("servery.db").exists() {
        make_usual_demo(workshop)?;
    }
    Ok(serve_command(workshop, &database))
}

/// Under another name until it is whole.
fn make_usual_demo(workshop: &Workshop) -> Result {
    for ending in ["", "-shm", "-wal"] {
        let left_over = workshop.root.join(format!("servery.db.new{ending}"));
        if left_over.exists() {
            std::fs::remove_file(&left_over).explain(format!("{} cannot be removed", left_over.display()))?;
        }
    }
    make_demo(workshop, "sqlite:servery.db.new")?;
    std::fs::rename(
        workshop.root.join("servery.db.new"),
        workshop.root.join("servery.db"),
    )
    .explain("servery.db cannot be given its name")
}

/// For `watch`. Open pages of a developer's browser are not waited for.
pub fn start(workshop: &Workshop) -> Result<Running> {
    let mut serve = demo_server(workshop)?;
    say_where();
    Ok(Running::start(&mut serve)?.ends_within(Duration::from_secs(1)))
}

/// This process becomes the server, so that what stops `./dev run` stops the server.
pub fn run(workshop: &Workshop) -> Result {
    build_light(workshop)?;
    let mut serve = demo_server(workshop)?;
    say_where();
    Err(serve.exec()).explain("the server cannot be started")
}
