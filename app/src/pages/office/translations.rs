//! The menu in another language: each text beside its translation, a category at a time.

use leptos::{either::Either, prelude::*};
use servery_domain::{
    contact::check_text,
    edit::{EditedRestaurant, MenuText, MenuTextKey, TranslationState},
    id::CategoryId,
    lang::Lang,
    restaurant_file::RestaurantFile,
    slug::Slug,
    translation::TextField,
};

use super::{
    FormResult,
    edit_id::edit_id,
    layout::{Tab, layout},
    typed_form::TypedForm,
};
use crate::{
    components::dish_badges::isolated,
    form_fields::FormFields,
    page_address::{PageAddress, address},
    text::{Texts, office::Key, texts},
    translation_form::{right_field, seen_field},
};

/// Texts on a page.
const TEXTS: usize = 60;
/// Names the groups of options where an address names a category.
const OPTIONS: &str = "options";
/// Of the parameter `show`: only what is missing or has to be looked at again.
const OPEN: &str = "open";

/// What the address asks for.
#[derive(Debug, Clone)]
pub struct AskedTranslations {
    to: Option<Lang>,
    section: Option<Section>,
    is_only_open: bool,
    after: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Category(CategoryId),
    Options,
}

impl Section {
    fn read(text: &str) -> Option<Self> {
        match text {
            OPTIONS => Some(Self::Options),
            id => id.parse().ok().map(Self::Category),
        }
    }

    fn code(self) -> String {
        match self {
            Self::Category(id) => id.to_string(),
            Self::Options => OPTIONS.to_owned(),
        }
    }
}

impl AskedTranslations {
    pub fn read(visit: &PageAddress) -> Self {
        Self {
            to: visit.get("to").and_then(Lang::from_tag),
            section: visit.get("category").and_then(Section::read),
            is_only_open: visit.get("show") == Some(OPEN),
            after: visit
                .get("after")
                .and_then(|after| after.parse().ok())
                .unwrap_or(0),
        }
    }
}

/// The texts of a category, or of the groups of options.
struct Texted<'a> {
    section: Section,
    name: String,
    texts: Vec<MenuText<'a>>,
}

/// How many texts there are, and what has to be done about them.
#[derive(Default, Clone, Copy)]
struct TextCounts {
    all: usize,
    missing: usize,
    outdated: usize,
}

impl TextCounts {
    fn of(texts: &[MenuText<'_>], to: Lang) -> Self {
        let in_state = |state| texts.iter().filter(|text| text.state(to) == state).count();
        Self {
            all: texts.len(),
            missing: in_state(TranslationState::Missing),
            outdated: in_state(TranslationState::Outdated),
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            all: self.all + other.all,
            missing: self.missing + other.missing,
            outdated: self.outdated + other.outdated,
        }
    }

    fn is_done(self) -> bool {
        self.missing + self.outdated == 0
    }

    /// `12 of 48 missing · 3 to look at again`
    fn words(self, texts: Texts) -> String {
        let missing = (self.missing > 0).then(|| {
            let [missing, all] = [self.missing, self.all].map(|count| count.to_string());
            texts.fill(Key::TranslationsMissing, &[("missing", &missing), ("all", &all)])
        });
        let outdated = (self.outdated > 0).then(|| texts.count(Key::TranslationsOutdated, self.outdated));
        let words: Vec<String> = missing.into_iter().chain(outdated).collect();
        match words.is_empty() {
            true => texts.get(Key::TranslationsComplete).to_owned(),
            false => words.join(" · "),
        }
    }
}

pub fn page(
    slug: &Slug,
    office: &EditedRestaurant,
    asked: &AskedTranslations,
    (result, typed): (&FormResult, &TypedForm),
) -> impl IntoView + use<> {
    let texts = texts();
    let file = &office.edited;
    let sections = sections(texts, file);
    let to = asked.to.filter(|to| *to != file.lang);
    let to = to.unwrap_or_else(|| usual_language(file.lang, texts.lang));
    let page = TranslationsPage {
        texts,
        slug,
        office,
        asked,
        to,
        typed,
    };
    let body = match sections.is_empty() {
        true => Either::Left(view! { <p class="hint">{texts.get(Key::OfficeNoCategories)}</p> }),
        false => Either::Right(page.body(&sections)),
    };
    let body = view! {
        {result.view(texts)}
        <h2>{texts.get(Key::TranslationsTitle)}</h2>
        <p class="lead">{texts.fill(Key::TranslationsLead, &[("lang", &isolated(file.lang.own_name()))])}</p>
        {body}
    };
    layout((slug, &file.name), Tab::Translations, Some(office), body)
}

/// The page's, or the first one that is not the menu's.
fn usual_language(written: Lang, page: Lang) -> Lang {
    let mut all = std::iter::once(page).chain(Lang::ALL);
    all.find(|lang| *lang != written).unwrap_or(page)
}

fn sections(texts: Texts, file: &RestaurantFile) -> Vec<Texted<'_>> {
    let categories = file.categories.iter().map(|category| Texted {
        section: Section::Category(category.id),
        name: category.name.clone(),
        texts: file.category_texts(category).collect(),
    });
    let options = Texted {
        section: Section::Options,
        name: texts.get(Key::OfficeOptions).to_owned(),
        texts: file.option_texts().collect(),
    };
    let all = categories.chain(std::iter::once(options));
    all.filter(|section| !section.texts.is_empty()).collect()
}

