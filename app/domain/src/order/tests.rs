use super::*;
use crate::{
    contact::DeliveryAddress,
    fixtures::order,
    lang::Lang,
    restaurant::{Address, Cuisine},
    tax::{TaxRate, TaxRules},
    theme::TypePair,
    time::TimeZoneName,
};

fn delivery() -> Fulfilment {
    Fulfilment::Delivery(DeliveryAddress::default())
}

fn after(order: Order, events: &[(Actor, Event)]) -> Result<Order, InvalidTransition> {
    events.iter().try_fold(order, |order, (actor, event)| {
        apply(&order, event, *actor, Timestamp(1))
    })
}

fn staff(events: &[Event]) -> Vec<(Actor, Event)> {
    events.iter().map(|event| (Actor::Staff, event.clone())).collect()
}

fn accepted() -> Event {
    Event::Accepted {
        ready_at: LocalMinute(0),
    }
}

#[test]
fn the_usual_ways() {
    let brought = [
        accepted(),
        Event::Preparing,
        Event::Ready,
        Event::OutForDelivery,
        Event::Delivered,
    ];
    assert_eq!(
        after(order(delivery(), PaymentMethod::Door), &staff(&brought))
            .unwrap()
            .progress
            .state,
        State::Delivered
    );
    let fetched = [accepted(), Event::Ready, Event::Collected];
    assert_eq!(
        after(
            order(Fulfilment::Collection, PaymentMethod::Door),
            &staff(&fetched)
        )
        .unwrap()
        .progress
        .state,
        State::Collected
    );
}

#[test]
fn what_was_asked_for_a_slot_is_promised_for_that_slot_and_no_other() {
    let tomorrow = LocalMinute::new(2026, 11, 17, 12, 0);
    let now = order(Fulfilment::Collection, PaymentMethod::Door);
    let scheduled = Ordered {
        due: Due {
            from: tomorrow,
            to: tomorrow,
        },
        scheduled: true,
        ..Ordered::clone(&now.ordered)
    };
    let later = Order {
        ordered: scheduled.into(),
        ..now.clone()
    };
    for actor in [Actor::Staff, Actor::System] {
        let promised = |order: &Order| {
            after(order.clone(), &[(actor, accepted())])
                .unwrap()
                .progress
                .ready_at
        };
        assert_eq!(
            (promised(&now), promised(&later)),
            (Some(LocalMinute(0)), Some(tomorrow))
        );
    }
}

#[test]
fn case_zomato_clone_1677_delivered_while_it_is_being_prepared() {
    let preparing = after(
        order(delivery(), PaymentMethod::Door),
        &staff(&[accepted(), Event::Preparing]),
    )
    .unwrap();
    assert_eq!(
        after(preparing.clone(), &staff(&[Event::Delivered])),
        Err(InvalidTransition {
            state: State::Preparing
        })
    );
    assert_eq!(
        after(preparing, &staff(&[Event::OutForDelivery])),
        Err(InvalidTransition {
            state: State::Preparing
        })
    );
}

#[test]
fn nothing_is_cooked_unpaid_by_mistake() {
    let unpaid = order(delivery(), PaymentMethod::Card);
    assert_eq!(
        after(unpaid.clone(), &staff(&[accepted()])),
        Err(InvalidTransition { state: State::Unpaid })
    );
    let paid = after(
        unpaid.clone(),
        &[(Actor::System, Event::Paid { amount: Minor(2_000) })],
    )
    .unwrap();
    assert_eq!(
        (paid.progress.state, paid.progress.payment.paid),
        (State::Placed, Minor(2_000))
    );
    let at_door = after(unpaid, &[(Actor::Diner, Event::PaysAtDoor)]).unwrap();
    assert_eq!(
        (at_door.progress.state, at_door.progress.payment.method),
        (State::Placed, PaymentMethod::Door)
    );
}

