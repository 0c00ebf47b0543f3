//! Passkeys, made and used by an authenticator that is a program.

use axum::{body::Body, http::Request};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use servery::{
    accounts::passkeys::webauthn::{Site, VerifiedRegistration, WebAuthnError},
    settings::Settings,
};
use servery_domain::{
    id::AccountId,
    passkey::{Assertion, Attestation},
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::passkeys::Passkey;
use sha2::{Digest, Sha256};

use crate::test_app::{Answer, TestApp};

const ORIGIN: &str = "https://eat.example";
const VERIFIED: u8 = 0b101;

#[derive(Clone)]
struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    counter: u32,
    host: &'static str,
    origin: &'static str,
    flags: u8,
    /// Whose it is, as it was told when it made a key.
    handle: String,
}

fn text(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    fn new(seed: u8) -> Self {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        Self {
            key,
            id: vec![seed; 16],
            counter: 0,
            host: "eat.example",
            origin: ORIGIN,
            flags: VERIFIED,
            handle: String::new(),
        }
    }

    fn client_data(&self, kind: &str, challenge: &str) -> String {
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        [
            Sha256::digest(self.host).as_slice(),
            &[flags],
            &self.counter.to_be_bytes(),
        ]
        .concat()
    }

    /// As COSE writes it, with an algorithm that may be another.
    fn public_key(&self, algorithm: i32) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let point = point.as_bytes();
        let mut cose = minicbor::Encoder::new(Vec::new());
        cose.map(5)
            .unwrap()
            .i32(1)
            .unwrap()
            .i32(2)
            .unwrap()
            .i32(3)
            .unwrap()
            .i32(algorithm)
            .unwrap()
            .i32(-1)
            .unwrap()
            .i32(1)
            .unwrap();
        cose.i32(-2)
            .unwrap()
            .bytes(&point[1..33])
            .unwrap()
            .i32(-3)
            .unwrap()
            .bytes(&point[33..])
            .unwrap();
        cose.into_writer()
    }

    fn create(&self, challenge: &str, algorithm: i32) -> Value {
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data = [
            &self.data(self.flags | 1 << 6),
            &[0; 16][..],
            &length,
            &self.id,
            &self.public_key(algorithm),
        ]
        .concat();
        let mut object = minicbor::Encoder::new(Vec::new());
        object
            .map(3)
            .unwrap()
            .str("fmt")
            .unwrap()
            .str("none")
            .unwrap()
            .str("attStmt")
            .unwrap()
            .map(0)
            .unwrap();
        object.str("authData").unwrap().bytes(&data).unwrap();
        let client_data = text(self.client_data("webauthn.create", challenge));
        json!({ "id": text(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": { "clientDataJSON": client_data, "attestationObject": text(object.into_writer()), "transports": ["internal"] } })
    }

    fn get(&mut self, challenge: &str) -> Value {
        self.counter += 1;
        let client_data = self.client_data("webauthn.get", challenge);
        let data = self.data(self.flags);
        let signature: DerSignature = self
            .key
            .sign(&[data.as_slice(), &Sha256::digest(&client_data)].concat());
        json!({ "id": text(&self.id), "type": "public-key",
            "response": { "clientDataJSON": text(client_data), "authenticatorData": text(data), "signature": text(signature.as_bytes()), "userHandle": self.handle } })
    }
}

impl TestApp {
    pub async fn on_its_site() -> Self {
        Self::with(
            None,
            Settings {
                public_url: Some(ORIGIN.into()),
                ..Settings::default()
            },
        )
        .await
    }

    async fn add_passkey(&self, session: &str, authenticator: &mut Authenticator) -> Answer {
        let options = self
            .post(
                "/api/v1/account/passkeys/challenges",
                &[("cookie", session)],
                &json!({}),
            )
            .await
            .json();
        assert_eq!(
            (&options["rp"]["id"], &options["pubKeyCredParams"][0]["alg"]),
            (&json!("eat.example"), &json!(-7))
        );
        authenticator.handle = options["user"]["id"].as_str().unwrap().to_owned();
        let credential = authenticator.create(options["challenge"].as_str().unwrap(), -7);
        self.post(
            "/api/v1/account/passkeys",
            &[("cookie", session)],
            &json!({ "name": "Phone", "credential": credential }),
        )
        .await
    }

    pub async fn challenge(&self) -> String {
        let options = self
            .post("/api/v1/sessions/challenges", &[], &json!({}))
            .await
            .json();
        assert_eq!(
            (&options["rpId"], &options["userVerification"]),
            (&json!("eat.example"), &json!("required"))
        );
        options["challenge"].as_str().unwrap().to_owned()
    }

    pub async fn use_passkey(&self, sent: &Value) -> Answer {
        self.post("/api/v1/sessions/passkeys", &[], sent).await
    }
}

#[tokio::test]
async fn a_passkey_is_made_and_opens_the_account() {
    let app = TestApp::on_its_site().await;
    let session = app.signed_in("ada@example.org").await;
    let mut phone = Authenticator::new(7);
    let made = app.add_passkey(&session, &mut phone).await;
    assert_eq!(
        (made.status.as_u16(), &made.json()["id"]),
        (201, &json!(text(&phone.id))),
        "{}",
        made.text()
    );
    app.add_passkey(&session, &mut phone)
        .await
        .problem(ProblemType::Conflict);
    let sent = phone.get(&app.challenge().await);
    let answer = app.use_passkey(&sent).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["account"]["email"]),
        (201, &json!("ada@example.org")),
        "{}",
        answer.text()
    );
    let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
    let passkeys = app
        .get("/api/v1/account/passkeys", &[("cookie", &cookie)])
        .await
        .json();
    assert_eq!(passkeys[0]["name"], "Phone");
    assert_eq!(
        app.get("/api/v1/account/export", &[("cookie", &cookie)])
            .await
            .json()["passkeys"],
        passkeys
    );
    app.use_passkey(&sent).await.problem(ProblemType::SignedOut);
    let path = format!("/api/v1/account/passkeys/{}", text(&phone.id));
    assert_eq!(
        app.call("DELETE", &path, &[("cookie", &cookie)], &json!({}))
            .await
            .status,
        204
    );
    app.use_passkey(&phone.get(&app.challenge().await))
        .await
        .problem(ProblemType::SignedOut);
}

