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
use serde_json::Value;
use servery::payments::{cards::Cards, provider::Provider};
use tokio::{net::TcpListener, sync::Barrier};

pub const SECRET: &str = "sk_test_servery";
pub const WEBHOOK_SECRET: &str = "whsec_servery";

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
}

pub struct Peer {
    process: Child,
    _folder: tempfile::TempDir,
    address: String,
    wire: Arc<Wire>,
    pub proxy: String,
    client: reqwest::Client,
}

struct Wire {
    line: Mutex<Line>,
    meeting: Mutex<Option<Arc<Barrier>>>,
    to: String,
    client: reqwest::Client,
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

impl Peer {
    pub async fn start() -> Self {
        let python = std::env::var("SERVERY_TEST_PEERS")
            .expect("SERVERY_TEST_PEERS names a Python that has 'localstripe'; './dev test' installs one");
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port().await);
        let mut command = Command::new(python);
        command.args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()]);
        let process = command
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("localstripe starts");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let address = format!("http://127.0.0.1:{port}");
        let wire = Arc::new(Wire {
            line: Mutex::new(Line::Good),
            meeting: Mutex::default(),
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
        let provider = Provider::new(&self.proxy, SECRET).unwrap();
        Cards::new(provider, WEBHOOK_SECRET, "https://cards.example/pay").unwrap()
    }

    pub fn line(&self, line: Line) {
        *self.wire.line.lock().unwrap() = line;
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
        let fields = [
            ("type", "card"),
            ("card[number]", number),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2040"),
            ("card[cvc]", "123"),
        ];
        let request = self
            .client
            .post(format!("{}/v1/payment_methods", self.address))
            .bearer_auth(SECRET)
            .form(&fields);
        request.send().await.unwrap().json::<Value>().await.unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn list(&self, what: &str) -> Vec<Value> {
        let request = self
            .client
            .get(format!("{}/v1/{what}?limit=100", self.address))
            .bearer_auth(SECRET);
        request.send().await.unwrap().json::<Value>().await.unwrap()["data"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// What cards were charged for an order, in minor units, one entry per charge.
    pub async fn charged(&self, order: &str) -> Vec<i64> {
        let paid = |intent: &&Value| intent["metadata"]["order"] == order && intent["status"] == "succeeded";
        self.list("payment_intents")
            .await
            .iter()
            .filter(paid)
            .map(|intent| intent["amount"].as_i64().unwrap())
            .collect()
    }

    pub async fn refunded(&self) -> Vec<i64> {
        self.list("refunds")
            .await
            .iter()
            .map(|refund| refund["amount"].as_i64().unwrap())
            .collect()
    }

    pub async fn authenticate(&self, intent: &str, secret: &str) {
        let fields = [
            ("client_secret", secret),
            ("success", "true"),
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
        Line::Good | Line::AnswerLost | Line::Processing => {}
    }
    let meeting = wire.meeting.lock().unwrap().clone();
    if let Some(meeting) = meeting.filter(|_| method == Method::POST && uri.path() == "/v1/payment_intents") {
        meeting.wait().await;
    }
    let mut request = wire
        .client
        .request(method, format!("{}{uri}", wire.to))
        .body(body);
    for name in ["authorization", "content-type"] {
        request = headers
            .get(name)
            .into_iter()
            .fold(request, |request, value| request.header(name, value));
    }
    let answer = request.send().await.unwrap();
    let (status, body) = (answer.status(), answer.bytes().await.unwrap());
    let body = match line {
        Line::AnswerLost => return hang_up(),
        Line::Processing => String::from_utf8_lossy(&body)
            .replace("\"succeeded\"", "\"processing\"")
            .into(),
        _ => body,
    };
    (status, [("content-type", "application/json")], body).into_response()
}
