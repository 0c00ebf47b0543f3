//! Does what follows from events, until it worked. Every node does it; a job is taken by one of them at a time.

pub mod mail;
pub mod periodic;
pub mod push;
pub mod retention;

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use servery_domain::{
    account::MailPurpose,
    id::{OrderId, PaymentId, RestaurantId, VisitorId},
    job::Job,
    lang::Lang,
    order::{Event, State},
    pos::bill::Bill,
    time::Timestamp,
};
use servery_store::{
    StoreError,
    accounts::MailToken,
    orders::{DueJob, Tracked},
};

use crate::{
    accounts::sessions,
    clock,
    http::{error::ApiError, visitor},
    jobs::{
        mail::{MailError, Mailer},
        push::error::PushError,
    },
    payments,
    state::AppState,
};

/// How often the store is asked without being told to: for what was put off, and what other nodes left.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A storm of orders is followed in strides, not step by step.
const STRIDE: Duration = Duration::from_millis(100);
const AT_ONCE: usize = 4;
/// How long one job may take, and after how long a node that took it counts as gone.
const PATIENCE: Duration = Duration::from_secs(60);
const TAKEN_FOR: i64 = 600;
/// Seconds from the first try to the second, and the most between two.
const FIRST_DELAY: i64 = 5;
const LONGEST_DELAY: i64 = 3_600;
/// With these delays, four days.
const MOST_TRIES: u32 = 106;
/// With these delays, most of an hour: after that it is no news.
const MOST_PUSHES: u32 = 10;
/// Tries at what the other side does not want, in case it meant only to be asked later.
const MOST_UNWANTED: u32 = 5;

