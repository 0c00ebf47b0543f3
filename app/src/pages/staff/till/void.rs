//! Why something is taken back that the kitchen has been told.

use leptos::prelude::*;
use servery_domain::{
    id::LineId,
    pos::{op::Action, right::VoidReason},
};

use super::till_state::TillState;
use crate::{pages::staff::dialog::Dialog, text::staff::Key};

#[component]
pub fn VoidDialog(till: TillState, line: LineId, count: u16) -> impl IntoView {
    let (bill, name) = till.bill().get_untracked().and_then(|bill| {
        let name = bill.line(line)?.name.clone();
        Some((bill.id, name))
    })?;
    let reason = |reason: VoidReason| {
        let (taking, word) = (till.clone(), till.text(void_reason(reason)));
        let take = move |_| {
            taking.submit_and_close(Action::Void {
                bill,
                line,
                count,
                reason,
            });
        };
        view! { <button type="button" on:click=take>{word}</button> }
    };
    let reasons: Vec<_> = VoidReason::ASKED.map(reason).into_iter().collect();
    let title = till
        .texts
        .fill(Key::VoidTitle, &[("count", &count.to_string()), ("name", &name)]);
    Some(view! {
        <Dialog title close=till.close()>
            <p class="hint">{till.text(Key::VoidHint)}</p>
            <div class="more">{reasons}</div>
        </Dialog>
    })
}

pub fn void_reason(reason: VoidReason) -> Key {
    match reason {
        VoidReason::Mistake => Key::VoidMistake,
        VoidReason::ChangedMind => Key::VoidChangedMind,
        VoidReason::RanOut => Key::VoidRanOut,
        VoidReason::SentBack => Key::VoidSentBack,
        VoidReason::NotSaid => Key::VoidNotSaid,
    }
}
