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
use flate2::{Compression, write::GzEncoder};
use quick_cache::{Weighter, sync::Cache};

use crate::catalog::Edition;

/// Bytes of the answers, or pages, that are kept in memory; the least recently used go first.
pub const CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// About how many that will be.
pub const CACHE_ENTRIES: usize = 2_000;

/// For what has its content's hash in its address.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

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
    gzip: OnceLock<Bytes>,
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
            gzip: OnceLock::new(),
        })
    }

    /// Compressed on first use.
    pub fn brotli(&self) -> Bytes {
        self.brotli.get_or_init(|| compress(&self.body, 5)).clone()
    }

    /// For clients that do not know Brotli, or do not accept it over plain HTTP as browsers do.
    fn gzip(&self) -> Bytes {
        self.gzip.get_or_init(|| gzip(&self.body)).clone()
    }

    /// 304 if the client has it already; compressed if the client accepts that.
    pub fn respond(&self, request: &HeaderMap) -> Response {
        let mut response = if is_known(request, &self.etag) {
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
        let (coding, body) = if accepts_coding(request, "br") {
            ("br", self.brotli())
        } else if accepts_coding(request, "gzip") {
            ("gzip", self.gzip())
        } else {
            return (status, content_type, self.body.clone()).into_response();
        };
        let coding = [(CONTENT_ENCODING, HeaderValue::from_static(coding))];
        (status, content_type, coding, body).into_response()
    }

    /// About how many bytes it takes, with the compressed bodies.
    pub fn weight(&self) -> u64 {
        self.body.len() as u64 * 3 / 2
    }
}

/// Whether `If-None-Match` names this tag, weak or not.
pub fn is_known(request: &HeaderMap, etag: &HeaderValue) -> bool {
    let mut known = request.get_all(IF_NONE_MATCH).iter();
    known.any(|tags| names(tags, etag))
}

fn names(tags: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(tags), Ok(etag)) = (tags.to_str(), etag.to_str()) else {
        return false;
    };
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag.trim_start_matches("W/"))
}

pub fn accepts_coding(request: &HeaderMap, wanted: &str) -> bool {
    let accepted = request
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    accepted.map(str::trim).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        name.trim() == wanted && weight.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
    })
}

pub fn compress(body: &[u8], quality: u32) -> Bytes {
    let mut writer = brotli::CompressorWriter::new(Vec::with_capacity(body.len() / 4), 4096, quality, 22);
    // Writing to memory does not fail.
    let _ = writer.write_all(body);
    writer.into_inner().into()
}

fn gzip(body: &[u8]) -> Bytes {
    let mut writer = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::default());
    // Writing to memory does not fail.
    let _ = writer.write_all(body);
    writer.finish().unwrap_or_default().into()
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
    fn the_best_coding_is_sent_that_is_accepted() {
        let cached = Cached::new("text/plain", "1", "body");
        for (accepts, coded) in [
            ("gzip, br", "br"),
            ("br;q=0.5", "br"),
            ("br;q=0, gzip;q=0.5", "gzip"),
            ("br;q=0.0", ""),
            ("deflate, gzip", "gzip"),
            ("brotli, gzip;q=0", ""),
        ] {
            let response = cached.respond(&request(ACCEPT_ENCODING, accepts));
            let coding = response.headers().get(CONTENT_ENCODING);
            assert_eq!(
                coding.map_or("", |coding| coding.to_str().unwrap()),
                coded,
                "{accepts}"
            );
        }
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut cached.brotli().as_ref(), &mut plain).unwrap();
        assert_eq!(plain, b"body");
        let mut plain = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&cached.gzip()[..]), &mut plain)
            .unwrap();
        assert_eq!(plain, "body");
    }
}
