//! Cashiers and their PINs, as owners and managers change them. Tills know the same hash.

use std::num::NonZeroU32;

use ring::pbkdf2;
use servery_domain::{
    account::Permission,
    audit::Author,
    contact::invalid_field,
    id::CashierId,
    limits,
    pos::cashier::{NewCashier, PIN_ROUNDS},
    problem::ProblemType,
};
use servery_store::cashiers::{CashierChange, CashierOutcome};
use tokio::sync::Semaphore;

use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::restaurant_id,
    clock,
    http::{client::Client, error::ApiError, rate_limit},
    state::AppState,
};

const ROUNDS: NonZeroU32 = NonZeroU32::new(PIN_ROUNDS).expect("there are rounds");

/// One hash after another on each node.
static ONE_AT_A_TIME: Semaphore = Semaphore::const_new(1);

/// Adds a cashier, or gives the one with this id another name and PIN.
pub async fn put(
    app: &AppState,
    (user, client): (&CurrentUser, &Client),
    slug: &str,
    id: CashierId,
    new: NewCashier,
) -> Result<(), ApiError> {
    new.check()?;
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Staff)?;
    app.rate_limiter
        .take_for_person(&rate_limit::PINS, &user.account.id.to_string(), client)
        .await?;
    let NewCashier { name, pin, role } = new;
    let pin = match pin {
        Some(pin) => Some(hashed(id, pin).await?),
        None => None,
    };
    let change = CashierChange {
        id,
        name: name.trim().to_owned(),
        pin,
        role,
    };
    let by = (Author::Account(user.account.id), clock::now());
    match app.store.put_cashier(restaurant, &change, by).await? {
        CashierOutcome::Done => Ok(()),
        CashierOutcome::NoPin => Err(invalid_field("pin", "is missing: a new cashier needs one").into()),
        CashierOutcome::TooMany => Err(ApiError::new(
            ProblemType::Conflict,
            format!("a restaurant has at most {} cashiers", limits::CASHIERS),
        )),
    }
}

pub async fn remove(app: &AppState, user: &CurrentUser, slug: &str, id: CashierId) -> Result<(), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Staff)?;
    let by = (Author::Account(user.account.id), clock::now());
    match app.store.remove_cashier(restaurant, id, by).await? {
        true => Ok(()),
        false => Err(ApiError::new(ProblemType::NotFound, "there is no such cashier")),
    }
}

async fn hashed(id: CashierId, pin: String) -> Result<String, ApiError> {
    let turn = ONE_AT_A_TIME
        .acquire()
        .await
        .map_err(|error| ApiError::internal(&error))?;
    let hash = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        pin_hash(id, &pin)
    });
    hash.await.map_err(|error| ApiError::internal(&error))
}

/// As the tills compute it, in `frontend/src/pos_client/pin.rs`.
fn pin_hash(cashier: CashierId, pin: &str) -> String {
    let mut hash = [0; 32];
    let salt = cashier.to_string();
    pbkdf2::derive(
        pbkdf2::PBKDF2_HMAC_SHA256,
        ROUNDS,
        salt.as_bytes(),
        pin.as_bytes(),
        &mut hash,
    );
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_has_the_hash_that_another_program_made() {
        // python3: hashlib.pbkdf2_hmac("sha256", b"1234", f"{5:032x}".encode(), 200_000).hex()
        assert_eq!(
            pin_hash(CashierId(5), "1234"),
            "582f25a3648b6400dd72bd52131104a84fcdfb4bf0c70ba7673e4064ca1e702d"
        );
    }
}
