//! The till: dishes on one side, the bill in hand on the other, and what is done with it over both.

mod bill;
mod bill_details;
mod bills;
mod discount;
mod line;
mod options;
mod pay;
mod payments;
mod picker;
mod receipt;
mod refund;
mod report;
mod shift;
mod shortcuts;
mod split_bill;
mod stock;
mod till_state;

use leptos::{
    either::{Either, EitherOf3, EitherOf16},
    prelude::*,
};
use servery_domain::device::DeviceKind;

pub use self::till_state::own_shift;
use self::till_state::{Counter, Over};
use super::{
    Premises,
    cashiers::{Who, guarded},
    screen::{Post, not_here, wrong},
};
use crate::text::staff::Key;

#[component]
pub fn Till(premises: Premises) -> impl IntoView {
    let Some(post) = Post::new(premises) else {
        return Either::Left(());
    };
    let kind = post.kind();
    let counter = Counter {
        at: post.desk.in_hand(),
        post,
        over: RwSignal::new(None),
        sharing: RwSignal::new(None),
    };
    Either::Right(move || match kind.get() {
        None => EitherOf3::A(()),
        Some(Some(DeviceKind::Till)) => {
            let guarded_counter = counter.clone();
            EitherOf3::B(guarded(&counter, move || till(&guarded_counter)))
        }
        Some(_) => EitherOf3::C(not_here(&counter, Key::TillTitle)),
    })
}

fn till(counter: &Counter) -> impl IntoView + use<> {
    let over = over(counter);
    let in_hand = counter.at;
    let holding = move || in_hand.get().is_some();
    view! {
        <article class="till" class:holding=holding>
            <h1 class="unseen">{counter.word(Key::TillTitle)}</h1>
            <div class="top"><shift::ShiftLine counter=counter.clone()/><Who post=counter.post.clone()/></div>
            {wrong(counter)}
            <bills::Bills counter=counter.clone()/>
            <picker::Picker counter=counter.clone()/>
            <bill::BillInHand counter=counter.clone()/>
            {over}
        </article>
    }
}

fn over(counter: &Counter) -> impl IntoView + use<> {
    let counter = counter.clone();
    let shown = counter.over;
    move || {
        let (counter, over) = (counter.clone(), shown.get()?);
        // What is filled in stays while the house goes on.
        Some(untrack(|| match over {
            Over::Options(dish) => EitherOf16::A(Either::Left(view! { <options::Options counter dish/> })),
            Over::Stock(dish) => EitherOf16::A(Either::Right(view! { <stock::Stock counter dish/> })),
            Over::Line(line) => EitherOf16::B(Either::Left(view! { <line::Line counter line/> })),
            Over::Bill => EitherOf16::B(Either::Right(view! { <receipt::BillSlip counter/> })),
            Over::Discount(line) => EitherOf16::C(view! { <discount::Discount counter line/> }),
            Over::More => EitherOf16::D(Either::Left(view! { <bill::More counter/> })),
            Over::Name => EitherOf16::D(Either::Right(view! { <bill_details::Name counter/> })),
            Over::Guests => EitherOf16::E(view! { <bill_details::Guests counter/> }),
            Over::Move => EitherOf16::F(view! { <bill_details::Move counter/> }),
            Over::Merge => EitherOf16::G(view! { <bill_details::Merge counter/> }),
            Over::Split => EitherOf16::H(view! { <split_bill::Divide counter/> }),
            Over::Pay => EitherOf16::I(view! { <pay::Pay counter/> }),
            Over::Payments => EitherOf16::J(Either::Left(view! { <payments::Payments counter/> })),
            Over::Receipts => EitherOf16::J(Either::Right(view! { <payments::Receipts counter/> })),
            Over::Receipt(owed, payment) => {
                EitherOf16::K(Either::Left(view! { <receipt::Receipt counter owed payment/> }))
            }
            Over::GiveBack(owed, payment) => {
                EitherOf16::K(Either::Right(view! { <refund::GiveBack counter owed payment/> }))
            }
            Over::Phone => EitherOf16::L(view! { <bill_details::Phone counter/> }),
            Over::Tables => EitherOf16::M(view! { <bill_details::Tables counter/> }),
            Over::OpenShift => EitherOf16::N(view! { <shift::OpenShift counter/> }),
            Over::MoveCash => EitherOf16::O(view! { <shift::MoveCash counter/> }),
            Over::CloseShift(shift) => {
                EitherOf16::P(EitherOf3::A(view! { <shift::CloseShift counter shift/> }))
            }
            Over::Report(shift) => EitherOf16::P(EitherOf3::B(view! { <report::Report counter shift/> })),
            Over::Shifts => EitherOf16::P(EitherOf3::C(view! { <report::Shifts counter/> })),
        }))
    }
}
