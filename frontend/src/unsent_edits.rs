//! The outbox of the office on this device: a stored value for each edit, so that two tabs never write over each other.

use servery_domain::{
    edit::{EditOutbox, UnsentEdit, UnsentState},
    id::{AccountId, EditId},
    slug::Slug,
};

use crate::local_storage;

fn beginning(slug: &Slug, account: AccountId) -> String {
    format!("unsent-edit:{account}:{slug}:")
}

fn stored(slug: &Slug, account: AccountId) -> impl Iterator<Item = (String, UnsentEdit)> {
    let names = local_storage::names(&beginning(slug, account)).into_iter();
    // Values of other versions stay where they are.
    names.filter_map(|name| local_storage::get(&name).map(|unsent| (name, unsent)))
}

/// Their names are in the order in which they were made.
pub fn read(slug: &Slug, account: AccountId) -> EditOutbox {
    EditOutbox(stored(slug, account).map(|(_, unsent)| unsent).collect())
}

/// Stores it as the last one. A refused edit of the same form is made anew with it.
pub fn put(slug: &Slug, account: AccountId, unsent: &UnsentEdit) {
    remove(slug, account, unsent.edit.id);
    let number = local_storage::id();
    local_storage::put(&format!("{}{number:032x}", beginning(slug, account)), unsent);
}

pub fn set_state(slug: &Slug, account: AccountId, id: EditId, state: UnsentState) {
    let found = stored(slug, account).find(|(_, unsent)| unsent.edit.id == id);
    if let Some((name, unsent)) = found {
        local_storage::put(&name, &UnsentEdit { state, ..unsent });
    }
}

pub fn remove(slug: &Slug, account: AccountId, id: EditId) {
    let found = stored(slug, account).filter(|(_, unsent)| unsent.edit.id == id);
    found
        .collect::<Vec<_>>()
        .iter()
        .for_each(|(name, _)| local_storage::remove(name));
}
