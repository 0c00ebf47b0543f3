//! The accounts with the card provider: one of the installation, and those that restaurants have for themselves.

use std::{collections::BTreeMap, fmt};

use axum::body::Bytes;
use serde::Deserialize;
use servery_domain::slug::Slug;

use super::provider::Provider;
use crate::catalog::CardTakers;

/// The keys of an account, as the operator writes them.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CardKeys {
    pub secret: String,
    pub webhook_secret: String,
    pub publishable_key: String,
}

/// Without the secrets: settings may be written to a log.
impl fmt::Debug for CardKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardKeys")
            .field("publishable_key", &self.publishable_key)
            .finish_non_exhaustive()
    }
}

pub struct CardAccount {
    pub provider: Provider,
    pub webhook_secret: String,
    /// Names the account to the provider's script in diners' browsers.
    pub publishable_key: String,
}

#[derive(Debug, thiserror::Error)]
pub enum CardKeyError {
    #[error("a publishable key begins with pk_, and browsers get it; a secret key is another one")]
    NotPublishable,
    #[error("a secret key consists of letters, digits and _")]
    Malformed,
    #[error("the card provider cannot be asked: {0}")]
    Client(#[from] reqwest::Error),
}

impl CardAccount {
    pub fn new(base: &str, keys: &CardKeys) -> Result<Self, CardKeyError> {
        let is_plain = |key: &str| {
            !key.is_empty()
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if !keys.publishable_key.starts_with("pk_") || !is_plain(&keys.publishable_key) {
            return Err(CardKeyError::NotPublishable);
        }
        if !is_plain(&keys.secret) || !is_plain(&keys.webhook_secret) {
            return Err(CardKeyError::Malformed);
        }
        Ok(Self {
            provider: Provider::new(base, &keys.secret)?,
            webhook_secret: keys.webhook_secret.clone(),
            publishable_key: keys.publishable_key.clone(),
        })
    }
}

/// Who gets the money of which restaurant.
#[derive(Default)]
pub struct Cards {
    /// Of restaurants without an account of their own.
    pub shared: Option<CardAccount>,
    pub own: BTreeMap<Slug, CardAccount>,
    /// The file by which Apple knows this site, for Apple Pay.
    pub apple_pay_association: Option<Bytes>,
}

impl Cards {
    pub fn account(&self, restaurant: &Slug) -> Option<&CardAccount> {
        self.own.get(restaurant).or(self.shared.as_ref())
    }

    /// The account that the provider speaks of: a restaurant's own, or the installation's.
    pub fn of_webhook(&self, restaurant: Option<&str>) -> Option<&CardAccount> {
        match restaurant {
            Some(slug) => slug.parse().ok().and_then(|slug| self.own.get(&slug)),
            None => self.shared.as_ref(),
        }
    }

    pub fn takers(&self) -> CardTakers {
        match self.shared {
            Some(_) => CardTakers::Everybody,
            None => CardTakers::Only(self.own.keys().cloned().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(secret: &str, publishable_key: &str) -> CardKeys {
        CardKeys {
            secret: secret.to_owned(),
            webhook_secret: "whsec_1".to_owned(),
            publishable_key: publishable_key.to_owned(),
        }
    }

    #[test]
    fn no_secret_key_is_given_to_browsers() {
        let base = "https://api.stripe.com";
        assert!(CardAccount::new(base, &keys("sk_test_1", "pk_test_1")).is_ok());
        for (secret, publishable_key) in [
            ("sk_test_1", "sk_test_1"),
            ("sk_test_1", "rk_test_1"),
            ("sk_test_1", ""),
            ("sk_test_1", "pk_\"><script>"),
            ("sk_test 1\n", "pk_test_1"),
            ("", "pk_test_1"),
        ] {
            assert!(
                CardAccount::new(base, &keys(secret, publishable_key)).is_err(),
                "{secret} {publishable_key}"
            );
        }
    }

    #[test]
    fn secrets_do_not_get_into_a_log() {
        let written = format!("{:?}", keys("sk_live_secret", "pk_live_1"));
        assert!(
            written.contains("pk_live_1") && !written.contains("secret"),
            "{written}"
        );
        assert!(!written.contains("whsec"), "{written}");
    }

    #[test]
    fn a_restaurant_without_an_account_of_its_own_has_the_installations() {
        let account =
            |key: &str| CardAccount::new("https://api.stripe.com", &keys("sk_test_1", key)).unwrap();
        let slug = |slug: &str| slug.parse::<Slug>().unwrap();
        let mut cards = Cards {
            own: BTreeMap::from([(slug("a"), account("pk_test_a"))]),
            ..Cards::default()
        };
        let key = |cards: &Cards, name: &str| {
            cards
                .account(&slug(name))
                .map(|account| account.publishable_key.clone())
        };
        assert_eq!(
            (key(&cards, "a").as_deref(), key(&cards, "b")),
            (Some("pk_test_a"), None)
        );
        assert!(cards.takers().has(&slug("a")) && !cards.takers().has(&slug("b")));
        cards.shared = Some(account("pk_test_shared"));
        assert_eq!(key(&cards, "a").as_deref(), Some("pk_test_a"));
        assert_eq!(key(&cards, "b").as_deref(), Some("pk_test_shared"));
        assert!(cards.takers().has(&slug("b")));
    }
}
