//! What is changed in the office, and published.

use async_trait::async_trait;
use servery_domain::{
    audit::{Act, Author},
    edit::{Edit, EditEntry, EditRefusal, PartChange, PartKey, Publication, RestaurantPart},
    id::{EditId, RestaurantId},
    limits,
    restaurant_file::RestaurantFile,
    slug::Slug,
    time::Timestamp,
};

use crate::{
    Result, SqlStore, StoreError,
    edits::{EditOutcome, Edits, PublishOutcome, ScheduleOutcome, StoredEdits, StoredSchedule},
    id, json, moment, parse_own,
    restaurant_files::ImportOutcome,
    sql::{
        audit_log::Names,
        engine::{Engine, SqlTransaction},
        order_rows::{author, stored_count},
        restaurant_files::{import, load, lock, taken_table_codes},
        rows::{insert, row, select},
    },
};

/// Publications of one page.
const PAGE: i64 = 20;
const UNPUBLISHED: &str =
    "where restaurant_id = $1 and publication is null and schedule is null order by number";
const COUNT_UNPUBLISHED: &str = "select count(*) from edits where restaurant_id = $1 and publication is null";
const SCHEDULED: &str =
    "where restaurant_id = $1 and schedule is not null order by publish_at, schedule, number";
const OF_SCHEDULE: &str = "where restaurant_id = $1 and schedule = $2 order by number";
const SCHEDULE: &str = "update edits set schedule = $3, publish_at = $4, scheduled_by = $5 \
     where restaurant_id = $1 and publication is null and schedule is null and number <= $2";
/// Behind the edits that wait, so that none of those is made on something else than before.
const UNSCHEDULE: &str = "update edits set schedule = null, publish_at = $3, scheduled_by = null, number = number + $4 \
     where restaurant_id = $1 and schedule = $2";
const SELECT_DUE: &str = "select distinct restaurants.slug, edits.publish_at, edits.schedule from edits \
     join restaurants on restaurants.id = edits.restaurant_id \
     where edits.schedule is not null and edits.publish_at <= $1 order by edits.publish_at, restaurants.slug, edits.schedule";
const SAME_ID: &str = "where restaurant_id = $1 and id = $2";
const LAST_EDIT: &str = "select coalesce(max(number), 0) from edits where restaurant_id = $1";
const LAST_PUBLICATION: &str = "select coalesce(max(number), 0) from publications where restaurant_id = $1";
const PUBLISH: &str = "update edits set publication = $3 \
     where restaurant_id = $1 and publication is null and schedule is null and number <= $2";
const PUBLISH_SCHEDULE: &str =
    "update edits set publication = $3, schedule = null where restaurant_id = $1 and schedule = $2";
const PUBLICATIONS: &str = "where restaurant_id = $1 and number < $2 order by number desc limit $3";
const PUBLISHED: &str =
    "where restaurant_id = $1 and publication >= $2 and publication <= $3 order by number";

row! {
    struct EditRow in edits {
        restaurant_id: String,
        number: i64,
        id: String,
        author: String,
        at: i64,
        changes: String,
        publication: Option<i64>,
        schedule: Option<String>,
        publish_at: Option<i64>,
        scheduled_by: Option<String>,
    }
}

row! {
    struct PublicationRow in publications {
        restaurant_id: String,
        number: i64,
        author: String,
        at: i64,
    }
}

/// An edit whose author has no name yet.
struct StoredEdit {
    number: i64,
    edit: Edit,
    author: Author,
    at: Timestamp,
    publication: Option<i64>,
    /// When it was to be published by itself and could not be.
    missed_at: Option<Timestamp>,
}

impl EditRow {
    fn read(&self) -> Result<StoredEdit> {
        Ok(StoredEdit {
            number: self.number,
            edit: Edit {
                id: id(&self.id)?,
                changes: parse_own::<Vec<PartChange>>(&self.changes)?,
            },
            author: author(&self.author)?,
            at: moment(self.at)?,
            publication: self.publication,
            missed_at: match (&self.schedule, self.publication) {
                (None, None) => self.publish_at.map(moment).transpose()?,
                _ => None,
            },
        })
    }
}

