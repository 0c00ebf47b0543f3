//! Restaurants as files: everything that an owner sets, read and written in one transaction.

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use async_trait::async_trait;
use servery_domain::{
    audit::{Act, Author},
    coupon::Coupon,
    id::RestaurantId,
    legal::LegalNotice,
    mistake::{Mistake, Mistakes},
    pos::{PosState, Record},
    restaurant_file::{RestaurantFile, TableCode, TakenIds},
    slug::Slug,
    time::Timestamp,
};
use sqlx::AssertSqlSafe;

use crate::{
    Result, SqlStore, id, json, parse, parse_own,
    restaurant_files::{ImportMode, ImportOutcome, RestaurantFiles},
    sql::{
        audit_log::{self, AuditSubject},
        engine::{Engine, SqlTransaction},
        listings::note_changes,
        menus::{load_menu, write_restaurant},
        pos_rows::{self, RecordRow},
        restaurant_rows::RestaurantRow,
        rows::{insert_all, row, select, select_in},
    },
};

/// What a restaurant's file has of the point of sale.
const SELECT_RECORDS: &str = "select body from pos_records where restaurant_id = $1 and gone = false and body is not null \
     and (id like 'table-%' or id like 'station-%' or id like 'favourite-%')";
/// Nobody writes orders, bills or the menu of the restaurant until the transaction ends. A batch of orders locks the same rows.
const SELECT_TO_WRITE: &str = "select restaurants.id from counters \
     join restaurants on restaurants.id = counters.restaurant_id where restaurants.slug = $1";

row! {
    struct LegalNoticeRow in legal_notices {
        restaurant_id: String,
        notice: String,
    }
}

impl LegalNoticeRow {
    /// A restaurant without a row says nothing.
    fn read(row: Option<Self>) -> Result<LegalNotice> {
        row.map_or_else(|| Ok(LegalNotice::default()), |row| parse(&row.notice))
    }
}

row! {
    struct CouponRow in coupons {
        restaurant_id: String,
        code: String,
        coupon: String,
    }
}

row! {
    struct TableCodeRow in tables {
        restaurant_id: String,
        code: String,
        name: String,
    }
}

#[async_trait]
impl<E: Engine> RestaurantFiles for SqlStore<E> {
    async fn export_restaurant(&self, slug: &Slug) -> Result<Option<RestaurantFile>> {
        let mut snapshot = self.begin_snapshot().await?;
        Ok(load(&mut snapshot, slug).await?.map(|stored| stored.file))
    }

    async fn legal_notice(&self, restaurant: RestaurantId) -> Result<LegalNotice> {
        let row = select::<E, LegalNoticeRow>("where restaurant_id = $1")
            .bind(restaurant.to_string())
            .fetch_optional(&self.pool)
            .await?;
        LegalNoticeRow::read(row)
    }

    async fn import_restaurant(
        &self,
        file: &RestaurantFile,
        mode: ImportMode,
        by: (Author, Timestamp),
    ) -> Result<ImportOutcome> {
        let mut transaction = self.begin_write().await?;
        let outcome = import(&mut transaction, file, by, Act::RestaurantImported).await?;
        match mode {
            ImportMode::Write => transaction.commit().await?,
            ImportMode::DryRun => transaction.rollback().await?,
        }
        Ok(outcome)
    }
}

/// A restaurant with the records that its file was made from.
pub(crate) struct Stored {
    pub(crate) file: RestaurantFile,
    pos: PosState,
}

pub(crate) async fn load<E: Engine>(snapshot: &mut SqlTransaction<E>, slug: &Slug) -> Result<Option<Stored>> {
    let row = select::<E, RestaurantRow>("where slug = $1")
        .bind(slug.as_str())
        .fetch_optional(&mut **snapshot)
        .await?;
    let Some(restaurant) = row.map(RestaurantRow::read).transpose()? else {
        return Ok(None);
    };
    let Some(menu) = load_menu(snapshot, restaurant.id).await? else {
        return Ok(None);
    };
    let coupons = load_coupons(snapshot, restaurant.id).await?;
    let table_codes = load_table_codes(snapshot, restaurant.id).await?;
    let legal = load_legal_notice(snapshot, restaurant.id).await?;
    let pos = load_records(snapshot, restaurant.id).await?;
    let file = RestaurantFile::new(restaurant, menu, legal, (coupons, table_codes), &pos);
    Ok(Some(Stored { file, pos }))
}

