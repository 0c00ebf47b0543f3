//! Runs jobs (mails, push messages, refunds) until they succeed. Every node does; one node at a time takes a job.

mod hosts;
pub mod mail;
pub mod periodic;
pub mod push;
pub mod retention;

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, future, stream};
use servery_domain::{
    account::MailPurpose,
    id::{InvitationId, OrderId, PaymentId, RestaurantId, VisitorId},
    job::{Job, Lane},
    lang::Lang,
    order::{Event, State},
    pos::bill::Bill,
    time::Timestamp,
};
use servery_store::{
    StoreError, accounts::MailToken, invitations::RenewedInvitation, jobs::DueJob, orders::Tracked, within,
};
use tokio::sync::{Notify, mpsc};

use crate::{
    accounts::sessions,
    clock,
    http::{client::Client, error::ApiError, rate_limit, visitor},
    invitations,
    jobs::{
        mail::{MailError, Mailer},
        push::error::PushError,
    },
    payments,
    state::AppState,
};

/// How often the store is polled: for postponed jobs, and for jobs of nodes that stopped.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// Waits this long after a signal, so that many orders at once do not cause a query each.
const SIGNAL_DELAY: Duration = Duration::from_millis(100);
const CONCURRENCY: usize = 4;
/// Time limit of one job, and seconds until a job that a node has taken is due again.
const TIMEOUT: Duration = Duration::from_secs(60);
const LEASE_SECONDS: i64 = 600;
/// Seconds between the first two tries, and the most between any two.
const FIRST_DELAY: i64 = 5;
const LONGEST_DELAY: i64 = 3_600;
/// With these delays, four days.
const MAX_TRIES: u32 = 106;
/// With these delays, most of an hour: after that a push message is outdated.
const MAX_PUSH_TRIES: u32 = 10;
/// How many push messages wait for one host behind the one that is being sent. More are put off, so that none waits longer than its lease.
const MOST_PER_HOST: usize = 40;
/// Tries of a job that the other side refuses permanently, in case the refusal was temporary.
const MAX_REFUSED_TRIES: u32 = 5;

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
    #[error("not done within {} seconds", TIMEOUT.as_secs())]
    TooSlow,
    #[error("its push service is away, or has too many messages waiting")]
    HostBusy,
}

impl From<ApiError> for JobError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

/// Runs until it is dropped. Each lane runs by itself.
pub async fn run(app: Arc<AppState>, mailer: Option<Mailer>) {
    let lanes: Vec<(Lane, Notify)> = Lane::ALL.iter().map(|lane| (*lane, Notify::new())).collect();
    let pass_signals_on = async {
        loop {
            app.job_signal.notified().await;
            lanes.iter().for_each(|(_, signal)| signal.notify_one());
        }
    };
    let running = lanes
        .iter()
        .map(|(lane, signal)| run_lane(&app, mailer.as_ref(), *lane, signal));
    futures::join!(pass_signals_on, future::join_all(running));
}

async fn run_lane(app: &AppState, mailer: Option<&Mailer>, lane: Lane, signal: &Notify) {
    if lane == Lane::Push {
        let (due, received) = mpsc::unbounded_channel();
        let taking = async {
            loop {
                wait_for_more(take_push_jobs(app, clock::now(), &due).await, lane, signal).await;
            }
        };
        futures::join!(taking, send_push_messages(app, received));
    }
    loop {
        wait_for_more(
            run_due_jobs_of(app, mailer, lane, clock::now()).await,
            lane,
            signal,
        )
        .await;
    }
}

