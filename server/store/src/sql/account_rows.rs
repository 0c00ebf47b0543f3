//! Accounts and sessions as rows.

use servery_domain::{
    account::{Account, MailPurpose, Role, normalized_email},
    lang::Lang,
};

use crate::{
    Result, StoreError,
    accounts::{MailToken, RoleHolder, Session, StoredAccount},
    id, json, moment, parse,
    sql::rows::{columns, row},
};

/// All links that were sent for the same purpose are used up by one.
pub(crate) const DELETE_MAIL_TOKENS: &str = "delete from mail_tokens where account_id = $1 and purpose = $2";
pub(crate) const VERIFY_EMAIL: &str =
    "update accounts set verified_at = coalesce(verified_at, $2) where id = $1";
pub(crate) const UPSERT_STAFF: &str = "insert into staff (account_id, restaurant_id, role) values ($1, $2, $3) \
     on conflict (account_id, restaurant_id) do update set role = excluded.role";
/// The row without a restaurant is there for an operator.
pub(crate) const SELECT_ROLES: &str = "select restaurant_id, role from staff where account_id = $1 \
     union all select null, 'operator' from operators where account_id = $1 order by restaurant_id";
pub(crate) const SELECT_ROLE_HOLDERS: &str = "select a.email, s.restaurant_id, s.role from staff s \
     join accounts a on a.id = s.account_id order by s.restaurant_id, a.email";
pub(crate) const SELECT_STAFF: &str = "select a.id, a.email, a.name, s.role from staff s \
     join accounts a on a.id = s.account_id where s.restaurant_id = $1";
/// The last $2 sign-ins of each who works in restaurant $1.
pub(crate) const SELECT_SIGN_INS: &str = "select account_id, at from (select l.account_id, l.at, \
     row_number() over (partition by l.account_id order by l.at desc) as place \
     from audit_log l join staff s on s.account_id = l.account_id \
     where s.restaurant_id = $1 and l.act = 'signed_in') as latest where place <= $2 order by at desc";
/// Open streams ask again whether they may go on. Diners have none that a session opens.
pub(crate) const RAISE_ACCESS_OF_STAFF: &str = "update revisions set revision = revision + 1 \
     where name = 'access' and exists (select 1 from staff where account_id = $1)";

row! {
    struct AccountRow in accounts {
        id: String,
        email: String,
        email_key: String,
        name: String,
        lang: String,
        password: Option<String>,
        verified_at: Option<i64>,
        addresses: String,
        created_at: i64,
    }
}

row! {
    struct SessionRow in sessions {
        key: String,
        account_id: String,
        created_at: i64,
        seen_at: i64,
        expires_at: i64,
    }
}

row! {
    struct MailTokenRow in mail_tokens {
        key: String,
        account_id: String,
        purpose: String,
        expires_at: i64,
    }
}

impl AccountRow {
    pub(crate) fn write(StoredAccount { account, password }: &StoredAccount) -> Result<Self> {
        Ok(Self {
            id: account.id.to_string(),
            email: account.email.clone(),
            email_key: normalized_email(&account.email),
            name: account.name.clone(),
            lang: account.lang.tag().to_owned(),
            password: password.clone(),
            verified_at: account.verified_at.map(|at| at.0),
            addresses: json(&account.addresses)?,
            created_at: account.created_at.0,
        })
    }

    pub(crate) fn read(self) -> Result<StoredAccount> {
        let account = Account {
            id: id(&self.id)?,
            email: self.email,
            name: self.name,
            lang: Lang::from_tag(&self.lang).unwrap_or_default(),
            verified_at: self.verified_at.map(moment).transpose()?,
            addresses: parse(&self.addresses)?,
            created_at: moment(self.created_at)?,
        };
        Ok(StoredAccount {
            account,
            password: self.password,
        })
    }
}

impl SessionRow {
    pub(crate) fn write(session: &Session) -> Self {
        Self {
            key: session.key.clone(),
            account_id: session.account.to_string(),
            created_at: session.created_at.0,
            seen_at: session.seen_at.0,
            expires_at: session.expires_at.0,
        }
    }
}

/// A session with its account.
#[derive(sqlx::FromRow)]
pub(crate) struct SignedInRow {
    key: String,
    started_at: i64,
    seen_at: i64,
    expires_at: i64,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl SignedInRow {
    /// Both tables have a column `created_at`.
    pub(crate) fn select() -> String {
        let account = columns::<AccountRow>();
        format!(
            "select key, started_at, seen_at, expires_at, {account} from accounts \
             join (select key, account_id, created_at as started_at, seen_at, expires_at from sessions where key = $1) \
             as session on account_id = id"
        )
    }

    pub(crate) fn read(self) -> Result<(Session, Account)> {
        let account = self.account.read()?.account;
        let session = Session {
            key: self.key,
            account: account.id,
            created_at: moment(self.started_at)?,
            seen_at: moment(self.seen_at)?,
            expires_at: moment(self.expires_at)?,
        };
        Ok((session, account))
    }
}

impl MailTokenRow {
    pub(crate) fn write(token: &MailToken) -> Self {
        // Every other mail brings a link to a new password.
        let purpose = match token.purpose {
            MailPurpose::Verify => MailPurpose::Verify,
            MailPurpose::Reset
            | MailPurpose::Known
            | MailPurpose::PasswordChanged
            | MailPurpose::PasskeyAdded => MailPurpose::Reset,
        };
        Self {
            key: token.key.clone(),
            account_id: token.account.to_string(),
            purpose: purpose.code().to_owned(),
            expires_at: token.expires_at.0,
        }
    }
}

pub(crate) fn role(code: &str) -> Result<Role> {
    Role::from_code(code).ok_or_else(|| StoreError::Unreadable(format!("role {code:?}")))
}

pub(crate) fn role_holder((email, restaurant, code): (String, String, String)) -> Result<RoleHolder> {
    Ok(RoleHolder {
        email,
        restaurant: id(&restaurant)?,
        role: role(&code)?,
    })
}
