//! Takes what names guests out of records and ops. Dishes, amounts, times, receipt numbers and the reasons that staff gave stay:
//! the books need them.

use super::{
    Record,
    bill::{Bill, Seat},
    delivery_run::{DeliveryRun, Handover, Proof},
    op::{Action, Op},
    ticket::{Ticket, TicketSource},
};
use crate::{contact::DeliveryAddress, id::OrderId};

/// Whose data is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guests {
    All,
    /// The diner of this order.
    Of(OrderId),
}

impl Guests {
    fn includes(self, order: OrderId) -> bool {
        match self {
            Self::All => true,
            Self::Of(one) => one == order,
        }
    }
}

impl Record {
    /// Whether it has changed.
    pub fn erase(&mut self, guests: Guests) -> bool {
        let before = self.clone();
        match self {
            Self::Bill(bill) if guests == Guests::All => erase_in_bill(bill),
            Self::Ticket(ticket) => erase_in_ticket(ticket, guests),
            Self::DeliveryRun(run) => erase_in_run(run, guests),
            Self::RefusedOp(refused) => refused.op.erase(guests),
            // An order is erased where it is stored, with what was reserved for it.
            Self::Order(_)
            | Self::Bill(_)
            | Self::Shift(_)
            | Self::Till(_)
            | Self::Stock(_)
            | Self::Table(_)
            | Self::Cashier(_)
            | Self::Station(_)
            | Self::Favourite(_)
            | Self::OrderPayment(_)
            | Self::Device(_)
            | Self::Gone(_) => {}
        }
        *self != before
    }
}

impl Op {
    pub fn erase(&mut self, guests: Guests) {
        match &mut self.action {
            Action::HandOver { order, handover, .. } if guests.includes(*order) => {
                erase_in_handover(handover)
            }
            // All others are about bills, which belong to no order.
            _ if guests != Guests::All => {}
            Action::Open { seat, .. } | Action::Move { seat, .. } => erase_in_seat(seat),
            Action::Add { line, .. } => line.note.clear(),
            Action::Note { note, .. } => note.clear(),
            Action::Name { name, .. } => name.clear(),
            Action::Mail { to, .. } => to.clear(),
            _ => {}
        }
    }
}

fn erase_in_seat(seat: &mut Seat) {
    if let Seat::Phone(order) = seat {
        order.name.clear();
        order.phone.clear();
        if let Some(delivery) = &mut order.delivery {
            delivery.address = DeliveryAddress::default();
        }
    }
}

fn erase_in_bill(bill: &mut Bill) {
    erase_in_seat(&mut bill.seat);
    bill.name.clear();
    bill.lines.iter_mut().for_each(|line| line.note.clear());
}

fn erase_in_ticket(ticket: &mut Ticket, guests: Guests) {
    match &mut ticket.of {
        TicketSource::Order(order) if guests.includes(*order) => {}
        TicketSource::Bill { seat, name, .. } if guests == Guests::All => {
            erase_in_seat(seat);
            name.clear();
        }
        TicketSource::Order(_) | TicketSource::Bill { .. } => return,
    }
    ticket.items.iter_mut().for_each(|item| item.note.clear());
}

fn erase_in_run(run: &mut DeliveryRun, guests: Guests) {
    let stops = run.stops.iter_mut().filter(|stop| guests.includes(stop.order));
    stops
        .filter_map(|stop| stop.handover.as_mut())
        .for_each(erase_in_handover);
}

