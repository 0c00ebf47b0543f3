//! The till: dishes on one side, the current bill on the other, dialogs over both.

mod bill;
mod bill_details;
mod bills;
mod discount;
mod line;
mod options;
mod pay;
mod payments;
mod phone;
mod picker;
mod reader;
mod receipt;
mod refund;
mod report;
mod shift;
mod shortcuts;
mod split_bill;
mod stock;
mod till_state;
mod void;

use leptos::{
    either::{Either, EitherOf3, EitherOf16},
    prelude::*,
};
use servery_domain::device::DeviceKind;

use self::till_state::{TillDialog, TillState};
use super::{
    cashiers::{Who, guarded},
    notices::notices,
    premises::Premises,
    screen::{Screen, not_here},
};
use crate::text::staff::Key;

#[component]
pub fn TillPage(premises: Premises) -> impl IntoView {
    let Some(screen) = Screen::new(premises) else {
        return Either::Left(());
    };
    let kind = screen.kind();
    let till = TillState {
        at: screen.client.current_bill(),
        screen,
        over: RwSignal::new(None),
        sharing: RwSignal::new(None),
    };
    Either::Right(move || match kind.get() {
        None => EitherOf3::A(()),
        Some(Some(DeviceKind::Till)) => {
            let shown = till.clone();
            EitherOf3::B(guarded(&till, move || till_view(&shown)))
        }
        Some(_) => EitherOf3::C(not_here(&till, Key::TillTitle)),
    })
}

fn till_view(till: &TillState) -> impl IntoView + use<> {
    let over = over(till);
    let in_hand = till.at;
    let holding = move || in_hand.get().is_some();
    view! {
        <article class="till" class:holding=holding>
            <h1 class="unseen">{till.text(Key::TillTitle)}</h1>
            <div class="top"><shift::ShiftLine till=till.clone()/><Who screen=till.screen.clone()/></div>
            {notices(till)}
            <bills::Bills till=till.clone()/>
            <picker::Picker till=till.clone()/>
            <bill::BillInHand till=till.clone()/>
            {over}
        </article>
    }
}

fn over(till: &TillState) -> impl IntoView + use<> {
    let till = till.clone();
    let shown = till.over;
    move || {
        let (till, over) = (till.clone(), shown.get()?);
        // Untracked, so that changes of records do not reset the form.
        Some(untrack(|| match over {
            TillDialog::Options(dish) => EitherOf16::A(Either::Left(view! { <options::Options till dish/> })),
            TillDialog::Stock(dish) => {
                EitherOf16::A(Either::Right(view! { <stock::StockDialog till dish/> }))
            }
            TillDialog::Line(line) => EitherOf16::B(Either::Left(view! { <line::Line till line/> })),
            TillDialog::Bill => EitherOf16::B(Either::Right(view! { <receipt::BillSlip till/> })),
            TillDialog::Discount(line) => {
                EitherOf16::C(Either::Left(view! { <discount::DiscountDialog till line/> }))
            }
            TillDialog::Void(line, count) => {
                EitherOf16::C(Either::Right(view! { <void::VoidDialog till line count/> }))
            }
            TillDialog::More => EitherOf16::D(Either::Left(view! { <bill::More till/> })),
            TillDialog::Name => EitherOf16::D(Either::Right(view! { <bill_details::Name till/> })),
            TillDialog::Guests => EitherOf16::E(view! { <bill_details::Guests till/> }),
            TillDialog::Move => EitherOf16::F(view! { <bill_details::Move till/> }),
            TillDialog::Merge => EitherOf16::G(view! { <bill_details::Merge till/> }),
            TillDialog::Split => EitherOf16::H(view! { <split_bill::SplitBill till/> }),
            TillDialog::Pay => EitherOf16::I(Either::Left(view! { <pay::Pay till/> })),
            TillDialog::Reader(charge) => {
                EitherOf16::I(Either::Right(view! { <reader::OnReader till charge/> }))
            }
            TillDialog::Payments => EitherOf16::J(Either::Left(view! { <payments::Payments till/> })),
            TillDialog::Receipts => EitherOf16::J(Either::Right(view! { <payments::Receipts till/> })),
            TillDialog::Receipt(payable, payment) => {
                EitherOf16::K(Either::Left(view! { <receipt::Receipt till payable payment/> }))
            }
            TillDialog::Refund(payable, payment) => {
                EitherOf16::K(Either::Right(view! { <refund::Refund till payable payment/> }))
            }
            TillDialog::Phone => EitherOf16::L(view! { <phone::Phone till is_new=true/> }),
            TillDialog::PhoneDetails => EitherOf16::L(view! { <phone::Phone till is_new=false/> }),
            TillDialog::Tables => EitherOf16::M(view! { <bill_details::Tables till/> }),
            TillDialog::OpenShift => EitherOf16::N(view! { <shift::OpenShift till/> }),
            TillDialog::MoveCash => EitherOf16::O(view! { <shift::MoveCash till/> }),
            TillDialog::CloseShift(shift) => {
                EitherOf16::P(EitherOf3::A(view! { <shift::CloseShift till shift/> }))
            }
            TillDialog::Report(shift) => EitherOf16::P(EitherOf3::B(view! { <report::Report till shift/> })),
            TillDialog::Shifts => EitherOf16::P(EitherOf3::C(view! { <report::Shifts till/> })),
        }))
    }
}
