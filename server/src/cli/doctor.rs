//! `servery doctor`: looks at everything that an installation needs, and says what is wrong and what to do.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{Client, RequestBuilder, Url, redirect::Policy};
use rustix::fs::Access;
use servery_store::{DatabasePlace, Inspection, Tables};

use crate::{
    clock, delivery_map,
    http::whoami::WhoAmI,
    jobs::{mail::Mailer, push},
    payments::provider::ProviderError,
    pictures::picture_location::PictureLocation,
    settings::Settings,
};

/// For each check.
const TIMEOUT: Duration = Duration::from_secs(15);
const HTTP_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read.
const MAX_ANSWER: usize = 4 * 1024;
/// Milliseconds. A signature of the card provider counts for minutes, and a `Date` has whole seconds.
const MAX_OFFSET: i64 = 5_000;
const FEW_BYTES: u64 = 1 << 30;
const NO_BYTES: u64 = 100 << 20;
/// An address that belongs to nobody (RFC 5737).
const MADE_UP: &str = "192.0.2.1";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Ok,
    Warning,
    Fault,
}

/// What one check found: a line of the output.
#[derive(Debug)]
pub struct Finding {
    pub severity: Severity,
    pub subject: &'static str,
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Ok => "ok",
            Severity::Warning => "warning",
            Severity::Fault => "fault",
        };
        // What others say, such as a mail server, may have several lines.
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(f, "{severity:<8} {}: {text}", self.subject)
    }
}

/// The findings of one check.
struct Check {
    subject: &'static str,
    findings: Vec<Finding>,
}

impl Check {
    fn of(subject: &'static str) -> Self {
        Self {
            subject,
            findings: Vec::new(),
        }
    }

    fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.findings.push(Finding {
            severity,
            subject: self.subject,
            text: text.into(),
        });
    }

    fn fault(&mut self, text: impl Into<String>) {
        self.say(Severity::Fault, text);
    }

    fn warn(&mut self, text: impl Into<String>) {
        self.say(Severity::Warning, text);
    }

    /// Says that all is well, if nothing else was said.
    fn or_ok(mut self, text: impl Into<String>) -> Vec<Finding> {
        if self.findings.is_empty() {
            self.say(Severity::Ok, text);
        }
        self.findings
    }
}

/// A clock that this machine's is compared with.
struct Reference {
    whose: &'static str,
    /// Milliseconds that this machine's clock is ahead of it.
    offset: i64,
}

/// Looks at everything. Nothing is changed, sent or charged, and no secret is in the findings.
pub async fn examine(settings: &Settings) -> Vec<Finding> {
    let mut references = Vec::new();
    let mut findings = check_settings(settings);
    findings.extend(limited("database", check_database(settings, &mut references)).await);
    findings.extend(check_disk(settings.database()));
    findings.extend(limited("mail", check_mail(settings)).await);
    findings.extend(limited("redis", check_redis(settings)).await);
    findings.extend(check_push(settings));
    findings.extend(check_map(settings));
    findings.extend(limited("cards", check_cards(settings)).await);
    findings.extend(limited("proxy", check_proxy(settings, &mut references)).await);
    findings.extend(check_clock(&references));
    findings
}

async fn limited(subject: &'static str, check: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    within(TIMEOUT, subject, check).await
}

async fn within(
    limit: Duration,
    subject: &'static str,
    check: impl Future<Output = Vec<Finding>>,
) -> Vec<Finding> {
    match tokio::time::timeout(limit, check).await {
        Ok(findings) => findings,
        Err(_) => {
            let mut check = Check::of(subject);
            check.fault(format!(
                "no answer within {} seconds; look at the network and firewalls on the way",
                limit.as_secs()
            ));
            check.findings
        }
    }
}

