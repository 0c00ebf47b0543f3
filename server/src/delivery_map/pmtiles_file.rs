//! A PMTiles file, which browsers read in parts (<https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>).

use std::{
    fs::{self, File, Metadata},
    io::{self, Read},
    ops::Range,
    os::unix::fs::FileExt,
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
        },
    },
    response::{IntoResponse, Response},
};
use futures::stream;
use servery_domain::problem::Problem;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::http::{
    byte_range::{ByteRange, byte_range},
    cached_body::{IMMUTABLE, is_known},
    content_hash::short_hex,
    error::ApiError,
};

const MEDIA_TYPE: &str = "application/vnd.pmtiles";

const HEADER: usize = 127;
const MAGIC: &[u8] = b"PMTiles";
const VERSION: u8 = 3;
/// Where in the header these stand.
const VERSION_AT: usize = 7;
const COMPRESSIONS_AT: Range<usize> = 97..99;
const TILE_TYPE_AT: usize = 99;
/// None and gzip, which are all that the browser's reader knows.
const COMPRESSIONS: Range<u8> = 1..3;
/// Vector tiles, PNG, JPEG, WebP and AVIF.
const TILE_TYPES: Range<u8> = 1..6;

/// The map of a country has some five gigabytes.
const MAX_BYTES: u64 = 16 << 30;
/// Bytes that are in memory of each answer.
const CHUNK: u64 = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum PmtilesError {
    #[error("which cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("which is no file")]
    NoFile,
    #[error("which is larger than {MAX_BYTES} bytes; cut out the town with 'pmtiles extract'")]
    TooLarge,
    #[error("which is no PMTiles file of version 3; 'pmtiles convert' makes one")]
    WrongFormat,
    #[error(
        "whose tiles browsers cannot read: they are vector tiles or pictures, compressed with gzip or not at all"
    )]
    UnreadableTiles,
}

/// Opens a file whose header is right.
pub fn open(path: &Path) -> Result<(File, Metadata), PmtilesError> {
    // Before it is opened: what is no file may make whoever opens it wait.
    if !fs::metadata(path)?.is_file() {
        return Err(PmtilesError::NoFile);
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.len() > MAX_BYTES {
        return Err(PmtilesError::TooLarge);
    }
    let mut header = [0; HEADER];
    match file.read_exact_at(&mut header, 0) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(PmtilesError::WrongFormat),
        read => read?,
    }
    check_header(&header)?;
    Ok((file, metadata))
}

fn check_header(header: &[u8; HEADER]) -> Result<(), PmtilesError> {
    if !header.starts_with(MAGIC) || header[VERSION_AT] != VERSION {
        return Err(PmtilesError::WrongFormat);
    }
    let compressions = &header[COMPRESSIONS_AT];
    let is_readable = compressions.iter().all(|code| COMPRESSIONS.contains(code));
    match is_readable && TILE_TYPES.contains(&header[TILE_TYPE_AT]) {
        true => Ok(()),
        false => Err(PmtilesError::UnreadableTiles),
    }
}

pub struct PmtilesFile {
    /// It stays the same if another file gets its name.
    file: Arc<File>,
    length: u64,
    modified: SystemTime,
    /// Has the content's hash in it.
    pub address: String,
    etag: HeaderValue,
}

impl PmtilesFile {
    pub fn open(path: &Path) -> Result<Self, PmtilesError> {
        let (mut file, metadata) = open(path)?;
        let hash = hash(&mut file)?;
        Ok(Self {
            length: metadata.len(),
            modified: metadata.modified()?,
            address: format!("/map/{hash}.pmtiles"),
            // Made of hexadecimal digits.
            etag: HeaderValue::from_str(&format!("\"{hash}\"")).map_err(io::Error::other)?,
            file: Arc::new(file),
        })
    }

    /// Whether it is still what its address says. A file that was written over is not.
    pub fn is_unchanged(&self) -> bool {
        let metadata = self.file.metadata();
        metadata.is_ok_and(|metadata| {
            metadata.len() == self.length
                && metadata
                    .modified()
                    .is_ok_and(|modified| modified == self.modified)
        })
    }

