//! What is changed in the office, and published.

use async_trait::async_trait;
use servery_domain::{
    audit::{Act, Author},
    edit::{Edit, EditEntry, EditRefusal, PartChange, Publication},
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
        restaurant_files::{import, load, lock},
        rows::{insert, row, select},
    },
};

/// Publications of one page.
const PAGE: i64 = 20;
const UNPUBLISHED: &str =
    "where restaurant_id = $1 and publication is null and publish_at is null order by number";
const SCHEDULED: &str = "where restaurant_id = $1 and publish_at is not null order by publish_at, number";
const SCHEDULED_AT: &str = "where restaurant_id = $1 and publish_at = $2 order by number";
const COUNT_SCHEDULED: &str =
    "select count(*) from edits where restaurant_id = $1 and publish_at is not null";
const SCHEDULE: &str = "update edits set publish_at = $3, scheduled_by = $4 \
     where restaurant_id = $1 and publication is null and publish_at is null and number <= $2";
const RESCHEDULE: &str =
    "update edits set publish_at = $3, scheduled_by = $4 where restaurant_id = $1 and publish_at = $2";
const UNSCHEDULE: &str =
    "update edits set publish_at = null, scheduled_by = null where restaurant_id = $1 and publish_at = $2";
const SELECT_DUE: &str = "select distinct restaurants.slug, edits.publish_at from edits \
     join restaurants on restaurants.id = edits.restaurant_id where edits.publish_at <= $1 order by edits.publish_at, restaurants.slug";
const SAME_ID: &str = "where restaurant_id = $1 and id = $2";
const LAST_EDIT: &str = "select coalesce(max(number), 0) from edits where restaurant_id = $1";
const LAST_PUBLICATION: &str = "select coalesce(max(number), 0) from publications where restaurant_id = $1";
const PUBLISH: &str = "update edits set publication = $3 \
     where restaurant_id = $1 and publication is null and publish_at is null and number <= $2";