#[tokio::test]
async fn a_passkey_is_removed_by_a_plain_form() {
    let app = TestApp::on_its_site().await;
    let session = app.signed_in("ada@example.org").await;
    let mut phone = Authenticator::new(7);
    app.add_passkey(&session, &mut phone).await;
    let shown = app
        .get(
            "/account",
            &[
                ("cookie", &format!("{session}; servery_render=thin")),
                ("accept", "text/html"),
            ],
        )
        .await;
    assert!(shown.text().contains("<bdi>Phone</bdi>"), "{}", shown.text());
    let form = Request::post("/account")
        .header("cookie", &session)
        .header("content-type", "application/x-www-form-urlencoded");
    let body = format!("change=remove-passkey&passkey={}", text(&phone.id));
    let answer = app.send(form.body(Body::from(body)).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, "/account?done=saved")
    );
    assert_eq!(
        app.get("/api/v1/account/passkeys", &[("cookie", &session)])
            .await
            .json(),
        json!([])
    );
}

#[tokio::test]
async fn a_passkey_answers_only_what_it_was_asked() {
    let app = TestApp::on_its_site().await;
    let session = app.signed_in("ada@example.org").await;
    let mut phone = Authenticator::new(7);
    app.add_passkey(&session, &mut phone).await;
    app.use_passkey(&phone.get("made-up-by-myself"))
        .await
        .problem(ProblemType::Conflict);
    let options = app
        .post(
            "/api/v1/account/passkeys/challenges",
            &[("cookie", &session)],
            &json!({}),
        )
        .await
        .json();
    let to_make_one = options["challenge"].as_str().unwrap();
    app.use_passkey(&phone.get(to_make_one))
        .await
        .problem(ProblemType::Conflict);
    let to_sign_in = app.challenge().await;
    let credential = Authenticator::new(8).create(&to_sign_in, -7);
    let body = json!({ "name": "Other", "credential": credential });
    app.post("/api/v1/account/passkeys", &[("cookie", &session)], &body)
        .await
        .problem(ProblemType::Conflict);
    let mut copy = phone.clone();
    assert_eq!(
        app.use_passkey(&phone.get(&app.challenge().await)).await.status,
        201
    );
    app.use_passkey(&copy.get(&app.challenge().await))
        .await
        .problem(ProblemType::SignedOut);
}

