//! What is changed in the office, and published.

use async_trait::async_trait;
use servery_domain::{
    audit::{Author, AuthorName},
    edit::{Edit, EditEntry, EditRefusal, Publication},
    id::{EditId, RestaurantId},
    restaurant_file::RestaurantFile,
    slug::Slug,
    time::Timestamp,
};

use crate::Result;

/// A restaurant with the edits that are not published yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEdits {
    pub published: RestaurantFile,
    pub edited: RestaurantFile,
    pub edits: Vec<EditEntry>,
    /// What is published by itself, the next first.
    pub schedules: Vec<StoredSchedule>,
}

/// Edits that are published together at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSchedule {
    pub publish_at: Timestamp,
    pub by: AuthorName,
    pub edits: Vec<EditEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditOutcome {
    /// Now, or by the same request before.
    Stored,
    /// The id is that of an edit with other changes.
    IdTaken,
    Refused(EditRefusal),
    /// So many edits wait to be published that no more are accepted.
    TooMany,
    NoSuchRestaurant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishOutcome {
    /// Now, or by the same request before: the number of the publication.
    Published(u32),
    /// An edit cannot be made any more, or the restaurant would not be accepted.
    Refused(EditRefusal),
    NoSuchEdit,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleOutcome {
    /// Now, or by the same request before.
    Scheduled,
    /// They are scheduled for another moment.
    OtherTime,
    /// An edit cannot be made then, or one that waits or is scheduled could not be made any more.
    Refused(EditRefusal),
    /// None that is not published.
    NoSuchEdit,
}

#[async_trait]
pub trait Edits: Send + Sync {
    async fn unpublished_edits(&self, slug: &Slug) -> Result<Option<StoredEdits>>;

    /// Makes an edit on top of those that are not published yet. Nobody sees it until it is published.
    async fn put_edit(&self, slug: &Slug, edit: &Edit, by: (Author, Timestamp)) -> Result<EditOutcome>;

    /// Takes an edit back that cannot be made any more; one that can is taken back by its inverse. `false` if there is no such edit.
    async fn discard_edit(&self, slug: &Slug, edit: EditId) -> Result<bool>;

    /// Publishes the edits up to this one, in one transaction and under the restaurant's next revision.
    async fn publish(&self, slug: &Slug, up_to: EditId, by: (Author, Timestamp)) -> Result<PublishOutcome>;

    /// Sets the edits up to this one aside, to be published together at a moment.
    async fn schedule_edits(
        &self,
        slug: &Slug,
        up_to: EditId,
        publish_at: Timestamp,
        by: Author,
    ) -> Result<ScheduleOutcome>;

    /// Lets an edit, and those that are scheduled with it, wait behind the others for somebody to publish them. `false` if it is not
    /// scheduled.
    async fn unschedule_edits(&self, slug: &Slug, edit: EditId) -> Result<bool>;

    /// Publishes what is due, on top of what is published then. What cannot be made any more waits for somebody, and says when it was due.
    async fn publish_due_edits(&self, now: Timestamp) -> Result<()>;

    /// A page of publications, the newest first.
    async fn publications(&self, restaurant: RestaurantId, before: Option<u32>) -> Result<Vec<Publication>>;
}
