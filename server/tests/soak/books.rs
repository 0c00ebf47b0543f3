//! Afterwards: is every order that was acknowledged there, once, at its price; and do stock, coupons and money agree?

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use servery_domain::{
    currency::Minor,
    id::DishId,
    order::{Ordered, Progress},
    order_settings::PaymentMethod,
    quote::Sum,
};
use servery_store::orders::Reservation;
use sqlx::{AssertSqlSafe, Row};

use crate::{
    clients::Attempt,
    peer::Peer,
    shop::{COUPON, Shop},
};

pub struct Found {
    engine: &'static str,
    acknowledged: usize,
    lost: usize,
    doubled: usize,
    mispriced: usize,
    unsettled: usize,
    /// Portions of counted dishes, and how many orders were refused or timed out.
    sold: i64,
    called_off: usize,
    /// What else is wrong, in words.
    wrong: Vec<String>,
}

impl Found {
    /// What is not as it should be, counted.
    pub fn faults(&self) -> (usize, usize, usize) {
        let wrong = self.mispriced + self.unsettled + self.wrong.len();
        (self.lost, self.doubled, wrong)
    }

    pub fn is_good(&self) -> bool {
        self.acknowledged > 0
            && self.sold > 0
            && self.called_off > 0
            && self.lost + self.doubled + self.mispriced + self.unsettled == 0
            && self.wrong.is_empty()
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wrong
            .iter()
            .take(20)
            .try_for_each(|wrong| writeln!(f, "  {wrong}"))?;
        let Self {
            engine,
            acknowledged,
            lost,
            doubled,
            mispriced,
            unsettled,
            sold,
            called_off,
            ..
        } = self;
        write!(
            f,
            "storm {engine}: acknowledged {acknowledged} lost {lost} doubled {doubled} mispriced {mispriced} unsettled {unsettled} portions sold {sold} called off {called_off}"
        )
    }
}

struct Booked {
    token: String,
    number: i64,
    ordered: Ordered,
    progress: Progress,
}

/// Read by hand: the store itself is what is examined.
async fn rows(database: &str, select: &'static str, columns: usize) -> Vec<Vec<String>> {
    let text = |get: &dyn Fn(usize) -> String| (0..columns).map(get).collect::<Vec<_>>();
    if let Some(path) = database.strip_prefix("sqlite:") {
        let pool = sqlx::SqlitePool::connect(&format!("sqlite:{path}"))
            .await
            .unwrap();
        let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(&pool).await.unwrap();
        return rows.iter().map(|row| text(&|at| row.get(at))).collect();
    }
    let pool = sqlx::PgPool::connect(database).await.unwrap();
    let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(&pool).await.unwrap();
    rows.iter().map(|row| text(&|at| row.get(at))).collect()
}

/// Whether PostgreSQL is at work for somebody else.
pub async fn is_busy(database: &str) -> bool {
    let select = "select count(*)::text from pg_stat_activity \
                  where datname = current_database() and pid <> pg_backend_pid() and state = 'active'";
    !database.starts_with("sqlite:") && rows(database, select, 1).await[0][0] != "0"
}

async fn booked(shop: &Shop) -> BTreeMap<String, Booked> {
    let select = "select id, token, cast(number as text), ordered, progress from orders";
    let rows = rows(&shop.database, select, 5).await.into_iter().map(|row| {
        let booked = Booked {
            token: row[1].clone(),
            number: row[2].parse().unwrap(),
            ordered: serde_json::from_str(&row[3]).unwrap(),
            progress: serde_json::from_str(&row[4]).unwrap(),
        };
        (row[0].clone(), booked)
    });
    rows.collect()
}

pub async fn check(engine: &'static str, shop: &Shop, attempts: Vec<Attempt>) -> Found {
    let booked = booked(shop).await;
    let acknowledged: Vec<_> = attempts
        .iter()
        .filter_map(|attempt| Some((attempt, attempt.receipt.as_ref()?)))
        .collect();
    let known: BTreeSet<&str> = attempts.iter().map(|attempt| attempt.id.as_str()).collect();
    let there = |attempt: &Attempt| booked.get(&attempt.id);
    let lost = acknowledged.iter().filter(|(attempt, receipt)| {
        there(attempt)
            .is_none_or(|order| receipt["token"] != order.token.as_str() || receipt["number"] != order.number)
    });
    let mispriced = attempts
        .iter()
        .filter(|attempt| there(attempt).is_some_and(|order| order.ordered.total.0 != attempt.seen));
    let mut found = Found {
        engine,
        acknowledged: acknowledged.len(),
        lost: lost.count(),
        doubled: 0,
        mispriced: mispriced.count(),
        unsettled: 0,
        sold: 0,
        called_off: 0,
        wrong: Vec::new(),
    };
    let numbers: BTreeSet<i64> = booked.values().map(|order| order.number).collect();
    let acknowledged_ids: BTreeSet<&str> = acknowledged
        .iter()
        .map(|(attempt, _)| attempt.id.as_str())
        .collect();
    // Each diner insists until there is an answer, so what is there was answered, and has a number of its own.
    found.doubled = booked
        .keys()
        .filter(|id| !acknowledged_ids.contains(id.as_str()) || !known.contains(id.as_str()))
        .count()
        + booked.len()
        - numbers.len();
    if attempts.iter().any(|attempt| attempt.contradicted) {
        found.wrong.push("a key was answered twice differently".into());
    }
    check_stock(shop, &booked, &mut found).await;
    check_events(shop, &booked, &mut found).await;
    if let Some(own) = &shop.own {
        check_money(&own.peer, &booked, &attempts, &mut found).await;
    }
    found
}

