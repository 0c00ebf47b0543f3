//! The staff app in a browser that runs no script: plain pages and forms, by the device's cookie.

use axum::{body::Body, http::Request};
use form_urlencoded::Serializer;
use serde_json::{Value, json};
use servery_domain::{account::Role, problem::ProblemType};

use crate::{
    devices::cookie,
    orders::DINER,
    plain_form::PlainForm,
    test_app::{Answer, TestApp, unique},
};

const HERE: &str = "/staff/lighthouse-diner";
const KITCHEN: &str = "/staff/lighthouse-diner/kitchen";
const DEVICES: &str = "/board/lighthouse-diner/devices";

impl TestApp {
    async fn plain(&self, address: &str, cookie: &str) -> Answer {
        let page = self
            .get(address, &[("cookie", &format!("{cookie}; servery_render=thin"))])
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    async fn press(&self, cookie: &str, form: &PlainForm) -> Answer {
        let answer = self.form(&form.action, cookie, &form.fields()).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer
    }

    async fn sends(&self, device: &(String, String), ops: &[Value]) {
        let request = json!({ "device": device.0, "since": 0, "ops": ops });
        let answer = self
            .post(&format!("{DINER}/sync"), &[("cookie", &device.1)], &request)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    async fn records(&self, cookie: &str, kind: &str) -> Vec<Value> {
        let look = self.get(&format!("{DINER}/pos"), &[("cookie", cookie)]).await;
        assert_eq!(
            (look.status.as_u16(), look.header("cache-control")),
            (200, "private, no-store"),
            "{}",
            look.text()
        );
        look.json()["records"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|record| record.get(kind))
            .cloned()
            .collect()
    }
}

fn op(device: &str, n: u64, action: Value) -> Value {
    json!({ "id": unique(), "device": device, "n": n, "op_version": 1, "at": servery::clock::now().0 - 700, "action": action })
}

/// A table's bill with two dishes, sent to the kitchen.
async fn ticket(app: &TestApp, till: &(String, String)) {
    let (bill, lines) = (unique(), [unique(), unique()]);
    let dish = app.dish(DINER, "Bottomless Coffee").await;
    let add = |line: &str, name: &str, note: &str| json!({ "add": { "bill": bill, "line": { "id": line, "dish": dish, "name": name, "price": 350, "taxed": [[0, 350]], "count": 2, "note": note } } });
    let changes: Vec<Value> = lines
        .iter()
        .map(|line| json!({ "line": line, "count": 2 }))
        .collect();
    let actions = [
        json!({ "open": { "bill": bill, "seat": "counter" } }),
        add(&lines[0], "Soup", "no <salt>"),
        add(&lines[1], "Stew", ""),
        json!({ "send": { "bill": bill, "ticket": unique(), "changes": changes } }),
    ];
    let ops: Vec<Value> = actions
        .into_iter()
        .zip(1..)
        .map(|(action, n)| op(&till.0, n, action))
        .collect();
    app.sends(till, &ops).await;
}

#[tokio::test]
async fn a_kitchen_without_a_script_shows_what_is_to_be_made_and_bumps_it_once() {
    let app = TestApp::new().await;
    let (till, kitchen) = (app.device("till").await, app.device("kitchen").await.1);
    let page = app.plain(KITCHEN, &kitchen).await;
    assert_eq!(
        (page.header("servery-render"), page.header("cache-control")),
        ("thin; reason=visitor", "private, no-store")
    );
    assert!(
        page.text().contains("http-equiv=\"refresh\" content=\"15\"")
            && page.text().contains("Nothing to make"),
        "{}",
        page.text()
    );
    ticket(&app, &till).await;
    let page = app.plain(KITCHEN, &kitchen).await;
    for part in [
        "2 × Soup",
        "no &lt;salt>",
        "2 × Stew",
        "data-age=\"late\"",
        "11 min",
        "<b>2</b>",
    ] {
        assert!(
            page.text().contains(part) || page.text().contains(&part.replace('>', "&gt;")),
            "{part}: {}",
            page.text()
        );
    }

    let soup = PlainForm::that_says(&page, "Soup");
    assert_eq!(app.press(&kitchen, &soup).await.header("location"), KITCHEN);
    let after = app.plain(KITCHEN, &kitchen).await;
    assert!(
        PlainForm::that_says(&after, "Soup").fields().contains("recall")
            && PlainForm::that_says(&after, "Stew").fields().contains("bump")
    );
    app.press(&kitchen, &PlainForm::that_says(&after, "Soup")).await;
    // Sent a second time, from a page that somebody went back to.
    app.press(&kitchen, &soup).await;
    let again = app.plain(KITCHEN, &kitchen).await;
    assert!(
        PlainForm::that_says(&again, "Soup").fields().contains("bump"),
        "a form does nothing twice"
    );

    app.press(
        &kitchen,
        &PlainForm::all(&again)
            .into_iter()
            .find(|form| form.says.starts_with("Done"))
            .unwrap(),
    )
    .await;
    assert!(
        app.plain(KITCHEN, &kitchen)
            .await
            .text()
            .contains("Nothing to make")
    );
    let done = format!("{KITCHEN}?done=1");
    let recall = PlainForm::that_says(&app.plain(&done, &kitchen).await, "Call back");
    assert_eq!(
        app.press(&kitchen, &recall).await.header("location"),
        done,
        "one stays where one was"
    );
    assert!(app.plain(KITCHEN, &kitchen).await.text().contains("2 × Stew"));
    assert!(app.records(&kitchen, "refused_op").await.is_empty());
}

#[tokio::test]
async fn a_kitchen_without_a_script_accepts_orders_and_what_is_made_is_ready() {
    let app = TestApp::new().await;
    let kitchen = app.device("kitchen").await.1;
    let order = async |count| {
        app.place(&app.placement(app.basket("Bottomless Coffee", count).await).await)
            .await
            .json()
    };
    let state =
        async |receipt: &Value| app.order(receipt["token"].as_str().unwrap()).await["progress"].clone();
    let (taken, declined) = (order(1).await, order(2).await);
    let page = app.plain(KITCHEN, &kitchen).await;
    let of = |receipt: &Value, words: &str| {
        let id = receipt["id"].as_str().unwrap();
        PlainForm::all(&page)
            .into_iter()
            .find(|form| form.says.contains(words) && form.fields().contains(id))
            .unwrap()
    };
    let accept = of(&taken, "20");
    for _ in 0..2 {
        app.press(&kitchen, &accept).await;
    }
    app.press(&kitchen, &of(&declined, "Too busy at the moment"))
        .await;
    assert_eq!(
        (&state(&taken).await["state"], &state(&declined).await["state"]),
        (&json!("accepted"), &json!("rejected"))
    );
    let bump = PlainForm::all(&app.plain(KITCHEN, &kitchen).await)
        .into_iter()
        .find(|form| form.says.starts_with("Done"))
        .unwrap();
    for _ in 0..2 {
        app.press(&kitchen, &bump).await;
    }
    assert_eq!(state(&taken).await["state"], "ready");

    // Somebody else was faster: the page says so until somebody has seen it.
    app.press(&kitchen, &of(&declined, "20")).await;
    let page = app.plain(KITCHEN, &kitchen).await;
    assert!(page.text().contains("role=\"alert\""), "{}", page.text());
    app.press(&kitchen, &PlainForm::that_says(&page, "Dismiss")).await;
    assert!(
        !app.plain(KITCHEN, &kitchen)
            .await
            .text()
            .contains("role=\"alert\"")
    );
}

#[tokio::test]
async fn a_station_shows_its_own() {
    let app = TestApp::new().await;
    let (till, kitchen) = (app.device("till").await, app.device("kitchen").await.1);
    ticket(&app, &till).await;
    let station = unique();
    let made = op(
        &till.0,
        5,
        json!({ "station": { "id": station, "name": "Grill & <bar>", "categories": [] } }),
    );
    app.sends(&till, &[made]).await;
    let page = app.plain(KITCHEN, &kitchen).await;
    assert!(
        page.text().contains(&format!("{KITCHEN}?station={station}"))
            && page.text().contains("Grill &amp; &lt;bar"),
        "{}",
        page.text()
    );
    let grill = app.plain(&format!("{KITCHEN}?station={station}"), &kitchen).await;
    assert!(!grill.text().contains("Stew") && grill.text().contains("Nothing to make"));
    assert!(
        app.plain(&format!("{KITCHEN}?station=x"), &kitchen)
            .await
            .text()
            .contains("Stew")
    );
}

#[tokio::test]
async fn who_may_not_use_the_kitchen_does_not_see_it() {
    let app = TestApp::new().await;
    let (till, kitchen, courier) = (
        app.device("till").await,
        app.device("kitchen").await.1,
        app.device("courier").await.1,
    );
    ticket(&app, &till).await;
    let out = app.plain(KITCHEN, "a=b").await;
    assert!(out.text().contains("name=\"code\"") && !out.text().contains("Stew"));
    let not_here = app.plain(KITCHEN, &courier).await;
    assert!(not_here.text().contains("does not have this screen") && !not_here.text().contains("Stew"));
    let elsewhere = app.plain("/staff/jade-lantern/kitchen", &kitchen).await;
    assert!(
        elsewhere.text().contains("another restaurant")
            && elsewhere.text().contains("href=\"/staff/lighthouse-diner\"")
    );

    let bump = PlainForm::that_says(&app.plain(KITCHEN, &kitchen).await, "Stew");
    assert_eq!(app.form(KITCHEN, &courier, &bump.fields()).await.status, 403);
    assert_eq!(
        app.form("/staff/jade-lantern/kitchen", &kitchen, &bump.fields())
            .await
            .status,
        403
    );
    assert_eq!(
        app.form(KITCHEN, "a=b", &bump.fields()).await.header("location"),
        HERE
    );
    let open = json!({ "open": { "bill": unique(), "seat": "counter" } });
    let ask = |op: &str, action: &str| {
        Serializer::new(String::new())
            .append_pair("op", op)
            .append_pair("action", action)
            .finish()
    };
    assert_eq!(
        app.form(KITCHEN, &kitchen, &ask(&unique(), &open.to_string()))
            .await
            .status,
        403,
        "a kitchen opens no bills"
    );
    let long = json!({ "bump": { "ticket": unique(), "lines": vec![unique(); 501] } }).to_string();
    for fields in [
        ask(&unique(), "{}"),
        ask("x", &open.to_string()),
        ask(&unique(), &long),
        String::new(),
    ] {
        assert_eq!(app.form(KITCHEN, &kitchen, &fields).await.status, 422, "{fields}");
    }
    assert!(
        PlainForm::that_says(&app.plain(KITCHEN, &kitchen).await, "Stew")
            .fields()
            .contains("bump")
    );
    assert!(app.records(&kitchen, "refused_op").await.is_empty());

    let pos = format!("{DINER}/pos");
    app.get(&pos, &[]).await.problem(ProblemType::SignedOut);
    app.get("/api/v1/restaurants/jade-lantern/pos", &[("cookie", &kitchen)])
        .await
        .problem(ProblemType::Forbidden);
    assert!(
        app.records(&courier, "ticket").await.is_empty(),
        "it sees its own runs"
    );
    assert_eq!(app.records(&kitchen, "ticket").await.len(), 1);
}

#[tokio::test]
async fn a_browser_without_a_script_is_let_in_and_signed_out_by_forms() {
    let app = TestApp::new().await;
    let page = app.plain(HERE, "a=b").await;
    let form = PlainForm::all(&page)
        .into_iter()
        .find(|form| form.fields().contains("change=pair"))
        .unwrap();
    let with = |code: &str| form.fields_with("code", code);
    let wrong = app.form(HERE, "", &with("ABCD-EFGH")).await;
    assert_eq!(wrong.header("location"), format!("{HERE}?wrong=code"));
    assert!(
        app.plain(wrong.header("location"), "a=b")
            .await
            .text()
            .contains("This code is unknown")
    );
    let code = app.code("kitchen").await;
    // The first answer was lost.
    app.form(HERE, "", &with(&code)).await;
    let let_in = app.form(HERE, "", &with(&code)).await;
    assert_eq!(let_in.header("location"), HERE, "{}", let_in.text());
    let kitchen = &cookie(&let_in);
    let inside = app.plain(HERE, kitchen).await;
    for part in [
        "Kitchen screen",
        "Bar",
        "a device of Lighthouse Diner",
        "href=\"/staff/lighthouse-diner/kitchen\"",
    ] {
        assert!(inside.text().contains(part), "{part}: {}", inside.text());
    }
    let till = app.device("till").await.1;
    assert!(
        app.plain(HERE, &till)
            .await
            .text()
            .contains("need a browser with scripts")
    );

    let left = app
        .press(kitchen, &PlainForm::that_says(&inside, "Sign this device out"))
        .await;
    assert!(left.header("set-cookie").contains("Max-Age=0") && left.header("location") == HERE);
    assert!(
        app.plain(HERE, kitchen)
            .await
            .text()
            .contains("This device is signed out")
    );
    assert_eq!(
        app.form(HERE, kitchen, "change=sign-out")
            .await
            .header("location"),
        HERE
    );
    assert_eq!(app.form(HERE, kitchen, "change=x").await.status, 422);
    assert_eq!(
        app.form(HERE, kitchen, "change=pair&device=x&code=x")
            .await
            .status,
        422
    );
    let manager = app.staff(Role::Manager).await;
    assert_eq!(
        app.get(&format!("{DINER}/devices"), &[("cookie", &manager)])
            .await
            .json()["devices"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// A file in a form, as browsers send it.
async fn send_file(app: &TestApp, cookie: &str, file: &str) -> Answer {
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"servery-unsynced.json\"\r\nContent-Type: application/json\r\n\r\n{file}\r\n--edge--\r\n"
    );
    let request = Request::post(format!("{DEVICES}/op-imports")).header("cookie", cookie);
    app.send(
        request
            .header("content-type", "multipart/form-data; boundary=edge")
            .body(Body::from(body))
            .unwrap(),
    )
    .await
}

#[tokio::test]
async fn what_a_device_could_not_send_is_handed_over_as_a_file_and_counts_once() {
    let app = TestApp::new().await;
    let (manager, till) = (app.staff(Role::Manager).await, app.device("till").await);
    let bills: Vec<String> = (0..250).map(|_| unique()).collect();
    let ops: Vec<Value> = bills
        .iter()
        .zip(1..)
        .map(|(bill, n)| op(&till.0, n, json!({ "open": { "bill": bill, "seat": "counter" } })))
        .collect();
    app.sends(&till, &ops[..10]).await;
    let left = app
        .call("DELETE", "/api/v1/device", &[("cookie", &till.1)], &Value::Null)
        .await;
    assert_eq!(left.status, 204);
    let request = |ops: &[Value]| json!({ "device": till.0, "since": 7, "ops": ops });
    let file = json!([request(&ops[..200]), request(&ops[200..])]).to_string();
    let led = send_file(&app, &manager, &file).await;
    assert_eq!(
        led.header("location"),
        format!("{DEVICES}?done=handed-over&was=240&still=10"),
        "{}",
        led.text()
    );
    let said = app.plain(led.header("location"), &manager).await;
    assert!(
        said.text().contains("Changes added: 240. Known already: 10."),
        "{}",
        said.text()
    );
    assert!(said.text().contains("enctype=\"multipart/form-data\""));
    let other = app.device("till").await.1;
    assert_eq!(app.records(&other, "bill").await.len(), 250);
    let api = format!("{DINER}/op-imports");
    let again = app
        .post(&api, &[("cookie", &manager)], &json!([request(&ops[..200])]))
        .await;
    assert_eq!(
        (again.status.as_u16(), again.json()),
        (200, json!({ "done": 0, "known": 200 }))
    );

    // It is let in again, and sends all that it has itself.
    let code = app.code("till").await;
    let back = app
        .post("/api/v1/devices", &[], &json!({ "code": code, "device": till.0 }))
        .await;
    let back = (till.0.clone(), cookie(&back));
    app.sends(&back, &ops[..200]).await;
    app.sends(&back, &ops[200..]).await;
    assert_eq!(
        (
            app.records(&other, "bill").await.len(),
            app.records(&other, "refused_op").await.len()
        ),
        (250, 0)
    );
}

#[tokio::test]
async fn a_file_that_no_device_of_the_restaurant_saved_is_refused_in_words() {
    let app = TestApp::new().await;
    let (manager, till) = (app.staff(Role::Manager).await, app.device("till").await);
    let open = json!({ "open": { "bill": unique(), "seat": "counter" } });
    let file = |device: &str, op: Value| json!([{ "device": device, "since": 0, "ops": [op] }]).to_string();
    let newer = {
        let mut op = op(&till.0, 1, json!({ "levitate": {} }));
        op["op_version"] = json!(9);
        file(&till.0, op)
    };
    let stranger = unique();
    for (file, wrong, words) in [
        ("x".to_owned(), "file", "not a file that a device saved"),
        ("{}".to_owned(), "file", "not a file"),
        (
            file(&till.0, op(&stranger, 1, open.clone())),
            "file",
            "not a file",
        ),
        (
            file(&stranger, op(&stranger, 1, open.clone())),
            "file-device",
            "never had",
        ),
        (newer, "file-newer", "newer version"),
        (" ".repeat(9 << 20), "file-large", "too large"),
    ] {
        let led = send_file(&app, &manager, &file).await;
        assert_eq!(
            led.header("location"),
            format!("{DEVICES}?wrong={wrong}"),
            "{}",
            led.text()
        );
        assert!(
            app.plain(led.header("location"), &manager)
                .await
                .text()
                .contains(words)
        );
    }
    assert_eq!(
        app.form(&format!("{DEVICES}/op-imports"), &manager, "file=x")
            .await
            .header("location"),
        format!("{DEVICES}?wrong=file")
    );
    let good = file(&till.0, op(&till.0, 1, open));
    let cashier = app.staff(Role::Cashier).await;
    assert_eq!(send_file(&app, &cashier, &good).await.status, 403);
    assert_eq!(send_file(&app, "a=b", &good).await.status, 401);
    assert!(app.records(&till.1, "bill").await.is_empty());
}
