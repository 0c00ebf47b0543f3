//! The document around a page, as leptos components: head, style sheets, and for a page with a script what it needs to start.

use leptos::{attr::custom::custom_attribute, prelude::*};
use servery_app::{
    mode::Mode,
    page_address::{PageAddress, address},
    render::Decision,
    routes::{self, Chunk},
    text::{Key, Texts},
};
use servery_domain::{
    brand_color::{BrandColor, NIGHT, PAPER},
    lang::Lang,
    theme::PageTheme,
};

use super::{
    card_script::{self, CONNECT_SOURCES, FRAME_SOURCES, SCRIPT_SOURCES},
    structured_data::LinkPreview,
};
use crate::{
    assets::{Assets, style_hash},
    delivery_map::ServedMap,
};

/// What the head says of the page.
#[derive(Default)]
pub struct DocumentHead {
    pub title: String,
    pub description: String,
    pub theme: Option<PageTheme>,
    /// `None` hides the page from search engines.
    pub preview: Option<LinkPreview>,
    pub json_ld: Option<String>,
    /// Seconds after which a page without a script is loaded again by itself.
    pub refresh: Option<u32>,
}

impl DocumentHead {
    /// Of a shell, which does not know yet which page it will show.
    pub fn of_shell(texts: Texts) -> Self {
        Self {
            title: "Servery".to_owned(),
            description: texts.get(Key::HomeDescription).to_owned(),
            ..Self::default()
        }
    }

    fn style(&self) -> Option<String> {
        self.theme.map(PageTheme::style_sheet)
    }
}

/// The files of a page's program, as its head names them.
pub struct ProgramFiles {
    boot: String,
    script: String,
    wasm: String,
    texts: String,
}

impl ProgramFiles {
    fn of(assets: &Assets, chunk: Chunk, lang: Lang) -> Self {
        let program = assets.program(chunk);
        Self {
            boot: assets.boot.clone(),
            script: program.script.clone(),
            wasm: program.wasm.clone(),
            texts: assets.texts(chunk, lang).to_owned(),
        }
    }
}

pub struct DocumentFacts {
    pub texts: Texts,
    pub decision: Decision,
    pub chunk: Chunk,
    pub address: PageAddress,
    pub head: DocumentHead,
    pub is_shell: bool,
    styles: Vec<String>,
    /// Whether the page says that nobody cooks what is ordered there.
    is_demo: bool,
    /// `None` for a thin page.
    program: Option<ProgramFiles>,
    /// The script that puts the card provider's form into the page, if it has one.
    card_form: Option<String>,
    /// The host of the map's tiles, if a script of the page may load them from one.
    map_origin: Option<String>,
}

impl DocumentFacts {
    pub fn new(
        assets: &Assets,
        texts: Texts,
        (decision, chunk): (Decision, Chunk),
        address: PageAddress,
        head: DocumentHead,
    ) -> Self {
        let has_script = decision.mode != Mode::Thin;
        Self {
            texts,
            decision,
            chunk,
            address,
            head,
            is_shell: decision.mode == Mode::Thick,
            styles: assets.styles(chunk).into_iter().map(str::to_owned).collect(),
            is_demo: false,
            program: has_script.then(|| ProgramFiles::of(assets, chunk, texts.lang)),
            card_form: None,
            // The pages of a chunk follow each other in one document.
            map_origin: assets
                .map()
                .and_then(ServedMap::foreign_origin)
                .filter(|_| has_script && matches!(chunk, Chunk::Ordering | Chunk::Account | Chunk::Office))
                .map(str::to_owned),
        }
    }

    pub fn with_demo_notice(self, is_demo: bool) -> Self {
        Self { is_demo, ..self }
    }

    pub fn with_card_form(self, script: String) -> Self {
        Self {
            card_form: Some(script),
            ..self
        }
    }

    /// `None` for the usual one.
    pub fn permissions_policy(&self) -> Option<String> {
        self.card_form
            .is_some()
            .then(|| card_script::PERMISSIONS.to_owned())
    }

