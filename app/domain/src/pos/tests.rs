mod phone_orders;

use std::sync::Arc;

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

use super::{
    DeviceRecord, PosState, Record, RecordId, RefusedOp, Stock, Till,
    bill::{Bill, BillLine, Discount, Off, PhoneDelivery, PhoneOrder, Seat},
    cashier::Cashier,
    decide,
    delivery_run::{DeliveryRun, Handover, Proof, Stop},
    may_courier,
    op::{Action, OP_VERSION, Op, OpRefusal, SplitPart},
    payment::{Payable, RefundRequest, Tender, TenderMethod},
    right::{Allowance, TillRole},
    shift_report::ShiftReport,
    table::TablePlan,
    ticket::{Ticket, TicketChange, TicketSource, changes},
    visibility::Viewer,
};
use crate::{
    basket::Fulfilment,
    contact::{Contact, DeliveryAddress},
    currency::{Currency, Minor},
    device::DeviceKind,
    fixtures,
    id::{
        BillId, CashierId, ChoiceId, DeliveryRunId, DeviceId, DiscountId, DishId, LineId, MoveId, OpId,
        OrderId, PaymentId, RefundId, ShiftId, TableId, TicketId,
    },
    lang::Lang,
    order::{Event, Order},
    order_settings::PaymentMethod,
    quote::{QuotedLine, Sum},
    selection::QuotedPick,
    tax::{Tax, TaxRate},
    time::Timestamp,
};

const BILL: BillId = BillId(1);
const SHIFT: ShiftId = ShiftId(1);
const ADA: DeviceId = DeviceId(1);
const BEN: DeviceId = DeviceId(2);

/// A house, and what each device asks of it in turn.
struct Day {
    pos: PosState,
    ops: u64,
}

impl Day {
    fn new() -> Self {
        let mut day = Self {
            pos: PosState::default(),
            ops: 0,
        };
        day.does(
            ADA,
            Action::OpenShift {
                shift: SHIFT,
                float: Minor(10_000),
            },
        );
        day.does(ADA, open(BILL, 10));
        day
    }

    fn asks(&mut self, device: DeviceId, action: Action) -> Result<(), OpRefusal> {
        self.ops += 1;
        let op = Op {
            id: OpId(u128::from(self.ops)),
            device,
            n: self.ops,
            op_version: OP_VERSION,
            at: Timestamp(self.ops as i64),
            by: None,
            approved_by: None,
            action,
        };
        decide(&self.pos, &op).map(|records| records.into_iter().for_each(|record| self.pos.put(record)))
    }

    fn does(&mut self, device: DeviceId, action: Action) {
        assert_eq!(self.asks(device, action), Ok(()));
    }

    fn adds(&mut self, device: DeviceId, line: u128, name: &str, price: i64) {
        self.does(device, add(line, name, price));
    }

    fn sends(&mut self, device: DeviceId, ticket: u128, changes: Vec<TicketChange>) -> Vec<(String, i32)> {
        self.does(
            device,
            Action::Send {
                bill: BILL,
                ticket: TicketId(ticket),
                changes,
            },
        );
        let items = self
            .pos
            .ticket(TicketId(ticket))
            .map_or(&[][..], |ticket| &ticket.items);
        items.iter().map(|item| (item.name.clone(), item.count)).collect()
    }

    fn bill(&self) -> &Bill {
        self.pos.bill(BILL).unwrap()
    }

    fn till(&self) -> &Till {
        self.pos.till(ADA).unwrap()
    }
}

fn add(id: u128, name: &str, price: i64) -> Action {
    Action::Add {
        bill: BILL,
        line: Box::new(line(id, name, price)),
    }
}

fn part(line: u128, becomes: u128) -> SplitPart {
    SplitPart {
        line: LineId(line),
        count: 1,
        becomes: LineId(becomes),
    }
}

fn line(id: u128, name: &str, price: i64) -> BillLine {
    BillLine {
        id: LineId(id),
        dish: DishId(id),
        name: name.into(),
        price: Minor(price),
        taxed: vec![(TaxRate(70_000), Minor(price))],
        taxed_away: Vec::new(),
        picks: Vec::new(),
        note: String::new(),
        course: 0,
        count: 1,
        sent: 0,
    }
}

fn pay(payment: u128, amount: i64) -> Action {
    Action::Pay {
        bill: BILL,
        shift: SHIFT,
        tender: Tender::new(PaymentId(payment), TenderMethod::Cash, Minor(amount)),
    }
}

fn back(payable: Payable, payment: u128, amount: i64) -> Action {
    let back = RefundRequest {
        id: RefundId(payment),
        amount: Minor(amount),
        rounding: Minor::ZERO,
        reason: "cold".into(),
    };
    Action::Refund {
        payable,
        payment: PaymentId(payment),
        back,
        shift: SHIFT,
    }
}

fn discount(id: u128, line: Option<u128>, off: Off) -> Action {
    let discount = Discount {
        id: DiscountId(id),
        line: line.map(LineId),
        off,
        reason: "waited long".into(),
        by: None,
        allowance: Allowance::Own,
        given: None,
    };
    Action::Discount { bill: BILL, discount }
}

fn open(bill: BillId, table: u128) -> Action {
    Action::Open {
        bill,
        seat: Seat::Table(TableId(table)),
        plus_tax: false,
    }
}

/// To be collected, in a place without small coins.
fn ordered(total: i64, tip: i64) -> Order {
    let (total, currency) = (Minor(total), "CHF".parse::<Currency>().unwrap());
    let mut order = fixtures::order(Fulfilment::Collection, PaymentMethod::Door);
    let ordered = Arc::make_mut(&mut order.ordered);
    ordered.currency = currency;
    ordered.sums = vec![Sum::Dishes(total - Minor(tip)), Sum::Tip(Minor(tip))];
    ordered.taxes = vec![Tax {
        rate: TaxRate(190_000),
        of: total - Minor(tip),
        tax: Minor(288),
    }];
    ordered.total = total;
    ordered.in_cash = currency.in_cash(total);
    order
}

fn told(name: &str, count: i32) -> (String, i32) {
    (name.into(), count)
}

#[test]
fn case_odoo_285993_only_what_is_new_reaches_the_kitchen() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Water", 250);
    assert_eq!(day.sends(ADA, 1, changes(day.bill())), [told("Water", 1)]);
    day.adds(ADA, 2, "Burger", 1_250);
    assert_eq!(day.sends(ADA, 2, changes(day.bill())), [told("Burger", 1)]);
}

