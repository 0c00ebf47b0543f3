//! Accounts: the service behind the API and the plain forms. No answer reveals whether an address has an account; only a mail to it does.

pub mod customer;
pub mod passkeys;
pub mod passwords;
pub mod sessions;

use axum::http::{HeaderMap, HeaderValue};
use serde::Serialize;
use servery_domain::{
    account::{
        Account, AccountChange, MailPurpose, Password, PasswordChange, SignIn, SignUp, SignedIn,
        normalized_email,
    },
    contact::check_email,
    id::AccountId,
    job::Job,
    order::TrackedOrder,
    passkey::PasskeyView,
    problem::ProblemType,
};
use servery_store::accounts::{AccountDeletion, AccountRoles, NewJob, StoredAccount};

use crate::{
    accounts::sessions::CurrentUser,
    clock,
    http::{client::Client, error::ApiError, rate_limit, visitor},
    orders,
    state::AppState,
};

/// All data that is stored about an account holder.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Export {
    #[serde(flatten)]
    pub signed_in: SignedIn,
    pub passkeys: Vec<PasskeyView>,
    pub orders: Vec<TrackedOrder>,
}

/// Each request sends a mail of its own.
fn mail(email: &str, purpose: MailPurpose) -> Result<NewJob, ApiError> {
    let job = Job::AccountMail {
        email: normalized_email(email),
        purpose,
    };
    Ok((
        format!("{}-{}-{}", job.kind(), purpose.code(), visitor::token()?),
        job,
    ))
}

async fn send(app: &AppState, email: &str, purpose: MailPurpose) -> Result<(), ApiError> {
    let (id, job) = mail(email, purpose)?;
    app.store.put_job(&id, &job).await?;
    app.job_signal.notify_one();
    Ok(())
}

/// What is to be stored of somebody who signs up.
pub async fn new_account(
    app: &AppState,
    sign_up: &SignUp,
    is_verified: bool,
) -> Result<StoredAccount, ApiError> {
    let password = app.passwords.hash(&sign_up.password, &sign_up.email).await?;
    let now = clock::now();
    let account = Account {
        id: AccountId(visitor::random()?),
        email: sign_up.email.trim().to_owned(),
        name: sign_up.name.trim().to_owned(),
        lang: sign_up.lang,
        verified_at: is_verified.then_some(now),
        addresses: Vec::new(),
        created_at: now,
    };
    Ok(StoredAccount {
        account,
        password: Some(password),
    })
}

/// For an account that was made on the word of somebody who may not know whose address it is.
pub async fn ask_to_verify(app: &AppState, email: &str) -> Result<(), ApiError> {
    send(app, email, MailPurpose::Verify).await
}

/// Takes the same time and answers the same, whether or not the address has an account. Without a mail server the address counts as verified.
pub async fn sign_up(app: &AppState, client: &Client, sign_up: SignUp) -> Result<(), ApiError> {
    sign_up.check()?;
    app.rate_limiter
        .take_for_client(&rate_limit::SIGN_UPS_FROM, client)
        .await?;
    app.rate_limiter
        .take_for_email(&rate_limit::MAILS_TO, &sign_up.email, client)
        .await?;
    let new = new_account(app, &sign_up, app.settings.smtp.is_none()).await?;
    let welcome = mail(&new.account.email, MailPurpose::Verify)?;
    if app.store.add_account(&new, Some(&welcome)).await? {
        app.job_signal.notify_one();
        return Ok(());
    }
    send(app, &sign_up.email, MailPurpose::Known).await
}

/// Returns what the pages show, and the session cookie.
pub async fn sign_in(
    app: &AppState,
    client: &Client,
    headers: &HeaderMap,
    sign_in: &SignIn,
) -> Result<(SignedIn, HeaderValue), ApiError> {
    app.rate_limiter
        .take_for_client(&rate_limit::SIGN_INS_FROM, client)
        .await?;
    app.rate_limiter
        .take_for_email_from(&rate_limit::SIGN_IN, &sign_in.email, client)
        .await?;
    let known = app.store.account_by_email(&sign_in.email).await?;
    let stored = known.as_ref().and_then(|known| known.password.clone());
    let right = app.passwords.verify(&sign_in.password, stored).await?;
    let id = known.as_ref().map(|known| known.account.id.to_string());
    let refused = || {
        tracing::warn!(account = id.as_deref(), how = "password", "a sign-in was refused");
        ApiError::new(
            ProblemType::SignedOut,
            "no confirmed account has this e-mail address and this password",
        )
    };
    let account = known.filter(|_| right).ok_or_else(refused)?.account;
    if account.verified_at.is_none() {
        // The account holder may have lost the first mail, so it is sent again.
        app.rate_limiter
            .take_for_email(&rate_limit::MAILS_TO, &account.email, client)
            .await?;
        send(app, &account.email, MailPurpose::Verify).await?;
        return Err(refused());
    }
    start_session(app, headers, account, "password").await
}