impl StoredEdit {
    fn named(self, names: &Names, refusal: Option<&EditRefusal>) -> EditEntry {
        EditEntry {
            edit: self.edit,
            at: self.at,
            by: names.of(self.author),
            refusal: refusal.map(ToString::to_string),
            missed_at: self.missed_at,
        }
    }
}

/// Edits that are published together, whose authors have no names yet.
struct UnnamedSchedule {
    publish_at: Timestamp,
    by: Author,
    edits: Vec<StoredEdit>,
}

impl UnnamedSchedule {
    /// Of rows that are sorted by the moment and the schedule.
    fn group(rows: &[EditRow]) -> Result<Vec<Self>> {
        let groups = rows.chunk_by(|one, next| one.schedule == next.schedule);
        groups.map(Self::read).collect()
    }

    fn read(rows: &[EditRow]) -> Result<Self> {
        let last = rows.last();
        let by = last.and_then(|row| row.scheduled_by.as_deref());
        Ok(Self {
            publish_at: moment(last.and_then(|row| row.publish_at).unwrap_or_default())?,
            by: author(by.unwrap_or_default())?,
            edits: rows.iter().map(EditRow::read).collect::<Result<_>>()?,
        })
    }

    fn named(self, names: &Names) -> StoredSchedule {
        let edits = self.edits.into_iter();
        StoredSchedule {
            publish_at: self.publish_at,
            by: names.of(self.by),
            edits: edits.map(|edit| edit.named(names, None)).collect(),
        }
    }
}

/// A code that this edit adds for a table, if a table of another restaurant has it.
async fn code_of_others<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
    edit: &Edit,
) -> Result<Option<PartKey>> {
    let added = edit.changes.iter().filter_map(|change| match change {
        PartChange::Add {
            part: RestaurantPart::TableCode(table),
            ..
        } => Some(table.code.clone()),
        _ => None,
    });
    let taken = taken_table_codes(transaction, restaurant, added).await?;
    Ok(taken.into_iter().next().map(PartKey::TableCode))
}

/// A restaurant with the edits that are not published.
struct Unpublished {
    restaurant: RestaurantId,
    published: RestaurantFile,
    edited: RestaurantFile,
    edits: Vec<(StoredEdit, Option<EditRefusal>)>,
}

impl Unpublished {
    /// `None` if there is no such restaurant.
    async fn load<E: Engine>(transaction: &mut SqlTransaction<E>, slug: &Slug) -> Result<Option<Self>> {
        let Some(stored) = load(transaction, slug).await? else {
            return Ok(None);
        };
        let restaurant = stored.file.id;
        let rows = select::<E, EditRow>(UNPUBLISHED)
            .bind(restaurant.to_string())
            .fetch_all(&mut **transaction)
            .await?;
        let edits: Vec<StoredEdit> = rows.iter().map(EditRow::read).collect::<Result<_>>()?;
        let (mut edited, mut refusals) = fold(&stored.file, &edits, RestaurantFile::with);
        // The restaurant may have been imported meanwhile: then each edit is checked as if it were made now.
        if !edited.mistakes().is_empty() {
            (edited, refusals) = fold(&stored.file, &edits, RestaurantFile::checked_with);
        }
        Ok(Some(Self {
            restaurant,
            published: stored.file,
            edited,
            edits: edits.into_iter().zip(refusals).collect(),
        }))
    }

    /// The restaurant with the edits up to this one; the first that cannot be made refuses them all.
    fn up_to(&self, number: i64) -> std::result::Result<RestaurantFile, EditRefusal> {
        with_all(self.published.clone(), self.until(number))
    }

    fn until(&self, number: i64) -> impl Iterator<Item = &StoredEdit> {
        let edits = self.edits.iter().map(|(stored, _)| stored);
        edits.filter(move |stored| stored.number <= number)
    }

