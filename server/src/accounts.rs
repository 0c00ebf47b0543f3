//! Accounts: what the API and the plain forms both do. Nothing here tells a stranger who has an account; mails tell those who have one.

pub mod customer;
pub mod passkeys;
pub mod passwords;
pub mod sessions;

use axum::http::{HeaderMap, HeaderValue};
use serde::Serialize;
use servery_domain::{
    account::{
        Account, AccountChange, MailPurpose, Password, PasswordChange, SignIn, SignUp, SignedIn, same_email,
    },
    contact::check_email,
    id::AccountId,
    job::Job,
    order::TrackedOrder,
    passkey::PasskeyView,
    problem::Kind,
};
use servery_store::accounts::{Guarded, NewJob};

use crate::{
    accounts::sessions::Signed,
    clock,
    http::{client::Caller, error::Refusal, rate_limit, visitor},
    orders,
    state::App,
};

/// Everything that is kept about an account holder.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Export {
    #[serde(flatten)]
    pub signed_in: SignedIn,
    pub passkeys: Vec<PasskeyView>,
    pub orders: Vec<TrackedOrder>,
}

/// Each asking is a mail of its own.
fn mail(email: &str, purpose: MailPurpose) -> Result<NewJob, Refusal> {
    let job = Job::AccountMail {
        email: same_email(email),
        purpose,
    };
    Ok((
        format!("{}-{}-{}", job.kind(), purpose.code(), visitor::token()?),
        job,
    ))
}

async fn send(app: &App, email: &str, purpose: MailPurpose) -> Result<(), Refusal> {
    let (id, job) = mail(email, purpose)?;
    app.store.put_job(&id, &job).await?;
    app.work.notify_one();
    Ok(())
}

/// Does as much, and answers the same, whether or not the address has an account. Without a way to send mails, an address is taken at its word.
pub async fn sign_up(app: &App, caller: &Caller, sign_up: SignUp) -> Result<(), Refusal> {
    sign_up.check()?;
    app.rates.of_caller(&rate_limit::SIGN_UPS_FROM, caller)?;
    app.rates
        .of_email(&rate_limit::MAILS_TO, &sign_up.email, caller)?;
    let password = app.passwords.hash(&sign_up.password).await?;
    let now = clock::now();
    let account = Account {
        id: AccountId(visitor::random()?),
        email: sign_up.email.trim().to_owned(),
        name: sign_up.name.trim().to_owned(),
        lang: sign_up.lang,
        verified_at: app.settings.smtp.is_none().then_some(now),
        addresses: Vec::new(),
        made_at: now,
    };
    let welcome = mail(&account.email, MailPurpose::Verify)?;
    if app
        .store
        .add_account(
            &Guarded {
                account,
                password: Some(password),
            },
            Some(&welcome),
        )
        .await?
    {
        app.work.notify_one();
        return Ok(());
    }
    send(app, &sign_up.email, MailPurpose::Known).await
}

/// Answers with what the pages show, and the cookie that signs the browser in.
pub async fn sign_in(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    sign_in: &SignIn,
) -> Result<(SignedIn, HeaderValue), Refusal> {
    app.rates.of_caller(&rate_limit::SIGN_INS_FROM, caller)?;
    app.rates.of_email(&rate_limit::SIGN_IN, &sign_in.email, caller)?;
    let known = app.store.account_by_email(&sign_in.email).await?;
    let stored = known.as_ref().and_then(|known| known.password.clone());
    let right = app.passwords.verify(&sign_in.password, stored).await?;
    let refused = || {
        Refusal::new(
            Kind::SignedOut,
            "no confirmed account has this e-mail address and this password",
        )
    };
    let account = known.filter(|_| right).ok_or_else(refused)?.account;
    if account.verified_at.is_none() {
        // Whoever knows the password may have lost the mail.
        app.rates
            .of_email(&rate_limit::MAILS_TO, &account.email, caller)?;
        send(app, &account.email, MailPurpose::Verify).await?;
        return Err(refused());
    }
    enter(app, headers, account).await
}

