//! The card provider that the operator has set up.

use super::provider::Provider;

pub struct Cards {
    pub provider: Provider,
    pub webhook_secret: String,
    /// Where diners type their card; card numbers never reach this server.
    pub page: String,
    /// The origin of that page: `https://cards.example`.
    pub origin: String,
}

impl Cards {
    /// `None` if the page's address is not an absolute URL.
    pub fn new(provider: Provider, webhook_secret: &str, page: &str) -> Option<Self> {
        let address = reqwest::Url::parse(page)
            .ok()
            .filter(|address| matches!(address.scheme(), "http" | "https"))?;
        let origin = address.origin().ascii_serialization();
        Some(Self {
            provider,
            webhook_secret: webhook_secret.to_owned(),
            page: page.to_owned(),
            origin,
        })
    }
}
