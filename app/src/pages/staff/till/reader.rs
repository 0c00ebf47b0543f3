//! A payment on the till's card reader, until the guest has paid or has not.

use std::time::Duration;

use leptos::{
    either::Either, html, prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys::HtmlElement,
};
use servery_domain::{
    card_decline::CardDecline,
    id::PaymentId,
    order::Event,
    pos::{
        op::Action,
        payment::Payable,
        reader_payment::{ReaderPayment, ReaderPaymentRequest, ReaderPaymentState},
    },
    problem::{Problem, ProblemType},
};

use super::till_state::{Charge, TillDialog, TillState};
use crate::{pages::staff::dialog::Dialog, pos_client::Connectivity, text::staff::Key};

/// How often the till looks whether all is sent, and how often it asks what became of the payment.
const UNTIL_SENT: Duration = Duration::from_millis(250);
const UNTIL_PAID: Duration = Duration::from_millis(1_500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChargeProgress {
    /// What the till has not sent yet goes first, so that the server knows what is due.
    Sending,
    /// There is no connection, and nothing was asked yet.
    Offline,
    Waiting,
    /// No answer: a card may have been charged.
    Unsure,
    Ended(ReaderPayment),
    /// The server refuses the request.
    Failed,
}

impl ChargeProgress {
    fn of_answer(answer: Result<ReaderPayment, Problem>) -> Self {
        match answer {
            Ok(payment) if payment.state == ReaderPaymentState::Waiting => Self::Waiting,
            Ok(payment) => Self::Ended(payment),
            // Refused before anything was put on a reader.
            Err(problem)
                if [
                    ProblemType::NotAccepted,
                    ProblemType::Conflict,
                    ProblemType::Forbidden,
                    ProblemType::NotFound,
                ]
                .iter()
                .any(|kind| problem.is(*kind)) =>
            {
                Self::Failed
            }
            Err(_) => Self::Unsure,
        }
    }

    fn is_open(self) -> bool {
        matches!(self, Self::Sending | Self::Waiting | Self::Unsure)
    }

    /// Whether a card may be charged still.
    fn may_charge(self) -> bool {
        matches!(self, Self::Waiting | Self::Unsure)
    }

    fn is_paid(self) -> bool {
        matches!(self, Self::Ended(payment) if payment.state == ReaderPaymentState::Paid)
    }

    fn words(self) -> Key {
        match self {
            Self::Sending => Key::ReaderSending,
            Self::Offline => Key::ReaderOffline,
            Self::Waiting => Key::ReaderWaiting,
            Self::Unsure => Key::ReaderUnsure,
            Self::Failed => Key::ReaderFailed,
            Self::Ended(payment) => match payment.state {
                ReaderPaymentState::Waiting => Key::ReaderWaiting,
                ReaderPaymentState::Paid => Key::ReaderPaid,
                ReaderPaymentState::Declined => declined(payment.decline),
                ReaderPaymentState::Cancelled => Key::ReaderCancelled,
                ReaderPaymentState::TimedOut => Key::ReaderTimedOut,
                ReaderPaymentState::Unreachable => Key::ReaderUnreachable,
                ReaderPaymentState::Busy => Key::ReaderBusy,
                ReaderPaymentState::Elsewhere => Key::ReaderElsewhere,
                ReaderPaymentState::Changed => Key::ReaderChanged,
                ReaderPaymentState::Uncountable => Key::ReaderUncountable,
                ReaderPaymentState::NoReader => Key::ReaderNoReader,
            },
        }
    }

    /// Whether the same once more may succeed.
    fn is_worth_repeating(self) -> bool {
        match self {
            Self::Failed | Self::Offline => true,
            Self::Ended(payment) => !matches!(
                payment.state,
                ReaderPaymentState::Paid
                    | ReaderPaymentState::Changed
                    | ReaderPaymentState::Uncountable
                    | ReaderPaymentState::NoReader
            ),
            _ => false,
        }
    }
}

fn declined(why: Option<CardDecline>) -> Key {
    match why {
        Some(CardDecline::Funds) => Key::ReaderDeclinedFunds,
        Some(CardDecline::Expired) => Key::ReaderDeclinedExpired,
        Some(CardDecline::Unconfirmed) => Key::ReaderDeclinedUnconfirmed,
        Some(CardDecline::TryAgain) => Key::ReaderDeclinedTryAgain,
        // Nothing is typed on a reader but a PIN.
        Some(CardDecline::Refused | CardDecline::Typed) | None => Key::ReaderDeclined,
    }
}

/// Asks for one payment until it has ended, or the dialog is gone.
#[derive(Clone)]
struct ChargeDialog {
    till: TillState,
    request: RwSignal<ReaderPaymentRequest>,
    progress: RwSignal<ChargeProgress>,
}

impl ChargeDialog {
    fn payment(&self) -> PaymentId {
        self.request.with_untracked(|request| request.id)
    }

    /// Whether the dialog is there, and this payment has not ended in it and was not followed by another.
    fn asks_for(&self, payment: PaymentId) -> bool {
        let is_open = self
            .progress
            .try_get_untracked()
            .is_some_and(ChargeProgress::is_open);
        is_open && self.request.try_with_untracked(|request| request.id) == Some(payment)
    }

    fn later(self, pause: Duration) {
        let payment = self.payment();
        set_timeout(
            move || {
                if self.asks_for(payment) {
                    self.next();
                }
            },
            pause,
        );
    }

    fn next(self) {
        // The dialog may be gone.
        let Some(progress) = self.progress.try_get_untracked().filter(|now| now.is_open()) else {
            return;
        };
        if progress == ChargeProgress::Sending && self.till.client.unsynced().get_untracked().count > 0 {
            if self.till.client.connectivity().get_untracked() == Connectivity::Online {
                return self.later(UNTIL_SENT);
            }
            return self.progress.set(ChargeProgress::Offline);
        }
        if progress == ChargeProgress::Sending {
            self.progress.set(ChargeProgress::Waiting);
        }
        let request = self.request.get_untracked();
        let answer = self.till.client.put_on_reader(&request);
        spawn_local(async move {
            let answer = ChargeProgress::of_answer(answer.await);
            // A payment that has ended stays so, whatever a slower answer says.
            if self.asks_for(request.id) {
                self.progress.set(answer);
                self.later(UNTIL_PAID);
            }
        });
    }

    /// Another payment of the same amount, in the same dialog.
    fn again(&self) {
        let id = PaymentId(self.till.client.id());
        self.request.update(|request| request.id = id);
        self.progress.set(ChargeProgress::Sending);
        self.clone().next();
    }

    fn cancel(&self) {
        let (dialog, payment) = (self.clone(), self.payment());
        let answer = self.till.client.take_from_reader(payment);
        spawn_local(async move {
            let answer = ChargeProgress::of_answer(answer.await);
            // Without an answer the till keeps asking.
            if matches!(answer, ChargeProgress::Ended(_)) && dialog.asks_for(payment) {
                dialog.progress.set(answer);
            }
        });
    }
}

#[component]
pub fn OnReader(till: TillState, charge: Charge) -> impl IntoView {
    let shift = till.shift()?;
    let reader = till.reader().unwrap_or_default();
    let asking = ChargeDialog {
        request: RwSignal::new(ReaderPaymentRequest {
            id: PaymentId(till.client.id()),
            payable: charge.payable,
            shift: shift.id,
            by: till.client.current_cashier().get_untracked(),
            amount: charge.amount,
            tip: charge.tip,
        }),
        till: till.clone(),
        progress: RwSignal::new(ChargeProgress::Sending),
    };
    asking.clone().next();
    let progress = asking.progress;
    let amount = till.money(asking.request.with_untracked(ReaderPaymentRequest::charge));
    let hint = till
        .texts
        .fill(Key::ReaderHint, &[("amount", &amount), ("reader", &reader)]);
    let hint = move || {
        (progress.get() == ChargeProgress::Waiting)
            .then(|| view! { <p class="hint" dir="auto">{hint.clone()}</p> })
    };
    let words = {
        let till = till.clone();
        move || till.text(progress.get().words())
    };
    let bad = move || {
        let now = progress.get();
        !now.is_paid() && !matches!(now, ChargeProgress::Sending | ChargeProgress::Waiting)
    };
    let good = move || progress.get().is_paid();
    let (payable, pos, request) = (charge.payable, till.pos, asking.request);
    // The payment comes with the records, a moment after the answer.
    let booked = Memo::new(move |_| {
        let payment = request.with(|request| request.id);
        pos.with(|pos| pos.payment(payable, payment).is_some())
    });
    let buttons = buttons(&asking, charge, booked);
    let beside = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        progress.track();
        // A disabled button takes no focus.
        booked.track();
        set_timeout(move || focus_first_button(beside), Duration::ZERO);
    });
    let close = {
        let over = till.over;
        Callback::new(move |()| {
            let now = progress.get_untracked();
            if now.may_charge() {
                asking.cancel();
            }
            // The dialog stays until the cashier has seen whether the card was charged, unless there is no answer.
            if now != ChargeProgress::Waiting {
                over.set(None);
            }
        })
    };
    Some(view! {
        <Dialog title=till.text(Key::ReaderTitle) close>
            <p class="due"><b dir="auto">{amount}</b></p>
            <p class="said" class:bad=bad class:good=good role="status">{words}</p>
            {hint}
            <div class="beside" node_ref=beside>{buttons}</div>
        </Dialog>
    })
}

