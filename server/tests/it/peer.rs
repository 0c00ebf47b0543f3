//! A card provider to test with, a program of its own, and a line to it that can be cut in every way.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use servery::payments::cards::{CardAccount, CardKeys, Cards};
use tokio::{net::TcpListener, sync::Barrier};

use crate::{
    reserved_port::ReservedPort,
    stripe_types::TYPES,
    terminal::{Guest, Terminal},
};

pub const SECRET: &str = "sk_test_servery";
pub const WEBHOOK_SECRET: &str = "whsec_servery";
pub const PUBLISHABLE_KEY: &str = "pk_test_servery";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Good,
    /// Nothing arrives.
    Cut,
    /// It arrives, and its answer is lost.
    AnswerLost,
    /// Something between answers for the provider.
    Error,
    /// What succeeds is told to be under way.
    Processing,
    /// A card that is declined is told to have no money.
    NoFunds,
    /// The key is told to be wrong.
    WrongKey,
}

pub struct Peer {
    process: Child,
    _folder: tempfile::TempDir,
    _port: ReservedPort,
    address: String,
    wire: Arc<Wire>,
    pub proxy: String,
    client: reqwest::Client,
}

struct Wire {
    line: Mutex<Line>,
    meeting: Mutex<Option<Arc<Barrier>>>,
    /// The keys with which intents were created.
    keys: Mutex<Vec<String>>,
    terminal: Terminal,
    to: String,
    client: reqwest::Client,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Peer {
    pub async fn start() -> Self {
        let python = std::env::var("SERVERY_TEST_PEERS")
            .expect("SERVERY_TEST_PEERS names a Python that has 'localstripe'; './dev test' installs one");
        let (folder, port) = (tempfile::tempdir().unwrap(), ReservedPort::new());
        let mut command = Command::new(python);
        command.args([
            "-m",
            "localstripe",
            "--from-scratch",
            "--port",
            &port.number().to_string(),
        ]);
        let process = command
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("localstripe starts");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let address = format!("http://127.0.0.1:{}", port.number());
        let wire = Arc::new(Wire {
            line: Mutex::new(Line::Good),
            meeting: Mutex::default(),
            keys: Mutex::default(),
            terminal: Terminal::default(),
            to: address.clone(),
            client: client.clone(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(wire.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let peer = Self {
            process,
            _folder: folder,
            _port: port,
            address,
            wire,
            proxy,
            client,
        };
        let started = Instant::now();
        while peer
            .client
            .get(format!("{}/js.stripe.com/v3/", peer.address))
            .send()
            .await
            .is_err()
        {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "localstripe does not answer"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        peer
    }

    pub fn cards(&self) -> Cards {
        Cards {
            shared: Some(self.account()),
            ..Cards::default()
        }
    }

    pub fn account(&self) -> CardAccount {
        self.account_with(SECRET, WEBHOOK_SECRET)
    }

    pub fn account_with(&self, secret: &str, webhook_secret: &str) -> CardAccount {
        let keys = CardKeys {
            secret: secret.to_owned(),
            webhook_secret: webhook_secret.to_owned(),
            publishable_key: PUBLISHABLE_KEY.to_owned(),
        };
        CardAccount::new(&self.proxy, &keys).unwrap()
    }

    /// The keys with which intents were created, in their order.
    pub fn keys(&self) -> Vec<String> {
        self.wire.keys.lock().unwrap().clone()
    }

    pub fn line(&self, line: Line) {
        *self.wire.line.lock().unwrap() = line;
    }

    pub fn terminal(&self) -> &Terminal {
        &self.wire.terminal
    }

    /// A guest stands at the reader.
    pub async fn guest(&self, reader: &str, guest: Guest) {
        if guest == Guest::Pays {
            let intent = self.terminal().shows(reader).expect("the reader shows an amount");
            let confirm = format!("{}/v1/payment_intents/{intent}/confirm", self.address);
            let answer = self
                .client
                .post(confirm)
                .bearer_auth(SECRET)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 200);
        }
        self.terminal().end(reader, guest);
    }

    /// What readers have charged: the payment and an amount, one entry per charge.
    pub async fn charged_on_readers(&self) -> Vec<(String, i64)> {
        let intents = self.list("payment_intents").await;
        let charged = intents.iter().filter(|intent| intent["status"] == "succeeded");
        charged
            .filter_map(|intent| {
                let payment = intent["metadata"]["payment"].as_str()?.to_owned();
                Some((payment, intent["amount"].as_i64().unwrap()))
            })
            .collect()
    }

    /// From now on an intent is created when so many others have been asked for: the requests overlap for certain.
    pub fn create_together(&self, intents: usize) {
        *self.wire.meeting.lock().unwrap() = Some(Arc::new(Barrier::new(intents)));
    }

    pub async fn tell(&self, server: SocketAddr) {
        let fields = [
            ("url", format!("http://{server}/api/v1/webhooks/cards")),
            ("secret", WEBHOOK_SECRET.into()),
        ];
        let answer = self
            .client
            .post(format!("{}/_config/webhooks/servery", self.address))
            .form(&fields)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// What the card page would make of a card.
    pub async fn card(&self, number: &str) -> String {
        new_card(&self.client, &self.address, number).await
    }

    async fn list(&self, what: &str) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all
                .last()
                .map(|last| format!("&starting_after={}", last["id"].as_str().unwrap()));
            let address = format!(
                "{}/v1/{what}?limit=100{}",
                self.address,
                after.unwrap_or_default()
            );
            let request = self.client.get(address).bearer_auth(SECRET);
            let page: Value = request.send().await.unwrap().json().await.unwrap();
            all.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["has_more"] != true {
                return all;
            }
        }
    }

    /// What cards were charged: the order and an amount in minor units, one entry per charge.
    pub async fn charges(&self) -> Vec<(String, i64)> {
        self.list("payment_intents")
            .await
            .iter()
            .filter(|intent| intent["status"] == "succeeded")
            .map(|intent| {
                let order = intent["metadata"]["order"].as_str().unwrap_or_default();
                (order.to_owned(), intent["amount"].as_i64().unwrap())
            })
            .collect()
    }

    /// What cards were charged for an order.
    pub async fn charged(&self, order: &str) -> Vec<i64> {
        let charges = self.charges().await.into_iter();
        charges
            .filter_map(|(of, amount)| (of == order).then_some(amount))
            .collect()
    }

    pub async fn refunded(&self) -> Vec<i64> {
        self.list("refunds")
            .await
            .iter()
            .map(|refund| refund["amount"].as_i64().unwrap())
            .collect()
    }

    /// The bank's customer confirms the payment, or does not.
    pub async fn authenticate(&self, intent: &str, secret: &str, confirms: bool) {
        let fields = [
            ("client_secret", secret),
            ("success", if confirms { "true" } else { "false" }),
            ("key", "pk_test_servery"),
        ];
        let request = self
            .client
            .post(format!(
                "{}/v1/payment_intents/{intent}/_authenticate",
                self.address
            ))
            .form(&fields);
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
}

/// Ends the connection without a word.
fn hang_up() -> Response {
    let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    axum::body::Body::from_stream(broken).into_response()
}

fn failure(status: StatusCode, error: &Value) -> Response {
    (status, axum::Json(json!({ "error": error }))).into_response()
}

/// What Stripe would not take, or this server promises more of.
fn complaint(method: &Method, path: &str, parameters: &str, headers: &HeaderMap) -> Option<String> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if header("stripe-version") != Some(&TYPES.version) {
        return Some("no version, or another".to_owned());
    }
    if method == Method::POST && header("idempotency-key").is_none_or(str::is_empty) {
        return Some("a request without an Idempotency-Key".to_owned());
    }
    TYPES.complaint(method.as_str(), path, parameters)
}

/// Parameters of Stripe's that the peer does not know.
const UNKNOWN_TO_THE_PEER: [&str; 2] = ["return_url", "allowed_payment_method_types[]"];

/// A payment on a reader has a card from the start, because the peer takes none later. It is charged when a guest pays.
async fn as_the_peer_knows_it(wire: &Wire, body: &[u8]) -> String {
    let is_on_reader = form_urlencoded::parse(body).any(|(_, value)| value == "card_present");
    let card = match is_on_reader {
        true => Some(new_card(&wire.client, &wire.to, GOOD_CARD).await),
        false => None,
    };
    let known =
        form_urlencoded::parse(body).filter(|(name, _)| !UNKNOWN_TO_THE_PEER.contains(&name.as_ref()));
    let card = card.iter().map(|card| ("payment_method", card));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(known)
        .extend_pairs(card)
        .finish()
}

const GOOD_CARD: &str = "4242424242424242";

/// The provider's id of a card.
async fn new_card(client: &reqwest::Client, address: &str, number: &str) -> String {
    let fields = [
        ("type", "card"),
        ("card[number]", number),
        ("card[exp_month]", "12"),
        ("card[exp_year]", "2040"),
        ("card[cvc]", "123"),
    ];
    let request = client
        .post(format!("{address}/v1/payment_methods"))
        .bearer_auth(SECRET)
        .form(&fields);
    request.send().await.unwrap().json::<Value>().await.unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn pass(
    State(wire): State<Arc<Wire>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let line = *wire.line.lock().unwrap();
    match line {
        Line::Cut => return hang_up(),
        Line::Error => return (StatusCode::BAD_GATEWAY, "<html>bad gateway</html>").into_response(),
        Line::WrongKey => {
            let error = json!({ "type": "invalid_request_error", "message": "Invalid API Key provided: sk_test_***very" });
            return failure(StatusCode::UNAUTHORIZED, &error);
        }
        Line::Good | Line::AnswerLost | Line::Processing | Line::NoFunds => {}
    }
    let parameters = match method {
        Method::GET => uri.query().unwrap_or_default().to_owned(),
        _ => String::from_utf8_lossy(&body).into_owned(),
    };
    if let Some(complaint) = complaint(&method, uri.path(), &parameters, &headers) {
        let error =
            json!({ "type": "invalid_request_error", "code": "parameter_unknown", "message": complaint });
        return failure(StatusCode::BAD_REQUEST, &error);
    }
    if method == Method::POST && uri.path() == "/v1/payment_intents" {
        let key = headers["authorization"].to_str().unwrap();
        wire.keys.lock().unwrap().push(key.replace("Bearer ", ""));
    }
    let meeting = wire.meeting.lock().unwrap().clone();
    if let Some(meeting) = meeting.filter(|_| method == Method::POST && uri.path() == "/v1/payment_intents") {
        meeting.wait().await;
    }
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    if let Some((status, error)) = key.and_then(|key| wire.terminal.refuse_to_cancel(uri.path(), key)) {
        return (status, axum::Json(error)).into_response();
    }
    let account = headers["authorization"].to_str().unwrap().replace("Bearer ", "");
    if let Some((status, answer)) = wire.terminal.answer((&method, uri.path()), &account, &parameters) {
        if line == Line::AnswerLost {
            return hang_up();
        }
        let answer = match status.is_success() {
            true => TYPES.published(method.as_str(), uri.path(), &answer),
            false => answer,
        };
        return (status, axum::Json(answer)).into_response();
    }
    let mut request = wire
        .client
        .request(method.clone(), format!("{}{uri}", wire.to))
        .body(as_the_peer_knows_it(&wire, &body).await);
    for name in ["authorization", "content-type"] {
        request = headers
            .get(name)
            .into_iter()
            .fold(request, |request, value| request.header(name, value));
    }
    let answer = request.send().await.unwrap();
    let (status, body) = (answer.status(), answer.bytes().await.unwrap());
    let body: Bytes = match serde_json::from_slice::<Value>(&body) {
        Ok(answer) if status.is_success() => TYPES
            .published(
                method.as_str(),
                uri.path(),
                &wire.terminal.as_stripe_has_it(answer),
            )
            .to_string()
            .into(),
        _ => body,
    };
    let body = match line {
        Line::AnswerLost => return hang_up(),
        Line::Processing => String::from_utf8_lossy(&body)
            .replace("\"succeeded\"", "\"processing\"")
            .into(),
        Line::NoFunds => String::from_utf8_lossy(&body)
            .replace(
                "\"card_declined\"",
                "\"card_declined\",\"decline_code\":\"insufficient_funds\"",
            )
            .into(),
        _ => body,
    };
    (status, [("content-type", "application/json")], body).into_response()
}
