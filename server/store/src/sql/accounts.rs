//! Accounts on the two engines.

use std::collections::BTreeMap;

use async_trait::async_trait;
use servery_domain::{
    account::{Account, MailPurpose, Role},
    id::{AccountId, OrderId, RestaurantId},
    pos::RecordId,
    time::Timestamp,
};
use sqlx::{Postgres, Sqlite};

use crate::{
    PostgresStore, Result, SqliteStore,
    accounts::{Accounts, MailToken, NewJob, Session, StaffMember, StoredAccount},
    id, json,
    orders::Tracked,
    sql::{
        account_rows::{self, AccountRow, SessionRow, role, staff_member, token_purpose},
        order_rows::{self, JobRow, OrderRow},
        pos_rows,
    },
};

macro_rules! account_engine {
    ($store:ident on $engine:ty, writing: $writing:literal, locking: $locking:literal) => {
        const _: () = {
            type Change = sqlx::Transaction<'static, $engine>;

            async fn take_mail_token(
                change: &mut Change,
                key: &str,
                purpose: MailPurpose,
                now: Timestamp,
            ) -> Result<Option<String>> {
                let select = concat!(
                    "select account_id from mail_tokens where key = $1 and purpose = $2 and expires_at > $3",
                    $locking
                );
                let select = sqlx::query_scalar(select)
                    .bind(key)
                    .bind(purpose.code())
                    .bind(now.0);
                let account: Option<String> = select.fetch_optional(&mut **change).await?;
                if let Some(account) = &account {
                    sqlx::query(account_rows::TAKE_MAIL_TOKENS)
                        .bind(account)
                        .bind(purpose.code())
                        .execute(&mut **change)
                        .await?;
                    sqlx::query(account_rows::VERIFY)
                        .bind(account)
                        .bind(now.0)
                        .execute(&mut **change)
                        .await?;
                }
                Ok(account)
            }

            #[async_trait]
            impl Accounts for $store {
                async fn add_account(&self, new: &StoredAccount, follow_up: Option<&NewJob>) -> Result<bool> {
                    let row = AccountRow::write(new)?;
                    let mut change = self.pool.begin_with($writing).await?;
                    let insert = sqlx::query(account_rows::INSERT)
                        .bind(&row.id)
                        .bind(&row.email)
                        .bind(row.email_key())
                        .bind(&row.name);
                    let insert = insert
                        .bind(&row.lang)
                        .bind(&row.password)
                        .bind(row.verified_at)
                        .bind(&row.addresses)
                        .bind(row.created_at);
                    if insert.execute(&mut *change).await?.rows_affected() == 0 {
                        return Ok(false);
                    }
                    if let Some(job) = follow_up {
                        let job = JobRow::write(job)?;
                        let insert = sqlx::query(order_rows::INSERT_JOB)
                            .bind(&job.id)
                            .bind(&job.kind)
                            .bind(&job.payload);
                        insert
                            .bind(job.due_at)
                            .bind(job.attempts)
                            .execute(&mut *change)
                            .await?;
                    }
                    change.commit().await?;
                    Ok(true)
                }

                async fn account(&self, id: AccountId) -> Result<Option<StoredAccount>> {
                    let row: Option<AccountRow> = sqlx::query_as(account_rows::SELECT)
                        .bind(id.to_string())
                        .fetch_optional(&self.pool)
                        .await?;
                    row.map(AccountRow::read).transpose()
                }

                async fn account_by_email(&self, email: &str) -> Result<Option<StoredAccount>> {
                    let email = servery_domain::account::same_email(email);
                    let row: Option<AccountRow> = sqlx::query_as(account_rows::SELECT_BY_EMAIL)
                        .bind(email)
                        .fetch_optional(&self.pool)
                        .await?;
                    row.map(AccountRow::read).transpose()
                }

                async fn change_account(&self, account: &Account) -> Result<()> {
                    let update =
                        sqlx::query("update accounts set name = $2, lang = $3, addresses = $4 where id = $1");
                    let update = update
                        .bind(account.id.to_string())
                        .bind(&account.name)
                        .bind(account.lang.tag());
                    update
                        .bind(json(&account.addresses)?)
                        .execute(&self.pool)
                        .await?;
                    Ok(())
                }

                async fn set_password(&self, account: AccountId, password: &str, but: &str) -> Result<()> {
                    let account = account.to_string();
                    let mut change = self.pool.begin_with($writing).await?;
                    let update = sqlx::query("update accounts set password = $2 where id = $1")
                        .bind(&account)
                        .bind(password);
                    update.execute(&mut *change).await?;
                    let end = sqlx::query("delete from sessions where account_id = $1 and key <> $2")
                        .bind(&account)
                        .bind(but);
                    end.execute(&mut *change).await?;
                    Ok(change.commit().await?)
                }

                async fn forget_account(&self, account: AccountId, now: Timestamp) -> Result<bool> {
                    let mut change = self.pool.begin_with($writing).await?;
                    let select = concat!(
                        order_rows::select_orders!("customer = $1 order by id"),
                        $locking
                    );
                    let rows: Vec<OrderRow> = sqlx::query_as(select)
                        .bind(account.customer())
                        .fetch_all(&mut *change)
                        .await?;
                    let mut told = BTreeMap::<RestaurantId, Vec<OrderId>>::new();
                    for row in rows {
                        let Tracked { order, .. } = row.read()?;
                        if order.is_under_way(now) {
                            return Ok(false);
                        }
                        let update = sqlx::query(order_rows::FORGET_DINER).bind(order.id.to_string());
                        update
                            .bind(json(&order.ordered.without_diner())?)
                            .execute(&mut *change)
                            .await?;
                        let delete = sqlx::query("delete from push_subscriptions where order_id = $1")
                            .bind(order.id.to_string());
                        delete.execute(&mut *change).await?;
                        told.entry(order.ordered.restaurant)
                            .or_default()
                            .push(order.id);
                    }
                    for (restaurant, orders) in told {
                        let raise =
                            sqlx::query_scalar::<$engine, i64>(pos_rows::RAISE).bind(restaurant.to_string());
                        let revision = raise.fetch_one(&mut *change).await?;
                        for order in orders {
                            let gone = sqlx::query(pos_rows::PUT_GONE)
                                .bind(RecordId::Order(order).to_string())
                                .bind(restaurant.to_string());
                            gone.bind(revision)
                                .bind(now.0)
                                .execute(&mut *change)
                                .await?;
                        }
                    }
                    sqlx::query("delete from coupon_uses where customer = $1")
                        .bind(account.customer())
                        .execute(&mut *change)
                        .await?;
                    sqlx::query("delete from accounts where id = $1")
                        .bind(account.to_string())
                        .execute(&mut *change)
                        .await?;
                    change.commit().await?;
                    Ok(true)
                }

                async fn orders_of_account(&self, account: AccountId) -> Result<Vec<Tracked>> {
                    let select = order_rows::select_orders!("customer = $1 order by placed_at desc");
                    let rows: Vec<OrderRow> = sqlx::query_as(select)
                        .bind(account.customer())
                        .fetch_all(&self.pool)
                        .await?;
                    rows.into_iter().map(OrderRow::read).collect()
                }

                async fn put_mail_token(&self, token: &MailToken) -> Result<()> {
                    let insert = sqlx::query(account_rows::INSERT_MAIL_TOKEN)
                        .bind(&token.key)
                        .bind(token.account.to_string());
                    insert
                        .bind(token_purpose(token))
                        .bind(token.expires_at.0)
                        .execute(&self.pool)
                        .await?;
                    Ok(())
                }

                async fn has_mail_token(
                    &self,
                    key: &str,
                    purpose: MailPurpose,
                    now: Timestamp,
                ) -> Result<bool> {
                    let select = sqlx::query_scalar(account_rows::SELECT_MAIL_TOKEN)
                        .bind(key)
                        .bind(purpose.code())
                        .bind(now.0);
                    let account: Option<String> = select.fetch_optional(&self.pool).await?;
                    Ok(account.is_some())
                }

                async fn verify(&self, key: &str, now: Timestamp) -> Result<Option<AccountId>> {
                    let mut change = self.pool.begin_with($writing).await?;
                    let account = take_mail_token(&mut change, key, MailPurpose::Verify, now).await?;
                    change.commit().await?;
                    account.as_deref().map(id).transpose()
                }

                async fn reset_password(
                    &self,
                    key: &str,
                    password: &str,
                    now: Timestamp,
                ) -> Result<Option<AccountId>> {
                    let mut change = self.pool.begin_with($writing).await?;
                    let account = take_mail_token(&mut change, key, MailPurpose::Reset, now).await?;
                    if let Some(account) = &account {
                        let update = sqlx::query("update accounts set password = $2 where id = $1")
                            .bind(account)
                            .bind(password);
                        update.execute(&mut *change).await?;
                        sqlx::query("delete from sessions where account_id = $1")
                            .bind(account)
                            .execute(&mut *change)
                            .await?;
                    }
                    change.commit().await?;
                    account.as_deref().map(id).transpose()
                }

                async fn start_session(&self, session: &Session, instead_of: Option<&str>) -> Result<()> {
                    let mut change = self.pool.begin_with($writing).await?;
                    sqlx::query("delete from sessions where key = $1")
                        .bind(instead_of)
                        .execute(&mut *change)
                        .await?;
                    let insert = sqlx::query(account_rows::INSERT_SESSION)
                        .bind(&session.key)
                        .bind(session.account.to_string());
                    let insert = insert
                        .bind(session.created_at.0)
                        .bind(session.seen_at.0)
                        .bind(session.expires_at.0);
                    insert.execute(&mut *change).await?;
                    Ok(change.commit().await?)
                }

                async fn session(&self, key: &str) -> Result<Option<(Session, Account)>> {
                    let row: Option<SessionRow> = sqlx::query_as(account_rows::SELECT_SESSION)
                        .bind(key)
                        .fetch_optional(&self.pool)
                        .await?;
                    row.map(SessionRow::read).transpose()
                }

                async fn see_session(&self, key: &str, at: Timestamp) -> Result<()> {
                    sqlx::query("update sessions set seen_at = $2 where key = $1")
                        .bind(key)
                        .bind(at.0)
                        .execute(&self.pool)
                        .await?;
                    Ok(())
                }

                async fn end_session(&self, key: &str) -> Result<()> {
                    sqlx::query("delete from sessions where key = $1")
                        .bind(key)
                        .execute(&self.pool)
                        .await?;
                    Ok(())
                }

                async fn end_sessions(&self, account: AccountId) -> Result<()> {
                    sqlx::query("delete from sessions where account_id = $1")
                        .bind(account.to_string())
                        .execute(&self.pool)
                        .await?;
                    Ok(())
                }

                async fn put_staff(
                    &self,
                    account: AccountId,
                    restaurant: RestaurantId,
                    role: Role,
                ) -> Result<()> {
                    let upsert = sqlx::query(account_rows::PUT_STAFF)
                        .bind(account.to_string())
                        .bind(restaurant.to_string());
                    upsert.bind(role.code()).execute(&self.pool).await?;
                    Ok(())
                }

                async fn remove_staff(&self, account: AccountId, restaurant: RestaurantId) -> Result<bool> {
                    let delete =
                        sqlx::query("delete from staff where account_id = $1 and restaurant_id = $2");
                    let deleted = delete
                        .bind(account.to_string())
                        .bind(restaurant.to_string())
                        .execute(&self.pool)
                        .await?;
                    Ok(deleted.rows_affected() > 0)
                }

                async fn posts_of(&self, account: AccountId) -> Result<Vec<(RestaurantId, Role)>> {
                    let select =
                        "select restaurant_id, role from staff where account_id = $1 order by restaurant_id";
                    let rows: Vec<(String, String)> = sqlx::query_as(select)
                        .bind(account.to_string())
                        .fetch_all(&self.pool)
                        .await?;
                    rows.into_iter()
                        .map(|(restaurant, code)| Ok((id(&restaurant)?, role(&code)?)))
                        .collect()
                }

                async fn staff(&self) -> Result<Vec<StaffMember>> {
                    let rows: Vec<(String, String, String)> = sqlx::query_as(account_rows::SELECT_STAFF)
                        .fetch_all(&self.pool)
                        .await?;
                    rows.into_iter().map(staff_member).collect()
                }

                async fn sweep_accounts(&self, now: Timestamp, idle_before: Timestamp) -> Result<()> {
                    let sessions =
                        sqlx::query("delete from sessions where expires_at <= $1 or seen_at <= $2");
                    sessions
                        .bind(now.0)
                        .bind(idle_before.0)
                        .execute(&self.pool)
                        .await?;
                    for sweep in [
                        "delete from mail_tokens where expires_at <= $1",
                        "delete from challenges where expires_at <= $1",
                    ] {
                        sqlx::query(sweep).bind(now.0).execute(&self.pool).await?;
                    }
                    Ok(())
                }
            }
        };
    };
}

account_engine!(SqliteStore on Sqlite, writing: "begin immediate", locking: "");
account_engine!(PostgresStore on Postgres, writing: "begin", locking: " for update");
