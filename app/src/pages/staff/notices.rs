//! What is over every screen: why the last action failed, until it is dismissed, and what waits for approval.

use leptos::prelude::*;

use super::{
    approval::approval,
    screen::{Screen, said},
};

pub fn notices(screen: &Screen) -> impl IntoView + use<> {
    view! {
        {said(screen.texts, screen.wrong)}
        {approval(screen)}
    }
}
