//! With what to pay, and what goes to the staff.

use leptos::prelude::*;
use servery_domain::{currency::Minor, order_settings::PaymentWay, tax::portion};

use super::checkout_state::Desk;
use crate::text::{Key, Texts};

/// What people use to give, in millionths of what the dishes come to.
const USUAL_TIPS: [u32; 3] = [50_000, 100_000, 150_000];

pub fn tip(texts: Texts, desk: Desk) -> impl IntoView {
    let taken = desk
        .making
        .begun
        .with_value(|begun| begun.listed.restaurant.ordering.tips);
    taken.then(|| {
        let chosen = desk.making.draft.with_untracked(|draft| draft.basket.tip);
        let (dishes, currency) = desk.making.quote.with_untracked(|quote| (quote.sum_of_dishes(), quote.currency));
        let mut tips: Vec<Minor> = std::iter::once(Minor::ZERO).chain(USUAL_TIPS.map(|millionths| portion(dishes, millionths))).collect();
        tips.push(chosen);
        tips.sort();
        tips.dedup();
        let rows: Vec<_> = tips
            .into_iter()
            .map(|tip| {
                let words = if tip == Minor::ZERO { texts.get(Key::CheckoutNoTip).to_owned() } else { texts.lang.money(tip, currency) };
                let id = (tip == Minor::ZERO).then_some("tip");
                view! { <label class="choice"><input id=id type="radio" name="tip" value=tip.0.to_string() checked=tip == chosen autocomplete="off" aria-describedby="wrong-tip"/>" "<span dir="auto">{words}</span></label> }
            })
            .collect();
        view! { <fieldset class="tips"><legend>{texts.get(Key::CheckoutTip)}</legend>{rows}{desk.beside("tip")}</fieldset> }
    })
}

pub fn payment(texts: Texts, desk: Desk) -> impl IntoView {
    let ways = desk
        .making
        .begun
        .with_value(|begun| begun.listed.restaurant.ordering.payments.clone());
    let chosen = desk.making.draft.with_untracked(|draft| draft.payment);
    let rows: Vec<_> = ways
        .into_iter()
        .enumerate()
        .map(|(number, way)| {
            let words = match way {
                PaymentWay::Card => Key::CheckoutCard,
                PaymentWay::Door => Key::CheckoutDoor,
            };
            let id = (number == 0).then_some("payment");
            view! { <label class="choice"><input id=id type="radio" name="payment" value=way.code() checked=chosen == Some(way) autocomplete="off" aria-describedby="wrong-payment"/>" "<span>{texts.get(words)}</span></label> }
        })
        .collect();
    view! { <fieldset><legend>{texts.get(Key::CheckoutPayment)}</legend>{rows}{desk.beside("payment")}</fieldset> }
}
