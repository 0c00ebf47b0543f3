//! A browser is told what becomes of an order, if it asked for that.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use servery::{clock, jobs, settings::Settings};
use servery_domain::{
    audit::Author,
    job::{Job, Lane},
    order::Event,
    problem::ProblemType,
    time::{LocalMinute, Timestamp},
};

use crate::{push_service::PushService, test_app::TestApp};

const ACCEPTED: Event = Event::Accepted {
    ready_at: LocalMinute(30_000_000),
};

struct Diner {
    app: TestApp,
    service: PushService,
    receipt: Value,
    push: String,
}

impl Diner {
    async fn new() -> Self {
        let settings = Settings {
            private_addresses: Some(true),
            ..Settings::default()
        };
        let (app, service) = (TestApp::with(None, settings).await, PushService::start().await);
        let receipt = app
            .place(&app.placement(app.basket("Bottomless Coffee", 1).await).await)
            .await
            .json();
        let push = format!("/api/v1/orders/{}/push", receipt["token"].as_str().unwrap());
        Self {
            app,
            service,
            receipt,
            push,
        }
    }

    /// Answers with the cookie that says which browser it is.
    async fn subscribe(&self, lang: &str) -> String {
        let answer = self
            .app
            .call("PUT", &self.push, &[], &self.service.subscription(lang))
            .await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        answer.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    async fn is_on(&self, cookie: &str) -> bool {
        self.app.get(&self.push, &[("cookie", cookie)]).await.json()["on"]
            .as_bool()
            .unwrap()
    }

    async fn advance(&self, event: Event, author: Author) {
        let order = self.receipt["id"].as_str().unwrap().parse().unwrap();
        servery::orders::advance(&self.app.app, order, event, author)
            .await
            .unwrap();
    }

    async fn until(&self, condition: impl Fn() -> bool) {
        let waiting = async {
            while !condition() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(8), waiting)
            .await
            .expect("before the first request's time limit");
    }

    async fn work(&self, now: Timestamp) {
        while jobs::run_due_jobs(&self.app.app, None, now).await.unwrap() > 0 {}
    }
}

#[tokio::test]
async fn a_browser_is_told_in_its_language_and_only_it_can_read_that() {
    let diner = Diner::new().await;
    let cookie = diner.subscribe("de").await;
    assert!(diner.is_on(&cookie).await);
    diner.advance(ACCEPTED, Author::Operator).await;
    diner.advance(Event::Preparing, Author::Operator).await;
    diner.advance(Event::Ready, Author::Operator).await;
    diner.work(clock::now()).await;
    let mut told = diner.service.told();
    told.sort_by_key(|told| told.notice["title"].to_string());
    let number = &diner.receipt["number"];
    let titles: Vec<&str> = told
        .iter()
        .map(|told| told.notice["title"].as_str().unwrap())
        .collect();
    assert_eq!(
        titles,
        [
            format!("Bestellung {number} ist fertig"),
            format!("Lighthouse Diner hat Bestellung {number} angenommen")
        ]
    );
    let ready = &told[0];
    let path = format!("/orders/{}", diner.receipt["token"].as_str().unwrap());
    assert_eq!(
        (&ready.notice["path"], &ready.notice["lang"], &ready.notice["dir"]),
        (&json!(path), &json!("de"), &json!("ltr"))
    );
    assert!(
        ready.notice["body"]
            .as_str()
            .unwrap()
            .contains("Lighthouse Diner"),
        "{}",
        ready.notice
    );
    let header = |name: &str| ready.headers[name].to_str().unwrap().to_owned();
    assert_eq!(
        ["urgency", "topic", "content-encoding"].map(header),
        ["high", diner.receipt["id"].as_str().unwrap(), "aes128gcm"]
    );
    assert!((60..=24 * 3_600).contains(&header("ttl").parse::<u32>().unwrap()));
    let (now, exp) = (clock::now().0, ready.claims["exp"].as_i64().unwrap());
    assert_eq!(ready.claims["aud"], diner.service.origin);
    assert!(
        exp > now && exp <= now + 24 * 3_600 && ready.claims["sub"].as_str().unwrap().starts_with("mailto:"),
        "{}",
        ready.claims
    );
    assert_eq!(
        diner.app.get(&diner.push, &[]).await.json(),
        json!({ "key": ready.key, "on": false }),
        "another browser"
    );
}

#[tokio::test]
async fn an_order_that_nobody_asked_to_be_told_of_makes_no_work() {
    let diner = Diner::new().await;
    let cookie = diner.subscribe("en").await;
    assert_eq!(
        diner
            .app
            .call("DELETE", &diner.push, &[("cookie", &cookie)], &json!({}))
            .await
            .status,
        204
    );
    assert!(!diner.is_on(&cookie).await);
    diner.advance(ACCEPTED, Author::Operator).await;
    let now = clock::now();
    let waiting = diner
        .app
        .store
        .take_jobs(Lane::Push, Timestamp(now.0 + 1), now)
        .await
        .unwrap();
    assert!(
        waiting.iter().all(|due| !matches!(due.job, Job::Push { .. })),
        "{waiting:?}"
    );
}

#[tokio::test]
async fn who_cancels_knows_it() {
    let diner = Diner::new().await;
    diner.subscribe("en").await;
    diner
        .advance(
            Event::Cancelled {
                reason: String::new(),
            },
            Author::Diner,
        )
        .await;
    diner.work(clock::now()).await;
    assert_eq!(diner.service.taken(), 0);
}

#[tokio::test]
async fn a_push_service_that_is_away_is_asked_again_and_tells_once() {
    let diner = Diner::new().await;
    diner.subscribe("en").await;
    diner.service.answer_once(StatusCode::SERVICE_UNAVAILABLE);
    diner.advance(ACCEPTED, Author::Operator).await;
    let now = clock::now();
    diner.work(now).await;
    assert_eq!(diner.service.taken(), 1);
    for seconds in [60, 600, 6_000] {
        diner.work(Timestamp(now.0 + seconds)).await;
        assert_eq!(diner.service.taken(), 2, "after {seconds} seconds");
    }
}

#[tokio::test]
async fn an_address_that_is_gone_is_forgotten() {
    for gone in [StatusCode::GONE, StatusCode::NOT_FOUND] {
        let diner = Diner::new().await;
        let cookie = diner.subscribe("en").await;
        diner.service.answer_once(gone);
        diner.advance(ACCEPTED, Author::Operator).await;
        diner.work(clock::now()).await;
        assert!(!diner.is_on(&cookie).await, "{gone}");
        diner.advance(Event::Ready, Author::Operator).await;
        diner.work(Timestamp(clock::now().0 + 10_000)).await;
        assert_eq!(diner.service.taken(), 1, "{gone}");
    }
}

#[tokio::test]
async fn what_would_be_too_late_is_not_told() {
    let diner = Diner::new().await;
    diner.subscribe("en").await;
    diner.service.answer_once(StatusCode::TOO_MANY_REQUESTS);
    diner.advance(ACCEPTED, Author::Operator).await;
    diner.work(clock::now()).await;
    diner
        .advance(
            Event::Cancelled {
                reason: "The oven is off".into(),
            },
            Author::Operator,
        )
        .await;
    diner.work(Timestamp(clock::now().0 + 600)).await;
    let told = diner.service.told();
    assert_eq!(told.len(), 2, "the acceptance, refused, and what came of it");
    assert!(
        told[1].notice["body"]
            .as_str()
            .unwrap()
            .ends_with("Reason: The oven is off"),
        "{}",
        told[1].notice
    );
}

#[tokio::test]
async fn an_address_that_is_none_of_a_push_service_is_refused() {
    let diner = Diner::new().await;
    let good = diner.service.subscription("en");
    let refused = async |change: &dyn Fn(&mut Value)| {
        let mut subscription = good.clone();
        change(&mut subscription);
        diner
            .app
            .call("PUT", &diner.push, &[], &subscription)
            .await
            .problem(ProblemType::NotAccepted)
    };
    for endpoint in ["file:///etc/passwd", "", "https://ada@push.example.com/x"] {
        refused(&|subscription| subscription["endpoint"] = json!(endpoint)).await;
    }
    refused(&|subscription| {
        subscription["endpoint"] = json!(format!("https://push.example.com/{}", "x".repeat(1_000)))
    })
    .await;
    for p256dh in ["A".repeat(87), "B".repeat(10_000), String::new()] {
        refused(&|subscription| subscription["keys"]["p256dh"] = json!(p256dh)).await;
    }
    refused(&|subscription| subscription["keys"]["auth"] = json!("short")).await;
    refused(&|subscription| subscription["lang"] = json!("tlh")).await;
}

#[tokio::test]
async fn nobody_makes_the_server_send_into_its_own_network() {
    let (app, service) = (TestApp::new().await, PushService::start().await);
    let receipt = app
        .place(&app.placement(app.basket("Bottomless Coffee", 1).await).await)
        .await
        .json();
    let push = format!("/api/v1/orders/{}/push", receipt["token"].as_str().unwrap());
    let mut subscription = service.subscription("en");
    app.call("PUT", &push, &[], &subscription)
        .await
        .problem(ProblemType::NotAccepted);
    for endpoint in [
        "http://push.example.com/x",
        "https://127.0.0.1/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://0.0.0.0/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://localhost/x",
        "https://intranet/x",
    ] {
        subscription["endpoint"] = json!(endpoint);
        app.call("PUT", &push, &[], &subscription)
            .await
            .problem(ProblemType::NotAccepted);
    }
    // What was accepted under other settings is not sent to either.
    let order = receipt["id"].as_str().unwrap().parse().unwrap();
    let browser = crate::test_app::unique().parse().unwrap();
    let stored = serde_json::from_value(service.subscription("en")).unwrap();
    app.store
        .put_subscription(order, browser, &stored, clock::now())
        .await
        .unwrap();
    servery::orders::advance(&app.app, order, ACCEPTED, Author::Operator)
        .await
        .unwrap();
    while jobs::run_due_jobs(&app.app, None, clock::now()).await.unwrap() > 0 {}
    assert_eq!(service.taken(), 0);
    assert!(app.store.subscription(order, browser).await.unwrap().is_none());
}

#[tokio::test]
async fn who_may_be_told_has_the_order_and_is_not_one_of_many() {
    let diner = Diner::new().await;
    for method in ["PUT", "DELETE"] {
        let path = format!("/api/v1/orders/{}/push", crate::test_app::unique());
        diner
            .app
            .call(method, &path, &[], &diner.service.subscription("en"))
            .await
            .problem(ProblemType::NotFound);
    }
    let mut cookie = String::new();
    for _ in 0..5 {
        cookie = diner.subscribe("en").await;
    }
    let subscription = diner.service.subscription("ar");
    diner
        .app
        .call("PUT", &diner.push, &[], &subscription)
        .await
        .problem(ProblemType::Conflict);
    assert_eq!(
        diner
            .app
            .call("PUT", &diner.push, &[("cookie", &cookie)], &subscription)
            .await
            .status,
        204,
        "one of them once more"
    );
    diner
        .advance(
            Event::Rejected {
                reason: String::new(),
            },
            Author::Operator,
        )
        .await;
    diner
        .app
        .call("PUT", &diner.push, &[("cookie", &cookie)], &subscription)
        .await
        .problem(ProblemType::Conflict);
    diner.work(clock::now()).await;
    assert_eq!(diner.service.taken(), 5);
}

#[tokio::test]
async fn the_key_is_made_once_or_is_the_operators() {
    let diner = Diner::new().await;
    let key = diner.app.get(&diner.push, &[]).await.json()["key"].clone();
    let stored = diner.app.store.secret("push-key", "another").await.unwrap();
    let own = async |key: String| {
        let app = TestApp::with(
            None,
            Settings {
                push_key: Some(key),
                ..Settings::default()
            },
        )
        .await;
        let receipt = app
            .place(&app.placement(app.basket("Bottomless Coffee", 1).await).await)
            .await
            .json();
        app.get(
            &format!("/api/v1/orders/{}/push", receipt["token"].as_str().unwrap()),
            &[],
        )
        .await
    };
    assert_eq!(own(stored).await.json()["key"], key);
    own("no key".into()).await.problem(ProblemType::Broken);
}

#[tokio::test]
async fn a_browser_with_another_address_is_told_there() {
    let (diner, moved) = (Diner::new().await, PushService::start().await);
    let cookie = diner.subscribe("en").await;
    let renewed = moved.subscription("en");
    let body = json!({ "endpoint": renewed["endpoint"], "keys": renewed["keys"] });
    let renew = async |cookie: &str, body: &Value| {
        diner
            .app
            .call("PUT", "/api/v1/push", &[("cookie", cookie)], body)
            .await
    };
    // Another browser's address moves nothing of this one's.
    assert_eq!(renew("", &body).await.status, 204);
    diner.advance(ACCEPTED, Author::Operator).await;
    diner.work(clock::now()).await;
    assert_eq!((diner.service.taken(), moved.taken()), (1, 0));
    assert_eq!(renew(&cookie, &body).await.status, 204);
    diner.advance(Event::Preparing, Author::Operator).await;
    diner.advance(Event::Ready, Author::Operator).await;
    diner.work(clock::now()).await;
    assert_eq!((diner.service.taken(), moved.taken()), (1, 1));
    assert_eq!(moved.told()[0].notice["lang"], "en", "its language stays");
    for (name, value) in [
        ("endpoint", json!("nowhere")),
        ("keys", json!({ "p256dh": "x", "auth": "y" })),
    ] {
        let mut wrong = body.clone();
        wrong[name] = value;
        let answer = renew(&cookie, &wrong).await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_push_service_that_stalls_holds_up_no_other_and_gets_one_request_at_a_time() {
    let (diner, other) = (Diner::new().await, PushService::start().await);
    for _ in 0..3 {
        diner.subscribe("en").await;
    }
    let stalled = diner.service.stall().await;
    let working = servery::jobs::run(diner.app.app.clone(), None);
    let told = async {
        diner.advance(ACCEPTED, Author::Operator).await;
        diner.until(|| diner.service.open() == (1, 1)).await;
        // Those that come later are sent while the first still waits.
        for _ in 0..2 {
            let answer = diner
                .app
                .call("PUT", &diner.push, &[], &other.subscription("en"))
                .await;
            assert_eq!(answer.status, 204, "{}", answer.text());
        }
        diner.advance(Event::Preparing, Author::Operator).await;
        diner.advance(Event::Ready, Author::Operator).await;
        diner.until(|| other.taken() == 2).await;
        assert_eq!(
            diner.service.open(),
            (1, 1),
            "and no second request to the one that stalls"
        );
        drop(stalled);
        diner.until(|| diner.service.taken() == 6).await;
        assert_eq!(diner.service.open(), (0, 1));
    };
    tokio::select! {
        () = working => unreachable!("jobs run until the server stops"),
        () = told => {}
    }
}

#[tokio::test]
async fn what_waits_for_a_push_service_that_is_away_is_put_off_with_it() {
    let diner = Diner::new().await;
    for _ in 0..3 {
        diner.subscribe("en").await;
    }
    diner.service.answer_once(StatusCode::SERVICE_UNAVAILABLE);
    diner.advance(ACCEPTED, Author::Operator).await;
    let now = clock::now();
    diner.work(now).await;
    assert_eq!(diner.service.taken(), 1, "the others were not even tried");
    diner.work(Timestamp(now.0 + 60)).await;
    assert_eq!(diner.service.taken(), 4);
}