    /// Whether the edits up to this one can be published then, and all others before, between and after them as well.
    fn can_be_scheduled(
        &self,
        up_to: i64,
        publish_at: Timestamp,
        scheduled: &[UnnamedSchedule],
    ) -> std::result::Result<(), EditRefusal> {
        let (before, after) =
            scheduled.split_at(scheduled.partition_point(|group| group.publish_at <= publish_at));
        let file = with_all(
            self.published.clone(),
            before.iter().flat_map(|group| &group.edits),
        )?;
        let file = with_all(file, self.until(up_to))?;
        let mistakes = file.mistakes();
        if !mistakes.is_empty() {
            return Err(EditRefusal::Mistakes(mistakes));
        }
        with_all(file, after.iter().flat_map(|group| &group.edits))?;
        // Those that wait, without these.
        let can_be_made = self.edits.iter().filter(|(_, refusal)| refusal.is_none());
        let waiting = can_be_made
            .map(|(stored, _)| stored)
            .filter(|stored| stored.number > up_to);
        with_all(self.published.clone(), waiting)?;
        Ok(())
    }
}

/// Makes edits one after another, passing over those that are refused.
fn fold(
    file: &RestaurantFile,
    edits: &[StoredEdit],
    make: impl Fn(&RestaurantFile, &Edit) -> std::result::Result<RestaurantFile, EditRefusal>,
) -> (RestaurantFile, Vec<Option<EditRefusal>>) {
    let mut edited = file.clone();
    let refusals = edits.iter().map(|stored| match make(&edited, &stored.edit) {
        Ok(with) => {
            edited = with;
            None
        }
        Err(refusal) => Some(refusal),
    });
    let refusals = refusals.collect();
    (edited, refusals)
}

#[async_trait]
impl<E: Engine> Edits for SqlStore<E> {
    async fn unpublished_edits(&self, slug: &Slug) -> Result<Option<StoredEdits>> {
        let mut snapshot = self.begin_snapshot().await?;
        let Some(unpublished) = Unpublished::load(&mut snapshot, slug).await? else {
            return Ok(None);
        };
        let schedules = scheduled(&mut snapshot, &unpublished.restaurant.to_string()).await?;
        drop(snapshot);
        let of_schedules = schedules
            .iter()
            .flat_map(|schedule| schedule.edits.iter().map(|edit| edit.author).chain([schedule.by]));
        let authors = unpublished.edits.iter().map(|(stored, _)| stored.author);
        let authors: Vec<Author> = authors.chain(of_schedules).collect();
        let names = self.names(authors.into_iter()).await?;
        let edits = unpublished.edits.into_iter();
        Ok(Some(StoredEdits {
            published: unpublished.published,
            edited: unpublished.edited.sorted(),
            edits: edits
                .map(|(stored, refusal)| stored.named(&names, refusal.as_ref()))
                .collect(),
            schedules: schedules
                .into_iter()
                .map(|schedule| schedule.named(&names))
                .collect(),
        }))
    }

