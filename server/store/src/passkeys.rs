//! Passkeys, and the challenges that prove one is at hand.

use async_trait::async_trait;
use servery_domain::{id::AccountId, time::Timestamp};
use sqlx::{Postgres, Sqlite};

use crate::{PostgresStore, Result, SqliteStore, StoreError, id};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// As its authenticator calls it.
    pub id: String,
    pub account: AccountId,
    pub public_key: String,
    /// Goes up each time it signs, if the authenticator counts.
    pub counter: u32,
    pub name: String,
    pub created_at: Timestamp,
}

#[async_trait]
pub trait Passkeys: Send + Sync {
    /// For whoever makes a passkey, or for nobody known yet, who signs in.
    async fn put_challenge(&self, key: &str, account: Option<AccountId>, expires_at: Timestamp)
    -> Result<()>;
    /// Whether this challenge was made for that purpose and not used; it is used now.
    async fn take_challenge(&self, key: &str, account: Option<AccountId>, now: Timestamp) -> Result<bool>;
    /// `false` if there is one with this id.
    async fn add_passkey(&self, passkey: &Passkey) -> Result<bool>;
    async fn passkey(&self, id: &str) -> Result<Option<Passkey>>;
    /// The oldest first.
    async fn passkeys_of(&self, account: AccountId) -> Result<Vec<Passkey>>;
    async fn count_passkey(&self, id: &str, counter: u32) -> Result<()>;
    /// `false` if that account has no such passkey.
    async fn remove_passkey(&self, account: AccountId, id: &str) -> Result<bool>;
}

const INSERT: &str = "insert into passkeys (id, account_id, public_key, counter, name, created_at) values ($1, $2, $3, $4, $5, $6) \
     on conflict (id) do nothing";
const SELECT: &str =
    "select id, account_id, public_key, counter, name, created_at from passkeys where id = $1";
const SELECT_OF: &str = "select id, account_id, public_key, counter, name, created_at from passkeys where account_id = $1 order by created_at, id";
const TAKE: &str = "delete from challenges where key = $1 and expires_at > $2 and coalesce(account_id, '') = $3 returning key";

#[derive(sqlx::FromRow)]
struct PasskeyRow {
    id: String,
    account_id: String,
    public_key: String,
    counter: i64,
    name: String,
    created_at: i64,
}

impl PasskeyRow {
    fn read(self) -> Result<Passkey> {
        let counter = u32::try_from(self.counter)
            .map_err(|_| StoreError::Unreadable(format!("counter {}", self.counter)))?;
        let Self {
            id: name_of_key,
            account_id,
            public_key,
            name,
            created_at,
            ..
        } = self;
        Ok(Passkey {
            id: name_of_key,
            account: id(&account_id)?,
            public_key,
            counter,
            name,
            created_at: Timestamp(created_at),
        })
    }
}

macro_rules! passkey_engine {
    ($store:ident on $engine:ty) => {
        #[async_trait]
        impl Passkeys for $store {
            async fn put_challenge(
                &self,
                key: &str,
                account: Option<AccountId>,
                expires_at: Timestamp,
            ) -> Result<()> {
                let insert = sqlx::query::<$engine>(
                    "insert into challenges (key, account_id, expires_at) values ($1, $2, $3)",
                )
                .bind(key);
                insert
                    .bind(account.map(|account| account.to_string()))
                    .bind(expires_at.0)
                    .execute(&self.pool)
                    .await?;
                Ok(())
            }

            async fn take_challenge(
                &self,
                key: &str,
                account: Option<AccountId>,
                now: Timestamp,
            ) -> Result<bool> {
                let account = account.map_or_else(String::new, |account| account.to_string());
                let take = sqlx::query_scalar::<$engine, String>(TAKE)
                    .bind(key)
                    .bind(now.0)
                    .bind(account);
                Ok(take.fetch_optional(&self.pool).await?.is_some())
            }

            async fn add_passkey(&self, passkey: &Passkey) -> Result<bool> {
                let insert = sqlx::query::<$engine>(INSERT)
                    .bind(&passkey.id)
                    .bind(passkey.account.to_string())
                    .bind(&passkey.public_key);
                let insert = insert
                    .bind(i64::from(passkey.counter))
                    .bind(&passkey.name)
                    .bind(passkey.created_at.0);
                Ok(insert.execute(&self.pool).await?.rows_affected() > 0)
            }

            async fn passkey(&self, id: &str) -> Result<Option<Passkey>> {
                let row = sqlx::query_as::<$engine, PasskeyRow>(SELECT)
                    .bind(id)
                    .fetch_optional(&self.pool)
                    .await?;
                row.map(PasskeyRow::read).transpose()
            }

            async fn passkeys_of(&self, account: AccountId) -> Result<Vec<Passkey>> {
                let rows = sqlx::query_as::<$engine, PasskeyRow>(SELECT_OF)
                    .bind(account.to_string())
                    .fetch_all(&self.pool)
                    .await?;
                rows.into_iter().map(PasskeyRow::read).collect()
            }

            async fn count_passkey(&self, id: &str, counter: u32) -> Result<()> {
                let update =
                    sqlx::query::<$engine>("update passkeys set counter = $2 where id = $1").bind(id);
                update.bind(i64::from(counter)).execute(&self.pool).await?;
                Ok(())
            }

            async fn remove_passkey(&self, account: AccountId, id: &str) -> Result<bool> {
                let delete = sqlx::query::<$engine>("delete from passkeys where account_id = $1 and id = $2")
                    .bind(account.to_string());
                Ok(delete.bind(id).execute(&self.pool).await?.rows_affected() > 0)
            }
        }
    };
}

passkey_engine!(SqliteStore on Sqlite);
passkey_engine!(PostgresStore on Postgres);