/// Returns at once after a round that found jobs.
async fn wait_for_more(round: Result<usize, StoreError>, lane: Lane, signal: &Notify) {
    match round {
        Ok(0) => {
            tokio::select! {
                () = signal.notified() => tokio::time::sleep(SIGNAL_DELAY).await,
                () = tokio::time::sleep(POLL_INTERVAL) => {}
            }
        }
        Ok(_) => {}
        Err(error) => {
            // The catalog's watch logs when the store is unreachable and when it is back.
            tracing::debug!(%error, lane = lane.code(), "due jobs could not be read; the next poll retries");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

/// Runs the due jobs of every lane, and returns how many there were.
pub async fn run_due_jobs(
    app: &AppState,
    mailer: Option<&Mailer>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut taken = 0;
    for lane in Lane::ALL.iter().filter(|lane| **lane != Lane::Push) {
        taken += run_due_jobs_of(app, mailer, *lane, now).await?;
    }
    let (due, received) = mpsc::unbounded_channel();
    taken += take_push_jobs(app, now, &due).await?;
    drop(due);
    send_push_messages(app, received).await;
    Ok(taken)
}

async fn take_jobs(app: &AppState, lane: Lane, now: Timestamp) -> Result<Vec<DueJob>, StoreError> {
    let until = Timestamp(now.0 + LEASE_SECONDS);
    within(TIMEOUT, app.store.take_jobs(lane, now, until)).await
}

/// Takes push messages that are due, and finds out which host each goes to.
async fn take_push_jobs(
    app: &AppState,
    now: Timestamp,
    to: &mpsc::UnboundedSender<(String, DueJob)>,
) -> Result<usize, StoreError> {
    let due = take_jobs(app, Lane::Push, now).await?;
    let taken = due.len();
    for due in due {
        let host = match &due.job {
            Job::Push { order, browser, .. } => within(TIMEOUT, push::host(app, *order, *browser)).await?,
            _ => None,
        };
        // Fails only if nobody sends any more.
        let _ = to.send((host.unwrap_or_default(), due));
    }
    Ok(taken)
}

/// One message at a time to each host, and no host waits for another. Ends when no more can come and all are sent or put off.
async fn send_push_messages(app: &AppState, due: mpsc::UnboundedReceiver<(String, DueJob)>) {
    let send = async move |due| {
        let outcome = attempt(app, None, &due).await;
        let is_away = matches!(
            outcome,
            Err(JobError::Push(PushError::Away(_)) | JobError::TooSlow)
        );
        if let Some(id) = conclude(app, due, outcome).await {
            finish(app, &id).await;
        }
        is_away
    };
    let put_off = async move |due| {
        if let Some(id) = conclude(app, due, Err(JobError::HostBusy)).await {
            finish(app, &id).await;
        }
    };
    hosts::one_at_a_time(due, MOST_PER_HOST, send, put_off).await;
}

async fn finish(app: &AppState, id: &str) {
    if let Err(error) = within(TIMEOUT, app.store.finish_jobs(&[id.to_owned()])).await {
        tracing::debug!(%error, "a completed job could not be deleted; it runs again when its lease ends");
    }
}

/// Several at once.
async fn run_due_jobs_of(
    app: &AppState,
    mailer: Option<&Mailer>,
    lane: Lane,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let due = take_jobs(app, lane, now).await?;
    let taken = due.len();
    let (done, mut waiting) = mpsc::unbounded_channel();
    let running = async {
        // Moved in, so that the channel ends with the last job.
        let done = done;
        let jobs = stream::iter(due).for_each_concurrent(CONCURRENCY, |due| async {
            let outcome = attempt(app, mailer, &due).await;
            if let Some(id) = conclude(app, due, outcome).await {
                // Fails only if finishing has failed.
                let _ = done.send(id);
            }
        });
        jobs.await;
        Ok(())
    };
    // Beside the jobs and not between them: a job that waits for the store's writer must be able to go on and give it back.
    let finishing = async {
        let mut ids = Vec::new();
        // Jobs that end at the same time are deleted in one statement.
        while waiting.recv_many(&mut ids, taken.max(1)).await > 0 {
            within(TIMEOUT, app.store.finish_jobs(&ids)).await?;
            ids.clear();
        }
        Ok::<_, StoreError>(())
    };
    tokio::try_join!(running, finishing)?;
    Ok(taken)
}

async fn attempt(app: &AppState, mailer: Option<&Mailer>, due: &DueJob) -> Result<(), JobError> {
    tokio::time::timeout(TIMEOUT, perform(app, mailer, due))
        .await
        .unwrap_or(Err(JobError::TooSlow))
}

/// The id of a job that is finished or given up.
async fn conclude(app: &AppState, due: DueJob, outcome: Result<(), JobError>) -> Option<String> {
    let Err(error) = outcome else {
        return Some(due.id);
    };
    let tries = due.attempts + 1;
    let unwanted = match &error {
        JobError::Mail(error) => error.is_permanent(),
        JobError::Push(error) => error.is_permanent(),
        _ => false,
    };
    let most = if matches!(due.job, Job::Push { .. }) {
        MAX_PUSH_TRIES
    } else {
        MAX_TRIES
    };
    let hopeless = tries >= most || unwanted && tries >= MAX_REFUSED_TRIES;
    if hopeless && !due.job.owes_money() {
        tracing::error!(job = due.id, kind = due.job.kind(), tries, %error, "a job failed for the last time and is deleted");
        return Some(due.id);
    }
    let later = if hopeless {
        LONGEST_DELAY
    } else {
        delay(tries, visitor::random().unwrap_or_default())
    };
    if hopeless {
        tracing::error!(job = due.id, kind = due.job.kind(), tries, later, %error, "a refund keeps failing; it is retried until it succeeds");
    } else {
        tracing::warn!(job = due.id, kind = due.job.kind(), tries, later, %error, "a job failed and is retried later");
    }
    let postponing = app.store.postpone_job(&due.id, Timestamp(clock::now().0 + later));
    if let Err(error) = within(TIMEOUT, postponing).await {
        tracing::debug!(%error, "a failed job could not be rescheduled; it runs again when its lease ends");
    }
    None
}

/// Doubles each time, with a random half, so that jobs that failed together are not retried together.
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
            mail_account_holder(app, mailer, &due.id, email, *purpose).await
        }
        (Job::InvitationMail { invitation, lang }, Some(mailer)) => {
            mail_invitation(app, mailer, &due.id, *invitation, *lang).await
        }
        (Job::DeletionMail { email, lang }, Some(mailer)) => Ok(mailer
            .send(&due.id, email, &mail::account::deletion(*lang))
            .await?),
        (
            Job::ReceiptMail {
                restaurant,
                bill,
                payment,
                to,
                lang,
            },
            Some(mailer),
        ) => mail_receipt(app, mailer, &due.id, (*restaurant, bill, *payment), (to, *lang)).await,
        (
            Job::Mail { .. }
            | Job::AccountMail { .. }
            | Job::InvitationMail { .. }
            | Job::DeletionMail { .. }
            | Job::ReceiptMail { .. },
            None,
        ) => {
            tracing::info!(job = due.id, "a mail is dropped: no mail server is set (--smtp)");
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
        (
            Job::RefundExtraCharge {
                order,
                intent,
                amount,
            },
            _,
        ) => Ok(payments::refund_intent(app, *order, (intent, *amount), &due.id).await?),
        (Job::RefundReaderPayment { payment, amount }, _) => {
            Ok(payments::readers::refund(app, *payment, *amount, &due.id).await?)
        }
        (
            Job::Push {
                order,
                event,
                browser,
            },
            _,
        ) => push_to_browser(app, *order, event, *browser).await,
    }
}

/// Whoever orders or asks for a receipt may type any address. What is over the limit is sent later.
async fn limit_mails_to(app: &AppState, email: &str) -> Result<(), ApiError> {
    app.rate_limiter
        .take_for_email(&rate_limit::ORDER_MAILS_TO, email, &Client::default())
        .await
}

async fn push_to_browser(
    app: &AppState,
    order: OrderId,
    event: &Event,
    browser: VisitorId,
) -> Result<(), JobError> {
    let Some(tracked) = app
        .store
        .order(order)
        .await?
        .filter(|tracked| is_current(tracked, event))
    else {
        return Ok(());
    };
    Ok(push::notify(app, &tracked, event, browser).await?)
}

async fn mail_diner(
    app: &AppState,
    mailer: &Mailer,
    id: &str,
    order: OrderId,
    event: &Event,
) -> Result<(), JobError> {
    // A deleted account gets no mail.
    let wanted =
        |tracked: &Tracked| is_current(tracked, event) && !tracked.order.ordered.contact.email.is_empty();
    let Some(tracked) = app.store.order(order).await?.filter(wanted) else {
        return Ok(());
    };
    limit_mails_to(app, &tracked.order.ordered.contact.email).await?;
    let Some(entry) = app.catalog.by_id(tracked.order.ordered.restaurant).await? else {
        return Ok(());
    };
    let listing = entry.listing();
    let letter = mail::order::letter(
        &tracked,
        event,
        &listing.restaurant,
        &app.settings.base_url(listing),
    );
    match letter {
        Some(letter) => Ok(mailer
            .send(id, &tracked.order.ordered.contact.email, &letter)
            .await?),
        None => Ok(()),
    }
}

/// Whether the event still matters: "ready" is outdated once the order is over.
fn is_current(tracked: &Tracked, event: &Event) -> bool {
    let state = tracked.order.progress.state;
    match event {
        Event::Accepted { .. } | Event::Ready | Event::OutForDelivery => !state.is_over(),
        // Of two times the later one counts.
        Event::Rescheduled { to } => !state.is_over() && tracked.order.progress.rescheduled_to == Some(*to),
        Event::Placed | Event::Paid { .. } | Event::PaysAtDoor => {
            !matches!(state, State::Cancelled | State::Rejected)
        }
        _ => true,
    }
}

async fn mail_account_holder(
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

async fn mail_invitation(
    app: &AppState,
    mailer: &Mailer,
    id: &str,
    invitation: InvitationId,
    lang: Lang,
) -> Result<(), JobError> {
    let token = sessions::token()?;
    let renewed = app
        .store
        .renew_invitation(invitation, &sessions::key(&token), clock::now())
        .await?;
    // It was withdrawn or accepted meanwhile, or it has no address.
    let Some(RenewedInvitation {
        kind,
        restaurant,
        email,
    }) = renewed
    else {
        return Ok(());
    };
    let link = invitations::link(app, &token);
    let letter = match restaurant {
        None => mail::invitation::to_installation(lang, kind, mail::host(&app.settings.public_url()), link),
        Some(restaurant) => match app.catalog.by_id(restaurant).await? {
            Some(entry) => mail::invitation::to_staff(lang, &entry.listing().restaurant.name, link),
            // It was deleted meanwhile.
            None => return Ok(()),
        },
    };
    Ok(mailer.send(id, &email, &letter).await?)
}

async fn mail_receipt(
    app: &AppState,
    mailer: &Mailer,
    id: &str,
    (restaurant, bill, payment): (RestaurantId, &Bill, PaymentId),
    (to, lang): (&str, Lang),
) -> Result<(), JobError> {
    let entry = app.catalog.by_id(restaurant).await?;
    let (Some(entry), Some(payment)) = (entry, bill.payment(payment)) else {
        return Ok(());
    };
    let at = entry.clock(payment.at);
    limit_mails_to(app, to).await?;
    Ok(mailer
        .send(
            id,
            to,
            &mail::receipt::letter(lang, &entry.listing().restaurant, bill, payment, at),
        )
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_get_rarer_and_end_after_some_days() {
        assert_eq!([1, 2, 3, 20].map(|tries| delay(tries, 0)), [2, 5, 10, 1_800]);
        let shortest: i64 = (1..MAX_TRIES).map(|tries| delay(tries, 0)).sum();
        let longest: i64 = (1..MAX_TRIES).map(|tries| delay(tries, 0) * 3).sum();
        assert!(
            shortest > 2 * 24 * 3_600 - 3_600 && longest < 7 * 24 * 3_600,
            "{shortest} to {longest} seconds"
        );
        assert!(delay(1, u128::MAX) <= 8 && delay(u32::MAX, u128::MAX) <= 5_400);
    }
}
