//! Guests' data ends, wherever it is stored, and the books stay.

use serde_json::{Value, json};
use servery::{
    cli::erase,
    clock,
    jobs::{self, retention},
    settings::Settings,
};
use servery_domain::{draft::Draft, time::Timestamp};

use crate::{
    orders::DINER,
    sync::Device,
    test_app::{TestApp, unique},
};

const DAY: i64 = 24 * 3_600;
/// Stands in everything that the guest says.
const GUEST: &str = "zwyx";
/// As it is typed, and as a coupon counts it.
/// As it is typed, as it is dialled, and its end as it is searched.
const PHONE: [&str; 3] = ["+1 212 555 0177", "+12125550177", "7710555"];

pub struct Evening {
    pub app: TestApp,
    pub till: Device,
    courier: Device,
    /// The till knows everything up to here.
    known: i64,
    receipt: Value,
    bill: String,
    run: String,
}

impl Evening {
    /// Somebody orders for delivery with a coupon and gets it at the door; somebody else calls.
    async fn new(settings: Settings) -> Self {
        Self::on(TestApp::with(None, settings).await).await
    }

    pub async fn on(app: TestApp) -> Self {
        app.put_coupon_once().await;
        let receipt = order(&app, GUEST, PHONE[0]).await;
        let (till, courier) = (
            Device::new(&app, "till").await,
            Device::new(&app, "courier").await,
        );
        let mut evening = Self {
            app,
            till,
            courier,
            known: 0,
            receipt,
            bill: unique(),
            run: unique(),
        };
        evening.deliver().await;
        evening.take_a_call().await;
        let answer = evening.till.syncs(&evening.app, 0, &[]).await;
        assert!(answer.to_string().contains(GUEST), "{answer}");
        evening.known = answer["revision"].as_i64().unwrap();
        // No mail is waited for.
        while jobs::run_due_jobs(&evening.app.app, None, clock::now())
            .await
            .unwrap()
            > 0
        {}
        evening
    }

    async fn tills(&mut self, actions: Vec<Value>) {
        let ops: Vec<Value> = actions.into_iter().map(|action| self.till.op(action)).collect();
        self.till.syncs(&self.app, 0, &ops).await;
        let refused = self.till.all(&self.app, "refused_op").await;
        assert!(refused.is_empty(), "{refused:?}");
    }

    async fn deliver(&mut self) {
        let (order, run) = (self.receipt["id"].clone(), self.run.clone());
        let event = |event: Value| json!({ "order": { "order": order, "event": event } });
        let assign = json!({ "assign": { "run": run, "courier": self.courier.id(), "orders": [order] } });
        self.tills(vec![
            event(json!({ "accepted": { "ready_at": "2026-11-21T12:30" } })),
            event(json!("ready")),
            assign,
        ])
        .await;
        let photo = json!({ "at": 1_800_000_000, "cash": 0, "proof": { "photo": format!("/9j/{GUEST}") } });
        let ops = [
            json!({ "order": { "order": order, "event": "out_for_delivery", "run": run } }),
            json!({ "order": { "order": order, "event": "delivered", "run": run } }),
            json!({ "hand_over": { "run": run, "order": order, "handover": photo } }),
        ]
        .map(|action| self.courier.op(action));
        self.courier.syncs(&self.app, 0, &ops).await;
        assert_eq!(
            self.app.order(self.token()).await["progress"]["state"],
            "delivered"
        );
    }

    async fn take_a_call(&mut self) {
        let (bill, line, ticket) = (self.bill.clone(), unique(), unique());
        let dish = self.app.dish(DINER, "Bottomless Coffee").await;
        self.tills(vec![
            json!({ "open": { "bill": bill, "seat": { "phone": { "name": GUEST, "phone": PHONE[0] } } } }),
            json!({ "add": { "bill": bill, "line": { "id": line, "dish": dish, "name": "Coffee", "price": 350,
                "taxed": [[0, 350]], "count": 2, "note": GUEST } } }),
            json!({ "name": { "bill": bill, "name": GUEST } }),
            json!({ "note": { "bill": bill, "line": line, "note": format!("{GUEST}!"), "course": 1 } }),
            json!({ "send": { "bill": bill, "ticket": ticket, "changes": [{ "line": line, "count": 2 }] } }),
        ])
        .await;
    }

    /// Somebody pays at the counter.
    pub async fn sell(&mut self) {
        let (bill, shift) = (unique(), unique());
        let dish = self.app.dish(DINER, "Bottomless Coffee").await;
        let tender = json!({ "id": unique(), "method": "cash", "amount": 350 });
        self.tills(vec![
            json!({ "open_shift": { "shift": shift, "float": 10_000 } }),
            json!({ "open": { "bill": bill, "seat": "counter" } }),
            json!({ "add": { "bill": bill, "line": { "id": unique(), "dish": dish, "name": "Coffee", "price": 350,
                "taxed": [[0, 350]], "count": 1 } } }),
            json!({ "pay": { "bill": bill, "shift": shift, "tender": tender } }),
        ])
        .await;
    }

    /// The cookie of a kitchen's screen.
    pub async fn kitchen(&self) -> String {
        Device::new(&self.app, "kitchen").await.cookie().to_owned()
    }

    fn token(&self) -> &str {
        self.receipt["token"].as_str().unwrap()
    }

    fn id(&self) -> &str {
        self.receipt["id"].as_str().unwrap()
    }

