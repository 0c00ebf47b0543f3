//! Operators, invitations, and the restaurants that are made by them.

use async_trait::async_trait;
use servery_domain::{
    account::Role,
    audit::{Act, Author},
    id::AccountId,
    invitation::InvitationKind,
    restaurant_file::RestaurantFile,
    time::Timestamp,
};
use sqlx::AssertSqlSafe;

use crate::{
    Result, SqlStore, StoreError,
    invitations::{Acceptance, Creation, Invitations, Invited, StoredInvitation},
    restaurant_files::ImportOutcome,
    sql::{
        accounts::{give_role, insert_account},
        engine::{Engine, SqlTransaction},
        menus::next_revision,
        restaurant_files::import,
        rows::{insert, row, select},
    },
};

const IS_NEW: &str = "select not exists (select 1 from operators) and not exists (select 1 from restaurants)";
const OPEN: &str = "where key = $1 and account_id is null and expires_at > $2";
const IS_OPERATOR: &str = "select account_id from operators where account_id = $1";
const ADD_OPERATOR: &str = "insert into operators (account_id) values ($1) on conflict do nothing";
/// The first operator needs one link of those that each start of a node has shown.
const DELETE_FOR_OPERATOR: &str = "delete from invitations where key = $1 \
     or (kind = 'operator' and not exists (select 1 from operators))";
/// In one order, so that nobody who accepts one waits for somebody who waits for them.
const LOCK_ALL: &str = "select key from invitations order by key";
const ACCEPTED: &str = "select key from invitations where account_id = $1 order by key limit 1";
const SAME_RESTAURANT: &str = "select id from restaurants where id = $1 or slug = $2";
/// The slug of a restaurant that the account owns.
const OWN_SLUG: &str = "select restaurants.slug from staff join restaurants on restaurants.id = staff.restaurant_id \
     where staff.account_id = $1 and staff.restaurant_id = $2 and staff.role = 'owner'";

row! {
    struct InvitationRow in invitations {
        key: String,
        kind: String,
        expires_at: i64,
        account_id: Option<String>,
    }
}

fn kind(row: &InvitationRow) -> Result<InvitationKind> {
    let unknown = || StoreError::Unreadable(format!("'{}' is no kind of invitation", row.kind));
    InvitationKind::from_code(&row.kind).ok_or_else(unknown)
}

#[async_trait]
impl<E: Engine> Invitations for SqlStore<E> {
    async fn is_new_installation(&self) -> Result<bool> {
        Ok(sqlx::query_scalar(IS_NEW).fetch_one(&self.pool).await?)
    }

    async fn put_invitation(&self, invitation: &StoredInvitation) -> Result<()> {
        let row = InvitationRow {
            key: invitation.key.clone(),
            kind: invitation.kind.code().to_owned(),
            expires_at: invitation.expires_at.0,
            account_id: None,
        };
        insert(&[row], "").build().execute(&self.writer).await?;
        Ok(())
    }

    async fn open_invitation(&self, key: &str, now: Timestamp) -> Result<Option<InvitationKind>> {
        let row = select::<E, InvitationRow>(OPEN)
            .bind(key)
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(kind).transpose()
    }

    async fn accept_invitation(&self, key: &str, invited: Invited<'_>, now: Timestamp) -> Result<Acceptance> {
        let mut transaction = self.begin_write().await?;
        let lock = AssertSqlSafe(format!("{LOCK_ALL}{}", E::FOR_UPDATE));
        let _: Vec<String> = sqlx::query_scalar(lock).fetch_all(&mut *transaction).await?;
        let row = select::<E, InvitationRow>(OPEN)
            .bind(key)
            .bind(now.0)
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row else {
            return Ok(Acceptance::NoSuchInvitation);
        };
        let account = match invited {
            Invited::Known(account) => account,
            Invited::New(new) => match insert_account(&mut transaction, new).await? {
                true => new.account.id,
                false => return Ok(Acceptance::EmailTaken),
            },
        };
        match kind(&row)? {
            InvitationKind::Operator => {
                sqlx::query(DELETE_FOR_OPERATOR)
                    .bind(key)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query(ADD_OPERATOR)
                    .bind(account.to_string())
                    .execute(&mut *transaction)
                    .await?;
            }
            InvitationKind::Owner => {
                sqlx::query("update invitations set account_id = $2 where key = $1")
                    .bind(key)
                    .bind(account.to_string())
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
        Ok(Acceptance::Accepted)
    }

    async fn may_create_restaurant(&self, account: AccountId) -> Result<bool> {
        let mut snapshot = self.begin_snapshot().await?;
        Ok(right(&mut snapshot, account, "").await?.is_some())
    }

    async fn create_restaurant(
        &self,
        file: &RestaurantFile,
        owner: AccountId,
        now: Timestamp,
    ) -> Result<Creation> {
        let mut transaction = self.begin_write().await?;
        // Restaurants are made one after another: who sends the same form twice at once waits here.
        next_revision(&mut transaction, "catalog").await?;
        if let Some(slug) = own_slug(&mut transaction, file, owner).await? {
            return Ok(match slug == file.slug.as_str() {
                true => Creation::Created,
                false => Creation::AlreadyMade,
            });
        }
        let Some(right) = right(&mut transaction, owner, E::FOR_UPDATE).await? else {
            return Ok(Creation::NotInvited);
        };
        if is_taken(&mut transaction, file).await? {
            return Ok(Creation::SlugTaken);
        }
        let by = (Author::Account(owner), now);
        if let ImportOutcome::Refused(mistakes) =
            import(&mut transaction, file, by, Act::RestaurantImported).await?
        {
            return Ok(Creation::Refused(mistakes));
        }
        give_role(&mut transaction, (owner, file.id), Role::Owner, by).await?;
        if let Right::Invitation(key) = right {
            sqlx::query("delete from invitations where key = $1")
                .bind(key)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Creation::Created)
    }
}

/// What lets an account make a restaurant.
enum Right {
    Operator,
    Invitation(String),
}

async fn right<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    account: AccountId,
    lock: &str,
) -> Result<Option<Right>> {
    let operator: Option<String> = sqlx::query_scalar(IS_OPERATOR)
        .bind(account.to_string())
        .fetch_optional(&mut **transaction)
        .await?;
    if operator.is_some() {
        return Ok(Some(Right::Operator));
    }
    let accepted: Option<String> = sqlx::query_scalar(AssertSqlSafe(format!("{ACCEPTED}{lock}")))
        .bind(account.to_string())
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(accepted.map(Right::Invitation))
}

/// The slug of the restaurant with the file's id, if the account owns it.
async fn own_slug<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    file: &RestaurantFile,
    owner: AccountId,
) -> Result<Option<String>> {
    let slug = sqlx::query_scalar(OWN_SLUG)
        .bind(owner.to_string())
        .bind(file.id.to_string());
    Ok(slug.fetch_optional(&mut **transaction).await?)
}

async fn is_taken<E: Engine>(transaction: &mut SqlTransaction<E>, file: &RestaurantFile) -> Result<bool> {
    let same: Option<String> = sqlx::query_scalar(SAME_RESTAURANT)
        .bind(file.id.to_string())
        .bind(file.slug.as_str())
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(same.is_some())
}
