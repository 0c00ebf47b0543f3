//! What Servery is, and the software that it contains.

use std::sync::Arc;

use leptos::{either::Either, prelude::*};
use servery_domain::about::About;

use crate::text::{Key, texts};

#[component]
pub fn AboutPage(about: Arc<About>) -> impl IntoView {
    let texts = texts();
    let components: Vec<_> = about
        .components
        .iter()
        .map(|component| view! { <tr><th scope="row">{component.name.clone()}</th><td>{component.version.clone()}</td><td>{component.licence.clone()}</td></tr> })
        .collect();
    let version = match about.commit.get(..10) {
        Some(commit) => format!("{} ({commit})", about.version),
        None => about.version.clone(),
    };
    let source = match about.source.clone() {
        Some(source) => Either::Left(view! { <a href=source>{texts.get(Key::AboutSource)}</a> }),
        None => Either::Right(texts.get(Key::AboutNoSource)),
    };
    view! {
        <article class="prose">
            <h1>{texts.get(Key::AboutTitle)}</h1>
            <p class="lead">{texts.get(Key::AboutLead)}</p>
            <p>{texts.get(Key::AboutModes)}</p>
            <p>{texts.get(Key::AboutData)}</p>
            <h2>{texts.get(Key::AboutLicence)}</h2>
            <p>{texts.fill(Key::AboutLicenceText, &[("version", &version)])}</p>
            <p>{source}</p>
            <details>
                <summary>{texts.count(Key::AboutComponents, about.components.len())}</summary>
                <table dir="ltr">
                    <thead><tr><th scope="col">{texts.get(Key::AboutName)}</th><th scope="col">{texts.get(Key::AboutVersion)}</th><th scope="col">{texts.get(Key::AboutLicence)}</th></tr></thead>
                    <tbody>{components}</tbody>
                </table>
            </details>
            <p><a href="/about/licences">{texts.get(Key::AboutNotices)}</a></p>
            <p><a href="/api/v1/docs">{texts.get(Key::AboutApi)}</a></p>
        </article>
    }
}
