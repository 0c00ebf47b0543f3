//! Diners in a hurry: they order, order again with the same key, cancel and pay, and whatever gets no answer they try again. Staff
//! refuse orders and set portions, and orders that nobody pays or answers time out.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use servery::{clock, http::visitor::token as unique, orders::timeouts};
use servery_domain::time::Timestamp;

use crate::{
    books,
    shop::{COUPON, OwnServer, Shop},
};

const CLIENTS: usize = 64;
const KILLS: u32 = 10;
/// After so many seconds an order has been neither paid nor answered for too long.
const LONGEST_WAIT: i64 = 2 * 3_600;
/// A kill and a start take a second or two: who has no answer after this never gets one.
const LONGEST_ABSENCE: Duration = Duration::from_secs(30);

/// One order that a diner wanted, and what they were told.
pub struct Attempt {
    pub id: String,
    pub seen: i64,
    pub receipt: Option<Value>,
    /// The same key was answered in other words.
    pub contradicted: bool,
    pub told_paid: bool,
}

/// Everything borrows the shop, so all of it runs in this one task; the server is what is put under load.
pub async fn order_until(shop: &Shop, ended: &Cell<bool>) -> Vec<Attempt> {
    let clients = (0..CLIENTS).map(|number| client(shop, number as u64, ended));
    let attempts = futures::future::join_all(clients).await;
    attempts.into_iter().flatten().collect()
}

/// Kills the server again and again.
pub async fn kill(shop: &Shop, own: &OwnServer, long: Duration, ended: &Cell<bool>) {
    let (mut dice, started) = (Dice(7), Instant::now());
    for _ in 0..KILLS {
        tokio::time::sleep(long / (KILLS + 1)).await;
        let mut servery = own.servery.lock().await;
        servery.kill();
        // The server of the database finishes what was committed.
        let killed = Instant::now();
        while books::is_busy(&shop.database).await {
            assert!(
                killed.elapsed() < LONGEST_ABSENCE,
                "the database is still at work"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        shop.restock(dice.roll(100) as usize, dice.roll(400) as u32).await;
        servery.start(&shop.client).await;
        // In the first half only, so that there are orders at the end that go on.
        if started.elapsed() < long / 2 {
            let later = Timestamp(clock::now().0 + LONGEST_WAIT);
            timeouts::time_out_orders(&own.node, later).await.unwrap();
        }
    }
    tokio::time::sleep(long / (KILLS + 1)).await;
    ended.set(true);
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

async fn client(shop: &Shop, number: u64, ended: &Cell<bool>) -> Vec<Attempt> {
    let mut dice = Dice((number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut attempts = Vec::new();
    while !ended.get() {
        let attempt = order(shop, &mut dice).await;
        attempts.extend(attempt);
    }
    attempts
}

/// Until there is an answer that is not the server's absence. Without one after a long time, the status is 0.
async fn insist(shop: &Shop, path: &str, key: Option<&str>, body: &Value) -> (u16, Value) {
    let started = Instant::now();
    loop {
        let request = shop.client.post(format!("{}{path}", shop.address)).json(body);
        let request = match path.ends_with("/events") {
            true => request.header("cookie", &shop.owner),
            false => request,
        };
        let request = key
            .into_iter()
            .fold(request, |request, key| request.header("idempotency-key", key));
        let missing = match request.send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                match answer.json().await {
                    Ok(body) if status < 500 => {
                        shop.log.answered(started.elapsed());
                        return (status, body);
                    }
                    body => format!("{status} {body:?}"),
                }
            }
            Err(error) => error.to_string(),
        };
        if !shop.log.failed(path, &missing, started.elapsed()) {
            return (0, Value::Null);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn order(shop: &Shop, dice: &mut Dice) -> Option<Attempt> {
    let path = format!("/api/v1/restaurants/{}", shop.restaurant.slug);
    let lines = (0..=dice.roll(2)).map(|_| {
        let dish = shop.dishes[dice.roll(shop.dishes.len() as u64) as usize];
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
    let card = shop
        .own
        .as_ref()
        .filter(|_| dice.roll(10) == 0)
        .map(|own| &own.card);
    let (id, key, seen) = (unique().unwrap(), unique().unwrap(), quote["total"].as_i64()?);
    let placement = json!({
        "id": id, "basket": basket, "contact": { "name": "Ada", "phone": format!("+1 {}", dice.roll(1_000_000)) },
        "payment": if card.is_some() { "card" } else { "door" }, "seen": seen, "lang": "en",
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
        if let Some(card) = card.filter(|_| dice.roll(5) > 0) {
            let (status, paid) = insist(
                shop,
                &format!("/api/v1/orders/{token}/payment"),
                None,
                &json!({ "payment_method": card }),
            )
            .await;
            attempt.told_paid = status == 200 && paid == json!("paid");
        }
        match dice.roll(12) {
            0 | 1 => drop(insist(shop, &format!("/api/v1/orders/{token}/cancel"), None, &json!({})).await),
            2 | 3 => {
                let refused = json!({ "event": { "rejected": { "reason": "We are full" } } });
                insist(shop, &format!("{orders}/{}/events", attempt.id), None, &refused).await;
            }
            _ => {}
        }
    }
    Some(attempt)
}
