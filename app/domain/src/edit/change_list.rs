//! Changes that are made one after another.

use super::{PartChange, PartKey, RestaurantPart};
use crate::restaurant_file::RestaurantFile;

pub(super) struct ChangeList {
    /// The restaurant with the changes so far.
    pub file: RestaurantFile,
    pub changes: Vec<PartChange>,
}

impl ChangeList {
    pub fn new(file: RestaurantFile) -> Self {
        Self {
            file,
            changes: Vec::new(),
        }
    }

    /// Each change is made from the restaurant as the ones before it left it, so it always applies.
    pub fn push(&mut self, change: PartChange) {
        let applied = self.file.apply(&change);
        debug_assert!(applied.is_ok(), "{applied:?}");
        if applied.is_ok() {
            self.changes.push(change);
        }
    }

    pub fn remove(&mut self, key: &PartKey) {
        if let (Some(part), Some(place)) = (self.file.part(key), self.file.place(key)) {
            self.push(PartChange::Remove { part, place });
        }
    }

    pub fn replace(&mut self, before: RestaurantPart, after: RestaurantPart) {
        if before != after {
            self.push(PartChange::Replace { before, after });
        }
    }
}
