//! Settings: the command line goes before the environment, and that before `servery.toml`.

use std::{
    collections::BTreeMap,
    fs, io,
    net::SocketAddr,
    num::NonZeroU16,
    path::{Path, PathBuf},
    time::Duration,
};

use axum::body::Bytes;
use clap::Args;
use redis::RedisError;
use reqwest::Url;
use serde::Deserialize;
use servery_domain::{domain_name::DomainName, restaurant::Listing, slug::Slug};

use crate::{
    payments::cards::{CardAccount, CardKeyError, CardKeys, Cards},
    pictures::picture_location::PictureLocation,
    redis_client::RedisClient,
};

const CARD_PROVIDER: &str = "https://api.stripe.com";
/// Apple's files have about 9,000 bytes.
const ASSOCIATION_BYTES: usize = 64 * 1024;

/// All are optional; `servery.toml` has the same names.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// sqlite:PATH or postgres://… [default: sqlite:servery.db]
    #[arg(long, global = true, env = "SERVERY_DATABASE")]
    pub database: Option<String>,
    /// Connections to PostgreSQL at the most, beside the one that listens for changes [default: 8]
    #[arg(long, global = true, env = "SERVERY_DATABASE_CONNECTIONS")]
    pub database_connections: Option<NonZeroU16>,
    /// The address to listen on [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "SERVERY_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// A separate address for /metrics [default: the same as --listen]
    #[arg(long, global = true, env = "SERVERY_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// Where the restaurants' pictures are, shown under /pictures/: a folder, or s3://BUCKET/FOLDER [default with SQLite: beside the database, servery-pictures]
    #[arg(long, global = true, env = "SERVERY_PICTURES")]
    pub pictures: Option<String>,
    /// A map on which diners set a point: a PMTiles file, or an address of tiles such as https://tiles.example/{z}/{x}/{y}.png
    #[arg(long, global = true, env = "SERVERY_MAP")]
    pub map: Option<String>,
    /// How the licence of the map wants it to be named, such as '© OpenStreetMap contributors'
    #[arg(long, global = true, env = "SERVERY_MAP_ATTRIBUTION")]
    pub map_attribution: Option<String>,
    /// Milliseconds that a request may wait for a thread before hydrated pages are sent thin [default: 100]
    #[arg(long, global = true, env = "SERVERY_HEAVY_AT")]
    pub heavy_at: Option<u64>,
    /// The card provider's API [default: https://api.stripe.com]
    #[arg(long, global = true, env = "SERVERY_CARD_PROVIDER")]
    pub card_provider: Option<String>,
    /// The secret key of the account for restaurants that have none of their own
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
    /// The key by which diners' browsers name the account to the provider: pk_…
    #[arg(long, global = true, env = "SERVERY_CARD_PUBLISHABLE_KEY")]
    pub card_publishable_key: Option<String>,
    /// Accounts of restaurants, by their slug. In the file only: a command line shows to everybody on the machine
    #[arg(skip)]
    pub card_accounts: BTreeMap<Slug, CardKeys>,
    /// The file that the provider gives out to prove this site to Apple, for Apple Pay
    #[arg(long, global = true, env = "SERVERY_APPLE_PAY_ASSOCIATION")]
    pub apple_pay_association: Option<PathBuf>,
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
    /// Reach addresses of this machine and of private networks, too, with push messages and for menus of web pages: for tests
    #[arg(long, global = true, env = "SERVERY_PRIVATE_ADDRESSES", num_args = 0..=1, default_missing_value = "true")]
    pub private_addresses: Option<bool>,
    /// What several servers share: redis://HOST:PORT, or rediss:// with TLS. Without it each counts rate limits by itself
    #[arg(long, global = true, env = "SERVERY_REDIS", hide_env_values = true)]
    pub redis: Option<String>,
    /// A proxy is in front, and sets X-Forwarded-For
    #[arg(long, global = true, env = "SERVERY_BEHIND_PROXY", num_args = 0..=1, default_missing_value = "true")]
    pub behind_proxy: Option<bool>,
    /// Seconds for which a server that is told to stop goes on serving while /readyz says that it stops, so that a balancer sends it nobody [default: 0]
    #[arg(long, global = true, env = "SERVERY_DRAIN")]
    pub drain: Option<u16>,
    /// Days after which names, numbers, addresses and notes of guests are erased; the books stay [default: 400]
    #[arg(long, global = true, env = "SERVERY_GUEST_DAYS")]
    pub guest_days: Option<NonZeroU16>,
    /// Where the source of the running version is, for the page /about; {commit} and {version} are filled in
    #[arg(long, global = true, env = "SERVERY_SOURCE_URL")]
    pub source_url: Option<String>,
    /// The log level: error, warn, info, debug [default: info]
    #[arg(long, global = true, env = "SERVERY_LOG")]
    pub log: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{0} cannot be read: {1}")]
    Unreadable(PathBuf, io::Error),
    /// Without the line itself, which may have a password in it.
    #[error("{file}, line {line}: {message}")]
    Malformed {
        file: PathBuf,
        line: usize,
        message: String,
    },
    #[error("--source-url is an address that begins with https:// or http://, not '{0}'")]
    SourceUrl(String),
    /// Without the address, which may have a password in it.
    #[error("--redis is an address such as redis://127.0.0.1:6379: {0}")]
    Redis(#[from] RedisError),
    #[error("cards need all of --card-secret, --card-webhook-secret and --card-publishable-key")]
    HalfAnAccount,
    #[error("the account for cards of {0}: {1}")]
    Account(String, CardKeyError),
    #[error("{0} is not a file of at most {ASSOCIATION_BYTES} bytes that can be read")]
    AppleAssociation(PathBuf),
}

