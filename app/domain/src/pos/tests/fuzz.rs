//! Whatever a program sends is done or refused.

use super::*;

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
