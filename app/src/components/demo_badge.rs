//! What marks a restaurant that `servery demo` has made.

use leptos::prelude::*;

use crate::text::{Key, texts};

pub fn demo_badge(is_demo: bool) -> Option<impl IntoView> {
    is_demo.then(|| view! { " "<span class="demo-badge">{texts().get(Key::DemoBadge)}</span> })
}
