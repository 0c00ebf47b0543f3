//! The form of the theme, and how text in its colour looks.

use leptos::{ev, prelude::*};
use servery_domain::{
    brand_color::{BrandColor, NIGHT, PAPER},
    edit::Theme,
    theme::TypePair,
};

use super::inputs::{Inputs, LineKind};
use crate::{
    pages::office::part_text::type_pair_name,
    text::{Texts, office::Key},
};

impl Inputs<'_> {
    pub fn theme(&self, theme: &Theme) -> AnyView {
        let texts = self.texts;
        let stored = theme.brand_color.to_string();
        let typed = self.typed.or("brand-color", &stored).to_lowercase();
        let color = RwSignal::new(typed.parse().unwrap_or(theme.brand_color));
        let pick = move |event: ev::Event| {
            if let Ok(picked) = event_target_value(&event).to_lowercase().parse() {
                color.set(picked);
            }
        };
        let pairs = TypePair::ALL.iter();
        let pairs = pairs.map(|pair| {
            (
                pair.code().to_owned(),
                texts.get(type_pair_name(*pair)).to_owned(),
            )
        });
        let label = texts.get(Key::PartTypePair).to_owned();
        let chosen = theme.type_pair.code().to_owned();
        view! {
            <div on:input=pick>{self.line("brand-color", Key::PartBrandColor, &stored, LineKind::COLOR)}</div>
            <div class="contrasts">
                {sample(texts, color, PAPER, Key::PartColorOnLight)}
                {sample(texts, color, NIGHT, Key::PartColorOnDark)}
            </div>
            {self.select("type-pair".to_owned(), "type-pair", label, (chosen, pairs.collect()))}
        }
        .into_any()
    }
}

/// Attributes of a drawing, because the page's policy allows no styles of its own.
fn sample(
    texts: Texts,
    color: RwSignal<BrandColor>,
    ground: BrandColor,
    caption: Key,
) -> impl IntoView + use<> {
    let shown = Memo::new(move |_| color.get().readable_on(ground));
    let ratio = move |color: BrandColor| {
        let tenths = (color.contrast(ground) * 10.0) as u64;
        texts.lang.decimal(tenths, 1)
    };
    let said = move || texts.fill(caption, &[("ratio", &ratio(shown.get()))]);
    let adjusted = move || {
        let chosen = color.get();
        (chosen != shown.get()).then(|| {
            let text = texts.fill(Key::PartColorAdjusted, &[("ratio", &ratio(chosen))]);
            view! { <span class="adjusted">{text}</span> }
        })
    };
    view! {
        <figure>
            <svg viewBox="0 0 240 64" aria-hidden="true" focusable="false">
                <rect width="240" height="64" fill=ground.to_string()></rect>
                <text x="120" y="42" text-anchor="middle" font-size="26" fill=move || shown.get().to_string()>"Aa 12:30"</text>
            </svg>
            <figcaption aria-live="polite">{said}" "{adjusted}</figcaption>
        </figure>
    }
}
