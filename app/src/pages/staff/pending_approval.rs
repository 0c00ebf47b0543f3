//! Actions that wait until somebody approves them.

use servery_domain::pos::{op::Action, right::Right};

pub struct PendingApproval {
    pub id: u128,
    pub right: Right,
    pub actions: Vec<Action>,
    pub then: Then,
}

/// What follows, with whether the last action succeeded.
pub type Then = Box<dyn FnOnce(bool)>;
