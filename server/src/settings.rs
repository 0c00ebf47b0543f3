//! Settings: the command line goes before the environment, and that before `servery.toml`.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::Args;
use serde::Deserialize;

use crate::payments::{cards::Cards, provider::Provider};

/// All are optional; `servery.toml` has the same names.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// sqlite:PATH or postgres://… [default: sqlite:servery.db]
    #[arg(long, global = true, env = "SERVERY_DATABASE")]
    pub database: Option<String>,
    /// Where to listen [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "SERVERY_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Where /metrics is shown, and then nowhere else [default: with everything else]
    #[arg(long, global = true, env = "SERVERY_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// A folder with the restaurants' pictures, shown under /pictures/
    #[arg(long, global = true, env = "SERVERY_PICTURES")]
    pub pictures: Option<PathBuf>,
    /// Milliseconds that a request may wait for a thread before hydrated pages are sent thin [default: 100]
    #[arg(long, global = true, env = "SERVERY_HEAVY_AT")]
    pub heavy_at: Option<u64>,
    /// A card provider with Stripe's API: https://api.stripe.com
    #[arg(long, global = true, env = "SERVERY_CARD_PROVIDER")]
    pub card_provider: Option<String>,
    /// Its secret key
    #[arg(long, global = true, env = "SERVERY_CARD_SECRET", hide_env_values = true)]
    pub card_secret: Option<String>,
    /// The secret of its webhook signatures
    #[arg(
        long,
        global = true,
        env = "SERVERY_CARD_WEBHOOK_SECRET",
        hide_env_values = true
    )]
    pub card_webhook_secret: Option<String>,
    /// The page on which diners type their card
    #[arg(long, global = true, env = "SERVERY_CARD_PAGE")]
    pub card_page: Option<String>,
    /// The mail server: smtp://HOST:PORT, smtps://USER:PASSWORD@HOST, smtp://USER:PASSWORD@HOST?tls=required
    #[arg(long, global = true, env = "SERVERY_SMTP", hide_env_values = true)]
    pub smtp: Option<String>,
    /// The sender of mails [default: Servery <servery@HOST of --public-url>]
    #[arg(long, global = true, env = "SERVERY_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// Where people reach this installation; links in mails begin with it [default: http://LISTEN]
    #[arg(long, global = true, env = "SERVERY_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// The secret key for Web Push, 32 bytes as base64url [default: made once, and kept in the database]
    #[arg(long, global = true, env = "SERVERY_PUSH_KEY", hide_env_values = true)]
    pub push_key: Option<String>,
    /// Send push messages to addresses of this machine and of private networks, too: for tests
    #[arg(long, global = true, env = "SERVERY_PUSH_TO_PRIVATE_ADDRESSES", num_args = 0..=1, default_missing_value = "true")]
    pub push_to_private_addresses: Option<bool>,
    /// A proxy is in front, and sets X-Forwarded-For
    #[arg(long, global = true, env = "SERVERY_BEHIND_PROXY", num_args = 0..=1, default_missing_value = "true")]
    pub behind_proxy: Option<bool>,
    /// The log level: error, warn, info, debug [default: info]
    #[arg(long, global = true, env = "SERVERY_LOG")]
    pub log: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    #[error("{0}: {1}")]
    Malformed(PathBuf, toml::de::Error),
    #[error("cards need all of --card-provider, --card-secret, --card-webhook-secret and --card-page")]
    HalfAProvider,
    #[error("--card-page is an address that begins with https:// or http://, not '{0}'")]
    CardPage(String),
    #[error("the card provider cannot be asked: {0}")]
    Provider(String),
}

