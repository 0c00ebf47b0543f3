//! Accounts and sessions as rows.

use servery_domain::{
    account::{Account, MailPurpose, Role, same_email},
    lang::Lang,
    time::Timestamp,
};

use crate::{
    Result, StoreError,
    accounts::{MailToken, Session, StaffMember, StoredAccount},
    id, json, parse,
};

pub(crate) const INSERT: &str = "insert into accounts (id, email, email_key, name, lang, password, verified_at, addresses, created_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (email_key) do nothing";
pub(crate) const SELECT: &str =
    "select id, email, name, lang, password, verified_at, addresses, created_at from accounts where id = $1";
pub(crate) const SELECT_BY_EMAIL: &str = "select id, email, name, lang, password, verified_at, addresses, created_at from accounts where email_key = $1";
pub(crate) const INSERT_SESSION: &str =
    "insert into sessions (key, account_id, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5)";
pub(crate) const SELECT_SESSION: &str = "select s.key, s.created_at as began_at, s.seen_at, s.expires_at, \
     a.id, a.email, a.name, a.lang, a.password, a.verified_at, a.addresses, a.created_at \
     from sessions s join accounts a on a.id = s.account_id where s.key = $1";
pub(crate) const INSERT_MAIL_TOKEN: &str =
    "insert into mail_tokens (key, account_id, purpose, expires_at) values ($1, $2, $3, $4)";
pub(crate) const SELECT_MAIL_TOKEN: &str =
    "select account_id from mail_tokens where key = $1 and purpose = $2 and expires_at > $3";
/// All links that were sent for the same purpose are used up by one.
pub(crate) const TAKE_MAIL_TOKENS: &str = "delete from mail_tokens where account_id = $1 and purpose = $2";
pub(crate) const VERIFY: &str = "update accounts set verified_at = coalesce(verified_at, $2) where id = $1";
pub(crate) const PUT_STAFF: &str = "insert into staff (account_id, restaurant_id, role) values ($1, $2, $3) \
     on conflict (account_id, restaurant_id) do update set role = excluded.role";
pub(crate) const SELECT_STAFF: &str = "select a.email, s.restaurant_id, s.role from staff s join accounts a on a.id = s.account_id order by s.restaurant_id, a.email";

#[derive(sqlx::FromRow)]
pub(crate) struct AccountRow {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) lang: String,
    pub(crate) password: Option<String>,
    pub(crate) verified_at: Option<i64>,
    pub(crate) addresses: String,
    pub(crate) created_at: i64,
}

impl AccountRow {
    pub(crate) fn write(StoredAccount { account, password }: &StoredAccount) -> Result<Self> {
        Ok(Self {
            id: account.id.to_string(),
            email: account.email.clone(),
            name: account.name.clone(),
            lang: account.lang.tag().to_owned(),
            password: password.clone(),
            verified_at: account.verified_at.map(|at| at.0),
            addresses: json(&account.addresses)?,
            created_at: account.created_at.0,
        })
    }

    pub(crate) fn email_key(&self) -> String {
        same_email(&self.email)
    }

    pub(crate) fn read(self) -> Result<StoredAccount> {
        let account = Account {
            id: id(&self.id)?,
            email: self.email,
            name: self.name,
            lang: Lang::from_tag(&self.lang).unwrap_or_default(),
            verified_at: self.verified_at.map(Timestamp),
            addresses: parse(&self.addresses)?,
            created_at: Timestamp(self.created_at),
        };
        Ok(StoredAccount {
            account,
            password: self.password,
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct SessionRow {
    key: String,
    began_at: i64,
    seen_at: i64,
    expires_at: i64,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl SessionRow {
    pub(crate) fn read(self) -> Result<(Session, Account)> {
        let account = self.account.read()?.account;
        let session = Session {
            key: self.key,
            account: account.id,
            created_at: Timestamp(self.began_at),
            seen_at: Timestamp(self.seen_at),
            expires_at: Timestamp(self.expires_at),
        };
        Ok((session, account))
    }
}

/// A mail about a known address brings a link to a new password, too.
pub(crate) fn token_purpose(token: &MailToken) -> &'static str {
    match token.purpose {
        MailPurpose::Verify => MailPurpose::Verify.code(),
        MailPurpose::Reset | MailPurpose::Known => MailPurpose::Reset.code(),
    }
}

pub(crate) fn role(code: &str) -> Result<Role> {
    Role::from_code(code).ok_or_else(|| StoreError::Unreadable(format!("role {code:?}")))
}

pub(crate) fn staff_member((email, restaurant, code): (String, String, String)) -> Result<StaffMember> {
    Ok(StaffMember {
        email,
        restaurant: id(&restaurant)?,
        role: role(&code)?,
    })
}
