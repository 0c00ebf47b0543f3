//! What the provider says when it refuses a request or a card.

use std::fmt;

use reqwest::StatusCode;
use serde::Deserialize;
use servery_domain::card_decline::CardDecline;

/// An error of the provider, with the codes under which its documentation explains it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Refusal {
    /// Not part of the body.
    #[serde(skip)]
    pub status: u16,
    pub code: Option<String>,
    /// The bank's reason.
    pub decline_code: Option<String>,
    /// The parameter that was not accepted.
    pub param: Option<String>,
    pub message: Option<String>,
}

impl Refusal {
    /// Of a request that could not even be written.
    pub fn unsent(message: impl Into<String>) -> Self {
        Self {
            message: Some(message.into()),
            ..Self::default()
        }
    }

    /// Whether it is about the diner's card, and not about our key or our request.
    pub fn is_about_the_card(&self) -> bool {
        let is_unknown_card =
            self.status == StatusCode::NOT_FOUND.as_u16() || self.param.as_deref() == Some("payment_method");
        self.status == StatusCode::PAYMENT_REQUIRED.as_u16() || is_unknown_card
    }

    pub fn decline(&self) -> CardDecline {
        let code = |code: &Option<String>| code.as_deref().and_then(known);
        code(&self.decline_code)
            .or_else(|| code(&self.code))
            .unwrap_or(CardDecline::Refused)
    }
}

/// Whoever finds a card must not learn that it was reported lost or stolen: those codes are like any other.
fn known(code: &str) -> Option<CardDecline> {
    Some(match code {
        "insufficient_funds" | "withdrawal_count_limit_exceeded" | "card_velocity_exceeded" => {
            CardDecline::Funds
        }
        "expired_card" => CardDecline::Expired,
        "incorrect_number"
        | "invalid_number"
        | "incorrect_cvc"
        | "invalid_cvc"
        | "invalid_expiry_month"
        | "invalid_expiry_year"
        | "incorrect_zip"
        | "incorrect_address" => CardDecline::Typed,
        "authentication_required" | "payment_intent_authentication_failure" => CardDecline::Unconfirmed,
        "processing_error" | "issuer_not_available" | "try_again_later" | "reenter_transaction" => {
            CardDecline::TryAgain
        }
        _ => return None,
    })
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        write!(
            f,
            "status {}, code {}, decline code {}: {}",
            self.status,
            text(&self.code),
            text(&self.decline_code),
            text(&self.message)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> Refusal {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_banks_reason_goes_before_the_providers() {
        for (json, decline) in [
            (
                r#"{"code":"card_declined","decline_code":"insufficient_funds"}"#,
                CardDecline::Funds,
            ),
            (r#"{"code":"expired_card"}"#, CardDecline::Expired),
            (
                r#"{"code":"incorrect_cvc","decline_code":"incorrect_cvc"}"#,
                CardDecline::Typed,
            ),
            (
                r#"{"code":"payment_intent_authentication_failure"}"#,
                CardDecline::Unconfirmed,
            ),
            (
                r#"{"code":"card_declined","decline_code":"stolen_card"}"#,
                CardDecline::Refused,
            ),
            (r#"{"type":"card_error"}"#, CardDecline::Refused),
        ] {
            assert_eq!(refusal(json).decline(), decline, "{json}");
        }
    }

    #[test]
    fn a_wrong_key_is_not_a_wrong_card() {
        let with = |status, param: Option<&str>| Refusal {
            status,
            param: param.map(str::to_owned),
            ..Refusal::default()
        };
        for refusal in [
            with(402, None),
            with(404, None),
            with(400, Some("payment_method")),
        ] {
            assert!(refusal.is_about_the_card(), "{refusal}");
        }
        for refusal in [with(401, None), with(403, None), with(400, Some("amount"))] {
            assert!(!refusal.is_about_the_card(), "{refusal}");
        }
    }
}
