//! The document around a page: head, style, and for a page with a script what it needs to take over.

use std::fmt::Write as _;

use servery_app::{
    content::Content,
    page_address::{PageAddress, address},
    pages::Pages,
    render::{Decision, Mode},
    routes::{self, Chunk},
    text::{Key, Texts},
};
use servery_domain::{
    brand_color::{BrandColor, NIGHT, PAPER},
    lang::Lang,
};

use super::structured_data;
use crate::assets::{Assets, Program, style_hash};

/// Where the nonce of each response goes; a private character, so that no page contains it by itself.
pub const NONCE_HERE: &str = "\u{e000}nonce\u{e000}";

pub struct Document {
    pub html: String,
    /// Its Content-Security-Policy, with `NONCE_HERE` where the nonce goes.
    pub policy: String,
}

/// What the head says of the page.
pub struct DocumentHead {
    pub title: String,
    pub description: String,
    pub brand_color: Option<BrandColor>,
    /// For search engines, and for previews of links.
    pub linked: String,
    /// Seconds after which a page without a script is asked for again by itself.
    pub refresh: Option<u32>,
}

impl DocumentHead {
    pub fn of<P: Pages>(content: &Content<P>, texts: Texts, visit: &PageAddress, base: &str) -> Self {
        let (title, description) = (content.title(texts), content.description(texts).to_owned());
        let findable = matches!(content, Content::Page(_))
            && routes::find(&visit.path).is_some_and(|route| !route.personal);
        let linked = if findable {
            structured_data::head(base, &visit.path, &title, &description, content.subject())
        } else {
            structured_data::HIDDEN.to_owned()
        };
        Self {
            title,
            description,
            brand_color: content.brand_color(),
            linked,
            refresh: content.refresh(),
        }
    }
}

pub struct Parts<'a> {
    pub assets: &'a Assets,
    pub texts: Texts,
    pub decision: Decision,
    pub chunk: Chunk,
    pub visit: &'a PageAddress,
    /// `None` for a shell.
    pub head: Option<DocumentHead>,
    /// What is inside `#app`.
    pub body: &'a str,
    /// The API's answers for a hydrated page.
    pub answers: Option<&'a str>,
    /// The origin of the page on which cards are typed, if a form of this page leads there.
    pub pays_at: Option<&'a str>,
}

/// For text between tags and for attributes in double quotes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

pub fn document(parts: &Parts<'_>) -> Document {
    let Parts {
        assets,
        texts,
        decision,
        ..
    } = parts;
    let (lang, mode) = (texts.lang, decision.mode);
    let style = parts
        .head
        .as_ref()
        .and_then(|head| head.brand_color)
        .map(|brand_color| {
            format!(
                ":root{{--accent-light:{};--accent-dark:{}}}",
                brand_color.readable_on(PAPER),
                brand_color.readable_on(NIGHT)
            )
        });
    let script = (mode != Mode::Thin).then(|| script(assets, parts.chunk, lang, parts.answers));
    let mut html = String::with_capacity(parts.body.len() + parts.answers.map_or(0, str::len) + 8 * 1024);
    // Writing to a string does not fail.
    let _ = write!(
        html,
        "<!doctype html>\n<html lang=\"{tag}\" dir=\"{direction}\" data-mode=\"{mode}\" data-reason=\"{reason}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <meta name=\"description\" content=\"{description}\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"theme-color\" content=\"{PAPER}\" media=\"(prefers-color-scheme: light)\">\n\
         <meta name=\"theme-color\" content=\"{NIGHT}\" media=\"(prefers-color-scheme: dark)\">\n\
         {sheets}<link rel=\"icon\" href=\"/icons/icon.svg\" type=\"image/svg+xml\">\n\
         <link rel=\"manifest\" href=\"/app.webmanifest\">\n{linked}{alternates}{refresh}{style}{preloads}</head>\n<body>\n{noscript}<div id=\"app\">{body}</div>\n{tail}</body>\n</html>\n",
        tag = lang.tag(),
        direction = lang.direction(),
        reason = decision.reason.name(),
        title = parts
            .head
            .as_ref()
            .map_or("Servery".into(), |head| escape(&head.title)),
        description = escape(
            parts
                .head
                .as_ref()
                .map_or(texts.get(Key::HomeDescription), |head| &head.description)
        ),
        sheets = sheets(assets, parts.chunk),
        linked = parts.head.as_ref().map_or("", |head| &head.linked),
        alternates = alternates(parts.visit),
        refresh = refresh(parts),
        style = style
            .as_ref()
            .map(|style| format!("<style>{style}</style>\n"))
            .unwrap_or_default(),
        preloads = script.as_ref().map_or("", |script| &script.preloads),
        noscript = noscript(parts),
        body = parts.body,
        tail = script.as_ref().map_or("", |script| &script.tail),
    );
    Document {
        html,
        policy: policy(mode, parts.chunk, style.as_deref(), parts.pays_at),
    }
}