impl Settings {
    /// Takes what is missing from the file; the file may be missing.
    pub fn or_from(self, file: &Path) -> Result<Self, SettingsError> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(SettingsError::Unreadable(file.to_owned(), error)),
        };
        let filed: Self =
            toml::from_str(&text).map_err(|error| SettingsError::Malformed(file.to_owned(), error))?;
        Ok(Self {
            database: self.database.or(filed.database),
            listen: self.listen.or(filed.listen),
            metrics_listen: self.metrics_listen.or(filed.metrics_listen),
            pictures: self.pictures.or(filed.pictures),
            heavy_at: self.heavy_at.or(filed.heavy_at),
            card_provider: self.card_provider.or(filed.card_provider),
            card_secret: self.card_secret.or(filed.card_secret),
            card_webhook_secret: self.card_webhook_secret.or(filed.card_webhook_secret),
            card_page: self.card_page.or(filed.card_page),
            smtp: self.smtp.or(filed.smtp),
            mail_from: self.mail_from.or(filed.mail_from),
            public_url: self.public_url.or(filed.public_url),
            push_key: self.push_key.or(filed.push_key),
            push_to_private_addresses: self.push_to_private_addresses.or(filed.push_to_private_addresses),
            behind_proxy: self.behind_proxy.or(filed.behind_proxy),
            log: self.log.or(filed.log),
        })
    }

    pub fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("sqlite:servery.db")
    }

    pub fn listen(&self) -> SocketAddr {
        self.listen
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)))
    }

    /// All four settings or none; some of them are an error.
    pub fn cards(&self) -> Result<Option<Cards>, SettingsError> {
        let provider = (
            &self.card_provider,
            &self.card_secret,
            &self.card_webhook_secret,
            &self.card_page,
        );
        let (Some(base), Some(secret), Some(webhook_secret), Some(page)) = provider else {
            let none = provider == (&None, &None, &None, &None);
            return if none {
                Ok(None)
            } else {
                Err(SettingsError::HalfAProvider)
            };
        };
        let provider =
            Provider::new(base, secret).map_err(|error| SettingsError::Provider(error.to_string()))?;
        Cards::new(provider, webhook_secret, page)
            .map(Some)
            .ok_or_else(|| SettingsError::CardPage(page.clone()))
    }

    /// Without a trailing slash.
    pub fn public_url(&self) -> String {
        let listened = || format!("http://{}", self.listen());
        self.public_url
            .as_deref()
            .map_or_else(listened, |url| url.trim_end_matches('/').to_owned())
    }

    pub fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }

    pub fn behind_proxy(&self) -> bool {
        self.behind_proxy.unwrap_or(false)
    }

    pub fn push_to_private_addresses(&self) -> bool {
        self.push_to_private_addresses.unwrap_or(false)
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
    use std::collections::BTreeSet;

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn the_example_file_names_every_setting_and_each_line_of_it_can_be_read() {
        let example = include_str!("../../servery.example.toml");
        let mut named = BTreeSet::new();
        for line in example.lines().filter_map(|line| line.strip_prefix("# ")) {
            let Some((name, _)) = line.split_once(" = ") else {
                continue;
            };
            Settings::default().or_from(file(line).path()).unwrap();
            named.insert(name.to_owned());
        }
        let command = Settings::augment_args(clap::Command::new("servery"));
        let known = command
            .get_arguments()
            .filter_map(|argument| argument.get_long())
            .map(str::to_owned);
        assert_eq!(named, known.collect());
    }

    #[test]
    fn the_command_line_goes_before_the_file() {
        let file = file("database = 'sqlite:filed.db'\nheavy-at = 9\n");
        let said = Settings {
            database: Some("sqlite:said.db".into()),
            ..Settings::default()
        };
        let settings = said.or_from(file.path()).unwrap();
        assert_eq!((settings.database(), settings.heavy_at()), ("sqlite:said.db", 9));
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let error = Settings::default()
            .or_from(file("databse = 'x'\n").path())
            .unwrap_err();
        assert!(error.to_string().contains("databse"), "{error}");
    }

    #[test]
    fn cards_are_typed_on_a_page_with_a_whole_address() {
        let with = |page: &str| {
            let said = |text: &str| Some(text.to_owned());
            let (card_provider, card_secret, card_webhook_secret) =
                (said("https://api.stripe.com"), said("sk"), said("whsec"));
            Settings {
                card_provider,
                card_secret,
                card_webhook_secret,
                card_page: said(page),
                ..Settings::default()
            }
            .cards()
        };
        assert_eq!(
            with("https://cards.example:8443/pay?a=b")
                .unwrap()
                .unwrap()
                .origin,
            "https://cards.example:8443"
        );
        for page in ["/pay", "cards.example/pay", "javascript:alert(1)", ""] {
            assert!(with(page).is_err(), "{page}");
        }
        let half = Settings {
            card_page: Some("https://cards.example/pay".into()),
            ..Settings::default()
        };
        assert!(matches!(half.cards(), Err(SettingsError::HalfAProvider)));
    }

    #[test]
    fn no_file_is_no_settings() {
        let settings = Settings::default()
            .or_from(Path::new("/nowhere/servery.toml"))
            .unwrap();
        assert_eq!(settings.listen().to_string(), "127.0.0.1:3000");
    }
}
