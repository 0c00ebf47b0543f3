//! Two nodes on one PostgreSQL behind HAProxy, which sends nobody to a node that is not ready.

use std::{fmt::Write as _, fs};

use crate::{
    context::Context,
    failure::{Explain, Result},
    postgres::{self, Postgres, free_port},
    process::{self, Running},
    server,
    tools::debian,
};

const PROXY: &str = "defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
listen servery
  option httpchk GET /readyz
";

pub fn cluster(context: &Context) -> Result {
    server::build_with_shipped_site(context)?;
    debian::need(context, "haproxy", "Debian's haproxy", &["haproxy"])?;
    let postgres = Postgres::start(context)?;
    let database = format!("{}/postgres", postgres.address());
    server::make_demo(context, &database)?;
    let mut configuration = format!("{PROXY}  bind {}\n", server::listen_address());
    let mut nodes = Vec::new();
    for number in 1..=2 {
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut serve = server::serve_command(context, &database);
        nodes.push(Running::start(serve.args(["--listen", &address]))?);
        // Writing to a string does not fail.
        let _ = writeln!(configuration, "  server node{number} {address} check inter 1s");
    }
    let folder = postgres::temporary_folder()?;
    let file = folder.path().join("haproxy.cfg");
    fs::write(&file, configuration).explain("HAProxy's configuration cannot be written")?;
    server::say_where();
    let mut proxy = context.command("haproxy");
    proxy.args(["-db", "-f"]).arg(&file);
    process::succeed(&mut proxy, None)
}