async fn load_legal_notice<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    restaurant: RestaurantId,
) -> Result<LegalNotice> {
    let row = select::<E, LegalNoticeRow>("where restaurant_id = $1")
        .bind(restaurant.to_string())
        .fetch_optional(&mut **snapshot)
        .await?;
    LegalNoticeRow::read(row)
}

async fn load_coupons<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    restaurant: RestaurantId,
) -> Result<Vec<Coupon>> {
    let rows = select::<E, CouponRow>("where restaurant_id = $1")
        .bind(restaurant.to_string())
        .fetch_all(&mut **snapshot)
        .await?;
    rows.iter().map(|row| parse_own(&row.coupon)).collect()
}

async fn load_table_codes<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    restaurant: RestaurantId,
) -> Result<Vec<TableCode>> {
    let rows = select::<E, TableCodeRow>("where restaurant_id = $1")
        .bind(restaurant.to_string())
        .fetch_all(&mut **snapshot)
        .await?;
    let codes = rows.into_iter().map(|row| TableCode {
        name: row.name,
        code: row.code,
    });
    Ok(codes.collect())
}

async fn load_records<E: Engine>(
    snapshot: &mut SqlTransaction<E>,
    restaurant: RestaurantId,
) -> Result<PosState> {
    let bodies: Vec<String> = sqlx::query_scalar(SELECT_RECORDS)
        .bind(restaurant.to_string())
        .fetch_all(&mut **snapshot)
        .await?;
    bodies.iter().map(|body| parse::<Record>(body)).collect()
}

pub(crate) async fn import<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    file: &RestaurantFile,
    by: (Author, Timestamp),
    act: Act,
) -> Result<ImportOutcome> {
    lock(transaction, &file.slug).await?;
    let (before, pos) = match load(transaction, &file.slug).await? {
        Some(stored) => (Some(stored.file), stored.pos),
        None => (None, PosState::default()),
    };
    let mut mistakes = file.mistakes();
    mistakes.extend(wrong_id(transaction, file).await?);
    mistakes.extend(file.id_mistakes(&taken_ids(transaction, file).await?));
    let records = file.changed_records(&pos, by.1).unwrap_or_else(|found| {
        mistakes.extend(found);
        Vec::new()
    });
    if !mistakes.is_empty() {
        return Ok(ImportOutcome::Refused(mistakes));
    }
    if before.as_ref() == Some(&file.clone().sorted()) {
        return Ok(ImportOutcome::Unchanged);
    }
    write_restaurant(transaction, &file.restaurant(), &file.menu()).await?;
    replace_legal_notice(transaction, file).await?;
    replace_coupons(transaction, file).await?;
    replace_table_codes(transaction, file).await?;
    write_records(transaction, file.id, &records, by.1).await?;
    let outcome = match before {
        None => ImportOutcome::Created,
        Some(before) => {
            let subject = AuditSubject::restaurant(file.id);
            audit_log::record(transaction, by, act, subject).await?;
            ImportOutcome::Changed {
                before: Box::new(before),
            }
        }
    };
    // Every restaurant writes this row, so it is locked last.
    note_changes(transaction, [file.id]).await?;
    Ok(outcome)
}

/// The id of the restaurant, if there is one.
pub(crate) async fn lock<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    slug: &Slug,
) -> Result<Option<String>> {
    let select = format!("{SELECT_TO_WRITE}{}", E::FOR_UPDATE);
    Ok(sqlx::query_scalar(AssertSqlSafe(select))
        .bind(slug.as_str())
        .fetch_optional(&mut **transaction)
        .await?)
}

/// Slug and id belong together.
async fn wrong_id<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    file: &RestaurantFile,
) -> Result<Vec<Mistake>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("select id, slug from restaurants where id = $1 or slug = $2 order by id")
            .bind(file.id.to_string())
            .bind(file.slug.as_str())
            .fetch_all(&mut **transaction)
            .await?;
    let mut mistakes = Mistakes::default();
    for (id, slug) in rows {
        if id != file.id.to_string() {
            mistakes.add(
                "id",
                format!("is not that of the restaurant '{slug}', which is {id}"),
            );
        } else if slug != file.slug.as_str() {
            mistakes.add("id", format!("is that of the restaurant '{slug}'"));
        }
    }
    Ok(mistakes.found())
}

