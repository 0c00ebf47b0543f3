//! Staff at tills and in the kitchen: they choose their next action by what their device shows.

use servery_domain::{
    contact::DeliveryAddress,
    currency::Minor,
    id::{
        BillId, CashierId, DeviceId, DiscountId, DishId, LineId, MoveId, OrderId, PaymentId, RefundId,
        ShiftId, TableId, TicketId,
    },
    lang::Lang,
    pos::{
        PosState,
        bill::{Bill, BillLine, Discount, Off, PhoneDelivery, PhoneOrder, Seat},
        cashier::Cashier,
        op::{Action, SplitPart},
        order_payment::OrderPayment,
        payment::{Payable, RefundRequest, Tender, TenderMethod},
        right::{Allowance, TillRole, VoidReason},
        shift::Shift,
        ticket::{Ticket, changes},
    },
    tax::TaxRate,
};

use crate::dice::Dice;

pub const DISHES: u128 = 5;
/// The first two dishes are counted.
pub const COUNTED: [(u128, u32); 2] = [(1, 6), (2, 3)];

pub const LEAD: CashierId = CashierId(1);
const HELP: CashierId = CashierId(2);

pub fn cashiers() -> [Cashier; 2] {
    [(LEAD, "Grace", TillRole::Lead), (HELP, "Ben", TillRole::Cashier)].map(|(id, name, role)| Cashier {
        id,
        name: name.to_owned(),
        pin: "0".repeat(64),
        role,
    })
}

/// Who is at the till, and who has approved it.
pub fn signed_in(dice: &mut Dice) -> (Option<CashierId>, Option<CashierId>) {
    let by = *dice
        .pick(&[None, Some(LEAD), Some(HELP), Some(HELP)])
        .unwrap_or(&None);
    let approved_by = *dice.pick(&[None, Some(LEAD), Some(HELP)]).unwrap_or(&None);
    (by, approved_by)
}

/// What the books say of an act that needs a right.
pub fn allowance((by, approved_by): (Option<CashierId>, Option<CashierId>)) -> Allowance {
    match (by, approved_by) {
        (Some(HELP), Some(LEAD)) => Allowance::ApprovedBy(LEAD),
        (Some(HELP), _) => Allowance::Missing,
        _ => Allowance::Own,
    }
}

fn line(dice: &mut Dice) -> BillLine {
    let dish = 1 + dice.below(DISHES as usize) as u128;
    let price = Minor(100 * dish as i64 + 35);
    BillLine {
        id: LineId(dice.id()),
        dish: DishId(dish),
        name: format!("Dish {dish}"),
        price,
        taxed: vec![(TaxRate(70_000), price)],
        taxed_away: Vec::new(),
        picks: Vec::new(),
        note: String::new(),
        course: 0,
        count: 1 + dice.below(2) as u16,
        sent: 0,
    }
}

/// Somebody on the phone, who has it brought.
fn phone(dice: &mut Dice) -> Seat {
    Seat::Phone(Box::new(PhoneOrder {
        name: "Eve".to_owned(),
        phone: "+41 44 000 00 01".to_owned(),
        due_at: None,
        delivery: Some(PhoneDelivery {
            address: DeliveryAddress::default(),
            zone: "Old town".to_owned(),
            fee: Minor(300),
            free_from: dice.one_in(2).then_some(Minor(900)),
            fee_tax: TaxRate(190_000),
            paid_elsewhere: false,
        }),
    }))
}

fn back(dice: &mut Dice, amount: Minor) -> RefundRequest {
    RefundRequest {
        id: RefundId(dice.id()),
        amount,
        rounding: Minor::ZERO,
        reason: "cold".to_owned(),
    }
}

