//! Restaurants under domains of their own.

use serde_json::{Value, json};
use servery::settings::Settings;
use servery_domain::{account::Role, problem::ProblemType};

use crate::{
    orders::DINER,
    test_app::{Answer, TestApp},
};

const DOMAIN: &str = "order.lighthouse.example";
const PUBLIC: &str = "https://eat.example";
const PAGE: &str = "/restaurants/lighthouse-diner";

async fn town() -> TestApp {
    let settings = Settings {
        public_url: Some(PUBLIC.into()),
        heavy_at: Some(u64::MAX),
        ..Settings::default()
    };
    TestApp::with(None, settings).await
}

impl TestApp {
    async fn put_domain(&self, cookie: &str, restaurant: &str, domain: &str) -> Answer {
        let path = format!("/api/v1/restaurants/{restaurant}/domain");
        let body = json!({ "domain": domain });
        self.call("PUT", &path, &[("cookie", cookie)], &body).await
    }

    async fn at(&self, host: &str, path: &str) -> Answer {
        self.get(path, &[("host", host), ("accept", "text/html")]).await
    }

    /// The form of the office: where it leads.
    async fn send_domain(&self, cookie: &str, domain: &str) -> String {
        let path = "/office/lighthouse-diner/share";
        let answer = self.form(path, cookie, &format!("domain={domain}")).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").to_owned()
    }
}

