//! The devices of a restaurant, and a pairing code for another one. Plain forms.

use leptos::prelude::*;
use servery_domain::{
    device::{self, Device, DeviceKind, DeviceList},
    limits,
    slug::Slug,
    time::LocalMinute,
};

use crate::{
    components::notice::{Tone, said},
    page_address::PageAddress,
    text::{Key, Texts, texts},
};

/// The result of a form. The address may contain a pairing code: it expires soon, and whoever sees this
/// page may create one anyway.
#[derive(Debug, Clone, Default)]
pub struct DevicesNotice {
    /// The formatted code and its expiry.
    code: Option<(String, LocalMinute)>,
    signed_out: bool,
    /// How many ops of an imported file were new, and how many known.
    handover: Option<(u64, u64)>,
    wrong: Option<String>,
}

impl DevicesNotice {
    pub fn read(visit: &PageAddress) -> Self {
        let code = visit
            .get("code")
            .and_then(device::parse_code)
            .map(|code| device::format_code(&code));
        let until = visit.get("until").and_then(|until| until.parse().ok());
        let number = |name: &str| visit.get(name).and_then(|number| number.parse().ok());
        let done = |what: &str| visit.get("done") == Some(what);
        Self {
            code: code.zip(until),
            signed_out: done("signed-out"),
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
    let (good, over): (Option<_>, Option<_>) = match outcome.code {
        Some((_, until)) if until <= list.now => (None, Some(texts.get(Key::DevicesOver))),
        code => (code, None),
    };
    let code = good.map(|(code, until)| {
        view! {
            <section class="said good pairing" role="status">
                <p>{texts.get(Key::DevicesType)}" "<bdi dir="ltr">{format!("/staff/{slug}")}</bdi></p>
                <p class="code" dir="ltr">{code}</p>
                <p>{texts.fill(Key::DevicesUntil, &[("time", &until.clock())])}</p>
            </section>
        }
    });
    view! {
        {code}
        {said(over, Tone::Bad)}
        {said(outcome.signed_out.then(|| texts.get(Key::DevicesSignedOut)), Tone::Good)}
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
        </li>
    }
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