/// Starts a session for an account whose holder has been authenticated; the log says how.
pub async fn start_session(
    app: &AppState,
    headers: &HeaderMap,
    account: Account,
    how: &'static str,
) -> Result<(SignedIn, HeaderValue), ApiError> {
    let cookie = sessions::start(app, headers, account.id).await?;
    tracing::info!(account = %account.id, how, "signed in");
    let AccountRoles { staff, is_operator } = app.store.account_roles(account.id).await?;
    let user = CurrentUser {
        account,
        staff,
        is_operator,
        session: String::new(),
        signed_in_at: clock::now(),
    };
    Ok((user.signed_in(app).await?, cookie))
}

/// Returns the cookie that ends the session. Without a session it does nothing else.
pub async fn sign_out(app: &AppState, headers: &HeaderMap) -> Result<HeaderValue, ApiError> {
    if let Some(key) = sessions::cookie_key(headers) {
        app.store.end_session(&key).await?;
    }
    Ok(sessions::expired_cookie())
}

pub async fn sign_out_everywhere(app: &AppState, user: &CurrentUser) -> Result<HeaderValue, ApiError> {
    app.store.end_sessions(user.account.id).await?;
    Ok(sessions::expired_cookie())
}

pub async fn change(
    app: &AppState,
    client: &Client,
    user: CurrentUser,
    mut change: AccountChange,
) -> Result<SignedIn, ApiError> {
    change.check()?;
    // The password comes first: if it is refused, nothing has changed.
    if let Some(password) = change.password.take() {
        change_password(app, client, &user, &password).await?;
    }
    let account = change.apply(user.account);
    app.store.change_account(&account).await?;
    CurrentUser { account, ..user }.signed_in(app).await
}

async fn change_password(
    app: &AppState,
    client: &Client,
    user: &CurrentUser,
    change: &PasswordChange,
) -> Result<(), ApiError> {
    app.rate_limiter
        .take_for_email_from(&rate_limit::SIGN_IN, &user.account.email, client)
        .await?;
    let stored = app
        .store
        .account(user.account.id)
        .await?
        .and_then(|known| known.password);
    if !app.passwords.verify(&change.current, stored).await? {
        return Err(ApiError::new(
            ProblemType::NotAccepted,
            "'current' is not the password of this account",
        ));
    }
    let password = app.passwords.hash(&change.new, &user.account.email).await?;
    app.store
        .set_password(user.account.id, &password, &user.session, clock::now())
        .await?;
    send(app, &user.account.email, MailPurpose::PasswordChanged).await
}

/// Returns the cookie that ends the session.
pub async fn delete_account(app: &AppState, user: &CurrentUser) -> Result<HeaderValue, ApiError> {
    user.check_fresh()?;
    let refused = |detail| Err(ApiError::new(ProblemType::Conflict, detail));
    let notice = Job::DeletionMail {
        email: user.account.email.clone(),
        lang: user.account.lang,
    };
    let notice = (visitor::token()?, notice);
    match app
        .store
        .delete_account(user.account.id, &notice, clock::now())
        .await?
    {
        AccountDeletion::Deleted => {
            app.job_signal.notify_one();
            Ok(sessions::expired_cookie())
        }
        AccountDeletion::OrderUnderWay => {
            refused("an order of yours is under way; the account can go once it has arrived")
        }
        AccountDeletion::LastOwner => {
            refused("you are the only owner of a restaurant; make somebody else its owner first")
        }
    }
}

pub async fn export(app: &AppState, user: &CurrentUser) -> Result<Export, ApiError> {
    let orders = app.store.account_orders(user.account.id).await?;
    Ok(Export {
        signed_in: user.signed_in(app).await?,
        passkeys: passkeys::list(app, user).await?,
        orders: orders::with_restaurants(app, orders).await?,
    })
}

fn used_up() -> ApiError {
    ApiError::new(
        ProblemType::NotFound,
        "this link was used, or is too old; ask for a new one",
    )
}

/// Does not start a session: the account holder signs in with the password.
pub async fn verify(app: &AppState, token: &str) -> Result<(), ApiError> {
    app.store
        .verify_email(&sessions::key(token), clock::now())
        .await?
        .map(drop)
        .ok_or_else(used_up)
}

/// Answers the same, in the same time, whether or not the address has an account.
pub async fn request_password_reset(app: &AppState, client: &Client, email: &str) -> Result<(), ApiError> {
    check_email(email.trim())?;
    app.rate_limiter
        .take_for_client(&rate_limit::MAILS_FROM, client)
        .await?;
    app.rate_limiter
        .take_for_email(&rate_limit::RESETS, email, client)
        .await?;
    send(app, email, MailPurpose::Reset).await
}

/// Ends all sessions and removes all passkeys: whoever asked may have lost control of the account.
pub async fn reset_password(app: &AppState, token: &str, password: &Password) -> Result<(), ApiError> {
    password.check()?;
    let (key, now) = (sessions::key(token), clock::now());
    // An unknown token must not cost a password hash.
    if !app.store.has_mail_token(&key, MailPurpose::Reset, now).await? {
        return Err(used_up());
    }
    let password = app.passwords.hash(password, "").await?;
    let account = app.store.reset_password(&key, &password, now).await?;
    let account = account.ok_or_else(used_up)?;
    match app.store.account(account).await? {
        Some(known) => send(app, &known.account.email, MailPurpose::PasswordChanged).await,
        None => Ok(()),
    }
}
