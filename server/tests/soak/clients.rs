//! Diners in a hurry: they order, order again with the same key, cancel and pay, and whatever gets no answer they try again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use servery::http::visitor::token as unique;

use crate::shop::{COUPON, Shop};

const CLIENTS: usize = 64;
const KILLS: u32 = 10;

/// One order that a diner wanted, and what they were told.
pub struct Attempt {
    pub id: String,
    pub seen: i64,
    pub receipt: Option<Value>,
    /// The same key was answered in other words.
    pub contradicted: bool,
    pub told_paid: bool,
}

pub async fn rage(shop: &Shop, long: Duration) -> Vec<Attempt> {
    let until = Instant::now() + long;
    // Everything borrows the shop, so all of it runs in this one task; the server is what is put under load.
    let clients = futures::future::join_all((0..CLIENTS).map(|number| client(shop, number as u64, until)));
    let (attempts, ()) = tokio::join!(clients, kill(shop, long));
    attempts.into_iter().flatten().collect()
}

async fn kill(shop: &Shop, long: Duration) {
    for _ in 0..KILLS {
        tokio::time::sleep(long / (KILLS + 1)).await;
        let mut servery = shop.servery.lock().await;
        servery.kill();
        servery.start(&shop.client).await;
    }
}

/// Different in each client and the same in each run, up to what the network makes of it.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    }
}

async fn client(shop: &Shop, number: u64, until: Instant) -> Vec<Attempt> {
    let mut dice = Dice((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut attempts = Vec::new();
    while Instant::now() < until {
        let attempt = order(shop, &mut dice).await;
        attempts.extend(attempt);
    }
    attempts
}

/// Until there is an answer that is not the server's absence.
async fn insist(shop: &Shop, path: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
    loop {
        let request = shop.client.post(format!("{}{path}", shop.address)).json(body);
        let request = key
            .into_iter()
            .fold(request, |request, key| request.header("idempotency-key", key));
        if let Ok(answer) = request.send().await {
            let status = answer.status().as_u16();
            if let (false, Ok(body)) = (status >= 500, answer.json().await) {
                return (status, body);
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn order(shop: &Shop, dice: &mut Dice) -> Option<Attempt> {
    let path = format!("/api/v1/restaurants/{}", shop.restaurant.slug);
    let lines = (0..=dice.roll(2)).map(|_| {
        let (dish, _) = shop.dishes[dice.roll(shop.dishes.len() as u64) as usize];
        json!({ "id": unique().unwrap(), "dish": dish, "count": 1 + dice.roll(3) })
    });
    let mut basket = json!({ "lines": lines.collect::<Vec<_>>() });
    if dice.roll(8) == 0 {
        basket["coupon"] = json!(COUPON);
    }
    let (_, quote) = insist(shop, &format!("{path}/quotes"), None, &basket).await;
    if quote["blockers"].is_array() || quote["removed_lines"].is_array() {
        return None;
    }
    let card = dice.roll(10) == 0;
    let (id, key, seen) = (unique().unwrap(), unique().unwrap(), quote["total"].as_i64()?);
    let placement = json!({
        "id": id, "basket": basket, "contact": { "name": "Ada", "phone": format!("+1 {}", dice.roll(1_000_000)) },
        "payment": if card { "card" } else { "door" }, "seen": seen, "lang": "en",
    });
    let orders = format!("{path}/orders");
    let (status, answer) = insist(shop, &orders, Some(&key), &placement).await;
    let mut attempt = Attempt {
        id,
        seen,
        receipt: (status == 201).then_some(answer.clone()),
        contradicted: false,
        told_paid: false,
    };
    if dice.roll(4) == 0 {
        attempt.contradicted = insist(shop, &orders, Some(&key), &placement).await != (status, answer);
    }
    let token = attempt
        .receipt
        .as_ref()
        .map(|receipt| receipt["token"].as_str().unwrap_or_default().to_owned());
    if let Some(token) = token {
        if card && dice.roll(5) > 0 {
            let (status, paid) = insist(
                shop,
                &format!("/api/v1/orders/{token}/payment"),
                None,
                &json!({ "payment_method": shop.card }),
            )
            .await;
            attempt.told_paid = status == 200 && paid == json!("paid");
        }
        if dice.roll(6) == 0 {
            insist(shop, &format!("/api/v1/orders/{token}/cancel"), None, &json!({})).await;
        }
    }
    Some(attempt)
}
