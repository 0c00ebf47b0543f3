//! Passwords are stored as argon2id hashes with the parameters that OWASP recommends.

use std::{sync::LazyLock, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use servery_domain::{account::Password, problem::Kind};
use tokio::sync::Semaphore;

use crate::http::error::ApiError;

/// KiB of memory, passes over it, lanes.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Concurrent hashes: more would take the cores away from other requests.
const CONCURRENCY: usize = 2;
/// How long a request waits for its turn to hash.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The hash that a password is compared with if the address has no account, so that the answer takes the same time.
static DUMMY_HASH: LazyLock<Option<String>> = LazyLock::new(|| hash(b"nobody has this password").ok());

pub struct Passwords {
    turns: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(CONCURRENCY),
        }
    }
}

fn argon2() -> Result<Argon2<'static>, argon2::password_hash::Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(argon2::password_hash::Error::from)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8]) -> Result<String, argon2::password_hash::Error> {
    argon2()?.hash_password(password).map(|hash| hash.to_string())
}

impl Passwords {
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let busy = || {
            ApiError::new(
                Kind::Unavailable,
                "too many people sign in at once; try again in a moment",
            )
        };
        let _turn = tokio::time::timeout(TIMEOUT, self.turns.acquire())
            .await
            .map_err(|_| busy())?
            .map_err(|_| busy())?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| ApiError::internal(&error))
    }

    pub async fn hash(&self, password: &Password) -> Result<String, ApiError> {
        let password = password.0.clone();
        self.in_turn(move || hash(password.as_bytes()))
            .await?
            .map_err(|error| ApiError::internal(&error))
    }

    /// Takes the same time with and without a stored hash.
    pub async fn verify(&self, password: &Password, stored: Option<String>) -> Result<bool, ApiError> {
        let password = password.0.clone();
        let verified = self.in_turn(move || {
            let known = stored.is_some();
            let Some(hash) = stored.or_else(|| DUMMY_HASH.clone()) else {
                return false;
            };
            argon2()
                .and_then(|argon2| argon2.verify_password(password.as_bytes(), hash.as_str()))
                .is_ok()
                && known
        });
        verified.await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_the_password() {
        let passwords = Passwords::default();
        let password = |text: &str| Password(text.to_owned());
        let hash = passwords.hash(&password("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(
            hash,
            passwords.hash(&password("correct horse")).await.unwrap(),
            "each with its salt"
        );
        assert!(
            passwords
                .verify(&password("correct horse"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(&password("correct horsE"), Some(hash))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(&password("nobody has this password"), None)
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(&password("x"), Some("no hash".into()))
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn an_unknown_address_takes_as_long_as_a_wrong_password() {
        let passwords = Passwords::default();
        let hash = passwords.hash(&Password("correct horse".into())).await.unwrap();
        let wrong = Password("wrong".into());
        let time = async |stored: Option<String>| {
            let mut fastest = f64::MAX;
            for _ in 0..8 {
                let began = Instant::now();
                passwords.verify(&wrong, stored.clone()).await.unwrap();
                fastest = fastest.min(began.elapsed().as_secs_f64());
            }
            fastest
        };
        time(None).await;
        let (known, unknown) = (time(Some(hash)).await, time(None).await);
        assert!(
            (0.5..2.0).contains(&(known / unknown)),
            "{known} s and {unknown} s"
        );
    }
}
