//! What reaches the kitchen.

use super::*;

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
fn what_two_send_at_once_is_cooked_once() {
    let mut day = Day::new();
    day.adds(ADA, 1, "Beer", 450);
    let seen = changes(day.bill());
    assert_eq!(day.sends(ADA, 1, seen.clone()), [told("Beer", 1)]);
    assert!(day.sends(BEN, 2, seen).is_empty());
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
