//! Operators, invitations, and the restaurants that are made by them.

use async_trait::async_trait;
use servery_domain::{
    account::Role,
    audit::{Act, Author},
    id::{AccountId, InvitationId, RestaurantId},
    invitation::{InstallationInvitation, InvitationKind, StaffInvitation},
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
        Acceptance, Creation, InvitationOutcome, Invitations, Invited, OpenInvitation, RenewedInvitation,
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
const OPEN_OF_RESTAURANT: &str = "where restaurant_id = $2 and expires_at > $1 order by expires_at desc, id";
const OPEN_OF_INSTALLATION: &str = "where restaurant_id is null and id is not null and account_id is null and expires_at > $1 \
     order by expires_at desc, id";
const OPEN_BY_ID: &str = "where id = $1 and account_id is null and expires_at > $2";
/// One of another restaurant, or one that is accepted, stays as it is.
const UPSERT: &str = " on conflict (id) where id is not null do update set key = excluded.key, kind = excluded.kind, \
     expires_at = excluded.expires_at, role = excluded.role, email = excluded.email, author = excluded.author \
     where coalesce(invitations.restaurant_id, '') = coalesce(excluded.restaurant_id, '') and invitations.account_id is null";

impl InvitationRow {
    fn of_installation(invitation: &InstallationInvitation, key: &str, author: Author) -> Self {
        Self {
            key: key.to_owned(),
            kind: invitation.kind.code().to_owned(),
            expires_at: invitation.expires_at.0,
            account_id: None,
            id: Some(invitation.id.to_string()),
            restaurant_id: None,
            role: None,
            email: invitation.email.clone(),
            author: Some(author.to_string()),
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

    fn kind(&self) -> Result<InvitationKind> {
        let unknown = || StoreError::Unreadable(format!("'{}' is no kind of invitation", self.kind));
        InvitationKind::from_code(&self.kind).ok_or_else(unknown)
    }

    fn restaurant(&self) -> Result<Option<RestaurantId>> {
        self.restaurant_id.as_deref().map(id).transpose()
    }

    fn role(&self) -> Result<Option<Role>> {
        self.role.as_deref().map(role).transpose()
    }

    /// `None` unless it is for staff.
    fn position(&self) -> Result<Option<(RestaurantId, Role)>> {
        Ok(self.restaurant()?.zip(self.role()?))
    }

    /// Of an older version there are links without an author: they were made at a terminal.
    fn author(&self) -> Result<Author> {
        self.author.as_deref().map_or(Ok(Author::Operator), author)
    }

    fn open(self) -> Result<OpenInvitation> {
        Ok(OpenInvitation {
            kind: self.kind()?,
            position: self.position()?,
            author: self.author()?,
            email: self.email,
        })
    }

    fn installation_invitation(self) -> Result<InstallationInvitation> {
        Ok(InstallationInvitation {
            id: id(self.id.as_deref().unwrap_or_default())?,
            kind: self.kind()?,
            email: self.email,
            expires_at: moment(self.expires_at)?,
        })
    }

    fn staff_invitation(self) -> Result<StaffInvitation> {
        Ok(StaffInvitation {
            id: id(&self.id.unwrap_or_default())?,
            role: role(&self.role.unwrap_or_default())?,
            email: self.email,
            expires_at: moment(self.expires_at)?,
        })
    }

    fn asks_the_same(&self, other: &Self) -> bool {
        (&self.kind, &self.role, &self.email) == (&other.kind, &other.role, &other.email)
    }

    fn audit_subject(&self) -> Result<AuditSubject> {
        Ok(AuditSubject {
            restaurant: self.restaurant()?,
            role: self.role()?,
            ..AuditSubject::default()
        })
    }
}

#[async_trait]
impl<E: Engine> Invitations for SqlStore<E> {
    async fn is_new_installation(&self) -> Result<bool> {
        Ok(sqlx::query_scalar(IS_NEW).fetch_one(&self.pool).await?)
    }

    async fn open_invitation(&self, key: &str, now: Timestamp) -> Result<Option<OpenInvitation>> {
        let row = select::<E, InvitationRow>(OPEN)
            .bind(key)
            .bind(now.0)
            .fetch_optional(&self.pool)
            .await?;
        row.map(InvitationRow::open).transpose()
    }

    async fn put_installation_invitation(
        &self,
        invitation: &InstallationInvitation,
        key: &str,
        follow_up: Option<&NewJob>,
        by: (Author, Timestamp),
    ) -> Result<InvitationOutcome> {
        let row = InvitationRow::of_installation(invitation, key, by.0);
        self.put_invitation(row, follow_up, by).await
    }

    async fn installation_invitations(&self, now: Timestamp) -> Result<Vec<InstallationInvitation>> {
        let rows = select::<E, InvitationRow>(OPEN_OF_INSTALLATION)
            .bind(now.0)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter()
            .map(InvitationRow::installation_invitation)
            .collect()
    }

    async fn withdraw_installation_invitation(
        &self,
        id: InvitationId,
        by: (Author, Timestamp),
    ) -> Result<bool> {
        self.withdraw_invitation(None, id, by).await
    }

    async fn put_staff_invitation(
        &self,
        restaurant: RestaurantId,
        invitation: &StaffInvitation,
        key: &str,
        follow_up: Option<&NewJob>,
        by: (Author, Timestamp),
    ) -> Result<InvitationOutcome> {
        let row = InvitationRow::of_staff(restaurant, invitation, key, by.0);
        self.put_invitation(row, follow_up, by).await
    }

    async fn staff_invitations(
        &self,
        restaurant: RestaurantId,
        now: Timestamp,
    ) -> Result<Vec<StaffInvitation>> {
        let rows = select::<E, InvitationRow>(OPEN_OF_RESTAURANT)
            .bind(now.0)
            .bind(restaurant.to_string())
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(InvitationRow::staff_invitation).collect()
    }

    async fn renew_invitation(
        &self,
        invitation: InvitationId,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<RenewedInvitation>> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        let Some(row) = open_by_id(&mut transaction, invitation, now).await? else {
            return Ok(None);
        };
        let Some(email) = row.email.clone() else {
            return Ok(None);
        };
        sqlx::query("update invitations set key = $2 where id = $1")
            .bind(invitation.to_string())
            .bind(key)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Some(RenewedInvitation {
            kind: row.kind()?,
            restaurant: row.restaurant()?,
            email,
        }))
    }

    async fn withdraw_staff_invitation(
        &self,
        restaurant: RestaurantId,
        invitation: InvitationId,
        by: (Author, Timestamp),
    ) -> Result<bool> {
        self.withdraw_invitation(Some(restaurant), invitation, by).await
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
        match row.kind()? {
            InvitationKind::Operator => {
                sqlx::query(DELETE_FOR_OPERATOR)
                    .bind(key)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query(ADD_OPERATOR)
                    .bind(account.to_string())
                    .execute(&mut *transaction)
                    .await?;
                let by = (row.author()?, now);
                audit_log::record(
                    &mut transaction,
                    by,
                    Act::OperatorMade,
                    AuditSubject::account(account),
                )
                .await?;
            }
            InvitationKind::Staff => {
                let Some(position) = row.position()? else {
                    return Ok(Acceptance::NoSuchInvitation);
                };
                let author = row.author()?;
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

impl<E: Engine> SqlStore<E> {
    async fn put_invitation(
        &self,
        row: InvitationRow,
        follow_up: Option<&NewJob>,
        by: (Author, Timestamp),
    ) -> Result<InvitationOutcome> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        let open = open_beside(&mut transaction, &row, by.1).await?;
        let known = open.iter().find(|known| known.id == row.id);
        for asked in known.into_iter().chain([&row]) {
            if !may_invite(&mut transaction, by.0, asked).await? {
                return Ok(InvitationOutcome::NotAllowed);
            }
        }
        // Each start of a node on an empty database makes one.
        let is_limited = row.restaurant_id.is_some() || by.0 != Author::Operator;
        if known.is_none() && is_limited && open.len() >= limits::INVITATIONS {
            return Ok(InvitationOutcome::TooMany);
        }
        let is_repeated = known.is_some_and(|known| known.asks_the_same(&row));
        // Its mail may be on its way, with a link that is to work.
        if is_repeated && follow_up.is_some() {
            return Ok(InvitationOutcome::Stored);
        }
        let subject = row.audit_subject()?;
        let stored = insert(&[row], UPSERT).build().execute(&mut *transaction).await?;
        if stored.rows_affected() == 0 {
            return Ok(InvitationOutcome::IdTaken);
        }
        if !is_repeated {
            audit_log::record(&mut transaction, by, Act::StaffInvited, subject).await?;
        }
        if let Some(job) = follow_up {
            jobs::queue(&mut transaction, job).await?;
        }
        transaction.commit().await?;
        Ok(InvitationOutcome::Stored)
    }

    /// `None` stands for the installation.
    async fn withdraw_invitation(
        &self,
        restaurant: Option<RestaurantId>,
        invitation: InvitationId,
        by: (Author, Timestamp),
    ) -> Result<bool> {
        let mut transaction = self.begin_write().await?;
        lock_roles_and_invitations(&mut transaction).await?;
        let Some(row) = open_by_id(&mut transaction, invitation, by.1).await? else {
            return Ok(false);
        };
        if row.restaurant()? != restaurant || !may_invite(&mut transaction, by.0, &row).await? {
            return Ok(false);
        }
        delete_invitation(&mut transaction, &row.key).await?;
        audit_log::record(
            &mut transaction,
            by,
            Act::InvitationWithdrawn,
            row.audit_subject()?,
        )
        .await?;
        transaction.commit().await?;
        Ok(true)
    }
}

/// The open invitations of the same restaurant, or of the installation.
async fn open_beside<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    row: &InvitationRow,
    now: Timestamp,
) -> Result<Vec<InvitationRow>> {
    let open = match &row.restaurant_id {
        Some(restaurant) => select::<E, InvitationRow>(OPEN_OF_RESTAURANT)
            .bind(now.0)
            .bind(restaurant.clone()),
        None => select::<E, InvitationRow>(OPEN_OF_INSTALLATION).bind(now.0),
    };
    Ok(open.fetch_all(&mut **transaction).await?)
}

async fn open_by_id<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    invitation: InvitationId,
    now: Timestamp,
) -> Result<Option<InvitationRow>> {
    let open = select::<E, InvitationRow>(OPEN_BY_ID)
        .bind(invitation.to_string())
        .bind(now.0);
    Ok(open.fetch_optional(&mut **transaction).await?)
}

/// Whether the author may invite to this, and withdraw it.
async fn may_invite<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    author: Author,
    row: &InvitationRow,
) -> Result<bool> {
    match (row.position()?, author) {
        (Some((restaurant, role)), _) => may_appoint(transaction, author, restaurant, &[role]).await,
        (None, Author::Account(account)) => is_operator(transaction, account).await,
        (None, _) => Ok(author == Author::Operator),
    }
}

async fn is_operator<E: Engine>(transaction: &mut SqlTransaction<E>, account: AccountId) -> Result<bool> {
    let operator: Option<String> = sqlx::query_scalar(IS_OPERATOR)
        .bind(account.to_string())
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(operator.is_some())
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
    if is_operator(transaction, account).await? {
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