#[test]
fn case_odoo_210776_a_cancellation_and_a_new_item_reach_the_kitchen_together() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Soup", 550);
    day.sends(ADA, 1, changes(day.bill()));
    day.does(
        ADA,
        Action::Count {
            bill: BILL,
            line: LineId(1),
            by: -1,
        },
    );
    day.adds(ADA, 2, "Salad", 750);
    assert_eq!(
        day.sends(ADA, 2, changes(day.bill())),
        [told("Soup", -1), told("Salad", 1)]
    );
    assert!(changes(day.bill()).is_empty());
}

#[test]
fn case_odoo_138664_what_two_waiters_add_to_a_table_is_all_on_it() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.adds(BEN, 2, "Schnitzel", 1_490);
    day.does(
        ADA,
        Action::Count {
            bill: BILL,
            line: LineId(1),
            by: 1,
        },
    );
    day.does(
        BEN,
        Action::Count {
            bill: BILL,
            line: LineId(1),
            by: 1,
        },
    );
    assert_eq!(day.bill().total(), Minor(3 * 450 + 1_490));
}

#[test]
fn what_two_send_at_once_is_cooked_once() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    let seen = changes(day.bill());
    assert_eq!(day.sends(ADA, 1, seen.clone()), [told("Beer", 1)]);
    assert!(day.sends(BEN, 2, seen).is_empty());
}

#[test]
fn case_odoo_182058_a_sale_into_a_shift_that_another_closed_is_in_its_cash() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.does(
        BEN,
        Action::CloseShift {
            shift: SHIFT,
            counted: Minor(10_000),
        },
    );
    day.does(ADA, pay(1, 450));
    let shift = day.pos.shift(SHIFT).unwrap();
    assert_eq!((shift.expected(), shift.late()), (Minor(10_450), Minor(450)));
    assert_eq!(
        day.pos
            .records()
            .filter(|record| matches!(record, Record::Shift(_)))
            .count(),
        1,
        "no shift appears by itself"
    );
}

#[test]
fn money_is_taken_down_whatever_became_of_the_bill() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.does(ADA, pay(1, 450));
    assert_eq!(day.bill().due(), Minor::ZERO);
    day.does(BEN, pay(2, 450));
    assert_eq!(
        day.bill().due(),
        Minor(-450),
        "the guest has paid twice and gets one back"
    );
    let again = back(Payable::Bill(BILL), 2, 450);
    day.does(ADA, again.clone());
    assert_eq!(
        day.asks(ADA, again),
        Err(OpRefusal::Taken),
        "and only one, however often the button is tapped"
    );
    assert_eq!(
        (day.bill().due(), day.pos.shift(SHIFT).unwrap().expected()),
        (Minor::ZERO, Minor(10_450))
    );
    assert_eq!(
        day.asks(ADA, pay(1, 450)),
        Err(OpRefusal::Taken),
        "but each payment once"
    );
}

#[test]
fn a_till_counts_its_receipts_without_a_gap() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.does(ADA, pay(1, 200));
    assert_eq!(
        day.asks(
            ADA,
            Action::Bump {
                ticket: TicketId(9),
                lines: Vec::new()
            }
        ),
        Err(OpRefusal::Unknown)
    );
    day.does(BEN, pay(2, 100));
    day.does(ADA, pay(3, 150));
    let receipts: Vec<_> = day
        .bill()
        .payments
        .iter()
        .map(|paid| (paid.receipt.till, paid.receipt.number))
        .collect();
    assert_eq!(receipts, [(ADA, 1), (BEN, 1), (ADA, 2)]);
    assert_eq!(day.till().receipts, 2);
}

#[test]
fn a_receipt_is_mailed_for_a_payment_that_is_there_also_after_its_bill_was_merged() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.does(ADA, pay(1, 450));
    let mail = |payment, to: &str| Action::Mail {
        bill: BILL,
        payment: PaymentId(payment),
        to: to.into(),
        lang: Lang::German,
    };
    let before = day.pos.clone();
    day.does(ADA, mail(1, "ada@example.org"));
    assert_eq!(day.pos, before, "no thing is another one for it");
    day.does(ADA, open(BillId(2), 11));
    day.does(
        ADA,
        Action::Merge {
            bill: BILL,
            into: BillId(2),
        },
    );
    day.does(ADA, mail(1, "ada@example.org"));
    assert_eq!(day.asks(ADA, mail(2, "ada@example.org")), Err(OpRefusal::Unknown));
    for to in [
        "",
        "ada",
        "ada@example.org, eve@example.org",
        "ada@example.org\r\nBcc: eve@example.org",
    ] {
        assert!(
            matches!(day.asks(ADA, mail(1, to)), Err(OpRefusal::Malformed(_))),
            "{to}"
        );
    }
}

#[test]
fn money_for_an_order_is_in_the_drawer_under_the_tills_next_number_whatever_became_of_it() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.does(ADA, pay(1, 450));
    let order = ordered(2_003, 200);
    day.pos.put(Record::Order(Box::new(order.clone())));
    let tender = day.pos.tender(&order, PaymentId(2), TenderMethod::Cash);
    assert_eq!(
        (tender.amount, tender.tip, tender.rounding),
        (Minor(1_803), Minor(200), Minor(2)),
        "coins of 5"
    );
    let take = |payment| {
        let tender = Tender {
            id: PaymentId(payment),
            ..tender.clone()
        };
        Action::TakeOrder {
            order: order.id,
            shift: SHIFT,
            tender,
        }
    };
    day.does(ADA, take(2));
    assert_eq!(
        (day.pos.due(&order), day.pos.shift(SHIFT).unwrap().expected()),
        (Minor::ZERO, Minor(12_455))
    );
    assert_eq!(day.asks(ADA, take(2)), Err(OpRefusal::Taken), "each payment once");
    day.pos.put(Record::Gone(RecordId::Order(order.id)));
    day.does(BEN, take(3));
    let taken = day.pos.order_payment(order.id).unwrap();
    let receipts: Vec<_> = taken
        .payments
        .iter()
        .map(|paid| (paid.receipt.till, paid.receipt.number))
        .collect();
    assert_eq!(
        (receipts, &taken.taxes),
        (vec![(ADA, 2), (BEN, 1)], &order.ordered.taxes)
    );
    let unknown = Action::TakeOrder {
        order: OrderId(9),
        shift: SHIFT,
        tender: Tender::new(PaymentId(4), TenderMethod::Card, Minor(100)),
    };
    day.does(ADA, unknown);
    let report = ShiftReport::of(&day.pos, SHIFT).unwrap();
    assert_eq!(
        (report.total(), report.tipped(), report.rounding),
        (Minor(450 + 1_803), Minor(400), Minor(4))
    );
    assert_eq!(
        differences(&report),
        [
            (BEN, Payable::Order(order.id), Minor(1_803)),
            (ADA, Payable::Order(OrderId(9)), Minor(100)),
        ],
        "what nobody owed is in the drawer and no sale"
    );
    assert_eq!((report.payments, report.receipts), (4, Some((1, 3))));
    assert!(
        report
            .taxes
            .iter()
            .any(|tax| tax.rate == TaxRate(190_000) && tax.tax == Minor(288)),
        "{:?}",
        report.taxes
    );
    let cash = day.pos.shift(SHIFT).unwrap().expected();
    day.does(BEN, back(Payable::Order(order.id), 2, 803));
    assert_eq!(
        day.asks(BEN, back(Payable::Order(order.id), 9, 803)),
        Err(OpRefusal::Unknown)
    );
    assert_eq!(day.pos.shift(SHIFT).unwrap().expected(), cash - Minor(803));
    let report = ShiftReport::of(&day.pos, SHIFT).unwrap();
    assert_eq!(
        (report.total(), report.refunded),
        (Minor(450 + 1_000), Minor(803))
    );
    assert_eq!(
        day.pos.due(&order),
        Minor::ZERO,
        "what was given back is not asked for again"
    );
    assert_eq!(
        Viewer::new(DeviceKind::Courier, BEN, [BEN].into(), &[]).shown(Record::OrderPayment(
            day.pos.order_payment(order.id).unwrap().clone()
        )),
        None
    );
}

