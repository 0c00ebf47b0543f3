//! The devices of a restaurant, and a pairing code for another one. Plain forms.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    device::{Device, DeviceKind, DeviceList, ReaderList},
    limits,
    slug::Slug,
};

use crate::{
    components::notice::{Tone, said},
    page_address::PageAddress,
    text::{Key, Texts, texts},
};

/// The result of a form.
#[derive(Debug, Clone, Default)]
pub struct DevicesNotice {
    signed_out: bool,
    reader_chosen: bool,
    /// How many ops of an imported file were new, and how many known.
    handover: Option<(u64, u64)>,
    wrong: Option<String>,
}

impl DevicesNotice {
    pub fn read(visit: &PageAddress) -> Self {
        let number = |name: &str| visit.get(name).and_then(|number| number.parse().ok());
        let done = |what: &str| visit.get("done") == Some(what);
        Self {
            signed_out: done("signed-out"),
            reader_chosen: done("reader"),
            handover: number("was").zip(number("still")).filter(|_| done("handed-over")),
            wrong: visit.get("wrong").map(str::to_owned),
        }
    }
}

#[component]
pub fn Devices(slug: Slug, list: DeviceList, said: DevicesNotice) -> impl IntoView {
    let texts = texts();
    let here = format!("/board/{slug}/devices");
    let rows: Vec<_> = list
        .devices
        .iter()
        .map(|device| row(texts, &here, &list, device))
        .collect();
    let none = rows
        .is_empty()
        .then(|| view! { <p class="hint">{texts.get(Key::DevicesNone)}</p> });
    view! {
        <article class="prose account">
            <h1>{texts.fill(Key::DevicesTitle, &[("name", &list.name)])}</h1>
            {outcome(texts, &slug, &list, said)}
            <p class="lead">{texts.get(Key::DevicesLead)}</p>
            {none}
            <ul class="rows">{rows}</ul>
            <p class="hint">{texts.get(Key::DevicesNote)}</p>
            {new(texts, here.clone())}
            {file(texts, &here)}
            <p><a href=format!("/board/{slug}")>{texts.get(Key::DevicesBoard)}</a></p>
        </article>
    }
}

fn outcome(texts: Texts, slug: &Slug, list: &DeviceList, outcome: DevicesNotice) -> impl IntoView + use<> {
    let code = list.code.as_ref().map(|code| {
        let until = list.now.moved(list.at, code.expires_at);
        view! {
            <section class="said good pairing" role="status">
                <p>{texts.get(Key::DevicesType)}" "<a dir="ltr" href=format!("/staff/{slug}")>{format!("/staff/{slug}")}</a></p>
                <p class="code" dir="ltr">{code.code.clone()}</p>
                <p>{texts.fill(Key::DevicesUntil, &[("time", &until.clock())])}</p>
            </section>
        }
    });
    view! {
        {code}
        {said(outcome.signed_out.then(|| texts.get(Key::DevicesSignedOut)), Tone::Good)}
        {said(outcome.reader_chosen.then(|| texts.get(Key::DevicesReaderChosen)), Tone::Good)}
        {said(outcome.handover.map(|(done, known)| handover(texts, done, known)), Tone::Good)}
        {said(outcome.wrong.map(|what| wrong(texts, &what)), Tone::Bad)}
    }
}

fn handover(texts: Texts, done: u64, known: u64) -> String {
    texts.fill(
        Key::DevicesHandedOver,
        &[("done", &done.to_string()), ("known", &known.to_string())],
    )
}

fn wrong(texts: Texts, what: &str) -> String {
    let key = match what {
        "file" => Key::DevicesFileWrong,
        "file-large" => Key::DevicesFileLarge,
        "file-device" => Key::DevicesFileUnknown,
        "file-newer" => Key::DevicesFileNewer,
        "reader" => Key::DevicesReaderWrong,
        "reader-away" => Key::DevicesReaderAway,
        _ => return texts.fill(Key::AccountWrong, &[("what", what)]),
    };
    texts.get(key).to_owned()
}

