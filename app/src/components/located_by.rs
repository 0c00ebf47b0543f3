//! Who says where an address is, for staff: a point that a diner gave may be wrong.

use servery_domain::contact::{DeliveryAddress, LocationSource};

use crate::text::{Key, Texts};

/// `None` for an address that is in the list, or that nobody has located.
pub fn words(texts: Texts, door: &DeliveryAddress) -> Option<&'static str> {
    match door.located_by()? {
        LocationSource::Place => None,
        LocationSource::Device => Some(texts.get(Key::LocatedByDevice)),
        LocationSource::Pin => Some(texts.get(Key::LocatedByPin)),
    }
}