fn differences(report: &ShiftReport) -> Vec<(DeviceId, Payable, Minor)> {
    let differences = report.differences.iter();
    differences
        .map(|difference| (difference.till, difference.payable, difference.amount))
        .collect()
}

#[test]
fn a_refund_of_more_than_was_paid_is_a_difference_that_names_the_till() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 600);
    day.does(ADA, pay(1, 600));
    day.does(ADA, back(Payable::Bill(BILL), 1, 999_999));
    let payment = day.bill().payment(PaymentId(1)).unwrap();
    assert_eq!(
        (payment.refunded(), payment.left()),
        (Minor(600), Minor::ZERO),
        "the refund is what was paid"
    );
    assert_eq!(day.bill().due(), Minor(600));
    let report = ShiftReport::of(&day.pos, SHIFT).unwrap();
    assert_eq!((report.total(), report.refunded), (Minor::ZERO, Minor(600)));
    assert_eq!(
        differences(&report),
        [(ADA, Payable::Bill(BILL), Minor(600 - 999_999))]
    );
    let drawer = day.pos.shift(SHIFT).unwrap().expected();
    assert_eq!(
        drawer,
        Minor(10_000 + 600 - 999_999),
        "the cash is gone all the same"
    );
}

#[test]
fn a_card_payment_of_more_than_is_due_is_a_sale_of_what_is_due() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 600);
    let tender = Tender::new(PaymentId(1), TenderMethod::Card, Minor(999_999));
    day.does(
        BEN,
        Action::Pay {
            bill: BILL,
            shift: SHIFT,
            tender,
        },
    );
    let report = ShiftReport::of(&day.pos, SHIFT).unwrap();
    assert_eq!(
        (report.total(), report.on_cards()),
        (Minor(600), Minor(999_999)),
        "the terminal has all of it"
    );
    assert_eq!(differences(&report), [(BEN, Payable::Bill(BILL), Minor(999_399))]);
    day.does(ADA, back(Payable::Bill(BILL), 1, 999_399));
    let report = ShiftReport::of(&day.pos, SHIFT).unwrap();
    let given_back: Minor = report
        .differences
        .iter()
        .map(|difference| difference.amount)
        .sum();
    assert_eq!(
        (given_back, report.total(), report.refunded, day.bill().due()),
        (Minor::ZERO, Minor(600), Minor::ZERO, Minor::ZERO),
        "what was given back of it is no refund of a sale"
    );
}

#[test]
fn a_till_is_told_what_an_order_was_paid_too_much() {
    let mut day = Day::new();
    let order = ordered(2_000, 0);
    day.pos.put(Record::Order(Box::new(order.clone())));
    let take = |payment| Action::TakeOrder {
        order: order.id,
        shift: SHIFT,
        tender: Tender::new(PaymentId(payment), TenderMethod::Card, Minor(2_000)),
    };
    day.does(ADA, take(1));
    assert_eq!(day.pos.overpaid_orders().count(), 0);
    day.does(BEN, take(2));
    let overpaid: Vec<_> = day
        .pos
        .overpaid_orders()
        .map(|(id, paid)| (id, paid.id))
        .collect();
    assert_eq!(overpaid, [(order.id, PaymentId(2))]);
    day.does(BEN, back(Payable::Order(order.id), 2, 2_000));
    assert_eq!(day.pos.overpaid_orders().count(), 0);
}

#[test]
fn what_was_paid_by_card_is_not_taken_again() {
    let mut order = ordered(2_000, 0);
    order.progress.payment.method = PaymentMethod::Card;
    order.progress.payment.paid = Minor(2_000);
    assert_eq!(PosState::default().due(&order), Minor::ZERO);
}

#[test]
fn case_kitchenasty_55_the_last_portion_is_sold_once() {
    let mut day = Day::new();
    day.pos.put(Record::Stock(Stock {
        dish: DishId(1),
        left: 1,
    }));
    day.adds(ADA, 1, "Meatloaf", 1_450);
    assert_eq!(
        day.asks(
            BEN,
            Action::Count {
                bill: BILL,
                line: LineId(1),
                by: 1
            }
        ),
        Err(OpRefusal::SoldOut { left: 0 })
    );
    day.does(
        ADA,
        Action::Count {
            bill: BILL,
            line: LineId(1),
            by: -1,
        },
    );
    assert_eq!(
        day.pos.stock(DishId(1)).unwrap().left,
        1,
        "what is taken off the bill can be sold again"
    );
}

#[test]
fn a_shift_that_two_tabs_opened_at_once_is_two_and_neither_loses_money() {
    let mut day = Day::new();
    day.does(
        ADA,
        Action::OpenShift {
            shift: ShiftId(2),
            float: Minor(500),
        },
    );
    assert_eq!(day.till().shift, Some(ShiftId(2)));
    day.adds(ADA, 1, "Beer", 450);
    day.does(ADA, pay(1, 450));
    let close = Action::CloseShift {
        shift: SHIFT,
        counted: Minor(10_450),
    };
    day.does(ADA, close.clone());
    assert_eq!(day.asks(BEN, close), Err(OpRefusal::Closed));
    assert_eq!(day.till().shift, Some(ShiftId(2)), "the other one goes on");
    assert_eq!(day.pos.shift(ShiftId(2)).unwrap().expected(), Minor(500));
}

