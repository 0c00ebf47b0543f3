//! The attributes of a text of the menu that is not translated into the language of the texts around it.

use servery_domain::{
    lang::Lang,
    translation::{PartTranslations, TextField},
};

/// `lang` and `dir`.
pub fn attributes(
    translations: &PartTranslations,
    field: TextField,
) -> (Option<&'static str>, Option<&'static str>) {
    let lang = translations.original_lang(field).map(Lang::tag);
    (lang, lang.map(|_| "auto"))
}
