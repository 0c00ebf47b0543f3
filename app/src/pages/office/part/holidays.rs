//! Public holidays of the restaurant's country, added by a click.

use leptos::prelude::*;
use servery_domain::{edit::EditedRestaurant, public_holidays::PublicHolidays, slug::Slug};

use crate::{
    components::notice::{Tone, said},
    pages::office::edit_id::edit_id,
    text::{Texts, office::Key, texts},
};

pub fn section(
    slug: &Slug,
    office: &EditedRestaurant,
    holidays: &PublicHolidays,
    result: Option<&str>,
) -> impl IntoView + use<> {
    let texts = texts();
    let regions: Vec<_> = holidays
        .regions
        .iter()
        .map(|region| view! { <option value=region.code.clone()>{region.name.clone()}</option> })
        .collect();
    let regions = (!regions.is_empty()).then(|| {
        view! {
            <label>
                <span>{texts.get(Key::HolidaysRegion)}</span>
                <select name="region"><option value="">{texts.get(Key::HolidaysEverywhere)}</option>{regions}</select>
            </label>
        }
    });
    let (text, tone) = result.map(|result| result_text(texts, result)).unzip();
    view! {
        <section class="part-holidays" id="holidays" aria-labelledby="holidays-title">
            <h3 id="holidays-title">{texts.get(Key::HolidaysTitle)}</h3>
            {said(text, tone.unwrap_or(Tone::Good))}
            <form class="fields" method="post" action=format!("/office/{slug}/parts/opening/holidays")>
                {edit_id(office.new_id)}
                {regions}
                <button type="submit" class="quiet">{texts.get(Key::HolidaysAdd)}</button>
                <p class="hint">{texts.get(Key::HolidaysHint)}</p>
            </form>
        </section>
    }
}

fn result_text(texts: Texts, result: &str) -> (String, Tone) {
    match result.parse::<usize>() {
        Ok(added) => (texts.count(Key::HolidaysDone, added), Tone::Good),
        Err(_) => {
            let key = match result {
                "known" => return (texts.get(Key::HolidaysKnown).to_owned(), Tone::Good),
                "none-listed" => Key::HolidaysNoneListed,
                "too-many" => Key::OfficeWrongTooMany,
                "refused" => Key::WrongPartDate,
                _ => Key::OfficeWrongChanged,
            };
            (texts.get(key).to_owned(), Tone::Bad)
        }
    }
}