#[derive(Debug, thiserror::Error)]
enum JobError {
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Push(#[from] PushError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{}", .0.0)]
    Refused(ApiError),
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    #[error("not done within {} seconds", PATIENCE.as_secs())]
    TooSlow,
}

impl From<ApiError> for JobError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

/// Until it is dropped.
pub async fn run(app: Arc<AppState>, mailer: Option<Mailer>) {
    loop {
        match round(&app, mailer.as_ref(), clock::now()).await {
            Ok(0) => {
                tokio::select! {
                    () = app.job_signal.notified() => tokio::time::sleep(STRIDE).await,
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
            }
            Ok(_) => {}
            Err(error) => {
                // The town's watch says when the store is away, and when it is back.
                tracing::debug!(%error, "jobs wait");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    }
}

/// Does what is due, several at once, and tells how many that were.
pub async fn round(app: &AppState, mailer: Option<&Mailer>, now: Timestamp) -> Result<usize, StoreError> {
    let due = app.store.take_jobs(now, Timestamp(now.0 + TAKEN_FOR)).await?;
    let taken = due.len();
    let done = stream::iter(due)
        .map(|due| attempt(app, mailer, due))
        .buffer_unordered(AT_ONCE);
    // Those that end together are crossed off together.
    let mut done = std::pin::pin!(done.ready_chunks(taken.max(1)));
    while let Some(ids) = done.next().await {
        let ids: Vec<String> = ids.into_iter().flatten().collect();
        app.store.finish_jobs(&ids).await?;
    }
    Ok(taken)
}

/// The id of a job that needs nothing more.
async fn attempt(app: &AppState, mailer: Option<&Mailer>, due: DueJob) -> Option<String> {
    let performed = tokio::time::timeout(PATIENCE, perform(app, mailer, &due))
        .await
        .unwrap_or(Err(JobError::TooSlow));
    let Err(error) = performed else {
        return Some(due.id);
    };
    let tries = due.attempts + 1;
    let unwanted = match &error {
        JobError::Mail(error) => error.is_permanent(),
        JobError::Push(error) => error.is_permanent(),
        _ => false,
    };
    let most = if matches!(due.job, Job::Push { .. }) {
        MOST_PUSHES
    } else {
        MOST_TRIES
    };
    let hopeless = tries >= most || unwanted && tries >= MOST_UNWANTED;
    if hopeless && !due.job.owes_money() {
        tracing::error!(job = due.id, kind = due.job.kind(), tries, %error, "a job is given up");
        return Some(due.id);
    }
    let later = if hopeless {
        LONGEST_DELAY
    } else {
        delay(tries, visitor::random().unwrap_or_default())
    };
    if hopeless {
        tracing::error!(job = due.id, kind = due.job.kind(), tries, later, %error, "money is owed to a diner and cannot be given back");
    } else {
        tracing::warn!(job = due.id, kind = due.job.kind(), tries, later, %error, "a job is put off");
    }
    if let Err(error) = app
        .store
        .put_off_job(&due.id, Timestamp(clock::now().0 + later))
        .await
    {
        tracing::debug!(%error, "a job is due again when it counts as left");
    }
    None
}

/// Twice as long each time, give or take half, so that what failed together does not come back together.
fn delay(tries: u32, dice: u128) -> i64 {
    let doubled = FIRST_DELAY
        .saturating_mul(1 << (tries - 1).min(20))
        .min(LONGEST_DELAY);
    doubled / 2 + i64::try_from(dice % (doubled as u128 + 1)).unwrap_or(0)
}

async fn perform(app: &AppState, mailer: Option<&Mailer>, due: &DueJob) -> Result<(), JobError> {
    match (&due.job, mailer) {
        (Job::Mail { order, event }, Some(mailer)) => mail_diner(app, mailer, &due.id, *order, event).await,
        (Job::AccountMail { email, purpose }, Some(mailer)) => {
            mail_holder(app, mailer, &due.id, email, *purpose).await
        }
        (
            Job::ReceiptMail {
                restaurant,
                bill,
                payment,
                to,
                lang,
            },
            Some(mailer),
        ) => mail_guest(app, mailer, &due.id, (*restaurant, bill, *payment), (to, *lang)).await,
        (Job::Mail { .. } | Job::AccountMail { .. } | Job::ReceiptMail { .. }, None) => {
            tracing::info!(job = due.id, "no mail server is set (--smtp): a mail is dropped");
            Ok(())
        }
        (
            Job::Refund {
                order,
                number,
                amount,
            },
            _,
        ) => Ok(payments::refund(app, *order, (*number, *amount), &due.id).await?),
        (Job::GiveBack { intent, amount }, _) => {
            Ok(payments::give_back(app, intent, *amount, &due.id).await?)
        }
        (
            Job::Push {
                order,
                event,
                browser,
            },
            _,
        ) => tell_browser(app, *order, event, *browser).await,
    }
}

async fn tell_browser(
    app: &AppState,
    order: OrderId,
    event: &Event,
    browser: VisitorId,
) -> Result<(), JobError> {
    let Some(tracked) = app
        .store
        .order(order)
        .await?
        .filter(|tracked| is_news(tracked, event))
    else {
        return Ok(());
    };
    Ok(push::tell(app, &tracked, event, browser).await?)
}

async fn mail_diner(
    app: &AppState,
    mailer: &Mailer,
    id: &str,
    order: OrderId,
    event: &Event,
) -> Result<(), JobError> {
    // Who was forgotten gets no mail.
    let wanted =
        |tracked: &Tracked| is_news(tracked, event) && !tracked.order.ordered.contact.email.is_empty();
    let Some(tracked) = app.store.order(order).await?.filter(wanted) else {
        return Ok(());
    };
    let catalog = app.catalog.now().clone();
    let Some(listing) = catalog.by_id(tracked.order.ordered.restaurant) else {
        return Ok(());
    };
    let letter = mail::order::letter(&tracked, event, &listing.restaurant, &app.settings.public_url());
    match letter {
        Some(letter) => Ok(mailer
            .send(id, &tracked.order.ordered.contact.email, &letter)
            .await?),
        None => Ok(()),
    }
}

/// What comes late tells nobody that a dish gets ready that was eaten.
fn is_news(tracked: &Tracked, event: &Event) -> bool {
    let state = tracked.order.progress.state;
    match event {
        Event::Accepted { .. } | Event::Ready | Event::OutForDelivery => !state.is_over(),
        Event::Placed | Event::Paid { .. } | Event::PaysAtDoor => {
            !matches!(state, State::Cancelled | State::Rejected)
        }
        _ => true,
    }
}

async fn mail_holder(
    app: &AppState,
    mailer: &Mailer,
    id: &str,
    email: &str,
    purpose: MailPurpose,
) -> Result<(), JobError> {
    let Some(known) = app.store.account_by_email(email).await? else {
        return Ok(());
    };
    let account = known.account;
    if purpose == MailPurpose::Verify && account.verified_at.is_some() {
        return Ok(());
    }
    let token = sessions::token()?;
    let expires_at = Timestamp(clock::now().0 + i64::from(mail::account::hours(purpose)) * 3_600);
    app.store
        .put_mail_token(&MailToken {
            key: sessions::key(&token),
            account: account.id,
            purpose,
            expires_at,
        })
        .await?;
    let letter = mail::account::letter(account.lang, purpose, &app.settings.public_url(), &token);
    Ok(mailer.send(id, &account.email, &letter).await?)
}

async fn mail_guest(
    app: &AppState,
    mailer: &Mailer,
    id: &str,
    (restaurant, bill, payment): (RestaurantId, &Bill, PaymentId),
    (to, lang): (&str, Lang),
) -> Result<(), JobError> {
    let catalog = app.catalog.now().clone();
    let (Some(listing), Some(payment)) = (catalog.by_id(restaurant), bill.payment(payment)) else {
        return Ok(());
    };
    let at = catalog.clock(&listing.restaurant.slug, payment.at);
    Ok(mailer
        .send(
            id,
            to,
            &mail::receipt::letter(lang, &listing.restaurant, bill, payment, at),
        )
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_get_rarer_and_end_after_some_days() {
        assert_eq!([1, 2, 3, 20].map(|tries| delay(tries, 0)), [2, 5, 10, 1_800]);
        let shortest: i64 = (1..MOST_TRIES).map(|tries| delay(tries, 0)).sum();
        let longest: i64 = (1..MOST_TRIES).map(|tries| delay(tries, 0) * 3).sum();
        assert!(
            shortest > 2 * 24 * 3_600 - 3_600 && longest < 7 * 24 * 3_600,
            "{shortest} to {longest} seconds"
        );
        assert!(delay(1, u128::MAX) <= 8 && delay(u32::MAX, u128::MAX) <= 5_400);
    }
}
