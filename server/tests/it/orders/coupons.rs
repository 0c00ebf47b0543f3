//! Coupons that are used while somebody orders.

use super::*;

#[tokio::test]
async fn case_saleor_544_a_single_use_coupon_in_two_checkouts() {
    let app = TestApp::new().await;
    let mut placements = Vec::new();
    for number in 0..8 {
        let mut basket = app.basket("Meatloaf & Mashed Potatoes", 1).await;
        basket["coupon"] = json!("lastboat");
        let mut placement = app.placement(basket).await;
        placement["contact"]["phone"] = json!(format!("+1 212 555 010{number}"));
        placements.push(placement);
    }
    let answers = futures::future::join_all(placements.iter().map(|placement| app.place(placement))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap().json();
    assert_eq!(refused["quote"]["blockers"], json!([{ "coupon": "used_up" }]));
}

#[tokio::test]
async fn a_coupon_for_each_customer_is_not_had_again_by_writing_the_contact_another_way() {
    let app = TestApp::new().await;
    app.put_coupon_once().await;
    let mut basket = app.basket("Bottomless Coffee", 1).await;
    basket["coupon"] = json!("once");
    let placement = app.placement(basket).await;
    let place = async |phone: &str, email: &str| {
        let mut placement = placement.clone();
        placement["id"] = unique().into();
        placement["contact"] = json!({ "name": "Ada Byron", "phone": phone, "email": email });
        app.place(&placement).await
    };
    assert_eq!(place("+1 212 555 0100", "ada@example.org").await.status, 201);
    for (phone, email) in [
        ("(212) 555-0100", "eve@example.org"),
        ("1 212 555 0199", "Ada@example.org"),
        ("1 212 555 0199", "ada+pizza@example.org"),
        ("001 212.555.0100", ""),
    ] {
        let answer = place(phone, email).await;
        assert_eq!(answer.status, 409, "{phone} {email}: {}", answer.text());
        assert_eq!(
            answer.json()["quote"]["blockers"][0]["coupon"],
            "used_by_you",
            "{}",
            answer.text()
        );
    }
    assert_eq!(place("+1 212 555 0199", "ben@example.org").await.status, 201);
}

/// Who has the cookie's value has the visitor's drafts and orders: nothing of it is in an order, which everybody with its link can read.
#[tokio::test]
async fn an_order_does_not_show_by_which_names_its_coupon_is_counted() {
    let app = TestApp::new().await;
    let mut basket = app.basket("Meatloaf & Mashed Potatoes", 1).await;
    basket["coupon"] = json!("hello10");
    let placement = app.placement(basket).await;
    let visitor = VisitorId(7);
    let cookie = app.visitor_cookie(visitor).await;
    let visitor = visitor.to_string();
    let headers = [("idempotency-key", unique()), ("cookie", cookie)];
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let receipt = app.post(&format!("{DINER}/orders"), &headers, &placement).await;
    assert_eq!(receipt.status, 201, "{}", receipt.text());
    let token = receipt.json()["token"].as_str().unwrap().to_owned();
    let order = app.get(&format!("/api/v1/orders/{token}"), &[]).await;
    assert!(order.text().contains("HELLO10"));
    assert!(!order.text().contains(&visitor), "{}", order.text());
    let id = receipt.json()["id"].as_str().unwrap().parse().unwrap();
    let stored = app.store.order(id).await.unwrap().unwrap();
    let names = stored.reserved.coupon_customer;
    assert!(names.len() == 2 && !names.contains(&visitor), "{names:?}");
}
