//! Devices are let in by a code that an owner makes, known by a cookie, and signed out.

use serde_json::{Value, json};
use servery::{accounts::sessions, clock, sync::devices};
use servery_domain::{
    account::Role,
    audit::Author,
    device::{self, DeviceKind, NewDevice},
    problem::ProblemType,
    time::Timestamp,
};
use servery_store::devices::NewCode;

use crate::{
    board::BOARD,
    orders::DINER,
    test_app::{Answer, TestApp, unique},
};

impl TestApp {
    /// A code for a device of this kind, as it is shown.
    pub async fn code(&self, kind: &str) -> String {
        let diner = self.restaurant("lighthouse-diner").await;
        let new = NewDevice {
            name: "Bar".into(),
            kind: DeviceKind::from_code(kind).unwrap(),
        };
        devices::new_code(
            self.store.as_ref(),
            diner.id,
            new,
            (Author::Operator, clock::now()),
        )
        .await
        .unwrap()
        .code
    }

    pub async fn pair(&self, code: &str, device: &str) -> Answer {
        self.post("/api/v1/devices", &[], &json!({ "code": code, "device": device }))
            .await
    }

    /// The id and the cookie of a device that is let in.
    pub async fn device(&self, kind: &str) -> (String, String) {
        let device = unique();
        let answer = self.pair(&self.code(kind).await, &device).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        (device, cookie(&answer))
    }
}

pub fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_device_is_let_in_by_a_code_and_known_from_then_on() {
    let app = TestApp::new().await;
    let (code, device) = (app.code("kitchen").await, unique());
    assert_eq!((code.len(), &code[4..5]), (9, "-"), "{code}");
    let answer = app.pair(&code.to_lowercase().replace('-', ""), &device).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let set = answer.header("set-cookie");
    for part in [
        "__Host-device=",
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
        "Max-Age=31536000",
        "Path=/",
    ] {
        assert!(set.contains(part), "{set}");
    }
    assert_eq!(answer.json()["slug"], "lighthouse-diner");
    let known = app.get("/api/v1/device", &[("cookie", &cookie(&answer))]).await;
    assert_eq!(known.json(), answer.json());
    assert_eq!(
        (&known.json()["kind"], &known.json()["device"]),
        (&json!("kitchen"), &json!(device))
    );
    // Its answer was lost: it asks again. Nobody else can.
    let again = app.pair(&code, &device).await;
    assert_eq!((again.status.as_u16(), again.json()), (201, answer.json()));
    assert_eq!(
        app.get("/api/v1/device", &[("cookie", &cookie(&again))])
            .await
            .status,
        200
    );
    app.get("/api/v1/device", &[("cookie", &cookie(&answer))])
        .await
        .problem(ProblemType::SignedOut);
    app.pair(&code, &unique()).await.problem(ProblemType::NotAccepted);
}

#[tokio::test]
async fn a_wrong_code_and_one_that_has_run_out_let_nobody_in_and_guessing_ends() {
    let app = TestApp::new().await;
    let expired = device::new_code(7);
    let new = NewDevice {
        name: "Bar".into(),
        kind: DeviceKind::Till,
    };
    let restaurant = app.store.restaurants().await.unwrap()[0].id;
    let code = NewCode {
        hash: sessions::key(&expired),
        restaurant,
        device: new,
        by: (Author::Operator, clock::now()),
        expires_at: Timestamp(clock::now().0),
    };
    app.store.put_code(&code).await.unwrap();
    let good = app.code("till").await;
    for code in [device::format_code(&expired).as_str(), "ABCD-EFGH", "x", ""] {
        app.pair(code, &unique()).await.problem(ProblemType::NotAccepted);
    }
    for _ in 0..20 {
        let device = unique();
        assert_eq!(
            app.pair(&app.code("till").await, &device).await.status,
            201,
            "right ones cost nothing"
        );
    }
    for _ in 4..10 {
        app.pair("ABCD-EFGH", &unique())
            .await
            .problem(ProblemType::NotAccepted);
    }
    let refused = app.pair(&good, &unique()).await;
    refused.problem(ProblemType::TooOften);
    assert!(!refused.header("retry-after").is_empty());
}

