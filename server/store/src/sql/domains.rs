//! The table of domains.

use async_trait::async_trait;
use servery_domain::{
    audit::{Act, Author},
    domain_name::DomainName,
    id::RestaurantId,
    time::Timestamp,
};

use crate::{
    Result, SqlStore,
    domains::Domains,
    id,
    sql::{
        audit_log::{self, AuditSubject},
        engine::Engine,
        listings::note_changes,
    },
    value,
};

#[async_trait]
impl<E: Engine> Domains for SqlStore<E> {
    async fn domains(&self) -> Result<Vec<(DomainName, RestaurantId)>> {
        let rows: Vec<(String, String)> = sqlx::query_as("select name, restaurant_id from domains")
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter()
            .map(|(name, restaurant)| Ok((value(name)?, id(&restaurant)?)))
            .collect()
    }

    async fn set_domain(
        &self,
        restaurant: RestaurantId,
        domain: Option<&DomainName>,
        by: (Author, Timestamp),
    ) -> Result<bool> {
        let restaurant_id = restaurant.to_string();
        let mut transaction = self.begin_write().await?;
        // Whoever sets one at the same time waits here.
        note_changes(&mut transaction, [restaurant]).await?;
        let before: Option<String> = sqlx::query_scalar("select name from domains where restaurant_id = $1")
            .bind(&restaurant_id)
            .fetch_optional(&mut *transaction)
            .await?;
        if before.as_deref() == domain.map(DomainName::as_str) {
            return Ok(true);
        }
        if let Some(domain) = domain {
            let taken: Option<i64> =
                sqlx::query_scalar("select cast(1 as bigint) from domains where name = $1")
                    .bind(domain.as_str())
                    .fetch_optional(&mut *transaction)
                    .await?;
            if taken.is_some() {
                return Ok(false);
            }
        }
        sqlx::query("delete from domains where restaurant_id = $1")
            .bind(&restaurant_id)
            .execute(&mut *transaction)
            .await?;
        if let Some(domain) = domain {
            sqlx::query("insert into domains (name, restaurant_id) values ($1, $2)")
                .bind(domain.as_str())
                .bind(&restaurant_id)
                .execute(&mut *transaction)
                .await?;
        }
        let (act, name) = match (domain, &before) {
            (Some(domain), _) => (Act::DomainSet, domain.as_str()),
            (None, before) => (Act::DomainRemoved, before.as_deref().unwrap_or_default()),
        };
        let subject = AuditSubject::named(restaurant, name);
        audit_log::record(&mut transaction, by, act, subject).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
