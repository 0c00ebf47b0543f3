//! Cashiers are records of the point of sale.

use async_trait::async_trait;
use servery_domain::{
    audit::{Act, Author},
    id::{CashierId, RestaurantId},
    limits,
    pos::{Record, RecordId, cashier::Cashier, right::TillRole},
    time::Timestamp,
};
use sqlx::AssertSqlSafe;

use crate::{
    Result, SqlStore,
    cashiers::{CashierChange, CashierOutcome, Cashiers},
    parse,
    sql::{
        audit_log::{self, AuditSubject},
        engine::{Engine, SqlTransaction},
        order_rows::stored_count,
        pos_rows::{self, RecordRow},
        rows::select,
    },
};

const OF_RESTAURANT: &str = "where restaurant_id = $1 and gone = false and id like 'cashier-%'";
const BY_ID: &str = "where restaurant_id = $1 and gone = false and id = $2";

#[async_trait]
impl<E: Engine> Cashiers for SqlStore<E> {
    async fn cashiers(&self, restaurant: RestaurantId) -> Result<Vec<Cashier>> {
        let rows = select::<E, RecordRow>(OF_RESTAURANT)
            .bind(restaurant.to_string())
            .fetch_all(&self.pool)
            .await?;
        let mut cashiers: Vec<Cashier> = rows.into_iter().filter_map(read_or_skip).collect();
        cashiers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(cashiers)
    }

    async fn put_cashier(
        &self,
        restaurant: RestaurantId,
        change: &CashierChange,
        by: (Author, Timestamp),
    ) -> Result<CashierOutcome> {
        let restaurant_id = restaurant.to_string();
        let mut transaction = self.begin_write().await?;
        let revision = pos_rows::next_revision(&mut transaction, &restaurant_id).await?;
        let known = find(&mut transaction, &restaurant_id, change.id).await?;
        let Some(cashier) = changed(change, known.as_ref()) else {
            return Ok(CashierOutcome::NoPin);
        };
        if known.as_ref() == Some(&cashier) {
            return Ok(CashierOutcome::Done);
        }
        if known.is_none() {
            let count: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
                "select count(*) from pos_records {OF_RESTAURANT}"
            )))
            .bind(&restaurant_id)
            .fetch_one(&mut *transaction)
            .await?;
            if stored_count(count) as usize >= limits::CASHIERS {
                return Ok(CashierOutcome::TooMany);
            }
        }
        let record = Record::Cashier(cashier.clone());
        let row = RecordRow::write(restaurant, record.id(), Some(&record), revision, by.1)?;
        pos_rows::put_record(&mut transaction, row).await?;
        let pin_changed = known.as_ref().is_none_or(|known| known.pin != cashier.pin);
        let role_changed = known.is_none_or(|known| known.role != cashier.role);
        let acts = [(Act::PinSet, pin_changed), (Act::TillRoleSet, role_changed)];
        for (act, _) in acts.into_iter().filter(|(_, changed)| *changed) {
            let subject = AuditSubject::named(restaurant, &cashier.name);
            audit_log::record(&mut transaction, by, act, subject).await?;
        }
        transaction.commit().await?;
        Ok(CashierOutcome::Done)
    }

    async fn remove_cashier(
        &self,
        restaurant: RestaurantId,
        cashier: CashierId,
        by: (Author, Timestamp),
    ) -> Result<bool> {
        let restaurant_id = restaurant.to_string();
        let mut transaction = self.begin_write().await?;
        let revision = pos_rows::next_revision(&mut transaction, &restaurant_id).await?;
        let Some(known) = find(&mut transaction, &restaurant_id, cashier).await? else {
            return Ok(false);
        };
        let gone = RecordId::Cashier(cashier);
        pos_rows::put_gone(&mut transaction, &restaurant_id, gone, revision, by.1).await?;
        let subject = AuditSubject::named(restaurant, &known.name);
        audit_log::record(&mut transaction, by, Act::CashierRemoved, subject).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// The cashier after the change; `None` for a new one without a PIN.
fn changed(change: &CashierChange, known: Option<&Cashier>) -> Option<Cashier> {
    let pin = change
        .pin
        .clone()
        .or_else(|| known.map(|known| known.pin.clone()))?;
    let role = change.role.or_else(|| known.map(|known| known.role));
    Some(Cashier {
        id: change.id,
        name: change.name.clone(),
        pin,
        role: role.unwrap_or(TillRole::Cashier),
    })
}

async fn find<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
    cashier: CashierId,
) -> Result<Option<Cashier>> {
    let row = select::<E, RecordRow>(BY_ID)
        .bind(restaurant)
        .bind(RecordId::Cashier(cashier).to_string())
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(row.and_then(read_or_skip))
}

/// A record that cannot be read hides no other.
fn read_or_skip(row: RecordRow) -> Option<Cashier> {
    match row.body.as_deref().map(parse) {
        Some(Ok(Record::Cashier(cashier))) => Some(cashier),
        Some(Err(error)) => {
            tracing::error!(id = row.id, %error, "cannot read a cashier");
            None
        }
        Some(Ok(_)) | None => None,
    }
}
