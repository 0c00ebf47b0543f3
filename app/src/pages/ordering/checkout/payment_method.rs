//! Payment method and tip.

use leptos::prelude::*;
use servery_domain::{currency::Minor, order_settings::PaymentMethod, tax::portion};

use super::checkout_state::CheckoutState;
use crate::text::{Key, Texts};

/// Suggested tips, in millionths of the dishes' total.
const USUAL_TIPS: [u32; 3] = [50_000, 100_000, 150_000];

pub fn tip(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let taken = checkout
        .editor
        .priced
        .with_value(|priced| priced.listing.restaurant.ordering.tips);
    taken.then(|| {
        let chosen = checkout.editor.draft.with_untracked(|draft| draft.basket.tip);
        let (dishes, currency) = checkout.editor.quote.with_untracked(|quote| (quote.sum_of_dishes(), quote.currency));
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
        view! { <fieldset class="tips"><legend>{texts.get(Key::CheckoutTip)}</legend>{rows}{checkout.beside("tip")}</fieldset> }
    })
}

pub fn payment(texts: Texts, checkout: CheckoutState) -> impl IntoView {
    let ways = checkout
        .editor
        .priced
        .with_value(|priced| priced.listing.restaurant.ordering.payments.clone());
    let chosen = checkout.editor.draft.with_untracked(|draft| draft.payment);
    let rows: Vec<_> = ways
        .into_iter()
        .enumerate()
        .map(|(number, method)| {
            let words = match method {
                PaymentMethod::Card => Key::CheckoutCard,
                PaymentMethod::Door => Key::CheckoutDoor,
            };
            let id = (number == 0).then_some("payment");
            view! { <label class="choice"><input id=id type="radio" name="payment" value=method.code() checked=chosen == Some(method) autocomplete="off" aria-describedby="wrong-payment"/>" "<span>{texts.get(words)}</span></label> }
        })
        .collect();
    view! { <fieldset><legend>{texts.get(Key::CheckoutPayment)}</legend>{rows}{checkout.beside("payment")}</fieldset> }
}
