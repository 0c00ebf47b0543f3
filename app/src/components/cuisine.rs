use servery_domain::restaurant::Cuisine;

use crate::text::{Key, Texts};

pub fn name(texts: Texts, cuisine: Cuisine) -> &'static str {
    texts.get(match cuisine {
        Cuisine::Italian => Key::CuisineItalian,
        Cuisine::Japanese => Key::CuisineJapanese,
        Cuisine::Indian => Key::CuisineIndian,
        Cuisine::Mexican => Key::CuisineMexican,
        Cuisine::Turkish => Key::CuisineTurkish,
        Cuisine::Lebanese => Key::CuisineLebanese,
        Cuisine::German => Key::CuisineGerman,
        Cuisine::French => Key::CuisineFrench,
        Cuisine::Thai => Key::CuisineThai,
        Cuisine::Vietnamese => Key::CuisineVietnamese,
        Cuisine::Chinese => Key::CuisineChinese,
        Cuisine::Korean => Key::CuisineKorean,
        Cuisine::American => Key::CuisineAmerican,
        Cuisine::British => Key::CuisineBritish,
        Cuisine::Greek => Key::CuisineGreek,
        Cuisine::Spanish => Key::CuisineSpanish,
        Cuisine::Ethiopian => Key::CuisineEthiopian,
        Cuisine::Tunisian => Key::CuisineTunisian,
        Cuisine::Kuwaiti => Key::CuisineKuwaiti,
        Cuisine::Cafe => Key::CuisineCafe,
    })
}
