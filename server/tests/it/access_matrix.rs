//! Who may do what: every operation of the API, and every page and form, × every kind of caller, held against `access_matrix.txt` and
//! `access_matrix_pages.txt`. One without a row fails.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use axum::{
    body::Body,
    http::{Request, header::LOCATION},
    response::Response,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use servery::{accounts::sessions, clock, http::visitor, router, settings::Settings, sync::devices};
use servery_app::routes::ROUTES;
use servery_domain::{
    account::Role,
    audit::Author,
    device::{DeviceKind, NewDevice, StorageKey},
    id::{DeviceId, RestaurantId},
    time::Timestamp,
};
use servery_store::devices::{NewCode, PairedAs};
use tower::ServiceExt;

use crate::{
    new_session::new_session,
    orders::DINER,
    test_app::{TestApp, unique},
};

const OPERATIONS: &str = include_str!("access_matrix.txt");
const PAGES: &str = include_str!("access_matrix_pages.txt");
const HERE: &str = "lighthouse-diner";
/// Where a form of the staff app sends a browser that is not paired.
const PAIRING_PAGE: &str = "/staff/lighthouse-diner";
const ELSEWHERE: &str = "trattoria-da-lucia";
const CALLERS: [&str; 13] = [
    "nobody",
    "diner",
    "owner",
    "manager",
    "cashier",
    "kitchen",
    "courier",
    "outsider",
    "operator",
    "till",
    "screen",
    "phone",
    "elsewhere",
];
/// After these a caller is not the same any more.
const ENDS_A_CALLER: [&str; 9] = [
    "DELETE /api/v1/account",
    "DELETE /api/v1/sessions",
    "DELETE /api/v1/sessions/current",
    "DELETE /api/v1/device",
    "DELETE /api/v1/restaurants/{slug}/devices/{id}",
    "POST /account/delete",
    "POST /account/sign-out",
    "POST /board/{slug}/devices",
    "POST /staff/{slug}",
];

/// The things that the paths and bodies name.
struct Objects {
    token: String,
    order: String,
    device: String,
    dish: String,
    basket: Value,
    placement: Value,
    ready_at: Value,
}

impl Objects {
    async fn new(app: &TestApp) -> Self {
        let basket = app.basket("Bottomless Coffee", 1).await;
        let placement = app.placement(basket.clone()).await;
        let receipt = app.place(&placement).await.json();
        let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
        let (device, _) = app.device("till").await;
        Self {
            token: text("token"),
            order: text("id"),
            device,
            dish: app.dish(DINER, "Bottomless Coffee").await,
            placement: app.placement(basket.clone()).await,
            basket,
            ready_at: json!(app.noon(1).await),
        }
    }

    fn path(&self, operation: &str) -> String {
        let (_, path) = operation.split_once(' ').unwrap();
        let id = match path {
            path if path.contains("/orders/") => &self.order,
            path if path.contains("/devices/") => &self.device,
            path if path.contains("/reader-payments/") || path.contains("/edits/") => &self.order,
            path if path.contains("/menu-imports/") => &self.order,
            path if path.contains("/invitations/{id}") || path.contains("/cashiers/") => &self.order,
            _ => "unknown",
        };
        let path = path
            .replace("{slug}", HERE)
            .replace("{dish}", &self.dish)
            .replace("{part}", "profile")
            .replace("{country}", "DE")
            .replace("{account}", &self.order)
            .replace("/t/{code}", "/t/code7")
            .replace("/tables/{code}", "/tables/code7")
            .replace("{code}", "HELLO10")
            .replace("{id}", id);
        match path.contains("/orders/") {
            true => path.replace("{token}", &self.token),
            false => path.replace("{token}", &"0".repeat(64)),
        }
    }

