//! Push subscriptions, and secrets that all nodes share.

use async_trait::async_trait;
use servery_domain::{
    id::{OrderId, VisitorId},
    lang::Lang,
    limits,
    push::{RenewedSubscription, Subscription, SubscriptionKeys},
    time::Timestamp,
};

use crate::{
    Result, SqlStore, StoreError,
    push_subscriptions::PushSubscriptions,
    sql::{
        engine::{Engine, RowsAffected},
        rows::{row, select},
    },
};

/// Unless as many other browsers as may be have subscribed to this order.
const UPSERT_SUBSCRIPTION: &str = "insert into push_subscriptions (order_id, visitor, endpoint, p256dh, auth, lang, created_at) \
     select $1, $2, $3, $4, $5, $6, $7 \
     where (select count(*) from push_subscriptions where order_id = $1 and visitor <> $2) < $8 \
     on conflict (order_id, visitor) do update set endpoint = excluded.endpoint, p256dh = excluded.p256dh, \
     auth = excluded.auth, lang = excluded.lang, created_at = excluded.created_at";
const RENEW_SUBSCRIPTIONS: &str =
    "update push_subscriptions set endpoint = $2, p256dh = $3, auth = $4 where visitor = $1";
const DELETE_EXPIRED: &str = "delete from push_subscriptions where created_at < $1 \
     and order_id not in (select id from orders where open = true)";
const INSERT_SECRET: &str = "insert into secrets (name, value) values ($1, $2) on conflict (name) do nothing";

row! {
    struct SubscriptionRow in push_subscriptions {
        endpoint: String,
        p256dh: String,
        auth: String,
        lang: String,
    }
}

impl SubscriptionRow {
    fn read(self) -> Result<Subscription> {
        let lang = Lang::from_tag(&self.lang)
            .ok_or_else(|| StoreError::Unreadable(format!("language {:?}", self.lang)))?;
        Ok(Subscription {
            endpoint: self.endpoint,
            keys: SubscriptionKeys {
                p256dh: self.p256dh,
                auth: self.auth,
            },
            lang,
        })
    }
}

#[async_trait]
impl<E: Engine> PushSubscriptions for SqlStore<E> {
    async fn put_subscription(
        &self,
        order: OrderId,
        browser: VisitorId,
        subscription: &Subscription,
        at: Timestamp,
    ) -> Result<bool> {
        let upserted = sqlx::query(UPSERT_SUBSCRIPTION)
            .bind(order.to_string())
            .bind(browser.to_string())
            .bind(&subscription.endpoint)
            .bind(&subscription.keys.p256dh)
            .bind(&subscription.keys.auth)
            .bind(subscription.lang.tag())
            .bind(at.0)
            .bind(limits::BROWSERS as i64)
            .execute(&self.writer)
            .await?;
        Ok(upserted.rows_affected() > 0)
    }

    async fn renew_subscriptions(&self, browser: VisitorId, renewed: &RenewedSubscription) -> Result<()> {
        sqlx::query(RENEW_SUBSCRIPTIONS)
            .bind(browser.to_string())
            .bind(&renewed.endpoint)
            .bind(&renewed.keys.p256dh)
            .bind(&renewed.keys.auth)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn subscription(&self, order: OrderId, browser: VisitorId) -> Result<Option<Subscription>> {
        let row = select::<E, SubscriptionRow>("where order_id = $1 and visitor = $2")
            .bind(order.to_string())
            .bind(browser.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(SubscriptionRow::read).transpose()
    }

    async fn remove_subscription(&self, order: OrderId, browser: VisitorId) -> Result<()> {
        sqlx::query("delete from push_subscriptions where order_id = $1 and visitor = $2")
            .bind(order.to_string())
            .bind(browser.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn remove_endpoint(&self, endpoint: &str) -> Result<()> {
        sqlx::query("delete from push_subscriptions where endpoint = $1")
            .bind(endpoint)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn delete_expired_subscriptions(&self, before: Timestamp) -> Result<()> {
        sqlx::query(DELETE_EXPIRED)
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn secret(&self, name: &str, new: &str) -> Result<String> {
        sqlx::query(INSERT_SECRET)
            .bind(name)
            .bind(new)
            .execute(&self.writer)
            .await?;
        Ok(sqlx::query_scalar("select value from secrets where name = $1")
            .bind(name)
            .fetch_one(&self.pool)
            .await?)
    }
}
