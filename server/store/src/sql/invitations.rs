//! Operators, invitations, and the restaurants that are made by them.

use async_trait::async_trait;
use servery_domain::{
    account::Role,
    audit::{Act, Author},
    id::{AccountId, InvitationId, RestaurantId},
    invitation::{InvitationKind, StaffInvitation},
    limits,
    restaurant_file::RestaurantFile,
    time::Timestamp,
};
use sqlx::AssertSqlSafe;

use crate::{
    Result, SqlStore, StoreError,
    accounts::NewJob,
    id,
    invitations::{
        Acceptance, Creation, Invitations, Invited, OpenInvitation, OpenPosition, StaffInvitationOutcome,
        StoredInvitation,
    },
    moment,
    restaurant_files::ImportOutcome,
    sql::{
        account_rows::role,
        accounts::insert_account,
        audit_log::{self, AuditSubject},
        engine::{Engine, RowsAffected, SqlTransaction},
        jobs,
        menus::next_revision,
        order_rows::author,
        restaurant_files::import,
        rows::{insert, row, select},
        staff::{give_role, lock_roles_and_invitations, may_appoint, role_of},
    },
};

const IS_NEW: &str = "select not exists (select 1 from operators) and not exists (select 1 from restaurants)";
const OPEN: &str = "where key = $1 and account_id is null and expires_at > $2";
const IS_OPERATOR: &str = "select account_id from operators where account_id = $1";
const ADD_OPERATOR: &str = "insert into operators (account_id) values ($1) on conflict do nothing";
/// The first operator needs one link of those that each start of a node has shown.
const DELETE_FOR_OPERATOR: &str = "delete from invitations where key = $1 \
     or (kind = 'operator' and not exists (select 1 from operators))";
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
        id: Option<String>,
        restaurant_id: Option<String>,
        role: Option<String>,
        email: Option<String>,
        author: Option<String>,
    }
}

/// Those of a restaurant that can still be accepted.
const OPEN_OF_RESTAURANT: &str = "where restaurant_id = $1 and expires_at > $2 order by expires_at desc, id";
const SELECT_BY_ID: &str = "where id = $1";
/// Another restaurant's stays as it is.
const UPSERT_STAFF_INVITATION: &str = " on conflict (id) where id is not null do update set key = excluded.key, \
     expires_at = excluded.expires_at, role = excluded.role, email = excluded.email, author = excluded.author \
     where invitations.restaurant_id = excluded.restaurant_id";

impl InvitationRow {
    /// Of a link to a restaurant of their own.
    fn new(invitation: &StoredInvitation) -> Self {
        Self {
            key: invitation.key.clone(),
            kind: invitation.kind.code().to_owned(),
            expires_at: invitation.expires_at.0,
            account_id: None,
            id: None,
            restaurant_id: None,
            role: None,
            email: None,
            author: None,
        }
    }

    fn of_staff(restaurant: RestaurantId, invitation: &StaffInvitation, key: &str, author: Author) -> Self {
        Self {
            key: key.to_owned(),
            kind: InvitationKind::Staff.code().to_owned(),
            expires_at: invitation.expires_at.0,
            account_id: None,
            id: Some(invitation.id.to_string()),
            restaurant_id: Some(restaurant.to_string()),
            role: Some(invitation.role.code().to_owned()),
            email: invitation.email.clone(),
            author: Some(author.to_string()),
        }
    }

    /// `None` unless it is for staff.
    fn position(&self) -> Result<Option<(RestaurantId, Role)>> {
        let position = self.restaurant_id.as_ref().zip(self.role.as_ref());
        position
            .map(|(restaurant, code)| Ok((id(restaurant)?, role(code)?)))
            .transpose()
    }

    fn open_position(self) -> Result<Option<OpenPosition>> {
        let Some((restaurant, role)) = self.position()? else {
            return Ok(None);
        };
        Ok(Some(OpenPosition {
            restaurant,
            role,
            email: self.email,
            author: author(&self.author.unwrap_or_default())?,
        }))
    }

