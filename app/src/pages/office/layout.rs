//! What all pages of a restaurant's office have: its name, the tabs, and how much waits to be published.

use leptos::prelude::*;
use servery_domain::{edit::EditedRestaurant, slug::Slug};

use crate::text::{office::Key, texts};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Menu,
    Translations,
    Changes,
    History,
    Tables,
    Import,
    Share,
    Staff,
}

pub fn layout<B: IntoView>(
    (slug, name): (&Slug, &str),
    tab: Tab,
    office: Option<&EditedRestaurant>,
    body: B,
) -> impl IntoView + use<B> {
    let texts = texts();
    let link = |to: Tab, path: &str, label: Key| {
        let current = (to == tab).then_some("page");
        view! { <li><a href=format!("/office/{slug}{path}") aria-current=current>{texts.get(label)}</a></li> }
    };
    let waiting = office.map_or(0, |office| office.edits.len());
    let waiting = (waiting > 0 && tab != Tab::Changes).then(|| {
        view! {
            <p class="said waiting">
                {texts.count(Key::OfficeUnpublished, waiting)}" "
                <a href=format!("/office/{slug}/changes")>{texts.get(Key::OfficeReview)}</a>
            </p>
        }
    });
    let title = texts.fill(Key::OfficeTitle, &[("name", name)]);
    view! {
        <article class="office">
            <h1>{title.clone()}</h1>
            <nav aria-label=title>
                <ul>
                    {link(Tab::Menu, "", Key::OfficeMenu)}
                    {link(Tab::Translations, "/translations", Key::TranslationsTitle)}
                    {link(Tab::Changes, "/changes", Key::OfficeChanges)}
                    {link(Tab::History, "/history", Key::OfficeHistory)}
                    {link(Tab::Tables, "/tables", Key::TablesTitle)}
                    {link(Tab::Share, "/share", Key::ShareTitle)}
                    {link(Tab::Import, "/import", Key::ImportTitle)}
                    {link(Tab::Staff, "/staff", Key::StaffTitle)}
                    <li><a href=format!("/board/{slug}")>{texts.get(Key::OfficeOrders)}</a></li>
                    <li><a href=format!("/restaurants/{slug}")>{texts.get(Key::OfficePage)}</a></li>
                </ul>
            </nav>
            {waiting}
            {body}
        </article>
    }
}
