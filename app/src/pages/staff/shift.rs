//! The cashier's shift that is open on this device.

use servery_domain::pos::{PosState, shift::Shift};

use crate::pos_client::PosClient;

/// A device that was paired again under another name continues the shift of its old name.
pub fn own_shift<'h>(pos: &'h PosState, client: &dyn PosClient) -> Option<&'h Shift> {
    let names = [client.name(), client.paired().map(|paired| paired.device)];
    names
        .into_iter()
        .flatten()
        .find_map(|name| pos.shift(pos.till(name)?.shift?))
}
