//! What the programs of attackers find in a server with the demo town. Each test runs one of them and prints its findings in a line.
//! They take minutes, so they run on request: `./dev audit`.

mod api;
mod crawl;
mod injection;
mod slow_connections;

use std::{
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use axum::{body::Body, http::Request, middleware::map_request};
use servery::settings::Settings;
use tokio::task::JoinHandle;

use crate::test_app::{TestApp, listen};

struct Target {
    app: TestApp,
    address: String,
    server: JoinHandle<std::io::Result<()>>,
}

impl Drop for Target {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Target {
    /// Each request comes from a client of its own, so that no rate limit ends the attack.
    async fn new() -> Self {
        let settings = Settings {
            behind_proxy: Some(true),
            ..Settings::default()
        };
        let app = TestApp::with(None, settings).await;
        let router = app.router.clone().layer(map_request(from_another_client));
        Self::serve(app, router).await
    }

    /// The limits are those of a real installation.
    async fn with_limits() -> Self {
        let app = TestApp::new().await;
        let router = app.router.clone();
        Self::serve(app, router).await
    }

    async fn serve(app: TestApp, router: axum::Router) -> Self {
        let (address, server) = listen(router).await;
        let address = format!("http://{address}");
        Self { app, address, server }
    }
}

async fn from_another_client(mut request: Request<Body>) -> Request<Body> {
    static CLIENTS: AtomicU32 = AtomicU32::new(0x0a00_0000);
    let client = std::net::Ipv4Addr::from(CLIENTS.fetch_add(1, Ordering::Relaxed));
    let client = client.to_string().parse().unwrap();
    request.headers_mut().insert("x-forwarded-for", client);
    request
}

/// A program that attacks, and what it has printed when it has ended.
async fn run(mut program: Command) -> (bool, String) {
    let ended = tokio::task::spawn_blocking(move || program.output())
        .await
        .unwrap()
        .unwrap();
    let printed = [ended.stdout, ended.stderr].concat();
    (
        ended.status.success(),
        String::from_utf8_lossy(&printed).into_owned(),
    )
}

/// A Python program of those that `./dev audit` installs.
fn python_program(name: &str) -> Command {
    let folder = std::env::var("SERVERY_AUDITORS")
        .expect("SERVERY_AUDITORS names a folder with wapiti and sqlmap; './dev audit' installs them");
    Command::new(PathBuf::from(folder).join("bin").join(name))
}