fn check_settings(settings: &Settings) -> Vec<Finding> {
    let mut check = Check::of("settings");
    if let Err(error) = settings.cards() {
        check.fault(error.to_string());
    }
    match settings.source_url() {
        Ok(Some(_)) => {}
        Ok(None) => check.warn("the page /about has no link to the source of this version, which the AGPL asks for; set --source-url"),
        Err(error) => check.fault(error.to_string()),
    }
    match settings.public_url.as_deref().map(Url::parse) {
        None => check.warn(format!(
            "links in mails begin with {}, which leads nowhere for guests; set --public-url to where people reach this installation",
            settings.public_url()
        )),
        Some(Err(_)) => check.fault("--public-url is no address; it is like https://eat.example"),
        Some(Ok(url)) if url.path() != "/" || url.query().is_some() || !url.username().is_empty() => {
            check.fault("--public-url is an address without a path or a user, like https://eat.example");
        }
        Some(Ok(url)) if url.scheme() != "https" && !is_here(&url) => check.fault(
            "--public-url has no https: browsers keep no sign-in and no basket without it; put a proxy with TLS in front",
        ),
        Some(Ok(_)) => {}
    }
    match settings.pictures() {
        Some(PictureLocation::Folder(folder)) if !folder.is_dir() => check.fault(format!(
            "--pictures names {}, which is no folder",
            folder.display()
        )),
        Some(PictureLocation::Folder(folder)) if rustix::fs::access(&folder, Access::WRITE_OK).is_err() => {
            check.warn(format!(
                "owners cannot upload pictures: {} cannot be written to",
                folder.display()
            ));
        }
        None if settings.pictures.is_some() => {
            check
                .fault("--pictures is a folder, or like s3://bucket/folder?endpoint=https://objects.example");
        }
        None => check.warn("owners cannot upload pictures; name a folder with --pictures"),
        Some(_) => {}
    }
    if settings.private_addresses() {
        check.warn(
            "--private-addresses is for tests: who orders or imports a menu may have requests sent into your network",
        );
    }
    check.or_ok("complete")
}

async fn check_redis(settings: &Settings) -> Vec<Finding> {
    let mut check = Check::of("redis");
    let redis = match settings.redis() {
        Ok(Some(redis)) => redis,
        Ok(None) => return check.or_ok("none: with several servers each counts rate limits by itself"),
        Err(error) => {
            check.fault(error.to_string());
            return check.findings;
        }
    };
    let ping = async |mut connection| redis::cmd("PING").query_async::<String>(&mut connection).await;
    if redis.ask(ping).await.is_none() {
        check.fault("it does not answer; look at --redis, its password, and whether it lets this machine in");
    }
    check.or_ok("it answers")
}

fn is_here(url: &Url) -> bool {
    url.host_str().is_some_and(servery_store::is_here)
}

async fn check_database(settings: &Settings, references: &mut Vec<Reference>) -> Vec<Finding> {
    let mut check = Check::of("database");
    let Inspection {
        tables,
        place,
        without_places,
    } = match servery_store::inspect(settings.database()).await {
        Ok(seen) => seen,
        Err(error) => {
            check.fault(format!(
                "{error}; look at --database, and whether the database runs and lets this machine in"
            ));
            return check.findings;
        }
    };
    match tables {
        Tables::Missing => check.warn("there is no database yet; 'servery serve' creates it"),
        Tables::Current => {}
        Tables::Older(missing) => check.warn(format!(
            "{missing} migrations have still to be applied; 'servery migrate' or the next start does it"
        )),
        Tables::Newer => {
            check.fault(
                "a newer version of Servery has changed the tables; run that version, or restore a backup",
            );
        }
    }
    match place {
        DatabasePlace::File { shared } => {
            for file in shared {
                let file = file.display();
                check.fault(format!(
                    "others on this machine may open {file}, where names and addresses of guests are; run 'chmod 600 {file}'"
                ));
            }
        }
        DatabasePlace::Server { tls, clock } => {
            if tls == Some(false) {
                check.warn(
                    "it is spoken to without TLS, so everybody on the way can read it; take 'sslmode=disable' out of --database unless \
                     the network is private",
                );
            }
            references.push(Reference {
                whose: "the database's",
                offset: now().saturating_sub(clock),
            });
        }
    }
    if !without_places.is_empty() {
        check.warn(format!(
            "areas on the map are set for {}, and no address is known, so guests are found by their device or a point on the map only; import the \
             addresses of the town with 'servery places import'",
            without_places.join(", ")
        ));
    }
    check.or_ok("it answers, and its tables are of this version")
}

