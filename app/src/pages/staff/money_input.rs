//! An amount of money that somebody types.

use leptos::{html, prelude::*, web_sys::HtmlInputElement};
use servery_domain::{
    currency::{Currency, Minor},
    lang::Lang,
    limits,
};

use super::screen::Screen;
use crate::text::staff::Key;

pub fn field(screen: &Screen, key: Key, value: RwSignal<Minor>) -> impl IntoView + use<> {
    labelled(screen, key, value, false)
}

/// One that somebody has to fill in, if only with a zero.
pub fn counted(screen: &Screen, key: Key, value: RwSignal<Minor>) -> impl IntoView + use<> {
    labelled(screen, key, value, true)
}

fn labelled(screen: &Screen, key: Key, value: RwSignal<Minor>, required: bool) -> impl IntoView + use<> {
    let (label, no_amount, typed) = (
        screen.word(key),
        screen.word(Key::AmountWrong),
        NodeRef::<html::Input>::new(),
    );
    let (lang, currency) = (screen.texts.lang, screen.premises.menu.currency);
    // What is set otherwise is shown; what is being typed is left alone.
    Effect::new(move |_| {
        let value = value.get();
        let Some(input) = typed.get() else { return };
        if read(lang, currency, &input.value()).unwrap_or(Minor::ZERO) != value {
            input.set_value(&shown(lang, currency, value));
            input.set_custom_validity("");
        }
    });
    let take = move |input: HtmlInputElement| {
        let text = input.value();
        let amount = read(lang, currency, &text);
        // A form is not sent with something in it that is no amount.
        input.set_custom_validity(if amount.is_none() && !text.trim().is_empty() {
            no_amount
        } else {
            ""
        });
        value.set(amount.unwrap_or(Minor::ZERO));
    };
    view! {
        <label>
            <span>{label}</span>
            <input node_ref=typed inputmode="decimal" required=required maxlength=limits::AMOUNT autocomplete="off" on:input:target=move |event| take(event.target())/>
        </label>
    }
}

/// As people write it, and as it can be changed by hand: without the thousands apart.
fn shown(lang: Lang, currency: Currency, amount: Minor) -> String {
    let plain = currency.plain(amount);
    match lang {
        _ if amount == Minor::ZERO => String::new(),
        Lang::German => plain.replace('.', ","),
        Lang::English | Lang::Arabic => plain,
    }
}

pub fn read(lang: Lang, currency: Currency, typed: &str) -> Option<Minor> {
    currency.read(&plain(lang, typed))
}

/// A sign that sets thousands apart in this language does so before three digits; anything else like it is a point.
fn plain(lang: Lang, typed: &str) -> String {
    let apart = if lang == Lang::German { '.' } else { ',' };
    let signs: Vec<char> = typed
        .chars()
        .map(western)
        .filter(|sign| !sign.is_whitespace() && !is_direction(*sign))
        .collect();
    let before_three = |at: usize| {
        at > 0
            && signs[at + 1..]
                .iter()
                .take_while(|sign| sign.is_ascii_digit())
                .count()
                == 3
    };
    let sign = |(at, sign): (usize, &char)| match sign {
        '٬' => None,
        sign if *sign == apart && before_three(at) => None,
        ',' | '.' | '٫' => Some('.'),
        sign => Some(*sign),
    };
    signs.iter().enumerate().filter_map(sign).collect()
}

/// `٣` is 3, as `۳` is.
fn western(sign: char) -> char {
    let first = match sign {
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return sign,
    };
    char::from(b'0' + (sign as u32 - first as u32) as u8)
}

/// What keyboards put beside digits to say which way they run.
fn is_direction(sign: char) -> bool {
    matches!(sign, '\u{200e}' | '\u{200f}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let read =
            |lang, currency: &str, typed| read(lang, currency.parse().unwrap(), typed).map(|amount| amount.0);
        for (lang, typed) in [
            (Lang::English, "1,234.50"),
            (Lang::English, "1234,5"),
            (Lang::German, "1.234,50"),
            (Lang::German, " 1234.50 "),
            (Lang::Arabic, "١٬٢٣٤٫٥٠"),
            (Lang::Arabic, "\u{200f}١٢٣٤.٥"),
        ] {
            assert_eq!(read(lang, "EUR", typed), Some(123_450), "{typed}");
        }
        assert_eq!(read(Lang::German, "KWD", "1,234"), Some(1_234));
        assert_eq!(read(Lang::English, "JPY", "1,234"), Some(1_234));
        for typed in ["", "ten", "1.2.3", "-5", "1,23,4", ",50"] {
            assert_eq!(read(Lang::English, "EUR", typed), None, "{typed}");
        }
    }

    #[test]
    fn what_is_shown_is_read_again() {
        let euro = "EUR".parse().unwrap();
        for lang in Lang::ALL {
            assert_eq!(
                read(lang, euro, &shown(lang, euro, Minor(123_405))),
                Some(Minor(123_405))
            );
        }
    }
}