    pub fn respond(&self, method: &Method, request: &HeaderMap) -> Response {
        let mut response = if is_known(request, &self.etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.respond_with(self.asked(method, request))
        };
        let headers = response.headers_mut();
        headers.insert(ETAG, self.etag.clone());
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(IMMUTABLE));
        response
    }

    /// A range is for GET, and for whoever has a part of this very file.
    fn asked(&self, method: &Method, request: &HeaderMap) -> ByteRange {
        let is_same = request.get(IF_RANGE).is_none_or(|tag| tag == self.etag);
        match request.get(RANGE) {
            Some(range) if *method == Method::GET && is_same => byte_range(range, self.length),
            _ => ByteRange::Whole,
        }
    }

    fn respond_with(&self, asked: ByteRange) -> Response {
        match asked {
            ByteRange::Whole => self.body(0..self.length),
            ByteRange::Part(part) => {
                let range = format!("bytes {}-{}/{}", part.start, part.end - 1, self.length);
                let headers = [(CONTENT_RANGE, range)];
                (StatusCode::PARTIAL_CONTENT, headers, self.body(part)).into_response()
            }
            ByteRange::Unsatisfiable => {
                let headers = [(CONTENT_RANGE, format!("bytes */{}", self.length))];
                (headers, no_such_part()).into_response()
            }
        }
    }

    /// Reads on when what it has read is sent.
    fn body(&self, part: Range<u64>) -> Response {
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
            (CONTENT_LENGTH, (part.end - part.start).into()),
        ];
        let file = self.file.clone();
        let body = Body::from_stream(stream::try_unfold(part, move |rest| {
            let file = file.clone();
            async move {
                if rest.is_empty() {
                    return Ok(None);
                }
                let next = rest.end.min(rest.start + CHUNK);
                let read = spawn_blocking(move || read_part(&file, rest.start..next)).await;
                let bytes = read.map_err(io::Error::other)??;
                Ok::<_, io::Error>(Some((bytes, next..rest.end)))
            }
        }));
        (headers, body).into_response()
    }
}

fn read_part(file: &File, part: Range<u64>) -> io::Result<Bytes> {
    // At most a chunk.
    let mut bytes = vec![0; (part.end - part.start) as usize];
    file.read_exact_at(&mut bytes, part.start)?;
    Ok(bytes.into())
}

fn no_such_part() -> ApiError {
    // 416 says it all, so the problem has no type of its own (RFC 9457, 4.2.1).
    ApiError(Problem {
        kind: "about:blank".to_owned(),
        title: "Range Not Satisfiable".to_owned(),
        status: 416,
        detail: "the file ends before this range".to_owned(),
    })
}

fn hash(file: &mut File) -> io::Result<String> {
    let (mut digest, mut part) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut part)? {
            0 => return Ok(short_hex(&digest.finalize())),
            read => digest.update(&part[..read]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(version: u8, compression: u8, tile_type: u8) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        header[..MAGIC.len()].copy_from_slice(MAGIC);
        header[VERSION_AT] = version;
        header[COMPRESSIONS_AT].fill(compression);
        header[TILE_TYPE_AT] = tile_type;
        header
    }

    #[test]
    fn a_header_says_whether_browsers_can_read_the_tiles() {
        let said = |header: &[u8; HEADER]| check_header(header).err().map(|error| error.to_string());
        let (format, tiles) = (PmtilesError::WrongFormat, PmtilesError::UnreadableTiles);
        for tile_type in TILE_TYPES {
            assert_eq!(said(&header(3, 2, tile_type)), None);
        }
        assert_eq!(said(&header(2, 2, 1)), Some(format.to_string()));
        assert_eq!(said(&[0; HEADER]), Some(format.to_string()));
        for (compression, tile_type) in [(0, 1), (3, 1), (4, 1), (2, 0), (2, 6)] {
            assert_eq!(said(&header(3, compression, tile_type)), Some(tiles.to_string()));
        }
    }

    #[test]
    fn only_a_file_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let said = |path: &Path| open(path).unwrap_err().to_string();
        assert_eq!(said(folder.path()), PmtilesError::NoFile.to_string());
        assert!(said(Path::new("/nowhere/town.pmtiles")).contains("cannot be read"));
        let short = folder.path().join("short.pmtiles");
        fs::write(&short, MAGIC).unwrap();
        assert_eq!(said(&short), PmtilesError::WrongFormat.to_string());
    }
}