fn check_disk(database: &str) -> Vec<Finding> {
    let mut check = Check::of("disk");
    let Some(path) = servery_store::sqlite_path(database) else {
        return check.or_ok("the database is not a file here, so its own machine has to be watched");
    };
    let folder = folder_of(Path::new(path));
    match rustix::fs::statvfs(&folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let text = format!("{} MiB are free in {}", free >> 20, folder.display());
            match free {
                free if free < NO_BYTES => {
                    check.fault(format!("{text}; without space no order is stored, so make some"))
                }
                free if free < FEW_BYTES => check.warn(format!("{text}; make some before it is used up")),
                _ => return check.or_ok(text),
            }
        }
        Err(error) => check.fault(format!("{}: {error}", folder.display())),
    }
    check.findings
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => folder.to_owned(),
        None => PathBuf::from("."),
    }
}

async fn check_mail(settings: &Settings) -> Vec<Finding> {
    let mut check = Check::of("mail");
    let Some(address) = &settings.smtp else {
        check.warn("no mail is sent, and addresses are taken at their word; set --smtp");
        return check.findings;
    };
    let url = Url::parse(address).ok();
    let plain = |url: &Url| {
        url.scheme() == "smtp"
            && !url.query().is_some_and(|query| query.contains("tls=required"))
            && !is_here(url)
    };
    if url.as_ref().is_some_and(plain) {
        check.warn(
            "it may be spoken to without TLS, password included; use smtps:// or '?tls=required' in --smtp",
        );
    }
    let mailer = match Mailer::new(settings) {
        Ok(Some(mailer)) => mailer,
        Ok(None) => return check.findings,
        Err(error) => {
            check.fault(format!("{error}; look at --smtp and --mail-from"));
            return check.findings;
        }
    };
    match mailer.test().await {
        Ok(true) => {}
        Ok(false) => check.fault("the mail server accepts connections but does not answer; look at its log"),
        Err(error) => check.fault(format!(
            "{}; look at host, port, user and password in --smtp",
            with_causes(&error)
        )),
    }
    check.or_ok("the mail server lets this machine in")
}

/// An error with what it was caused by.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

fn check_push(settings: &Settings) -> Vec<Finding> {
    let mut check = Check::of("push");
    if settings.push_key.as_deref().is_some_and(|key| !push::is_key(key)) {
        check.fault("--push-key is no key: 32 bytes as base64url; leave it out, and one is made and kept in the database");
    }
    if !settings.is_https() {
        check.warn("browsers take notifications over https only; set --public-url to an address with https");
    }
    check.or_ok(match settings.push_key {
        Some(_) => "the key can be used",
        None => "the key is kept in the database",
    })
}

fn check_map(settings: &Settings) -> Vec<Finding> {
    let mut check = Check::of("map");
    match delivery_map::check(settings) {
        Ok(Some(source)) => return check.or_ok(source),
        Ok(None) => {}
        Err(error) => check.fault(error.to_string()),
    }
    check.or_ok("guests set no point on a map, because there is none")
}

async fn check_cards(settings: &Settings) -> Vec<Finding> {
    let mut check = Check::of("cards");
    // What is wrong with them was said of the settings already.
    let Ok(cards) = settings.cards() else {
        return check.findings;
    };
    let shared = cards
        .shared
        .iter()
        .map(|account| ("--card-secret".to_owned(), account));
    let own = cards
        .own
        .iter()
        .map(|(slug, account)| (format!("the secret of card-accounts.{slug}"), account));
    let accounts: Vec<_> = shared.chain(own).collect();
    if accounts.is_empty() {
        return check.or_ok("no restaurant takes cards, because no account is set");
    }
    for (key, account) in accounts {
        match account.provider.test().await {
            Ok(()) => {}
            Err(ProviderError::Away(why)) => check.fault(format!(
                "the provider does not answer ({why}); check --card-provider and this machine's internet connection"
            )),
            // Its words may repeat the key.
            Err(ProviderError::Refused(_)) => check.fault(format!(
                "the provider does not accept {key}; take the secret key from its dashboard"
            )),
        }
    }
    check.or_ok("the provider accepts the keys")
}

