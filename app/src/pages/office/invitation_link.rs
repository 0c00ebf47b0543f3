//! The link of an invitation that this browser has made last, until somebody accepts it.

use leptos::prelude::*;

use crate::text::{office::Key, texts};

/// `page` is the path of the page that shows it; the QR code is below it.
pub fn section(hint: &'static str, link: &str, page: &str) -> impl IntoView + use<> {
    view! {
        <section class="said good invitation-link" role="status">
            <p>{hint}</p>
            <p class="address"><bdi dir="ltr">{link.to_owned()}</bdi></p>
            <img class="qr" src=format!("{page}/invitation.svg") alt=texts().get(Key::StaffLinkAlt) width="160" height="160"/>
        </section>
    }
}