async fn check_stock(shop: &Shop, booked: &BTreeMap<String, Booked>, found: &mut Found) {
    let live: Vec<_> = booked
        .values()
        .filter(|order| !order.progress.state.is_called_off())
        .collect();
    found.called_off = booked.len() - live.len();
    check_portions(shop, found).await;
    let used = shop.store.coupon_uses(shop.restaurant.id).await.unwrap();
    let used = used.get(COUPON).map_or(0, |used| *used as usize);
    let redeemed = live
        .iter()
        .filter(|order| {
            order
                .ordered
                .sums
                .iter()
                .any(|sum| matches!(sum, Sum::Coupon { .. }))
        })
        .count();
    if used != redeemed || used > crate::shop::USES as usize {
        found.wrong.push(format!(
            "the coupon counts {used} uses and is on {redeemed} orders"
        ));
    }
}

/// What live orders have taken and what is left are the portions that there were.
async fn check_portions(shop: &Shop, found: &mut Found) {
    let select = "select progress, reserved from orders";
    let mut taken: BTreeMap<DishId, i64> = BTreeMap::new();
    for row in rows(&shop.database, select, 2).await {
        let progress: Progress = serde_json::from_str(&row[0]).unwrap();
        let reserved: Reservation = serde_json::from_str(&row[1]).unwrap();
        for (dish, count) in reserved
            .portions
            .iter()
            .filter(|_| !progress.state.is_called_off())
        {
            *taken.entry(*dish).or_default() += i64::from(*count);
        }
    }
    let left = shop.store.stock(shop.restaurant.id).await.unwrap();
    for (dish, portions) in shop.portions.lock().await.iter() {
        let left = left.get(dish).copied().map_or(-1, i64::from);
        let taken = taken.get(dish).copied().unwrap_or(0);
        found.sold += taken;
        if left + taken != *portions {
            found.wrong.push(format!(
                "of {portions} portions {left} are left and {taken} ordered"
            ));
        }
    }
}

/// Nothing but orders and staff who set portions raise the counter in a storm: together they have every revision of it, and each order
/// was placed once.
async fn check_events(shop: &Shop, booked: &BTreeMap<String, Booked>, found: &mut Found) {
    let select = "select cast(revision as text) as written from order_events order by order_events.revision";
    let written: Vec<i64> = rows(&shop.database, select, 1)
        .await
        .iter()
        .map(|row| row[0].parse().unwrap())
        .collect();
    let now = shop.store.revision(shop.restaurant.id).await.unwrap();
    let written: BTreeSet<i64> = shop
        .restocked
        .lock()
        .await
        .iter()
        .copied()
        .chain(written)
        .collect();
    let gapless = written.iter().copied().eq(shop.opened_at.0 + 1..=now.0);
    let placed = rows(
        &shop.database,
        "select order_id from order_events where event = '\"placed\"'",
        1,
    )
    .await;
    if !gapless || placed.len() != booked.len() {
        found.wrong.push(format!(
            "{} orders, {} placed, {} events, gapless {gapless}",
            booked.len(),
            placed.len(),
            written.len()
        ));
    }
}

async fn check_money(
    peer: &Peer,
    booked: &BTreeMap<String, Booked>,
    attempts: &[Attempt],
    found: &mut Found,
) {
    let mut charged: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for (order, amount) in peer.charges().await {
        charged.entry(order).or_default().push(amount);
    }
    for (id, order) in booked {
        let paid = order.progress.payment.paid;
        let charges = charged.get(id).map_or(&[][..], Vec::as_slice);
        let settled = match charges {
            [] => paid == Minor::ZERO,
            [amount] => paid.0 == *amount && *amount == order.ordered.total.0,
            _ => false,
        };
        let told = attempts
            .iter()
            .any(|attempt| attempt.id == *id && attempt.told_paid);
        let cooked_unpaid = order.progress.payment.method == PaymentMethod::Card
            && paid == Minor::ZERO
            && !matches!(order.progress.state.code(), "unpaid" | "cancelled");
        if !settled || told && paid == Minor::ZERO || cooked_unpaid {
            found.unsettled += 1;
            found.wrong.push(format!(
                "order {id}: charged {charges:?}, booked {}, {}",
                paid.0,
                order.progress.state.code()
            ));
        }
    }
}
