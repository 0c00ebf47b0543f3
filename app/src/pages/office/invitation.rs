//! The page of an invitation: whoever has its link makes an account with it, or accepts it with their own.

use leptos::{either::EitherOf3, prelude::*};
use servery_domain::{
    account::{Account, StaffPosition},
    invitation::{Invitation, InvitationKind},
};

use crate::{
    components::{
        audit_entry::role_name,
        dish_badges::isolated,
        notice::{Tone, said},
    },
    pages::account::credentials::{email, password},
    text::{Key, Texts, office, texts},
};

pub fn page(
    token: &str,
    invitation: Option<Invitation>,
    signed_in: Option<&Account>,
    wrong: Option<&str>,
) -> impl IntoView + use<> {
    let texts = texts();
    let Some(Invitation { kind, position }) = invitation else {
        return EitherOf3::A(view! {
            <article class="prose credentials">
                <h1>{texts.get(office::Key::InvitationTitle)}</h1>
                <p class="lead">{texts.get(office::Key::InvitationOver)}</p>
                <p><a href="/new-restaurant">{texts.get(office::Key::NewTitle)}</a></p>
            </article>
        });
    };
    let lead = match (kind, &position) {
        (InvitationKind::Operator, _) => texts.get(office::Key::InvitationOperator).to_owned(),
        (InvitationKind::Owner, _) => texts.get(office::Key::InvitationOwner).to_owned(),
        (InvitationKind::Staff, Some(StaffPosition { name, role, .. })) => {
            let role = texts.get(role_name(*role));
            texts.fill(
                office::Key::InvitationStaff,
                &[("name", &isolated(name)), ("role", role)],
            )
        }
        // The restaurant was deleted meanwhile.
        (InvitationKind::Staff, None) => texts.get(office::Key::InvitationOver).to_owned(),
    };
    let wrong = wrong.map(|wrong| {
        texts.get(match wrong {
            "email-taken" => office::Key::InvitationEmailTaken,
            "password" => office::Key::InvitationWeak,
            "often" => office::Key::InvitationOften,
            _ => office::Key::InvitationWrong,
        })
    });
    let action = format!("/invitations/{token}");
    match signed_in {
        Some(account) => EitherOf3::B(view! {
            <article class="prose credentials">
                <h1>{texts.get(office::Key::InvitationTitle)}</h1>
                {said(wrong, Tone::Bad)}
                <p class="lead">{lead}</p>
                <p>{texts.fill(Key::AccountSignedInAs, &[("email", &account.email)])}</p>
                <form class="fields" method="post" action=action>
                    <input type="hidden" name="signed-in" value="yes"/>
                    <button type="submit">{texts.get(office::Key::InvitationAccept)}</button>
                </form>
            </article>
        }),
        None => EitherOf3::C(view! {
            <article class="prose credentials">
                <h1>{texts.get(office::Key::InvitationTitle)}</h1>
                {said(wrong, Tone::Bad)}
                <p class="lead">{lead}</p>
                {new_account(texts, action)}
                <p class="small-print">{texts.get(office::Key::InvitationKnown)}" "<a href="/account">{texts.get(Key::SignInTitle)}</a></p>
            </article>
        }),
    }
}

fn new_account(texts: Texts, action: String) -> impl IntoView {
    view! {
        <form class="fields" method="post" action=action>
            <label>
                <span>{texts.get(office::Key::InvitationName)}</span>
                <input type="text" name="name" maxlength="120" autocomplete="name"/>
            </label>
            {email(texts)}
            {password(texts.get(Key::SignInPassword), true)}
            <p class="hint">{texts.get(Key::SignUpPasswordHint)}</p>
            <button type="submit">{texts.get(office::Key::InvitationCreate)}</button>
        </form>
    }
}
