//! What operators do with the installation: invite, and remove the demo.

use leptos::prelude::*;
use servery_domain::{
    cursor::Page,
    installation::{InstallationOverview, InstalledRestaurant},
    invitation::{InstallationInvitation, InvitationKind},
};

use super::invitation_sections::{self, OpenRow};
use crate::{
    components::{demo_badge::demo_badge, dish_badges::isolated},
    page_address::address,
    text::{self, Texts, office::Key, texts},
};

pub const PATH: &str = "/operator";

pub fn page<R: IntoView + 'static>(installation: &InstallationOverview, result: R) -> impl IntoView + use<R> {
    let texts = texts();
    let title = texts.get(Key::OperatorTitle);
    let link = installation.link.as_deref();
    let link = link.map(|link| invitation_sections::link(texts.get(Key::OperatorLink), link, PATH));
    let open = installation.invitations.iter();
    let open = open
        .map(|invitation| open_row(texts, installation, invitation))
        .collect();
    view! {
        <article class="office">
            <h1>{title}</h1>
            {result}
            {link}
            {restaurants(texts, &installation.restaurants)}
            {invitation_sections::open(PATH, open)}
            {invitation_sections::form(PATH, installation.new_id, installation.sends_mails, kind(texts))}
            {installation.has_demo.then(|| demo(texts))}
        </article>
    }
}

fn restaurants(texts: Texts, restaurants: &Page<InstalledRestaurant>) -> impl IntoView + use<> {
    let row = |restaurant: &InstalledRestaurant| {
        let path = format!("/restaurants/{}", restaurant.slug);
        view! {
            <li>
                <a class="name" href=path dir="auto">{restaurant.name.clone()}</a>
                {demo_badge(restaurant.is_demo)}
            </li>
        }
    };
    let rows: Vec<_> = restaurants.items.iter().map(row).collect();
    let more = restaurants.next.as_ref().map(|next| {
        let path = address(PATH, [("after", next.to_string().as_str())]);
        view! { <p class="more"><a class="button" href=path>{texts.get(text::Key::HomeMore)}</a></p> }
    });
    let none = rows
        .is_empty()
        .then(|| view! { <p class="hint">{texts.get(Key::OperatorNone)}</p> });
    view! {
        <section>
            <h2>{texts.get(Key::OperatorRestaurants)}</h2>
            {none}
            <ul class="rows">{rows}</ul>
            {more}
            <p><a href="/new-restaurant">{texts.get(Key::OperatorMake)}</a></p>
            <p class="hint">{texts.get(Key::OperatorOfficeHint)}</p>
        </section>
    }
}

fn open_row(
    texts: Texts,
    installation: &InstallationOverview,
    invitation: &InstallationInvitation,
) -> OpenRow {
    let purpose = match invitation.kind {
        InvitationKind::Operator => Key::OperatorOfOperator,
        InvitationKind::Owner | InvitationKind::Staff => Key::OperatorOfOwner,
    };
    let until = installation.now.moved(installation.at, invitation.expires_at);
    OpenRow {
        id: invitation.id,
        email: invitation.email.clone(),
        purpose: texts.get(purpose),
        until: isolated(&format!("{} {} UTC", until.day(), until.clock())),
        may_withdraw: true,
    }
}

fn kind(texts: Texts) -> impl IntoView {
    let kinds = [
        (InvitationKind::Owner, Key::OperatorKindOwner),
        (InvitationKind::Operator, Key::OperatorKindOperator),
    ];
    let kinds = kinds.map(|(kind, label)| view! { <option value=kind.code()>{texts.get(label)}</option> });
    view! {
        <label>
            <span>{texts.get(Key::OperatorKind)}</span>
            <select name="kind">{kinds.into_iter().collect::<Vec<_>>()}</select>
        </label>
    }
}

fn demo(texts: Texts) -> impl IntoView {
    view! {
        <section>
            <h2>{texts.get(Key::OperatorDemoTitle)}</h2>
            <p class="hint">{texts.get(Key::OperatorDemoText)}</p>
            <form class="acts" method="post" action=PATH>
                <button name="act" value="remove-demo">{texts.get(Key::OperatorRemoveDemo)}</button>
            </form>
        </section>
    }
}