    /// What an operation accepts, so that nothing but the caller can be refused.
    fn body(&self, operation: &str) -> Value {
        match operation {
            "POST /api/v1/restaurants/{slug}/orders/{id}/events" => {
                json!({ "event": { "accepted": { "ready_at": self.ready_at } } })
            }
            "PUT /api/v1/restaurants/{slug}/dishes/{dish}/stock" => json!({ "portions": 5 }),
            "POST /api/v1/restaurants/{slug}/reader-payments" => {
                json!({ "id": unique(), "payable": { "bill": unique() }, "shift": unique(), "amount": 100 })
            }
            "POST /api/v1/restaurants/{slug}/devices" => json!({ "name": "Bar till", "kind": "till" }),
            "POST /api/v1/restaurants/{slug}/sync" => json!({ "device": self.device, "since": 0, "ops": [] }),
            "POST /api/v1/restaurants/{slug}/op-imports" => {
                json!([{ "device": self.device, "since": 0, "ops": [] }])
            }
            "POST /api/v1/restaurants/{slug}/quotes" => json!({ "basket": self.basket }),
            "POST /api/v1/restaurants/{slug}/orders" => self.placement.clone(),
            "PUT /api/v1/restaurants/{slug}/edits/{id}" => json!([]),
            "PUT /api/v1/restaurants/{slug}/domain" => json!({ "domain": "order.lighthouse.example" }),
            "PUT /api/v1/restaurants/{slug}/cashiers/{id}" => json!({ "name": "Ada", "pin": "1234" }),
            "PUT /api/v1/restaurants/{slug}/edits/{id}/schedule" => json!({ "publish_at": self.ready_at }),
            "PUT /api/v1/restaurants/{slug}/intake" => json!({ "pause": null }),
            "PUT /api/v1/installation/invitations/{id}" => json!({ "kind": "owner" }),
            "PUT /api/v1/restaurants/{slug}/invitations/{id}" => json!({ "role": "cashier" }),
            "PUT /api/v1/restaurants/{slug}/staff/{account}" => json!({ "role": "cashier" }),
            _ => json!({}),
        }
    }

    /// The same for a form.
    fn fields(&self, operation: &str) -> String {
        match operation {
            "POST /board/{slug}/orders/{id}" => "event=accepted&minutes=30".to_owned(),
            "POST /board/{slug}/intake" => "act=resume".to_owned(),
            "POST /board/{slug}/stock" => format!("dish={}&portions=5", self.dish),
            "POST /board/{slug}/devices" => format!("change=sign-out&device={}", self.device),
            "POST /office/{slug}/staff" => format!("act=remove&account={}", self.order),
            "POST /staff/{slug}" => "change=sign-out".to_owned(),
            _ => String::new(),
        }
    }
}

/// The cookie of a till.
async fn till_of(app: &TestApp, restaurant: RestaurantId) -> String {
    let (code, token, now) = (unique(), sessions::token().unwrap(), clock::now());
    let device = NewDevice {
        name: "Bar till".into(),
        kind: DeviceKind::Till,
    };
    let new = NewCode {
        hash: code.clone(),
        restaurant,
        device,
        expires_at: Timestamp(now.0 + 60),
        by: (Author::Operator, now),
    };
    app.store.put_code(&new).await.unwrap();
    let (id, key) = (DeviceId(visitor::random().unwrap()), StorageKey("5".repeat(64)));
    let paired = app.store.pair(&code, id, &sessions::key(&token), &key, now).await;
    assert!(matches!(paired.unwrap(), PairedAs::Device(_)));
    format!("{}={token}", devices::COOKIE)
}

/// The cookie of each kind of caller.
async fn cookies(app: &TestApp) -> BTreeMap<&'static str, String> {
    let (here, elsewhere) = (app.restaurant(HERE).await.id, app.restaurant(ELSEWHERE).await.id);
    let by = (Author::Operator, clock::now());
    let mut cookies = BTreeMap::from([("nobody", String::new())]);
    cookies.insert("diner", new_session(app.store.as_ref()).await.1);
    for role in Role::ALL {
        let (account, cookie) = new_session(app.store.as_ref()).await;
        app.store.put_staff(account, here, *role, by).await.unwrap();
        cookies.insert(role.code(), cookie);
    }
    let (outsider, cookie) = new_session(app.store.as_ref()).await;
    app.store
        .put_staff(outsider, elsewhere, Role::Owner, by)
        .await
        .unwrap();
    cookies.insert("outsider", cookie);
    cookies.insert("operator", app.operator().await);
    for (caller, kind) in [("till", "till"), ("screen", "kitchen"), ("phone", "courier")] {
        cookies.insert(caller, app.device(kind).await.1);
    }
    cookies.insert("elsewhere", till_of(app, elsewhere).await);
    cookies
}

/// What the caller gets: a refusal by its status, a page that asks to sign in or to pair, or `ok` for all that has got past the question who asks.
async fn outcome(
    app: &TestApp,
    objects: &Objects,
    operation: &str,
    cookie: &str,
    number: usize,
) -> &'static str {
    let (method, path) = operation.split_once(' ').unwrap();
    let (media_type, body) = match path.starts_with("/api/") {
        true => ("application/json", objects.body(operation).to_string()),
        false => ("application/x-www-form-urlencoded", objects.fields(operation)),
    };
    let request = Request::builder()
        .method(method)
        .uri(objects.path(operation))
        .header("cookie", cookie)
        .header("content-type", media_type)
        .header("idempotency-key", unique())
        // A client of its own each time, whose limits nobody has used.
        .header(
            "x-forwarded-for",
            format!("10.{}.{}.1", number / 250, number % 250),
        );
    let body = match method {
        "GET" | "DELETE" => Body::empty(),
        _ => Body::from(body),
    };
    let answer = app
        .router
        .clone()
        .oneshot(request.body(body).unwrap())
        .await
        .unwrap();
    let location = answer.headers().get(LOCATION).cloned();
    match answer.status().as_u16() {
        401 => "401",
        403 => "403",
        404 => "404",
        429 => "429",
        200 if asks_to_sign_in(path) && is_sign_in(answer).await => "sign-in",
        303 if path == "/staff/{slug}/kitchen" && location.unwrap() == PAIRING_PAGE => "pair",
        _ => "ok",
    }
}