/// Something that makes sense on this screen; `None` if nothing came to mind.
pub fn new_op(dice: &mut Dice, device: DeviceId, pos: &PosState) -> Option<Action> {
    let own = pos.till(device).and_then(|till| till.shift);
    let bills: Vec<&Bill> = pos.bills().collect();
    let bill = dice.pick(&bills).copied();
    match dice.below(28) {
        0..3 => {
            let seat = match dice.below(5) {
                0 | 1 => Seat::Counter,
                2 => phone(dice),
                _ => Seat::Table(TableId(1 + dice.below(3) as u128)),
            };
            Some(Action::Open {
                bill: BillId(dice.id()),
                seat,
                plus_tax: false,
            })
        }
        3..8 => Some(Action::Add {
            bill: bill?.id,
            line: Box::new(line(dice)),
        }),
        8..10 => {
            let line = dice.pick(&bill?.lines)?.id;
            Some(Action::Count {
                bill: bill?.id,
                line,
                by: if dice.one_in(2) { 1 } else { -1 },
            })
        }
        10..12 => {
            let changes = changes(bill?);
            (!changes.is_empty()).then(|| Action::Send {
                bill: bill.map(|bill| bill.id).unwrap_or(BillId(0)),
                ticket: TicketId(dice.id()),
                changes,
            })
        }
        12..15 => {
            let (bill, shift) = (bill?, own?);
            let method = if dice.one_in(2) {
                TenderMethod::Cash
            } else {
                TenderMethod::Card
            };
            let amount = if dice.one_in(3) {
                Minor(bill.due().0 / 2)
            } else {
                bill.due()
            };
            let tip = Minor(dice.below(2) as i64 * 50);
            let tender = Tender {
                tip,
                ..Tender::new(PaymentId(dice.id()), method, amount)
            };
            (amount.0 > 0).then_some(Action::Pay {
                bill: bill.id,
                shift,
                tender,
            })
        }
        15 => {
            let payment = dice.pick(&bill?.payments)?;
            let amount = payment.left().min(Minor(100));
            (amount.0 > 0).then_some(Action::Refund {
                payable: Payable::Bill(bill?.id),
                payment: payment.id,
                back: back(dice, amount),
                shift: own?,
            })
        }
        16 => match own {
            None => Some(Action::OpenShift {
                shift: ShiftId(dice.id()),
                float: Minor(10_000),
            }),
            Some(shift) => Some(Action::MoveCash {
                id: MoveId(dice.id()),
                shift,
                amount: Minor(-500),
                reason: "ice".into(),
            }),
        },
        17 if dice.one_in(3) => {
            // Some close another till's shift.
            let open: Vec<&Shift> = pos.shifts().filter(|shift| shift.closed.is_none()).collect();
            let shift = *dice.pick(&open)?;
            Some(Action::CloseShift {
                shift: shift.id,
                counted: shift.expected(),
            })
        }
        18 => {
            let tickets: Vec<&Ticket> = pos.tickets().collect();
            let ticket = *dice.pick(&tickets)?;
            let (ticket, lines) = (ticket.id, Vec::new());
            Some(if dice.one_in(2) {
                Action::Recall { ticket, lines }
            } else {
                Action::Bump { ticket, lines }
            })
        }
        19 => {
            let into = dice.pick(&bills).copied()?.id;
            Some(Action::Merge { bill: bill?.id, into })
        }
        20 => {
            let line = dice.pick(&bill?.lines)?;
            let part = SplitPart {
                line: line.id,
                count: 1,
                becomes: LineId(dice.id()),
            };
            let into = if dice.one_in(2) {
                BillId(dice.id())
            } else {
                dice.pick(&bills).copied()?.id
            };
            Some(Action::Split {
                bill: bill?.id,
                into,
                parts: vec![part],
            })
        }
        21 => {
            let off = if dice.one_in(2) {
                Off::Millionths(100_000)
            } else {
                Off::Amount(Minor(75))
            };
            let line = dice
                .pick(&bill?.lines)
                .map(|line| line.id)
                .filter(|_| dice.one_in(2));
            let discount = Discount {
                id: DiscountId(dice.id()),
                line,
                off,
                reason: "waited long".into(),
                by: None,
                allowance: Allowance::Own,
                given: None,
            };
            Some(Action::Discount {
                bill: bill?.id,
                discount,
            })
        }
        22 => {
            let seat = match dice.one_in(3) {
                true => phone(dice),
                false => Seat::Table(TableId(1 + dice.below(3) as u128)),
            };
            Some(Action::Move { bill: bill?.id, seat })
        }
        23 => {
            let refused = pos.refused().next()?.op.id;
            Some(Action::Dismiss { op: refused })
        }
        24 => {
            let payment = dice.pick(&bill?.payments)?.id;
            Some(Action::Mail {
                bill: bill?.id,
                payment,
                to: "guest@example.org".into(),
                lang: Lang::English,
            })
        }
        25 => {
            // Two tills may take the money for one order.
            let (order, shift) = (OrderId(1 + dice.below(3) as u128), own?);
            let method = if dice.one_in(2) {
                TenderMethod::Cash
            } else {
                TenderMethod::Card
            };
            Some(Action::TakeOrder {
                order,
                shift,
                tender: Tender::new(PaymentId(dice.id()), method, Minor(1_250)),
            })
        }
        26 => {
            let takings: Vec<&OrderPayment> = pos.order_payments().collect();
            let taken = *dice.pick(&takings)?;
            let payment = dice.pick(&taken.payments)?.id;
            Some(Action::Refund {
                payable: Payable::Order(taken.order),
                payment,
                back: back(dice, Minor(250)),
                shift: own?,
            })
        }
        27 => {
            let bill = bill?;
            let sent: Vec<LineId> = bill
                .lines
                .iter()
                .filter(|line| line.sent > 0)
                .map(|line| line.id)
                .collect();
            Some(Action::Void {
                bill: bill.id,
                line: *dice.pick(&sent)?,
                count: 1,
                reason: *dice.pick(&VoidReason::ASKED)?,
            })
        }
        _ => None,
    }
}