/// The button that had the focus may have gone with the state that it belonged to.
fn focus_first_button(beside: NodeRef<html::Div>) {
    let Some(beside) = beside.try_get_untracked().flatten() else {
        return;
    };
    let focused = document().active_element();
    if focused.is_some_and(|focused| focused.tag_name() == "BUTTON") {
        return;
    }
    let button = beside.query_selector("button").ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        // Fails for no element.
        let _ = button.focus();
    }
}

fn buttons(asking: &ChargeDialog, charge: Charge, booked: Memo<bool>) -> impl IntoView + use<> {
    let (asking, till, progress) = (asking.clone(), asking.till.clone(), asking.progress);
    let (payable, over) = (charge.payable, till.over);
    let (paid, dialog) = (till.clone(), asking.clone());
    let receipt = move |_| {
        match payable {
            Payable::Bill(bill) => paid.sharing.set(Some((bill, charge.sharers))),
            // Whoever pays at the counter takes it along.
            Payable::Order(order) => paid.submit(Action::Order {
                order,
                event: Event::Collected,
                run: None,
            }),
        }
        over.set(Some(TillDialog::Receipt(payable, dialog.payment())));
    };
    let kind = Memo::new(move |_| {
        let now = progress.get();
        (
            now.may_charge(),
            now.is_paid(),
            now.is_open(),
            now.is_worth_repeating(),
        )
    });
    move || match kind.get() {
        (true, ..) => {
            let asking = asking.clone();
            Either::Left(Either::Left(
                view! { <button type="button" on:click=move |_| asking.cancel()>{till.text(Key::ReaderCancel)}</button> },
            ))
        }
        (_, true, ..) => Either::Left(Either::Right(
            view! { <button type="button" class="main" disabled=move || !booked.get() on:click=receipt.clone()>{till.text(Key::ReaderReceipt)}</button> },
        )),
        (_, _, true, _) => Either::Right(Either::Left(())),
        (.., again) => {
            let again = again.then(|| {
                let asking = asking.clone();
                view! { <button type="button" class="main" on:click=move |_| asking.again()>{till.text(Key::ReaderAgain)}</button> }
            });
            let otherwise = move |_| {
                over.set(match payable {
                    Payable::Bill(_) => Some(TillDialog::Pay),
                    Payable::Order(_) => None,
                });
            };
            Either::Right(Either::Right(view! {
                <button type="button" on:click=otherwise>{till.text(Key::ReaderOtherwise)}</button>
                {again}
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_without_an_answer_may_have_been_charged_and_is_asked_for_again() {
        let answer = |kind| ChargeProgress::of_answer(Err(Problem::new(kind, "")));
        for kind in [
            ProblemType::Unreachable,
            ProblemType::ProviderAway,
            ProblemType::Unavailable,
            ProblemType::Broken,
            ProblemType::TooOften,
            ProblemType::SignedOut,
        ] {
            assert_eq!(answer(kind), ChargeProgress::Unsure);
        }
        assert!(ChargeProgress::Unsure.may_charge() && ChargeProgress::Unsure.is_open());
        assert_eq!(answer(ProblemType::NotAccepted), ChargeProgress::Failed);
        assert!(!ChargeProgress::Failed.is_open());
    }

    #[test]
    fn what_cannot_succeed_is_not_offered_again() {
        let ended = |state| ChargeProgress::Ended(ReaderPayment::new(PaymentId(1), state));
        for state in ReaderPaymentState::ALL {
            let progress = ended(*state);
            let repeats = !matches!(state.code(), "paid" | "changed" | "uncountable" | "no_reader");
            assert_eq!(progress.is_worth_repeating(), repeats, "{}", state.code());
            assert!(!progress.is_open() || *state == ReaderPaymentState::Waiting);
        }
    }
}
