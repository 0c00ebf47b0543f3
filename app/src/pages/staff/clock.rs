//! The device's time in the restaurant's time zone.

use std::time::Duration;

use js_sys::{Date, Object, Reflect};
use leptos::prelude::*;
use servery_domain::time::{TimeZoneName, Timestamp};

use crate::{
    pos_client::pos_client,
    text::{Texts, staff::Key},
};

/// The current time, updated at an interval; `None` on the server.
pub fn use_clock(seconds: u64) -> ReadSignal<Option<Timestamp>> {
    let (now, set_now) = signal(None);
    let Some(client) = pos_client() else {
        return now;
    };
    Effect::new(move |_| {
        let client = client.clone();
        set_now.set(Some(client.now()));
        let tick = move || set_now.set(Some(client.now()));
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(seconds)) {
            on_cleanup(move || timer.clear());
        }
    });
    now
}

/// A duration in its largest unit.
pub fn ago(texts: Texts, then: Timestamp, now: Timestamp) -> String {
    let seconds = now.0.saturating_sub(then.0).max(0);
    let whole = |unit: i64| usize::try_from(seconds / unit).unwrap_or_default();
    match seconds {
        ..60 => texts.get(Key::AgoNow).to_owned(),
        60..3_600 => texts.count(Key::AgoMinutes, whole(60)),
        3_600..86_400 => texts.count(Key::AgoHours, whole(3_600)),
        _ => texts.count(Key::AgoDays, whole(86_400)),
    }
}

/// The restaurant's time zone, which may differ from the device's.
#[derive(Clone, Copy)]
pub struct Here(pub Memo<Option<TimeZoneName>>);

/// `2026-11-21 13:05`, in the restaurant's local time.
pub fn stamp(at: Timestamp) -> String {
    let text = local(at);
    text.get(..16).map(str::to_owned).unwrap_or(text)
}

/// `13:05`, in the restaurant's local time.
pub fn time_of_day(at: Timestamp) -> String {
    let text = local(at);
    text.get(11..16).map(str::to_owned).unwrap_or(text)
}

/// The next moment at which the restaurant's clocks show `18:30`.
pub fn next_at(now: Timestamp, typed: &str) -> Option<Timestamp> {
    let minutes = |clock: &str| {
        let (hours, minutes) = clock.split_once(':')?;
        Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
    };
    let ahead = (minutes(typed)? - minutes(&time_of_day(now))?).rem_euclid(24 * 60);
    Some(Timestamp((now.0 / 60 + ahead) * 60))
}

/// Uses the browser's time-zone database; the Swedish locale formats as `2026-11-21 13:05:00`.
fn local(at: Timestamp) -> String {
    let options = Object::new();
    if let Some(zone) = use_context::<Here>().and_then(|Here(zone)| zone.get_untracked()) {
        // Fails only for a frozen object.
        let _ = Reflect::set(&options, &"timeZone".into(), &zone.0.into());
    }
    Date::new(&(at.0 as f64 * 1_000.0).into())
        .to_locale_string("sv-SE", &options)
        .into()
}
