//! Passwords are stored as argon2id hashes with the parameters that OWASP recommends.

use std::{sync::LazyLock, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use servery_domain::{account::Password, problem::ProblemType};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

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

/// Guessed first here, whoever's password it is. `docs/operating.md` names them.
const OWN_WORDS: [&str; 8] = [
    "servery",
    "restaurant",
    "owner",
    "manager",
    "cashier",
    "kitchen",
    "courier",
    "staff",
];

/// Whether a million guesses find it: the common passwords, words, dates, names and keyboard rows, alone and together.
fn is_easily_guessed(password: &str, email: &str) -> bool {
    let of_email = email.split(['@', '.', '+', '-', '_']);
    let known: Vec<&str> = OWN_WORDS.into_iter().chain(of_email).collect();
    zxcvbn(password, &known).score() < Score::Two
}

impl Passwords {
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let busy = || {
            ApiError::new(
                ProblemType::Unavailable,
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

    /// Hashes a new password, unless it is among the first that are guessed. `email` is guessed first of all.
    pub async fn hash(&self, password: &Password, email: &str) -> Result<String, ApiError> {
        let (password, email) = (password.0.clone(), email.to_owned());
        let hashed = self.in_turn(move || match is_easily_guessed(&password, &email) {
            true => None,
            false => Some(hash(password.as_bytes())),
        });
        match hashed.await? {
            Some(hash) => hash.map_err(|error| ApiError::internal(&error)),
            None => Err(ApiError::new(
                ProblemType::WeakPassword,
                "'password' is among the first that are guessed; a sentence of a few words is not",
            )),
        }
    }

    /// Takes the same time with and without a stored hash.
    pub async fn verify(&self, password: &Password, stored: Option<String>) -> Result<bool, ApiError> {
        let password = password.0.clone();
        self.in_turn(move || is_password(&password, stored)).await
    }
}

/// Hashes the password whether or not there is something to compare it with.
fn is_password(password: &str, stored: Option<String>) -> bool {
    let known = stored.is_some();
    let Some(hash) = stored.or_else(|| DUMMY_HASH.clone()) else {
        return false;
    };
    argon2()
        .and_then(|argon2| argon2.verify_password(password.as_bytes(), hash.as_str()))
        .is_ok()
        && known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_the_password() {
        let passwords = Passwords::default();
        let password = |text: &str| Password(text.to_owned());
        let hash = passwords
            .hash(&password("correct horse battery"), "")
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(
            hash,
            passwords
                .hash(&password("correct horse battery"), "")
                .await
                .unwrap(),
            "each with its salt"
        );
        assert!(
            passwords
                .verify(&password("correct horse battery"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(&password("correct horse batterY"), Some(hash))
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

    #[test]
    fn a_password_that_is_guessed_first_is_refused() {
        for guessed in [
            "password",
            "12345678",
            "qwertzuiop",
            "Passw0rd!",
            "aaaaaaaaaa",
            "iloveyou2",
            "servery2026",
            "Servery1!",
            "byron1815",
        ] {
            assert!(is_easily_guessed(guessed, "ada.byron@example.org"), "{guessed}");
        }
        for strong in [
            "correct horse battery",
            "パスワードパスワー 7 魚",
            "k6tj-sftd-atye-nek3",
        ] {
            assert!(!is_easily_guessed(strong, "ada.byron@example.org"), "{strong}");
        }
    }

    /// Time of the processor that this thread had: it does not depend on what else runs.
    fn thread_time() -> f64 {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
    }

    #[test]
    fn an_unknown_address_takes_as_long_as_a_wrong_password() {
        let hash = hash(b"correct horse battery").unwrap();
        let time = |stored: Option<String>| {
            let times = (0..8).map(|_| {
                let began = thread_time();
                assert!(!is_password("wrong", stored.clone()));
                thread_time() - began
            });
            times.fold(f64::MAX, f64::min)
        };
        time(None);
        let (known, unknown) = (time(Some(hash)), time(None));
        assert!(
            (0.5..2.0).contains(&(known / unknown)),
            "{known} s and {unknown} s"
        );
    }
}