    /// What the till is told since it knew everything.
    async fn news(&self) -> Vec<Value> {
        let answer = self.till.syncs(&self.app, self.known, &[]).await;
        assert_eq!(answer["full"], false, "{answer}");
        answer["records"].as_array().unwrap().clone()
    }
}

async fn order(app: &TestApp, guest: &str, phone: &str) -> Value {
    let mut basket = app.basket("Meatloaf & Mashed Potatoes", 2).await;
    basket["lines"][0]["note"] = json!(guest);
    basket["coupon"] = json!("once");
    basket["fulfilment"] =
        json!({ "delivery": { "street": guest, "postcode": "10014", "city": guest, "hint": guest } });
    let mut placement = app.placement(basket).await;
    placement["contact"] = json!({ "name": guest, "phone": phone, "email": format!("{guest}@example.org") });
    placement["note"] = json!(guest);
    placement["allergies"] = json!(guest);
    let answer = app.place(&placement).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn found(dump: &str, text: &str) -> Vec<String> {
    dump.lines()
        .filter(|row| row.contains(text))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn guests_data_ends_after_a_while_and_the_books_stay() {
    let evening = Evening::new(Settings::default()).await;
    let app = &evening.app;
    let before = app.order(evening.token()).await;
    let later = |days: i64| Timestamp(clock::now().0 + days * DAY);
    retention::delete_expired(&app.app, later(399)).await.unwrap();
    assert!(!found(&app.dump().await, GUEST).is_empty(), "a day too early");
    retention::delete_expired(&app.app, later(401)).await.unwrap();
    let dump = app.dump().await;
    for text in [GUEST].into_iter().chain(PHONE) {
        assert_eq!(found(&dump, text), Vec::<String>::new(), "{text}");
    }
    let after = app.order(evening.token()).await;
    for part in ["total", "taxes", "sums", "placed_at", "restaurant"] {
        assert_eq!(after["ordered"][part], before["ordered"][part], "{part}");
    }
    let dish = &after["ordered"]["lines"][0];
    assert_eq!(
        (&dish["count"], &dish["name"]),
        (&json!(2), &before["ordered"]["lines"][0]["name"])
    );
    assert_eq!(after["progress"], before["progress"]);
    // The bill is still open, and the till has it as it is now.
    let news = evening.news().await;
    let bill = news.iter().find_map(|record| record.get("bill")).unwrap();
    assert_eq!(
        (&bill["id"], &bill["seat"], &bill["lines"][0]["price"]),
        (
            &json!(evening.bill),
            &json!({ "phone": { "name": "", "phone": "" } }),
            &json!(350)
        )
    );
    let known = evening.till.syncs(app, 0, &[]).await["revision"].clone();
    retention::delete_expired(&app.app, later(402)).await.unwrap();
    let again = evening.till.syncs(app, 0, &[]).await["revision"].clone();
    assert_eq!(known, again, "what is erased is left alone");
}

#[tokio::test]
async fn the_operator_says_how_long() {
    let settings = Settings {
        guest_days: std::num::NonZeroU16::new(30),
        ..Settings::default()
    };
    let evening = Evening::new(settings).await;
    let app = &evening.app;
    // What somebody typed, and did not order.
    let mut draft = serde_json::to_value(Draft::default()).unwrap();
    draft["contact"] = json!({ "name": GUEST, "phone": PHONE[0], "email": "" });
    let stored = app.call("PUT", &format!("{DINER}/draft"), &[], &draft).await;
    assert_eq!(stored.status, 204, "{}", stored.text());
    let later = Timestamp(clock::now().0 + 31 * DAY);
    retention::delete_expired(&app.app, later).await.unwrap();
    assert_eq!(found(&app.dump().await, GUEST), Vec::<String>::new());
}

#[tokio::test]
async fn an_order_is_forgotten_on_request_and_no_other() {
    let evening = Evening::new(Settings::default()).await;
    let app = &evening.app;
    let erase = |order: String| async move { erase::run(app.store.as_ref(), &order, clock::now()).await };
    let other = order(app, "qwub", "+1 212 555 0188").await;
    let told = erase(other["id"].as_str().unwrap().to_owned()).await.unwrap_err();
    assert!(told.to_string().contains("under way"), "{told}");
    for nobody in [unique(), "x".into(), String::new()] {
        erase(nobody).await.unwrap_err();
    }
    let told = erase(evening.token().to_owned()).await.unwrap();
    assert!(told.contains(evening.id()), "{told}");
    let dump = app.dump().await;
    let left = found(&dump, GUEST);
    // The guest who called is another one.
    assert!(left.iter().all(|row| row.contains(&evening.bill)), "{left:#?}");
    for phone in [PHONE[1], PHONE[2]] {
        assert_eq!(found(&dump, phone), Vec::<String>::new());
    }
    assert!(!found(&dump, "qwub").is_empty());
    let news = evening.news().await;
    assert!(
        news.contains(&json!({ "gone": { "order": evening.id() } })),
        "{news:?}"
    );
    let run = news.iter().find_map(|record| record.get("delivery_run")).unwrap();
    assert_eq!(
        (&run["id"], &run["stops"][0]["handover"]["proof"]),
        (&json!(evening.run), &json!({ "name": "" }))
    );
    let told = erase(evening.id().to_owned()).await.unwrap();
    assert!(told.contains(evening.id()), "again is no fault: {told}");
}