    fn staff_invitation(self) -> Result<StaffInvitation> {
        Ok(StaffInvitation {
            id: id(&self.id.unwrap_or_default())?,
            role: role(&self.role.unwrap_or_default())?,
            email: self.email,
            expires_at: moment(self.expires_at)?,
        })
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
        insert(&[InvitationRow::new(invitation)], "")
            .build()
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn open_invitation(&self, key: &str, now: Timestamp) -> Result<Option<OpenInvitation>> {
        let row = select::<E, InvitationRow>(OPEN)
            .bind(key)
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(OpenInvitation {
                kind: kind(&row)?,
                position: row.open_position()?,
            })
        })
        .transpose()
    }

    async fn put_staff_invitation(
        &self,
        restaurant: RestaurantId,
        invitation: &StaffInvitation,
        key: &str,
        follow_up: Option<&NewJob>,
        (author, now): (Author, Timestamp),
    ) -> Result<StaffInvitationOutcome> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        let open = select::<E, InvitationRow>(OPEN_OF_RESTAURANT)
            .bind(restaurant.to_string())
            .bind(now.0)
            .fetch_all(&mut *transaction)
            .await?;
        let (id, many) = (invitation.id.to_string(), open.len() >= limits::INVITATIONS);
        let known = open.into_iter().find(|known| known.id.as_ref() == Some(&id));
        let known = known.map(InvitationRow::staff_invitation).transpose()?;
        let roles = known.iter().map(|known| known.role).chain([invitation.role]);
        if !may_appoint(&mut transaction, author, restaurant, &roles.collect::<Vec<_>>()).await? {
            return Ok(StaffInvitationOutcome::NotAllowed);
        }
        if known.is_none() && many {
            return Ok(StaffInvitationOutcome::TooMany);
        }
        let is_same =
            |known: &StaffInvitation| (known.role, &known.email) == (invitation.role, &invitation.email);
        let is_repeated = known.as_ref().is_some_and(is_same);
        // Its mail may be on its way, with a link that is to work.
        if is_repeated && follow_up.is_some() {
            return Ok(StaffInvitationOutcome::Stored);
        }
        let row = InvitationRow::of_staff(restaurant, invitation, key, author);
        let stored = insert(&[row], UPSERT_STAFF_INVITATION)
            .build()
            .execute(&mut *transaction)
            .await?;
        if stored.rows_affected() == 0 {
            return Ok(StaffInvitationOutcome::IdTaken);
        }
        if !is_repeated {
            let subject = AuditSubject::invitation(restaurant, invitation.role);
            audit_log::record(&mut transaction, (author, now), Act::StaffInvited, subject).await?;
        }
        if let Some(job) = follow_up {
            jobs::queue(&mut transaction, job).await?;
        }
        transaction.commit().await?;
        Ok(StaffInvitationOutcome::Stored)
    }

    async fn staff_invitations(
        &self,
        restaurant: RestaurantId,
        now: Timestamp,
    ) -> Result<Vec<StaffInvitation>> {
        let rows = select::<E, InvitationRow>(OPEN_OF_RESTAURANT)
            .bind(restaurant.to_string())
            .bind(now.0)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(InvitationRow::staff_invitation).collect()
    }

    async fn renew_staff_invitation(
        &self,
        invitation: InvitationId,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<(RestaurantId, StaffInvitation)>> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        let row = select::<E, InvitationRow>(SELECT_BY_ID)
            .bind(invitation.to_string())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(row) = row.filter(|row| row.expires_at > now.0 && row.email.is_some()) else {
            return Ok(None);
        };
        sqlx::query("update invitations set key = $2 where id = $1")
            .bind(invitation.to_string())
            .bind(key)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let Some((restaurant, _)) = row.position()? else {
            return Ok(None);
        };
        Ok(Some((restaurant, row.staff_invitation()?)))
    }

    async fn withdraw_staff_invitation(
        &self,
        restaurant: RestaurantId,
        invitation: InvitationId,
        by: (Author, Timestamp),
    ) -> Result<bool> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        let row = select::<E, InvitationRow>(SELECT_BY_ID)
            .bind(invitation.to_string())
            .fetch_optional(&mut *transaction)
            .await?;
        let is_open = |row: &InvitationRow| {
            row.restaurant_id == Some(restaurant.to_string()) && row.expires_at > by.1.0
        };
        let Some(row) = row.filter(is_open) else {
            return Ok(false);
        };
        let key = row.key.clone();
        let role = row.staff_invitation()?.role;
        if !may_appoint(&mut transaction, by.0, restaurant, &[role]).await? {
            return Ok(false);
        }
        delete_invitation(&mut transaction, &key).await?;
        let subject = AuditSubject::invitation(restaurant, role);
        audit_log::record(&mut transaction, by, Act::InvitationWithdrawn, subject).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn accept_invitation(&self, key: &str, invited: Invited<'_>, now: Timestamp) -> Result<Acceptance> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
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
            InvitationKind::Staff => {
                let Some(position) = row.position()? else {
                    return Ok(Acceptance::NoSuchInvitation);
                };
                let author = author(&row.author.unwrap_or_default())?;
                join_staff(&mut transaction, (account, position), (author, now)).await?;
                delete_invitation(&mut transaction, key).await?;
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
            delete_invitation(&mut transaction, &key).await?;
        }
        transaction.commit().await?;
        Ok(Creation::Created)
    }
}

async fn delete_invitation<E: Engine>(transaction: &mut SqlTransaction<E>, key: &str) -> Result<()> {
    sqlx::query("delete from invitations where key = $1")
        .bind(key)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Whoever works there already keeps their role: a link for a courier takes nothing from an owner.
async fn join_staff<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    (account, (restaurant, role)): (AccountId, (RestaurantId, Role)),
    by: (Author, Timestamp),
) -> Result<()> {
    match role_of(transaction, account, restaurant).await? {
        Some(_) => Ok(()),
        None => give_role(transaction, (account, restaurant), role, by).await,
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
