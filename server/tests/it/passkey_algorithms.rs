//! Passkeys of every algorithm that devices have, made and used by an authenticator that others have written.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use servery_domain::problem::ProblemType;

use crate::test_app::{Answer, TestApp};

const ALGORITHMS: [i32; 3] = [-7, -8, -257];
const ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;

struct Authenticator {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Authenticator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Authenticator {
    fn start() -> Self {
        let python = std::env::var("SERVERY_TEST_PEERS")
            .expect("SERVERY_TEST_PEERS names a Python that has 'fido2'; './dev test' installs one");
        let mut process = Command::new(python)
            .args(["-c", include_str!("authenticator.py")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            questions: process.stdin.take().unwrap(),
            answers: BufReader::new(process.stdout.take().unwrap()),
            process,
        }
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {question}"))
    }
}

struct Holder {
    app: TestApp,
    authenticator: Authenticator,
    session: String,
    /// As the authenticator keeps it.
    handle: String,
}

impl Holder {
    async fn new(email: &str) -> Self {
        let app = TestApp::on_its_site().await;
        Self {
            session: app.signed_in(email).await,
            app,
            authenticator: Authenticator::start(),
            handle: String::new(),
        }
    }

    async fn add(&mut self, alg: i32, flags: u8) -> (Answer, String) {
        let path = "/api/v1/account/passkeys/challenges";
        let headers = [("cookie", self.session.as_str())];
        let options = self.app.post(path, &headers, &json!({})).await.json();
        let offered = options["pubKeyCredParams"].as_array().unwrap();
        assert!(offered.iter().any(|offered| offered["alg"] == alg), "{options}");
        self.handle = options["user"]["id"].as_str().unwrap().to_owned();
        let question =
            json!({ "do": "create", "alg": alg, "flags": flags, "challenge": options["challenge"] });
        let credential = self.authenticator.ask(&question);
        let id = credential["id"].as_str().unwrap().to_owned();
        let new = json!({ "name": "Key", "credential": credential });
        (
            self.app.post("/api/v1/account/passkeys", &headers, &new).await,
            id,
        )
    }

    async fn assertion(&mut self, id: &str, flags: u8) -> Value {
        let challenge = self.app.challenge().await;
        let question =
            json!({ "do": "get", "id": id, "flags": flags, "challenge": challenge, "user": self.handle });
        self.authenticator.ask(&question)
    }

    async fn sign_in(&mut self, id: &str, flags: u8) -> Answer {
        let sent = self.assertion(id, flags).await;
        self.app.use_passkey(&sent).await
    }
}

#[tokio::test]
async fn a_key_of_every_algorithm_opens_its_account() {
    let mut holder = Holder::new("ada@example.org").await;
    for alg in ALGORITHMS {
        let (made, id) = holder.add(alg, ELIGIBLE).await;
        assert_eq!(made.status, 201, "{alg}: {}", made.text());
        let answer = holder.sign_in(&id, ELIGIBLE).await;
        assert_eq!(answer.status, 201, "{alg}: {}", answer.text());
        assert_eq!(answer.json()["account"]["email"], "ada@example.org", "{alg}");
        let mut forged = holder.assertion(&id, ELIGIBLE).await;
        let signature = forged["response"]["signature"].as_str().unwrap();
        let other = if signature.starts_with('A') { "B" } else { "A" };
        forged["response"]["signature"] = format!("{other}{}", &signature[1..]).into();
        holder
            .app
            .use_passkey(&forged)
            .await
            .problem(ProblemType::SignedOut);
    }
}

#[tokio::test]
async fn a_key_says_whose_it_is() {
    let mut holder = Holder::new("ada@example.org").await;
    let (_, id) = holder.add(-7, 0).await;
    let mut sent = holder.assertion(&id, 0).await;
    sent["response"]["userHandle"] = Value::Null;
    holder
        .app
        .use_passkey(&sent)
        .await
        .problem(ProblemType::SignedOut);
    let own = std::mem::replace(&mut holder.handle, "AAAA".into());
    holder.sign_in(&id, 0).await.problem(ProblemType::SignedOut);
    holder.handle = own;
    assert_eq!(holder.sign_in(&id, 0).await.status, 201);
}

#[tokio::test]
async fn what_a_key_says_of_its_backup_is_kept_and_does_not_change() {
    let mut holder = Holder::new("ada@example.org").await;
    let (impossible, _) = holder.add(-7, BACKED_UP).await;
    impossible.problem(ProblemType::NotAccepted);
    let (_, bound) = holder.add(-7, 0).await;
    holder
        .sign_in(&bound, ELIGIBLE)
        .await
        .problem(ProblemType::SignedOut);
    assert_eq!(holder.sign_in(&bound, 0).await.status, 201);
    let (_, synced) = holder.add(-7, ELIGIBLE).await;
    holder.sign_in(&synced, 0).await.problem(ProblemType::SignedOut);
    for (flags, is_backed_up) in [(ELIGIBLE, false), (ELIGIBLE | BACKED_UP, true), (ELIGIBLE, false)] {
        assert_eq!(holder.sign_in(&synced, flags).await.status, 201);
        let stored = holder.app.store.passkey(&synced).await.unwrap().unwrap();
        assert_eq!((stored.backup_eligible, stored.backed_up), (true, is_backed_up));
    }
}