#[tokio::test]
async fn a_domain_shows_its_restaurant_and_leads_elsewhere_for_the_rest() {
    let app = town().await;
    let owner = app.staff(Role::Owner).await;
    assert_eq!(
        app.at(DOMAIN, "/").await.status,
        200,
        "the home page, as anywhere"
    );
    let set = app.put_domain(&owner, "lighthouse-diner", DOMAIN).await;
    assert_eq!(set.status, 204, "{}", set.text());

    for (path, place) in [
        ("/", PAGE.to_owned()),
        ("/?lang=de", format!("{PAGE}?lang=de")),
        (
            "/restaurants/jade-lantern",
            format!("{PUBLIC}/restaurants/jade-lantern"),
        ),
        ("/account", format!("{PUBLIC}/account")),
        (
            "/office/lighthouse-diner",
            format!("{PUBLIC}/office/lighthouse-diner"),
        ),
    ] {
        let answer = app.at(&format!("{DOMAIN}:8443"), path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (307, &*place),
            "{path}"
        );
        let answer = app.at("eat.example", path).await;
        assert_ne!(answer.status, 307, "{path} at the installation's address");
    }
    for path in [PAGE, &format!("{PAGE}/basket"), "/orders"] {
        assert_eq!(app.at(DOMAIN, path).await.status, 200, "{path}");
    }
    let api = app.get("/api/v1/restaurants", &[("host", DOMAIN)]).await;
    let slugs = |answer: &Answer| -> Vec<String> {
        let page = answer.json();
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["restaurant"]["slug"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        slugs(&api),
        ["lighthouse-diner"],
        "its pages' programs show no other"
    );
    let all = app.get("/api/v1/restaurants", &[("host", "eat.example")]).await;
    assert!(slugs(&all).len() > 1);
    let page = app.at("eat.example", PAGE).await;
    let canonical = format!(r#"<link rel="canonical" href="https://{DOMAIN}{PAGE}""#);
    assert!(
        page.text().contains(&canonical),
        "search engines learn the own domain"
    );
    let other = app.at(DOMAIN, "/about").await;
    let canonical = format!(r#"<link rel="canonical" href="{PUBLIC}/about""#);
    assert!(other.text().contains(&canonical));
}

#[tokio::test]
async fn links_and_codes_name_the_domain() {
    let app = town().await;
    let owner = app.staff(Role::Owner).await;
    let edits = format!("{DINER}/edits");
    let before = app.get(&edits, &[("cookie", &owner)]).await.json();
    assert_eq!(before["page"], format!("{PUBLIC}{PAGE}"));
    app.put_domain(&owner, "lighthouse-diner", DOMAIN).await;
    let after = app.get(&edits, &[("cookie", &owner)]).await.json();
    assert_eq!(after["page"], format!("https://{DOMAIN}/"));
    assert_eq!(after["domain"], DOMAIN);

    let listed = app.json(DINER).await;
    assert_eq!(listed["domain"], DOMAIN);
    let map = app.get("/sitemap.xml", &[]).await;
    assert!(!map.text().contains(PAGE), "a sitemap is of one site");
    let own = app.get("/sitemap.xml", &[("host", DOMAIN)]).await;
    assert!(own.text().contains(&format!("<loc>https://{DOMAIN}{PAGE}</loc>")));
    assert!(!own.text().contains("jade-lantern"));
    app.put_table_code("lighthouse-diner", "window4", "Window 4")
        .await;
    let sheet = app
        .get("/office/lighthouse-diner/tables/sheet.pdf", &[("cookie", &owner)])
        .await;
    let sheet = String::from_utf8_lossy(&sheet.body).into_owned();
    assert!(sheet.contains(&format!("({DOMAIN}/t/window4)")));
}

#[tokio::test]
async fn a_proxy_asks_whether_a_domain_is_served() {
    let app = town().await;
    let owner = app.staff(Role::Owner).await;
    let ask = format!("/api/v1/domains?domain={DOMAIN}");
    app.get(&ask, &[]).await.problem(ProblemType::NotFound);
    app.put_domain(&owner, "lighthouse-diner", DOMAIN).await;
    assert_eq!(app.json(&ask).await, "lighthouse-diner");
    app.get("/api/v1/domains", &[])
        .await
        .problem(ProblemType::Malformed);
    let path = format!("{DINER}/domain");
    let gone = app
        .call("DELETE", &path, &[("cookie", &owner)], &Value::Null)
        .await;
    assert_eq!(gone.status, 204);
    app.get(&ask, &[]).await.problem(ProblemType::NotFound);
}

#[tokio::test]
async fn a_domain_is_set_by_whoever_edits_the_restaurant_and_is_nobody_elses() {
    let app = town().await;
    let owner = app.staff(Role::Owner).await;
    let cashier = app.staff(Role::Cashier).await;
    app.put_domain(&cashier, "lighthouse-diner", DOMAIN)
        .await
        .problem(ProblemType::Forbidden);
    for wrong in [
        "localhost",
        "Order.example",
        "https://order.example",
        "127.0.0.1",
        "eat.example",
        "www.eat.example",
    ] {
        let answer = app.put_domain(&owner, "lighthouse-diner", wrong).await;
        assert!(
            matches!(answer.status.as_u16(), 400 | 422),
            "{wrong}: {}",
            answer.text()
        );
    }
    let of_another = app.store.restaurants().await.unwrap();
    let jade = of_another
        .iter()
        .find(|of| of.slug.as_str() == "jade-lantern")
        .unwrap();
    let by = (servery_domain::audit::Author::Operator, servery::clock::now());
    let taken = "jade.example".parse().unwrap();
    assert!(app.store.set_domain(jade.id, Some(&taken), by).await.unwrap());
    app.put_domain(&owner, "lighthouse-diner", "jade.example")
        .await
        .problem(ProblemType::Conflict);

    for (typed, said) in [
        ("jade.example", "?wrong=taken&typed=jade.example"),
        (
            "https%3A%2F%2Feat.example%2F",
            "?wrong=installation&typed=https%3A%2F%2Feat.example%2F",
        ),
        ("nonsense", "?wrong=domain&typed=nonsense"),
        ("https%3A%2F%2FOrder.Lighthouse.example%2Fmenu", "?done=domain"),
        ("", "?done=domain-removed"),
    ] {
        let place = app.send_domain(&owner, typed).await;
        assert_eq!(place, format!("/office/lighthouse-diner/share{said}"), "{typed}");
    }
}
