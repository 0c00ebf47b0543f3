//! What a cashier may do alone, and what needs the approval of somebody who may. An approval is part of the op: it is of one act,
//! and works without a network.
//!
//! A device asks for it before it makes the op. A discount, a void, a refund or cash out without it is taken all the same, because at
//! the till it has happened: it says so in the books. A change of the cashiers without it is refused.

use super::{
    PosState,
    op::Action,
    right::{Allowance, Right},
};
use crate::{currency::Minor, id::CashierId};

impl PosState {
    /// The right that an action needs; `None` if everybody may.
    pub fn needed_right(&self, action: &Action, by: Option<CashierId>) -> Option<Right> {
        match action {
            Action::Discount { .. } => Some(Right::Discount),
            Action::Void { .. } => Some(Right::Void),
            Action::Refund { .. } => Some(Right::Refund),
            Action::MoveCash { amount, .. } if *amount < Minor::ZERO => Some(Right::CashOut),
            // A program of before does not say that it is a void.
            Action::Count { bill, line, by } => {
                let told = self.merged_bill(*bill)?.line(*line)?.voids(*by);
                (told > 0).then_some(Right::Void)
            }
            Action::Cashier(cashier) => {
                let own = by == Some(cashier.id);
                let known = self.cashier(cashier.id);
                let keeps_role = known.is_some_and(|known| known.role == cashier.role);
                (!(own && keeps_role)).then_some(Right::Cashiers)
            }
            Action::RemoveCashier { cashier } if by != Some(*cashier) => Some(Right::Cashiers),
            _ => None,
        }
    }

    /// The right that an action needs and this cashier does not have. Where nobody signs in there are no rights.
    pub fn missing_right(&self, action: &Action, by: Option<CashierId>) -> Option<Right> {
        let right = self.needed_right(action, by)?;
        (!self.may(by?, right)).then_some(right)
    }

    pub fn may(&self, cashier: CashierId, right: Right) -> bool {
        self.cashier(cashier)
            .is_some_and(|cashier| cashier.role.may(right))
    }

