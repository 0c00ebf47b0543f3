//! The files that browsers load. Those that pages name have their content's hash in their address and are cached forever.

mod map_scripts;
pub mod sizes;

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use axum::{
    body::Bytes,
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, VARY},
    },
    response::{IntoResponse, Response},
};
use servery_app::{routes::Chunk, text::Texts};
use servery_domain::{delivery_map::DeliveryMap, lang::Lang};
use sha2::{Digest, Sha256};

use self::map_scripts::MapScripts;
use crate::{
    delivery_map::ServedMap,
    http::{
        cached_body::{Cached, IMMUTABLE, accepts_coding},
        content_hash::content_hash,
    },
};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

const BOOT: &[u8] = include_bytes!("assets/boot.js");
const CARD: &[u8] = include_bytes!("assets/card.js");

const SERVICE_WORKER: &str = "service-worker.js";
const ONE_DAY: &str = "public, max-age=86400";
const REVALIDATE: &str = "no-cache";

pub struct Assets {
    /// By address.
    files: BTreeMap<String, Asset>,
    pub style: String,
    ordering_style: String,
    account_style: String,
    has_programs: bool,
    programs: [Program; Chunk::ALL.len()],
    /// The script that starts the program of a page.
    pub boot: String,
    /// The script that puts the card provider's form into its page.
    pub card: String,
    /// If the packages that they use were there when the server was built.
    map_scripts: Option<MapScripts>,
    map: Option<ServedMap>,
    staff_style: String,
    office_style: String,
    texts: [String; Lang::ALL.len()],
    staff_texts: [String; Lang::ALL.len()],
    office_texts: [String; Lang::ALL.len()],
}

/// The addresses of a program's WebAssembly and of the script that loads it.
pub struct Program {
    pub script: String,
    pub wasm: String,
}

struct Asset {
    cached: Arc<Cached>,
    /// Compressed when it was built.
    brotli: Option<Bytes>,
    keep: &'static str,
}

#[derive(Debug, thiserror::Error)]
#[error("this program was built without its browser part ({0} is missing); './dev run' builds both")]
pub struct MissingAsset(String);

#[derive(Debug, thiserror::Error)]
#[error(
    "--map is set, and this program was built without what shows a map; run 'npm ci' in server/map, and build it again"
)]
pub struct MissingMapPackages;

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("ico" | "svg") => "image/svg+xml",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("webp") => "image/webp",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// The service worker, before the list of a version's files is filled in.
pub fn service_worker_template() -> String {
    embedded(SERVICE_WORKER)
        .map(String::from_utf8_lossy)
        .unwrap_or_default()
        .into_owned()
}

fn embedded(name: &str) -> Option<&'static [u8]> {
    FILES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, body)| *body)
}

/// Written when all of the browser's programs are built.
const SITE_STAMP: &str = "built";

/// A file of one of the browser's programs. A debug build reads it from where it was built.
fn program_file(name: &str) -> Option<Bytes> {
    match SITE_FOLDER {
        Some(site) => fs::read(Path::new(site).join(name)).ok().map(Bytes::from),
        None => embedded(name).map(Bytes::from_static),
    }
}

/// The style sheets of every page.
const STYLE: [&str; 6] = [
    include_str!("../../style/tokens.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/parts.css"),
    include_str!("../../style/home.css"),
    include_str!("../../style/restaurant.css"),
    include_str!("../../style/print.css"),
];
/// Further style sheets of the ordering pages.
const ORDERING_STYLE: [&str; 4] = [
    include_str!("../../style/dish.css"),
    include_str!("../../style/ordering.css"),
    include_str!("../../style/receipt.css"),
    include_str!("../../style/map.css"),
];
/// Further style sheets of the account and board pages.
const ACCOUNT_STYLE: [&str; 2] = [
    include_str!("../../style/signed.css"),
    include_str!("../../style/map.css"),
];
/// Further style sheets of the office.
const OFFICE_STYLE: [&str; 9] = [
    include_str!("../../style/receipt.css"),
    include_str!("../../style/signed.css"),
    include_str!("../../style/map.css"),
    include_str!("../../style/new_restaurant.css"),
    include_str!("../../style/office.css"),
    include_str!("../../style/order_list.css"),
    include_str!("../../style/week_grid.css"),
    include_str!("../../style/translations.css"),
    include_str!("../../style/unsent.css"),
];
/// Further style sheets of the staff app.
const STAFF_STYLE: [&str; 6] = [
    include_str!("../../style/staff.css"),
    include_str!("../../style/till.css"),
    include_str!("../../style/staff_screens.css"),
    include_str!("../../style/kitchen.css"),
    include_str!("../../style/floor.css"),
    include_str!("../../style/courier.css"),
];