#[test]
fn what_no_till_of_ours_would_send_is_refused_by_its_field() {
    let mut day = Day::new();
    let taxed = |parts: [i64; 2]| {
        let Action::Add { bill, line } = add(1, "Beer", 100) else {
            unreachable!()
        };
        let taxed = parts.map(|part| (TaxRate(70_000), Minor(part))).into();
        Action::Add {
            bill,
            line: Box::new(BillLine { taxed, ..*line }),
        }
    };
    assert_eq!(taxed([60, 40]).check(), Ok(()));
    let broken = [
        (taxed([60, 41]), "taxed"),
        (taxed([-100, 200]), "taxed"),
        (taxed([i64::MAX, 1]), "taxed"),
        (add(1, &"x".repeat(200), 100), "name"),
        (add(1, "Beer", -1), "price"),
        (pay(1, -1), "amount"),
        (
            Action::MoveCash {
                id: MoveId(1),
                shift: SHIFT,
                amount: Minor(1),
                reason: "\u{7}".into(),
            },
            "reason",
        ),
        (
            Action::OpenShift {
                shift: ShiftId(2),
                float: Minor(i64::MAX),
            },
            "float",
        ),
    ];
    for (action, field) in broken {
        let refused = day.asks(ADA, action);
        assert!(
            matches!(&refused, Err(OpRefusal::Malformed(why)) if why.contains(field)),
            "{field}: {refused:?}"
        );
    }
}

#[test]
fn case_odoo_142467_two_devices_open_one_table_and_it_has_one_live_bill() {
    let mut day = Day::new();
    day.does(BEN, open(BillId(2), 10));
    let mut beer = add(1, "Beer", 450);
    if let Action::Add { bill, .. } = &mut beer {
        *bill = BillId(2);
    }
    day.does(BEN, beer);
    assert_eq!(
        day.bill().total(),
        Minor(450),
        "what Ben rings up is on the bill that Ada opened"
    );
    assert_eq!(day.pos.table(TableId(10)).unwrap().bills, [BILL]);
    let tender = Tender::new(PaymentId(1), TenderMethod::Cash, Minor(450));
    day.does(
        BEN,
        Action::Pay {
            bill: BillId(2),
            shift: SHIFT,
            tender,
        },
    );
    assert_eq!((day.bill().due(), day.bill().closed), (Minor::ZERO, true));
    assert!(
        day.pos.table(TableId(10)).unwrap().bills.is_empty(),
        "who has paid leaves the table"
    );
}

#[test]
fn a_bill_that_is_paid_takes_more_and_is_open_again() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.does(ADA, pay(1, 450));
    day.adds(BEN, 2, "Coffee", 300);
    assert_eq!((day.bill().closed, day.bill().due()), (false, Minor(300)));
    assert_eq!(day.pos.table(TableId(10)).unwrap().bills, [BILL]);
}

#[test]
fn a_bill_is_split_by_item_and_merged_again_without_losing_a_cent_or_a_ticket() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.does(
        ADA,
        Action::Count {
            bill: BILL,
            line: LineId(1),
            by: 2,
        },
    );
    day.sends(ADA, 1, changes(day.bill()));
    let other = BillId(2);
    let part = |count| SplitPart {
        line: LineId(1),
        count,
        becomes: LineId(11),
    };
    let split = |count| Action::Split {
        bill: BILL,
        into: other,
        parts: vec![part(count)],
    };
    day.does(ADA, split(2));
    assert_eq!(
        (day.bill().total(), day.pos.bill(other).unwrap().total()),
        (Minor(450), Minor(900))
    );
    assert!(
        changes(day.pos.bill(other).unwrap()).is_empty(),
        "the kitchen knows of them already"
    );
    assert_eq!(day.pos.table(TableId(10)).unwrap().bills, [BILL, other]);
    day.does(
        ADA,
        Action::Merge {
            bill: other,
            into: BILL,
        },
    );
    assert_eq!(
        (day.bill().total(), day.pos.merged_bill(other).unwrap().id),
        (Minor(1_350), BILL)
    );
    day.does(
        ADA,
        Action::Merge {
            bill: BILL,
            into: other,
        },
    );
    assert_eq!(
        day.pos.table(TableId(10)).unwrap().bills,
        [BILL],
        "merging them the other way, too, changes nothing"
    );
}

#[test]
fn discounts_take_off_what_they_say_and_never_more_than_there_is() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.adds(ADA, 2, "Schnitzel", 1_490);
    let discount = |id, line, off| Action::Discount {
        bill: BILL,
        discount: Discount {
            id: DiscountId(id),
            line,
            off,
            reason: "waited long".into(),
            by: None,
            allowance: Allowance::Own,
            given: None,
        },
    };
    day.does(ADA, discount(1, Some(LineId(1)), Off::Amount(Minor(1_000))));
    day.does(ADA, discount(2, None, Off::Millionths(100_000)));
    let sums = day.bill().sums();
    assert_eq!(
        (sums.dishes, &*sums.off, sums.total),
        (Minor(1_940), &[Minor(450), Minor(149)][..], Minor(1_341))
    );
    assert_eq!(
        sums.taxes.iter().map(|tax| tax.of).sum::<Minor>(),
        Minor(1_341),
        "tax is due on what is paid"
    );
    day.does(
        ADA,
        Action::TakeBackDiscount {
            bill: BILL,
            discount: DiscountId(1),
        },
    );
    assert_eq!(day.bill().total(), Minor(1_746));
}

#[test]
fn where_prices_are_without_tax_it_is_added_once() {
    let mut day = Day::new();
    day.does(
        ADA,
        Action::Open {
            bill: BillId(2),
            seat: Seat::Counter,
            plus_tax: true,
        },
    );
    let Action::Add { mut line, .. } = add(1, "Burger", 1_000) else {
        unreachable!()
    };
    line.taxed = vec![(TaxRate(88_750), Minor(1_000))];
    day.does(
        ADA,
        Action::Add {
            bill: BillId(2),
            line,
        },
    );
    assert_eq!(day.pos.bill(BillId(2)).unwrap().total(), Minor(1_089));
}