fn site() -> Site {
    Site {
        host: "eat.example".into(),
        origin: ORIGIN.into(),
    }
}

#[test]
fn a_key_for_another_site_or_purpose_is_refused() {
    let phone = Authenticator::new(7);
    let evil = Authenticator {
        origin: "https://evil.example",
        ..phone.clone()
    };
    let other = Authenticator {
        host: "evil.example",
        ..phone.clone()
    };
    let unverified = Authenticator {
        flags: 1,
        ..phone.clone()
    };
    let absent = Authenticator {
        flags: 0b100,
        ..phone.clone()
    };
    for (authenticator, algorithm, fault) in [
        (&evil, -7, WebAuthnError::OtherSite),
        (&other, -7, WebAuthnError::OtherSite),
        (&unverified, -7, WebAuthnError::Unverified),
        (&absent, -7, WebAuthnError::Unverified),
        (&phone, -257, WebAuthnError::OtherKey),
    ] {
        let sent: Attestation =
            serde_json::from_value(authenticator.create("x", algorithm)["response"].clone()).unwrap();
        assert_eq!(site().verify_registration(&sent), Err(fault));
    }
    let sound: Attestation = serde_json::from_value(phone.create("x", -7)["response"].clone()).unwrap();
    assert_eq!(site().verify_registration(&sound).unwrap().challenge, "x");
    for broken in ["", "AA", "o2NmbXRkbm9uZQ", &sound.attestation_object[..200]] {
        let sent = Attestation {
            attestation_object: broken.into(),
            ..sound.clone()
        };
        assert_eq!(
            site().verify_registration(&sent),
            Err(WebAuthnError::Malformed),
            "{broken}"
        );
    }
}

/// As it is stored once it is made.
fn stored(made: VerifiedRegistration, counter: u32) -> Passkey {
    Passkey {
        id: made.id,
        account: AccountId(7),
        algorithm: made.public_key.algorithm,
        public_key: made.public_key.text,
        counter,
        backup_eligible: made.backup.is_eligible,
        backed_up: made.backup.is_done,
        name: "Phone".into(),
        created_at: Timestamp(0),
    }
}

#[test]
fn a_signature_counts_for_what_was_signed_only() {
    let mut phone = Authenticator::new(7);
    phone.handle = text(AccountId(7).to_string());
    let made = |authenticator: &Authenticator| {
        let sent = authenticator.create("x", -7)["response"].clone();
        site()
            .verify_registration(&serde_json::from_value(sent).unwrap())
            .unwrap()
    };
    let verified = |sent: &Assertion, passkey: &Passkey| site().verify_assertion(sent, passkey);
    let passkey = stored(made(&phone), 0);
    let sound: Assertion = serde_json::from_value(phone.get("x")["response"].clone()).unwrap();
    assert_eq!(verified(&sound, &passkey).unwrap().counter, 1);
    assert_eq!(
        verified(&sound, &stored(made(&phone), 1)),
        Err(WebAuthnError::Copied)
    );
    let others = stored(made(&Authenticator::new(8)), 0);
    assert_eq!(verified(&sound, &others), Err(WebAuthnError::Signature));
    let later: Assertion = serde_json::from_value(phone.get("y")["response"].clone()).unwrap();
    let mixed = Assertion {
        client_data: later.client_data,
        ..sound.clone()
    };
    assert_eq!(verified(&mixed, &passkey), Err(WebAuthnError::Signature));
    let made_one = Assertion {
        client_data: text(phone.client_data("webauthn.create", "x")),
        ..sound.clone()
    };
    assert_eq!(verified(&made_one, &passkey), Err(WebAuthnError::OtherSite));
    let cut = Assertion {
        signature: "MEQ".into(),
        ..sound
    };
    assert_eq!(verified(&cut, &passkey), Err(WebAuthnError::Signature));
}
