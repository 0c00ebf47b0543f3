//! Loads a page of another web site, from which a menu is imported.

use std::{sync::Arc, time::Duration};

use reqwest::{Client, Response, redirect::Policy};
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
    Unreachable(#[from] reqwest::Error),
}

pub async fn load(settings: &Settings, address: &str) -> Result<Vec<u8>, WebPageError> {
    let private = settings.private_addresses();
    let url = public_url(address.trim(), &SCHEMES, private).ok_or(WebPageError::Address)?;
    let answer = client(private)?.get(url).send().await?;
    let status = answer.status();
    if status.is_redirection() {
        return Err(WebPageError::Address);
    }
    match status.is_success() {
        true => read(answer).await,
        false => Err(WebPageError::Status(status.as_u16())),
    }
}

fn client(private: bool) -> reqwest::Result<Client> {
    // Fails if another part of the program has installed a provider before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // A redirect into a private network is not followed, and then it is the answer.
    let redirects = Policy::custom(move |attempt| {
        let may_follow = is_public_url(attempt.url(), &SCHEMES, private) && attempt.previous().len() <= REDIRECTS;
        match may_follow {
            true => attempt.follow(),
            false => attempt.stop(),
        }
    });
    Client::builder()
        .timeout(TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(redirects)
        .no_proxy()
        .user_agent(concat!("Servery/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(PublicResolver { private }))
        .build()
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
