//! Mails about orders and accounts are sent once, through a real mail server.

use serde_json::{Value, json};
use servery::{
    clock,
    jobs::{self, mail::Mailer},
};
use servery_domain::{
    audit::Author,
    job::Lane,
    order::Event,
    problem::ProblemType,
    time::{LocalMinute, Timestamp},
};

use crate::{
    mail_server::{Mail, MailServer},
    orders::DINER,
    sync::Device,
    test_app::{TestApp, unique},
};

struct Post {
    app: TestApp,
    server: MailServer,
    mailer: Mailer,
}

impl Post {
    async fn with(server: MailServer) -> Self {
        let settings = server.settings();
        let mailer = Mailer::new(&settings).unwrap().unwrap();
        Self {
            app: TestApp::with(None, settings).await,
            server,
            mailer,
        }
    }

    /// Does all that is due by then.
    async fn work(&self, now: Timestamp) {
        while jobs::run_due_jobs(&self.app.app, Some(&self.mailer), now)
            .await
            .unwrap()
            > 0
        {}
    }

    async fn arrived(&self) -> Vec<Mail> {
        self.work(clock::now()).await;
        self.server.mails()
    }

    /// The cookie of a new account whose address was confirmed by mail.
    async fn signed_in(&self, email: &str) -> String {
        self.app.sign_up(email).await;
        let verify = json!({ "token": self.arrived().await[0].token("verify") });
        let path = "/api/v1/account/verifications";
        self.app.post(path, &[], &verify).await;
        self.app.sign_in(email, "correct horse battery").await
    }

    async fn order(&self, email: &str, lang: &str) -> Value {
        let mut placement = self
            .app
            .placement(self.app.basket("Meatloaf & Mashed Potatoes", 2).await)
            .await;
        placement["contact"]["email"] = json!(email);
        placement["lang"] = json!(lang);
        placement["basket"]["lines"][0]["note"] = json!("no <b>peas</b>");
        self.app.place(&placement).await.json()
    }

