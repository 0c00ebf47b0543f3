//! Public holidays from the list, and in the office.

use serde_json::{Value, json};
use servery_domain::{account::Role, problem::ProblemType};

use crate::{
    orders::DINER,
    test_app::{TestApp, unique},
};

const FORM: &str = "/office/lighthouse-diner/parts/opening/holidays";

async fn edited_holidays(app: &TestApp, owner: &str) -> (usize, Vec<Value>) {
    let office = app
        .get(&format!("{DINER}/edits"), &[("cookie", owner)])
        .await
        .json();
    let days = office["edited"]["holidays"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    (office["edits"].as_array().unwrap().len(), days)
}

#[tokio::test]
async fn a_country_has_its_regions_and_a_region_its_days() {
    let app = TestApp::new().await;
    let country = app.json("/api/v1/holidays/DE").await;
    let bavaria = json!({ "code": "BY", "name": "Bayern" });
    assert!(
        country["regions"].as_array().unwrap().contains(&bavaria),
        "{country}"
    );
    let region = app.json("/api/v1/holidays/DE?region=BY").await;
    let has = |answer: &Value, day: &str| answer["days"].as_array().unwrap().contains(&json!(day));
    assert!(has(&country, "2027-10-03") && !has(&country, "2027-01-06"));
    assert!(has(&region, "2027-10-03") && has(&region, "2027-01-06"));
    for unknown in ["/api/v1/holidays/XX", "/api/v1/holidays/DE?region=XX"] {
        app.get(unknown, &[]).await.problem(ProblemType::NotFound);
    }
}

#[tokio::test]
async fn an_owner_adds_those_of_the_region_in_one_edit() {
    let app = TestApp::new().await;
    let owner = app.staff(Role::Owner).await;
    let (_, before) = edited_holidays(&app, &owner).await;
    let first = app
        .form(FORM, &owner, &format!("id={}&region=MA", unique()))
        .await;
    let (edits, after) = edited_holidays(&app, &owner).await;
    let new = after.iter().filter(|day| !before.contains(day)).count();
    assert!(new > 5, "{after:?}");
    assert_eq!(
        (edits, first.header("location")),
        (
            1,
            format!("/office/lighthouse-diner/parts/opening?holidays={new}#holidays").as_str()
        )
    );
    let page = app
        .get(
            first.header("location").trim_end_matches("#holidays"),
            &[("cookie", &owner)],
        )
        .await;
    assert!(
        page.text()
            .contains(&format!("{new} public holidays were added."))
    );
    let again = app
        .form(FORM, &owner, &format!("id={}&region=MA", unique()))
        .await;
    assert!(again.header("location").contains("holidays=known"));
    assert_eq!(edited_holidays(&app, &owner).await, (1, after));
    let unknown = app
        .form(FORM, &owner, &format!("id={}&region=XX", unique()))
        .await;
    assert_eq!(unknown.status, 404);
}