impl Settings {
    /// Takes what is missing from the file; the file may be missing.
    pub fn or_from(self, file: &Path) -> Result<Self, SettingsError> {
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(SettingsError::Unreadable(file.to_owned(), error)),
        };
        let filed: Self = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            SettingsError::Malformed {
                file: file.to_owned(),
                line: 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count(),
                message: error.message().to_owned(),
            }
        })?;
        Ok(Self {
            database: self.database.or(filed.database),
            listen: self.listen.or(filed.listen),
            metrics_listen: self.metrics_listen.or(filed.metrics_listen),
            pictures: self.pictures.or(filed.pictures),
            map: self.map.or(filed.map),
            map_attribution: self.map_attribution.or(filed.map_attribution),
            heavy_at: self.heavy_at.or(filed.heavy_at),
            card_provider: self.card_provider.or(filed.card_provider),
            card_secret: self.card_secret.or(filed.card_secret),
            card_webhook_secret: self.card_webhook_secret.or(filed.card_webhook_secret),
            card_publishable_key: self.card_publishable_key.or(filed.card_publishable_key),
            card_accounts: filed.card_accounts,
            apple_pay_association: self.apple_pay_association.or(filed.apple_pay_association),
            smtp: self.smtp.or(filed.smtp),
            mail_from: self.mail_from.or(filed.mail_from),
            public_url: self.public_url.or(filed.public_url),
            push_key: self.push_key.or(filed.push_key),
            private_addresses: self.private_addresses.or(filed.private_addresses),
            redis: self.redis.or(filed.redis),
            behind_proxy: self.behind_proxy.or(filed.behind_proxy),
            database_connections: self.database_connections.or(filed.database_connections),
            drain: self.drain.or(filed.drain),
            guest_days: self.guest_days.or(filed.guest_days),
            source_url: self.source_url.or(filed.source_url),
            log: self.log.or(filed.log),
        })
    }

    pub fn database(&self) -> &str {
        self.database.as_deref().unwrap_or("sqlite:servery.db")
    }

    /// To be shown.
    pub fn database_without_password(&self) -> String {
        let without_password = || {
            let mut url = Url::parse(self.database()).ok()?;
            url.set_password(None).ok()?;
            Some(url.to_string())
        };
        without_password().unwrap_or_else(|| self.database().to_owned())
    }

    /// Servers that share a database of PostgreSQL have to share their pictures, too: there is no default.
    pub fn pictures(&self) -> Option<PictureLocation> {
        let beside = || {
            let database = Path::new(servery_store::sqlite_path(self.database())?);
            let mut name = database.file_stem()?.to_owned();
            name.push("-pictures");
            Some(PictureLocation::DefaultFolder(database.with_file_name(name)))
        };
        match &self.pictures {
            Some(named) => PictureLocation::read(named),
            None => beside(),
        }
    }

    pub fn listen(&self) -> SocketAddr {
        self.listen
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)))
    }

    /// The accounts with the card provider. Some of the keys of one are an error.
    pub fn cards(&self) -> Result<Cards, SettingsError> {
        let base = self.card_provider.as_deref().unwrap_or(CARD_PROVIDER);
        let account = |of: &str, keys: &CardKeys| {
            CardAccount::new(base, keys).map_err(|error| SettingsError::Account(of.to_owned(), error))
        };
        let shared = match (
            &self.card_secret,
            &self.card_webhook_secret,
            &self.card_publishable_key,
        ) {
            (None, None, None) => None,
            (Some(secret), Some(webhook_secret), Some(publishable_key)) => Some(CardKeys {
                secret: secret.clone(),
                webhook_secret: webhook_secret.clone(),
                publishable_key: publishable_key.clone(),
            }),
            _ => return Err(SettingsError::HalfAnAccount),
        };
        let mut own = BTreeMap::new();
        for (slug, keys) in &self.card_accounts {
            own.insert(slug.clone(), account(slug.as_str(), keys)?);
        }
        Ok(Cards {
            shared: shared
                .map(|keys| account("the installation", &keys))
                .transpose()?,
            own,
            apple_pay_association: self.apple_pay_association()?,
        })
    }

    fn apple_pay_association(&self) -> Result<Option<Bytes>, SettingsError> {
        let Some(path) = &self.apple_pay_association else {
            return Ok(None);
        };
        let content = fs::read(path).ok();
        content
            .filter(|content| content.len() <= ASSOCIATION_BYTES)
            .map(|content| Some(content.into()))
            .ok_or_else(|| SettingsError::AppleAssociation(path.clone()))
    }

    /// Without a trailing slash.
    pub fn public_url(&self) -> String {
        let listened = || format!("http://{}", self.listen());
        self.public_url
            .as_deref()
            .map_or_else(listened, |url| url.trim_end_matches('/').to_owned())
    }

    pub fn public_host(&self) -> Option<String> {
        let url = Url::parse(&self.public_url()).ok()?;
        url.host_str().map(str::to_owned)
    }

    pub fn is_public_host(&self, domain: &DomainName) -> bool {
        self.public_host().as_deref() == Some(domain.as_str())
    }

    /// Where the pages of a restaurant are, on its own domain if it has one. Without a trailing slash.
    pub fn base_url(&self, restaurant: &Listing) -> String {
        match &restaurant.domain {
            Some(domain) if self.is_https() => format!("https://{domain}"),
            Some(domain) => format!("http://{domain}"),
            None => self.public_url(),
        }
    }

    /// The page of a restaurant; that of an own domain begins with it.
    pub fn page_url(&self, restaurant: &Listing) -> String {
        let base = self.base_url(restaurant);
        match restaurant.domain {
            Some(_) => format!("{base}/"),
            None => format!("{base}/restaurants/{}", restaurant.restaurant.slug),
        }
    }

    pub fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }

    pub fn behind_proxy(&self) -> bool {
        self.behind_proxy.unwrap_or(false)
    }

    pub fn private_addresses(&self) -> bool {
        self.private_addresses.unwrap_or(false)
    }

    pub fn heavy_at(&self) -> u64 {
        self.heavy_at.unwrap_or(100)
    }

    pub fn redis(&self) -> Result<Option<RedisClient>, SettingsError> {
        Ok(self.redis.as_deref().map(RedisClient::open).transpose()?)
    }

    pub fn database_connections(&self) -> u32 {
        self.database_connections
            .map_or(servery_store::CONNECTIONS, |connections| connections.get().into())
    }

    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain.unwrap_or_default().into())
    }

    /// Becomes a link.
    pub fn source_url(&self) -> Result<Option<&str>, SettingsError> {
        let is_link = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
        match self.source_url.as_deref() {
            Some(url) if !is_link(&url) => Err(SettingsError::SourceUrl(url.to_owned())),
            url => Ok(url),
        }
    }

    pub fn guest_days(&self) -> u16 {
        self.guest_days.map_or(400, NonZeroU16::get)
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
    fn a_database_is_shown_without_its_password() {
        for (database, shown) in [
            (
                "postgres://servery:secret@db.example:5432/servery",
                "postgres://servery@db.example:5432/servery",
            ),
            ("postgres://db.example/servery", "postgres://db.example/servery"),
            ("sqlite:servery.db", "sqlite:servery.db"),
        ] {
            let settings = Settings {
                database: Some(database.to_owned()),
                ..Settings::default()
            };
            assert_eq!(settings.database_without_password(), shown);
        }
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
        let in_the_file_only = ["card-accounts".to_owned()];
        assert_eq!(named, known.chain(in_the_file_only).collect());
    }

    #[test]
    fn pictures_are_beside_a_database_of_sqlite() {
        let pictures = |database: Option<&str>, pictures: Option<&str>| {
            let settings = Settings {
                database: database.map(str::to_owned),
                pictures: pictures.map(str::to_owned),
                ..Settings::default()
            };
            settings.pictures()
        };
        let beside = |folder: &str| Some(PictureLocation::DefaultFolder(folder.into()));
        assert_eq!(pictures(None, None), beside("servery-pictures"));
        let elsewhere = pictures(Some("sqlite:/var/lib/servery/town.db"), None);
        assert_eq!(elsewhere, beside("/var/lib/servery/town-pictures"));
        let postgres = Some("postgres://localhost/servery");
        assert_eq!(pictures(postgres, None), None);
        assert_eq!(
            pictures(postgres, Some("/srv/pictures")),
            Some(PictureLocation::Folder("/srv/pictures".into()))
        );
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
    fn a_malformed_line_is_named_and_not_shown() {
        let secret = "sk_live_1a2b3c";
        let error = Settings::default()
            .or_from(file(&format!("log = 'info'\ncard-secret = {secret}\n")).path())
            .unwrap_err()
            .to_string();
        assert!(error.contains("line 2") && !error.contains(secret), "{error}");
    }

    #[test]
    fn an_account_for_cards_has_all_of_its_keys() {
        let said = |text: &str| Some(text.to_owned());
        let whole = Settings {
            card_secret: said("sk_test_1"),
            card_webhook_secret: said("whsec_1"),
            card_publishable_key: said("pk_test_1"),
            ..Settings::default()
        };
        assert!(whole.cards().unwrap().shared.is_some());
        assert!(Settings::default().cards().unwrap().shared.is_none());
        let half = Settings {
            card_publishable_key: None,
            ..whole.clone()
        };
        assert!(matches!(half.cards(), Err(SettingsError::HalfAnAccount)));
        let swapped = Settings {
            card_publishable_key: said("sk_test_1"),
            ..whole
        };
        let Err(error) = swapped.cards() else {
            panic!("a secret key would be sent to browsers")
        };
        assert!(!error.to_string().contains("sk_test_1"), "{error}");
    }

    #[test]
    fn restaurants_have_accounts_of_their_own_in_the_file() {
        let file = file(
            "[card-accounts.trattoria-da-lucia]\nsecret = 'sk_test_2'\nwebhook-secret = 'whsec_2'\npublishable-key = 'pk_test_2'\n",
        );
        let settings = Settings::default().or_from(file.path()).unwrap();
        let cards = settings.cards().unwrap();
        let account = cards.account(&"trattoria-da-lucia".parse().unwrap()).unwrap();
        assert_eq!(account.publishable_key, "pk_test_2");
        assert!(cards.account(&"lighthouse-diner".parse().unwrap()).is_none());
        let written = format!("{settings:?}");
        assert!(
            !written.contains("sk_test_2") && !written.contains("whsec_2"),
            "{written}"
        );
    }

    #[test]
    fn the_file_for_apple_is_read_when_the_server_starts() {
        let content = file("7B227073704964");
        let with = |path: &Path| {
            let settings = Settings {
                apple_pay_association: Some(path.to_owned()),
                ..Settings::default()
            };
            settings.cards().map(|cards| cards.apple_pay_association)
        };
        assert_eq!(with(content.path()).unwrap().unwrap(), "7B227073704964");
        assert!(with(Path::new("/nowhere")).is_err());
        assert!(with(file(&"7".repeat(ASSOCIATION_BYTES + 1)).path()).is_err());
    }

    #[test]
    fn the_source_is_a_link() {
        for (url, is_accepted) in [
            ("https://git.example/{commit}", true),
            ("javascript:alert(1)", false),
            ("git.example", false),
        ] {
            let settings = Settings {
                source_url: Some(url.into()),
                ..Settings::default()
            };
            assert_eq!(settings.source_url().is_ok(), is_accepted, "{url}");
        }
    }

    #[test]
    fn no_file_is_no_settings() {
        let settings = Settings::default()
            .or_from(Path::new("/nowhere/servery.toml"))
            .unwrap();
        assert_eq!(settings.listen().to_string(), "127.0.0.1:3000");
    }
}