#[test]
fn money_that_comes_too_late_is_kept_in_the_books_and_given_back() {
    let cancelled = [
        (
            Actor::Diner,
            Event::Cancelled {
                reason: String::new(),
            },
        ),
        (Actor::System, Event::Paid { amount: Minor(2_000) }),
    ];
    let order = after(order(delivery(), PaymentMethod::Card), &cancelled).unwrap();
    let promised = vec![OrderRefund {
        amount: Minor(2_000),
        reason: String::new(),
        given: false,
    }];
    assert_eq!(
        (order.progress.state, &order.progress.payment.refunds),
        (State::Cancelled, &promised)
    );
    let refunded = |number, amount| {
        (
            Actor::System,
            Event::Refunded {
                number,
                amount: Minor(amount),
            },
        )
    };
    assert!(after(order.clone(), &[refunded(0, 1_999)]).is_err());
    assert!(after(order.clone(), &[refunded(1, 2_000)]).is_err());
    let order = after(order, &[refunded(0, 2_000)]).unwrap();
    assert_eq!(order.progress.payment.refunded, Minor(2_000));
    assert!(after(order, &[refunded(0, 2_000)]).is_err(), "it was given");
}

#[test]
fn staff_give_back_in_part_and_never_more_than_is_left() {
    let refund = |amount, left| {
        (
            Actor::Staff,
            Event::Refund {
                amount: Minor(amount),
                left: Minor(left),
                reason: "cold soup".into(),
            },
        )
    };
    let paid = (Actor::System, Event::Paid { amount: Minor(2_000) });
    assert!(
        after(order(delivery(), PaymentMethod::Door), &[refund(1, 0)]).is_err(),
        "nothing was paid by card"
    );
    let order = after(
        order(delivery(), PaymentMethod::Card),
        &[paid, refund(500, 2_000)],
    )
    .unwrap();
    assert_eq!(
        (order.progress.state, order.progress.refundable()),
        (State::Placed, Minor(1_500))
    );
    assert!(
        after(order.clone(), &[refund(500, 2_000)]).is_err(),
        "the same click again"
    );
    for (amount, left) in [(1_501, 1_500), (0, 1_500), (-1, 1_500), (1_501, 1_501)] {
        assert!(
            after(order.clone(), &[refund(amount, left)]).is_err(),
            "{amount} of {left}"
        );
    }
    let rejected = (
        Actor::Staff,
        Event::Rejected {
            reason: String::new(),
        },
    );
    let order = after(order, &[refund(300, 1_500), rejected]).unwrap();
    let promised: Vec<_> = order
        .progress
        .payment
        .refunds
        .iter()
        .map(|refund| (refund.amount.0, refund.reason.as_str()))
        .collect();
    assert_eq!(
        promised,
        [(500, "cold soup"), (300, "cold soup"), (1_200, "")],
        "the rest of what is off"
    );
    assert!(after(order, &[refund(1, 0)]).is_err(), "nothing is left");
}

#[test]
fn who_may_do_what_in_which_state() {
    let reason = String::new;
    let events = [
        Event::Placed,
        Event::Paid { amount: Minor(1) },
        Event::PaysAtDoor,
        accepted(),
        Event::Rejected { reason: reason() },
        Event::Rescheduled { to: LocalMinute(1) },
        Event::Preparing,
        Event::Ready,
        Event::OutForDelivery,
        Event::Collected,
        Event::Delivered,
        Event::Cancelled { reason: reason() },
        Event::Refunded {
            number: 0,
            amount: Minor(1),
        },
        Event::Refund {
            amount: Minor(1),
            left: Minor(0),
            reason: reason(),
        },
    ];
    // A letter per event in the order above, capital where it is allowed; nothing was paid, so nothing can be given back.
    let table = [
        (Actor::Diner, State::Unpaid, "epDarmgoclvXfg"),
        (Actor::Diner, State::Placed, "epdarmgoclvXfg"),
        (Actor::Diner, State::Accepted, "epdarmgoclvxfg"),
        (Actor::Diner, State::Delivered, "epdarmgoclvxfg"),
        (Actor::Staff, State::Unpaid, "epdarmgoclvXfg"),
        (Actor::Staff, State::Placed, "epdARMgoclvXfg"),
        (Actor::Staff, State::Accepted, "epdarMGOclvXfg"),
        (Actor::Staff, State::Preparing, "epdarmgOclvXfg"),
        (Actor::Staff, State::Ready, "epdarmgoClvXfg"),
        (Actor::Staff, State::OutForDelivery, "epdarmgoclVXfg"),
        (Actor::Staff, State::Delivered, "epdarmgoclvxfg"),
        (Actor::Staff, State::Rejected, "epdarmgoclvxfg"),
        (Actor::Staff, State::Cancelled, "epdarmgoclvxfg"),
        (Actor::System, State::Unpaid, "ePDarmgoclvXfg"),
        (Actor::System, State::Placed, "ePdARmgoclvxfg"),
        (Actor::System, State::Preparing, "ePdarmgoclVxfg"),
        (Actor::System, State::OutForDelivery, "ePdarmgoclVxfg"),
        (Actor::System, State::Delivered, "ePdarmgoclvxfg"),
        (Actor::System, State::Cancelled, "ePdarmgoclvxfg"),
    ];
    for (actor, state, allowed) in table {
        let mut order = order(delivery(), PaymentMethod::Card);
        order.progress.state = state;
        let got: String = events
            .iter()
            .zip("epdarmgoclvxfg".chars())
            .map(|(event, letter)| {
                if apply(&order, event, actor, Timestamp(1)).is_ok() {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }
            })
            .collect();
        assert_eq!(got, allowed, "{actor:?} {state:?}");
    }
}

