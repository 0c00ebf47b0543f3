//! What the staff of a demo restaurant find set up: a plan of tables, stations and dishes at hand.
//!
//! It is set up as a restaurant would do it, by a device: that one is let in for it and signed out again.

use servery_domain::{
    audit::Author,
    device::{DeviceKind, NewDevice, StorageKey},
    id::{DeviceId, OpId, StationId, TableId},
    lang::Lang,
    pos::{
        op::{Action, OP_VERSION, Op},
        station::Station,
        table::TablePlan,
    },
    time::Timestamp,
};
use servery_store::{
    Store, StoreError,
    devices::{NewCode, SentOp, SyncOps},
    orders::OrderWrite,
};

use super::DemoRestaurant;
use crate::{accounts::sessions, clock, http::visitor};

/// Dishes at hand.
const AT_HAND: usize = 9;
/// Tables in a row of the plan.
const IN_A_ROW: usize = 4;
/// Tables of a restaurant whose tables nobody has named.
const UNNAMED: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];

#[derive(Debug, thiserror::Error)]
pub enum PosError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Random(#[from] getrandom::Error),
    #[error(transparent)]
    Written(#[from] serde_json::Error),
}

pub async fn set_up(store: &dyn Store, demo: &DemoRestaurant) -> Result<(), PosError> {
    let restaurant = demo.restaurant.id;
    let device = DeviceId(restaurant.0);
    if store.ops_done(device, device).await?.is_some() {
        return Ok(());
    }
    let now = clock::now();
    let (code, token) = (visitor::token()?, visitor::token()?);
    let new = NewDevice {
        name: "Office".to_owned(),
        kind: DeviceKind::Till,
    };
    let code = NewCode {
        hash: sessions::key(&code),
        restaurant,
        device: new,
        expires_at: Timestamp(now.0 + 60),
        by: (Author::Operator, now),
    };
    store.put_code(&code).await?;
    store
        .pair(
            &code.hash,
            device,
            &sessions::key(&token),
            &StorageKey(sessions::token()?),
            now,
        )
        .await?;
    let actions = plan(demo).into_iter().chain(stations(demo)).chain(at_hand(demo));
    let ops = (1..)
        .zip(actions)
        .map(|(n, action)| sent(device, n, now, action))
        .collect::<Result<_, _>>()?;
    let syncing = SyncOps {
        restaurant,
        device,
        kind: DeviceKind::Till,
        stream: Some(device),
        new_device: device,
        ops,
        at: now,
    };
    store.write(&[OrderWrite::Sync(Box::new(syncing))]).await?;
    store
        .revoke_device(restaurant, device, (Author::Operator, now))
        .await?;
    Ok(())
}

fn sent(device: DeviceId, n: u64, at: Timestamp, action: Action) -> Result<SentOp, serde_json::Error> {
    let op = Op {
        id: OpId(device.0 << 32 | u128::from(n)),
        device,
        n,
        op_version: OP_VERSION,
        at,
        by: None,
        action,
    };
    Ok(SentOp {
        text: serde_json::to_string(&op)?,
        op,
        unread: None,
    })
}

fn plan(demo: &DemoRestaurant) -> Vec<Action> {
    let named: Vec<&str> = demo.tables.iter().map(|(_, name)| name.as_str()).collect();
    let names = if named.is_empty() { UNNAMED.to_vec() } else { named };
    let number = demo.restaurant.id.0 >> 64 << 64;
    let place = |at: usize, name: &str| {
        let (column, row) = ((at % IN_A_ROW) as u8, (at / IN_A_ROW) as u8);
        let table = TableId(number | (at as u128 + 1));
        let round = at % 3 == 2;
        let (x, y) = (14 + column * 24, 20 + row * 30);
        let plan = TablePlan {
            name: name.to_owned(),
            room: String::new(),
            seats: 4,
            round,
            x,
            y,
            width: 14,
            height: 18,
        };
        Action::Plan { table, plan }
    };
    names
        .into_iter()
        .enumerate()
        .map(|(at, name)| place(at, name))
        .collect()
}

/// The last category of a menu is its drinks.
fn stations(demo: &DemoRestaurant) -> Vec<Action> {
    let Some((drinks, dishes)) = demo
        .menu
        .categories
        .split_last()
        .filter(|(_, dishes)| !dishes.is_empty())
    else {
        return Vec::new();
    };
    let (kitchen, bar) = match demo.restaurant.lang {
        Lang::English => ("Kitchen", "Bar"),
        Lang::German => ("Küche", "Theke"),
        Lang::Arabic => ("المطبخ", "المشروبات"),
    };
    let station = |number: u128, name: &str, categories| {
        Action::Station(Station {
            id: StationId(demo.restaurant.id.0 >> 64 << 64 | number),
            name: name.to_owned(),
            categories,
        })
    };
    vec![
        station(1, kitchen, dishes.iter().map(|category| category.id).collect()),
        station(2, bar, vec![drinks.id]),
    ]
}

/// A few of each category.
fn at_hand(demo: &DemoRestaurant) -> Vec<Action> {
    let dishes = demo
        .menu
        .categories
        .iter()
        .flat_map(|category| category.dishes.iter().take(2));
    dishes
        .take(AT_HAND)
        .map(|dish| Action::Favour {
            dish: dish.id,
            on: true,
        })
        .collect()
}
