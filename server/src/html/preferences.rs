//! A visitor's preferences, from the address, the cookies and the request headers, in this order.

use axum::http::{HeaderMap, HeaderValue, header::ACCEPT_LANGUAGE};
use servery_app::{mode::Mode, page_address::PageAddress, render::BrowserSupport};
use servery_domain::{
    lang::Lang,
    problem::{Problem, ProblemType},
};

use crate::http::visitor::cookie;

const RENDER: &str = "servery_render";
const LANG: &str = "servery_lang";
const BROWSER: &str = "servery_browser";
const ONE_YEAR: u32 = 365 * 24 * 3600;
const ONE_HOUR: u32 = 3600;

pub struct Preferences {
    pub mode: Option<Mode>,
    pub lang: Lang,
    pub browser: BrowserSupport,
    /// Cookies that remember what the address chose.
    pub keep: Vec<HeaderValue>,
    /// The answer depends on no cookie: a shared cache may store it.
    pub anonymous: bool,
}

fn keep(name: &str, value: &str, seconds: u32) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax"
    ))
    .ok()
}

impl Preferences {
    /// An unknown value of `render`, `lang` or `browser` is refused; an unknown value in a cookie is ignored.
    pub fn read(visit: &PageAddress, headers: &HeaderMap) -> Result<Self, Problem> {
        let mut kept = Vec::new();
        let malformed = |what: &str| Problem::new(ProblemType::Malformed, what);
        let mode = match visit.get("render") {
            Some("auto") => {
                kept.extend(keep(RENDER, "", 0));
                None
            }
            Some(name) => {
                let mode: Mode = name
                    .parse()
                    .map_err(|_| malformed("'render' takes thin, hydrated, thick or auto"))?;
                kept.extend(keep(RENDER, mode.name(), ONE_YEAR));
                Some(mode)
            }
            None => cookie(headers, RENDER).and_then(|name| name.parse().ok()),
        };
        let lang = match visit.get("lang") {
            Some(tag) => {
                let lang = Lang::ALL
                    .into_iter()
                    .find(|lang| lang.tag() == tag)
                    .ok_or_else(|| malformed("'lang' takes en, de or ar"))?;
                kept.extend(keep(LANG, lang.tag(), ONE_YEAR));
                lang
            }
            None => Self::usual_lang(visit, headers),
        };
        // Someone who chooses a mode with a script probably has a browser that can run it again.
        let asks_for_script = mode.is_some_and(|mode| mode != Mode::Thin) && visit.get("render").is_some();
        let said = match visit.get("browser") {
            Some(said @ ("limited" | "able")) => {
                kept.extend(keep(BROWSER, said, if said == "limited" { ONE_HOUR } else { 0 }));
                Some(said)
            }
            Some(_) => return Err(malformed("'browser' takes limited or able")),
            None if asks_for_script => {
                kept.extend(cookie(headers, BROWSER).and_then(|_| keep(BROWSER, "", 0)));
                None
            }
            None => cookie(headers, BROWSER),
        };
        let saves_data = headers
            .get("save-data")
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"on"));
        let browser = match said {
            Some("limited") => BrowserSupport::Unable,
            _ if saves_data => BrowserSupport::Saving,
            _ => BrowserSupport::Able,
        };
        let anonymous = kept.is_empty()
            && [RENDER, LANG, BROWSER]
                .iter()
                .all(|name| cookie(headers, name).is_none());
        Ok(Self {
            mode,
            lang,
            browser,
            keep: kept,
            anonymous,
        })
    }

    /// The language, also if other parameters are invalid.
    pub fn usual_lang(visit: &PageAddress, headers: &HeaderMap) -> Lang {
        let by_address = visit.get("lang").and_then(Lang::from_code);
        let by_browser = || {
            headers
                .get(ACCEPT_LANGUAGE)
                .and_then(|value| value.to_str().ok())
                .and_then(Lang::negotiate)
        };
        by_address
            .or_else(|| cookie(headers, LANG).and_then(Lang::from_tag))
            .or_else(by_browser)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    axum::http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    fn read(query: &str, pairs: &[(&'static str, &'static str)]) -> Preferences {
        Preferences::read(&PageAddress::new("/", query), &headers(pairs)).unwrap()
    }

    #[test]
    fn the_address_goes_before_the_cookie_and_the_cookie_before_the_header() {
        let preferences = read(
            "render=thick&lang=de",
            &[
                ("cookie", "servery_render=thin; servery_lang=ar"),
                ("accept-language", "en"),
            ],
        );
        assert_eq!(
            (preferences.mode, preferences.lang, preferences.keep.len()),
            (Some(Mode::Thick), Lang::German, 2)
        );
        let preferences = read(
            "",
            &[
                ("cookie", "a=b; servery_render=thin; servery_lang=ar"),
                ("accept-language", "en"),
            ],
        );
        assert_eq!(
            (preferences.mode, preferences.lang, preferences.keep.len()),
            (Some(Mode::Thin), Lang::Arabic, 0)
        );
        assert!(!preferences.anonymous);
        let preferences = read("", &[("accept-language", "de-CH")]);
        assert_eq!(
            (preferences.mode, preferences.lang, preferences.anonymous),
            (None, Lang::German, true)
        );
    }

    #[test]
    fn auto_forgets_the_choice() {
        let preferences = read("render=auto", &[("cookie", "servery_render=thin")]);
        assert_eq!(preferences.mode, None);
        assert!(preferences.keep[0].to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn a_browser_that_can_less_says_so() {
        assert_eq!(read("", &[("save-data", "on")]).browser, BrowserSupport::Saving);
        assert_eq!(
            read("", &[("cookie", "servery_browser=limited")]).browser,
            BrowserSupport::Unable
        );
        assert_eq!(read("browser=limited", &[]).browser, BrowserSupport::Unable);
        assert_eq!(
            read("browser=limited&render=thick", &[]).browser,
            BrowserSupport::Unable
        );
        assert_eq!(
            read("render=thick", &[("cookie", "servery_browser=limited")]).browser,
            BrowserSupport::Able
        );
        assert_eq!(
            read("browser=able", &[("cookie", "servery_browser=limited")]).browser,
            BrowserSupport::Able
        );
    }

    #[test]
    fn unknown_values_are_refused_in_addresses_and_ignored_in_cookies() {
        for query in ["render=fat", "render=", "lang=fr", "browser=lynx"] {
            assert!(
                Preferences::read(&PageAddress::new("/", query), &HeaderMap::new()).is_err(),
                "{query}"
            );
        }
        assert_eq!(
            read("", &[("cookie", "servery_render=fat; servery_lang=x")]).mode,
            None
        );
    }
}