#[test]
fn the_counter_is_offered_what_it_may_do() {
    let mut order = order(Fulfilment::Collection, PaymentMethod::Door);
    assert!(matches!(
        steps(&order)[..],
        [
            Event::Accepted { .. },
            Event::Rescheduled { .. },
            Event::Rejected { .. },
            Event::Cancelled { .. }
        ]
    ));
    order.progress.state = State::Ready;
    assert!(matches!(
        steps(&order)[..],
        [Event::Collected, Event::Cancelled { .. }]
    ));
}

#[test]
fn what_costs_nothing_needs_no_card() {
    let state = |method, total| Progress::new(method, Minor(total), Timestamp(0)).state;
    assert_eq!(
        (state(PaymentMethod::Card, 0), state(PaymentMethod::Card, 1)),
        (State::Placed, State::Unpaid)
    );
}

#[test]
fn diner_and_staff_read_the_same_amount_at_the_door() {
    let mut door = order(delivery(), PaymentMethod::Door);
    let francs = Arc::make_mut(&mut door.ordered);
    (francs.currency, francs.total, francs.in_cash) = ("CHF".parse().unwrap(), Minor(1_002), Minor(1_000));
    assert_eq!(door.to_pay(), Minor(1_000));
    let mut card = door.clone();
    card.progress = Progress::new(PaymentMethod::Card, Minor(1_002), Timestamp(0));
    assert_eq!(card.to_pay(), Minor(1_002));
    let late = after(
        card,
        &[
            (Actor::Diner, Event::PaysAtDoor),
            (Actor::System, Event::Paid { amount: Minor(1_002) }),
        ],
    )
    .unwrap();
    assert_eq!(late.to_pay(), Minor::ZERO);
}

fn diner() -> Restaurant {
    Restaurant {
        id: RestaurantId(1),
        slug: "diner".parse().unwrap(),
        revision: Revision(1),
        name: "Diner".into(),
        cuisine: Cuisine::American,
        description: String::new(),
        lang: Lang::English,
        address: Address {
            street: String::new(),
            postcode: String::new(),
            city: String::new(),
            country: "US".into(),
        },
        phone: String::new(),
        zone: TimeZoneName("America/New_York".into()),
        hours: "Mo-Su 12:00-23:00".parse().unwrap(),
        currency: "USD".parse().unwrap(),
        tax: TaxRules {
            name: "Tax".into(),
            included: false,
            eat_in: TaxRate(0),
            takeaway: TaxRate(0),
        },
        brand_color: "#8c2f23".parse().unwrap(),
        type_pair: TypePair::default(),
        logo: None,
        picture: None,
        holidays: Vec::new(),
        ordering: OrderSettings {
            answers_within: 10,
            ..OrderSettings::default()
        },
    }
}

