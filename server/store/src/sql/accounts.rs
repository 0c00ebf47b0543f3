//! Accounts, their sessions, mail tokens and roles.

use std::{
    collections::{BTreeMap, HashMap},
    slice,
};

use async_trait::async_trait;
use servery_domain::{
    account::{Account, MailPurpose, Role, normalized_email},
    audit::{Act, Author},
    id::{AccountId, OrderId, RestaurantId},
    staff::StaffMember,
    time::Timestamp,
};
use sqlx::AssertSqlSafe;

use crate::{
    Result, SqlStore,
    accounts::{
        AccountDeletion, AccountRoles, Accounts, MailToken, NewJob, RoleHolder, RoleOutcome, Session,
        StoredAccount,
    },
    id, json, moment,
    orders::Tracked,
    sql::{
        account_rows::{self, AccountRow, MailTokenRow, SessionRow, SignedInRow, role, role_holder},
        audit_log::{self, AuditSubject},
        engine::{Engine, RowsAffected, SqlTransaction},
        erasure::{erase_order_row, forget_coupon_uses, remove_from_devices},
        jobs,
        menus::next_revision,
        order_rows::OrderRow,
        rows::{insert, select},
        staff::{give_role, lock_roles_and_invitations, may_appoint, withdraw_invitations_of},
    },
};

/// The owners of every restaurant that this account owns.
const SELECT_CO_OWNERS: &str = "select restaurant_id, account_id from staff where role = 'owner' and restaurant_id in \
     (select restaurant_id from staff where account_id = $1 and role = 'owner') order by restaurant_id, account_id";

const SELECT_OWN_ROLES: &str = "select role from staff where account_id = $1 order by restaurant_id";
const SELECT_OWNERS: &str =
    "select account_id from staff where restaurant_id = $1 and role = 'owner' order by account_id";

