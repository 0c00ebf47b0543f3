//! The map on which diners set the point of an address: what the settings `--map` and `--map-attribution` name.

mod pmtiles_file;
mod tile_template;

use std::path::{Path, PathBuf};

use servery_domain::delivery_map::MapTiles;

use self::{
    pmtiles_file::{PmtilesError, PmtilesFile},
    tile_template::TileTemplate,
};
use crate::settings::Settings;

/// Characters of an attribution.
const ATTRIBUTION: usize = 200;

pub struct ServedMap {
    pub attribution: String,
    source: MapSource,
}

enum MapSource {
    File(PmtilesFile),
    Template(TileTemplate),
}

#[derive(Debug, thiserror::Error)]
pub enum MapError {
    #[error("--map-attribution is set and --map is not")]
    NoMap,
    #[error(
        "--map needs --map-attribution: how the map's licence wants it to be named, such as '© OpenStreetMap contributors'"
    )]
    NoAttribution,
    #[error("--map-attribution has at most {ATTRIBUTION} characters, in one line")]
    Attribution,
    #[error(
        "--map is a PMTiles file, or an address of tiles with https, like https://tiles.example/{{z}}/{{x}}/{{y}}.png"
    )]
    Template,
    #[error("--map names {0}, {1}")]
    File(PathBuf, PmtilesError),
}

/// What the settings say, before a file is opened.
enum MapSetting<'a> {
    File(&'a Path),
    Template(TileTemplate),
}

/// With its attribution.
fn setting(settings: &Settings) -> Result<Option<(MapSetting<'_>, &str)>, MapError> {
    let (map, attribution) = match (&settings.map, &settings.map_attribution) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(MapError::NoMap),
        (Some(_), None) => return Err(MapError::NoAttribution),
        (Some(map), Some(attribution)) => (map, attribution.trim()),
    };
    if attribution.is_empty() {
        return Err(MapError::NoAttribution);
    }
    if attribution.chars().count() > ATTRIBUTION || attribution.contains(char::is_control) {
        return Err(MapError::Attribution);
    }
    let map = match map.contains("://") {
        true => MapSetting::Template(map.parse().map_err(|()| MapError::Template)?),
        false => MapSetting::File(Path::new(map)),
    };
    Ok(Some((map, attribution)))
}

/// For `servery doctor`: everything but the tiles themselves. Says where the map comes from, if there is one.
pub fn check(settings: &Settings) -> Result<Option<String>, MapError> {
    let Some((map, _)) = setting(settings)? else {
        return Ok(None);
    };
    Ok(Some(match map {
        MapSetting::File(path) => {
            pmtiles_file::open(path).map_err(|error| MapError::File(path.to_owned(), error))?;
            format!("{} is a PMTiles file", path.display())
        }
        MapSetting::Template(template) => {
            format!(
                "browsers that show it ask {}, which sees their addresses",
                template.origin
            )
        }
    }))
}

impl ServedMap {
    /// Reads a file once from its beginning to its end, to name it by its content.
    pub fn open(settings: &Settings) -> Result<Option<Self>, MapError> {
        let Some((map, attribution)) = setting(settings)? else {
            return Ok(None);
        };
        let source = match map {
            MapSetting::Template(template) => MapSource::Template(template),
            MapSetting::File(path) => {
                let file = PmtilesFile::open(path);
                MapSource::File(file.map_err(|error| MapError::File(path.to_owned(), error))?)
            }
        };
        Ok(Some(Self {
            attribution: attribution.to_owned(),
            source,
        }))
    }

    pub fn tiles(&self) -> MapTiles {
        match &self.source {
            MapSource::File(file) => MapTiles::Archive(file.address.clone()),
            MapSource::Template(template) => MapTiles::Template(template.address.clone()),
        }
    }

    /// The host that browsers load tiles from, if it is another one.
    pub fn foreign_origin(&self) -> Option<&str> {
        match &self.source {
            MapSource::File(_) => None,
            MapSource::Template(template) => Some(&template.origin),
        }
    }

    /// The file with this address, while it is what its address says.
    pub fn file_at(&self, path: &str) -> Option<&PmtilesFile> {
        match &self.source {
            MapSource::File(file) if file.address == path && file.is_unchanged() => Some(file),
            MapSource::File(_) | MapSource::Template(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(map: Option<&str>, attribution: Option<&str>) -> Settings {
        Settings {
            map: map.map(str::to_owned),
            map_attribution: attribution.map(str::to_owned),
            ..Settings::default()
        }
    }

    #[test]
    fn a_map_has_an_attribution() {
        let tiles = Some("https://tiles.example/{z}/{x}/{y}.png");
        let long = "x".repeat(ATTRIBUTION + 1);
        assert!(setting(&settings(None, None)).unwrap().is_none());
        assert!(setting(&settings(tiles, Some("© Town"))).unwrap().is_some());
        for (map, attribution, error) in [
            (None, Some("© Town"), MapError::NoMap),
            (tiles, None, MapError::NoAttribution),
            (tiles, Some(" "), MapError::NoAttribution),
            (tiles, Some("two\nlines"), MapError::Attribution),
            (tiles, Some(long.as_str()), MapError::Attribution),
            (
                Some("ftp://tiles.example/{z}/{x}/{y}"),
                Some("© Town"),
                MapError::Template,
            ),
        ] {
            let settings = settings(map, attribution);
            let said = setting(&settings).err().map(|error| error.to_string());
            assert_eq!(said, Some(error.to_string()), "{attribution:?}");
        }
    }
}