/// Signs the browser in as somebody who has proved to be that.
pub async fn enter(
    app: &App,
    headers: &HeaderMap,
    account: Account,
) -> Result<(SignedIn, HeaderValue), Refusal> {
    let cookie = sessions::start(app, headers, account.id).await?;
    let staff = app.store.posts_of(account.id).await?;
    Ok((
        Signed {
            account,
            staff,
            session: String::new(),
        }
        .shown(app),
        cookie,
    ))
}

/// Answers with the cookie that forgets; who is not signed in is signed out already.
pub async fn sign_out(app: &App, headers: &HeaderMap) -> Result<HeaderValue, Refusal> {
    if let Some(key) = sessions::named(headers) {
        app.store.end_session(&key).await?;
    }
    Ok(sessions::ended())
}

pub async fn sign_out_everywhere(app: &App, signed: &Signed) -> Result<HeaderValue, Refusal> {
    app.store.end_sessions(signed.account.id).await?;
    Ok(sessions::ended())
}

pub async fn change(
    app: &App,
    caller: &Caller,
    signed: Signed,
    mut change: AccountChange,
) -> Result<SignedIn, Refusal> {
    change.check()?;
    // The password first: if it is refused, nothing has changed.
    if let Some(password) = change.password.take() {
        change_password(app, caller, &signed, &password).await?;
    }
    let account = change.apply(signed.account);
    app.store.change_account(&account).await?;
    Ok(Signed { account, ..signed }.shown(app))
}

async fn change_password(
    app: &App,
    caller: &Caller,
    signed: &Signed,
    change: &PasswordChange,
) -> Result<(), Refusal> {
    app.rates
        .of_email(&rate_limit::SIGN_IN, &signed.account.email, caller)?;
    let stored = app
        .store
        .account(signed.account.id)
        .await?
        .and_then(|known| known.password);
    if !app.passwords.verify(&change.current, stored).await? {
        return Err(Refusal::new(
            Kind::NotAccepted,
            "'current' is not the password of this account",
        ));
    }
    let password = app.passwords.hash(&change.new).await?;
    Ok(app
        .store
        .set_password(signed.account.id, &password, &signed.session)
        .await?)
}

/// Answers with the cookie that forgets.
pub async fn forget(app: &App, signed: &Signed) -> Result<HeaderValue, Refusal> {
    match app.store.forget_account(signed.account.id, clock::now()).await? {
        true => Ok(sessions::ended()),
        false => Err(Refusal::new(
            Kind::Conflict,
            "an order of yours is under way; the account can go once it has arrived",
        )),
    }
}

pub async fn export(app: &App, signed: &Signed) -> Result<Export, Refusal> {
    let orders = app.store.orders_of_account(signed.account.id).await?.into_iter();
    let orders = orders.filter_map(|tracked| orders::named(app, tracked)).collect();
    Ok(Export {
        signed_in: signed.shown(app),
        passkeys: passkeys::list(app, signed).await?,
        orders,
    })
}

fn used_up() -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "this link was used, or is too old; ask for a new one",
    )
}

/// Does not sign in: whoever set the password does that with it.
pub async fn verify(app: &App, token: &str) -> Result<(), Refusal> {
    app.store
        .verify(&sessions::key(token), clock::now())
        .await?
        .map(drop)
        .ok_or_else(used_up)
}

/// Answers the same, and as fast, whether or not the address has an account.
pub async fn ask_reset(app: &App, caller: &Caller, email: &str) -> Result<(), Refusal> {
    check_email(email.trim())?;
    app.rates.of_caller(&rate_limit::MAILS_FROM, caller)?;
    app.rates.of_email(&rate_limit::MAILS_TO, email, caller)?;
    send(app, email, MailPurpose::Reset).await
}

/// Ends all sessions.
pub async fn reset(app: &App, token: &str, password: &Password) -> Result<(), Refusal> {
    password.check()?;
    let (key, now) = (sessions::key(token), clock::now());
    // Nobody makes us hash with a token that is none.
    if !app.store.has_mail_token(&key, MailPurpose::Reset, now).await? {
        return Err(used_up());
    }
    let password = app.passwords.hash(password).await?;
    app.store
        .reset_password(&key, &password, now)
        .await?
        .map(drop)
        .ok_or_else(used_up)
}
