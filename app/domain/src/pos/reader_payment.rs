//! Payments that a till asks a card reader for: the server tells the reader the amount, so that nobody types it again.

use serde::{Deserialize, Serialize};

use super::{
    PosState,
    op::Action,
    payment::{Payable, Tender, TenderMethod},
};
use crate::{
    card_decline::CardDecline,
    contact::{InvalidField, invalid_field},
    currency::Minor,
    id::{CashierId, DeviceId, PaymentId, ShiftId},
    limits,
};

/// A card reader of the restaurant's account with the card provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardReader {
    /// The provider's.
    pub id: String,
    /// As its owner has named it.
    pub label: String,
    pub serial: String,
}

/// The reader that a till is to use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReaderChoice {
    /// The provider's id of the reader; without one the till has none.
    #[serde(default)]
    pub reader: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReaderPaymentRequest {
    /// Made by the till. The same id is the same payment, however often it is asked for.
    pub id: PaymentId,
    pub payable: Payable,
    pub shift: ShiftId,
    /// The cashier at the till.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<CashierId>,
    /// What the till shows. It has to be due on the server, too.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::amount::<1, { limits::MONEY }>))]
    pub amount: Minor,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::amount::<0, { limits::MONEY }>))]
    pub tip: Minor,
}

crate::codes::codes! {
    ReaderPaymentState {
        /// The guest has not paid yet.
        Waiting = "waiting",
        Paid = "paid",
        Declined = "declined",
        /// At the till or at the reader.
        Cancelled = "cancelled",
        TimedOut = "timed_out",
        /// The reader or the card provider does not answer.
        Unreachable = "unreachable",
        /// Another payment is on the reader.
        Busy = "busy",
        /// A card payment of the same bill or order is on a reader.
        Elsewhere = "elsewhere",
        /// Less is due than the till shows, or the shift is not known.
        Changed = "changed",
        /// No card can be charged with exactly this amount.
        Uncountable = "uncountable",
        /// No reader is chosen for the till.
        NoReader = "no_reader",
    }
}

/// What became of a payment so far. In all states but `waiting` and `paid` nothing is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReaderPayment {
    pub id: PaymentId,
    pub state: ReaderPaymentState,
    /// Why the card was declined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decline: Option<CardDecline>,
}

impl ReaderPaymentRequest {
    pub fn check(&self) -> Result<(), InvalidField> {
        let in_limits = |amount: Minor, least| (least..=limits::MONEY).contains(&amount.0);
        if !in_limits(self.amount, 1) {
            return Err(invalid_field("amount", format!("is 1 to {}", limits::MONEY)));
        }
        match in_limits(self.tip, 0) {
            true => Ok(()),
            false => Err(invalid_field("tip", format!("is 0 to {}", limits::MONEY))),
        }
    }

    fn tender(&self) -> Tender {
        Tender {
            tip: self.tip,
            on_reader: true,
            ..Tender::new(self.id, TenderMethod::Card, self.amount)
        }
    }

    /// What the card is charged.
    pub fn charge(&self) -> Minor {
        self.tender().taken()
    }

    /// What the server books for the till when the card was charged.
    pub fn action(&self) -> Action {
        let (shift, tender) = (self.shift, self.tender());
        match self.payable {
            Payable::Bill(bill) => Action::Pay { bill, shift, tender },
            Payable::Order(order) => Action::TakeOrder { order, shift, tender },
        }
    }
}

impl PosState {
    /// Whether this much is due and the till has the shift: the till may know less than the server, and a guest must not be charged
    /// for what somebody else has taken.
    pub fn may_charge(&self, till: DeviceId, request: &ReaderPaymentRequest) -> bool {
        let is_own = self.shift(request.shift).is_some_and(|shift| shift.till == till);
        let is_due = match request.payable {
            Payable::Bill(bill) => self
                .merged_bill(bill)
                .is_some_and(|bill| request.amount <= bill.due()),
            Payable::Order(order) => self.order(order).is_some_and(|order| {
                let tender = self.tender(order, request.id, TenderMethod::Card);
                (request.amount, request.tip) == (tender.amount, tender.tip)
            }),
        };
        is_own && is_due
    }

