//! Bills that are split and merged.

use super::*;

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
