//! The reason for a rejected order, translated if it is one of the common reasons.

use servery_domain::order::CommonReason;

use super::dish_badges::isolated;
use crate::text::{Key, Texts};

pub fn common(texts: Texts, reason: CommonReason) -> &'static str {
    texts.get(match reason {
        CommonReason::Busy => Key::BoardReasonBusy,
        CommonReason::SoldOut => Key::BoardReasonSoldOut,
        CommonReason::Closed => Key::BoardReasonClosed,
        CommonReason::Area => Key::BoardReasonArea,
    })
}

pub fn reason(texts: Texts, said: &str) -> String {
    CommonReason::from_code(said).map_or_else(|| isolated(said), |known| common(texts, known).to_owned())
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use servery_domain::lang::Lang;

    use super::*;

    #[test]
    fn a_common_reason_is_read_in_ones_own_language_and_any_other_as_it_was_written() {
        let read = |lang, said| reason(Texts::of(lang), said);
        assert_eq!(
            (
                read(Lang::English, "sold_out").as_str(),
                read(Lang::German, "busy").as_str()
            ),
            ("A dish is sold out", "Gerade zu viel los")
        );
        assert_eq!(read(Lang::English, "The oven broke"), isolated("The oven broke"));
    }
}