/// Joins style sheets and removes their comments.
fn joined(sheets: &[&str]) -> String {
    let mut style = String::new();
    for sheet in sheets {
        let mut rest = *sheet;
        while let Some((before, after)) = rest.split_once("/*") {
            style.push_str(before);
            rest = after.split_once("*/").map_or("", |(_, after)| after);
        }
        style.push_str(rest);
    }
    style
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

impl Assets {
    pub fn new() -> Result<Self, MissingAsset> {
        let mut files = BTreeMap::new();
        let mut add_hashed = |stem: &str, ending: &str, body: Bytes, brotli: Option<Bytes>| {
            let hash = content_hash(&body);
            let address = format!("/assets/{stem}.{hash}.{ending}");
            let cached = Cached::new(media_type(ending), &hash, body);
            files.insert(
                address.clone(),
                Asset {
                    cached,
                    brotli,
                    keep: IMMUTABLE,
                },
            );
            address
        };
        let has_programs = SITE_FOLDER.is_none_or(|site| Path::new(site).join(SITE_STAMP).exists());
        let mut pkg = |chunk: Chunk, ending: &str| {
            let name = format!("{}/pkg/program.{ending}", chunk.name());
            let body = match program_file(&name) {
                Some(body) => body,
                None if has_programs => return Err(MissingAsset(name)),
                None => Bytes::new(),
            };
            let brotli = program_file(&format!("{name}.br"));
            Ok(add_hashed(chunk.name(), ending, body, brotli))
        };
        let mut program = |chunk| {
            Ok(Program {
                script: pkg(chunk, "js")?,
                wasm: pkg(chunk, "wasm")?,
            })
        };
        let programs = [
            program(Chunk::Browse)?,
            program(Chunk::Ordering)?,
            program(Chunk::Account)?,
            program(Chunk::Staff)?,
            program(Chunk::Office)?,
        ];
        let boot = add_hashed("boot", "js", Bytes::from_static(BOOT), None);
        let card = add_hashed("card", "js", Bytes::from_static(CARD), None);
        let map_scripts = MAP_PACKAGES.map(|packages| {
            MapScripts::new(packages, |stem, body| add_hashed(stem, "js", body.into(), None))
        });
        let style = add_hashed("style", "css", joined(&STYLE).into(), None);
        let ordering_style = add_hashed("ordering", "css", joined(&ORDERING_STYLE).into(), None);
        let account_style = add_hashed("account", "css", joined(&ACCOUNT_STYLE).into(), None);
        let office_style = add_hashed("office", "css", joined(&OFFICE_STYLE).into(), None);
        let staff_style = add_hashed("staff", "css", joined(&STAFF_STYLE).into(), None);
        let mut texts = |chunk: Chunk, prefix: &str| {
            Lang::ALL.map(|lang| {
                let entries = serde_json::to_vec(&Texts::of(lang).sent(chunk)).unwrap_or_default();
                add_hashed(&format!("{prefix}{}", lang.tag()), "json", entries.into(), None)
            })
        };
        let (texts, staff_texts, office_texts) = (
            texts(Chunk::Browse, ""),
            texts(Chunk::Staff, "staff-"),
            texts(Chunk::Office, "office-"),
        );
        for (name, body) in FILES
            .iter()
            .filter(|(name, _)| !name.contains("/pkg/") && *name != SERVICE_WORKER)
        {
            let keep = if name.starts_with("pictures/") || name.starts_with("icons/") {
                ONE_DAY
            } else {
                REVALIDATE
            };
            let cached = Cached::new(media_type(name), &content_hash(body), Bytes::from_static(body));
            files.insert(
                format!("/{name}"),
                Asset {
                    cached,
                    brotli: None,
                    keep,
                },
            );
        }
        Ok(Self {
            files,
            style,
            ordering_style,
            account_style,
            staff_style,
            office_style,
            has_programs,
            programs,
            texts,
            staff_texts,
            office_texts,
            boot,
            card,
            map_scripts,
            map: None,
        })
    }

    /// With the operator's map, if there is one.
    pub fn with_map(self, map: Option<ServedMap>) -> Result<Self, MissingMapPackages> {
        match map.is_some() && self.map_scripts.is_none() {
            true => Err(MissingMapPackages),
            false => Ok(Self { map, ..self }),
        }
    }

    pub fn map(&self) -> Option<&ServedMap> {
        self.map.as_ref()
    }

    /// What a browser needs to show the map.
    pub fn delivery_map(&self) -> Option<DeliveryMap> {
        let (map, scripts) = (self.map.as_ref()?, self.map_scripts.as_ref()?);
        Some(DeliveryMap {
            script: scripts.delivery.clone(),
            zones_script: scripts.zones.clone(),
            orders_script: scripts.orders.clone(),
            tiles: map.tiles(),
            attribution: map.attribution.clone(),
        })
    }

    pub fn addresses(&self) -> impl Iterator<Item = &String> {
        self.files.keys()
    }

    /// Whether browsers have anything to load. The first `./dev run` serves plain pages while the programs are still being built.
    pub fn has_programs(&self) -> bool {
        self.has_programs
    }

    pub fn program(&self, chunk: Chunk) -> &Program {
        &self.programs[chunk as usize]
    }

    /// The addresses of the style sheets of a chunk.
    pub fn styles(&self, chunk: Chunk) -> Vec<&str> {
        match chunk {
            Chunk::Browse => vec![&self.style],
            Chunk::Ordering => vec![&self.style, &self.ordering_style],
            Chunk::Account => vec![&self.style, &self.account_style],
            Chunk::Staff => vec![&self.style, &self.staff_style],
            Chunk::Office => vec![&self.style, &self.office_style],
        }
    }

    pub fn texts(&self, chunk: Chunk, lang: Lang) -> &str {
        match chunk {
            Chunk::Staff => &self.staff_texts[lang as usize],
            Chunk::Office => &self.office_texts[lang as usize],
            Chunk::Browse | Chunk::Ordering | Chunk::Account => &self.texts[lang as usize],
        }
    }

    pub fn respond(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        let asset = self.files.get(path)?;
        let mut response = match asset.brotli.as_ref().filter(|_| accepts_coding(request, "br")) {
            Some(brotli) => {
                let mut response = brotli.clone().into_response();
                response
                    .headers_mut()
                    .insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
                response
                    .headers_mut()
                    .insert(CONTENT_TYPE, asset.cached.content_type.clone());
                response.headers_mut().insert(ETAG, asset.cached.etag.clone());
                response
                    .headers_mut()
                    .insert(VARY, HeaderValue::from_static("accept-encoding"));
                response
            }
            None => asset.cached.respond(request),
        };
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static(asset.keep));
        Some(response)
    }

    /// Bytes after brotli, as `./dev bench` reports them.
    pub fn compressed_len(&self, path: &str) -> Option<usize> {
        let asset = self.files.get(path)?;
        let compressed = asset.brotli.clone().unwrap_or_else(|| asset.cached.brotli());
        Some(compressed.len())
    }
}

/// The hash that allows an inline style sheet in the Content-Security-Policy.
pub fn style_hash(style: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise the rules behind it apply inside it only, and no browser complains.
    #[test]
    fn each_style_sheet_closes_what_it_opens() {
        let programs: [&[&str]; 5] = [
            &STYLE,
            &ORDERING_STYLE,
            &ACCOUNT_STYLE,
            &OFFICE_STYLE,
            &STAFF_STYLE,
        ];
        for sheet in programs.into_iter().flatten() {
            let count = |brace| sheet.matches(brace).count();
            assert_eq!(
                count('{'),
                count('}'),
                "{}",
                sheet.lines().next().unwrap_or_default()
            );
        }
    }
}
