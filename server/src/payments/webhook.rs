//! The provider's webhooks, and their signature.

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use servery_domain::{problem::ProblemType, time::Timestamp};
use sha2::Sha256;

use super::provider::{Intent, ProviderReader};
use crate::http::error::ApiError;

/// The type of the message that counts: the charge of a payment has succeeded.
pub const PAID: &str = "payment_intent.succeeded";
/// A reader is done with a payment, in one way or the other.
pub const READER_SUCCEEDED: &str = "terminal.reader.action_succeeded";
pub const READER_FAILED: &str = "terminal.reader.action_failed";
/// The greatest age of a message in seconds; an older one may be a replay.
const LONGEST_AGE: i64 = 300;

#[derive(Deserialize)]
pub struct Message {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub data: Data,
}

#[derive(Deserialize)]
pub struct Data {
    pub object: serde_json::Value,
}

impl Message {
    pub fn intent(&self) -> Option<Intent> {
        serde_json::from_value(self.data.object.clone()).ok()
    }

    /// The payment that a reader is done with.
    pub fn intent_of_reader(&self) -> Option<String> {
        let reader: ProviderReader = serde_json::from_value(self.data.object.clone()).ok()?;
        Some(reader.action?.process_payment_intent?.payment_intent)
    }
}

/// `signature` is `t=…,v1=…`: one of the signatures must match time and body.
pub fn verify(secret: &str, signature: &str, body: &[u8], now: Timestamp) -> Result<(), ApiError> {
    let forged = || ApiError::new(ProblemType::Forbidden, "the signature is not that of this body");
    let field = |name: &'static str| {
        signature
            .split(',')
            .filter_map(move |part| part.trim().strip_prefix(name)?.strip_prefix('='))
    };
    let time = field("t")
        .next()
        .and_then(|time| time.parse::<i64>().ok())
        .ok_or_else(forged)?;
    if (now.0 - time).abs() > LONGEST_AGE {
        return Err(forged());
    }
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| ApiError::internal(&error))?;
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    let right =
        |signature: &str| bytes(signature).is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok());
    if field("v1").any(right) {
        Ok(())
    } else {
        Err(forged())
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    (0..hex.len()).step_by(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn fuzz_signatures_are_refused(signature in "(t=|v1=|,|[0-9]{1,20}|[0-9a-f]{1,70}|-|é){0,8}", body in any::<Vec<u8>>()) {
            prop_assert!(verify("whsec_test", &signature, &body, Timestamp(1_700_000_100)).is_err());
        }

        #[test]
        fn fuzz_messages_are_read_or_refused(body in "[\\[\\]{}\":,0-9a-z]{0,80}", object in "[\\[\\]{}\":,0-9a-z]{0,80}") {
            let _read_or_refused = serde_json::from_str::<Message>(&body).map(|message| message.intent());
            let framed = format!("{{\"id\":\"evt_1\",\"type\":\"x\",\"data\":{{\"object\":{object}}}}}");
            let _read_or_refused = serde_json::from_str::<Message>(&framed).map(|message| message.intent());
        }
    }

    #[test]
    fn only_what_the_provider_has_signed_is_accepted() {
        // Made by Stripe's own library, and by another program in the same way:
        // printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test
        let signature = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
        let of_another_secret = "5d1f4e1a";
        let accepted =
            |signature: &str, body: &[u8], now| verify("whsec_test", signature, body, Timestamp(now)).is_ok();
        let body = br#"{"id":"evt_1"}"#;
        assert!(accepted(
            &format!("t=1700000000,v1={signature}"),
            body,
            1_700_000_100
        ));
        assert!(
            accepted(
                &format!("t=1700000000, v1={of_another_secret}, v1={signature}"),
                body,
                1_700_000_100
            ),
            "while secrets change there are two"
        );
        assert!(!accepted(
            &format!("t=1700000000,v1={signature}"),
            br#"{"id":"evt_2"}"#,
            1_700_000_100
        ));
        assert!(!accepted(
            &format!("t=1700000001,v1={signature}"),
            body,
            1_700_000_100
        ));
        assert!(
            !accepted(&format!("t=1700000000,v1={signature}"), body, 1_700_001_000),
            "too old"
        );
        assert!(!accepted(
            &format!("t=1700000000,v0={signature}"),
            body,
            1_700_000_100
        ));
        for nonsense in ["", "t=,v1=", "t=1700000000,v1=zz", "t=1700000000,v1=ñ"] {
            assert!(!accepted(nonsense, body, 1_700_000_100), "{nonsense}");
        }
    }
}
