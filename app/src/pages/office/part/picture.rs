//! The picture of a dish or of the restaurant: shown, uploaded, removed.

use leptos::{
    either::{Either, EitherOf3},
    prelude::*,
};
use servery_domain::{
    edit::{EditedRestaurant, PartKey},
    menu::Picture,
    picture_fault::PictureFault,
    picture_shape::PictureShape,
    slug::Slug,
};

use crate::{
    components::{
        notice::{Tone, said},
        picture::{LogoView, PictureView},
    },
    pages::office::edit_id::edit_id,
    text::{TextKey, office::Key, texts},
};

/// What the picker of files shows. Phones turn their own formats into one of these.
const FILES: &str = "image/jpeg,image/png,image/webp";

pub fn section(
    (slug, office): (&Slug, &EditedRestaurant),
    (key, picture): (PartKey, Option<Picture>),
    result: Option<&str>,
) -> impl IntoView + use<> {
    let texts = texts();
    let action = format!("/office/{slug}/parts/{key}/picture");
    let remove = format!("{action}/remove");
    let has_picture = picture.is_some();
    let shape = key.picture_shape();
    let shown = match (picture, shape) {
        (Some(file), PictureShape::Photo) => {
            EitherOf3::A(view! { <PictureView file alt="" sizes="(min-width: 48rem) 20rem, 100vw"/> })
        }
        (Some(file), PictureShape::Logo) => EitherOf3::B(view! { <LogoView file/> }),
        (None, _) => EitherOf3::C(view! { <p class="no-picture">{texts.get(Key::PictureNone)}</p> }),
    };
    let (title, hint) = match shape {
        PictureShape::Photo => (Key::PartPicture, Key::PictureHint),
        PictureShape::Logo => (Key::PartLogo, Key::LogoHint),
    };
    let upload = match office.stores_pictures {
        true => Either::Left(view! {
            <form method="post" enctype="multipart/form-data" action=action>
                {edit_id(office.new_id)}
                <p class="field">
                    <label for="picture-file">{texts.get(Key::PictureFile)}</label>
                    <input type="file" id="picture-file" name="file" required accept=FILES aria-describedby="picture-hint"/>
                </p>
                <p class="hint" id="picture-hint">{texts.get(hint)}</p>
                <button type="submit">{texts.get(Key::PictureUpload)}</button>
            </form>
        }),
        false => Either::Right(view! { <p class="hint">{texts.get(Key::PictureNoStore)}</p> }),
    };
    let removal = has_picture.then(|| {
        view! {
            <form method="post" action=remove>
                {edit_id(office.new_id)}
                <button type="submit" class="quiet">{texts.get(Key::PictureRemove)}</button>
            </form>
        }
    });
    let (text, tone) = result.map(result_text).unzip();
    view! {
        <section class="part-picture" id="picture" aria-labelledby="picture-title">
            <h3 id="picture-title">{texts.get(title)}</h3>
            {said(text.map(|text| text.find(texts)), tone.unwrap_or(Tone::Good))}
            <div class="shown">{shown}</div>
            <div class="acts">{upload}{removal}</div>
        </section>
    }
}

fn result_text(result: &str) -> (Key, Tone) {
    let bad = match result {
        "saved" => return (Key::PictureDone, Tone::Good),
        "removed" => return (Key::PictureRemoved, Tone::Good),
        "no-file" => Key::PictureNoFile,
        "often" | "busy" => Key::PictureBusy,
        "gone" => Key::OfficeWrongGone,
        "conflict" => Key::OfficeWrongChanged,
        "too-many" => Key::OfficeWrongTooMany,
        code => match PictureFault::from_code(code) {
            Some(PictureFault::Unreadable) => Key::PictureFaultUnreadable,
            Some(PictureFault::TooLarge) => Key::PictureFaultLarge,
            Some(PictureFault::TooManyPixels) => Key::PictureFaultPixels,
            Some(PictureFault::TooSmall) => Key::PictureFaultSmall,
            None => Key::WrongOther,
        },
    };
    (bad, Tone::Bad)
}