fn erase_in_handover(handover: &mut Handover) {
    handover.proof = Proof::Name(String::new());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        currency::Minor,
        device::DeviceKind,
        id::{BillId, DeliveryRunId, DeviceId, DishId, LineId, OpId, PaymentId, TicketId},
        lang::Lang,
        pos::{
            RefusedOp,
            bill::{BillLine, PhoneDelivery, PhoneOrder},
            delivery_run::Stop,
            op::{OP_VERSION, OpRefusal},
            ticket::TicketItem,
        },
        tax::TaxRate,
        time::Timestamp,
    };

    const SECRET: &str = "hush";

    fn line() -> BillLine {
        BillLine {
            id: LineId(1),
            dish: DishId(1),
            name: "Knödel".into(),
            price: Minor(500),
            taxed: Vec::new(),
            taxed_away: Vec::new(),
            picks: Vec::new(),
            note: SECRET.into(),
            course: 0,
            count: 2,
            sent: 0,
        }
    }

    fn seat() -> Seat {
        let address = DeliveryAddress {
            street: SECRET.into(),
            postcode: SECRET.into(),
            city: SECRET.into(),
            hint: SECRET.into(),
            location: None,
        };
        let delivery = PhoneDelivery {
            address,
            zone: "Old town".into(),
            fee: Minor(300),
            free_from: None,
            fee_tax: TaxRate(70_000),
            paid_elsewhere: false,
        };
        Seat::Phone(Box::new(PhoneOrder {
            name: SECRET.into(),
            phone: SECRET.into(),
            due_at: None,
            delivery: Some(delivery),
        }))
    }

    fn handover(proof: Proof) -> Handover {
        Handover {
            at: Timestamp(7),
            cash: Minor(1_000),
            proof,
        }
    }

    fn op(action: Action) -> Op {
        Op {
            id: OpId(1),
            device: DeviceId(1),
            n: 1,
            op_version: OP_VERSION,
            at: Timestamp(7),
            by: None,
            approved_by: None,
            action,
        }
    }

    fn ticket(of: TicketSource) -> Ticket {
        Ticket {
            id: TicketId(1),
            of,
            taken_at: Timestamp(7),
            due_at: None,
            items: vec![TicketItem {
                line: LineId(1),
                dish: DishId(1),
                name: "Knödel".into(),
                picks: Vec::new(),
                note: SECRET.into(),
                course: 0,
                count: 2,
                done: true,
            }],
            off: false,
        }
    }

    fn run() -> DeliveryRun {
        let stop = |order, proof| Stop {
            order: OrderId(order),
            handover: Some(handover(proof)),
        };
        DeliveryRun {
            id: DeliveryRunId(1),
            courier: DeviceId(1),
            had: [].into(),
            assigned_at: Timestamp(7),
            stops: vec![
                stop(1, Proof::Name(SECRET.into())),
                stop(2, Proof::Photo(SECRET.into())),
            ],
            removed: [].into(),
            handed_in: Some(Minor(2_000)),
        }
    }

    fn bill() -> Bill {
        let mut bill = Bill::new(BillId(1), seat(), Timestamp(7));
        bill.name = SECRET.into();
        bill.lines.push(line());
        bill
    }

    fn actions() -> Vec<Action> {
        let (bill, to) = (BillId(1), String::from(SECRET));
        vec![
            Action::Open {
                bill,
                seat: seat(),
                plus_tax: false,
            },
            Action::Move { bill, seat: seat() },
            Action::Add {
                bill,
                line: Box::new(line()),
            },
            Action::Note {
                bill,
                line: LineId(1),
                note: SECRET.into(),
                course: 1,
            },
            Action::Name {
                bill,
                name: SECRET.into(),
            },
            Action::Mail {
                bill,
                payment: PaymentId(1),
                to,
                lang: Lang::German,
            },
            Action::HandOver {
                run: DeliveryRunId(1),
                order: OrderId(1),
                handover: handover(Proof::Photo(SECRET.into())),
            },
        ]
    }

    #[test]
    fn nothing_names_a_guest_and_the_books_are_as_they_were() {
        let refused = |action| {
            let why = OpRefusal::Unknown;
            Record::RefusedOp(Box::new(RefusedOp { op: op(action), why }))
        };
        let of_bill = TicketSource::Bill {
            bill: BillId(1),
            seat: seat(),
            name: SECRET.into(),
        };
        let records = [
            Record::Bill(bill()),
            Record::Ticket(ticket(of_bill)),
            Record::Ticket(ticket(TicketSource::Order(OrderId(1)))),
            Record::DeliveryRun(run()),
        ];
        for mut record in records.into_iter().chain(actions().into_iter().map(refused)) {
            let before = record.clone();
            assert!(record.erase(Guests::All), "{before:?}");
            let text = serde_json::to_string(&record).unwrap();
            assert!(!text.contains(SECRET), "{text}");
            assert!(!record.erase(Guests::All), "{text}: once is enough");
        }
        let (mut erased, kept) = (Record::Bill(bill()), bill());
        erased.erase(Guests::All);
        let Record::Bill(erased) = erased else { panic!() };
        assert_eq!((erased.sums(), erased.opened_at), (kept.sums(), kept.opened_at));
        let mut driven = Record::DeliveryRun(run());
        driven.erase(Guests::All);
        let Record::DeliveryRun(driven) = driven else {
            panic!()
        };
        assert_eq!((driven.cash(), driven.is_over()), (run().cash(), run().is_over()));
    }

    #[test]
    fn what_belongs_to_others_stays() {
        let one = Guests::Of(OrderId(1));
        let mut record = Record::DeliveryRun(run());
        assert!(record.erase(one));
        let Record::DeliveryRun(driven) = &record else {
            panic!()
        };
        assert_eq!(driven.stops[1], run().stops[1]);
        assert_eq!(
            driven.stops[0].handover.as_ref().map(|handover| &handover.proof),
            Some(&Proof::Name(String::new()))
        );
        assert!(!Record::Bill(bill()).erase(one));
        assert!(!Record::Ticket(ticket(TicketSource::Order(OrderId(2)))).erase(one));
        assert!(Record::Ticket(ticket(TicketSource::Order(OrderId(1)))).erase(one));
        let changed = actions().into_iter().map(op).filter(|op| {
            let mut erased = op.clone();
            erased.erase(one);
            erased != *op
        });
        assert_eq!(changed.count(), 1, "the handover at its door");
        assert!(DeviceKind::Till.may(&actions()[0]), "the actions are real ones");
    }
}