#[test]
fn case_odoo_217318_a_tip_is_recorded_as_a_tip_and_change_is_given_on_the_rest() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    let tender = Tender {
        tip: Minor(50),
        given: Minor(1_000),
        ..Tender::new(PaymentId(1), TenderMethod::Cash, Minor(450))
    };
    assert_eq!(tender.change(), Minor(500));
    day.does(
        ADA,
        Action::Pay {
            bill: BILL,
            shift: SHIFT,
            tender,
        },
    );
    assert_eq!(
        (day.bill().due(), day.pos.shift(SHIFT).unwrap().expected()),
        (Minor::ZERO, Minor(10_500))
    );
}

#[test]
fn a_table_with_guests_stays_on_the_plan() {
    let mut day = Day::new();
    let plan = TablePlan {
        name: "10".into(),
        seats: 4,
        x: 20,
        y: 30,
        width: 10,
        height: 10,
        ..TablePlan::default()
    };
    day.does(
        ADA,
        Action::Plan {
            table: TableId(10),
            plan,
        },
    );
    assert_eq!(
        day.pos.table(TableId(10)).unwrap().bills,
        [BILL],
        "moving it moves nobody"
    );
    assert_eq!(
        day.asks(ADA, Action::RemoveTable { table: TableId(10) }),
        Err(OpRefusal::InUse)
    );
    day.does(
        ADA,
        Action::Move {
            bill: BILL,
            seat: Seat::Counter,
        },
    );
    day.does(ADA, Action::RemoveTable { table: TableId(10) });
    assert_eq!(day.pos.table(TableId(10)), None);
}

#[test]
fn money_for_a_bill_that_was_never_made_is_taken_down() {
    let mut day = Day::new();
    let tender = Tender::new(PaymentId(1), TenderMethod::Card, Minor(450));
    day.does(
        ADA,
        Action::Pay {
            bill: BillId(9),
            shift: SHIFT,
            tender,
        },
    );
    assert_eq!(
        day.pos.bill(BillId(9)).unwrap().due(),
        Minor(-450),
        "somebody has to see to it"
    );
}

#[test]
fn who_splits_off_what_is_gone_meanwhile_gets_what_is_left() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    let part = |line: u128| SplitPart {
        line: LineId(line),
        count: 2,
        becomes: LineId(line + 10),
    };
    day.does(
        ADA,
        Action::Split {
            bill: BILL,
            into: BillId(2),
            parts: vec![part(1), part(2)],
        },
    );
    assert_eq!(
        (day.bill().total(), day.pos.bill(BillId(2)).unwrap().total()),
        (Minor::ZERO, Minor(450))
    );
}

#[test]
fn a_closed_shift_has_a_number_and_its_till_counts_on() {
    let mut day = Day::new();
    day.does(
        ADA,
        Action::CloseShift {
            shift: SHIFT,
            counted: Minor(9_900),
        },
    );
    day.does(
        ADA,
        Action::OpenShift {
            shift: ShiftId(2),
            float: Minor(9_900),
        },
    );
    day.does(
        ADA,
        Action::CloseShift {
            shift: ShiftId(2),
            counted: Minor(9_900),
        },
    );
    let number = |shift| day.pos.shift(shift).unwrap().closed.as_ref().unwrap().number;
    assert_eq!(
        (number(SHIFT), number(ShiftId(2)), day.till().shift),
        (1, 2, None)
    );
}

#[test]
fn the_id_of_a_thing_survives_being_written() {
    let ids = [
        (RecordId::Bill(BILL), "bill-"),
        (RecordId::Till(ADA), "till-"),
        (RecordId::Device(ADA), "device-"),
        (RecordId::Favourite(DishId(7)), "favourite-"),
        (
            RecordId::RefusedOp(OpId(u128::MAX)),
            "refused_op-ffffffffffffffffffffffffffffffff",
        ),
    ];
    for (id, begins) in ids {
        let text = id.to_string();
        assert!(text.starts_with(begins), "{text}");
        assert_eq!(text.parse(), Ok(id));
    }
    for text in [
        "",
        "bill",
        "bill-",
        "bill-7",
        "guest-00000000000000000000000000000007",
        "Bill-00000000000000000000000000000007",
    ] {
        assert!(text.parse::<RecordId>().is_err(), "{text}");
    }
}

#[test]
fn a_kitchen_sees_what_is_to_be_made_and_for_whom_and_neither_money_nor_pins() {
    let kitchen = Viewer::new(DeviceKind::Kitchen, ADA, [ADA].into(), &[]);
    let mut day = Day::new();
    day.adds(ADA, 1, "Soup", 500);
    day.sends(
        ADA,
        1,
        vec![TicketChange {
            line: LineId(1),
            count: 1,
        }],
    );
    day.does(ADA, pay(1, 500));
    day.does(
        ADA,
        Action::TakeOrder {
            order: OrderId(1),
            shift: SHIFT,
            tender: Tender::new(PaymentId(2), TenderMethod::Cash, Minor(100)),
        },
    );
    day.does(
        ADA,
        Action::Assign {
            run: DeliveryRunId(1),
            courier: BEN,
            orders: vec![],
        },
    );
    let cashier = Cashier {
        id: CashierId(1),
        name: "Eve".into(),
        pin: "hash".into(),
        role: TillRole::Lead,
    };
    day.does(ADA, Action::Cashier(cashier));
    day.pos.put(Record::Order(Box::new(ordered(100, 0))));
    day.pos.put(Record::Stock(Stock {
        dish: DishId(1),
        left: 1,
    }));
    let seen: Vec<RecordId> = day
        .pos
        .records()
        .filter_map(|record| kitchen.view(record.clone()))
        .map(|record| record.id())
        .collect();
    let hidden = |id: &RecordId| !seen.contains(id);
    let (table, order) = (RecordId::Table(TableId(10)), RecordId::Order(ordered(100, 0).id));
    assert_eq!(
        seen,
        [
            RecordId::Ticket(TicketId(1)),
            RecordId::Stock(DishId(1)),
            table,
            order
        ]
    );
    for id in day.pos.records().map(Record::id).filter(hidden) {
        assert_eq!(kitchen.shown(Record::Gone(id)), None, "{id}");
        assert_eq!(kitchen.shown(day.pos.get(id).unwrap().clone()), None, "{id}");
    }
    assert_eq!(kitchen.shown(Record::Gone(table)), Some(Record::Gone(table)));
}

