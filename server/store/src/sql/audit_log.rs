//! The audit log: its own rows, and the events of orders that staff caused.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use servery_domain::{
    account::Role,
    audit::{Act, AuditEntry, Author, AuthorName},
    id::{AccountId, CashierId, DeviceId, RestaurantId},
    order::Event,
    pos::{Record, RecordId},
    time::Timestamp,
};
use sqlx::{AssertSqlSafe, QueryBuilder};

use crate::{
    Result, SqlStore, StoreError,
    audit_log::AuditLogs,
    id, moment, parse, parse_own,
    sql::{
        account_rows::role,
        engine::{Engine, SqlTransaction},
        order_rows::{self, stored_count},
        rows::{insert, push_list, row},
    },
};

/// Entries of one page.
const PAGE: i64 = 100;
/// Entries that an account sees of itself.
const ACCOUNT_PAGE: i64 = 20;
/// When the page that ends at $2 begins.
const SELECT_PAGE_START: &str = "select min(at) from (select at from \
     (select at from audit_log where restaurant_id = $1 and at < $2 order by at desc limit $3) as acts \
     union all select at from \
     (select at from order_events where restaurant_id = $1 and author is not null and at < $2 order by at desc limit $3) as events \
     order by at desc limit $3) as page";
const SELECT_ACTS: &str = "select l.at, l.author, l.act, coalesce(a.email, l.subject) as subject, l.role \
     from audit_log l left join accounts a on a.id = l.account_id";
const SELECT_EVENTS: &str = "select e.at, e.author, e.event, o.number from order_events e join orders o on o.id = e.order_id \
     where e.restaurant_id = $1 and e.author is not null and e.at >= $2 and e.at < $3 order by e.at desc, e.revision desc";

row! {
    struct AuditRow in audit_log {
        at: i64,
        restaurant_id: Option<String>,
        account_id: Option<String>,
        author: String,
        act: String,
        subject: Option<String>,
        role: Option<String>,
    }
}

/// What an act is done to.
#[derive(Default)]
pub(crate) struct AuditSubject {
    pub(crate) restaurant: Option<RestaurantId>,
    pub(crate) account: Option<AccountId>,
    /// The name of a device or a cashier.
    pub(crate) name: Option<String>,
    pub(crate) role: Option<Role>,
}

impl AuditSubject {
    pub(crate) fn account(account: AccountId) -> Self {
        Self {
            account: Some(account),
            ..Self::default()
        }
    }

    pub(crate) fn restaurant(restaurant: RestaurantId) -> Self {
        Self {
            restaurant: Some(restaurant),
            ..Self::default()
        }
    }

    pub(crate) fn named(restaurant: RestaurantId, name: &str) -> Self {
        Self {
            restaurant: Some(restaurant),
            name: Some(name.to_owned()),
            ..Self::default()
        }
    }
}

pub(crate) async fn record<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    (author, at): (Author, Timestamp),
    act: Act,
    subject: AuditSubject,
) -> Result<()> {
    let row = AuditRow {
        at: at.0,
        restaurant_id: subject.restaurant.map(|id| id.to_string()),
        account_id: subject.account.map(|id| id.to_string()),
        author: author.to_string(),
        act: act.code().to_owned(),
        subject: subject.name,
        role: subject.role.map(|role| role.code().to_owned()),
    };
    insert(&[row], "").build().execute(&mut **transaction).await?;
    Ok(())
}

/// What the holder of an account does with it.
pub(crate) async fn record_own<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    account: AccountId,
    at: Timestamp,
    act: Act,
) -> Result<()> {
    let by = (Author::Account(account), at);
    record(transaction, by, act, AuditSubject::account(account)).await
}

#[derive(sqlx::FromRow)]
struct ActRow {
    at: i64,
    author: String,
    act: String,
    subject: Option<String>,
    role: Option<String>,
}

#[derive(sqlx::FromRow)]
struct StaffEventRow {
    at: i64,
    author: String,
    event: String,
    number: i64,
}

/// An entry whose author has no name yet.
struct UnnamedEntry {
    author: Author,
    entry: AuditEntry,
}

impl ActRow {
    fn read(self) -> Result<UnnamedEntry> {
        let act =
            Act::from_code(&self.act).ok_or_else(|| StoreError::Unreadable(format!("act {:?}", self.act)))?;
        UnnamedEntry::new(
            &self.author,
            AuditEntry {
                subject: self.subject,
                role: self.role.as_deref().map(role).transpose()?,
                ..entry(moment(self.at)?, act)
            },
        )
    }
}

impl StaffEventRow {
    /// `None` for an event that staff cannot cause.
    fn read(self) -> Result<Option<UnnamedEntry>> {
        let event: Event = parse_own(&self.event)?;
        let Some(act) = Act::of_event(&event) else {
            return Ok(None);
        };
        let amount = match event {
            Event::Refund { amount, .. } => Some(amount),
            _ => None,
        };
        let entry = AuditEntry {
            order: Some(stored_count(self.number)),
            amount,
            ..entry(moment(self.at)?, act)
        };
        UnnamedEntry::new(&self.author, entry).map(Some)
    }
}

/// An entry that cannot be read hides no other.
fn readable(entry: Result<UnnamedEntry>) -> Option<UnnamedEntry> {
    entry
        .inspect_err(|error| tracing::error!(%error, "an entry of the audit log cannot be read"))
        .ok()
}

fn entry(at: Timestamp, act: Act) -> AuditEntry {
    AuditEntry {
        at,
        act,
        author: AuthorName::Operator,
        subject: None,
        role: None,
        order: None,
        amount: None,
    }
}

