//! Roles in restaurants, for transactions that change them or invite to them.

use servery_domain::{
    account::{Permission, Role},
    audit::{Act, Author},
    id::{AccountId, RestaurantId},
    time::Timestamp,
};

use crate::{
    Result,
    sql::{
        account_rows::{self, role},
        audit_log::{self, AuditSubject},
        engine::{Engine, SqlTransaction},
        menus::next_revision,
    },
};

/// Whoever changes a role or an invitation waits here for the one before, so that nobody invites with a role that is just being taken. It
/// is the first row that any of them locks.
pub(crate) async fn lock_roles_and_invitations<E: Engine>(transaction: &mut SqlTransaction<E>) -> Result<()> {
    next_revision(transaction, "invitations").await.map(drop)
}

pub(crate) async fn give_role<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    (account, restaurant): (AccountId, RestaurantId),
    role: Role,
    by: (Author, Timestamp),
) -> Result<()> {
    sqlx::query(account_rows::UPSERT_STAFF)
        .bind(account.to_string())
        .bind(restaurant.to_string())
        .bind(role.code())
        .execute(&mut **transaction)
        .await?;
    let subject = AuditSubject {
        restaurant: Some(restaurant),
        role: Some(role),
        ..AuditSubject::account(account)
    };
    audit_log::record(transaction, by, Act::RoleGiven, subject).await
}

pub(crate) async fn role_of<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    account: AccountId,
    restaurant: RestaurantId,
) -> Result<Option<Role>> {
    let known: Option<String> =
        sqlx::query_scalar("select role from staff where account_id = $1 and restaurant_id = $2")
            .bind(account.to_string())
            .bind(restaurant.to_string())
            .fetch_optional(&mut **transaction)
            .await?;
    known.as_deref().map(role).transpose()
}

/// Whether the author may give and take these roles. Whoever asked may have lost their own since.
pub(crate) async fn may_appoint<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    author: Author,
    restaurant: RestaurantId,
    roles: &[Role],
) -> Result<bool> {
    let Author::Account(account) = author else {
        return Ok(true);
    };
    let own = role_of(transaction, account, restaurant).await?;
    let may = |own: Role| roles.iter().all(|role| own.may(Permission::Appoint(*role)));
    Ok(own.is_some_and(may))
}

/// Those that somebody made who may make none any more.
pub(crate) async fn withdraw_invitations_of<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    (account, restaurant): (AccountId, RestaurantId),
) -> Result<()> {
    sqlx::query("delete from invitations where restaurant_id = $1 and author = $2")
        .bind(restaurant.to_string())
        .bind(Author::Account(account).to_string())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