#[test]
fn a_courier_sees_its_own_runs_and_what_they_bring_and_nobodys_money() {
    let run = |id, courier| DeliveryRun {
        id: DeliveryRunId(id),
        courier,
        had: [].into(),
        assigned_at: Timestamp(0),
        stops: vec![Stop {
            order: OrderId(id),
            handover: None,
        }],
        removed: [].into(),
        handed_in: None,
    };
    let runs = [run(1, ADA), run(2, BEN)];
    let viewer = |kind| Viewer::new(kind, ADA, [ADA].into(), &runs);
    let (ada, till) = (viewer(DeviceKind::Courier), viewer(DeviceKind::Till));
    assert_eq!(ada.orders, [OrderId(1)].into());
    let till_thing = Record::Till(Till::new(ADA));
    let everybodys = [
        Record::Stock(Stock {
            dish: DishId(1),
            left: 1,
        }),
        Record::Device(DeviceRecord {
            device: BEN,
            name: "Ben".into(),
            kind: DeviceKind::Till,
            reader: None,
        }),
    ];
    for record in everybodys {
        assert_eq!(ada.shown(record.clone()), Some(record.clone()));
        assert_eq!(till.shown(record.clone()), Some(record));
    }
    assert_eq!(
        ada.shown(Record::DeliveryRun(runs[0].clone())),
        Some(Record::DeliveryRun(runs[0].clone()))
    );
    assert_eq!(ada.shown(Record::DeliveryRun(runs[1].clone())), None);
    let once_hers = DeliveryRun {
        had: [ADA].into(),
        ..runs[1].clone()
    };
    assert_eq!(
        ada.shown(Record::DeliveryRun(once_hers)),
        Some(Record::Gone(RecordId::DeliveryRun(DeliveryRunId(2))))
    );
    assert_eq!(ada.shown(till_thing.clone()), None);
    assert_eq!(ada.shown(Record::Gone(RecordId::Bill(BILL))), None);
    assert_eq!(till.shown(till_thing.clone()), Some(till_thing));
}

#[test]
fn a_kitchen_learns_neither_how_to_reach_a_guest_nor_what_others_were_refused() {
    let kitchen = Viewer::new(DeviceKind::Kitchen, ADA, [ADA].into(), &[]);
    let mut order = ordered(2_000, 200);
    let facts = Arc::make_mut(&mut order.ordered);
    facts.contact = Contact {
        name: "Ada".into(),
        phone: "+41 44 000 00 00".into(),
        email: "ada@example.org".into(),
    };
    facts.fulfilment = Fulfilment::Delivery(DeliveryAddress {
        street: "12 Quay".into(),
        ..DeliveryAddress::default()
    });
    facts.lines = vec![QuotedLine {
        id: LineId(1),
        dish: DishId(1),
        name: "Soup".into(),
        count: 1,
        price: Minor(777),
        sum: Minor(777),
        picks: vec![QuotedPick {
            choice: ChoiceId(1),
            name: "Bread".into(),
            price: Minor(777),
            dish: None,
            depth: 1,
        }],
        note: String::new(),
    }];
    order.progress.payment.paid = Minor(2_000);
    let Some(Record::Order(seen)) = kitchen.view(Record::Order(Box::new(order))) else {
        panic!("it has to be made")
    };
    let text = serde_json::to_string(&seen).unwrap();
    assert_eq!(seen.ordered.contact.name, "Ada", "to call out");
    for hidden in ["+41", "@example", "Quay", "2000", "1800", "777"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    let ticket = Ticket {
        id: TicketId(1),
        of: TicketSource::Bill {
            bill: BILL,
            seat: Seat::Phone(Box::new(PhoneOrder {
                name: "Eve".into(),
                phone: "+41 44 000 00 01".into(),
                due_at: None,
                delivery: Some(PhoneDelivery {
                    address: DeliveryAddress {
                        street: "Quay 7".into(),
                        ..DeliveryAddress::default()
                    },
                    zone: "Old town".into(),
                    fee: Minor(300),
                    free_from: None,
                    fee_tax: TaxRate(70_000),
                    paid_elsewhere: false,
                }),
            })),
            name: String::new(),
        },
        taken_at: Timestamp(0),
        due_at: None,
        items: Vec::new(),
        off: false,
    };
    let seen = serde_json::to_string(&kitchen.view(Record::Ticket(ticket))).unwrap();
    assert!(
        seen.contains("Eve") && !seen.contains("+41") && !seen.contains("Quay"),
        "{seen}"
    );
    let refused = |device| {
        let cashier = Cashier {
            id: CashierId(1),
            name: "Eve".into(),
            pin: "hash".into(),
            role: TillRole::Lead,
        };
        let op = Op {
            id: OpId(1),
            device,
            n: 1,
            op_version: OP_VERSION,
            at: Timestamp(0),
            by: None,
            approved_by: None,
            action: Action::Cashier(cashier),
        };
        let why = OpRefusal::Forbidden;
        Record::RefusedOp(Box::new(RefusedOp { op, why }))
    };
    assert_eq!(kitchen.view(refused(BEN)), None, "a PIN's hash");
    assert!(kitchen.view(refused(ADA)).is_some());
}

#[test]
fn a_courier_hears_of_what_it_has_or_had_and_acts_on_nothing_else() {
    let mut day = Day::new();
    for id in [1, 2, 3] {
        let order = Order {
            id: OrderId(id),
            ..ordered(100, 0)
        };
        day.pos.put(Record::Order(Box::new(order)));
    }
    let assign = |orders: &[u128]| Action::Assign {
        run: DeliveryRunId(1),
        courier: ADA,
        orders: orders.iter().map(|id| OrderId(*id)).collect(),
    };
    day.does(BEN, assign(&[1, 2]));
    day.does(BEN, assign(&[1]));
    let run = day.pos.delivery_run(DeliveryRunId(1)).unwrap().clone();
    assert_eq!(run.removed, [OrderId(2)].into());
    let viewer = Viewer::new(DeviceKind::Courier, ADA, [ADA].into(), &[run]);
    let told = |id| {
        let order = day.pos.order(OrderId(id)).unwrap().clone();
        viewer.shown(Record::Order(Box::new(order)))
    };
    assert!(matches!(told(1), Some(Record::Order(_))));
    assert_eq!(told(2), Some(Record::Gone(RecordId::Order(OrderId(2)))));
    assert_eq!(told(3), None, "not even that there is such an order");
    let gone = Record::Gone(RecordId::Order(OrderId(3)));
    assert_eq!(viewer.shown(gone), None);

    let hand_over = |order| Action::HandOver {
        run: DeliveryRunId(1),
        order: OrderId(order),
        handover: Handover {
            at: Timestamp(0),
            cash: Minor::ZERO,
            proof: Proof::Name("Eve".into()),
        },
    };
    let deliver = |order, run: Option<u128>| Action::Order {
        order: OrderId(order),
        event: Event::Delivered,
        run: run.map(DeliveryRunId),
    };
    for (action, may) in [
        (hand_over(1), true),
        (hand_over(2), true),
        (hand_over(3), false),
        (assign(&[1]), true),
        (assign(&[1, 2]), false),
        (assign(&[1, 3]), false),
        (deliver(1, Some(1)), true),
        (deliver(2, Some(1)), true),
        (deliver(3, Some(1)), false),
        (deliver(1, Some(2)), false),
        (deliver(1, None), false),
    ] {
        assert_eq!(may_courier(&day.pos, ADA, &action), may, "{action:?}");
        assert!(
            !may_courier(&day.pos, BEN, &action),
            "another courier: {action:?}"
        );
    }
}

#[test]
fn cash_is_moved_once_however_often_the_button_is_tapped() {
    let mut day = Day::new();
    let ice = Action::MoveCash {
        id: MoveId(1),
        shift: SHIFT,
        amount: Minor(-500),
        reason: "ice".into(),
    };
    day.does(ADA, ice.clone());
    assert_eq!(day.asks(ADA, ice), Err(OpRefusal::Taken));
    assert_eq!(day.pos.shift(SHIFT).unwrap().expected(), Minor(9_500));
}

#[test]
fn what_was_taken_off_costs_nobody_else_anything_when_a_bill_is_split_or_merged() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Steak", 3_000);
    day.adds(ADA, 2, "Beer", 450);
    day.adds(ADA, 3, "Cake", 700);
    day.does(ADA, discount(1, Some(1), Off::Millionths(1_000_000)));
    day.does(ADA, discount(2, None, Off::Millionths(100_000)));
    assert_eq!(day.bill().total(), Minor(1_035));
    let parts = vec![part(1, 11), part(2, 12)];
    day.does(
        ADA,
        Action::Split {
            bill: BILL,
            into: BillId(2),
            parts,
        },
    );
    let total = |day: &Day, bill| day.pos.bill(bill).unwrap().total();
    assert_eq!(
        (total(&day, BILL), total(&day, BillId(2))),
        (Minor(630), Minor(405)),
        "the steak stays free, and all of it a tenth cheaper"
    );
    day.does(BEN, open(BillId(3), 11));
    day.does(
        BEN,
        Action::Add {
            bill: BillId(3),
            line: Box::new(line(31, "Soup", 600)),
        },
    );
    day.does(
        BEN,
        Action::Merge {
            bill: BILL,
            into: BillId(3),
        },
    );
    assert_eq!(
        total(&day, BillId(3)),
        Minor(1_230),
        "the soup costs what it cost"
    );
}

