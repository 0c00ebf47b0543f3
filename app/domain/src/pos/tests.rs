mod fuzz;
mod phone_orders;
mod shifts;
mod split_bills;
mod tickets;
mod visibility;

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
