//! The one place that asks what time it is, and that turns a restaurant's clock into UTC and back.
//!
//! The nodes of an installation agree on the time: it is that of their database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{
    Span, Timestamp as Instant,
    civil::{DateTime, date},
    tz::TimeZone,
};
use servery_domain::time::{ClockChange, LocalMinute, TimeZoneName, Timestamp};
use servery_store::{Store, StoreError, within};

use crate::jobs::periodic;

/// By so many milliseconds two clocks that NTP sets may differ, with the way from one to the other.
const TOLERANCE: i64 = 5_000;
const COMPARE_INTERVAL: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(5);

/// Milliseconds that are added to what this machine's clock says.
static CORRECTION: AtomicI64 = AtomicI64::new(0);

fn own_milliseconds() -> i64 {
    Instant::now().as_millisecond()
}

fn corrected_milliseconds() -> i64 {
    own_milliseconds().saturating_add(CORRECTION.load(Ordering::Relaxed))
}

pub fn now() -> Timestamp {
    Timestamp(corrected_milliseconds().div_euclid(1_000))
}

pub fn milliseconds() -> u64 {
    u64::try_from(corrected_milliseconds()).unwrap_or_default()
}

/// Takes the database's time, if it has a clock of its own and this machine's is not the same.
pub async fn follow(store: &dyn Store) -> Result<(), StoreError> {
    let Some(database) = within(TIMEOUT, store.clock()).await? else {
        return Ok(());
    };
    let before = CORRECTION.load(Ordering::Relaxed);
    let correction = correction(own_milliseconds(), database, before);
    if correction != before {
        CORRECTION.store(correction, Ordering::Relaxed);
        let seconds = correction / 1_000;
        tracing::warn!(
            seconds,
            "this machine's clock is not the database's; the database's is used. Let NTP set both"
        );
    }
    Ok(())
}

/// Compares again and again, until it is dropped.
pub async fn keep_following(store: Arc<dyn Store>) {
    periodic::every(COMPARE_INTERVAL, "clock", store, |store| async move {
        follow(store.as_ref()).await
    })
    .await;
}

/// None for clocks that agree. A correction stays while it is about right, so that the time does not jump to and fro.
fn correction(own: i64, database: i64, before: i64) -> i64 {
    let off = database.saturating_sub(own);
    if off.abs() <= TOLERANCE {
        return 0;
    }
    match off.saturating_sub(before).abs() <= TOLERANCE {
        true => before,
        false => off,
    }
}

/// `None` for a name that is no zone.
pub fn zone(name: &TimeZoneName) -> Option<TimeZone> {
    TimeZone::get(&name.0).ok()
}

/// The moment that a `Date` header names.
pub fn http_date(text: &str) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp(date.timestamp().as_second()))
}

fn epoch() -> DateTime {
    date(1970, 1, 1).at(0, 0, 0, 0)
}

pub fn local(zone: &TimeZone, at: Timestamp) -> LocalMinute {
    let instant = Instant::from_second(at.0).unwrap_or(Instant::MAX);
    let civil = zone.to_datetime(instant);
    let minutes = civil.duration_since(epoch()).as_mins();
    LocalMinute(minutes)
}

/// A minute that the clocks skip in spring is the one after, one that they repeat in autumn is the first of the two.
pub fn utc(zone: &TimeZone, at: LocalMinute) -> Timestamp {
    let civil = Span::new()
        .try_minutes(at.0)
        .and_then(|since| epoch().checked_add(since))
        .unwrap_or(DateTime::MAX);
    let instant = zone
        .to_ambiguous_zoned(civil)
        .compatible()
        .map_or(Instant::MAX, |zoned| zoned.timestamp());
    Timestamp(instant.as_second())
}

