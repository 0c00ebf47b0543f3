//! `servery erase`: erases a guest's data from one order.

use servery_domain::{id::OrderId, time::Timestamp};
use servery_store::{Store, erasure::OrderErasure};

use super::error::CliError;

/// Returns the message for the operator. `order` is an id, or the last part of the address of the order's page, which its diner knows.
pub async fn run(store: &dyn Store, order: &str, now: Timestamp) -> Result<String, CliError> {
    let id = match store.order_by_token(order).await? {
        Some(tracked) => tracked.order.id,
        None => order.parse::<OrderId>().map_err(|_| {
            format!("'{order}' is neither an order's id nor the last part of its page's address")
        })?,
    };
    match store.erase_order(id, now).await? {
        OrderErasure::Erased => Ok(format!(
            "order {id} no longer has a guest's data; backups and sent mails may still have it"
        )),
        OrderErasure::UnderWay => Err(format!("order {id} is under way; try again when it is over").into()),
        OrderErasure::NoSuchOrder => Err(format!("there is no order {id}").into()),
    }
}