fn sheets(assets: &Assets, chunk: Chunk) -> String {
    assets
        .styles(chunk)
        .into_iter()
        .map(|sheet| format!("<link rel=\"stylesheet\" href=\"{sheet}\">\n"))
        .collect()
}

fn alternates(visit: &PageAddress) -> String {
    let link = |lang: Lang| {
        let href = escape(&address(&visit.path, [("lang", lang.tag())]));
        format!(
            "<link rel=\"alternate\" hreflang=\"{}\" href=\"{href}\">\n",
            lang.tag()
        )
    };
    Lang::ALL.map(link).concat()
}

fn refresh(parts: &Parts<'_>) -> String {
    let seconds = parts
        .head
        .as_ref()
        .and_then(|head| head.refresh)
        .filter(|_| parts.decision.mode == Mode::Thin);
    seconds
        .map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n"))
        .unwrap_or_default()
}

/// A hydrated page can be read without a script, a shell cannot: one offers the way out, the other takes it.
fn noscript(parts: &Parts<'_>) -> String {
    let way = escape(&address(
        &parts.visit.path,
        parts.visit.page_pairs().chain([("browser", "limited")]),
    ));
    let text = parts.texts.get(Key::Noscript);
    match parts.decision.mode {
        Mode::Thin => String::new(),
        Mode::Hydrated => {
            format!("<noscript><p class=\"noscript\"><a href=\"{way}\">{text}</a></p></noscript>\n")
        }
        // A shell does not know which page it will be, so the way leads to this same address.
        Mode::Thick => format!(
            "<noscript><meta http-equiv=\"refresh\" content=\"0;url=?browser=limited\"><p class=\"noscript\"><a href=\"?browser=limited\">{text}</a></p></noscript>\n"
        ),
    }
}

struct Script {
    preloads: String,
    tail: String,
}

fn script(assets: &Assets, chunk: Chunk, lang: Lang, answers: Option<&str>) -> Script {
    let Program { script, wasm } = assets.program(chunk);
    let texts = assets.texts(chunk, lang);
    let boot = include_str!("boot.js")
        .replace("{{texts}}", texts)
        .replace("{{script}}", script)
        .replace("{{wasm}}", wasm);
    let answers = answers
        .map(|answers| format!("<script type=\"application/json\" id=\"answers\">{answers}</script>\n"))
        .unwrap_or_default();
    Script {
        preloads: format!(
            "<link rel=\"modulepreload\" href=\"{script}\" nonce=\"{NONCE_HERE}\">\n\
             <link rel=\"preload\" href=\"{wasm}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n\
             <link rel=\"preload\" href=\"{texts}\" as=\"fetch\" crossorigin>\n"
        ),
        tail: format!("{answers}<script type=\"module\" nonce=\"{NONCE_HERE}\">\n{boot}</script>\n"),
    }
}

fn policy(mode: Mode, chunk: Chunk, style: Option<&str>, pays_at: Option<&str>) -> String {
    let script = match mode {
        Mode::Thin => "script-src 'none'".to_owned(),
        Mode::Hydrated | Mode::Thick => {
            format!(
                "script-src 'nonce-{NONCE_HERE}' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'"
            )
        }
    };
    let style = style
        .map(|style| format!(" {}", style_hash(style)))
        .unwrap_or_default();
    // Browsers ask this of all the addresses that a form is led on to, too.
    let pays_at = pays_at.map(|origin| format!(" {origin}")).unwrap_or_default();
    // The staff app has photos of what was handed over among its things, not at addresses.
    let photos = if chunk == Chunk::Staff && mode != Mode::Thin {
        " data:"
    } else {
        ""
    };
    format!(
        "default-src 'none'; {script}; style-src 'self'{style}; img-src 'self'{photos}; manifest-src 'self'; form-action 'self'{pays_at}; base-uri 'none'; frame-ancestors 'none'"
    )
}