#[tokio::test]
async fn only_owners_and_managers_let_devices_in_and_sign_them_out() {
    let app = TestApp::new().await;
    let devices = format!("{DINER}/devices");
    let new = json!({ "name": " Bar till ", "kind": "till" });
    app.post(&devices, &[], &new)
        .await
        .problem(ProblemType::SignedOut);
    let cashier = app.staff(Role::Cashier).await;
    app.post(&devices, &[("cookie", &cashier)], &new)
        .await
        .problem(ProblemType::Forbidden);
    app.get(&devices, &[("cookie", &cashier)])
        .await
        .problem(ProblemType::Forbidden);
    let manager = app.staff(Role::Manager).await;
    let made = app.post(&devices, &[("cookie", &manager)], &new).await;
    assert_eq!(
        (made.status.as_u16(), &made.json()["name"]),
        (201, &json!("Bar till"))
    );
    for name in ["", "  ", &"x".repeat(121)] {
        app.post(
            &devices,
            &[("cookie", &manager)],
            &json!({ "name": name, "kind": "till" }),
        )
        .await
        .problem(ProblemType::NotAccepted);
    }
    app.post(
        &devices,
        &[("cookie", &manager)],
        &json!({ "name": "Bar", "kind": "oven" }),
    )
    .await
    .problem(ProblemType::NotAccepted);
    let elsewhere = "/api/v1/restaurants/jade-lantern/devices";
    app.post(elsewhere, &[("cookie", &manager)], &new)
        .await
        .problem(ProblemType::Forbidden);

    let (device, cookie) = app.device("till").await;
    let list = app.get(&devices, &[("cookie", &manager)]).await.json();
    assert_eq!(list["name"], "Lighthouse Diner");
    assert_eq!(
        list["devices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|known| &known["id"])
            .collect::<Vec<_>>(),
        [&json!(device)]
    );
    let revoke = async |cookie: &str, path: &str| {
        app.call("DELETE", path, &[("cookie", cookie)], &Value::Null)
            .await
    };
    revoke(&cashier, &format!("{devices}/{device}"))
        .await
        .problem(ProblemType::Forbidden);
    revoke(&manager, &format!("{elsewhere}/{device}"))
        .await
        .problem(ProblemType::Forbidden);
    assert_eq!(revoke(&manager, &format!("{devices}/{device}")).await.status, 204);
    revoke(&manager, &format!("{devices}/{device}"))
        .await
        .problem(ProblemType::NotFound);
    app.get("/api/v1/device", &[("cookie", &cookie)])
        .await
        .problem(ProblemType::DeviceSignedOut);
    assert_eq!(
        app.get(&devices, &[("cookie", &manager)]).await.json()["devices"],
        json!([])
    );
}

#[tokio::test]
async fn whoever_stands_at_a_device_signs_it_out_and_it_is_let_in_again() {
    let app = TestApp::new().await;
    let (device, cookie) = app.device("courier").await;
    let left = app
        .call("DELETE", "/api/v1/device", &[("cookie", &cookie)], &Value::Null)
        .await;
    assert_eq!(left.status, 204);
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    app.get("/api/v1/device", &[("cookie", &cookie)])
        .await
        .problem(ProblemType::DeviceSignedOut);
    assert_eq!(app.pair(&app.code("courier").await, &device).await.status, 201);
    app.get("/api/v1/device", &[])
        .await
        .problem(ProblemType::SignedOut);
    app.get("/api/v1/device", &[("cookie", "__Host-device=x")])
        .await
        .problem(ProblemType::SignedOut);
}

#[tokio::test]
async fn an_owner_lets_a_device_in_and_signs_it_out_by_plain_forms() {
    let app = TestApp::new().await;
    let here = "/board/lighthouse-diner/devices";
    let owner = app.staff(Role::Owner).await;
    let thin = format!("{owner}; servery_render=thin");
    let page = async |address: &str| app.get(address, &[("cookie", &thin)]).await;
    assert!(page(BOARD).await.text().contains(&format!("href=\"{here}\"")));
    assert!(page(here).await.text().contains("No device is signed in"));
    let made = app
        .form(here, &owner, "change=code&kind=kitchen&name=Pass+%3Cb%3E")
        .await;
    assert_eq!(made.status, 303, "{}", made.text());
    assert_eq!(
        made.header("location"),
        here,
        "an address is in the history and in logs"
    );
    let code = made
        .header("set-cookie")
        .strip_prefix("__Host-pairing-code=")
        .and_then(|rest| rest.get(..9))
        .unwrap()
        .to_owned();
    let with_code = format!("{thin}; __Host-pairing-code={code}");
    let shown = app.get(here, &[("cookie", &with_code)]).await;
    assert_eq!(shown.header("cache-control"), "private, no-store");
    assert!(shown.text().contains(&format!(">{code}</p>")), "{}", shown.text());
    assert!(
        shown.text().contains("/staff/lighthouse-diner"),
        "{}",
        shown.text()
    );
    let device = unique();
    assert_eq!(app.pair(&code, &device).await.status, 201, "{code}");
    let listing = page(here).await;
    assert!(
        listing.text().contains("Pass &lt;b>") || listing.text().contains("Pass &lt;b&gt;"),
        "{}",
        listing.text()
    );
    assert!(
        listing.text().contains("Kitchen screen") && listing.text().contains(&format!("value=\"{device}\""))
    );
    let used = app.get(here, &[("cookie", &with_code)]).await;
    assert!(!used.text().contains(&code), "a code works once: {}", used.text());

    for (fields, led) in [
        (
            format!("change=sign-out&device={device}"),
            format!("{here}?done=signed-out"),
        ),
        (format!("change=sign-out&device={device}"), here.to_owned()),
    ] {
        assert_eq!(
            app.form(here, &owner, &fields).await.header("location"),
            led,
            "{fields}"
        );
    }
    assert!(
        page(&format!("{here}?done=signed-out"))
            .await
            .text()
            .contains("No device is signed in")
    );
    for fields in [
        "change=code&kind=kitchen&name=",
        "change=code&kind=oven&name=x",
        "change=sign-out&device=x",
        "change=x",
    ] {
        assert!(
            app.form(here, &owner, fields)
                .await
                .header("location")
                .starts_with(&format!("{here}?wrong=")),
            "{fields}"
        );
    }
    let cashier = app.staff(Role::Cashier).await;
    let cashiers = format!("{cashier}; servery_render=thin");
    assert_eq!(app.get(here, &[("cookie", &cashiers)]).await.status, 403);
    assert!(
        !app.get(BOARD, &[("cookie", &cashiers)])
            .await
            .text()
            .contains(here)
    );
    assert_eq!(
        app.form(here, &cashier, "change=code&kind=till&name=x")
            .await
            .status,
        403
    );
    assert!(
        app.get(here, &[])
            .await
            .text()
            .contains("action=\"/account/sign-in\"")
    );
}