async fn check_proxy(settings: &Settings, references: &mut Vec<Reference>) -> Vec<Finding> {
    let mut check = Check::of("proxy");
    let Some(url) = settings
        .public_url
        .as_deref()
        .and_then(|url| Url::parse(url).ok())
    else {
        check.warn("the proxy was not checked, because --public-url is not set");
        return check.findings;
    };
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() {
        return check.findings;
    }
    let client = match client() {
        Ok(client) => client,
        Err(error) => {
            check.fault(format!("no HTTP client: {error}"));
            return check.findings;
        }
    };
    let address = format!("{}/whoami", settings.public_url());
    let (plain, made_up) = match (
        ask(client.get(&address), references).await,
        ask(
            client.get(&address).header("x-forwarded-for", MADE_UP),
            &mut Vec::new(),
        )
        .await,
    ) {
        (Ok(plain), Ok(made_up)) => (plain, made_up),
        (Err(why), _) | (_, Err(why)) => {
            check.fault(format!(
                "{address} does not answer as Servery does ({why}); look whether the server runs, and where the proxy sends requests"
            ));
            return check.findings;
        }
    };
    if plain.behind_proxy != settings.behind_proxy() {
        check.warn("the server that runs has another --behind-proxy than these settings; restart it");
    }
    judge_proxy(&mut check, url.scheme() == "https", &plain, &made_up);
    let counted = plain.address;
    check.or_ok(format!(
        "each client is counted by its own address; this one is {counted}"
    ))
}

/// `plain` was asked for as a browser does, and `made_up` with a forwarded address that nobody has.
fn judge_proxy(check: &mut Check, https: bool, plain: &WhoAmI, made_up: &WhoAmI) {
    let forwarded_for = plain.forwarded.iter().any(|name| name == "x-forwarded-for");
    if !plain.behind_proxy {
        if !plain.forwarded.is_empty() {
            check.fault(format!(
                "a proxy is in front ({} arrives), and all who come through it are one client; set --behind-proxy",
                plain.forwarded.join(", ")
            ));
        } else if https {
            check.fault(
                "what brings TLS in front does not say who the client is, so all are one client; let it set X-Forwarded-For, and set \
                 --behind-proxy",
            );
        }
        return;
    }
    if made_up.address.to_string() == MADE_UP {
        check.fault(
            "clients can pretend to have any address: the proxy hands on the X-Forwarded-For that they send; let it set its own in place of \
             theirs (docs/operating.md has how), or take away --behind-proxy if there is none",
        );
    } else if !forwarded_for {
        check.fault(
            "--behind-proxy is set and no X-Forwarded-For arrives, so all who come through the proxy are one client; let the proxy set it",
        );
    } else if plain.is_peer {
        check.warn(format!(
            "the client and the proxy have one address ({}); ask again from another machine",
            plain.address
        ));
    }
}

fn client() -> reqwest::Result<Client> {
    // Fails if another part of the program has installed a provider before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .timeout(HTTP_TIMEOUT)
        .redirect(Policy::none())
        .build()
}

