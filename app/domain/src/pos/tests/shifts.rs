//! Shifts: what is in the drawer, and what the report says.

use super::*;

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

/// Ben brings the order.
fn assign(day: &mut Day, order: &Order) {
    day.pos.put(Record::Order(Box::new(order.clone())));
    day.does(
        ADA,
        Action::Assign {
            run: DeliveryRunId(1),
            courier: BEN,
            orders: vec![order.id],
        },
    );
}

/// The same a second time is refused.
fn hand_in_once(day: &mut Day, order: &Order, amount: i64) {
    let hand_in = Action::HandIn {
        id: MoveId(7),
        run: DeliveryRunId(1),
        orders: vec![order.id],
        shift: SHIFT,
        amount: Minor(amount),
    };
    day.does(ADA, hand_in.clone());
    assert_eq!(day.asks(ADA, hand_in), Err(OpRefusal::Taken));
}

#[test]
fn what_a_courier_collected_pays_for_the_orders_and_the_rest_is_a_move_of_cash() {
    let mut day = Day::new();
    let order = ordered(2_003, 200);
    assign(&mut day, &order);
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
    hand_in_once(&mut day, &order, 2_105);
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
fn a_courier_hands_in_once_also_if_it_was_exactly_what_the_orders_cost() {
    let mut day = Day::new();
    let order = ordered(2_000, 0);
    assign(&mut day, &order);
    hand_in_once(&mut day, &order, 2_000);
    assert_eq!(day.pos.shift(SHIFT).unwrap().expected(), Minor(12_000));
}
