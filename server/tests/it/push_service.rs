//! A browser with a push subscription, and its push service. Another implementation decrypts the messages.

use std::{
    io::Write,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::{SecretKey, elliptic_curve::sec1::ToSec1Point};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// As a browser decrypts it, and as a push service checks who sent it.
const READ: &str = r#"
import base64, http_ece, json, sys
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
raw = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
said = json.load(sys.stdin)
key = ec.derive_private_key(int.from_bytes(raw(said["key"]), "big"), ec.SECP256R1())
text = http_ece.decrypt(raw(said["body"]), private_key=key, auth_secret=raw(said["auth"]), version="aes128gcm")
proof = said["proof"].replace(", ", ",")
header, claims, _ = proof.split("t=")[1].split(",")[0].split(".")
print(json.dumps({"notice": json.loads(text), "proven": Vapid02.verify(proof), "header": json.loads(raw(header)), "claims": json.loads(raw(claims))}))
"#;

#[derive(Default)]
struct Wire {
    answers: Mutex<Vec<StatusCode>>,
    taken: Mutex<Vec<(HeaderMap, Bytes)>>,
    /// While somebody holds it, requests get no answer.
    stalled: tokio::sync::Mutex<()>,
    /// Requests that wait for an answer, and the most there were at once.
    open: Mutex<(usize, usize)>,
}

pub struct PushService {
    pub origin: String,
    key: SecretKey,
    wire: Arc<Wire>,
}

#[derive(Debug)]
pub struct Told {
    pub headers: HeaderMap,
    pub notice: Value,
    pub claims: Value,
    pub key: String,
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn take(State(wire): State<Arc<Wire>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    {
        let mut open = wire.open.lock().unwrap();
        open.0 += 1;
        open.1 = open.1.max(open.0);
    }
    // Others are served meanwhile, so that two requests at once are noticed.
    tokio::task::yield_now().await;
    drop(wire.stalled.lock().await);
    wire.open.lock().unwrap().0 -= 1;
    let answer = wire.answers.lock().unwrap().pop().unwrap_or(StatusCode::CREATED);
    wire.taken.lock().unwrap().push((headers, body));
    answer
}

impl PushService {
    pub async fn start() -> Self {
        let (listener, wire) = (
            TcpListener::bind("127.0.0.1:0").await.unwrap(),
            Arc::new(Wire::default()),
        );
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(wire.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            origin,
            key: SecretKey::from_slice(&[7; 32]).unwrap(),
            wire,
        }
    }

    /// What the browser gives away.
    pub fn subscription(&self, lang: &str) -> Value {
        let point = self.key.public_key().to_sec1_point(false);
        let keys = json!({ "p256dh": text(point), "auth": text([9; 16]) });
        json!({ "endpoint": format!("{}/send/a:b", self.origin), "expirationTime": null, "keys": keys, "lang": lang })
    }

    /// To what comes next, in place of 201.
    pub fn answer_once(&self, status: StatusCode) {
        self.wire.answers.lock().unwrap().push(status);
    }

    /// Gives no answer until what is returned is dropped.
    pub async fn stall(&self) -> impl Drop + '_ {
        self.wire.stalled.lock().await
    }

    /// How many requests wait for an answer, and the most there were at once.
    pub fn open(&self) -> (usize, usize) {
        *self.wire.open.lock().unwrap()
    }

    pub fn taken(&self) -> usize {
        self.wire.taken.lock().unwrap().len()
    }

    pub fn told(&self) -> Vec<Told> {
        self.wire
            .taken
            .lock()
            .unwrap()
            .iter()
            .map(|(headers, body)| self.read(headers, body))
            .collect()
    }

    fn read(&self, headers: &HeaderMap, body: &Bytes) -> Told {
        let proof = headers["authorization"].to_str().unwrap();
        let said = json!({ "key": text(self.key.to_bytes()), "auth": text([9; 16]), "body": text(body), "proof": proof });
        let python = std::env::var("SERVERY_TEST_PEERS").expect(
            "SERVERY_TEST_PEERS names a Python that has 'http_ece' and 'py_vapid'; './dev test' installs one",
        );
        let mut command = Command::new(python);
        command
            .args(["-c", READ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        process
            .stdin
            .take()
            .unwrap()
            .write_all(said.to_string().as_bytes())
            .unwrap();
        let read = process.wait_with_output().unwrap();
        let told: Value = serde_json::from_slice(&read.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&read.stderr)));
        assert_eq!(
            (&told["proven"], &told["header"]),
            (&json!(true), &json!({ "typ": "JWT", "alg": "ES256" }))
        );
        let key = proof.rsplit_once("k=").unwrap().1.to_owned();
        Told {
            headers: headers.clone(),
            notice: told["notice"].clone(),
            claims: told["claims"].clone(),
            key,
        }
    }
}
