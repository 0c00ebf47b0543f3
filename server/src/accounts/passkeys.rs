//! Passkeys: an account holder who is signed in creates one, and can sign in with it afterwards.

pub mod webauthn;

use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use servery_domain::{
    account::{Account, MailPurpose, SignedIn},
    id::AccountId,
    limits,
    passkey::{
        Algorithm, AuthenticatorSelection, CreationOptions, CredentialName, NewPasskey, PasskeySignIn,
        PasskeyUser, PasskeyView, RelyingParty, RequestOptions,
    },
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::passkeys::Passkey;

use self::webauthn::{Site, WebAuthnError};
use crate::{
    accounts::{
        self,
        sessions::{self, CurrentUser},
    },
    clock,
    http::{client::Client, error::ApiError, rate_limit},
    state::AppState,
};

/// Seconds until a challenge expires.
const CHALLENGE: i64 = 300;
const REQUIRED: &str = "required";

fn site(app: &AppState) -> Site {
    let origin = app.settings.public_url();
    let authority = origin
        .split_once("://")
        .map_or(origin.as_str(), |(_, authority)| authority);
    let host = authority
        .rsplit_once(':')
        .map_or(authority, |(host, _)| host)
        .to_owned();
    Site { host, origin }
}

fn public_key() -> String {
    "public-key".into()
}

fn timeout() -> u32 {
    u32::try_from(CHALLENGE * 1_000).unwrap_or(u32::MAX)
}

async fn challenge(app: &AppState, account: Option<AccountId>) -> Result<String, ApiError> {
    let challenge = URL_SAFE_NO_PAD.encode(sessions::token()?);
    app.store
        .put_challenge(
            &sessions::key(&challenge),
            account,
            Timestamp(clock::now().0 + CHALLENGE),
        )
        .await?;
    Ok(challenge)
}

async fn take_challenge(app: &AppState, challenge: &str, account: Option<AccountId>) -> Result<(), ApiError> {
    match app
        .store
        .take_challenge(&sessions::key(challenge), account, clock::now())
        .await?
    {
        true => Ok(()),
        false => Err(ApiError::new(
            ProblemType::Conflict,
            "this challenge was answered, or is too old; ask for a new one",
        )),
    }
}

pub async fn creation_options(app: &AppState, user: &CurrentUser) -> Result<CreationOptions, ApiError> {
    user.check_fresh()?;
    let Account { id, email, name, .. } = &user.account;
    let known = app.store.account_passkeys(*id).await?;
    Ok(CreationOptions {
        rp: RelyingParty {
            id: site(app).host,
            name: "Servery".into(),
        },
        user: PasskeyUser {
            id: URL_SAFE_NO_PAD.encode(id.to_string()),
            name: email.clone(),
            display_name: if name.is_empty() {
                email.clone()
            } else {
                name.clone()
            },
        },
        challenge: challenge(app, Some(*id)).await?,
        pub_key_cred_params: webauthn::ALGORITHMS
            .map(|alg| Algorithm {
                kind: public_key(),
                alg,
            })
            .to_vec(),
        timeout: timeout(),
        exclude_credentials: known
            .into_iter()
            .map(|passkey| CredentialName {
                kind: public_key(),
                id: passkey.id,
            })
            .collect(),
        authenticator_selection: AuthenticatorSelection {
            resident_key: REQUIRED.into(),
            user_verification: REQUIRED.into(),
        },
        attestation: "none".into(),
    })
}

pub async fn add(app: &AppState, user: &CurrentUser, new: NewPasskey) -> Result<PasskeyView, ApiError> {
    new.check()?;
    let account = user.account.id;
    let not_accepted =
        |fault: WebAuthnError| ApiError::new(ProblemType::NotAccepted, format!("'credential': {fault}"));
    let made = site(app)
        .verify_registration(&new.credential.response)
        .map_err(not_accepted)?;
    take_challenge(app, &made.challenge, Some(account)).await?;
    if app.store.account_passkeys(account).await?.len() >= limits::PASSKEYS {
        return Err(ApiError::new(
            ProblemType::Conflict,
            format!("an account has {} passkeys at the most", limits::PASSKEYS),
        ));
    }
    let passkey = Passkey {
        id: made.id,
        account,
        algorithm: made.public_key.algorithm,
        public_key: made.public_key.text,
        counter: made.counter,
        backup_eligible: made.backup.is_eligible,
        backed_up: made.backup.is_done,
        name: new.name,
        created_at: clock::now(),
    };
    match app.store.add_passkey(&passkey).await? {
        true => {
            accounts::send(app, &user.account.email, MailPurpose::PasskeyAdded).await?;
            Ok(view(passkey))
        }
        false => Err(ApiError::new(
            ProblemType::Conflict,
            "this passkey is known already",
        )),
    }
}

fn view(
    Passkey {
        id, name, created_at, ..
    }: Passkey,
) -> PasskeyView {
    PasskeyView { id, name, created_at }
}

pub async fn list(app: &AppState, user: &CurrentUser) -> Result<Vec<PasskeyView>, ApiError> {
    Ok(app
        .store
        .account_passkeys(user.account.id)
        .await?
        .into_iter()
        .map(view)
        .collect())
}

pub async fn remove(app: &AppState, user: &CurrentUser, id: &str) -> Result<(), ApiError> {
    user.check_fresh()?;
    match app
        .store
        .remove_passkey(user.account.id, id, clock::now())
        .await?
    {
        true => Ok(()),
        false => Err(ApiError::new(ProblemType::NotFound, "you have no such passkey")),
    }
}

/// Without an account: the authenticator knows which passkeys it has for this site.
pub async fn request_options(app: &AppState, client: &Client) -> Result<RequestOptions, ApiError> {
    app.rate_limiter
        .take_for_client(&rate_limit::SIGN_INS_FROM, client)
        .await?;
    Ok(RequestOptions {
        challenge: challenge(app, None).await?,
        rp_id: site(app).host,
        timeout: timeout(),
        user_verification: REQUIRED.into(),
    })
}

/// Answers with what the pages show, and the cookie that signs the browser in.
pub async fn sign_in(
    app: &AppState,
    client: &Client,
    headers: &HeaderMap,
    sent: &PasskeySignIn,
) -> Result<(SignedIn, HeaderValue), ApiError> {
    app.rate_limiter
        .take_for_client(&rate_limit::SIGN_INS_FROM, client)
        .await?;
    let refused = || ApiError::new(ProblemType::SignedOut, "this passkey opens no account");
    let passkey = app.store.passkey(&sent.id).await?.ok_or_else(|| {
        tracing::warn!(how = "passkey", "a sign-in was refused");
        refused()
    })?;
    let answered = site(app)
        .verify_assertion(&sent.response, &passkey)
        .map_err(|fault| {
            tracing::warn!(account = %passkey.account, how = "passkey", %fault, "a sign-in was refused");
            refused()
        })?;
    take_challenge(app, &answered.challenge, None).await?;
    app.store
        .set_passkey_state(&passkey.id, answered.counter, answered.is_backed_up)
        .await?;
    let account = app
        .store
        .account(passkey.account)
        .await?
        .ok_or_else(refused)?
        .account;
    accounts::start_session(app, headers, account, "passkey").await
}