#[test]
fn a_paid_bill_whose_sum_changes_is_open_again() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.adds(ADA, 2, "Cake", 700);
    day.does(ADA, pay(1, 1_150));
    assert!(day.bill().closed);
    day.does(
        BEN,
        Action::Split {
            bill: BILL,
            into: BillId(2),
            parts: vec![part(2, 12)],
        },
    );
    assert!(
        !day.bill().closed,
        "the guest is owed what the other one pays for"
    );
    assert_eq!(day.bill().due(), Minor(-700));
}

#[test]
fn case_odoo_34604_a_bill_that_is_taken_along_after_all_has_the_same_price_and_the_other_tax() {
    let mut day = Day::new();
    let mut coffee = line(1, "Coffee", 1_000);
    coffee.taxed = vec![(TaxRate(130_000), Minor(1_000))];
    coffee.taxed_away = vec![(TaxRate(50_000), Minor(1_000))];
    day.does(
        ADA,
        Action::Add {
            bill: BILL,
            line: Box::new(coffee),
        },
    );
    let sums = |day: &Day| (day.bill().sums().total, day.bill().sums().taxes[0].tax);
    assert_eq!(sums(&day), (Minor(1_000), Minor(115)));
    day.does(
        ADA,
        Action::Move {
            bill: BILL,
            seat: Seat::Away,
        },
    );
    assert_eq!(sums(&day), (Minor(1_000), Minor(48)));
}

#[test]
fn a_drawer_holds_what_a_day_brings_in_any_currency() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Meze", 90_000_000);
    day.does(
        ADA,
        Action::Count {
            bill: BILL,
            line: LineId(1),
            by: 4,
        },
    );
    day.does(ADA, pay(1, 450_000_000));
    day.does(
        ADA,
        Action::CloseShift {
            shift: SHIFT,
            counted: Minor(450_010_000),
        },
    );
    assert_eq!(
        day.pos.shift(SHIFT).unwrap().closed.as_ref().unwrap().expected,
        Minor(450_010_000)
    );
}

#[test]
fn what_a_courier_collected_pays_for_the_orders_and_the_rest_is_a_move_of_cash() {
    let mut day = Day::new();
    let order = ordered(2_003, 200);
    day.pos.put(Record::Order(Box::new(order.clone())));
    day.does(
        ADA,
        Action::Assign {
            run: DeliveryRunId(1),
            courier: BEN,
            orders: vec![order.id],
        },
    );
    let handover = Handover {
        at: Timestamp(5),
        cash: Minor(2_105),
        proof: Proof::Name("Nell".into()),
    };
    day.does(
        BEN,
        Action::HandOver {
            run: DeliveryRunId(1),
            order: order.id,
            handover,
        },
    );
    let hand_in = Action::HandIn {
        id: MoveId(7),
        run: DeliveryRunId(1),
        orders: vec![order.id],
        shift: SHIFT,
        amount: Minor(2_105),
    };
    day.does(ADA, hand_in.clone());
    assert_eq!(day.asks(ADA, hand_in), Err(OpRefusal::Taken));
    let report = ShiftReport::of(&day.pos, SHIFT).unwrap();
    assert_eq!(
        (report.total(), report.tipped(), report.receipts),
        (Minor(1_803), Minor(200), Some((1, 1)))
    );
    assert_eq!(
        (report.shift.moved(), report.shift.expected()),
        (Minor(100), Minor(12_105)),
        "one more than it cost, in coins of 5"
    );
    assert_eq!(day.pos.due(&order), Minor::ZERO);
    assert!(day.pos.delivery_run(DeliveryRunId(1)).unwrap().is_over());
}

