//! What a kitchen screen and a courier are told, and what not.

use super::*;

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