struct TranslationsPage<'a> {
    texts: Texts,
    slug: &'a Slug,
    office: &'a EditedRestaurant,
    asked: &'a AskedTranslations,
    to: Lang,
    typed: &'a TypedForm,
}

impl TranslationsPage<'_> {
    fn body(&self, sections: &[Texted<'_>]) -> impl IntoView + use<> {
        let texts = self.texts;
        let counts: Vec<TextCounts> = sections
            .iter()
            .map(|section| TextCounts::of(&section.texts, self.to))
            .collect();
        let total = counts
            .iter()
            .fold(TextCounts::default(), |sum, counts| sum.plus(*counts));
        let asked = |section: &Texted<'_>| Some(section.section) == self.asked.section;
        let first_open = || counts.iter().position(|counts| !counts.is_done());
        let current = sections.iter().position(asked).or_else(first_open).unwrap_or(0);
        let links: Vec<_> = sections
            .iter()
            .zip(&counts)
            .enumerate()
            .map(|(position, (section, counts))| self.section_link(section, *counts, position == current))
            .collect();
        let languages: Vec<_> = Lang::ALL
            .into_iter()
            .filter(|lang| *lang != self.office.edited.lang)
            .map(|lang| self.language_link(lang))
            .collect();
        view! {
            <nav aria-label=texts.get(Key::TranslationsLanguages)><ul>{languages}</ul></nav>
            <p class="count">{total.words(texts)}</p>
            <nav aria-label=texts.get(Key::TranslationsSections)><ul>{links}</ul></nav>
            {sections.get(current).map(|section| self.section(section))}
        }
    }

    /// The address of this page with another section, language, filter or position.
    fn address(&self, section: Option<Section>, to: Lang, is_only_open: bool, after: usize) -> String {
        let mut pairs = vec![("to", to.tag().to_owned())];
        pairs.extend(section.map(|section| ("category", section.code())));
        pairs.extend(is_only_open.then(|| ("show", OPEN.to_owned())));
        pairs.extend((after > 0).then(|| ("after", after.to_string())));
        address(&format!("/office/{}/translations", self.slug), pairs)
    }

    fn language_link(&self, lang: Lang) -> impl IntoView + use<> {
        let current = (lang == self.to).then_some("page");
        let href = self.address(self.asked.section, lang, self.asked.is_only_open, 0);
        view! { <li><a href=href lang=lang.tag() aria-current=current>{lang.own_name()}</a></li> }
    }

    fn section_link(
        &self,
        section: &Texted<'_>,
        counts: TextCounts,
        is_current: bool,
    ) -> impl IntoView + use<> {
        let href = self.address(Some(section.section), self.to, self.asked.is_only_open, 0);
        let current = is_current.then_some("page");
        view! {
            <li><a href=href aria-current=current><bdi>{section.name.clone()}</bdi>" "<small>{counts.words(self.texts)}</small></a></li>
        }
    }

    fn section(&self, section: &Texted<'_>) -> impl IntoView + use<> {
        let texts = self.texts;
        let is_shown = |text: &&MenuText<'_>| {
            let is_open = text.state(self.to) != TranslationState::Done;
            is_open || !self.asked.is_only_open || self.refused(text.key).is_some()
        };
        let shown: Vec<&MenuText<'_>> = section.texts.iter().filter(is_shown).collect();
        let after = self.asked.after.min(shown.len().saturating_sub(1)) / TEXTS * TEXTS;
        let rows: Vec<_> = shown
            .iter()
            .skip(after)
            .take(TEXTS)
            .map(|text| self.row(text))
            .collect();
        let (filter, filter_label) = match self.asked.is_only_open {
            true => (false, Key::TranslationsAll),
            false => (true, Key::TranslationsOnlyOpen),
        };
        let filter = self.address(Some(section.section), self.to, filter, 0);
        let body = match rows.is_empty() {
            true => Either::Left(view! { <p class="hint">{texts.get(Key::TranslationsNothingOpen)}</p> }),
            false => Either::Right(self.form(section.section, after, rows)),
        };
        let at = |after| self.address(Some(section.section), self.to, self.asked.is_only_open, after);
        let earlier = (after > 0).then(
            || view! { <a href=at(after.saturating_sub(TEXTS))>{texts.get(Key::TranslationsEarlier)}</a> },
        );
        let more = (after + TEXTS < shown.len())
            .then(|| view! { <a href=at(after + TEXTS)>{texts.get(Key::TranslationsMore)}</a> });
        view! {
            <section>
                <h3><bdi>{section.name.clone()}</bdi></h3>
                <p><a href=filter>{texts.get(filter_label)}</a></p>
                {body}
                <p class="links">{earlier}{more}</p>
            </section>
        }
    }

    fn form<R: IntoView>(&self, section: Section, after: usize, rows: Vec<R>) -> impl IntoView + use<R> {
        // What is saved leaves the list of what is open, so its page begins anew.
        let after = if self.asked.is_only_open { 0 } else { after };
        let action = self.address(Some(section), self.to, self.asked.is_only_open, after);
        view! {
            <form method="post" action=action>
                {edit_id(self.office.new_id)}
                <ol class="translations">{rows}</ol>
                <button type="submit">{self.texts.get(Key::PartSave)}</button>
            </form>
        }
    }

    /// What was typed and not saved.
    fn refused(&self, key: MenuTextKey) -> Option<String> {
        let typed = FormFields(self.typed.fields()?).find(&key.to_string())?;
        Some(typed.to_owned())
    }

    fn row(&self, text: &MenuText<'_>) -> impl IntoView + use<> {
        let written = self.office.edited.lang;
        let (name, key) = (text.key.to_string(), text.key);
        let note = format!("note-{name}");
        let refused = self.refused(key);
        let state = text.state(self.to);
        let class = match (&refused, state) {
            (Some(_), _) => Some("refused"),
            (None, TranslationState::Missing) => Some("missing"),
            (None, TranslationState::Outdated) => Some("outdated"),
            (None, TranslationState::Done) => None,
        };
        let words = self.note(text, refused.as_deref());
        let described = words.is_some().then(|| note.clone());
        let value = refused.unwrap_or_else(|| text.translation(self.to).to_owned());
        let (lang, most) = (self.to.tag(), key.field.most());
        let input = match key.field {
            TextField::Name => Either::Left(
                view! { <input type="text" id=name.clone() name=name.clone() value=value lang=lang dir="auto" maxlength=most autocomplete="off" aria-describedby=described/> },
            ),
            TextField::Description => Either::Right(
                view! { <textarea rows="3" id=name.clone() name=name.clone() lang=lang dir="auto" maxlength=most aria-describedby=described>{value}</textarea> },
            ),
        };
        let right = (state == TranslationState::Outdated).then(|| {
            view! {
                <label class="option">
                    <input type="checkbox" name=right_field(key) value="1"/>
                    <span>{self.texts.get(Key::TranslationsStillRight)}</span>
                </label>
            }
        });
        view! {
            <li class=class>
                <label for=name lang=written.tag() dir="auto">{text.original.to_owned()}</label>
                <div>
                    {input}
                    <input type="hidden" name=seen_field(key) value=text.seen(self.to).to_string()/>
                    {words.map(|words| view! { <p class="note" id=note>{words}</p> })}
                    {right}
                </div>
            </li>
        }
    }

    /// What there is to say about a translation.
    fn note(&self, text: &MenuText<'_>, refused: Option<&str>) -> Option<String> {
        let texts = self.texts;
        if let Some(typed) = refused {
            return Some(match check_text("text", typed, text.key.field.most()) {
                Ok(()) => {
                    let saved = isolated(text.translation(self.to));
                    texts.fill(Key::TranslationsMeanwhile, &[("text", &saved)])
                }
                Err(_) => texts.get(Key::WrongPartText).to_owned(),
            });
        }
        match text.state(self.to) {
            TranslationState::Missing => Some(texts.get(Key::TranslationsTextMissing).to_owned()),
            TranslationState::Outdated => {
                let before = isolated(text.translated(self.to));
                Some(texts.fill(Key::TranslationsTextOutdated, &[("text", &before)]))
            }
            TranslationState::Done => None,
        }
    }
}