    async fn advance(&self, receipt: &Value, event: Event) {
        let order = receipt["id"].as_str().unwrap().parse().unwrap();
        servery::orders::advance(&self.app.app, order, event, Author::Operator)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_confirmation_says_what_was_ordered_and_leads_to_the_order() {
    let post = Post::with(MailServer::started().await).await;
    let receipt = post.order("ada@example.org", "en").await;
    let confirmation = post
        .arrived()
        .await
        .into_iter()
        .find(|mail| mail.subject.starts_with("Your order"))
        .unwrap();
    assert_eq!(
        (confirmation.to.as_str(), confirmation.from.as_str()),
        ("ada@example.org", "Servery <servery@eat.example>")
    );
    assert_eq!(
        confirmation.subject,
        format!("Your order {} at Lighthouse Diner", receipt["number"])
    );
    assert_eq!(
        (confirmation.kind.as_str(), confirmation.defects),
        ("multipart/alternative", 0)
    );
    let link = format!(
        "https://eat.example/orders/{}",
        receipt["token"].as_str().unwrap()
    );
    for said in [
        "2 × Meatloaf & Mashed Potatoes  $35.90",
        "Service  $1.08",
        "Sales tax 8.875 %  $3.28",
        "Total  $40.26",
        &link,
    ] {
        assert!(
            confirmation.text.contains(said),
            "{said} is not in {}",
            confirmation.text
        );
    }
    assert!(
        !confirmation.text.contains("peas") && !confirmation.html.contains("peas"),
        "whoever orders could write to anybody"
    );
    for said in ["$40.26", &link] {
        assert!(
            confirmation.html.contains(said),
            "{said} is not in {}",
            confirmation.html
        );
    }
    let order = receipt["id"].as_str().unwrap();
    let revision = &post.app.order(receipt["token"].as_str().unwrap()).await["revision"];
    assert!(
        confirmation.id.starts_with(&format!("<{order}-{revision}-mail")),
        "{}",
        confirmation.id
    );
}

#[tokio::test]
async fn each_step_is_told_in_the_language_of_the_order() {
    let post = Post::with(MailServer::started().await).await;
    let receipt = post.order("ada@example.org", "de").await;
    let number = &receipt["number"];
    let subjects = async || {
        let mut subjects: Vec<String> = post
            .arrived()
            .await
            .into_iter()
            .map(|mail| mail.subject)
            .collect();
        subjects.sort();
        subjects
    };
    let placed = format!("Ihre Bestellung {number} bei Lighthouse Diner");
    assert_eq!(subjects().await, std::slice::from_ref(&placed));
    post.advance(
        &receipt,
        Event::Accepted {
            ready_at: LocalMinute(30_000_000),
        },
    )
    .await;
    let accepted = format!("Lighthouse Diner hat Bestellung {number} angenommen");
    assert_eq!(subjects().await, [placed.clone(), accepted.clone()]);
    post.advance(&receipt, Event::Preparing).await;
    post.advance(&receipt, Event::Ready).await;
    let ready = format!("Bestellung {number} ist fertig");
    assert_eq!(
        subjects().await,
        [ready.clone(), placed.clone(), accepted.clone()]
    );
    post.advance(
        &receipt,
        Event::Cancelled {
            reason: "Der Ofen ist aus".into(),
        },
    )
    .await;
    let mails = post.arrived().await;
    let cancelled = mails
        .iter()
        .find(|mail| mail.subject.ends_with("ist storniert"))
        .unwrap();
    assert!(
        cancelled.text.contains("Grund: Der Ofen ist aus"),
        "{}",
        cancelled.text
    );
    assert_eq!(mails.len(), 4);
}

#[tokio::test]
async fn a_mail_waits_for_the_mail_server_and_arrives_once() {
    let mut post = Post::with(MailServer::new().await).await;
    post.order("ada@example.org", "en").await;
    let now = clock::now();
    post.work(now).await;
    assert!(
        post.app
            .store
            .take_jobs(Lane::Mail, Timestamp(now.0 + 1), now)
            .await
            .unwrap()
            .is_empty(),
        "it is put off"
    );
    post.server.start().await;
    let later = Timestamp(now.0 + 60);
    tokio::join!(post.work(later), post.work(later));
    assert_eq!(post.server.mails().len(), 1);
    post.work(Timestamp(now.0 + 100_000)).await;
    assert_eq!(post.server.mails().len(), 1);
}

#[tokio::test]
async fn the_runner_is_woken_by_what_happens() {
    let post = Post::with(MailServer::started().await).await;
    let Post { app, server, mailer } = post;
    let running = tokio::spawn(jobs::run(app.app.clone(), Some(mailer)));
    app.sign_up("ada@example.org").await;
    let began = std::time::Instant::now();
    while server.mails().is_empty() {
        assert!(
            began.elapsed() < std::time::Duration::from_secs(20),
            "no mail came"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    running.abort();
}

#[tokio::test]
async fn an_address_is_confirmed_before_it_signs_in() {
    let post = Post::with(MailServer::started().await).await;
    let app = &post.app;
    app.sign_up("ada@example.org").await;
    let sign_in = json!({ "email": "ada@example.org", "password": "correct horse battery" });
    app.post("/api/v1/sessions", &[], &sign_in)
        .await
        .problem(ProblemType::SignedOut);
    let mails = post.arrived().await;
    assert_eq!(
        mails.len(),
        2,
        "one when signing up, one for who knows the password and lost the first"
    );
    assert!(
        mails.iter().all(|mail| mail.subject == "Ist das Ihre Adresse?"),
        "{mails:?}"
    );
    let token = mails[0].token("verify");
    let verify = async |token: &str| {
        app.post("/api/v1/account/verifications", &[], &json!({ "token": token }))
            .await
    };
    verify(&"0".repeat(64)).await.problem(ProblemType::NotFound);
    assert_eq!(verify(&token).await.status, 204);
    verify(&token).await.problem(ProblemType::NotFound);
    assert_eq!(app.post("/api/v1/sessions", &[], &sign_in).await.status, 201);
}

#[tokio::test]
async fn who_signs_up_twice_learns_it_by_mail() {
    let post = Post::with(MailServer::started().await).await;
    post.app.sign_up("ada@example.org").await;
    post.app.sign_up("ADA@example.org").await;
    let mails = post.arrived().await;
    let known = mails
        .iter()
        .find(|mail| mail.subject == "Sie haben schon ein Konto")
        .unwrap();
    assert_eq!(known.to, "ada@example.org");
    known.token("reset");
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_mail() {
    let post = Post::with(MailServer::started().await).await;
    let app = &post.app;
    let session = post.signed_in("ada@example.org").await;
    for email in ["Ada@example.org", "nobody@example.org"] {
        assert_eq!(
            app.post("/api/v1/password-resets", &[], &json!({ "email": email }))
                .await
                .status,
            202
        );
    }
    let mails = post.arrived().await;
    assert_eq!(mails.len(), 2, "nobody gets none");
    let token = mails
        .iter()
        .find(|mail| mail.subject == "Ein neues Passwort")
        .unwrap()
        .token("reset");
    let path = format!("/api/v1/password-resets/{token}");
    app.post(&path, &[], &json!({ "password": "short" }))
        .await
        .problem(ProblemType::NotAccepted);
    assert_eq!(
        app.post(&path, &[], &json!({ "password": "a new password for the pier" }))
            .await
            .status,
        204
    );
    app.post(&path, &[], &json!({ "password": "another password of mine" }))
        .await
        .problem(ProblemType::NotFound);
    app.get("/api/v1/account", &[("cookie", &session)])
        .await
        .problem(ProblemType::SignedOut);
    app.sign_in("ada@example.org", "a new password for the pier")
        .await;
}

#[tokio::test]
async fn the_deletion_of_an_account_is_mailed_to_its_address() {
    let post = Post::with(MailServer::started().await).await;
    let app = &post.app;
    let session = post.signed_in("ada@example.org").await;
    let headers = [("cookie", session.as_str())];
    let deleted = app.call("DELETE", "/api/v1/account", &headers, &json!({})).await;
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    let mails = post.arrived().await;
    let told = mails
        .iter()
        .find(|mail| mail.subject == "Ihr Konto wurde gelöscht");
    assert_eq!(
        told.map(|mail| mail.to.as_str()),
        Some("ada@example.org"),
        "{mails:?}"
    );
    assert!(!post.app.dump().await.contains("ada@example.org"));
}

#[tokio::test]
async fn a_receipt_of_the_till_is_mailed_once_however_often_it_is_asked_for() {
    let post = Post::with(MailServer::started().await).await;
    let app = &post.app;
    let mut bar = Device::new(app, "till").await;
    let [bill, shift, payment, coffee] = [(); 4].map(|()| unique());
    let pick = json!({ "choice": unique(), "name": "Oat milk", "price": 50, "depth": 1 });
    let line = json!({ "id": coffee, "dish": unique(), "name": "Coffee <b>", "price": 350, "taxed": [[88_750, 350]], "picks": [pick], "count": 2 });
    let discount = json!({ "id": unique(), "off": { "amount": 100 }, "reason": "waited long" });
    let tender = json!({ "id": payment, "method": "cash", "amount": 653, "tip": 47, "given": 1_000 });
    let mail = |payment: &str| json!({ "mail": { "bill": bill, "payment": payment, "to": "ada@example.org", "lang": "en" } });
    let mut ops = vec![
        bar.op(json!({ "open_shift": { "shift": shift, "float": 0 } })),
        bar.op(json!({ "open": { "bill": bill, "seat": "counter", "plus_tax": true } })),
        bar.op(json!({ "add": { "bill": bill, "line": line } })),
        bar.op(json!({ "discount": { "bill": bill, "discount": discount } })),
        bar.op(json!({ "pay": { "bill": bill, "shift": shift, "tender": tender } })),
        bar.op(mail(&payment)),
    ];
    // A disk that failed in answering has kept it twice.
    let mut again = bar.op(mail(&payment));
    again["id"] = ops[5]["id"].clone();
    ops.extend([again.clone(), bar.op(mail(&unique()))]);
    for _ in 0..2 {
        assert_eq!(bar.syncs(app, 0, &ops[..6]).await["done"], 6);
    }
    let mails = post.arrived().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(bar.syncs(app, 0, &ops[5..]).await["done"], 8);
    assert_eq!(
        post.arrived().await.len(),
        1,
        "the job of the first is done and gone, and is not made anew"
    );
    let refused = bar.all(app, "refused_op").await;
    assert_eq!((refused.len(), &refused[0]["why"]), (1, &json!("unknown")));
    let (mail, number) = (&mails[0], format!("{}-1", bar.short()));
    assert_eq!(
        (mail.to.as_str(), mail.subject.clone()),
        (
            "ada@example.org",
            format!("Your receipt {number} from Lighthouse Diner")
        )
    );
    let diner = app.entry("lighthouse-diner").await;
    let street = &diner.listing().restaurant.address.street;
    let time = diner
        .clock(Timestamp(1_800_000_000))
        .to_string()
        .replace('T', " ");
    for said in [
        street.as_str(),
        &format!("Receipt {number} · {time}"),
        "2 × Coffee <b>  $7.00\n  Oat milk",
        "waited long  -$1.00",
        "Total  $6.53",
        "plus Sales tax 8.875 %  $0.53",
        "Paid in cash  $6.53",
        "Tip  $0.47",
        "Given  $10.00",
        "Change  $3.00",
    ] {
        assert!(mail.text.contains(said), "{said} is not in {}", mail.text);
    }
    assert!(mail.html.contains("Coffee &lt;b&gt;"), "{}", mail.html);
}

#[tokio::test]
async fn without_a_mail_server_nothing_waits() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.org").await;
    assert_eq!(jobs::run_due_jobs(&app.app, None, clock::now()).await.unwrap(), 1);
    assert_eq!(
        jobs::run_due_jobs(&app.app, None, Timestamp(clock::now().0 + 100_000))
            .await
            .unwrap(),
        0
    );
    assert_eq!(app.get(DINER, &[]).await.status, 200);
}
