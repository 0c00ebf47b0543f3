//! This version of the app as a device keeps it: its shells, its service worker, and the version that names them.

pub mod service_worker;

use std::{collections::BTreeMap, sync::Arc};

use axum::http::{HeaderValue, header::CONTENT_SECURITY_POLICY};

use crate::{
    assets::{self, Assets},
    html::{rendered::Rendered, shell::Shell},
    http::{cached_body::Cached, content_hash::content_hash},
};

pub struct Release {
    /// A hash of all that a device keeps: two builds with the same version are the same to a browser.
    pub version: String,
    shells: BTreeMap<String, Rendered>,
    pub service_worker: Arc<Cached>,
}

impl Release {
    pub async fn build(assets: &Assets) -> Self {
        let mut documents = Vec::new();
        for shell in Shell::all() {
            documents.push((shell.address(), shell.render(assets).await));
        }
        // With the hosts that they may speak to.
        let html: Vec<(&str, Option<&HeaderValue>)> = documents
            .iter()
            .map(|(_, document)| {
                (
                    document.html.as_str(),
                    document.headers.get(CONTENT_SECURITY_POLICY),
                )
            })
            .collect();
        let template = assets::service_worker_template();
        let files: Vec<&String> = assets.addresses().collect();
        let version = content_hash(format!("{files:?}{html:?}{template}").as_bytes());
        let hashed = assets
            .addresses()
            .filter(|address| address.starts_with("/assets/"));
        let worker = service_worker::fill_in(&template, &version, hashed);
        let shells = documents.into_iter().map(|(address, document)| {
            let rendered = Rendered::new(document.status, document.headers, document.html, Some(&version));
            (address, rendered)
        });
        Self {
            shells: shells.collect(),
            service_worker: Cached::new(
                "text/javascript; charset=utf-8",
                &content_hash(worker.as_bytes()),
                worker,
            ),
            version,
        }
    }

    pub fn shell(&self, address: &str) -> Option<&Rendered> {
        self.shells.get(address)
    }
}
