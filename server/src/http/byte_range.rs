//! The header `Range` (RFC 9110, 14.2).

use std::ops::Range;

use axum::http::HeaderValue;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByteRange {
    /// A header that is malformed, has another unit or several ranges counts as none.
    Whole,
    Part(Range<u64>),
    /// Nothing of a body that has this length.
    Unsatisfiable,
}

pub fn byte_range(header: &HeaderValue, length: u64) -> ByteRange {
    let Some((first, last)) = header.to_str().ok().and_then(ends) else {
        return ByteRange::Whole;
    };
    let part = match (first, last) {
        (Some(first), Some(last)) if first > last => return ByteRange::Whole,
        (Some(first), Some(last)) => first..length.min(last.saturating_add(1)),
        (Some(first), None) => first..length,
        (None, Some(count)) => length.saturating_sub(count)..length,
        (None, None) => return ByteRange::Whole,
    };
    match part.is_empty() {
        true => ByteRange::Unsatisfiable,
        false => ByteRange::Part(part),
    }
}

/// `bytes=FIRST-LAST`, of which one may be left out.
fn ends(header: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (unit, range) = header.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    unit.trim().eq_ignore_ascii_case("bytes").then_some(())?;
    Some((position(first)?, position(last)?))
}

/// The outer `None` is for what is no number.
fn position(text: &str) -> Option<Option<u64>> {
    match text {
        "" => Some(None),
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok().map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_anything_else_is_the_whole() {
        use ByteRange::{Part, Unsatisfiable, Whole};
        for (header, expected) in [
            ("bytes=0-0", Part(0..1)),
            ("bytes=10-19", Part(10..20)),
            ("Bytes=90-", Part(90..100)),
            ("bytes=90-1000", Part(90..100)),
            ("bytes=0-18446744073709551615", Part(0..100)),
            ("bytes=-10", Part(90..100)),
            ("bytes=-1000", Part(0..100)),
            ("bytes=100-", Unsatisfiable),
            ("bytes=100-200", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=20-10", Whole),
            ("bytes=-", Whole),
            ("bytes=0-1,2-3", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=1-99999999999999999999", Whole),
            ("items=0-1", Whole),
            ("0-1", Whole),
            ("", Whole),
        ] {
            assert_eq!(
                byte_range(&HeaderValue::from_static(header), 100),
                expected,
                "{header}"
            );
        }
        assert_eq!(
            byte_range(&HeaderValue::from_static("bytes=-1"), 0),
            Unsatisfiable
        );
    }
}