const PUBLISH_SCHEDULED: &str = "update edits set publication = $3, publish_at = null, scheduled_by = null \
     where restaurant_id = $1 and publish_at = $2";
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
    /// Of rows that are sorted by the moment.
    fn group(rows: &[EditRow]) -> Result<Vec<Self>> {
        let groups = rows.chunk_by(|one, next| one.publish_at == next.publish_at);
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
            (edited, refusals) = fold(&stored.file, &edits, checked);
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
        let mut file = self.published.clone();
        for (stored, _) in self.edits.iter().filter(|(stored, _)| stored.number <= number) {
            file = file.with(&stored.edit)?;
        }
        Ok(file)
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
        let scheduled = select::<E, EditRow>(SCHEDULED)
            .bind(unpublished.restaurant.to_string())
            .fetch_all(&mut *snapshot)
            .await?;
        drop(snapshot);
        let schedules = UnnamedSchedule::group(&scheduled)?;
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
        if unpublished.edits.len() >= limits::UNPUBLISHED_EDITS {
            return Ok(EditOutcome::TooMany);
        }
        if let Err(refusal) = checked(&unpublished.edited, edit) {
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
        if last.publish_at.is_some() {
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
        let (statement, which) = match last.publish_at {
            Some(before) => (RESCHEDULE, before),
            None => (SCHEDULE, last.number),
        };
        if last.publish_at.is_none() {
            if let Err(refusal) = unpublished.up_to(last.number) {
                return Ok(ScheduleOutcome::Refused(refusal));
            }
            let scheduled: i64 = sqlx::query_scalar(COUNT_SCHEDULED)
                .bind(&restaurant)
                .fetch_one(&mut *transaction)
                .await?;
            if stored_count(scheduled) as usize + unpublished.edits.len() > limits::UNPUBLISHED_EDITS {
                return Ok(ScheduleOutcome::TooMany);
            }
        }
        sqlx::query(statement)
            .bind(&restaurant)
            .bind(which)
            .bind(publish_at.0)
            .bind(by.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(ScheduleOutcome::Scheduled)
    }

    async fn unschedule_edits(&self, slug: &Slug, edit: EditId) -> Result<bool> {
        let mut transaction = self.begin_write().await?;
        lock(&mut transaction, slug).await?;
        let Some(stored) = load(&mut transaction, slug).await? else {
            return Ok(false);
        };
        let restaurant = stored.file.id.to_string();
        let row = edit_row(&mut transaction, &restaurant, edit).await?;
        let Some(publish_at) = row.and_then(|row| row.publish_at) else {
            return Ok(false);
        };
        sqlx::query(UNSCHEDULE)
            .bind(&restaurant)
            .bind(publish_at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn publish_due_edits(&self, now: Timestamp) -> Result<()> {
        let due: Vec<(String, i64)> = sqlx::query_as(SELECT_DUE)
            .bind(now.0)
            .fetch_all(&self.pool)
            .await?;
        for (slug, publish_at) in due {
            let slug: Slug = slug
                .parse()
                .map_err(|_| StoreError::Unreadable(format!("slug {slug:?}")))?;
            if let Err(refusal) = self.publish_schedule(&slug, publish_at, now).await? {
                tracing::warn!(%slug, %refusal, "scheduled edits cannot be published; they wait for somebody");
                self.return_schedule(&slug, publish_at).await?;
            }
        }
        Ok(())
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
    async fn publish_schedule(
        &self,
        slug: &Slug,
        publish_at: i64,
        now: Timestamp,
    ) -> Result<std::result::Result<(), EditRefusal>> {
        let mut transaction = self.begin_write().await?;
        lock(&mut transaction, slug).await?;
        let Some(stored) = load(&mut transaction, slug).await? else {
            return Ok(Ok(()));
        };
        let restaurant = stored.file.id.to_string();
        let rows = scheduled_at(&mut transaction, &restaurant, publish_at).await?;
        if rows.is_empty() {
            return Ok(Ok(()));
        }
        let schedule = UnnamedSchedule::read(&rows)?;
        let mut file = stored.file;
        for stored in &schedule.edits {
            file = match checked(&file, &stored.edit) {
                Ok(file) => file,
                Err(refusal) => return Ok(Err(refusal)),
            };
        }
        let number = match put_publication(&mut transaction, &file, (schedule.by, now)).await? {
            Ok(number) => number,
            Err(refusal) => return Ok(Err(refusal)),
        };
        sqlx::query(PUBLISH_SCHEDULED)
            .bind(&restaurant)
            .bind(publish_at)
            .bind(number)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Ok(()))
    }

    async fn return_schedule(&self, slug: &Slug, publish_at: i64) -> Result<()> {
        let mut transaction = self.begin_write().await?;
        lock(&mut transaction, slug).await?;
        let Some(stored) = load(&mut transaction, slug).await? else {
            return Ok(());
        };
        sqlx::query(UNSCHEDULE)
            .bind(stored.file.id.to_string())
            .bind(publish_at)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}

async fn scheduled_at<E: Engine>(
    transaction: &mut SqlTransaction<E>,
    restaurant: &str,
    publish_at: i64,
) -> Result<Vec<EditRow>> {
    Ok(select::<E, EditRow>(SCHEDULED_AT)
        .bind(restaurant.to_owned())
        .bind(publish_at)
        .fetch_all(&mut **transaction)
        .await?)
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

/// The restaurant with an edit, which has to leave nothing wrong in it. Whether ids are another restaurant's is seen when it is published.
fn checked(file: &RestaurantFile, edit: &Edit) -> std::result::Result<RestaurantFile, EditRefusal> {
    let edited = file.with(edit)?;
    let mistakes = edited.mistakes();
    match mistakes.is_empty() {
        true => Ok(edited),
        false => Err(EditRefusal::Mistakes(mistakes)),
    }
}
