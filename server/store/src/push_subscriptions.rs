//! Browsers that want to be told of an order, and the secret that push services know this installation by.

use async_trait::async_trait;
use servery_domain::{
    id::{OrderId, VisitorId},
    lang::Lang,
    limits,
    push::{Subscription, SubscriptionKeys},
    time::Timestamp,
};
use sqlx::{Postgres, Sqlite};

use crate::{PostgresStore, Result, SqliteStore, StoreError};

#[async_trait]
pub trait PushSubscriptions: Send + Sync {
    /// In place of what this browser had for this order; `false` if as many others as may be are told of it.
    async fn put_subscription(
        &self,
        order: OrderId,
        browser: VisitorId,
        subscription: &Subscription,
        at: Timestamp,
    ) -> Result<bool>;
    async fn subscription(&self, order: OrderId, browser: VisitorId) -> Result<Option<Subscription>>;
    async fn remove_subscription(&self, order: OrderId, browser: VisitorId) -> Result<()>;
    /// Of all orders, because nobody is reached there any more.
    async fn remove_endpoint(&self, endpoint: &str) -> Result<()>;
    /// Forgets those that were made before and whose orders are over.
    async fn sweep_subscriptions(&self, before: Timestamp) -> Result<()>;
    /// The secret of this name; this one, if there was none.
    async fn secret(&self, name: &str, new: &str) -> Result<String>;
}

const PUT: &str = "insert into push_subscriptions (order_id, visitor, endpoint, p256dh, auth, lang, created_at) \
     select $1, $2, $3, $4, $5, $6, $7 where (select count(*) from push_subscriptions where order_id = $1 and visitor <> $2) < $8 \
     on conflict (order_id, visitor) do update set endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth, \
     lang = excluded.lang, created_at = excluded.created_at";
const SELECT: &str =
    "select endpoint, p256dh, auth, lang from push_subscriptions where order_id = $1 and visitor = $2";
const SWEEP: &str = "delete from push_subscriptions where created_at < $1 and order_id not in (select id from orders where open = true)";
const PUT_SECRET: &str = "insert into secrets (name, value) values ($1, $2) on conflict (name) do nothing";

fn read((endpoint, p256dh, auth, lang): (String, String, String, String)) -> Result<Subscription> {
    let lang = Lang::from_tag(&lang).ok_or_else(|| StoreError::Unreadable(format!("language {lang:?}")))?;
    Ok(Subscription {
        endpoint,
        keys: SubscriptionKeys { p256dh, auth },
        lang,
    })
}

macro_rules! push_engine {
    ($store:ident on $engine:ty) => {
        #[async_trait]
        impl PushSubscriptions for $store {
            async fn put_subscription(
                &self,
                order: OrderId,
                browser: VisitorId,
                subscription: &Subscription,
                at: Timestamp,
            ) -> Result<bool> {
                let Subscription {
                    endpoint,
                    keys,
                    lang,
                } = subscription;
                let put = sqlx::query::<$engine>(PUT)
                    .bind(order.to_string())
                    .bind(browser.to_string())
                    .bind(endpoint);
                let put = put
                    .bind(&keys.p256dh)
                    .bind(&keys.auth)
                    .bind(lang.tag())
                    .bind(at.0)
                    .bind(limits::BROWSERS as i64);
                Ok(put.execute(&self.pool).await?.rows_affected() > 0)
            }

            async fn subscription(&self, order: OrderId, browser: VisitorId) -> Result<Option<Subscription>> {
                let select = sqlx::query_as::<$engine, _>(SELECT)
                    .bind(order.to_string())
                    .bind(browser.to_string());
                select
                    .fetch_optional(&self.pool)
                    .await?
                    .map(read)
                    .transpose()
            }

            async fn remove_subscription(&self, order: OrderId, browser: VisitorId) -> Result<()> {
                let delete = sqlx::query::<$engine>(
                    "delete from push_subscriptions where order_id = $1 and visitor = $2",
                );
                delete
                    .bind(order.to_string())
                    .bind(browser.to_string())
                    .execute(&self.pool)
                    .await?;
                Ok(())
            }

            async fn remove_endpoint(&self, endpoint: &str) -> Result<()> {
                sqlx::query::<$engine>("delete from push_subscriptions where endpoint = $1")
                    .bind(endpoint)
                    .execute(&self.pool)
                    .await?;
                Ok(())
            }

            async fn sweep_subscriptions(&self, before: Timestamp) -> Result<()> {
                sqlx::query::<$engine>(SWEEP)
                    .bind(before.0)
                    .execute(&self.pool)
                    .await?;
                Ok(())
            }

            async fn secret(&self, name: &str, new: &str) -> Result<String> {
                sqlx::query::<$engine>(PUT_SECRET)
                    .bind(name)
                    .bind(new)
                    .execute(&self.pool)
                    .await?;
                let select =
                    sqlx::query_scalar::<$engine, String>("select value from secrets where name = $1")
                        .bind(name);
                Ok(select.fetch_one(&self.pool).await?)
            }
        }
    };
}

push_engine!(SqliteStore on Sqlite);
push_engine!(PostgresStore on Postgres);