/// The clock changes of the next days, the earliest first.
pub fn changes(zone: &TimeZone, now: Timestamp, days: i64) -> Vec<ClockChange> {
    let from = Instant::from_second(now.0).unwrap_or(Instant::MAX);
    let until = now.0.saturating_add(days.saturating_mul(24 * 60 * 60));
    zone.following(from)
        .take_while(|change| change.timestamp().as_second() < until)
        .filter_map(|change| {
            let moment = change.timestamp().as_second();
            let before = local(zone, Timestamp(moment - 1)).0 + 1;
            let by = local(zone, Timestamp(moment)).0 - before;
            // A zone may change its name without its clocks.
            let by = i16::try_from(by).ok().filter(|by| *by != 0)?;
            let at = LocalMinute(before);
            Some(ClockChange { at, by })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_off_is_corrected_to_the_databases() {
        let (noon, day) = (1_782_900_000_000, 86_400_000);
        assert_eq!(correction(noon, noon + 5_000, 0), 0, "NTP leaves as much");
        assert_eq!(correction(noon, noon + day, 0), day);
        assert_eq!(correction(noon + day, noon, 0), -day);
        assert_eq!(correction(noon, noon + day + 900, day), day, "about right");
        assert_eq!(correction(noon, noon + day + 6_000, day), day + 6_000);
        assert_eq!(correction(noon, noon + 40, day), 0, "NTP has set it meanwhile");
    }

    #[test]
    fn a_local_minute_and_utc_are_two_names_of_one_moment() {
        let berlin = zone(&TimeZoneName("Europe/Berlin".into())).unwrap();
        let summer = Timestamp(1_782_900_000); // 2026-07-01 10:00 UTC
        assert_eq!(local(&berlin, summer), LocalMinute::new(2026, 7, 1, 12, 0));
        assert_eq!(utc(&berlin, LocalMinute::new(2026, 7, 1, 12, 0)), summer);
    }

    #[test]
    fn a_date_header_is_read() {
        assert_eq!(
            http_date("Wed, 01 Jul 2026 10:00:00 GMT"),
            Some(Timestamp(1_782_900_000))
        );
        assert_eq!(http_date("yesterday"), None);
    }

    #[test]
    fn clocks_that_change_are_read_one_way() {
        let berlin = zone(&TimeZoneName("Europe/Berlin".into())).unwrap();
        // 02:30 did not exist that night; both names are 01:30 UTC.
        assert_eq!(
            utc(&berlin, LocalMinute::new(2026, 3, 29, 2, 30)),
            utc(&berlin, LocalMinute::new(2026, 3, 29, 3, 30))
        );
        // 02:30 happened twice; the first is 00:30 UTC.
        assert_eq!(
            utc(&berlin, LocalMinute::new(2026, 10, 25, 2, 30)),
            Timestamp(1_792_888_200)
        );
        assert!(zone(&TimeZoneName("Europe/Millbrook".into())).is_none());
    }

    #[test]
    fn the_clock_changes_of_the_next_days_are_known() {
        let berlin = zone(&TimeZoneName("Europe/Berlin".into())).unwrap();
        let eve = utc(&berlin, LocalMinute::new(2026, 3, 28, 20, 0));
        let spring = ClockChange {
            at: LocalMinute::new(2026, 3, 29, 2, 0),
            by: 60,
        };
        assert_eq!(changes(&berlin, eve, 2), [spring]);
        let eve = utc(&berlin, LocalMinute::new(2026, 10, 24, 20, 0));
        let autumn = ClockChange {
            at: LocalMinute::new(2026, 10, 25, 3, 0),
            by: -60,
        };
        assert_eq!(changes(&berlin, eve, 2), [autumn]);
        assert_eq!(changes(&berlin, eve, 0), []);
        assert_eq!(changes(&TimeZone::UTC, eve, 400), []);
    }

    #[test]
    fn case_odoo_2115_an_evening_sale_counts_for_the_day_on_the_wall() {
        let chicago = zone(&TimeZoneName("America/Chicago".into())).unwrap();
        // 18:30 on the first in Chicago is half past midnight on the second in UTC.
        let sold = local(&chicago, Timestamp(1_767_313_800));
        assert_eq!(
            (sold.to_string(), sold.day()),
            (
                "2026-01-01T18:30".into(),
                LocalMinute::new(2026, 1, 1, 0, 0).day()
            )
        );
    }
}