#[async_trait]
impl<E: Engine> Accounts for SqlStore<E> {
    async fn add_account(&self, new: &StoredAccount, follow_up: Option<&NewJob>) -> Result<bool> {
        let mut transaction = self.begin_write().await?;
        if !insert_account(&mut transaction, new).await? {
            return Ok(false);
        }
        if let Some(job) = follow_up {
            jobs::queue(&mut transaction, job).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn account(&self, id: AccountId) -> Result<Option<StoredAccount>> {
        let row = select::<E, AccountRow>("where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.pool)
            .await?;
        row.map(AccountRow::read).transpose()
    }

    async fn account_by_email(&self, email: &str) -> Result<Option<StoredAccount>> {
        let row = select::<E, AccountRow>("where email_key = $1")
            .bind(normalized_email(email))
            .fetch_optional(&self.pool)
            .await?;
        row.map(AccountRow::read).transpose()
    }

    async fn change_account(&self, account: &Account) -> Result<()> {
        sqlx::query("update accounts set name = $2, lang = $3, addresses = $4 where id = $1")
            .bind(account.id.to_string())
            .bind(&account.name)
            .bind(account.lang.tag())
            .bind(json(&account.addresses)?)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn set_password(&self, id: AccountId, password: &str, keep: &str, now: Timestamp) -> Result<()> {
        let account = id.to_string();
        let mut transaction = self.begin_write().await?;
        audit_log::record_own(&mut transaction, id, now, Act::PasswordChanged).await?;
        sqlx::query("update accounts set password = $2 where id = $1")
            .bind(&account)
            .bind(password)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from sessions where account_id = $1 and key <> $2")
            .bind(&account)
            .bind(keep)
            .execute(&mut *transaction)
            .await?;
        raise_access_of_staff(&mut transaction, &account).await?;
        Ok(transaction.commit().await?)
    }

    async fn secure_account(&self, id: AccountId, password: &str, now: Timestamp) -> Result<()> {
        let account = id.to_string();
        let mut transaction = self.begin_write().await?;
        let by = (Author::Operator, now);
        audit_log::record(
            &mut transaction,
            by,
            Act::PasswordChanged,
            AuditSubject::account(id),
        )
        .await?;
        secure(&mut transaction, &account, password).await?;
        sqlx::query(account_rows::VERIFY_EMAIL)
            .bind(&account)
            .bind(now.0)
            .execute(&mut *transaction)
            .await?;
        raise_access_of_staff(&mut transaction, &account).await?;
        Ok(transaction.commit().await?)
    }

    async fn delete_account(
        &self,
        account: AccountId,
        follow_up: &NewJob,
        now: Timestamp,
    ) -> Result<AccountDeletion> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        // Before the account's own row: whoever changes a role of it locks them in this order, too.
        let lock = E::FOR_UPDATE;
        let roles: Vec<String> = sqlx::query_scalar(AssertSqlSafe(format!("{SELECT_OWN_ROLES}{lock}")))
            .bind(account.to_string())
            .fetch_all(&mut *transaction)
            .await?;
        // Of two owners who leave at the same time, one has to wait for the other here.
        let owners: Vec<(String, String)> =
            sqlx::query_as(AssertSqlSafe(format!("{SELECT_CO_OWNERS}{lock}")))
                .bind(account.to_string())
                .fetch_all(&mut *transaction)
                .await?;
        let own = account.to_string();
        let is_alone = |(restaurant, _): &(String, String)| {
            let others = owners
                .iter()
                .filter(|(of, owner)| of == restaurant && *owner != own);
            others.count() == 0
        };
        if owners.iter().any(is_alone) {
            return Ok(AccountDeletion::LastOwner);
        }
        let Some(orders) = remove_diner(&mut transaction, account, now).await? else {
            return Ok(AccountDeletion::OrderUnderWay);
        };
        remove_from_devices(&mut transaction, orders, now).await?;
        sqlx::query("delete from audit_log where account_id = $1 and restaurant_id is null")
            .bind(account.to_string())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from invitations where author = $1")
            .bind(Author::Account(account).to_string())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("delete from accounts where id = $1")
            .bind(account.to_string())
            .execute(&mut *transaction)
            .await?;
        if !roles.is_empty() {
            next_revision(&mut transaction, "access").await?;
        }
        jobs::queue(&mut transaction, follow_up).await?;
        transaction.commit().await?;
        Ok(AccountDeletion::Deleted)
    }

    async fn account_orders(&self, account: AccountId) -> Result<Vec<Tracked>> {
        let rows = select::<E, OrderRow>("where customer = $1 order by placed_at desc")
            .bind(account.customer())
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(OrderRow::read).collect()
    }

    async fn put_mail_token(&self, token: &MailToken) -> Result<()> {
        insert(&[MailTokenRow::write(token)], "")
            .build()
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn has_mail_token(&self, key: &str, purpose: MailPurpose, now: Timestamp) -> Result<bool> {
        let row = select::<E, MailTokenRow>("where key = $1 and purpose = $2 and expires_at > $3")
            .bind(key)
            .bind(purpose.code())
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }

    async fn verify_email(&self, key: &str, now: Timestamp) -> Result<Option<AccountId>> {
        let mut transaction = self.begin_write().await?;
        let account = take_mail_token(&mut transaction, key, MailPurpose::Verify, now).await?;
        transaction.commit().await?;
        account.as_deref().map(id).transpose()
    }

    async fn reset_password(&self, key: &str, password: &str, now: Timestamp) -> Result<Option<AccountId>> {
        let mut transaction = self.begin_write().await?;
        let account = take_mail_token(&mut transaction, key, MailPurpose::Reset, now).await?;
        let account = match account {
            Some(account) => {
                secure(&mut transaction, &account, password).await?;
                let id = id(&account)?;
                audit_log::record_own(&mut transaction, id, now, Act::PasswordReset).await?;
                raise_access_of_staff(&mut transaction, &account).await?;
                Some(id)
            }
            None => None,
        };
        transaction.commit().await?;
        Ok(account)
    }

    async fn start_session(&self, session: &Session, instead_of: Option<&str>) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        if let Some(before) = instead_of {
            delete_session(&mut transaction, before).await?;
        }
        insert(&[SessionRow::write(session)], "")
            .build()
            .execute(&mut *transaction)
            .await?;
        let (account, at) = (session.account, session.created_at);
        audit_log::record_own(&mut transaction, account, at, Act::SignedIn).await?;
        Ok(transaction.commit().await?)
    }

    async fn session(&self, key: &str) -> Result<Option<(Session, Account)>> {
        let row: Option<SignedInRow> = sqlx::query_as(AssertSqlSafe(SignedInRow::select()))
            .bind(key)
            .fetch_optional(&self.pool)
            .await?;
        row.map(SignedInRow::read).transpose()
    }

    async fn touch_session(&self, key: &str, at: Timestamp) -> Result<()> {
        sqlx::query("update sessions set seen_at = $2 where key = $1")
            .bind(key)
            .bind(at.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn end_session(&self, key: &str) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        delete_session(&mut transaction, key).await?;
        Ok(transaction.commit().await?)
    }

    async fn end_sessions(&self, account: AccountId) -> Result<()> {
        let account = account.to_string();
        let mut transaction = self.begin_write().await?;
        sqlx::query("delete from sessions where account_id = $1")
            .bind(&account)
            .execute(&mut *transaction)
            .await?;
        raise_access_of_staff(&mut transaction, &account).await?;
        Ok(transaction.commit().await?)
    }

    async fn put_staff(
        &self,
        account: AccountId,
        restaurant: RestaurantId,
        role: Role,
        by: (Author, Timestamp),
    ) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        give_role(&mut transaction, (account, restaurant), role, by).await?;
        // They may have had another role.
        withdraw_invitations_of(&mut transaction, (account, restaurant)).await?;
        next_revision(&mut transaction, "access").await?;
        Ok(transaction.commit().await?)
    }

    async fn change_role(
        &self,
        account: AccountId,
        restaurant: RestaurantId,
        (from, to): (Role, Option<Role>),
        by: (Author, Timestamp),
    ) -> Result<RoleOutcome> {
        let (own, place) = (account.to_string(), restaurant.to_string());
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        let leaves = by.0 == Author::Account(account) && to.is_none();
        let roles: Vec<Role> = [from].into_iter().chain(to).collect();
        if !leaves && !may_appoint(&mut transaction, by.0, restaurant, &roles).await? {
            return Ok(RoleOutcome::NotAllowed);
        }
        // Of two owners who leave at the same time, one has to wait for the other here.
        let lock = AssertSqlSafe(format!("{SELECT_OWNERS}{}", E::FOR_UPDATE));
        let owners: Vec<String> = sqlx::query_scalar(lock)
            .bind(&place)
            .fetch_all(&mut *transaction)
            .await?;
        if from == Role::Owner && to != Some(Role::Owner) && owners == [own.clone()] {
            return Ok(RoleOutcome::LastOwner);
        }
        let left =
            sqlx::query("delete from staff where account_id = $1 and restaurant_id = $2 and role = $3")
                .bind(&own)
                .bind(&place)
                .bind(from.code())
                .execute(&mut *transaction)
                .await?;
        if left.rows_affected() == 0 {
            return Ok(RoleOutcome::NotInRole);
        }
        withdraw_invitations_of(&mut transaction, (account, restaurant)).await?;
        match to {
            Some(role) => give_role(&mut transaction, (account, restaurant), role, by).await?,
            None => {
                let subject = AuditSubject {
                    restaurant: Some(restaurant),
                    ..AuditSubject::account(account)
                };
                audit_log::record(&mut transaction, by, Act::RoleRemoved, subject).await?;
            }
        }
        next_revision(&mut transaction, "access").await?;
        transaction.commit().await?;
        Ok(RoleOutcome::Changed)
    }

    async fn account_roles(&self, account: AccountId) -> Result<AccountRoles> {
        let rows: Vec<(Option<String>, String)> = sqlx::query_as(account_rows::SELECT_ROLES)
            .bind(account.to_string())
            .fetch_all(&self.pool)
            .await?;
        let mut roles = AccountRoles::default();
        for (restaurant, code) in rows {
            match restaurant {
                Some(restaurant) => roles.staff.push((id(&restaurant)?, role(&code)?)),
                None => roles.is_operator = true,
            }
        }
        Ok(roles)
    }

    async fn role_holders(&self) -> Result<Vec<RoleHolder>> {
        let rows: Vec<(String, String, String)> = sqlx::query_as(account_rows::SELECT_ROLE_HOLDERS)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(role_holder).collect()
    }

    async fn staff(&self, restaurant: RestaurantId, sign_ins: u32) -> Result<Vec<StaffMember>> {
        let mut snapshot = self.begin_snapshot().await?;
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(account_rows::SELECT_STAFF)
            .bind(restaurant.to_string())
            .fetch_all(&mut *snapshot)
            .await?;
        let latest: Vec<(String, i64)> = sqlx::query_as(account_rows::SELECT_SIGN_INS)
            .bind(restaurant.to_string())
            .bind(i64::from(sign_ins))
            .fetch_all(&mut *snapshot)
            .await?;
        let mut of_account = HashMap::<String, Vec<Timestamp>>::new();
        for (account, at) in latest {
            of_account.entry(account).or_default().push(moment(at)?);
        }
        let mut members = rows
            .into_iter()
            .map(|(account, email, name, code)| {
                Ok(StaffMember {
                    sign_ins: of_account.remove(&account).unwrap_or_default(),
                    account: id(&account)?,
                    email,
                    name,
                    role: role(&code)?,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        // Engines collate differently.
        members.sort_by_key(|member| (member.role, normalized_email(&member.email)));
        Ok(members)
    }

    async fn delete_expired_sessions_and_tokens(&self, now: Timestamp, idle_before: Timestamp) -> Result<()> {
        sqlx::query("delete from sessions where expires_at <= $1 or seen_at <= $2")
            .bind(now.0)
            .bind(idle_before.0)
            .execute(&self.writer)
            .await?;
        for delete in [
            "delete from mail_tokens where expires_at <= $1",
            "delete from challenges where expires_at <= $1",
            "delete from invitations where expires_at <= $1 and account_id is null",
        ] {
            sqlx::query(delete).bind(now.0).execute(&self.writer).await?;
        }
        Ok(())
    }
}

/// `false` if its address has an account.
pub(crate) async fn insert_account<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    new: &StoredAccount,
) -> Result<bool> {
    let row = AccountRow::write(new)?;
    let inserted = insert(slice::from_ref(&row), " on conflict (email_key) do nothing")
        .build()
        .execute(&mut **transaction)
        .await?;
    Ok(inserted.rows_affected() > 0)
}

async fn delete_session<E: Engine>(transaction: &mut SqlTransaction<E>, key: &str) -> Result<()> {
    let account: Option<String> =
        sqlx::query_scalar("delete from sessions where key = $1 returning account_id")
            .bind(key)
            .fetch_optional(&mut **transaction)
            .await?;
    match account {
        Some(account) => raise_access_of_staff(transaction, &account).await,
        None => Ok(()),
    }
}

/// Comes last in a transaction, so that nobody who waits for this row has one that its holder needs.
async fn raise_access_of_staff<E: Engine>(transaction: &mut SqlTransaction<E>, account: &str) -> Result<()> {
    sqlx::query(account_rows::RAISE_ACCESS_OF_STAFF)
        .bind(account)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Sets the password and takes the account from everybody who is signed in or has a passkey.
async fn secure<E: Engine>(transaction: &mut SqlTransaction<E>, account: &str, password: &str) -> Result<()> {
    sqlx::query("update accounts set password = $2 where id = $1")
        .bind(account)
        .bind(password)
        .execute(&mut **transaction)
        .await?;
    for delete in [
        "delete from sessions where account_id = $1",
        "delete from passkeys where account_id = $1",
    ] {
        sqlx::query(delete)
            .bind(account)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Deletes the token and verifies the address; `None` if the token does not exist or has expired.
async fn take_mail_token<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    key: &str,
    purpose: MailPurpose,
    now: Timestamp,
) -> Result<Option<String>> {
    let lock = E::FOR_UPDATE;
    let token = select::<E, MailTokenRow>(&format!(
        "where key = $1 and purpose = $2 and expires_at > $3{lock}"
    ))
    .bind(key)
    .bind(purpose.code())
    .bind(now.0)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(MailTokenRow { account_id, .. }) = token else {
        return Ok(None);
    };
    sqlx::query(account_rows::DELETE_MAIL_TOKENS)
        .bind(&account_id)
        .bind(purpose.code())
        .execute(&mut **transaction)
        .await?;
    sqlx::query(account_rows::VERIFY_EMAIL)
        .bind(&account_id)
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    Ok(Some(account_id))
}

/// Removes what names the diner from all of their orders; `None` while one of these is under way.
async fn remove_diner<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<BTreeMap<RestaurantId, Vec<OrderId>>>> {
    let lock = E::FOR_UPDATE;
    let rows = select::<E, OrderRow>(&format!("where customer = $1 order by id{lock}"))
        .bind(account.customer())
        .fetch_all(&mut **transaction)
        .await?;
    let mut orders = BTreeMap::<_, Vec<_>>::new();
    for row in rows {
        let tracked = row.read()?;
        if tracked.order.is_under_way(now) {
            return Ok(None);
        }
        let (restaurant, order) = (tracked.order.ordered.restaurant, tracked.order.id);
        forget_coupon_uses(transaction, &tracked.reserved.coupon_customer).await?;
        erase_order_row(transaction, tracked).await?;
        orders.entry(restaurant).or_default().push(order);
    }
    Ok(Some(orders))
}
