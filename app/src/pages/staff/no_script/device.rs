//! Pairing and sign-out of a browser without a script.

use leptos::{either::Either, prelude::*};
use servery_domain::device::{DeviceKind, Paired};

use super::Out;
use crate::{
    components::notice::{Tone, said},
    pages::staff::{
        device::{health::kind, pair::LONGEST},
        premises::Premises,
    },
    text::{Texts, staff::Key},
};

pub fn out(texts: Texts, premises: &Premises, out: &Out) -> impl IntoView + use<> {
    let wrong = out.wrong.as_deref().map(|wrong| {
        texts.get(match wrong {
            "often" => Key::DevicePairOften,
            "other" => Key::DevicePairOther,
            _ => Key::DeviceCodeWrong,
        })
    });
    let revoked = out.revoked.then(|| texts.get(Key::DeviceRevoked));
    view! {
        <article class="device">
            <h1>{texts.get(Key::DeviceTitle)}</h1>
            {said(revoked, Tone::Bad)}
            <p>{texts.fill(Key::DeviceLead, &[("name", &premises.listing.restaurant.name)])}</p>
            <p class="hint">{texts.get(Key::DeviceHow)}</p>
            <form class="pair" method="post" action=format!("/staff/{}", premises.slug)>
                <input type="hidden" name="device" value=out.device.to_string()/>
                <label>
                    <span>{texts.get(Key::DeviceCode)}</span>
                    <input name="code" required maxlength=LONGEST dir="ltr" autocomplete="off" autocapitalize="characters" spellcheck="false"
                        placeholder="ABCD-EFGH"/>
                </label>
                <button name="change" value="pair">{texts.get(Key::DevicePair)}</button>
                {said(wrong, Tone::Bad)}
            </form>
        </article>
    }
}

pub fn inside(texts: Texts, premises: &Premises, paired: &Paired) -> impl IntoView + use<> {
    let body = match paired.slug == premises.slug {
        true => Either::Left(own(texts, premises, paired)),
        false => Either::Right(view! {
            <p>{texts.get(Key::DeviceOther)}</p>
            <p><a class="button" href=format!("/staff/{}", paired.slug)>{texts.get(Key::DeviceOtherOpen)}</a></p>
        }),
    };
    view! { <article class="device"><h1>{texts.get(Key::DeviceTitle)}</h1>{body}</article> }
}

fn own(texts: Texts, premises: &Premises, paired: &Paired) -> impl IntoView + use<> {
    let slug = &premises.slug;
    let work = match paired.kind {
        DeviceKind::Kitchen => Either::Left(view! {
            <p><a class="button" href=format!("/staff/{slug}/kitchen")>{texts.get(Key::KitchenTitle)}</a></p>
        }),
        DeviceKind::Till | DeviceKind::Courier => Either::Right(view! {
            <p>{texts.get(Key::DeviceThin)}</p>
            <p><a class="button" href=format!("/board/{slug}")>{texts.get(Key::DeviceBoard)}</a></p>
        }),
    };
    view! {
        <p role="status">{texts.fill(Key::DeviceIn, &[("name", &premises.listing.restaurant.name)])}</p>
        <dl class="health">
            <div><dt>{texts.get(Key::DeviceName)}</dt><dd><span dir="auto">{paired.name.clone()}</span></dd></div>
            <div><dt>{texts.get(Key::DeviceKind)}</dt><dd>{texts.get(kind(paired.kind))}</dd></div>
        </dl>
        {work}
        <form class="leave" method="post" action=format!("/staff/{slug}")>
            <button name="change" value="sign-out">{texts.get(Key::DeviceSignOut)}</button>
        </form>
    }
}
