//! The mail to a colleague who is invited to a restaurant's team.

use servery_app::text::mail::{Key, write};
use servery_domain::lang::Lang;

use super::letter::Letter;

pub fn letter(lang: Lang, restaurant: &str, link: String) -> Letter {
    let word = |key| write(lang, key, &[("restaurant", restaurant)]);
    Letter::new(lang, word(Key::InvitationSubject))
        .text_block(word(Key::InvitationLead))
        .link(word(Key::InvitationAction), link)
        .text_block(word(Key::InvitationValid))
        .text_block(word(Key::InvitationElse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_names_the_restaurant_and_has_the_link_in_every_language() {
        for lang in Lang::ALL {
            let letter = letter(lang, "Alte Mühle", "https://eat.example/invitations/0ff".into());
            let text = letter.text();
            assert!(letter.subject.contains("Alte Mühle"), "{}", letter.subject);
            assert!(text.contains("https://eat.example/invitations/0ff"), "{text}");
            assert!(!text.contains(['{', '}', '\u{1e}']), "{text}");
        }
    }
}
