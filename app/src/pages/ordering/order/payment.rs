//! What is paid, and what is due.

use leptos::{ev::SubmitEvent, prelude::*};
use servery_domain::{
    card_decline::CardDecline,
    currency::Minor,
    order::{Order, State},
    order_settings::PaymentMethod,
    restaurant::Listing,
};

use super::OrderView;
use crate::{
    backend::{BackendFuture, actions},
    components::dish_badges::isolated,
    pages::ordering::PageData,
    text::{Key, Texts},
};

pub fn payment(
    texts: Texts,
    shown: OrderView,
    listing: &Listing,
    data: &PageData,
    token: &str,
) -> impl IntoView + use<> {
    let words = move || {
        shown.order.with(|order| {
            said(texts, order)
                .into_iter()
                .map(|words| view! { <p>{words}</p> })
                .collect::<Vec<_>>()
        })
    };
    let failed = data.wrong.as_deref().and_then(failure);
    let pending = data.wrong.as_deref() == Some("pending");
    let unpaid = Memo::new(move |_| shown.order.with(|order| order.progress.state == State::Unpaid));
    let failed = move || {
        failed
            .filter(|_| unpaid.get())
            .map(|key| view! { <p class="wrong" role="alert">{texts.get(key)}</p> })
    };
    let pending = move || {
        (pending && unpaid.get()).then(|| view! { <p role="status">{texts.get(Key::OrderPending)}</p> })
    };
    let at_door = listing
        .restaurant
        .ordering
        .payments
        .contains(&PaymentMethod::Door);
    let token = token.to_owned();
    let ways = move || unpaid.get().then(|| ways(texts, shown, at_door, &token));
    view! {
        <section class="payment">
            <h2>{texts.get(Key::OrderPayment)}</h2>
            {failed}
            {pending}
            {words}
            {ways}
        </section>
    }
}

/// Why the payment failed, from the address.
fn failure(wrong: &str) -> Option<Key> {
    if wrong == "provider" {
        return Some(Key::OrderProviderAway);
    }
    CardDecline::from_code(wrong).map(|decline| match decline {
        CardDecline::Refused => Key::OrderDeclined,
        CardDecline::Funds => Key::OrderDeclinedFunds,
        CardDecline::Expired => Key::OrderDeclinedExpired,
        CardDecline::Typed => Key::OrderDeclinedTyped,
        CardDecline::Unconfirmed => Key::OrderDeclinedUnconfirmed,
        CardDecline::TryAgain => Key::OrderDeclinedTryAgain,
    })
}

fn said(texts: Texts, order: &Order) -> Vec<String> {
    let (payment, ordered) = (&order.progress.payment, &order.ordered);
    let money = |key, amount| texts.fill(key, &[("amount", &texts.lang.money(amount, ordered.currency))]);
    let paid = (payment.paid > Minor::ZERO).then(|| money(Key::OrderPaid, payment.paid));
    let refunds = payment.refunds.iter().map(|refund| {
        let said = money(
            if refund.given {
                Key::OrderRefunded
            } else {
                Key::OrderRefunding
            },
            refund.amount,
        );
        if refund.reason.is_empty() {
            said
        } else {
            format!("{said} · {}", isolated(&refund.reason))
        }
    });
    let payable = match order.progress.state {
        _ if payment.paid > Minor::ZERO => None,
        State::Unpaid => Some(texts.get(Key::OrderUnpaid).to_owned()),
        state if state.is_called_off() => Some(texts.get(Key::OrderNothingToPay).to_owned()),
        state if payment.method == PaymentMethod::Door && !state.is_over() => {
            Some(money(Key::OrderPaysAtDoor, order.to_pay()))
        }
        _ if payment.method == PaymentMethod::Door => Some(money(Key::OrderPaidAtDoor, order.to_pay())),
        _ => None,
    };
    paid.into_iter().chain(refunds).chain(payable).collect()
}

fn ways(texts: Texts, shown: OrderView, at_door: bool, token: &str) -> impl IntoView + use<> {
    let total = shown
        .order
        .with_untracked(|order| texts.lang.money(order.ordered.total, order.ordered.currency));
    let (pay, action) = (
        format!("/orders/{token}/pay"),
        format!("/orders/{token}/pay-at-door"),
    );
    let token = token.to_owned();
    let actions = actions();
    let submit = move |event: SubmitEvent| {
        let (token, actions) = (token.clone(), actions.clone());
        let answer = actions.map(|actions| {
            Box::pin(async move { actions.pay_at_door(&token).await }) as BackendFuture<'static, Order>
        });
        shown.act(&event, answer);
    };
    view! {
        <div class="deeds">
            <a class="button" href=pay>{texts.fill(Key::OrderPayNow, &[("amount", &total)])}</a>
            {at_door.then(|| view! { <form method="post" action=action on:submit=submit><button type="submit">{texts.get(Key::OrderPayAtDoor)}</button></form> })}
        </div>
    }
}
