//! The page on which a diner types the card: what it may load, and what it shows.

use serde_json::json;
use servery::{payments::cards::Cards, settings::Settings};
use servery_domain::problem::ProblemType;

use crate::{
    orders::DINER,
    peer::{PUBLISHABLE_KEY, Peer, SECRET, WEBHOOK_SECRET},
    test_app::{Answer, TestApp},
};

struct Shop {
    app: TestApp,
    _peer: Peer,
    token: String,
}

impl Shop {
    async fn open() -> Self {
        let peer = Peer::start().await;
        let app = TestApp::with(Some(peer.cards()), Settings::default()).await;
        let mut placement = app.placement(app.basket("Bottomless Coffee", 2).await).await;
        placement["payment"] = json!("card");
        let receipt = app.place(&placement).await.json();
        let token = receipt["token"].as_str().unwrap().to_owned();
        Self {
            app,
            _peer: peer,
            token,
        }
    }

    async fn page(&self, cookie: &str) -> Answer {
        self.app
            .get(&format!("/orders/{}/pay", self.token), &[("cookie", cookie)])
            .await
    }
}

/// A directive of a Content-Security-Policy.
fn directive<'a>(policy: &'a str, name: &str) -> &'a str {
    policy
        .split(';')
        .find_map(|directive| directive.trim().strip_prefix(name)?.strip_prefix(' '))
        .unwrap_or_default()
}

#[tokio::test]
async fn it_alone_loads_the_providers_script() {
    let shop = Shop::open().await;
    let page = shop.page("servery_render=hydrated").await;
    assert_eq!(
        (page.status.as_u16(), page.header("cache-control")),
        (200, "private, no-store")
    );
    let policy = page.header("content-security-policy");
    for (name, sources) in [
        ("default-src", "'none'"),
        (
            "script-src",
            "'self' https://js.stripe.com https://*.js.stripe.com",
        ),
        (
            "frame-src",
            "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
        ),
        ("connect-src", "https://api.stripe.com"),
        ("form-action", "'self'"),
        ("frame-ancestors", "'none'"),
    ] {
        assert_eq!(directive(policy, name), sources, "{name}");
    }
    assert!(
        page.header("permissions-policy")
            .contains("payment=(self \"https://js.stripe.com\")")
    );
    assert!(page.text().contains("src=\"https://js.stripe.com/"));
    let order = format!("/orders/{}", shop.token);
    for (path, mode) in [
        (order.as_str(), "thin"),
        (&order, "hydrated"),
        (&order, "thick"),
        ("/", "hydrated"),
        ("/restaurants/lighthouse-diner/checkout", "hydrated"),
    ] {
        let cookie = format!("servery_render={mode}");
        let other = shop.app.get(path, &[("cookie", &cookie)]).await;
        assert_eq!(other.status, 200, "{path}");
        assert!(!other.text().contains("stripe.com"), "{path}");
        assert!(
            !other.header("content-security-policy").contains("stripe.com"),
            "{path}"
        );
        assert!(
            other.header("permissions-policy").contains("payment=()"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn it_names_the_amount_and_no_secret() {
    let shop = Shop::open().await;
    let order = shop.app.order(&shop.token).await;
    let (total, page) = (order["ordered"]["total"].as_i64().unwrap(), shop.page("").await);
    for expected in [
        format!("data-amount=\"{total}\""),
        "data-currency=\"usd\"".to_owned(),
        format!("data-key=\"{PUBLISHABLE_KEY}\""),
        format!("${}.{:02}", total / 100, total % 100),
    ] {
        assert!(page.text().contains(&expected), "{expected}");
    }
    for secret in [SECRET, WEBHOOK_SECRET] {
        assert!(!page.text().contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn without_a_script_it_says_what_to_do() {
    let shop = Shop::open().await;
    for (lang, sentence) in [
        ("en", "Allow it for this page, or pay when you get your order."),
        (
            "de",
            "Erlauben Sie es für diese Seite, oder zahlen Sie bei Erhalt.",
        ),
        ("ar", "اسمح به لهذه الصفحة أو ادفع عند الاستلام."),
    ] {
        let page = shop.page(&format!("servery_lang={lang}")).await;
        assert!(
            page.text().contains("<noscript>") && page.text().contains(sentence),
            "{lang}"
        );
        let door = format!("action=\"/orders/{}/pay-at-door\"", shop.token);
        assert!(page.text().contains(&door), "{lang}");
    }
}

#[tokio::test]
async fn an_order_that_waits_for_no_card_has_none() {
    let shop = Shop::open().await;
    let path = format!("/api/v1/orders/{}/pay-at-door", shop.token);
    assert_eq!(shop.app.post(&path, &[], &json!({})).await.status, 200);
    let page = shop.page("").await;
    assert_eq!(
        (page.status.as_u16(), page.header("location")),
        (303, format!("/orders/{}", shop.token).as_str())
    );
    let nobodys = shop.app.get("/orders/nobodys/pay", &[]).await;
    assert_eq!(nobodys.status, 404);
}

#[tokio::test]
async fn apple_finds_its_file_if_there_is_one() {
    let path = "/.well-known/apple-developer-merchantid-domain-association";
    let without = TestApp::new().await;
    without.get(path, &[]).await.problem(ProblemType::NotFound);
    let cards = Cards {
        apple_pay_association: Some("7B227073704964".into()),
        ..Cards::default()
    };
    let with = TestApp::with(Some(cards), Settings::default()).await;
    assert_eq!(with.get(path, &[]).await.text(), "7B227073704964");
    assert!(with.json(DINER).await["restaurant"].is_object());
}
