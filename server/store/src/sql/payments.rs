//! Payments.

use async_trait::async_trait;
use servery_domain::{id::OrderId, time::Timestamp};
use sqlx::AssertSqlSafe;

use crate::{
    Result, SqlStore, id, moment,
    payments::{PaymentAttempt, PaymentIntent, Payments},
    sql::{
        engine::{Engine, RowsAffected},
        rows::{PAGE, page_start, row, select},
    },
};

/// An order that is deleted meanwhile is not paid for.
const REQUEST: &str = "insert into payments (order_id, intent, amount, status, asked_at) \
     select id, null, $2, 'asked', $3 from orders where id = $1";
/// A settled payment is never requested again.
const UNLESS_SETTLED: &str = " on conflict (order_id) do update set status = 'asked', asked_at = excluded.asked_at where payments.status <> 'settled'";
/// Of two cards that are tried at the same time only one gets here, and only that one is charged.
const SET_INTENT: &str = "update payments set intent = $3, method = $4, status = 'asked', asked_at = $5 \
     where order_id = $1 and intent is not distinct from $2 and status <> 'settled'";
const CLOSE: &str = "update payments set status = 'closed' \
     where order_id = $1 and intent is not distinct from $2 and status = 'asked'";
pub(crate) const SETTLE: &str = "insert into payments (order_id, intent, amount, status, asked_at) values ($1, $2, $3, 'settled', 0) \
     on conflict (order_id) do update set intent = excluded.intent, status = 'settled'";

row! {
    struct PaymentRow in payments {
        order_id: String,
        intent: Option<String>,
        method: Option<String>,
        asked_at: i64,
        status: String,
    }
}

impl PaymentRow {
    pub(crate) fn read(self) -> Result<PaymentAttempt> {
        let order: OrderId = id(&self.order_id)?;
        let intent = self.intent.map(|id| PaymentIntent {
            id,
            method: self.method.unwrap_or_default(),
        });
        Ok(PaymentAttempt {
            order,
            intent,
            asked_at: moment(self.asked_at)?,
            open: self.status == "asked",
        })
    }
}

#[async_trait]
impl<E: Engine> Payments for SqlStore<E> {
    async fn request_payment(&self, order: OrderId, amount: i64, at: Timestamp) -> Result<()> {
        let request = format!("{REQUEST}{}{UNLESS_SETTLED}", E::FOR_UPDATE);
        sqlx::query(AssertSqlSafe(request))
            .bind(order.to_string())
            .bind(amount)
            .bind(at.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn set_payment_intent(
        &self,
        order: OrderId,
        had: Option<&str>,
        intent: &PaymentIntent,
        at: Timestamp,
    ) -> Result<bool> {
        let updated = sqlx::query(SET_INTENT)
            .bind(order.to_string())
            .bind(had)
            .bind(&intent.id)
            .bind(&intent.method)
            .bind(at.0)
            .execute(&self.writer)
            .await?;
        Ok(updated.rows_affected() > 0)
    }

    async fn payment(&self, order: OrderId) -> Result<Option<PaymentAttempt>> {
        let row = select::<E, PaymentRow>("where order_id = $1")
            .bind(order.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(PaymentRow::read).transpose()
    }

    async fn open_payments(
        &self,
        before: Timestamp,
        after: Option<(Timestamp, OrderId)>,
    ) -> Result<Vec<PaymentAttempt>> {
        let (at, order) = page_start(after);
        let rows = select::<E, PaymentRow>(
            "where status = 'asked' and asked_at < $1 and (asked_at, order_id) > ($2, $3) \
             order by asked_at, order_id limit $4",
        )
        .bind(before.0)
        .bind(at)
        .bind(order)
        .bind(PAGE)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(PaymentRow::read).collect()
    }

    async fn close_payment(&self, order: OrderId, intent: Option<&str>) -> Result<()> {
        sqlx::query(CLOSE)
            .bind(order.to_string())
            .bind(intent)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