    async fn put_edit(&self, slug: &Slug, edit: &Edit, by: (Author, Timestamp)) -> Result<EditOutcome> {
        let mut transaction = self.begin_write().await?;
        lock(&mut transaction, slug).await?;
        let Some(unpublished) = Unpublished::load(&mut transaction, slug).await? else {
            return Ok(EditOutcome::NoSuchRestaurant);
        };
        let restaurant = unpublished.restaurant.to_string();
        let changes = json(&edit.changes)?;
        if let Some(known) = edit_row(&mut transaction, &restaurant, edit.id).await? {
            return Ok(match known.changes == changes {
                true => EditOutcome::Stored,
                false => EditOutcome::IdTaken,
            });
        }
        let count: i64 = sqlx::query_scalar(COUNT_UNPUBLISHED)
            .bind(&restaurant)
            .fetch_one(&mut *transaction)
            .await?;
        if stored_count(count) as usize >= limits::UNPUBLISHED_EDITS {
            return Ok(EditOutcome::TooMany);
        }
        // Whether other ids are another restaurant's is seen when it is published: nobody chooses those.
        if let Some(code) = code_of_others(&mut transaction, &restaurant, edit).await? {
            return Ok(EditOutcome::Refused(EditRefusal::Exists(code)));
        }
        if let Err(refusal) = unpublished.edited.checked_with(edit) {
            return Ok(EditOutcome::Refused(refusal));
        }
        let last: i64 = sqlx::query_scalar(LAST_EDIT)
            .bind(&restaurant)
            .fetch_one(&mut *transaction)
            .await?;
        let row = EditRow {
            restaurant_id: restaurant,
            number: last + 1,
            id: edit.id.to_string(),
            author: by.0.to_string(),
            at: by.1.0,
            changes,
            publication: None,
            schedule: None,
            publish_at: None,
            scheduled_by: None,
        };
        insert(&[row], "").build().execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(EditOutcome::Stored)
    }

