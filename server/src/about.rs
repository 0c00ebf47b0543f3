//! What this installation is made of: its version, where its source is, and the software by others with its licence notices.

use std::{
    io::Read,
    sync::{Arc, LazyLock},
};

use axum::{http::HeaderMap, response::Response};
use flate2::read::GzDecoder;
use servery_domain::about::{About, Component};

use crate::{
    http::{cached_body::Cached, content_hash::content_hash},
    settings::Settings,
};

/// Empty for a build that is no release.
const COMMIT: &str = env!("SERVERY_COMMIT");
const VERSION: &str = env!("CARGO_PKG_VERSION");

static LICENCES: LazyLock<Arc<Cached>> = LazyLock::new(|| {
    let mut text = Vec::new();
    let compressed: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/licences.gz"));
    if let Err(error) = GzDecoder::new(compressed).read_to_end(&mut text) {
        tracing::error!(%error, "the licence notices in this program cannot be read");
    }
    let tag = content_hash(&text);
    Cached::new("text/plain; charset=utf-8", &tag, text)
});

pub fn about(settings: &Settings) -> About {
    let lines = include_str!(concat!(env!("OUT_DIR"), "/components.txt")).lines();
    let components = lines.filter_map(|line| {
        let mut fields = line.split('\t').map(str::to_owned);
        Some(Component {
            name: fields.next()?,
            version: fields.next()?,
            licence: fields.next()?,
        })
    });
    About {
        version: VERSION.to_owned(),
        commit: COMMIT.to_owned(),
        // A server with a malformed one does not start.
        source: settings
            .source_url()
            .ok()
            .flatten()
            .map(|url| source(url, COMMIT)),
        components: components.collect(),
    }
}

/// Without a commit, that of a version is meant.
fn source(url: &str, commit: &str) -> String {
    let version = format!("v{VERSION}");
    let commit = match commit.strip_suffix("-changed").unwrap_or(commit) {
        "" => &version,
        commit => commit,
    };
    url.replace("{commit}", commit).replace("{version}", VERSION)
}

/// `GET /about/licences`: the licence notices of all software in this program.
pub async fn get_licences(request: HeaderMap) -> Response {
    LICENCES.respond(&request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_that_of_the_running_version() {
        for (url, commit, expected) in [
            (
                "https://git.example/servery",
                "c0ffee",
                "https://git.example/servery",
            ),
            (
                "https://git.example/servery/tree/{commit}",
                "c0ffee",
                "https://git.example/servery/tree/c0ffee",
            ),
            (
                "https://git.example/servery/tree/{commit}",
                "c0ffee-changed",
                "https://git.example/servery/tree/c0ffee",
            ),
        ] {
            assert_eq!(source(url, commit), expected);
        }
        let by_version = source("https://eat.example/{commit}?v={version}", "");
        assert_eq!(by_version, format!("https://eat.example/v{VERSION}?v={VERSION}"));
    }
}
