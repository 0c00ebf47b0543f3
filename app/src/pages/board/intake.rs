//! Whether orders are taken, and whether the kitchen needs longer: set on a busy evening, for the moment.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    account::Permission, board::Board, order_intake::LocalPause, slug::Slug, time::LocalMinute,
};

use crate::text::{Key, Texts};

const PAUSES: [u16; 3] = [10, 20, 40];
const DELAYS: [u16; 3] = [10, 15, 30];

pub fn intake(texts: Texts, slug: &Slug, board: &Board) -> Option<impl IntoView + use<>> {
    if !board.role.may(Permission::Pause) {
        return None;
    }
    let action = format!("/board/{slug}/intake");
    Some(view! {
        <section class="intake" aria-label=texts.get(Key::IntakeTitle)>
            {pause(texts, &action, board.pause)}
            {busy(texts, &action, board.busy)}
        </section>
    })
}

fn pause(texts: Texts, action: &str, pause: Option<LocalPause>) -> impl IntoView + use<> {
    let Some(LocalPause { until }) = pause else {
        let minutes: Vec<_> = PAUSES
            .iter()
            .map(|minutes| button(texts, action, ("pause", Some(*minutes)), Key::IntakeMinutes))
            .collect();
        return Either::Left(view! {
            <div>
                <p>{texts.get(Key::IntakePause)}</p>
                {minutes}
                {button(texts, action, ("close", None), Key::IntakeClose)}
            </div>
        });
    };
    let state = match until {
        Some(until) => texts.fill(Key::IntakePausedUntil, &[("time", &until.clock())]),
        None => texts.get(Key::IntakeClosed).to_owned(),
    };
    Either::Right(view! {
        <div class="said lost">
            <p role="status">{state}</p>
            {button(texts, action, ("resume", None), Key::IntakeResume)}
        </div>
    })
}

fn busy(texts: Texts, action: &str, busy: Option<(u16, LocalMinute)>) -> impl IntoView + use<> {
    let Some((minutes, until)) = busy else {
        let minutes: Vec<_> = DELAYS
            .iter()
            .map(|minutes| button(texts, action, ("busy", Some(*minutes)), Key::IntakeLater))
            .collect();
        return Either::Left(view! {
            <div>
                <p>{texts.get(Key::IntakeBusy)}</p>
                {minutes}
            </div>
        });
    };
    let values = [("n", minutes.to_string()), ("time", until.clock())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    Either::Right(view! {
        <div class="said lost">
            <p role="status">{texts.fill(Key::IntakeBusyUntil, &values)}</p>
            {button(texts, action, ("as-usual", None), Key::IntakeAsUsual)}
        </div>
    })
}

fn button(
    texts: Texts,
    action: &str,
    (act, minutes): (&'static str, Option<u16>),
    label: Key,
) -> impl IntoView + use<> {
    let label = match minutes {
        Some(minutes) => texts.fill(label, &[("n", &minutes.to_string())]),
        None => texts.get(label).to_owned(),
    };
    let minutes =
        minutes.map(|minutes| view! { <input type="hidden" name="minutes" value=minutes.to_string()/> });
    view! {
        <form method="post" action=action.to_owned()>
            {minutes}
            <button name="act" value=act>{label}</button>
        </form>
    }
}