async fn ask(request: RequestBuilder, references: &mut Vec<Reference>) -> Result<WhoAmI, String> {
    let mut response = request
        .send()
        .await
        .map_err(|error| with_causes(&error.without_url()))?;
    let date = response.headers().get("date").and_then(|date| date.to_str().ok());
    if let Some(date) = date.and_then(clock::http_date) {
        references.push(Reference {
            whose: "the clock behind --public-url",
            offset: now().saturating_sub(date.0.saturating_mul(1_000)),
        });
    }
    if !response.status().is_success() {
        return Err(response.status().to_string());
    }
    let mut body = Vec::new();
    while let Some(part) = response
        .chunk()
        .await
        .map_err(|error| with_causes(&error.without_url()))?
    {
        body.extend_from_slice(&part);
        if body.len() > MAX_ANSWER {
            return Err("another program answers".into());
        }
    }
    serde_json::from_slice(&body).map_err(|_| "another program answers".into())
}

fn now() -> i64 {
    i64::try_from(clock::milliseconds()).unwrap_or(i64::MAX)
}

fn check_clock(references: &[Reference]) -> Vec<Finding> {
    let mut check = Check::of("clock");
    if references.is_empty() {
        check.warn("no other clock could be asked; make sure that this machine's is set by NTP");
    }
    for Reference { whose, offset } in references.iter().filter(|seen| seen.offset.abs() > MAX_OFFSET) {
        let seconds = offset.abs() / 1_000;
        let side = if *offset > 0 { "ahead of" } else { "behind" };
        check.warn(format!(
            "this machine's clock is {seconds} seconds {side} {whose}; let NTP set both: the times of orders, sign-ins and card webhooks depend on it"
        ));
    }
    check.or_ok("it agrees with the clocks that were asked")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(address: &str, is_peer: bool, behind_proxy: bool, forwarded: &[&str]) -> WhoAmI {
        WhoAmI {
            address: address.parse().unwrap(),
            is_peer,
            behind_proxy,
            forwarded: forwarded.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[test]
    fn every_way_to_set_up_a_proxy_is_told_apart() {
        let ours = "203.0.113.9";
        let proxied = ["x-forwarded-for"];
        for (https, plain, made_up, expected) in [
            // No proxy, and none is expected.
            (false, seen(ours, true, false, &[]), ours, None),
            (
                true,
                seen(ours, true, false, &[]),
                ours,
                Some("does not say who the client is"),
            ),
            (
                true,
                seen(ours, true, false, &proxied),
                ours,
                Some("set --behind-proxy"),
            ),
            (true, seen(ours, false, true, &proxied), ours, None),
            (
                true,
                seen(ours, true, true, &[]),
                ours,
                Some("no X-Forwarded-For arrives"),
            ),
            (true, seen(ours, false, true, &proxied), MADE_UP, Some("pretend")),
            (true, seen(ours, true, true, &proxied), ours, Some("one address")),
        ] {
            let mut check = Check::of("proxy");
            judge_proxy(&mut check, https, &plain, &seen(made_up, false, true, &proxied));
            let said = check.findings.iter().map(ToString::to_string).collect::<String>();
            match expected {
                Some(part) => assert!(said.contains(part), "{plain:?}: {said}"),
                None => assert_eq!(said, "", "{plain:?}"),
            }
        }
    }

    #[test]
    fn a_clock_that_is_off_is_a_warning_that_says_by_how_much() {
        let by = |offset| {
            let whose = "the database's";
            check_clock(&[Reference { whose, offset }])[0].to_string()
        };
        assert!(by(4_000).starts_with("ok "), "{}", by(4_000));
        assert!(
            by(90_000).contains("90 seconds ahead of the database's"),
            "{}",
            by(90_000)
        );
        assert!(by(-90_000).contains("90 seconds behind"), "{}", by(-90_000));
    }

    #[test]
    fn a_finding_is_one_line() {
        let mut check = Check::of("mail");
        check.fault("530 denied\r\n530 go away");
        assert_eq!(
            check.findings[0].to_string(),
            "fault    mail: 530 denied 530 go away"
        );
    }

    #[tokio::test]
    async fn a_check_that_does_not_end_is_a_fault() {
        let findings = within(Duration::ZERO, "mail", std::future::pending()).await;
        assert_eq!(findings[0].severity, Severity::Fault);
    }
}
