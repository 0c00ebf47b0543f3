//! How this page was rendered, and the switch between modes.

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};

use crate::{
    mode::Mode,
    page_address::visit,
    render::{Decision, Reason},
    text::{Key, Texts, texts},
};

/// Placeholders for the page's size and rendering time, which the server fills in.
pub const SIZE_HERE: &str = "\u{e000}size\u{e000}";
pub const TIME_HERE: &str = "\u{e000}time\u{e000}";

/// The mode of the page, and the modes that it allows.
#[derive(Debug, Clone, Copy)]
pub struct RenderInfo {
    pub decision: Decision,
    pub allows: &'static [Mode],
}

#[component]
pub fn RenderSwitch() -> impl IntoView {
    let texts = texts();
    let RenderInfo { decision, allows } = use_context().expect("whoever makes a page says how it was made");
    let measured = RwSignal::new(None::<(f64, f64)>);
    // Effects run in browsers only, where the browser's own measurements are better.
    Effect::new(move |_| measured.set(measure()));
    let facts = move || match measured.get() {
        None => texts.fill(Key::MadeServer, &[("size", SIZE_HERE), ("time", TIME_HERE)]),
        Some((bytes, milliseconds)) => texts.fill(
            Key::MadeBrowser,
            &[
                ("size", &kilobytes(texts, bytes as u64)),
                ("time", &texts.lang.decimal(milliseconds as u64, 0)),
            ],
        ),
    };
    let buttons: Vec<_> = allows
        .iter()
        .map(|mode| {
            let pressed = if *mode == decision.mode { "true" } else { "false" };
            view! { <button name="render" value=mode.name() aria-pressed=pressed>{mode_name(texts, *mode)}</button> }
        })
        .collect();
    let visit = visit();
    let kept = move || {
        visit.with(|visit| {
            let pairs = visit
                .page_pairs()
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
            pairs
                .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
                .collect::<Vec<_>>()
        })
    };
    let chosen = decision.reason == Reason::Visitor;
    view! {
        <details class="made">
            <summary>{texts.fill(Key::MadeSummary, &[("mode", mode_name(texts, decision.mode))])}</summary>
            <p>{reason(texts, decision.reason)}" "{facts}</p>
            <form method="get">
                {kept}
                {buttons}
                {chosen.then(|| view! { <button name="render" value="auto">{texts.get(Key::MadeAuto)}</button> })}
            </form>
        </details>
    }
}

fn mode_name(texts: Texts, mode: Mode) -> &'static str {
    texts.get(match mode {
        Mode::Thin => Key::ModeThin,
        Mode::Hydrated => Key::ModeHydrated,
        Mode::Thick => Key::ModeThick,
    })
}

fn reason(texts: Texts, reason: Reason) -> &'static str {
    texts.get(match reason {
        Reason::Visitor => Key::ReasonVisitor,
        Reason::Operator => Key::ReasonOperator,
        Reason::Browser => Key::ReasonBrowser,
        Reason::Load => Key::ReasonLoad,
        Reason::Default => Key::ReasonDefault,
        Reason::Kept => Key::ReasonKept,
    })
}

/// One decimal: `14.2`.
pub fn kilobytes(texts: Texts, bytes: u64) -> String {
    texts.lang.decimal(bytes.div_ceil(100), 1)
}

/// Bytes over the network, script and wasm included, and the time to the first byte.
fn measure() -> Option<(f64, f64)> {
    let performance = window().performance()?;
    let navigation: web_sys::PerformanceNavigationTiming = performance
        .get_entries_by_type("navigation")
        .get(0)
        .dyn_into()
        .ok()?;
    let resources = performance.get_entries_by_type("resource");
    let fetched: f64 = resources
        .iter()
        .filter_map(|entry| entry.dyn_into().ok())
        .map(|entry: web_sys::PerformanceResourceTiming| entry.transfer_size())
        .sum();
    Some((navigation.transfer_size() + fetched, navigation.response_start()))
}
