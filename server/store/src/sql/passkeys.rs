//! Passkeys and challenges.

use async_trait::async_trait;
use servery_domain::{audit::Act, id::AccountId, time::Timestamp};

use crate::{
    Result, SqlStore, StoreError, id, moment,
    passkeys::{Passkey, Passkeys},
    sql::{
        audit_log,
        engine::{Engine, RowsAffected},
        rows::{insert, row, select},
    },
};

const TAKE_CHALLENGE: &str =
    "delete from challenges where key = $1 and expires_at > $2 and coalesce(account_id, '') = $3";

row! {
    struct PasskeyRow in passkeys {
        id: String,
        account_id: String,
        algorithm: i64,
        public_key: String,
        counter: i64,
        backup_eligible: bool,
        backed_up: bool,
        name: String,
        created_at: i64,
    }
}

impl PasskeyRow {
    fn write(passkey: &Passkey) -> Self {
        Self {
            id: passkey.id.clone(),
            account_id: passkey.account.to_string(),
            algorithm: i64::from(passkey.algorithm),
            public_key: passkey.public_key.clone(),
            counter: i64::from(passkey.counter),
            backup_eligible: passkey.backup_eligible,
            backed_up: passkey.backed_up,
            name: passkey.name.clone(),
            created_at: passkey.created_at.0,
        }
    }

    fn read(self) -> Result<Passkey> {
        let counter = u32::try_from(self.counter)
            .map_err(|_| StoreError::Unreadable(format!("counter {}", self.counter)))?;
        let algorithm = i32::try_from(self.algorithm)
            .map_err(|_| StoreError::Unreadable(format!("algorithm {}", self.algorithm)))?;
        Ok(Passkey {
            id: self.id,
            account: id(&self.account_id)?,
            algorithm,
            public_key: self.public_key,
            counter,
            backup_eligible: self.backup_eligible,
            backed_up: self.backed_up,
            name: self.name,
            created_at: moment(self.created_at)?,
        })
    }
}

#[async_trait]
impl<E: Engine> Passkeys for SqlStore<E> {
    async fn put_challenge(
        &self,
        key: &str,
        account: Option<AccountId>,
        expires_at: Timestamp,
    ) -> Result<()> {
        sqlx::query("insert into challenges (key, account_id, expires_at) values ($1, $2, $3)")
            .bind(key)
            .bind(account.map(|account| account.to_string()))
            .bind(expires_at.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn take_challenge(&self, key: &str, account: Option<AccountId>, now: Timestamp) -> Result<bool> {
        let account = account.map_or_else(String::new, |account| account.to_string());
        let deleted = sqlx::query(TAKE_CHALLENGE)
            .bind(key)
            .bind(now.0)
            .bind(account)
            .execute(&self.writer)
            .await?;
        Ok(deleted.rows_affected() > 0)
    }

    async fn add_passkey(&self, passkey: &Passkey) -> Result<bool> {
        let mut transaction = self.begin_write().await?;
        let inserted = insert(&[PasskeyRow::write(passkey)], " on conflict (id) do nothing")
            .build()
            .execute(&mut *transaction)
            .await?;
        if inserted.rows_affected() == 0 {
            return Ok(false);
        }
        let (account, at) = (passkey.account, passkey.created_at);
        audit_log::record_own(&mut transaction, account, at, Act::PasskeyAdded).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn passkey(&self, id: &str) -> Result<Option<Passkey>> {
        let row = select::<E, PasskeyRow>("where id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(PasskeyRow::read).transpose()
    }

    async fn account_passkeys(&self, account: AccountId) -> Result<Vec<Passkey>> {
        let rows = select::<E, PasskeyRow>("where account_id = $1 order by created_at, id")
            .bind(account.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(PasskeyRow::read).collect()
    }

    async fn set_passkey_state(&self, id: &str, counter: u32, backed_up: bool) -> Result<()> {
        sqlx::query("update passkeys set counter = $2, backed_up = $3 where id = $1")
            .bind(id)
            .bind(i64::from(counter))
            .bind(backed_up)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn remove_passkey(&self, account: AccountId, id: &str, now: Timestamp) -> Result<bool> {
        let mut transaction = self.begin_write().await?;
        let deleted = sqlx::query("delete from passkeys where account_id = $1 and id = $2")
            .bind(account.to_string())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        if deleted.rows_affected() == 0 {
            return Ok(false);
        }
        audit_log::record_own(&mut transaction, account, now, Act::PasskeyRemoved).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
