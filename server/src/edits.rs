//! What owners change in the office. The service behind the API and the plain forms.

use std::{sync::Arc, time::Duration};

use servery_domain::{
    account::Permission,
    audit::Author,
    contact::invalid_field,
    edit::{
        Edit, EditRefusal, EditSchedule, EditedRestaurant, NewEditSchedule, PartChange, PublicationLog,
        RestaurantPart,
    },
    id::{EditId, RestaurantId},
    mistake::{JsonPath, Mistake, PathStep},
    problem::ProblemType,
    slug::Slug,
};
use servery_store::{
    StoreError,
    edits::{EditOutcome, PublishOutcome, ScheduleOutcome},
};
use sha2::{Digest, Sha256};

use crate::{
    accounts::sessions::CurrentUser,
    catalog::restaurant_now::{RestaurantNow, restaurant_id, restaurant_now},
    clock,
    http::{error::ApiError, visitor},
    jobs::periodic,
    state::AppState,
};

/// How often it is looked whether scheduled edits are due.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);

pub async fn edited_restaurant(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
) -> Result<EditedRestaurant, ApiError> {
    let (slug, _) = check(app, user, slug).await?;
    let RestaurantNow {
        listing,
        now: (at, now),
        zone,
        ..
    } = restaurant_now(app, slug.as_str()).await?;
    let stored = app.store.unpublished_edits(&slug).await?;
    let stored = stored.ok_or_else(no_such_restaurant)?;
    Ok(EditedRestaurant {
        account: user.account.id,
        published: (!stored.edits.is_empty()).then(|| Box::new(stored.published)),
        edited: stored.edited,
        edits: stored.edits,
        schedules: stored
            .schedules
            .into_iter()
            .map(|schedule| EditSchedule {
                publish_at: clock::local(&zone, schedule.publish_at),
                by: schedule.by,
                edits: schedule.edits,
            })
            .collect(),
        new_id: EditId(visitor::id()?),
        page: app.settings.page_url(&listing),
        domain: listing.domain.clone(),
        public_url: app.settings.public_url(),
        coupon_uses: app.store.coupon_uses(listing.restaurant.id).await?,
        stores_pictures: app.pictures.is_some(),
        at,
        now,
    })
}

/// The id of what a client does under an id of its own: another content is another edit, and the same content the same.
pub fn derived_id(id: EditId, content: &[&[u8]]) -> EditId {
    let mut digest = Sha256::new();
    content.iter().for_each(|part| digest.update(part));
    let digest = digest.finalize();
    let digest = digest
        .iter()
        .take(16)
        .fold(0, |id, byte| id << 8 | u128::from(*byte));
    EditId(id.0 ^ digest)
}

/// Why an edit was not made.
#[derive(Debug)]
pub enum EditFailure {
    /// The id is that of an edit with other changes.
    IdTaken,
    Refused(EditRefusal),
    TooMany,
    Other(ApiError),
}

impl From<EditFailure> for ApiError {
    fn from(failure: EditFailure) -> Self {
        let conflict = |detail| Self::new(ProblemType::Conflict, detail);
        match failure {
            EditFailure::IdTaken => conflict("the id is that of an edit with other changes"),
            EditFailure::TooMany => conflict("so many edits are not published yet that no more are accepted"),
            EditFailure::Refused(refusal) => refused(&refusal),
            EditFailure::Other(error) => error,
        }
    }
}

impl From<ApiError> for EditFailure {
    fn from(error: ApiError) -> Self {
        Self::Other(error)
    }
}

impl From<StoreError> for EditFailure {
    fn from(error: StoreError) -> Self {
        Self::Other(error.into())
    }
}

/// Makes an edit; the same again makes nothing more.
pub async fn put_edit(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    edit: &Edit,
) -> Result<(), EditFailure> {
    let (slug, _) = check(app, user, slug).await?;
    check_zones(edit)?;
    let by = (Author::Account(user.account.id), clock::now());
    match app.store.put_edit(&slug, edit, by).await? {
        EditOutcome::Stored => Ok(()),
        EditOutcome::IdTaken => Err(EditFailure::IdTaken),
        EditOutcome::Refused(refusal) => Err(EditFailure::Refused(refusal)),
        EditOutcome::TooMany => Err(EditFailure::TooMany),
        EditOutcome::NoSuchRestaurant => Err(no_such_restaurant().into()),
    }
}

/// Replaces one part of what a form was filled from. An edit that is known already was undone since: the form is an old one.
pub async fn replace_part(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    office: &EditedRestaurant,
    (id, before, after): (EditId, RestaurantPart, RestaurantPart),
) -> Result<(), EditFailure> {
    if office.edits.iter().any(|entry| entry.edit.id == id) {
        return Err(EditFailure::IdTaken);
    }
    let changes = vec![PartChange::Replace { before, after }];
    put_edit(app, user, slug, &Edit { id, changes }).await
}