    /// The bill that the payable was merged into, if it was.
    pub fn merged(&self, payable: Payable) -> Payable {
        match payable {
            Payable::Bill(bill) => Payable::Bill(self.merged_bill(bill).map_or(bill, |merged| merged.id)),
            order => order,
        }
    }
}

impl ReaderPayment {
    pub fn new(id: PaymentId, state: ReaderPaymentState) -> Self {
        Self {
            id,
            state,
            decline: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{BillId, DishId, LineId, OpId},
        pos::{
            Record,
            bill::{Bill, BillLine, Seat},
            decide,
            op::{OP_VERSION, Op},
            shift::Shift,
        },
        tax::TaxRate,
        time::Timestamp,
    };

    const TILL: DeviceId = DeviceId(1);
    const SHIFT: ShiftId = ShiftId(2);
    const BILL: BillId = BillId(3);

    fn pos() -> PosState {
        let line = BillLine {
            id: LineId(1),
            dish: DishId(1),
            name: "Coffee".to_owned(),
            price: Minor(350),
            taxed: vec![(TaxRate(0), Minor(350))],
            taxed_away: Vec::new(),
            picks: Vec::new(),
            note: String::new(),
            course: 0,
            count: 2,
            sent: 0,
        };
        let bill = Bill {
            lines: vec![line],
            ..Bill::new(BILL, Seat::Counter, Timestamp(0))
        };
        let merged = Bill {
            merged: Some(BILL),
            ..Bill::new(BillId(4), Seat::Counter, Timestamp(0))
        };
        let shift = Shift::new(SHIFT, TILL, Timestamp(0), Minor::ZERO);
        PosState::from_iter([Record::Bill(bill), Record::Bill(merged), Record::Shift(shift)])
    }

    fn request(amount: i64) -> ReaderPaymentRequest {
        ReaderPaymentRequest {
            id: PaymentId(9),
            payable: Payable::Bill(BILL),
            shift: SHIFT,
            by: Some(CashierId(5)),
            amount: Minor(amount),
            tip: Minor(50),
        }
    }

    #[test]
    fn a_reader_charges_no_more_than_is_due_and_only_into_the_tills_own_shift() {
        let pos = pos();
        assert!(pos.may_charge(TILL, &request(700)) && pos.may_charge(TILL, &request(200)));
        assert!(!pos.may_charge(TILL, &request(701)));
        assert!(
            !pos.may_charge(DeviceId(8), &request(700)),
            "another till's shift"
        );
        let elsewhere = |payable, shift| ReaderPaymentRequest {
            payable,
            shift,
            ..request(700)
        };
        let (merged, unknown) = (Payable::Bill(BillId(4)), Payable::Bill(BillId(7)));
        assert!(pos.may_charge(TILL, &elsewhere(merged, SHIFT)));
        assert_eq!(pos.merged(merged), Payable::Bill(BILL));
        assert!(!pos.may_charge(TILL, &elsewhere(unknown, SHIFT)));
        assert!(!pos.may_charge(TILL, &elsewhere(merged, ShiftId(8))));
    }

    #[test]
    fn what_is_booked_says_that_the_card_was_charged_by_us() {
        let mut pos = pos();
        let op = Op {
            id: OpId(9),
            device: TILL,
            n: 1,
            op_version: OP_VERSION,
            at: Timestamp(7),
            by: request(700).by,
            approved_by: None,
            action: request(700).action(),
        };
        decide(&pos, &op)
            .unwrap()
            .into_iter()
            .for_each(|record| pos.put(record));
        let bill = pos.bill(BILL).unwrap();
        let paid = &bill.payments[0];
        assert!(bill.closed && paid.on_reader && paid.method == TenderMethod::Card);
        assert_eq!(
            (paid.id, paid.by, paid.taken()),
            (PaymentId(9), Some(CashierId(5)), Minor(750))
        );
        assert_eq!(request(700).charge(), Minor(750));
        assert!(!pos.may_charge(TILL, &request(1)), "nothing is due any more");
    }

    #[test]
    fn nothing_and_absurd_amounts_are_refused() {
        assert!(request(1).check().is_ok());
        for amount in [0, -1, limits::MONEY + 1] {
            assert!(request(amount).check().is_err(), "{amount}");
        }
        let tip = ReaderPaymentRequest {
            tip: Minor(-1),
            ..request(1)
        };
        assert!(tip.check().is_err());
    }
}