impl UnnamedEntry {
    fn new(author: &str, entry: AuditEntry) -> Result<Self> {
        Ok(Self {
            author: order_rows::author(author)?,
            entry,
        })
    }
}

/// The names of authors, found with one query for each kind.
#[derive(Default)]
pub(crate) struct Names {
    accounts: HashMap<AccountId, String>,
    devices: HashMap<DeviceId, String>,
    cashiers: HashMap<CashierId, String>,
}

impl Names {
    pub(crate) fn of(&self, author: Author) -> AuthorName {
        match author {
            Author::Account(account) => AuthorName::Account {
                email: self.accounts.get(&account).cloned(),
            },
            Author::Device { device, cashier } => AuthorName::Device {
                name: self.devices.get(&device).cloned(),
                cashier: cashier.and_then(|cashier| self.cashiers.get(&cashier).cloned()),
            },
            // Neither a diner nor a rule of the server is in the log.
            Author::Operator | Author::Diner | Author::System => AuthorName::Operator,
        }
    }
}

impl<E: Engine> SqlStore<E> {
    async fn page_start(&self, restaurant: &str, before: Timestamp) -> Result<Option<i64>> {
        Ok(sqlx::query_scalar(SELECT_PAGE_START)
            .bind(restaurant)
            .bind(before.0)
            .bind(PAGE)
            .fetch_one(&self.pool)
            .await?)
    }

    async fn pairs(&self, select: &str, values: BTreeSet<String>) -> Result<Vec<(String, String)>> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = QueryBuilder::<E>::new(select);
        push_list(&mut query, &values.into_iter().collect::<Vec<_>>());
        Ok(query.build_query_as().fetch_all(&self.pool).await?)
    }

    pub(crate) async fn names(&self, authors: impl Iterator<Item = Author> + Send) -> Result<Names> {
        let (mut accounts, mut devices, mut cashiers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for author in authors {
            match author {
                Author::Account(account) => drop(accounts.insert(account.to_string())),
                Author::Device { device, cashier } => {
                    devices.insert(device.to_string());
                    cashiers.extend(cashier.map(|cashier| RecordId::Cashier(cashier).to_string()));
                }
                Author::Operator | Author::Diner | Author::System => {}
            }
        }
        let mut names = Names::default();
        for (account, email) in self
            .pairs("select id, email from accounts where id", accounts)
            .await?
        {
            names.accounts.insert(id(&account)?, email);
        }
        for (device, name) in self
            .pairs("select id, name from devices where id", devices)
            .await?
        {
            names.devices.insert(id(&device)?, name);
        }
        let bodies = "select id, body from pos_records where body is not null and id";
        for (_, body) in self.pairs(bodies, cashiers).await? {
            if let Ok(Record::Cashier(cashier)) = parse(&body) {
                names.cashiers.insert(cashier.id, cashier.name);
            }
        }
        Ok(names)
    }

    async fn with_names(&self, entries: Vec<UnnamedEntry>) -> Result<Vec<AuditEntry>> {
        let names = self.names(entries.iter().map(|entry| entry.author)).await?;
        let named = |UnnamedEntry { author, entry }| AuditEntry {
            author: names.of(author),
            ..entry
        };
        Ok(entries.into_iter().map(named).collect())
    }
}

#[async_trait]
impl<E: Engine> AuditLogs for SqlStore<E> {
    async fn restaurant_log(
        &self,
        restaurant: RestaurantId,
        before: Timestamp,
    ) -> Result<(Vec<AuditEntry>, bool)> {
        let restaurant = restaurant.to_string();
        let Some(start) = self.page_start(&restaurant, before).await? else {
            return Ok((Vec::new(), false));
        };
        let acts: Vec<ActRow> = sqlx::query_as(AssertSqlSafe(format!(
            "{SELECT_ACTS} where l.restaurant_id = $1 and l.at >= $2 and l.at < $3 order by l.at desc, l.id desc"
        )))
        .bind(&restaurant)
        .bind(start)
        .bind(before.0)
        .fetch_all(&self.pool)
        .await?;
        let events: Vec<StaffEventRow> = sqlx::query_as(SELECT_EVENTS)
            .bind(&restaurant)
            .bind(start)
            .bind(before.0)
            .fetch_all(&self.pool)
            .await?;
        let acts = acts.into_iter().map(ActRow::read).filter_map(readable);
        let events = events.into_iter().filter_map(|event| event.read().transpose());
        let mut entries: Vec<_> = acts.chain(events.filter_map(readable)).collect();
        entries.sort_by_key(|unnamed| std::cmp::Reverse(unnamed.entry.at));
        let more = self.page_start(&restaurant, Timestamp(start)).await?.is_some();
        Ok((self.with_names(entries).await?, more))
    }

    async fn account_log(&self, account: AccountId) -> Result<Vec<AuditEntry>> {
        let rows: Vec<ActRow> = sqlx::query_as(AssertSqlSafe(format!(
            "{SELECT_ACTS} where l.account_id = $1 order by l.at desc, l.id desc limit $2"
        )))
        .bind(account.to_string())
        .bind(ACCOUNT_PAGE)
        .fetch_all(&self.pool)
        .await?;
        let entries = rows.into_iter().map(ActRow::read).filter_map(readable).collect();
        self.with_names(entries).await
    }

    async fn delete_audit_log(&self, before: Timestamp) -> Result<()> {
        sqlx::query("delete from audit_log where at < $1")
            .bind(before.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
