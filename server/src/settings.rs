//! Settings: what the command line says goes before the environment, and that before `servery.toml`.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;

/// Each may be left out; `servery.toml` has the same names.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// sqlite:PATH or postgres://… [default: sqlite:servery.db]
    #[arg(long, global = true, env = "SERVERY_DATABASE")]
    pub database: Option<String>,
    /// Where to listen [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "SERVERY_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// A folder with the restaurants' pictures, shown under /pictures/
    #[arg(long, global = true, env = "SERVERY_PICTURES")]
    pub pictures: Option<PathBuf>,
    /// Milliseconds that requests wait for their turn at which pages are kept plain [default: 100]
    #[arg(long, global = true, env = "SERVERY_HEAVY_AT")]
    pub heavy_at: Option<u64>,
    /// What is logged: error, warn, info, debug [default: info]
    #[arg(long, global = true, env = "SERVERY_LOG")]
    pub log: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error("{0}: {1}")]
    Malformed(PathBuf, toml::de::Error),
}

impl Settings {
    /// Fills in what is missing from the file; no file is no settings.
    pub fn or_from(self, file: &Path) -> Result<Self, SettingsError> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(SettingsError::Unreadable(file.to_owned(), error)),
        };
        let filed: Self = toml::from_str(&text).map_err(|error| SettingsError::Malformed(file.to_owned(), error))?;
        Ok(Self {
            database: self.database.or(filed.database),
            listen: self.listen.or(filed.listen),
            pictures: self.pictures.or(filed.pictures),
            heavy_at: self.heavy_at.or(filed.heavy_at),
            log: self.log.or(filed.log),
        })
    }

    pub fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("sqlite:servery.db")
    }

    pub fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)))
    }

    pub fn heavy_at(&self) -> u64 {
        self.heavy_at.unwrap_or(100)
    }

    pub fn log(&self) -> &str {
        self.log.as_deref().unwrap_or("info")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn what_was_said_goes_before_the_file() {
        let file = file("database = 'sqlite:filed.db'\nheavy-at = 9\n");
        let said = Settings { database: Some("sqlite:said.db".into()), ..Settings::default() };
        let settings = said.or_from(file.path()).unwrap();
        assert_eq!((settings.database(), settings.heavy_at()), ("sqlite:said.db", 9));
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let error = Settings::default().or_from(file("databse = 'x'\n").path()).unwrap_err();
        assert!(error.to_string().contains("databse"), "{error}");
    }

    #[test]
    fn no_file_is_no_settings() {
        let settings = Settings::default().or_from(Path::new("/nowhere/servery.toml")).unwrap();
        assert_eq!(settings.listen().to_string(), "127.0.0.1:3000");
    }
}