    pub(super) fn allowance(
        &self,
        right: Right,
        by: Option<CashierId>,
        approved_by: Option<CashierId>,
    ) -> Allowance {
        match (by, approved_by) {
            (Some(by), Some(lead)) if !self.may(by, right) && self.may(lead, right) => {
                Allowance::ApprovedBy(lead)
            }
            (Some(by), _) if !self.may(by, right) => Allowance::Missing,
            _ => Allowance::Own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{BillId, DeviceId, DiscountId, LineId, MoveId, OpId, PaymentId, RefundId, ShiftId},
        pos::{
            Record,
            bill::{Bill, BillLine, Discount, Off, Seat},
            cashier::Cashier,
            decide,
            op::{OP_VERSION, Op, OpRefusal},
            payment::{Payable, RefundRequest, Tender, TenderMethod},
            right::{TillRole, VoidReason},
            shift::{Shift, ShiftClosing},
            shift_report::{ActReason, ShiftReport},
        },
        time::Timestamp,
    };

    const GRACE: CashierId = CashierId(1);
    const BEN: CashierId = CashierId(2);
    const EVE: CashierId = CashierId(3);
    const BILL: BillId = BillId(1);
    const SHIFT: ShiftId = ShiftId(1);
    const TILL: DeviceId = DeviceId(1);

    fn cashier(id: CashierId, role: TillRole) -> Cashier {
        Cashier {
            id,
            name: id.to_string(),
            pin: "0".repeat(64),
            role,
        }
    }

    /// Grace leads; Ben and Eve do not. On the bill are three soups, two of them sent.
    fn evening() -> PosState {
        let line = BillLine {
            id: LineId(1),
            dish: crate::id::DishId(1),
            name: "Soup".into(),
            price: Minor(500),
            taxed: vec![(crate::tax::TaxRate(70_000), Minor(500))],
            taxed_away: Vec::new(),
            picks: Vec::new(),
            note: String::new(),
            course: 0,
            count: 3,
            sent: 2,
        };
        let bill = Bill {
            lines: vec![line],
            ..Bill::new(BILL, Seat::Counter, Timestamp(0))
        };
        [
            Record::Cashier(cashier(GRACE, TillRole::Lead)),
            Record::Cashier(cashier(BEN, TillRole::Cashier)),
            Record::Cashier(cashier(EVE, TillRole::Cashier)),
            Record::Bill(bill),
            Record::Shift(Shift::new(SHIFT, TILL, Timestamp(0), Minor(10_000))),
        ]
        .into_iter()
        .collect()
    }

    fn void(count: u16) -> Action {
        Action::Void {
            bill: BILL,
            line: LineId(1),
            count,
            reason: VoidReason::SentBack,
        }
    }

    fn discount() -> Action {
        Action::Discount {
            bill: BILL,
            discount: Discount {
                id: DiscountId(1),
                line: None,
                off: Off::Millionths(100_000),
                reason: "waited long".into(),
                by: None,
                allowance: Allowance::Own,
                given: None,
            },
        }
    }

    fn cash(amount: i64) -> Action {
        Action::MoveCash {
            id: MoveId(1),
            shift: SHIFT,
            amount: Minor(amount),
            reason: "flour".into(),
        }
    }

    fn does(
        pos: &mut PosState,
        (by, approved_by): (Option<CashierId>, Option<CashierId>),
        action: Action,
    ) -> Result<(), OpRefusal> {
        let op = Op {
            id: OpId(7),
            device: TILL,
            n: 1,
            op_version: OP_VERSION,
            at: Timestamp(60),
            by,
            approved_by,
            action,
        };
        decide(pos, &op).map(|records| records.into_iter().for_each(|record| pos.put(record)))
    }

    fn bill(pos: &PosState) -> &Bill {
        pos.bill(BILL).unwrap()
    }

    #[test]
    fn a_lead_may_alone_what_others_need_approval_for() {
        let pos = evening();
        for (action, right) in [
            (void(1), Right::Void),
            (discount(), Right::Discount),
            (cash(-500), Right::CashOut),
            (
                Action::Cashier(cashier(CashierId(9), TillRole::Cashier)),
                Right::Cashiers,
            ),
            (Action::RemoveCashier { cashier: EVE }, Right::Cashiers),
        ] {
            assert_eq!(pos.missing_right(&action, Some(GRACE)), None, "{action:?}");
            assert_eq!(pos.missing_right(&action, Some(BEN)), Some(right), "{action:?}");
            assert_eq!(pos.missing_right(&action, None), None, "nobody signs in here");
        }
        for action in [cash(500), Action::Close { bill: BILL }] {
            assert_eq!(pos.missing_right(&action, Some(BEN)), None, "{action:?}");
        }
    }

    #[test]
    fn a_cashier_changes_the_own_pin_and_not_the_own_role() {
        let pos = evening();
        let own = |role| {
            Action::Cashier(Cashier {
                pin: "1".repeat(64),
                ..cashier(BEN, role)
            })
        };
        assert_eq!(pos.missing_right(&own(TillRole::Cashier), Some(BEN)), None);
        assert_eq!(
            pos.missing_right(&own(TillRole::Lead), Some(BEN)),
            Some(Right::Cashiers)
        );
        assert_eq!(
            pos.missing_right(&own(TillRole::Cashier), Some(EVE)),
            Some(Right::Cashiers),
            "somebody else's"
        );
        assert_eq!(
            pos.missing_right(&Action::RemoveCashier { cashier: BEN }, Some(BEN)),
            None
        );
    }

    #[test]
    fn case_pos_addons_1028_an_approval_is_of_one_act() {
        let mut pos = evening();
        assert_eq!(does(&mut pos, (Some(BEN), Some(GRACE)), void(1)), Ok(()));
        assert_eq!(bill(&pos).voids[0].allowance, Allowance::ApprovedBy(GRACE));
        assert_eq!(
            pos.missing_right(&void(1), Some(BEN)),
            Some(Right::Void),
            "the next one asks again"
        );
        assert_eq!(does(&mut pos, (Some(BEN), None), discount()), Ok(()));
        assert_eq!(bill(&pos).discounts[0].allowance, Allowance::Missing);
    }

    #[test]
    fn nobody_approves_who_may_not() {
        let mut pos = evening();
        for (approved_by, expected) in [
            (Some(EVE), Allowance::Missing),
            (Some(BEN), Allowance::Missing),
            (Some(CashierId(99)), Allowance::Missing),
            (Some(GRACE), Allowance::ApprovedBy(GRACE)),
        ] {
            let mut pos = pos.clone();
            assert_eq!(does(&mut pos, (Some(BEN), approved_by), discount()), Ok(()));
            assert_eq!(bill(&pos).discounts[0].allowance, expected, "{approved_by:?}");
        }
        // Who may needs no approval, and it is not written down.
        assert_eq!(does(&mut pos, (Some(GRACE), Some(GRACE)), discount()), Ok(()));
        assert_eq!(bill(&pos).discounts[0].allowance, Allowance::Own);
    }

    #[test]
    fn what_a_discount_says_of_its_right_is_not_believed() {
        let mut pos = evening();
        let Action::Discount { bill: of, discount } = discount() else {
            unreachable!()
        };
        let claimed = Action::Discount {
            bill: of,
            discount: Discount {
                by: Some(GRACE),
                allowance: Allowance::ApprovedBy(GRACE),
                ..discount
            },
        };
        assert_eq!(does(&mut pos, (Some(BEN), None), claimed), Ok(()));
        let made = &bill(&pos).discounts[0];
        assert_eq!((made.by, made.allowance), (Some(BEN), Allowance::Missing));
    }

    #[test]
    fn a_change_of_the_cashiers_without_the_right_is_refused() {
        let mut pos = evening();
        let promoted = Action::Cashier(cashier(BEN, TillRole::Lead));
        assert_eq!(
            does(&mut pos, (Some(BEN), None), promoted.clone()),
            Err(OpRefusal::Forbidden)
        );
        assert_eq!(
            does(
                &mut pos,
                (Some(BEN), Some(EVE)),
                Action::RemoveCashier { cashier: GRACE }
            ),
            Err(OpRefusal::Forbidden)
        );
        assert_eq!(does(&mut pos, (Some(BEN), Some(GRACE)), promoted), Ok(()));
        assert_eq!(pos.cashier(BEN).unwrap().role, TillRole::Lead);
    }

    #[test]
    fn a_program_of_before_changes_a_pin_and_no_role() {
        let mut pos = evening();
        let op = |action| Op {
            id: OpId(8),
            device: TILL,
            n: 2,
            op_version: 2,
            at: Timestamp(60),
            by: Some(BEN),
            approved_by: None,
            action,
        };
        // Without a role, which is read as that of a lead.
        let own: Action = serde_json::from_value(serde_json::json!({
            "cashier": { "id": BEN, "name": "Ben", "pin": "1".repeat(64) },
        }))
        .unwrap();
        let records = decide(&pos, &op(own)).unwrap();
        records.into_iter().for_each(|record| pos.put(record));
        let ben = pos.cashier(BEN).unwrap();
        assert_eq!((ben.role, ben.pin.starts_with('1')), (TillRole::Cashier, true));
    }

    #[test]
    fn a_smaller_count_is_a_void_as_far_as_the_kitchen_has_been_told() {
        let mut pos = evening();
        let count = |by| Action::Count {
            bill: BILL,
            line: LineId(1),
            by,
        };
        assert_eq!(
            pos.missing_right(&count(-1), Some(BEN)),
            None,
            "the third was not sent"
        );
        assert_eq!(pos.missing_right(&count(-2), Some(BEN)), Some(Right::Void));
        assert_eq!(does(&mut pos, (Some(BEN), None), count(-2)), Ok(()));
        let [void] = &bill(&pos).voids[..] else {
            panic!("one void")
        };
        assert_eq!(
            (void.count, void.reason, void.allowance),
            (1, VoidReason::NotSaid, Allowance::Missing)
        );
        assert_eq!(does(&mut pos, (Some(BEN), None), count(1)), Ok(()));
        assert_eq!(bill(&pos).voids.len(), 1);
    }

    #[test]
    fn a_refund_says_who_approved_it() {
        let mut pos = evening();
        let tender = Tender::new(PaymentId(1), TenderMethod::Cash, Minor(1_500));
        let pay = Action::Pay {
            bill: BILL,
            shift: SHIFT,
            tender,
        };
        assert_eq!(does(&mut pos, (Some(BEN), None), pay), Ok(()));
        let refund = |id| Action::Refund {
            payable: Payable::Bill(BILL),
            payment: PaymentId(1),
            back: RefundRequest {
                id: RefundId(id),
                amount: Minor(100),
                rounding: Minor::ZERO,
                reason: "cold".into(),
            },
            shift: SHIFT,
        };
        assert_eq!(pos.missing_right(&refund(1), Some(BEN)), Some(Right::Refund));
        assert_eq!(does(&mut pos, (Some(BEN), Some(GRACE)), refund(1)), Ok(()));
        assert_eq!(
            does(&mut pos, (Some(BEN), None), refund(2)),
            Ok(()),
            "the money is gone"
        );
        let told: Vec<Allowance> = bill(&pos).payments[0]
            .refunds
            .iter()
            .map(|refund| refund.allowance)
            .collect();
        assert_eq!(told, [Allowance::ApprovedBy(GRACE), Allowance::Missing]);
        let report = ShiftReport::of(&pos, SHIFT).unwrap();
        let refunds = report.guarded.iter().filter(|act| act.right == Right::Refund);
        assert_eq!(refunds.count(), 2);
    }

    #[test]
    fn a_discount_of_everything_is_in_the_report_though_nothing_was_paid() {
        let mut pos = evening();
        let Action::Discount { bill: of, discount } = discount() else {
            unreachable!()
        };
        let all = Discount {
            off: Off::Millionths(1_000_000),
            ..discount
        };
        let all = Action::Discount {
            bill: of,
            discount: all,
        };
        assert_eq!(does(&mut pos, (Some(BEN), None), all), Ok(()));
        assert_eq!(
            does(&mut pos, (Some(BEN), None), Action::Close { bill: BILL }),
            Ok(())
        );
        let report = ShiftReport::of(&pos, SHIFT).unwrap();
        let [act] = &report.guarded[..] else {
            panic!("one act: {:?}", report.guarded)
        };
        assert_eq!(
            (act.right, act.allowance, act.amount),
            (Right::Discount, Allowance::Missing, Minor(-1_500))
        );
    }

    #[test]
    fn what_was_void_before_a_shift_or_at_a_till_without_shifts_is_in_its_report() {
        let mut pos = evening();
        assert_eq!(does(&mut pos, (Some(GRACE), None), void(1)), Ok(()));
        let later = Shift::new(ShiftId(2), TILL, Timestamp(100), Minor(0));
        pos.put(Record::Shift(Shift {
            closed: Some(ShiftClosing {
                number: 1,
                at: Timestamp(50),
                counted: Minor(0),
                expected: Minor(0),
                cards: Minor(0),
            }),
            ..pos.shift(SHIFT).unwrap().clone()
        }));
        pos.put(Record::Shift(later));
        let of = |pos: &PosState, shift| ShiftReport::of(pos, shift).unwrap().guarded.len();
        assert_eq!((of(&pos, SHIFT), of(&pos, ShiftId(2))), (0, 1), "between the two");
        let tablet = Shift::new(ShiftId(3), DeviceId(9), Timestamp(0), Minor(0));
        pos.put(Record::Shift(tablet));
        assert_eq!(of(&pos, ShiftId(3)), 0, "the other has shifts of its own");
    }

    #[test]
    fn a_void_has_a_reason_and_is_in_the_report_of_its_shift() {
        let mut pos = evening();
        assert_eq!(does(&mut pos, (Some(BEN), Some(GRACE)), void(2)), Ok(()));
        assert_eq!(bill(&pos).lines[0].count, 1);
        assert_eq!(
            does(&mut pos, (Some(GRACE), None), void(2)),
            Err(OpRefusal::TooFew)
        );
        assert_eq!(does(&mut pos, (Some(BEN), None), cash(-700)), Ok(()));
        let report = ShiftReport::of(&pos, SHIFT).unwrap();
        let told: Vec<_> = report
            .guarded
            .iter()
            .map(|act| (act.right, act.by, act.allowance, act.amount))
            .collect();
        assert_eq!(
            told,
            [
                (Right::CashOut, Some(BEN), Allowance::Missing, Minor(-700)),
                (
                    Right::Void,
                    Some(BEN),
                    Allowance::ApprovedBy(GRACE),
                    Minor(-1_000)
                ),
            ]
        );
        let void = ActReason::Void {
            count: 2,
            name: "Soup".into(),
            reason: VoidReason::SentBack,
        };
        assert_eq!(report.guarded[1].why, void);
        let other = Shift::new(ShiftId(2), DeviceId(2), Timestamp(0), Minor(0));
        pos.put(Record::Shift(other));
        assert!(ShiftReport::of(&pos, ShiftId(2)).unwrap().guarded.is_empty());
    }
}