#[test]
fn an_order_for_later_is_answered_when_somebody_comes_in() {
    let now = order(Fulfilment::Collection, PaymentMethod::Door);
    let later = Order {
        ordered: Ordered {
            scheduled: true,
            ..Ordered::clone(&now.ordered)
        }
        .into(),
        ..now.clone()
    };
    // Placed at half past eleven at night.
    let evening = LocalMinute::new(2026, 11, 15, 23, 30);
    let after = |order: &Order, minutes: i64| {
        let at = Timestamp(order.progress.changed_at.0 + minutes * 60);
        order.is_unanswered(&diner(), (at, LocalMinute(evening.0 + minutes)))
    };
    let opens = 12 * 60 + 30;
    assert!(!after(&later, 11) && !after(&later, opens - 1) && !after(&later, opens + 10));
    assert!(after(&later, opens + 11));
    assert!(
        !after(&now, 10) && after(&now, 11),
        "whoever is hungry now is not left waiting for the morning"
    );
    let mut accepted = later;
    accepted.progress.state = State::Accepted;
    assert!(!after(&accepted, opens + 11));
}

#[test]
fn what_nobody_closed_is_closed_a_day_after_it_was_due() {
    let due = LocalMinute::new(2026, 11, 16, 12, 0).0 * 60;
    let (too_early, late) = (Timestamp(due + 23 * 3_600), Timestamp(due + 24 * 3_600));
    let becomes = |fulfilment: Fulfilment, state| {
        let mut order = order(fulfilment, PaymentMethod::Door);
        order.progress.state = state;
        assert_eq!(order.overdue_event(too_early), None);
        order
            .overdue_event(late)
            .map(|event| after(order, &[(Actor::System, event)]).unwrap().progress.state)
    };
    for state in [State::Accepted, State::Preparing, State::Ready] {
        assert_eq!(becomes(Fulfilment::Collection, state), Some(State::Collected));
        assert_eq!(becomes(delivery(), state), Some(State::Delivered));
    }
    assert_eq!(becomes(delivery(), State::OutForDelivery), Some(State::Delivered));
    assert_eq!(becomes(delivery(), State::Placed), Some(State::Rejected));
    assert_eq!(
        (
            becomes(delivery(), State::Unpaid),
            becomes(delivery(), State::Cancelled)
        ),
        (None, None)
    );
}

#[test]
fn a_payment_after_the_chosen_time_asks_for_a_new_one() {
    let mut scheduled = order(Fulfilment::Collection, PaymentMethod::Card);
    let slot = LocalMinute::new(2026, 11, 16, 12, 30);
    let ordered = Arc::make_mut(&mut scheduled.ordered);
    (ordered.scheduled, ordered.due.from) = (true, slot);
    let settings = OrderSettings {
        accepts_itself: true,
        ..OrderSettings::default()
    };
    let paid_after = |order: &Order, minutes: i64| {
        let amount = order.ordered.total;
        let at = Timestamp(order.ordered.placed_at.0 + minutes * 60);
        apply(order, &Event::Paid { amount }, Actor::System, at).unwrap()
    };
    let in_time = paid_after(&scheduled, 30);
    assert!(!in_time.is_time_missed());
    let accepted = Event::Accepted { ready_at: slot };
    assert_eq!(in_time.automatic_answer(&settings), Some(accepted));
    let late = paid_after(&scheduled, 31);
    assert!(late.is_time_missed());
    assert_eq!(late.automatic_answer(&settings), None, "the kitchen is asked");
    let new_time = LocalMinute(slot.0 + 45);
    let answered = apply(
        &late,
        &Event::Accepted { ready_at: new_time },
        Actor::Staff,
        late.progress.changed_at,
    )
    .unwrap();
    assert_eq!(answered.progress.ready_at, Some(new_time));

    let soon = order(Fulfilment::Collection, PaymentMethod::Card);
    let due = soon.ordered.due.from;
    assert_eq!(
        paid_after(&soon, 9).automatic_answer(&settings),
        Some(Event::Accepted {
            ready_at: LocalMinute(due.0 + 9)
        }),
        "as soon as possible begins with the payment"
    );
}

