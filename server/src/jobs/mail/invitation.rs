//! The mails to those who are invited: to a restaurant's team, to a restaurant of their own, or to run an installation.

use servery_app::text::mail::{Key, write};
use servery_domain::{invitation::InvitationKind, lang::Lang};

use super::letter::Letter;

pub fn to_staff(lang: Lang, restaurant: &str, link: String) -> Letter {
    let word = |key| write(lang, key, &[("restaurant", restaurant)]);
    Letter::new(lang, word(Key::InvitationSubject))
        .text_block(word(Key::InvitationLead))
        .link(word(Key::InvitationAction), link)
        .text_block(word(Key::InvitationValid))
        .text_block(word(Key::InvitationElse))
}

/// `site` is the host of the installation.
pub fn to_installation(lang: Lang, kind: InvitationKind, site: &str, link: String) -> Letter {
    let word = |key| write(lang, key, &[("site", site)]);
    let lead = match kind {
        InvitationKind::Operator => Key::InvitationOperatorLead,
        InvitationKind::Owner | InvitationKind::Staff => Key::InvitationOwnerLead,
    };
    Letter::new(lang, word(Key::InvitationSiteSubject))
        .text_block(word(lead))
        .link(word(Key::InvitationAction), link)
        .text_block(word(Key::InvitationValid))
        .text_block(word(Key::InvitationSiteElse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letter_names_the_restaurant_and_has_the_link_in_every_language() {
        for lang in Lang::ALL {
            let letter = to_staff(lang, "Alte Mühle", "https://eat.example/invitations/0ff".into());
            let text = letter.text();
            assert!(letter.subject.contains("Alte Mühle"), "{}", letter.subject);
            assert!(text.contains("https://eat.example/invitations/0ff"), "{text}");
            assert!(!text.contains(['{', '}', '\u{1e}']), "{text}");
        }
    }

    #[test]
    fn a_letter_to_the_installation_names_it_and_has_the_link_in_every_language() {
        for lang in Lang::ALL {
            for kind in [InvitationKind::Operator, InvitationKind::Owner] {
                let link = "https://eat.example/invitations/0ff";
                let letter = to_installation(lang, kind, "eat.example", link.into());
                let text = letter.text();
                assert!(letter.subject.contains("eat.example"), "{}", letter.subject);
                assert!(text.contains(link), "{text}");
                assert!(!text.contains(['{', '}', '\u{1e}']), "{text}");
            }
        }
    }
}