    pub fn content_security_policy(&self) -> String {
        let map = self
            .map_origin
            .as_ref()
            .map(|origin| format!(" {origin}"))
            .unwrap_or_default();
        let script = match (&self.program, &self.card_form) {
            (None, None) => "script-src 'none'".to_owned(),
            (None, Some(_)) => format!(
                "script-src 'self' {SCRIPT_SOURCES}; frame-src {FRAME_SOURCES}; connect-src {CONNECT_SOURCES}"
            ),
            (Some(_), _) => {
                format!("script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'{map}; worker-src 'self'")
            }
        };
        let style = self
            .head
            .style()
            .map(|style| format!(" {}", style_hash(&style)))
            .unwrap_or_default();
        // The staff app has photos of handovers among its records, not at addresses.
        let photos = if self.chunk == Chunk::Staff && self.program.is_some() {
            " data:"
        } else {
            ""
        };
        format!(
            "default-src 'none'; {script}; style-src 'self'{style}; img-src 'self'{photos}{map}; \
             manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

/// `body` is what `#app` contains, and `answers` the JSON of the API from which it was rendered.
#[component]
pub fn Document<B: IntoView + 'static>(
    facts: DocumentFacts,
    body: B,
    answers: Option<String>,
) -> impl IntoView {
    let lang = facts.texts.lang;
    let (mode, reason) = (facts.decision.mode, facts.decision.reason);
    let noscript = noscript(&facts);
    let demo = facts
        .is_demo
        .then(|| view! { <aside class="demo">{facts.texts.get(Key::DemoNotice)}</aside> });
    view! {
        <!DOCTYPE html>
        <html lang=lang.tag() dir=lang.direction() data-mode=mode.name() data-reason=reason.name()>
            <Head facts/>
            <body>
                {noscript}
                {demo}
                <div id="app">{body}</div>
                {answers.map(|answers| view! { <script type="application/json" id="answers">{answers}</script> })}
            </body>
        </html>
    }
}

#[component]
fn Head(facts: DocumentFacts) -> impl IntoView {
    let DocumentFacts {
        address,
        head,
        decision,
        chunk,
        is_shell,
        styles,
        program,
        card_form,
        ..
    } = facts;
    let style = head.style();
    let styles: Vec<_> = styles
        .into_iter()
        .map(|href| view! { <link rel="stylesheet" href=href/> })
        .collect();
    let alternates: Vec<_> = Lang::ALL
        .into_iter()
        .map(|lang| alternate(&address, lang))
        .collect();
    let refresh = head.refresh.filter(|_| decision.mode == Mode::Thin);
    let is_hidden = head.preview.is_none() && !is_shell;
    // A shell does not know the restaurant whose staff will use it: the program adds the link.
    let manifest = match (chunk, is_shell) {
        (Chunk::Staff, true) => None,
        (Chunk::Staff, false) => routes::manifest(&address.path),
        (Chunk::Browse | Chunk::Ordering | Chunk::Account | Chunk::Office, _) => {
            Some("/app.webmanifest".to_owned())
        }
    };
    view! {
        <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"/>
            <title>{head.title.clone()}</title>
            <meta name="description" content=head.description.clone()/>
            <meta name="color-scheme" content="light dark"/>
            {theme_color(PAPER, "(prefers-color-scheme: light)")}
            {theme_color(NIGHT, "(prefers-color-scheme: dark)")}
            {styles}
            <link rel="icon" href="/icons/icon.svg" type="image/svg+xml"/>
            <link rel="apple-touch-icon" href="/icons/icon-180.png"/>
            {manifest.map(|href| view! { <link rel="manifest" href=href/> })}
            {is_hidden.then(|| view! { <meta name="robots" content="noindex"/> })}
            {head.preview.map(|preview| view! { <Preview preview title=head.title description=head.description/> })}
            {head.json_ld.map(|json| view! { <script type="application/ld+json">{json}</script> })}
            {alternates}
            {refresh.map(|seconds| view! { <meta http-equiv="refresh" content=seconds.to_string()/> })}
            {style.map(|style| view! { <style>{style}</style> })}
            {program.map(|program| view! { <Program program/> })}
            {card_form.map(|script| view! { <CardScripts script/> })}
        </head>
    }
}

fn theme_color(color: BrandColor, media: &'static str) -> impl IntoView {
    view! { <meta name="theme-color" content=color.to_string() {..custom_attribute("media", media)}/> }
}

#[component]
fn Preview(preview: LinkPreview, title: String, description: String) -> impl IntoView {
    let LinkPreview { kind, url, image } = preview;
    view! {
        <link rel="canonical" href=url.clone()/>
        {open_graph("og:type", kind)}
        {open_graph("og:site_name", "Servery")}
        {open_graph("og:title", title)}
        {open_graph("og:description", description)}
        {open_graph("og:url", url)}
        {open_graph("og:image", image)}
    }
}

fn open_graph(property: &'static str, content: impl Into<String>) -> impl IntoView {
    view! { <meta {..custom_attribute("property", property)} content=content.into()/> }
}

fn alternate(page: &PageAddress, lang: Lang) -> impl IntoView + use<> {
    let href = address(&page.path, [("lang", lang.tag())]);
    view! { <link rel="alternate" hreflang=lang.tag() href=href/> }
}

/// A module script runs once the document is parsed, wherever it stands; here the browser finds its files early.
#[component]
fn Program(program: ProgramFiles) -> impl IntoView {
    let ProgramFiles {
        boot,
        script,
        wasm,
        texts,
    } = program;
    view! {
        <link rel="modulepreload" href=script.clone()/>
        <link rel="preload" href=wasm.clone() {..custom_attribute("as", "fetch")} type="application/wasm" crossorigin=""/>
        <link rel="preload" href=texts.clone() {..custom_attribute("as", "fetch")} crossorigin=""/>
        <script type="module" id="boot" src=boot data-program=script data-wasm=wasm data-texts=texts></script>
    }
}

/// Both run once the document is parsed, in this order; ours runs also if the provider's cannot be loaded.
#[component]
fn CardScripts(script: String) -> impl IntoView {
    view! {
        <script src=card_script::ADDRESS defer></script>
        <script type="module" src=script></script>
    }
}

/// Without a script a hydrated page can be read and offers the thin page; a shell leads there by itself.
fn noscript(facts: &DocumentFacts) -> Option<impl IntoView + use<>> {
    facts.program.as_ref()?;
    let text = facts.texts.get(Key::Noscript);
    let limited = [("browser", "limited")];
    let address = match facts.is_shell {
        // A shell does not know which page it will be: a relative address leads to the page that was asked for.
        true => "?browser=limited".to_owned(),
        false => address(&facts.address.path, facts.address.page_pairs().chain(limited)),
    };
    let refresh = facts
        .is_shell
        .then(|| view! { <meta http-equiv="refresh" content="0;url=?browser=limited"/> });
    Some(view! { <noscript>{refresh}<p class="noscript"><a href=address>{text}</a></p></noscript> })
}
