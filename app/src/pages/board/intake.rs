//! Whether orders are taken, and whether the kitchen needs longer: set on a busy evening, for the moment.

use leptos::prelude::*;
use servery_domain::{account::Permission, board::Board, order_intake::LocalPause, slug::Slug};

use crate::text::{Key, Texts};

/// In minutes.
const PAUSES: [u16; 3] = [10, 20, 40];
const DELAYS: [u16; 3] = [10, 15, 30];

pub fn intake(texts: Texts, slug: &Slug, board: &Board) -> Option<impl IntoView + use<>> {
    if !board.role.may(Permission::Pause) {
        return None;
    }
    let [pause, busy] = [pause(texts, board), busy(texts, board)].map(|row| form(slug, row));
    Some(view! { <section class="intake" aria-label=texts.get(Key::IntakeTitle)>{pause}{busy}</section> })
}

/// A state or a question, and what can be done about it. All are of one type: each more would be linked into the program.
struct IntakeRow {
    is_set: bool,
    text: String,
    /// What is sent, and the label.
    buttons: Vec<(String, String)>,
}

fn pause(texts: Texts, board: &Board) -> IntakeRow {
    match board.pause {
        None => {
            let close = ("close".to_owned(), texts.get(Key::IntakeClose).to_owned());
            let mut buttons = choices(texts, "pause", &PAUSES, None);
            buttons.push(close);
            asked(texts, Key::IntakePause, buttons)
        }
        Some(LocalPause { until }) => {
            let text = match until {
                Some(until) => texts.fill(Key::IntakePausedUntil, &[("time", &until.clock())]),
                None => texts.get(Key::IntakeClosed).to_owned(),
            };
            set(texts, text, "resume", Key::IntakeResume)
        }
    }
}

fn busy(texts: Texts, board: &Board) -> IntakeRow {
    match board.busy {
        None => asked(
            texts,
            Key::IntakeBusy,
            choices(texts, "busy", &DELAYS, Some(Key::IntakeLater)),
        ),
        Some((minutes, until)) => {
            let minutes = texts.count(Key::BoardMinutes, usize::from(minutes));
            let values = [("minutes", minutes.as_str()), ("time", &until.clock())];
            let text = texts.fill(Key::IntakeBusyUntil, &values);
            set(texts, text, "as-usual", Key::IntakeAsUsual)
        }
    }
}

fn asked(texts: Texts, question: Key, buttons: Vec<(String, String)>) -> IntakeRow {
    IntakeRow {
        is_set: false,
        text: texts.get(question).to_owned(),
        buttons,
    }
}

fn set(texts: Texts, text: String, act: &str, label: Key) -> IntakeRow {
    IntakeRow {
        is_set: true,
        text,
        buttons: vec![(act.to_owned(), texts.get(label).to_owned())],
    }
}

fn choices(texts: Texts, act: &str, minutes: &[u16], label: Option<Key>) -> Vec<(String, String)> {
    let choice = |n: &u16| {
        let minutes = texts.count(Key::BoardMinutes, usize::from(*n));
        let label = label.map(|label| texts.fill(label, &[("minutes", &minutes)]));
        (format!("{act} {n}"), label.unwrap_or(minutes))
    };
    minutes.iter().map(choice).collect()
}

fn form(slug: &Slug, row: IntakeRow) -> impl IntoView + use<> {
    let class = if row.is_set { "said lost" } else { "" };
    let buttons: Vec<_> = row
        .buttons
        .into_iter()
        .map(|(act, label)| view! { <button name="act" value=act>{label}</button> })
        .collect();
    view! {
        <form class=class method="post" action=format!("/board/{slug}/intake")>
            <p role=row.is_set.then_some("status")>{row.text}</p>
            {buttons}
        </form>
    }
}
