//! The scripts that show a map, each an element of its own, and what they share.

const BASE: &str = include_str!("map/base.js");
const AREAS: &str = include_str!("map/areas.js");
const DELIVERY: &str = include_str!("map/delivery-map.js");
const ZONES: &str = include_str!("map/zone-map.js");
const ORDERS: &str = include_str!("map/order-map.js");

/// The addresses of the scripts that pages run.
pub struct MapScripts {
    pub delivery: String,
    pub zones: String,
    pub orders: String,
}

impl MapScripts {
    /// `packages` are the library, its worker and the reader of PMTiles files. `add` serves a script and returns its address.
    pub fn new(packages: [&[u8]; 3], mut add: impl FnMut(&str, Vec<u8>) -> String) -> Self {
        let [library, worker, archive] = packages;
        let base = BASE
            .replace("{{library}}", &add("map-library", library.to_vec()))
            .replace("{{worker}}", &add("map-worker", worker.to_vec()))
            .replace("{{archive}}", &add("map-archive", as_module(archive)));
        let base = add("map-base", base.into_bytes());
        let areas = AREAS.replace("{{base}}", &base);
        let areas = add("map-areas", areas.into_bytes());
        let mut element = |stem: &str, script: &str| {
            let script = script.replace("{{base}}", &base).replace("{{areas}}", &areas);
            add(stem, script.into_bytes())
        };
        Self {
            delivery: element("map", DELIVERY),
            zones: element("map-zones", ZONES),
            orders: element("map-orders", ORDERS),
        }
    }
}

/// The package's script for pages, which makes one object of its name.
fn as_module(pmtiles: &[u8]) -> Vec<u8> {
    [pmtiles, b"\nexport const { PMTiles, Protocol } = pmtiles;\n"].concat()
}
