//! Loads a page of another web site, from which a menu is imported.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Response, Url, redirect::Policy};
use servery_domain::limits;

use crate::{
    http::public_network::{PublicResolver, is_public_url, public_url},
    settings::Settings,
};

/// From the first request to the last byte. The importer waits for it.
const TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const REDIRECTS: usize = 5;
const SCHEMES: [&str; 2] = ["https", "http"];

#[derive(Debug, thiserror::Error)]
pub enum WebPageError {
    /// It is none on the internet, or it leads to one that is not.
    #[error("this is no address of a page on the internet")]
    Address,
    #[error("the page has more than {} bytes", limits::MENU_FILE)]
    TooLarge,
    #[error("the site answers with status {0}")]
    Status(u16),
    #[error("the site did not answer: {0}")]
    Unreachable(reqwest::Error),
}

impl From<reqwest::Error> for WebPageError {
    /// The address may have secrets in its query, so that it is in no log.
    fn from(error: reqwest::Error) -> Self {
        match error.is_redirect() {
            true => Self::Address,
            false => Self::Unreachable(error.without_url()),
        }
    }
}

pub async fn load(settings: &Settings, address: &str) -> Result<Vec<u8>, WebPageError> {
    let private = settings.private_addresses();
    let url = public_url(address.trim(), &SCHEMES, private).ok_or(WebPageError::Address)?;
    let answer = client(private)?.get(url).send().await?;
    match answer.status().is_success() {
        true => read(answer).await,
        false => Err(WebPageError::Status(answer.status().as_u16())),
    }
}

fn client(private: bool) -> reqwest::Result<Client> {
    // Fails if another part of the program has installed a provider before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let redirects =
        Policy::custom(
            move |attempt| match follows(attempt.url(), attempt.previous().len(), private) {
                Ok(true) => attempt.follow(),
                Ok(false) => attempt.stop(),
                Err(error) => attempt.error(error),
            },
        );
    Client::builder()
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(redirects)
        .no_proxy()
        .user_agent(concat!("Servery/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(PublicResolver { private }))
        .build()
}

/// Whether a redirect is followed; one after too many is the answer.
fn follows(to: &Url, followed: usize, private: bool) -> Result<bool, WebPageError> {
    match is_public_url(to, &SCHEMES, private) {
        true => Ok(followed <= REDIRECTS),
        false => Err(WebPageError::Address),
    }
}

async fn read(mut answer: Response) -> Result<Vec<u8>, WebPageError> {
    let mut page = Vec::new();
    while let Some(part) = answer.chunk().await? {
        if page.len() + part.len() > limits::MENU_FILE {
            return Err(WebPageError::TooLarge);
        }
        page.extend_from_slice(&part);
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_into_a_private_network_is_not_followed() {
        let follows = |to: &str, followed| follows(&to.parse().unwrap(), followed, false).ok();
        assert_eq!(follows("https://example.com/menu", 1), Some(true));
        assert_eq!(follows("http://example.com/menu", 5), Some(true));
        assert_eq!(follows("https://example.com/menu", 6), Some(false));
        for private in [
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://169.254.169.254/latest",
            "http://localhost/",
            "https://example.com:8443/",
            "ftp://example.com/",
            "file:///etc/passwd",
        ] {
            assert_eq!(follows(private, 1), None, "{private}");
        }
    }
}
