//! What is used of Stripe's API is in the types that Stripe publishes.

use servery::{
    html::card_script,
    payments::{provider::API_VERSION, webhook},
};

use crate::stripe_types::TYPES;

#[test]
fn the_version_of_the_api_is_the_one_of_the_published_types() {
    assert_eq!(API_VERSION, TYPES.version);
    // The provider's script is published under the same name.
    assert_eq!(
        card_script::ADDRESS,
        format!("https://js.stripe.com/{}/stripe.js", TYPES.major)
    );
}

#[test]
fn the_fields_and_the_event_that_are_read_are_published() {
    for (interface, read) in [
        (
            "PaymentIntent",
            &[
                "id",
                "amount",
                "currency",
                "status",
                "client_secret",
                "next_action",
                "last_payment_error",
                "metadata",
            ][..],
        ),
        ("PaymentIntent.NextAction", &["redirect_to_url"]),
        ("PaymentIntent.NextAction.RedirectToUrl", &["url"]),
        (
            "PaymentIntent.LastPaymentError",
            &["code", "decline_code", "param", "message"],
        ),
        ("Refund", &["metadata"]),
        ("Reader", &["id", "label", "serial_number", "action"]),
        (
            "Reader.Action",
            &["status", "failure_code", "process_payment_intent"],
        ),
        ("Reader.Action.ProcessPaymentIntent", &["payment_intent"]),
    ] {
        let published = TYPES.fields(interface);
        for field in read {
            assert!(published.contains(field), "{interface} has no '{field}'");
        }
    }
    for kind in [webhook::PAID, webhook::READER_SUCCEEDED, webhook::READER_FAILED] {
        let event = format!("type: '{kind}';");
        assert!(TYPES.events.contains(&event), "{event}");
    }
}

#[test]
fn what_is_not_published_is_noticed() {
    let complaint = |method: &str, path: &str, parameters: &str| TYPES.complaint(method, path, parameters);
    let create = "amount=1&currency=usd&allowed_payment_method_types[]=card&metadata[order]=x";
    assert_eq!(complaint("POST", "/v1/payment_intents", create), None);
    assert_eq!(
        complaint("GET", "/v1/refunds", "payment_intent=pi_1&limit=100"),
        None,
        "an inherited one"
    );
    for (method, path, parameters) in [
        ("POST", "/v1/payment_intents", "currency=usd"),
        (
            "POST",
            "/v1/payment_intents",
            "amount=1&currency=usd&payment_method_types[]=card",
        ),
        (
            "POST",
            "/v1/payment_intents",
            "amount=1&currency=usd&payment_method_options[card][no_such]=1",
        ),
        ("POST", "/v1/payment_intents/pi_1/confirm", "return=x"),
        ("POST", "/v1/payment_intents/pi_1/charge", ""),
    ] {
        assert!(
            complaint(method, path, parameters).is_some(),
            "{path} {parameters}"
        );
    }
    let answer = serde_json::json!({
        "id": "pi_1", "charges": { "data": [] },
        "next_action": { "type": "redirect_to_url", "redirect_to_url": { "url": "https://bank.example", "address": 1 } },
        "metadata": { "order": "x" },
    });
    assert_eq!(
        TYPES.published("GET", "/v1/payment_intents/pi_1", &answer),
        serde_json::json!({
            "id": "pi_1", "next_action": { "type": "redirect_to_url", "redirect_to_url": { "url": "https://bank.example" } },
            "metadata": { "order": "x" },
        })
    );
}