/// The ids of a menu are the whole database's, and so are the codes of tables.
async fn taken_ids<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    file: &RestaurantFile,
) -> Result<TakenIds> {
    let categories = file.categories.iter();
    let dishes = categories.clone().flat_map(|category| &category.dishes);
    let groups = file.option_groups.iter();
    let choices = groups.clone().flat_map(|group| &group.choices);
    let codes = file.table_codes.iter().map(|table| table.code.clone());
    let own = file.id.to_string();
    let table_codes = taken_table_codes(transaction, &own, codes).await?;
    let mut others = Others {
        transaction,
        own: &own,
    };
    Ok(TakenIds {
        categories: others
            .of(
                "select id, restaurant_id from categories where id",
                categories.map(|it| it.id),
            )
            .await?,
        dishes: others
            .of(
                "select id, restaurant_id from dishes where id",
                dishes.map(|it| it.id),
            )
            .await?,
        option_groups: others
            .of(
                "select id, restaurant_id from option_groups where id",
                groups.map(|it| it.id),
            )
            .await?,
        choices: others
            .of(
                "select id, restaurant_id from choices where id",
                choices.map(|it| it.id),
            )
            .await?,
        table_codes,
    })
}

/// Those of these codes that stand on tables of other restaurants.
pub(crate) async fn taken_table_codes<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    own: &str,
    codes: impl Iterator<Item = String>,
) -> Result<BTreeSet<String>> {
    let mut others = Others { transaction, own };
    others
        .of("select code, restaurant_id from tables where code", codes)
        .await
}

/// What other restaurants have.
struct Others<'t, E: Engine> {
    transaction: &'t mut SqlTransaction<E>,
    own: &'t str,
}

impl<E: Engine> Others<'_, E> {
    async fn of<T>(&mut self, select: &str, ids: impl Iterator<Item = T>) -> Result<BTreeSet<T>>
    where
        T: Ord + Display + FromStr<Err: Display>,
    {
        let ids: Vec<String> = ids.map(|id| id.to_string()).collect();
        let rows: Vec<(String, String)> = select_in(self.transaction, select, &ids).await?;
        let others = rows.iter().filter(|(_, restaurant)| *restaurant != self.own);
        others.map(|(taken, _)| id(taken)).collect()
    }
}

async fn replace_legal_notice<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    file: &RestaurantFile,
) -> Result<()> {
    sqlx::query("delete from legal_notices where restaurant_id = $1")
        .bind(file.id.to_string())
        .execute(&mut **transaction)
        .await?;
    if file.legal.is_empty() {
        return Ok(());
    }
    let row = LegalNoticeRow {
        restaurant_id: file.id.to_string(),
        notice: json(&file.legal)?,
    };
    insert_all(transaction, &[row], "").await
}

async fn replace_coupons<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    file: &RestaurantFile,
) -> Result<()> {
    let restaurant = file.id.to_string();
    sqlx::query("delete from coupons where restaurant_id = $1")
        .bind(&restaurant)
        .execute(&mut **transaction)
        .await?;
    let row = |coupon: &Coupon| {
        Ok(CouponRow {
            restaurant_id: restaurant.clone(),
            code: coupon.code.clone(),
            coupon: json(coupon)?,
        })
    };
    let rows: Vec<CouponRow> = file.coupons.iter().map(row).collect::<Result<_>>()?;
    insert_all(transaction, &rows, "").await
}

async fn replace_table_codes<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    file: &RestaurantFile,
) -> Result<()> {
    let restaurant = file.id.to_string();
    sqlx::query("delete from tables where restaurant_id = $1")
        .bind(&restaurant)
        .execute(&mut **transaction)
        .await?;
    let row = |table: &TableCode| TableCodeRow {
        restaurant_id: restaurant.clone(),
        code: table.code.clone(),
        name: table.name.clone(),
    };
    let rows: Vec<TableCodeRow> = file.table_codes.iter().map(row).collect();
    insert_all(transaction, &rows, "").await
}

/// The devices get them with the restaurant's next revision.
async fn write_records<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: RestaurantId,
    records: &[Record],
    at: Timestamp,
) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let revision = pos_rows::next_revision(transaction, &restaurant.to_string()).await?;
    let row = |record: &Record| {
        let kept = Some(record).filter(|record| !matches!(record, Record::Gone(_)));
        RecordRow::write(restaurant, record.id(), kept, revision, at)
    };
    let rows: Vec<RecordRow> = records.iter().map(row).collect::<Result<_>>()?;
    insert_all(transaction, &rows, pos_rows::OR_UPDATE_RECORD).await
}