#[test]
fn a_ticket_goes_where_its_guests_go_until_it_is_made() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Soup", 600);
    let changes = changes(day.bill());
    day.sends(ADA, 1, changes);
    let at = |day: &Day| match &day.pos.ticket(TicketId(1)).unwrap().of {
        TicketSource::Bill { bill, seat, name } => (*bill, seat.clone(), name.clone()),
        TicketSource::Order(_) => unreachable!("it is a bill's"),
    };
    day.does(
        ADA,
        Action::Move {
            bill: BILL,
            seat: Seat::Table(TableId(5)),
        },
    );
    day.does(
        BEN,
        Action::Name {
            bill: BILL,
            name: "red jacket".into(),
        },
    );
    assert_eq!(at(&day), (BILL, Seat::Table(TableId(5)), "red jacket".into()));
    day.does(BEN, open(BillId(2), 11));
    day.does(
        BEN,
        Action::Merge {
            bill: BILL,
            into: BillId(2),
        },
    );
    assert_eq!(at(&day), (BillId(2), Seat::Table(TableId(11)), String::new()));
    day.does(
        BEN,
        Action::Bump {
            ticket: TicketId(1),
            lines: Vec::new(),
        },
    );
    day.does(
        BEN,
        Action::Move {
            bill: BillId(2),
            seat: Seat::Counter,
        },
    );
    assert_eq!(
        at(&day).1,
        Seat::Table(TableId(11)),
        "what was brought stays where it was brought"
    );
}

#[test]
fn a_courier_hands_in_once_also_if_it_was_exactly_what_the_orders_cost() {
    let mut day = Day::new();
    let order = ordered(2_000, 0);
    day.pos.put(Record::Order(Box::new(order.clone())));
    day.does(
        ADA,
        Action::Assign {
            run: DeliveryRunId(1),
            courier: BEN,
            orders: vec![order.id],
        },
    );
    let hand_in = Action::HandIn {
        id: MoveId(7),
        run: DeliveryRunId(1),
        orders: vec![order.id],
        shift: SHIFT,
        amount: Minor(2_000),
    };
    day.does(ADA, hand_in.clone());
    assert_eq!(day.asks(ADA, hand_in), Err(OpRefusal::Taken));
    assert_eq!(day.pos.shift(SHIFT).unwrap().expected(), Minor(12_000));
}

/// What tills and couriers do on an evening.
fn evening() -> Vec<Action> {
    let (run, order) = (DeliveryRunId(1), OrderId(1));
    let handover = Handover {
        at: Timestamp(7),
        cash: Minor(1_000),
        proof: Proof::Name("Ada".into()),
    };
    vec![
        Action::OpenShift {
            shift: SHIFT,
            float: Minor(10_000),
        },
        open(BILL, 10),
        add(1, "Beer", 450),
        add(2, "Schnitzel", 1_490),
        Action::Count {
            bill: BILL,
            line: LineId(1),
            by: 3,
        },
        Action::Guests {
            bill: BILL,
            guests: 2,
        },
        discount(1, Some(1), Off::Millionths(100_000)),
        discount(2, None, Off::Amount(Minor(100))),
        Action::Send {
            bill: BILL,
            ticket: TicketId(1),
            changes: vec![TicketChange {
                line: LineId(1),
                count: 4,
            }],
        },
        Action::Bump {
            ticket: TicketId(1),
            lines: Vec::new(),
        },
        Action::Split {
            bill: BILL,
            into: BillId(2),
            parts: vec![part(1, 3)],
        },
        pay(1, 2_000),
        back(Payable::Bill(BILL), 1, 300),
        Action::Mail {
            bill: BILL,
            payment: PaymentId(1),
            to: "ada@example.org".into(),
            lang: Lang::German,
        },
        Action::Stock {
            dish: DishId(1),
            left: Some(3),
        },
        Action::MoveCash {
            id: MoveId(1),
            shift: SHIFT,
            amount: Minor(-500),
            reason: "change".into(),
        },
        Action::Assign {
            run,
            courier: BEN,
            orders: vec![order],
        },
        Action::HandOver { run, order, handover },
        Action::HandIn {
            id: MoveId(2),
            run,
            orders: vec![order],
            shift: SHIFT,
            amount: Minor(1_000),
        },
        Action::CloseShift {
            shift: SHIFT,
            counted: Minor(9_000),
        },
    ]
}

/// The places in a JSON value that hold a number, a text or a list, as JSON pointers.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, member)| places(member, &format!("{here}/{name}"), found)),
        Value::Array(items) => {
            found.push(here.to_owned());
            let items = items.iter().enumerate();
            items.for_each(|(at, item)| places(item, &format!("{here}/{at}"), found));
        }
        _ => found.push(here.to_owned()),
    }
}

fn odd_values() -> impl Strategy<Value = Value> {
    let numbers = [0, -1, 1, 255, 65_536, i64::from(u32::MAX), i64::MAX, i64::MIN];
    prop_oneof![
        prop::sample::select(numbers.to_vec()).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (1..9_u32).prop_map(|id| json!(format!("{id:032x}"))),
        ".{0,20}".prop_map(Value::from),
        prop::sample::select(vec![json!(null), json!([]), json!(true), json!(1e300)]),
    ]
}

proptest! {
    #[test]
    fn fuzz_ops_are_done_or_refused(changes in prop::collection::vec((any::<Index>(), any::<Index>(), odd_values()), 1..4)) {
        let mut actions: Vec<Value> = evening().iter().map(|action| json!(action)).collect();
        for (at, place, value) in changes {
            let at = at.index(actions.len());
            let mut found = Vec::new();
            places(&actions[at], "", &mut found);
            if let Some(changed) = actions[at].pointer_mut(place.get(&found)) {
                *changed = value;
            }
        }
        let mut day = Day { pos: PosState::default(), ops: 0 };
        day.pos.put(Record::Order(Box::new(ordered(2_003, 200))));
        for action in actions.into_iter().filter_map(|action| serde_json::from_value(action).ok()) {
            let _done_or_refused = day.asks(ADA, action);
        }
        for shift in day.pos.records().filter_map(|record| match record.id() {
            RecordId::Shift(id) => Some(id),
            _ => None,
        }) {
            ShiftReport::of(&day.pos, shift);
        }
        let bills = day.pos.records().filter_map(|record| match record {
            Record::Bill(bill) => Some(bill),
            _ => None,
        });
        bills.for_each(|bill| drop((bill.sums(), bill.due(), bill.unsent_count())));
        for record in day.pos.records() {
            prop_assert!(serde_json::to_string(record).is_ok());
        }
    }
}