/// Pages that are for whoever is signed in. The account's page is for everybody: it asks for that itself.
fn asks_to_sign_in(path: &str) -> bool {
    path.starts_with("/board/")
        || path.starts_with("/office/")
        || path == "/new-restaurant"
        || path == "/operator"
}

/// A page that asks who somebody is instead of showing what it is for.
async fn is_sign_in(page: Response) -> bool {
    let body = page.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8_lossy(&body).contains("action=\"/account/sign-in")
}

async fn operations(app: &TestApp) -> BTreeSet<String> {
    let document = app.json("/api/v1/openapi.json").await;
    let mut operations = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            operations.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    operations
}

/// The addresses of pages and forms with the methods that each has.
async fn pages_and_forms(app: &TestApp) -> BTreeSet<String> {
    let pages = ROUTES.iter().map(|route| route.path);
    let forms = router::forms().into_iter().map(|(path, _)| path);
    let mut found = BTreeSet::new();
    for path in pages.chain(forms) {
        let nobody_does_this = Request::builder().method("TRACE").uri(path);
        let refused = app.send(nobody_does_this.body(Body::empty()).unwrap()).await;
        assert_eq!(refused.status, 405, "{path}");
        let methods = refused.header("allow").split(',').map(str::trim);
        found.extend(
            methods
                .filter(|method| *method != "HEAD")
                .map(|method| format!("{method} {path}")),
        );
    }
    found
}

/// The rows of the file: an operation, and what each caller gets.
fn expected(matrix: &'static str) -> BTreeMap<&'static str, &'static str> {
    let rows = matrix
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|row| {
        let (operation, outcomes) = row.split_at(row.find("  ").unwrap());
        (operation, outcomes.trim())
    })
    .collect()
}

async fn town() -> TestApp {
    let settings = Settings {
        behind_proxy: Some(true),
        ..Settings::default()
    };
    let town = TestApp::with(None, settings).await;
    // An operator may remove a demo, and everybody else goes on afterwards.
    town.execute("delete from demo_restaurants").await;
    town
}

async fn hold(app: &TestApp, operations: BTreeSet<String>, matrix: &'static str) {
    let objects = Objects::new(app).await;
    let mut expected = expected(matrix);
    let mut cookies = cookies(app).await;
    let (mut wrong, mut number) = (String::new(), 0);
    let (last, first): (Vec<_>, Vec<_>) = operations
        .into_iter()
        .partition(|operation| ENDS_A_CALLER.contains(&operation.as_str()));
    for operation in first.into_iter().chain(last) {
        let mut outcomes = Vec::new();
        for caller in CALLERS {
            number += 1;
            outcomes.push(outcome(app, &objects, &operation, &cookies[caller], number).await);
        }
        if ENDS_A_CALLER.contains(&operation.as_str()) {
            cookies = self::cookies(app).await;
        }
        let outcomes = outcomes
            .iter()
            .fold(String::new(), |row, outcome| format!("{row} {outcome:>7}"));
        let written = expected.remove(operation.as_str()).map(|row| {
            let row = row.split_whitespace();
            row.fold(String::new(), |row, outcome| format!("{row} {outcome:>7}"))
        });
        if written.as_ref() != Some(&outcomes) {
            writeln!(wrong, "{operation:<64}{outcomes}").unwrap();
        }
    }
    assert!(
        wrong.is_empty(),
        "these rows are missing or differ in the matrix:\n{:<64}{}\n{wrong}",
        "#",
        CALLERS
            .iter()
            .fold(String::new(), |row, caller| format!("{row} {caller:>7}")),
    );
    assert!(
        expected.is_empty(),
        "there is no such operation any more: {expected:?}"
    );
}

#[tokio::test]
async fn every_operation_admits_the_callers_of_its_row_and_nobody_else() {
    let app = town().await;
    hold(&app, operations(&app).await, OPERATIONS).await;
}

#[tokio::test]
async fn every_page_and_form_admits_the_callers_of_its_row_and_nobody_else() {
    let app = town().await;
    app.put_table_code(HERE, "code7", "Table 7").await;
    hold(&app, pages_and_forms(&app).await, PAGES).await;
}
