//! What operators do with the installation: invite, and remove the demo.

use leptos::prelude::*;
use servery_domain::{
    installation::{InstallationOverview, InstalledRestaurant},
    invitation::{InstallationInvitation, InvitationKind},
    limits,
};

use super::invitation_link;
use crate::{
    components::{demo_badge::demo_badge, dish_badges::isolated},
    text::{self, Texts, office::Key, texts},
};

pub const PATH: &str = "/operator";

pub fn page<R: IntoView + 'static>(installation: &InstallationOverview, result: R) -> impl IntoView + use<R> {
    let texts = texts();
    let title = texts.get(Key::OperatorTitle);
    let link = installation.link.as_deref();
    let link = link.map(|link| invitation_link::section(texts.get(Key::OperatorLink), link, PATH));
    view! {
        <article class="office">
            <h1>{title}</h1>
            {result}
            {link}
            {restaurants(texts, &installation.restaurants)}
            {invitations(texts, installation)}
            {invite(texts, installation)}
            {installation.has_demo().then(|| demo(texts))}
        </article>
    }
}

fn restaurants(texts: Texts, restaurants: &[InstalledRestaurant]) -> impl IntoView + use<> {
    let row = |restaurant: &InstalledRestaurant| {
        let path = format!("/restaurants/{}", restaurant.slug);
        view! {
            <li>
                <a class="name" href=path dir="auto">{restaurant.name.clone()}</a>
                {demo_badge(restaurant.is_demo)}
            </li>
        }
    };
    let rows: Vec<_> = restaurants.iter().map(row).collect();
    let none = rows
        .is_empty()
        .then(|| view! { <p class="hint">{texts.get(Key::OperatorNone)}</p> });
    view! {
        <section>
            <h2>{texts.get(Key::OperatorRestaurants)}</h2>
            {none}
            <ul class="rows">{rows}</ul>
            <p><a href="/new-restaurant">{texts.get(Key::OperatorMake)}</a></p>
            <p class="hint">{texts.get(Key::OperatorOfficeHint)}</p>
        </section>
    }
}

fn invitations(texts: Texts, installation: &InstallationOverview) -> Option<impl IntoView + use<>> {
    let rows: Vec<_> = installation
        .invitations
        .iter()
        .map(|open| invitation(texts, installation, open))
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section>
                <h2>{texts.get(Key::StaffInvited)}</h2>
                <ul class="rows">{rows}</ul>
            </section>
        }
    })
}

fn invitation(
    texts: Texts,
    installation: &InstallationOverview,
    invitation: &InstallationInvitation,
) -> impl IntoView + use<> {
    let whom = invitation.email.as_deref().map(isolated);
    let whom = whom.unwrap_or_else(|| texts.get(text::Key::LogSomebody).to_owned());
    let purpose = match invitation.kind {
        InvitationKind::Operator => Key::OperatorOfOperator,
        InvitationKind::Owner | InvitationKind::Staff => Key::OperatorOfOwner,
    };
    let until = installation.now.moved(installation.at, invitation.expires_at);
    let until = texts.fill(
        Key::StaffUntil,
        &[(
            "time",
            &isolated(&format!("{} {} UTC", until.day(), until.clock())),
        )],
    );
    let label = texts.fill(Key::StaffWithdrawOf, &[("name", &whom)]);
    view! {
        <li>
            <span>
                <b>{whom}</b>
                <br/>
                <span class="hint">{texts.get(purpose)}" · "{until}</span>
            </span>
            <form class="acts" method="post" action=PATH>
                <input type="hidden" name="id" value=invitation.id.to_string()/>
                <button name="act" value="withdraw" aria-label=label>{texts.get(Key::StaffWithdraw)}</button>
            </form>
        </li>
    }
}

fn invite(texts: Texts, installation: &InstallationOverview) -> impl IntoView + use<> {
    let hint = match installation.sends_mails {
        true => Key::StaffInviteMailHint,
        false => Key::StaffInviteHint,
    };
    let email = installation.sends_mails.then(|| {
        view! {
            <label>
                <span>{texts.get(Key::StaffEmail)}</span>
                <input type="email" name="email" maxlength=limits::EMAIL autocomplete="off" dir="ltr"/>
            </label>
        }
    });
    let kinds = [
        (InvitationKind::Owner, Key::OperatorKindOwner),
        (InvitationKind::Operator, Key::OperatorKindOperator),
    ];
    let kinds = kinds.map(|(kind, label)| view! { <option value=kind.code()>{texts.get(label)}</option> });
    view! {
        <section>
            <h2>{texts.get(Key::StaffInvite)}</h2>
            <p class="hint">{texts.get(hint)}</p>
            <form class="fields" method="post" action=PATH>
                <input type="hidden" name="id" value=installation.new_id.to_string()/>
                {email}
                <label>
                    <span>{texts.get(Key::OperatorKind)}</span>
                    <select name="kind">{kinds.into_iter().collect::<Vec<_>>()}</select>
                </label>
                <button name="act" value="invite">{texts.get(Key::StaffMakeInvitation)}</button>
            </form>
        </section>
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