/// Takes an edit back that cannot be made any more.
pub async fn discard_edit(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    edit: EditId,
) -> Result<(), ApiError> {
    let (slug, _) = check(app, user, slug).await?;
    match app.store.discard_edit(&slug, edit).await? {
        true => Ok(()),
        false => Err(ApiError::new(
            ProblemType::NotFound,
            "there is no edit with this id that cannot be made any more",
        )),
    }
}

/// Publishes the edits up to this one, and answers with the number of the publication.
pub async fn publish(app: &AppState, user: &CurrentUser, slug: &str, up_to: EditId) -> Result<u32, ApiError> {
    let (slug, _) = check(app, user, slug).await?;
    let by = (Author::Account(user.account.id), clock::now());
    match app.store.publish(&slug, up_to, by).await? {
        PublishOutcome::Published(number) => {
            // The next page is about what is published.
            app.catalog.reload_if_changed().await?;
            Ok(number)
        }
        PublishOutcome::Refused(refusal) => Err(refused(&refusal)),
        PublishOutcome::NoSuchEdit => Err(no_such_edit()),
    }
}

/// Lets the edits up to this one be published together at a later time.
pub async fn schedule(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    up_to: EditId,
    new: NewEditSchedule,
) -> Result<(), ApiError> {
    let (slug, _) = check(app, user, slug).await?;
    let RestaurantNow { now, zone, .. } = restaurant_now(app, slug.as_str()).await?;
    new.check(now.1)?;
    let publish_at = clock::utc(&zone, new.publish_at);
    if publish_at <= now.0 {
        // The first of two equal minutes, in a night when clocks are set back.
        return Err(invalid_field("publish_at", "is later than now").into());
    }
    let by = Author::Account(user.account.id);
    match app.store.schedule_edits(&slug, up_to, publish_at, by).await? {
        ScheduleOutcome::Scheduled => Ok(()),
        ScheduleOutcome::Refused(refusal) => Err(refused(&refusal)),
        ScheduleOutcome::OtherTime => Err(ApiError::new(
            ProblemType::Conflict,
            "the edit is scheduled for another time",
        )),
        ScheduleOutcome::NoSuchEdit => Err(no_such_edit()),
    }
}

/// Lets an edit, and those that are scheduled with it, wait for somebody to publish them again.
pub async fn unschedule(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    edit: EditId,
) -> Result<(), ApiError> {
    let (slug, _) = check(app, user, slug).await?;
    match app.store.unschedule_edits(&slug, edit).await? {
        true => Ok(()),
        false => Err(no_such_edit()),
    }
}

/// Publishes what is due, until it is dropped. Every node does; the store publishes each once, and the catalog's watch sees it.
pub async fn publish_scheduled(app: Arc<AppState>) {
    periodic::every(CHECK_INTERVAL, "scheduled edits", app, |app| async move {
        app.store.publish_due_edits(clock::now()).await
    })
    .await;
}

pub async fn publications(
    app: &AppState,
    user: &CurrentUser,
    slug: &str,
    before: Option<u32>,
) -> Result<PublicationLog, ApiError> {
    let (_, restaurant) = check(app, user, slug).await?;
    let RestaurantNow { listing, now, .. } = restaurant_now(app, slug).await?;
    Ok(PublicationLog {
        name: listing.restaurant.name.clone(),
        currency: listing.restaurant.currency,
        at: now.0,
        now: now.1,
        publications: app.store.publications(restaurant, before).await?,
    })
}

/// Nobody sees a restaurant whose time zone is not known, not even who could change it.
fn check_zones(edit: &Edit) -> Result<(), EditFailure> {
    let is_unknown = |change: &PartChange| match change {
        PartChange::Replace {
            after: RestaurantPart::Profile(profile),
            ..
        } => clock::zone(&profile.zone).is_none(),
        _ => false,
    };
    if !edit.changes.iter().any(is_unknown) {
        return Ok(());
    }
    let mistake = Mistake {
        path: JsonPath(vec![PathStep::from("zone")]),
        wrong: "is no time zone of the tz database".into(),
    };
    Err(EditFailure::Refused(EditRefusal::Mistakes(vec![mistake])))
}

/// Who may edit, and what.
pub async fn check(app: &AppState, user: &CurrentUser, slug: &str) -> Result<(Slug, RestaurantId), ApiError> {
    let restaurant = restaurant_id(app, slug).await?;
    user.check(restaurant, Permission::Edit)?;
    let slug = slug.parse().map_err(|_| no_such_restaurant())?;
    Ok((slug, restaurant))
}

fn no_such_edit() -> ApiError {
    ApiError::new(ProblemType::NotFound, "there is no such edit")
}

fn no_such_restaurant() -> ApiError {
    ApiError::new(ProblemType::NotFound, "there is no such restaurant")
}

fn refused(refusal: &EditRefusal) -> ApiError {
    let kind = match refusal {
        EditRefusal::Exists(_)
        | EditRefusal::Gone(_)
        | EditRefusal::Conflict { .. }
        | EditRefusal::NotEmpty(_) => ProblemType::Conflict,
        EditRefusal::Contradiction | EditRefusal::Mistakes(_) => ProblemType::NotAccepted,
    };
    ApiError::new(kind, refusal.to_string())
}
