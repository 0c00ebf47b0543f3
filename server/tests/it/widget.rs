//! A restaurant inside another web site.

use servery_domain::{account::Role, problem::ProblemType};

use crate::{orders::DINER, test_app::TestApp};

const WIDGET: &str = "/restaurants/lighthouse-diner/widget";
/// What a web site loads at most for it, before compression.
const SCRIPT_BYTES: usize = 5_000;

#[tokio::test]
async fn the_widget_has_the_opening_state_and_the_menu_in_the_language_of_the_site() {
    let app = TestApp::new().await;
    let widget = app.get(&format!("{WIDGET}?lang=de"), &[]).await;
    assert_eq!(widget.status, 200);
    assert_eq!(widget.header("access-control-allow-origin"), "*");
    assert_eq!(widget.header("content-language"), "de");
    assert!(widget.header("set-cookie").is_empty());
    let html = widget.text();
    assert!(html.contains("Online bestellen"), "{html}");
    assert!(html.contains("Classic Club") && html.contains("/restaurants/lighthouse-diner/dishes/"));
    let own = app.get(WIDGET, &[]).await;
    assert_eq!(own.header("content-language"), "en", "the language of the menu");
    assert!(own.text().contains("Order online"));
    let again = app.get(WIDGET, &[("if-none-match", own.header("etag"))]).await;
    assert_eq!(again.status, 304);
    let unknown = app.get(&format!("{WIDGET}?lang=tlh"), &[]).await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.header("content-language")),
        (200, "en")
    );
    app.get("/restaurants/nobody/widget", &[])
        .await
        .problem(ProblemType::NotFound);
}

#[tokio::test]
async fn a_dish_that_is_sold_out_says_so_in_the_widget() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let dish = app.dish(DINER, "Classic Club").await;
    assert!(!app.get(WIDGET, &[]).await.text().contains("Sold out"));
    let path = "/board/lighthouse-diner/stock";
    let set = app.form(path, &owner, &format!("dish={dish}&portions=0")).await;
    assert_eq!(set.status, 303, "{}", set.text());
    app.app.catalog.reload_if_changed().await.unwrap();
    assert!(app.get(WIDGET, &[]).await.text().contains("Sold out"));
}

#[tokio::test]
async fn the_script_of_the_widget_is_small() {
    let app = TestApp::new().await;
    let script = app.get("/widget.js", &[]).await;
    assert_eq!(script.status, 200);
    assert!(script.header("content-type").starts_with("text/javascript"));
    assert!(
        script.text().len() < SCRIPT_BYTES,
        "{} bytes",
        script.text().len()
    );
}