fn kind(texts: Texts, kind: DeviceKind) -> &'static str {
    texts.get(match kind {
        DeviceKind::Till => Key::DevicesTill,
        DeviceKind::Kitchen => Key::DevicesKitchen,
        DeviceKind::Courier => Key::DevicesCourier,
    })
}

fn row(texts: Texts, here: &str, list: &DeviceList, device: &Device) -> impl IntoView + use<> {
    let seen = device.seen_at.map(|seen| {
        let seen = list.now.moved(list.at, seen);
        let time = format!("\u{2068}{} {}\u{2069}", seen.day(), seen.clock());
        texts.fill(Key::DevicesSeen, &[("time", &time)])
    });
    view! {
        <li>
            <span>
                <b><bdi>{device.name.clone()}</bdi></b>
                " "
                <span class="hint">{kind(texts, device.kind)}{seen.map(|seen| format!(" · {seen}"))}</span>
            </span>
            <form method="post" action=here.to_owned()>
                <input type="hidden" name="device" value=device.id.to_string()/>
                <button name="change" value="sign-out">{texts.get(Key::DevicesSignOut)}</button>
            </form>
            {reader(texts, here, list, device)}
        </li>
    }
}

/// Which card reader a till charges cards with.
fn reader(texts: Texts, here: &str, list: &DeviceList, device: &Device) -> Option<impl IntoView + use<>> {
    let readers = list
        .readers
        .as_ref()
        .filter(|_| device.kind == DeviceKind::Till)?;
    let known = match readers {
        ReaderList::Unknown => return Some(Either::Left(hint(texts, Key::DevicesReaderAway))),
        ReaderList::Known(known) if known.is_empty() => {
            return Some(Either::Left(hint(texts, Key::DevicesReaderMissing)));
        }
        ReaderList::Known(known) => known,
    };
    let options: Vec<_> = known
        .iter()
        .map(|reader| {
            let chosen = device.reader.as_ref().is_some_and(|own| own.id == reader.id);
            let name = format!("{} ({})", reader.label, reader.serial);
            view! { <option value=reader.id.clone() selected=chosen>{name}</option> }
        })
        .collect();
    let action = here.to_owned();
    Some(Either::Right(view! {
        <form class="reader" method="post" action=action>
            <input type="hidden" name="device" value=device.id.to_string()/>
            <label>
                <span>{texts.get(Key::DevicesReader)}</span>
                <select name="reader"><option value="">{texts.get(Key::DevicesReaderNone)}</option>{options}</select>
            </label>
            <button name="change" value="reader">{texts.get(Key::DevicesReaderChoose)}</button>
        </form>
    }))
}

fn hint(texts: Texts, key: Key) -> impl IntoView {
    view! { <p class="hint">{texts.get(key)}</p> }
}

fn new(texts: Texts, here: String) -> impl IntoView {
    let kinds: Vec<_> = DeviceKind::ALL
        .iter()
        .map(|each| view! { <option value=each.code()>{kind(texts, *each)}</option> })
        .collect();
    view! {
        <h2>{texts.get(Key::DevicesNew)}</h2>
        <form class="fields" method="post" action=here>
            <label><span>{texts.get(Key::DevicesKind)}</span><select name="kind">{kinds}</select></label>
            <label><span>{texts.get(Key::DevicesName)}</span><input type="text" name="name" required maxlength=limits::NAME autocomplete="off"/></label>
            <button name="change" value="code">{texts.get(Key::DevicesMake)}</button>
        </form>
    }
}

/// The import form for a device's exported ops.
fn file(texts: Texts, here: &str) -> impl IntoView + use<> {
    view! {
        <h2>{texts.get(Key::DevicesFile)}</h2>
        <p class="hint">{texts.get(Key::DevicesFileNote)}</p>
        <form class="fields" method="post" enctype="multipart/form-data" action=format!("{here}/op-imports")>
            <label><span>{texts.get(Key::DevicesFileChoose)}</span><input type="file" name="file" required accept=".json,application/json"/></label>
            <button>{texts.get(Key::DevicesFileSend)}</button>
        </form>
    }
}
