//! Card readers of a provider's accounts, as Stripe's Terminal API shows them. localstripe has none.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

const READERS: &str = "/v1/terminal/readers";

/// What a guest does at a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guest {
    Pays,
    /// Holds a card to it that the bank declines for this reason.
    Declined(&'static str),
    Cancels,
}

struct Reader {
    /// The secret key of its account.
    account: String,
    label: &'static str,
    online: bool,
    /// The bank is deciding about a card.
    charging: bool,
    /// What the guest does just before it is asked what it does.
    next: Option<Guest>,
    action: Value,
}

#[derive(Default)]
pub struct Terminal {
    readers: Mutex<BTreeMap<String, Reader>>,
    /// The keys of refused requests to cancel. To a known key Stripe repeats its answer.
    refused: Mutex<BTreeSet<String>>,
    /// Why the last card of an intent was declined.
    declined: Mutex<BTreeMap<String, Value>>,
}

impl Reader {
    fn shown(&self, id: &str) -> Value {
        let status = if self.online { "online" } else { "offline" };
        json!({
            "id": id, "object": "terminal.reader", "label": self.label, "serial_number": format!("SN-{id}"),
            "device_type": "stripe_s700", "status": status, "action": self.action,
        })
    }

    /// The intent that it shows the amount of.
    fn busy_with(&self) -> Option<&str> {
        match self.action["status"].as_str() {
            Some("in_progress") => self.action["process_payment_intent"]["payment_intent"].as_str(),
            _ => None,
        }
    }
}

fn refusal(code: &str) -> (StatusCode, Value) {
    let error = json!({ "type": "invalid_request_error", "code": code, "message": code });
    (StatusCode::BAD_REQUEST, json!({ "error": error }))
}

fn missing() -> (StatusCode, Value) {
    let error =
        json!({ "type": "invalid_request_error", "code": "resource_missing", "message": "No such reader" });
    (StatusCode::NOT_FOUND, json!({ "error": error }))
}

impl Terminal {
    pub fn add(&self, account: &str, id: &str, label: &'static str) {
        let reader = Reader {
            account: account.to_owned(),
            label,
            online: true,
            charging: false,
            next: None,
            action: Value::Null,
        };
        self.readers.lock().unwrap().insert(id.to_owned(), reader);
    }

    pub fn turn_off(&self, id: &str) {
        self.readers.lock().unwrap().get_mut(id).unwrap().online = false;
    }

    pub fn charge(&self, id: &str, charging: bool) {
        self.readers.lock().unwrap().get_mut(id).unwrap().charging = charging;
    }

    /// What is being charged cannot be cancelled.
    pub fn refuse_to_cancel(&self, path: &str, key: &str) -> Option<(StatusCode, Value)> {
        let is_cancel = path.ends_with("/cancel") || path.ends_with("/cancel_action");
        let mut refused = self.refused.lock().unwrap();
        if is_cancel
            && self
                .readers
                .lock()
                .unwrap()
                .values()
                .any(|reader| reader.charging)
        {
            refused.insert(key.to_owned());
        }
        refused.contains(key).then(|| refusal("terminal_reader_busy"))
    }

    pub fn end_when_asked(&self, id: &str, guest: Guest) {
        self.readers.lock().unwrap().get_mut(id).unwrap().next = Some(guest);
    }

    /// The intent of which a reader shows the amount.
    pub fn shows(&self, id: &str) -> Option<String> {
        self.readers.lock().unwrap()[id].busy_with().map(str::to_owned)
    }

    /// The answer to a request about readers; `None` if it is about something else.
    pub fn answer(
        &self,
        (method, path): (&Method, &str),
        account: &str,
        parameters: &str,
    ) -> Option<(StatusCode, Value)> {
        let rest = path.strip_prefix(READERS)?;
        let mut readers = self.readers.lock().unwrap();
        if rest.is_empty() {
            let own = readers.iter().filter(|(_, reader)| reader.account == account);
            let data: Vec<_> = own.map(|(id, reader)| reader.shown(id)).collect();
            return Some((StatusCode::OK, json!({ "object": "list", "data": data })));
        }
        let (id, command) = rest[1..].split_once('/').unwrap_or((&rest[1..], ""));
        let Some(reader) = readers.get_mut(id).filter(|reader| reader.account == account) else {
            return Some(missing());
        };
        if method == Method::POST && !reader.online {
            return Some(refusal("terminal_reader_offline"));
        }
        match command {
            "process_payment_intent" => {
                let mut parameters = form_urlencoded::parse(parameters.as_bytes());
                let intent = parameters.find(|(name, _)| name == "payment_intent").unwrap().1;
                if reader.busy_with().is_some_and(|busy| busy != intent) {
                    return Some(refusal("terminal_reader_busy"));
                }
                reader.action = json!({
                    "type": "process_payment_intent", "status": "in_progress", "failure_code": null, "failure_message": null,
                    "api_error": null, "process_payment_intent": { "payment_intent": intent },
                });
            }
            "cancel_action" => reader.action = Value::Null,
            _ => {
                if let Some(guest) = reader.next.take() {
                    self.end_payment(reader, guest);
                }
            }
        }
        Some((StatusCode::OK, reader.shown(id)))
    }

    /// What the reader says of its payment from now on.
    pub fn end(&self, id: &str, guest: Guest) {
        let mut readers = self.readers.lock().unwrap();
        self.end_payment(readers.get_mut(id).unwrap(), guest);
    }

    fn end_payment(&self, reader: &mut Reader, guest: Guest) {
        let intent = reader.busy_with().expect("the reader shows an amount").to_owned();
        let code = match guest {
            Guest::Pays => None,
            Guest::Declined(reason) => {
                let error = json!({ "code": "card_declined", "decline_code": reason, "message": "Your card was declined." });
                self.declined.lock().unwrap().insert(intent, error);
                Some("card_declined")
            }
            Guest::Cancels => Some("customer_canceled"),
        };
        reader.action["status"] = json!(if code.is_some() { "failed" } else { "succeeded" });
        reader.action["failure_code"] = json!(code);
    }

    /// The intent of a reader, of which localstripe believes that a card waits for its confirmation.
    pub fn as_stripe_has_it(&self, mut intent: Value) -> Value {
        if intent["metadata"].get("payment").is_none() {
            return intent;
        }
        if intent["status"] == "requires_confirmation" {
            intent["status"] = json!("requires_payment_method");
        }
        let id = intent["id"].as_str().unwrap_or_default();
        if let Some(error) = self.declined.lock().unwrap().get(id) {
            intent["last_payment_error"] = error.clone();
        }
        intent
    }

    /// What the reader's webhook says.
    pub fn told(&self, id: &str) -> String {
        let reader = self.readers.lock().unwrap()[id].shown(id);
        let succeeded = reader["action"]["status"] == "succeeded";
        let kind = if succeeded { "succeeded" } else { "failed" };
        let event = format!("terminal.reader.action_{kind}");
        json!({ "id": servery::http::visitor::token().unwrap(), "type": event, "data": { "object": reader } })
            .to_string()
    }
}
