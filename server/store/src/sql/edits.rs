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
    Result, SqlStore,
    edits::{EditOutcome, Edits, PublishOutcome, StoredEdits},
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
const UNPUBLISHED: &str = "where restaurant_id = $1 and publication is null order by number";
const SAME_ID: &str = "where restaurant_id = $1 and id = $2";
const LAST_EDIT: &str = "select coalesce(max(number), 0) from edits where restaurant_id = $1";
const LAST_PUBLICATION: &str = "select coalesce(max(number), 0) from publications where restaurant_id = $1";
const PUBLISH: &str =
    "update edits set publication = $3 where restaurant_id = $1 and publication is null and number <= $2";
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
        drop(snapshot);
        let authors = unpublished.edits.iter().map(|(stored, _)| stored.author);
        let names = self.names(authors).await?;
        let edits = unpublished.edits.into_iter();
        Ok(Some(StoredEdits {
            published: unpublished.published,
            edited: unpublished.edited.sorted(),
            edits: edits
                .map(|(stored, refusal)| stored.named(&names, refusal.as_ref()))
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
        let file = match unpublished.up_to(last.number) {
            Ok(file) => file,
            Err(refusal) => return Ok(PublishOutcome::Refused(refusal)),
        };
        if let ImportOutcome::Refused(mistakes) =
            import(&mut transaction, &file, by, Act::EditsPublished).await?
        {
            return Ok(PublishOutcome::Refused(EditRefusal::Mistakes(mistakes)));
        }
        let before: i64 = sqlx::query_scalar(LAST_PUBLICATION)
            .bind(&restaurant)
            .fetch_one(&mut *transaction)
            .await?;
        let publication = PublicationRow {
            restaurant_id: restaurant.clone(),
            number: before + 1,
            author: by.0.to_string(),
            at: by.1.0,
        };
        insert(&[publication], "")
            .build()
            .execute(&mut *transaction)
            .await?;
        sqlx::query(PUBLISH)
            .bind(&restaurant)
            .bind(last.number)
            .bind(before + 1)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(PublishOutcome::Published(stored_count(before + 1)))
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
