//! A response body that is made once and sent many times.

use std::{
    io::Write,
    sync::{Arc, OnceLock},
};

use axum::{
    body::Bytes,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::{IntoResponse, Response},
};
use quick_cache::{Weighter, sync::Cache};

use crate::catalog::Edition;

/// Bytes of the answers, or pages, that are kept in memory; the least recently used go first.
pub const CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// About how many that will be.
pub const CACHE_ENTRIES: usize = 2_000;

/// The API's answers by edition and address.
pub type AnswerCache = Cache<(Edition, String), Arc<Cached>, AnswerWeight>;

#[derive(Clone)]
pub struct AnswerWeight;

impl Weighter<(Edition, String), Arc<Cached>> for AnswerWeight {
    fn weight(&self, _: &(Edition, String), answer: &Arc<Cached>) -> u64 {
        answer.weight()
    }
}

pub fn answer_cache() -> AnswerCache {
    Cache::with_weighter(CACHE_ENTRIES, CACHE_BYTES, AnswerWeight)
}

pub struct Cached {
    pub content_type: HeaderValue,
    pub etag: HeaderValue,
    body: Bytes,
    brotli: OnceLock<Bytes>,
}

impl Cached {
    pub fn new(content_type: &'static str, etag: &str, body: impl Into<Bytes>) -> Arc<Self> {
        // Tags consist of digits, letters and points.
        // Weak, because the compressed body has the same tag, and pages contain their rendering time.
        let etag =
            HeaderValue::from_str(&format!("W/\"{etag}\"")).unwrap_or(HeaderValue::from_static("W/\"\""));
        Arc::new(Self {
            content_type: HeaderValue::from_static(content_type),
            etag,
            body: body.into(),
            brotli: OnceLock::new(),
        })
    }

    /// Compressed on first use.
    pub fn brotli(&self) -> Bytes {
        self.brotli.get_or_init(|| compress(&self.body, 5)).clone()
    }

    /// 304 if the client has it already; compressed if the client accepts that.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let mut response = if request
            .get_all(IF_NONE_MATCH)
            .iter()
            .any(|tags| names(tags, &self.etag))
        {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.respond_with(StatusCode::OK, request)
        };
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag.clone());
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        response
    }

    /// With this status and without an ETag.
    pub fn respond_with(&self, status: StatusCode, request: &HeaderMap) -> Response {
        let content_type = [(CONTENT_TYPE, self.content_type.clone())];
        if accepts_brotli(request) {
            (
                status,
                content_type,
                [(CONTENT_ENCODING, HeaderValue::from_static("br"))],
                self.brotli(),
            )
                .into_response()
        } else {
            (status, content_type, self.body.clone()).into_response()
        }
    }

    /// About how many bytes it takes, with the compressed body.
    pub fn weight(&self) -> u64 {
        self.body.len() as u64 * 5 / 4
    }
}

/// Whether `If-None-Match` names this tag, weak or not.
fn names(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else {
        return false;
    };
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag.trim_start_matches("W/"))
}

pub fn accepts_brotli(request: &HeaderMap) -> bool {
    let accepted = request
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    accepted.map(str::trim).any(|coding| {
        coding == "br"
            || coding.starts_with("br;") && coding.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
    })
}

pub fn compress(body: &[u8], quality: u32) -> Bytes {
    let mut group_commit =
        brotli::CompressorWriter::new(Vec::with_capacity(body.len() / 4), 4096, quality, 22);
    // Writing to memory does not fail.
    let _ = group_commit.write_all(body);
    group_commit.into_inner().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: axum::http::HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn who_has_it_is_not_sent_it_again() {
        let cached = Cached::new("text/plain", "4.2", "body");
        for (tags, status) in [
            ("\"4.2\"", 304),
            ("W/\"4.2\"", 304),
            ("\"1\", \"4.2\"", 304),
            ("*", 304),
            ("\"4.20\"", 200),
            ("4.2", 200),
        ] {
            assert_eq!(
                cached.respond(&request(IF_NONE_MATCH, tags)).status(),
                status,
                "{tags}"
            );
        }
    }

    #[test]
    fn brotli_is_sent_to_who_accepts_it() {
        let cached = Cached::new("text/plain", "1", "body");
        for (accepts, coded) in [
            ("gzip, br", true),
            ("br;q=0.5", true),
            ("br;q=0", false),
            ("br;q=0.0", false),
            ("gzip", false),
            ("brotli", false),
        ] {
            assert_eq!(
                cached
                    .respond(&request(ACCEPT_ENCODING, accepts))
                    .headers()
                    .contains_key(CONTENT_ENCODING),
                coded,
                "{accepts}"
            );
        }
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut cached.brotli().as_ref(), &mut plain).unwrap();
        assert_eq!(plain, b"body");
    }
}
