//! Orders by phone: their fee, and when they are due.

use super::*;

/// To which dishes of the first are split off.
const SECOND: BillId = BillId(2);

/// One of each of these lines goes to the second bill.
fn split_off(day: &mut Day, lines: &[u128]) {
    let part = |line: &u128| SplitPart {
        line: LineId(*line),
        count: 1,
        becomes: LineId(line * 10),
    };
    let parts = lines.iter().map(part).collect();
    day.does(
        ADA,
        Action::Split {
            bill: BILL,
            into: SECOND,
            parts,
        },
    );
}

fn phone_order(fee: i64, free_from: Option<i64>) -> Seat {
    Seat::Phone(Box::new(PhoneOrder {
        name: "Eve".into(),
        phone: "+41 44 000 00 01".into(),
        due_at: Some(Timestamp(7_200)),
        delivery: Some(PhoneDelivery {
            address: DeliveryAddress::default(),
            zone: "Old town".into(),
            fee: Minor(fee),
            free_from: free_from.map(Minor),
            fee_tax: TaxRate(190_000),
            paid_elsewhere: false,
        }),
    }))
}

#[test]
fn a_delivery_by_phone_adds_its_fee_once_and_its_tax() {
    let mut day = Day::new();
    let seat = phone_order(300, Some(2_000));
    day.does(ADA, Action::Move { bill: BILL, seat });
    assert_eq!(day.bill().sums().total, Minor(0), "nothing is brought yet");
    day.adds(ADA, 1, "Beer", 450);
    day.adds(ADA, 2, "Schnitzel", 1_490);
    let sums = day.bill().sums();
    assert_eq!(
        (sums.dishes, sums.fee, sums.total),
        (Minor(1_940), Minor(300), Minor(2_240))
    );
    let tax = sums.taxes.iter().find(|tax| tax.rate == TaxRate(190_000));
    assert_eq!(tax.unwrap().of, Minor(300));
    // Part of it on a bill of its own: the delivery is paid once.
    split_off(&mut day, &[2]);
    assert_eq!(day.pos.bill(SECOND).unwrap().sums().total, Minor(1_490));
    assert_eq!(day.bill().sums().total, Minor(750));
    day.adds(ADA, 3, "Schnitzel", 1_600);
    assert_eq!(day.bill().sums().fee, Minor(300), "as it was agreed");
    // All that is left goes, too: so does the fee.
    split_off(&mut day, &[1, 3]);
    let fees = |day: &Day| [BILL, SECOND].map(|bill| day.pos.bill(bill).unwrap().sums().fee);
    assert_eq!(fees(&day), [Minor(0), Minor(300)]);
}

#[test]
fn a_delivery_is_free_from_an_amount_on_and_stays_so_when_the_bill_is_split() {
    let mut day = Day::new();
    let seat = phone_order(300, Some(2_000));
    day.does(ADA, Action::Move { bill: BILL, seat });
    day.adds(ADA, 1, "Beer", 1_100);
    assert_eq!(day.bill().sums().fee, Minor(300));
    day.adds(ADA, 2, "Schnitzel", 1_100);
    assert_eq!(day.bill().sums().fee, Minor(0));
    split_off(&mut day, &[2]);
    assert_eq!(
        (day.bill().total(), day.pos.bill(SECOND).unwrap().total()),
        (Minor(1_100), Minor(1_100))
    );
}

#[test]
fn the_fee_of_a_delivery_is_owed_once_in_whichever_direction_bills_are_merged() {
    for into_second in [true, false] {
        let mut day = Day::new();
        let seat = phone_order(300, None);
        day.does(ADA, Action::Move { bill: BILL, seat });
        day.adds(ADA, 1, "Beer", 450);
        day.adds(ADA, 2, "Schnitzel", 1_490);
        split_off(&mut day, &[2]);
        let (bill, into) = if into_second {
            (BILL, SECOND)
        } else {
            (SECOND, BILL)
        };
        day.does(ADA, Action::Merge { bill, into });
        assert_eq!(day.pos.bill(into).unwrap().total(), Minor(2_240), "{into_second}");
    }
}

#[test]
fn a_fee_on_a_paid_bill_opens_it_again() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    day.does(ADA, pay(1, 450));
    assert!(day.bill().closed);
    let seat = phone_order(300, None);
    day.does(ADA, Action::Move { bill: BILL, seat });
    assert!(!day.bill().closed && day.bill().due() == Minor(300));
}

#[test]
fn a_ticket_of_a_phone_order_is_due_when_the_guest_wants_it() {
    let mut day = Day::new();
    let seat = phone_order(0, None);
    day.does(ADA, Action::Move { bill: BILL, seat });
    day.adds(ADA, 1, "Beer", 450);
    day.sends(ADA, 1, changes(day.bill()));
    let due = |day: &Day| day.pos.ticket(TicketId(1)).unwrap().due_at;
    assert_eq!(due(&day), Some(Timestamp(7_200)));
    let seat = Seat::Phone(Box::new(PhoneOrder {
        due_at: Some(Timestamp(9_000)),
        ..day.bill().seat.phone_order().unwrap().clone()
    }));
    day.does(ADA, Action::Move { bill: BILL, seat });
    assert_eq!(due(&day), Some(Timestamp(9_000)), "the guest has called again");
}

#[test]
fn a_free_delivery_stays_free_when_another_bill_is_merged_into_it() {
    let mut day = Day::new();
    let seat = phone_order(300, Some(2_000));
    day.does(
        ADA,
        Action::Move {
            bill: BILL,
            seat: seat.clone(),
        },
    );
    day.adds(ADA, 1, "Goose", 2_500);
    day.does(
        ADA,
        Action::Open {
            bill: SECOND,
            seat,
            plus_tax: false,
        },
    );
    let Action::Add { line, .. } = add(2, "Beer", 500) else {
        unreachable!()
    };
    day.does(ADA, Action::Add { bill: SECOND, line });
    day.does(
        ADA,
        Action::Merge {
            bill: SECOND,
            into: BILL,
        },
    );
    assert_eq!(day.bill().total(), Minor(3_000));
}

#[test]
fn the_fee_goes_along_when_only_what_costs_nothing_stays() {
    let mut day = Day::new();
    let seat = phone_order(300, None);
    day.does(ADA, Action::Move { bill: BILL, seat });
    day.adds(ADA, 1, "Cutlery", 0);
    day.adds(ADA, 2, "Schnitzel", 1_490);
    split_off(&mut day, &[2]);
    let totals = [BILL, SECOND].map(|bill| day.pos.bill(bill).unwrap().total());
    assert_eq!(totals, [Minor(0), Minor(1_790)]);
}
