//! A menu from a file, and the restaurant as files.

use leptos::prelude::*;
use servery_domain::{
    edit::EditedRestaurant,
    limits,
    menu_import::{FilePosition, ImportFault, ImportMistake, ImportSummary, Unlisted},
    slug::Slug,
};

use super::{
    edit_id::edit_id,
    layout::{Tab, layout},
};
use crate::{
    components::{
        dish_badges::isolated,
        notice::{self, Tone},
    },
    import_result::ImportResult,
    text::{Texts, office::Key, texts},
};

/// What the picker of files shows first.
const FILES: &str = ".csv,.xlsx,.json,.html,.htm,.txt";

pub fn page(slug: &Slug, office: &EditedRestaurant, result: Option<&ImportResult>) -> impl IntoView + use<> {
    let texts = texts();
    let unlisted = |value: Unlisted, label: Key| {
        view! {
            <label class="option">
                <input type="radio" name="unlisted" value=value.code() checked=value == Unlisted::Keep/>
                <span>{texts.get(label)}</span>
            </label>
        }
    };
    let download = |path: &str, label: Key| {
        view! { <li><a href=format!("/office/{slug}/{path}") download="">{texts.get(label)}</a></li> }
    };
    let body = view! {
        <h2>{texts.get(Key::ImportTitle)}</h2>
        {result.map(|result| said(texts, slug, result))}
        <p class="lead">{texts.get(Key::ImportLead)}</p>
        <form class="import" method="post" enctype="multipart/form-data" action=format!("/office/{slug}/import")>
            {edit_id(office.new_id)}
            <p class="field">
                <label for="file">{texts.get(Key::ImportFile)}</label>
                <input type="file" id="file" name="file" accept=FILES aria-describedby="file-hint"/>
            </p>
            <p class="hint" id="file-hint">{texts.get(Key::ImportFileHint)}</p>
            <p class="field">
                <label for="page">{texts.get(Key::ImportPage)}</label>
                <input type="url" id="page" name="page" maxlength=limits::WEB_ADDRESS placeholder="https://" autocomplete="off" aria-describedby="page-hint"/>
            </p>
            <p class="hint" id="page-hint">{texts.get(Key::ImportPageHint)}</p>
            <fieldset>
                <legend>{texts.get(Key::ImportUnlisted)}</legend>
                {unlisted(Unlisted::Keep, Key::ImportUnlistedKeep)}
                {unlisted(Unlisted::Remove, Key::ImportUnlistedRemove)}
            </fieldset>
            <p class="acts">
                <button type="submit" name="act" value="import">{texts.get(Key::ImportImport)}</button>
                <button type="submit" class="quiet" name="act" value="check">{texts.get(Key::ImportCheck)}</button>
            </p>
        </form>
        <section>
            <h2>{texts.get(Key::ImportExport)}</h2>
            <p>{texts.get(Key::ImportExportLead)}</p>
            <ul class="links">
                {download("menu.xlsx", Key::ImportXlsx)}
                {download("menu.csv", Key::ImportCsv)}
                {download("restaurant.json", Key::ImportJson)}
            </ul>
        </section>
    };
    layout((slug, &office.edited.name), Tab::Import, Some(office), body)
}

fn said(texts: Texts, slug: &Slug, result: &ImportResult) -> AnyView {
    let bad = |key: Key| notice::said(Some(texts.get(key)), Tone::Bad).into_any();
    match result {
        ImportResult::Imported(summary) => view! {
            <div class="said good" role="status">
                <p>{counts(texts, Key::ImportDone, summary)}</p>
                {left_out(texts, summary)}
                <p><a href=format!("/office/{slug}/changes")>{texts.get(Key::OfficeReview)}</a></p>
            </div>
        }
        .into_any(),
        ImportResult::Checked(summary) => view! {
            <div class="said good" role="status">
                <p>{counts(texts, Key::ImportChecked, summary)}</p>
                {left_out(texts, summary)}
            </div>
        }
        .into_any(),
        ImportResult::Mistakes(mistakes) => {
            let rows: Vec<_> = mistakes
                .iter()
                .map(|mistake| view! { <li>{sentence(texts, mistake)}</li> })
                .collect();
            view! {
                <div class="said bad" role="alert">
                    <p>{texts.get(Key::ImportMistakes)}</p>
                    <ul class="sentences">{rows}</ul>
                </div>
            }
            .into_any()
        }
        ImportResult::NoFile => bad(Key::ImportNoFile),
        ImportResult::Conflict => bad(Key::OfficeWrongChanged),
        ImportResult::TooManyEdits => bad(Key::OfficeWrongTooMany),
    }
}

fn counts(texts: Texts, key: Key, summary: &ImportSummary) -> String {
    let ImportSummary {
        added,
        changed,
        removed,
        ..
    } = summary;
    if (*added, *changed, *removed) == (0, 0, 0) {
        return texts.get(Key::ImportSame).to_owned();
    }
    texts.fill(
        key,
        &[
            ("added", &added.to_string()),
            ("changed", &changed.to_string()),
            ("removed", &removed.to_string()),
        ],
    )
}

fn left_out(texts: Texts, summary: &ImportSummary) -> impl IntoView + use<> {
    let names: Vec<String> = summary.left_out.iter().map(|name| isolated(name)).collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        view! { <p>{texts.fill(Key::ImportLeftOut, &[("names", &names)])}</p> }
    })
}

/// `Line 12: “1.234” can be read in two ways. …`
fn sentence(texts: Texts, mistake: &ImportMistake) -> String {
    let wrong = texts.fill(fault(mistake.fault), &[("value", &isolated(&mistake.value))]);
    match &mistake.at {
        FilePosition::File => wrong,
        FilePosition::Line(line) => {
            let line = texts.fill(Key::ImportLine, &[("line", &line.to_string())]);
            format!("{line} {wrong}")
        }
        FilePosition::Item(name) => format!("{}: {wrong}", isolated(name)),
    }
}

fn fault(fault: ImportFault) -> Key {
    match fault {
        ImportFault::UnknownFormat => Key::ImportFaultFormat,
        ImportFault::Encoding => Key::ImportFaultEncoding,
        ImportFault::TooLarge => Key::ImportFaultLarge,
        ImportFault::TooMany => Key::ImportFaultMany,
        ImportFault::TooManyChanges => Key::ImportFaultChanges,
        ImportFault::NoColumns => Key::ImportFaultColumns,
        ImportFault::NoDishes => Key::ImportFaultEmpty,
        ImportFault::OtherCurrency => Key::ImportFaultCurrency,
        ImportFault::OtherRestaurant => Key::ImportFaultRestaurant,
        ImportFault::PageAddress => Key::ImportFaultPageAddress,
        ImportFault::PageNotLoaded => Key::ImportFaultPageNotLoaded,
        ImportFault::NoName => Key::ImportFaultName,
        ImportFault::NoPrice => Key::ImportFaultPrice,
        ImportFault::NoAmount => Key::ImportFaultAmount,
        ImportFault::UnclearAmount => Key::ImportFaultUnclear,
        ImportFault::UnknownAllergen => Key::ImportFaultAllergen,
        ImportFault::UnknownDiet => Key::ImportFaultDiet,
        ImportFault::UnknownOptionGroup => Key::ImportFaultOptions,
        ImportFault::NoTaxRate => Key::ImportFaultTax,
        ImportFault::NoHours => Key::ImportFaultHours,
        ImportFault::NoId => Key::ImportFaultId,
        ImportFault::SameId => Key::ImportFaultSameId,
        ImportFault::NotAccepted => Key::ImportFaultNotAccepted,
    }
}
