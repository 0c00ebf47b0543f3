//! The addresses that the operator imported, with their positions.

use async_trait::async_trait;
use servery_domain::{
    delivery_area::Bounds,
    id::PlaceId,
    place::{ImportedPlace, PlaceSearch, TypedAddress},
    time::Timestamp,
};

use crate::Result;

/// An import that was begun. Nobody sees what it adds until it is finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaceImport(pub(crate) i64);

#[async_trait]
pub trait Places: Send + Sync {
    /// Gives up an import that was begun before and not finished.
    async fn begin_place_import(&self, at: Timestamp) -> Result<PlaceImport>;
    /// Adds places; of two with one id the last counts. Each call is a short transaction, so that orders are written meanwhile.
    async fn add_places(&self, import: PlaceImport, places: &[ImportedPlace]) -> Result<()>;
    /// From now on its places count, in place of those of earlier imports with the same ids, or, if it replaces, of all.
    async fn finish_place_import(&self, import: PlaceImport, replaces: bool) -> Result<()>;
    /// Deletes the rows that do not count any more, in short transactions.
    async fn delete_obsolete_places(&self) -> Result<()>;
    /// In the order of street and number; those within the bounds only, if there are any.
    async fn search_places(
        &self,
        search: &PlaceSearch,
        within: Option<Bounds>,
        limit: usize,
    ) -> Result<Vec<ImportedPlace>>;
    /// The places that an address may be.
    async fn places_of_address(&self, address: &TypedAddress) -> Result<Vec<ImportedPlace>>;
    async fn place(&self, id: PlaceId) -> Result<Option<ImportedPlace>>;
}
