//! What the office's pages use in a browser: edits that are stored on the device, and sent when there is a network.

use std::{pin::Pin, sync::Arc};

use leptos::prelude::{ReadSignal, use_context};
use servery_domain::{
    edit::{EditOutbox, EditedRestaurant, UnsentEdit},
    id::{AccountId, EditId},
    slug::Slug,
    time::TimeZoneName,
};

/// One per page; the tabs of a browser share what is stored.
pub trait OfficeOutbox: Send + Sync {
    /// Opens what this account has changed in this restaurant, and sends it.
    fn open(&self, slug: &Slug, account: AccountId);
    fn unsent(&self) -> ReadSignal<EditOutbox>;
    /// How the server has the restaurant, after edits were sent.
    fn news(&self) -> ReadSignal<Option<Arc<EditedRestaurant>>>;
    /// Whether the edits wait for somebody who is not signed in here.
    fn is_locked(&self) -> ReadSignal<bool>;
    /// Stores an edit and sends it. Resolves once it was answered or cannot be sent now, and after a second.
    fn put(&self, unsent: UnsentEdit) -> Pin<Box<dyn Future<Output = ()>>>;
    /// Throws an edit away that was refused.
    fn discard(&self, id: EditId);
    /// A new id.
    fn id(&self) -> EditId;
    fn is_zone(&self, zone: &TimeZoneName) -> bool;
}

/// Opens it; only the office's program is linked with it.
pub trait OfficeOutboxProvider {
    fn office_outbox(&self) -> Arc<dyn OfficeOutbox>;
}

/// There is none on the server.
pub fn office_outbox() -> Option<Arc<dyn OfficeOutbox>> {
    use_context()
}