    async fn discard_edit(&self, slug: &Slug, edit: EditId) -> Result<bool> {
        let mut transaction = self.begin_write().await?;
        lock(&mut transaction, slug).await?;
        let Some(unpublished) = Unpublished::load(&mut transaction, slug).await? else {
            return Ok(false);
        };
        let mut refused = unpublished.edits.iter().filter(|(_, refusal)| refusal.is_some());
        let Some((stored, _)) = refused.find(|(stored, _)| stored.edit.id == edit) else {
            return Ok(false);
        };
        sqlx::query("delete from edits where restaurant_id = $1 and number = $2")
            .bind(unpublished.restaurant.to_string())
            .bind(stored.number)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn publish(&self, slug: &Slug, up_to: EditId, by: (Author, Timestamp)) -> Result<PublishOutcome> {
        let mut transaction = self.begin_write().await?;
        lock(&mut transaction, slug).await?;
        let Some(unpublished) = Unpublished::load(&mut transaction, slug).await? else {
            return Ok(PublishOutcome::NoSuchEdit);
        };
        let restaurant = unpublished.restaurant.to_string();
        let Some(last) = edit_row(&mut transaction, &restaurant, up_to).await? else {
            return Ok(PublishOutcome::NoSuchEdit);
        };
        if let Some(publication) = last.publication {
            return Ok(PublishOutcome::Published(stored_count(publication)));
        }
        if last.schedule.is_some() {
            return Ok(PublishOutcome::NoSuchEdit);
        }
        let file = match unpublished.up_to(last.number) {
            Ok(file) => file,
            Err(refusal) => return Ok(PublishOutcome::Refused(refusal)),
        };
        let number = match put_publication(&mut transaction, &file, by).await? {
            Ok(number) => number,
            Err(refusal) => return Ok(PublishOutcome::Refused(refusal)),
        };
        sqlx::query(PUBLISH)
            .bind(&restaurant)
            .bind(last.number)
            .bind(number)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(PublishOutcome::Published(stored_count(number)))
    }

    async fn schedule_edits(
        &self,
        slug: &Slug,
        up_to: EditId,
        publish_at: Timestamp,
        by: Author,
    ) -> Result<ScheduleOutcome> {
        let mut transaction = self.begin_write().await?;
        lock(&mut transaction, slug).await?;
        let Some(unpublished) = Unpublished::load(&mut transaction, slug).await? else {
            return Ok(ScheduleOutcome::NoSuchEdit);
        };
        let restaurant = unpublished.restaurant.to_string();
        let last = edit_row(&mut transaction, &restaurant, up_to).await?;
        let Some(last) = last.filter(|last| last.publication.is_none()) else {
            return Ok(ScheduleOutcome::NoSuchEdit);
        };
        if last.schedule.is_some() {
            return Ok(match last.publish_at == Some(publish_at.0) {
                true => ScheduleOutcome::Scheduled,
                false => ScheduleOutcome::OtherTime,
            });
        }
        let scheduled = scheduled(&mut transaction, &restaurant).await?;
        if let Err(refusal) = unpublished.can_be_scheduled(last.number, publish_at, &scheduled) {
            return Ok(ScheduleOutcome::Refused(refusal));
        }
        sqlx::query(SCHEDULE)
            .bind(&restaurant)
            .bind(last.number)
            .bind(up_to.to_string())
            .bind(publish_at.0)
            .bind(by.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(ScheduleOutcome::Scheduled)
    }

    async fn unschedule_edits(&self, slug: &Slug, edit: EditId) -> Result<bool> {
        let mut transaction = self.begin_write().await?;
        let Some(restaurant) = lock(&mut transaction, slug).await? else {
            return Ok(false);
        };
        let row = edit_row(&mut transaction, &restaurant, edit).await?;
        let Some(schedule) = row.and_then(|row| row.schedule) else {
            return Ok(false);
        };
        let rows = of_schedule(&mut transaction, &restaurant, &schedule).await?;
        put_last(&mut transaction, &rows, None).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn publish_due_edits(&self, now: Timestamp) -> Result<()> {
        let due: Vec<(String, i64, String)> = sqlx::query_as(SELECT_DUE)
            .bind(now.0)
            .fetch_all(&self.pool)
            .await?;
        let mut first_error = None;
        for (slug, publish_at, schedule) in due {
            if let Err(error) = self.publish_schedule(&slug, &schedule, now).await {
                // It hides none behind it, and is tried again.
                tracing::error!(slug, publish_at, %error, "scheduled edits are not published");
                first_error = first_error.or(Some(error));
            }
        }
        first_error.map_or(Ok(()), Err)
    }

    async fn publications(&self, restaurant: RestaurantId, before: Option<u32>) -> Result<Vec<Publication>> {
        let restaurant = restaurant.to_string();
        let rows = select::<E, PublicationRow>(PUBLICATIONS)
            .bind(&restaurant)
            .bind(before.map_or(i64::MAX, i64::from))
            .bind(PAGE)
            .fetch_all(&self.pool)
            .await?;
        let (Some(newest), Some(oldest)) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        let edits = select::<E, EditRow>(PUBLISHED)
            .bind(&restaurant)
            .bind(oldest.number)
            .bind(newest.number)
            .fetch_all(&self.pool)
            .await?;
        let edits: Vec<StoredEdit> = edits.iter().map(EditRow::read).collect::<Result<_>>()?;
        let authors: Vec<Author> = rows
            .iter()
            .map(|row| author(&row.author))
            .collect::<Result<_>>()?;
        let all = authors
            .iter()
            .copied()
            .chain(edits.iter().map(|edit| edit.author));
        let names = self.names(all).await?;
        let mut publications = Vec::new();
        for (row, author) in rows.iter().zip(authors) {
            publications.push(Publication {
                number: stored_count(row.number),
                at: moment(row.at)?,
                by: names.of(author),
                edits: Vec::new(),
            });
        }
        for edit in edits {
            let number = edit.publication.map(stored_count);
            let publication = publications
                .iter_mut()
                .find(|publication| Some(publication.number) == number);
            if let Some(publication) = publication {
                publication.edits.push(edit.named(&names, None));
            }
        }
        Ok(publications)
    }
}

impl<E: Engine> SqlStore<E> {
    /// Another node may have done it before.
    async fn publish_schedule(&self, slug: &str, schedule: &str, now: Timestamp) -> Result<()> {
        let slug: Slug = slug
            .parse()
            .map_err(|_| StoreError::Unreadable(format!("slug {slug:?}")))?;
        let refusal = match self.try_publish_schedule(&slug, schedule, now).await? {
            Ok(()) => return Ok(()),
            Err(refusal) => refusal,
        };
        tracing::warn!(%slug, %refusal, "scheduled edits cannot be published; they wait for somebody");
        let mut transaction = self.begin_write().await?;
        let Some(restaurant) = lock(&mut transaction, &slug).await? else {
            return Ok(());
        };
        let rows = of_schedule(&mut transaction, &restaurant, schedule).await?;
        let missed_at = rows.first().and_then(|row| row.publish_at);
        put_last(&mut transaction, &rows, missed_at).await?;
        Ok(transaction.commit().await?)
    }

    async fn try_publish_schedule(
        &self,
        slug: &Slug,
        schedule: &str,
        now: Timestamp,
    ) -> Result<std::result::Result<(), EditRefusal>> {
        let mut transaction = self.begin_write().await?;
        let Some(restaurant) = lock(&mut transaction, slug).await? else {
            return Ok(Ok(()));
        };
        let rows = of_schedule(&mut transaction, &restaurant, schedule).await?;
        if rows.is_empty() {
            return Ok(Ok(()));
        }
        let Some(stored) = load(&mut transaction, slug).await? else {
            return Ok(Ok(()));
        };
        let group = UnnamedSchedule::read(&rows)?;
        let file = match with_all(stored.file, group.edits.iter()) {
            Ok(file) => file,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let number = match put_publication(&mut transaction, &file, (group.by, now)).await? {
            Ok(number) => number,
            Err(refusal) => return Ok(Err(refusal)),
        };
        sqlx::query(PUBLISH_SCHEDULE)
            .bind(&restaurant)
            .bind(schedule)
            .bind(number)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }
}

/// The restaurant with all of these edits.
fn with_all<'a>(
    file: RestaurantFile,
    mut edits: impl Iterator<Item = &'a StoredEdit>,
) -> std::result::Result<RestaurantFile, EditRefusal> {
    edits.try_fold(file, |file, stored| file.with(&stored.edit))
}

async fn scheduled<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
) -> Result<Vec<UnnamedSchedule>> {
    let rows = select::<E, EditRow>(SCHEDULED)
        .bind(restaurant.to_owned())
        .fetch_all(&mut **transaction)
        .await?;
    UnnamedSchedule::group(&rows)
}

async fn of_schedule<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
    schedule: &str,
) -> Result<Vec<EditRow>> {
    Ok(select::<E, EditRow>(OF_SCHEDULE)
        .bind(restaurant.to_owned())
        .bind(schedule.to_owned())
        .fetch_all(&mut **transaction)
        .await?)
}

/// Puts the edits of a schedule behind those that wait.
async fn put_last<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    rows: &[EditRow],
    missed_at: Option<i64>,
) -> Result<()> {
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let last: i64 = sqlx::query_scalar(LAST_EDIT)
        .bind(&first.restaurant_id)
        .fetch_one(&mut **transaction)
        .await?;
    sqlx::query(UNSCHEDULE)
        .bind(&first.restaurant_id)
        .bind(&first.schedule)
        .bind(missed_at)
        .bind(last + 1 - first.number)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Replaces the restaurant, and answers with the number of its new publication.
async fn put_publication<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    file: &RestaurantFile,
    by: (Author, Timestamp),
) -> Result<std::result::Result<i64, EditRefusal>> {
    if let ImportOutcome::Refused(mistakes) = import(transaction, file, by, Act::EditsPublished).await? {
        return Ok(Err(EditRefusal::Mistakes(mistakes)));
    }
    let restaurant = file.id.to_string();
    let before: i64 = sqlx::query_scalar(LAST_PUBLICATION)
        .bind(&restaurant)
        .fetch_one(&mut **transaction)
        .await?;
    let publication = PublicationRow {
        restaurant_id: restaurant,
        number: before + 1,
        author: by.0.to_string(),
        at: by.1.0,
    };
    insert(&[publication], "")
        .build()
        .execute(&mut **transaction)
        .await?;
    Ok(Ok(before + 1))
}

async fn edit_row<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
    edit: EditId,
) -> Result<Option<EditRow>> {
    Ok(select::<E, EditRow>(SAME_ID)
        .bind(restaurant.to_owned())
        .bind(edit.to_string())
        .fetch_optional(&mut **transaction)
        .await?)
}
