//! The time as the device has it.

use std::time::Duration;

use leptos::prelude::*;
use servery_domain::time::Timestamp;

use crate::{
    desk::desk,
    text::{Texts, staff::Key},
};

/// Now, again each so many seconds. Nothing where nobody waits for it.
pub fn now_each(seconds: u64) -> ReadSignal<Option<Timestamp>> {
    let (now, set_now) = signal(None);
    let Some(desk) = desk() else { return now };
    Effect::new(move |_| {
        let desk = desk.clone();
        set_now.set(Some(desk.now()));
        let tick = move || set_now.set(Some(desk.now()));
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(seconds)) {
            on_cleanup(move || timer.clear());
        }
    });
    now
}

/// How long ago something was, in the largest unit that fits.
pub fn ago(texts: Texts, then: Timestamp, now: Timestamp) -> String {
    let seconds = (now.0 - then.0).max(0);
    let whole = |unit: i64| usize::try_from(seconds / unit).unwrap_or_default();
    match seconds {
        ..60 => texts.get(Key::AgoNow).to_owned(),
        60..3_600 => texts.count(Key::AgoMinutes, whole(60)),
        3_600..86_400 => texts.count(Key::AgoHours, whole(3_600)),
        _ => texts.count(Key::AgoDays, whole(86_400)),
    }
}

/// `2026-11-21 13:05`, where the device is.
pub fn stamp(at: Timestamp) -> String {
    let date = local(at);
    let day = format!("{}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date());
    format!("{day} {:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// `13:05`, where the device is.
pub fn time_of_day(at: Timestamp) -> String {
    let date = local(at);
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}

fn local(at: Timestamp) -> js_sys::Date {
    js_sys::Date::new(&(at.0 as f64 * 1_000.0).into())
}