#[test]
fn a_rescheduled_order_is_due_at_its_new_time() {
    let asap = order(delivery(), PaymentMethod::Door);
    let tomorrow = LocalMinute::new(2026, 11, 17, 18, 30);
    let moved = after(asap.clone(), &staff(&[Event::Rescheduled { to: tomorrow }])).unwrap();
    assert_eq!(
        (moved.progress.state, moved.due().from, moved.progress.ready_at),
        (State::Placed, tomorrow, None)
    );
    assert!(moved.keeps_slot() && !asap.keeps_slot());
    let accepted_then = after(moved.clone(), &staff(&[accepted()])).unwrap();
    assert_eq!(
        accepted_then.progress.ready_at,
        Some(tomorrow),
        "it is accepted for the time that was agreed"
    );
    let back = tomorrow.moved(Timestamp(0), Timestamp(-3_600));
    let moved_again = after(accepted_then, &staff(&[Event::Rescheduled { to: back }])).unwrap();
    assert_eq!(
        (moved_again.due().from, moved_again.progress.ready_at),
        (back, Some(back)),
        "what was promised moves along"
    );
    let ticket = crate::pos::ticket::Ticket::of_order(&moved_again);
    let minutes = (back.0 - asap.ordered.placed_on.0) * 60;
    assert_eq!(ticket.due_at, Some(Timestamp(asap.ordered.placed_at.0 + minutes)));
    let was_due = Timestamp(asap.due().to.0 * 60);
    let a_day_later = Timestamp(was_due.0 + crate::time::DAY * 60);
    assert!(!asap.is_under_way(a_day_later) && moved_again.is_under_way(a_day_later));
}

#[test]
fn an_order_moves_to_a_time_that_is_to_come() {
    let now = LocalMinute::new(2026, 11, 16, 12, 0);
    let within = i64::from(crate::limits::DAYS_AHEAD) * crate::time::DAY;
    for (to, is_accepted) in [(0, false), (1, true), (within, true), (within + 1, false)] {
        let checked = super::check_rescheduled(LocalMinute(now.0 + to), now);
        assert_eq!(checked.is_ok(), is_accepted, "{to}");
    }
}

#[test]
fn to_call_off_what_was_paid_needs_the_right_to_give_money_back() {
    use crate::account::{Permission, Role};
    let reason = String::new;
    let cancel = Event::Cancelled { reason: reason() };
    let reject = Event::Rejected { reason: reason() };
    let unpaid = order(Fulfilment::Collection, PaymentMethod::Door);
    let mut paid = order(Fulfilment::Collection, PaymentMethod::Card);
    paid.progress.payment.paid = Minor(2_000);
    for (order, event, cashier_may) in [
        (&unpaid, &cancel, true),
        (&paid, &cancel, false),
        (&paid, &reject, true),
    ] {
        let may = |role: Role| role.may(Permission::Advance(order, event));
        assert_eq!(
            [may(Role::Cashier), may(Role::Kitchen)],
            [cashier_may; 2],
            "{event:?}"
        );
        assert!(may(Role::Manager) && may(Role::Owner) && !may(Role::Courier));
    }
}

#[test]
fn an_account_sees_of_an_order_what_its_role_needs() {
    use crate::account::Role;
    let mut delivery = order(
        Fulfilment::Delivery(DeliveryAddress {
            street: "12 Quay".into(),
            ..DeliveryAddress::default()
        }),
        PaymentMethod::Door,
    );
    Arc::make_mut(&mut delivery.ordered).contact.phone = "+49 30 1".into();
    let collection = order(Fulfilment::Collection, PaymentMethod::Door);
    assert_eq!(Role::Cashier.view(&delivery), Some(delivery.clone()));
    let kitchen = Role::Kitchen.view(&delivery).unwrap();
    assert_eq!(
        (kitchen.ordered.contact.phone.as_str(), kitchen.ordered.total),
        ("", Minor::ZERO)
    );
    assert_eq!(Role::Courier.view(&collection), None);
    assert_eq!(Role::Courier.view(&delivery), None, "not ready yet");
    delivery.progress.state = State::OutForDelivery;
    assert_eq!(Role::Courier.view(&delivery), Some(delivery.clone()));
    delivery.progress.state = State::Delivered;
    let over = Role::Courier.view(&delivery).unwrap();
    assert_eq!(over.ordered.contact, Contact::default());
}
