//! The inputs of a part's form: what the part has, or what was typed and not accepted.

use leptos::prelude::*;
use servery_domain::{
    currency::Minor, delivery_map::DeliveryMap, id::EditId, limits, restaurant_file::RestaurantFile,
    typed_amount,
};

use crate::{
    components::notice::{Tone, said},
    pages::office::typed_form::{TypedForm, wrong_id},
    part_form::AS_TEXT,
    text::{Texts, office::Key},
};

pub struct Inputs<'a> {
    pub texts: Texts,
    pub file: &'a RestaurantFile,
    pub typed: &'a TypedForm,
    /// The codes of what is wrong now.
    pub wrong: RwSignal<Vec<String>>,
    /// Of the edit that the form makes.
    pub new_id: EditId,
    /// On which delivery zones are drawn, where a page has one.
    pub map: Option<DeliveryMap>,
}

impl Inputs<'_> {
    /// What is wrong with the form as a whole.
    pub fn summary(&self) -> impl IntoView + use<> {
        let (texts, wrong) = (self.texts, self.wrong);
        let of_whole = ["conflict", "gone", "too-many", "refused"];
        move || {
            let text = wrong.with(|wrong| {
                let whole = wrong.iter().find(|code| of_whole.contains(&code.as_str()));
                match whole.map(String::as_str) {
                    Some("conflict") => Some(Key::OfficeWrongConflict),
                    Some("gone") => Some(Key::OfficeWrongGone),
                    Some("too-many") => Some(Key::OfficeWrongTooMany),
                    Some(_) => Some(Key::WrongOther),
                    None => (!wrong.is_empty()).then_some(Key::OfficeWrong),
                }
            });
            said(text.map(|text| texts.get(text)), Tone::Bad)
        }
    }

    /// What is wrong with an input, below it.
    pub fn below(&self, code: &'static str) -> impl IntoView + use<> {
        let (text, wrong) = (self.wrong_text(code), self.wrong);
        let is_wrong = Memo::new(move |_| wrong.with(|wrong| wrong.iter().any(|known| known == code)));
        move || {
            is_wrong.get().then(|| {
                view! { <p class="wrong" id=wrong_id(code) role="alert">{text.clone()}</p> }
            })
        }
    }

    fn wrong_text(&self, code: &str) -> String {
        let texts = self.texts;
        let number = |least: u32, most: u32| {
            texts.fill(
                Key::WrongPartNumber,
                &[("least", &least.to_string()), ("most", &most.to_string())],
            )
        };
        let key = match code {
            "name" | "street" | "city" | "tax-name" => Key::WrongPartName,
            "price" | "minimum" => {
                let example = self.file.currency.plain(Minor(950));
                return texts.fill(Key::WrongPartPrice, &[("example", &example)]);
            }
            "value" if self.typed.or("effect", "portion") == "amount" => return self.wrong_text("price"),
            "tax-eat-in" | "tax-takeaway" | "service-fee" | "value" => Key::WrongPartPercent,
            "min" => return number(0, u8::MAX.into()),
            "preparation" => return number(0, 1_440),
            "slot" => return number(5, 240),
            "per-slot" | "answers-within" => return number(1, u16::MAX.into()),
            "uses" | "per-customer" => return number(1, u32::MAX),
            "days-ahead" => return number(0, limits::DAYS_AHEAD.into()),
            "max" => Key::WrongPartCounts,
            "hours" | "served" => Key::WrongPartHours,
            "week" => Key::WrongHours,
            AS_TEXT => Key::WrongPartHoursTick,
            "holiday" => Key::WrongPartHoliday,
            "closures" => Key::WrongPartClosures,
            "category" => Key::WrongPartCategory,
            "code" => Key::WrongPartCode,
            "taken" => Key::WrongPartTaken,
            "choices" => Key::WrongPartChoices,
            "holidays" | "from" | "until" => Key::WrongPartDate,
            "brand-color" => Key::WrongPartColor,
            "zones" => Key::WrongPartZones,
            "zone-points" => Key::WrongPartZonePoints,
            "payments" => Key::WrongPartEmpty,
            "email" => Key::WrongPartEmail,
            _ => Key::WrongPartText,
        };
        texts.get(key).to_owned()
    }

    pub fn invalid(&self, code: &'static str) -> impl Fn() -> Option<&'static str> + Clone + use<> {
        let wrong = self.wrong;
        move || {
            wrong
                .with(|wrong| wrong.iter().any(|known| known == code))
                .then_some("true")
        }
    }

    pub fn described(&self, code: &'static str) -> impl Fn() -> Option<String> + Clone + use<> {
        let invalid = self.invalid(code);
        move || invalid().map(|_| wrong_id(code))
    }

    /// A line of text with its label above; what is wrong with it is below.
    pub fn line(&self, name: &'static str, label: Key, value: &str, kind: LineKind) -> impl IntoView + use<> {
        view! {
            {self.bare_line((name.to_owned(), name), self.texts.get(label).to_owned(), value, kind)}
            {self.below(name)}
        }
    }

    /// A line of text that shares what is wrong with others.
    pub fn bare_line(
        &self,
        (name, code): (String, &'static str),
        label: String,
        value: &str,
        kind: LineKind,
    ) -> impl IntoView + use<> {
        let LineKind {
            mode,
            longest,
            is_ltr,
            is_needed,
            input,
        } = kind;
        let value = self.typed.or(&name, value);
        view! {
            <label>
                <span>{label}</span>
                <input
                    type=input name=name value=value maxlength=longest inputmode=mode autocomplete="off" required=is_needed
                    dir=if is_ltr { "ltr" } else { "auto" } aria-invalid=self.invalid(code) aria-describedby=self.described(code)
                />
            </label>
        }
    }

    pub fn paragraph(
        &self,
        name: &'static str,
        label: Key,
        value: &str,
        longest: usize,
    ) -> impl IntoView + use<> {
        let value = self.typed.or(name, value);
        view! {
            <label>
                <span>{self.texts.get(label)}</span>
                <textarea
                    name=name maxlength=longest rows="3" dir="auto" prop:value=value.clone()
                    aria-invalid=self.invalid(name) aria-describedby=self.described(name)
                >{value.clone()}</textarea>
            </label>
            {self.below(name)}
        }
    }

    pub fn tick(&self, name: String, label: String, is_on: bool) -> impl IntoView + use<> {
        let is_on = self.typed.is_on(&name, is_on);
        view! { <label class="option"><input type="checkbox" name=name checked=is_on/><span dir="auto">{label}</span></label> }
    }

    /// Ticks under one heading.
    pub fn ticks(&self, label: Key, ticks: Vec<(String, String, bool)>) -> impl IntoView + use<> {
        let ticks: Vec<_> = ticks
            .into_iter()
            .map(|(name, label, is_on)| self.tick(name, label, is_on))
            .collect();
        (!ticks.is_empty()).then(|| {
            view! { <fieldset><legend>{self.texts.get(label)}</legend><div class="options">{ticks}</div></fieldset> }
        })
    }

    /// `options` are values with what they are called.
    pub fn select(
        &self,
        name: String,
        code: &'static str,
        label: String,
        (chosen, options): (String, Vec<(String, String)>),
    ) -> impl IntoView + use<> {
        let chosen = self.typed.or(&name, &chosen);
        let option = |(value, name): (String, String)| view! { <option value=value.clone() selected={value == chosen}>{name}</option> };
        let options: Vec<_> = options.into_iter().map(option).collect();
        view! {
            <label>
                <span>{label}</span>
                <select name=name aria-invalid=self.invalid(code) aria-describedby=self.described(code)>{options}</select>
            </label>
        }
    }

    pub fn amount(&self, amount: Minor) -> String {
        match amount {
            Minor(0) => "0".to_owned(),
            Minor(minor) if minor < 0 => {
                format!(
                    "-{}",
                    typed_amount::editable(self.texts.lang, self.file.currency, Minor(-minor))
                )
            }
            amount => typed_amount::editable(self.texts.lang, self.file.currency, amount),
        }
    }

    pub fn hint(&self, text: Key) -> impl IntoView + use<> {
        view! { <p class="hint">{self.texts.get(text)}</p> }
    }
}

/// What a line of text is for.
#[derive(Clone, Copy)]
pub struct LineKind {
    mode: &'static str,
    longest: usize,
    is_ltr: bool,
    is_needed: bool,
    input: &'static str,
}

impl LineKind {
    const TEXT: Self = Self {
        mode: "text",
        longest: limits::NAME,
        is_ltr: false,
        is_needed: false,
        input: "text",
    };
    pub const NAME: Self = Self {
        is_needed: true,
        ..Self::TEXT
    };
    pub const OPTIONAL: Self = Self::TEXT;
    pub const LATIN_NAME: Self = Self {
        is_ltr: true,
        ..Self::TEXT
    };
    pub const NUMBER: Self = Self {
        mode: "numeric",
        longest: 12,
        is_ltr: true,
        ..Self::TEXT
    };
    pub const AMOUNT: Self = Self {
        mode: "decimal",
        longest: 20,
        is_ltr: true,
        ..Self::TEXT
    };
    pub const NEEDED_AMOUNT: Self = Self {
        is_needed: true,
        ..Self::AMOUNT
    };
    /// Opening hours, codes, postcodes.
    pub const CODE: Self = Self {
        longest: 500,
        is_ltr: true,
        ..Self::TEXT
    };
    pub const PHONE: Self = Self {
        mode: "tel",
        longest: limits::PHONE,
        is_ltr: true,
        ..Self::TEXT
    };
    pub const EMAIL: Self = Self {
        mode: "email",
        longest: limits::EMAIL,
        is_ltr: true,
        input: "email",
        ..Self::TEXT
    };
    pub const DATE: Self = Self {
        input: "date",
        is_ltr: true,
        ..Self::TEXT
    };
    pub const COLOR: Self = Self {
        input: "color",
        is_ltr: true,
        ..Self::TEXT
    };
}
