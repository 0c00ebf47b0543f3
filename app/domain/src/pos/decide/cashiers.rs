//! Cashiers. Nothing outside has happened yet, so what needs a right is refused without it.

use super::Decided;
use crate::{
    id::CashierId,
    pos::{
        PosState, Record, RecordId,
        cashier::Cashier,
        op::{Action, Op, OpRefusal},
        right::{Allowance, Right},
    },
};

/// The first version of ops that says what somebody is at the tills.
const ROLES_SINCE: u16 = 3;

pub fn put(pos: &PosState, op: &Op, cashier: &Cashier) -> Decided {
    let known = pos.cashier(cashier.id).filter(|_| op.op_version < ROLES_SINCE);
    let cashier = Cashier {
        role: known.map_or(cashier.role, |known| known.role),
        ..cashier.clone()
    };
    check(pos, op, &Action::Cashier(cashier.clone()))?;
    Ok(vec![Record::Cashier(cashier)])
}

pub fn remove(pos: &PosState, op: &Op, cashier: CashierId) -> Decided {
    check(pos, op, &op.action)?;
    Ok(vec![Record::Gone(RecordId::Cashier(cashier))])
}

fn check(pos: &PosState, op: &Op, action: &Action) -> Result<(), OpRefusal> {
    let needs_right = pos.needed_right(action, op.by).is_some();
    let is_missing = pos.allowance(Right::Cashiers, op.by, op.approved_by) == Allowance::Missing;
    match needs_right && is_missing {
        true => Err(OpRefusal::Forbidden),
        false => Ok(()),
    }
}
