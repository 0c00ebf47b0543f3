//! Mails to account holders, each with a link that works once.

use servery_app::text::mail::{Key, count, write};
use servery_domain::{account::MailPurpose, lang::Lang};

use super::letter::Letter;

/// Hours until a link expires. A link that sets a password expires sooner.
pub fn hours(purpose: MailPurpose) -> u32 {
    match purpose {
        MailPurpose::Verify => 48,
        MailPurpose::Reset | MailPurpose::Known => 2,
        // Read some hours later by somebody who did not do it.
        MailPurpose::PasswordChanged | MailPurpose::PasskeyAdded => 48,
    }
}

pub fn letter(lang: Lang, purpose: MailPurpose, public_url: &str, token: &str) -> Letter {
    let (page, [subject, lead, action, otherwise]) = match purpose {
        MailPurpose::Verify => (
            "verify",
            [
                Key::VerifySubject,
                Key::VerifyLead,
                Key::VerifyAction,
                Key::VerifyElse,
            ],
        ),
        MailPurpose::Reset => (
            "reset",
            [
                Key::ResetSubject,
                Key::ResetLead,
                Key::ResetAction,
                Key::ResetElse,
            ],
        ),
        MailPurpose::Known => (
            "reset",
            [
                Key::KnownSubject,
                Key::KnownLead,
                Key::KnownAction,
                Key::KnownElse,
            ],
        ),
        MailPurpose::PasswordChanged => (
            "reset",
            [
                Key::PasswordChangedSubject,
                Key::PasswordChangedLead,
                Key::ResetAction,
                Key::ChangedElse,
            ],
        ),
        MailPurpose::PasskeyAdded => (
            "reset",
            [
                Key::PasskeyAddedSubject,
                Key::PasskeyAddedLead,
                Key::ResetAction,
                Key::ChangedElse,
            ],
        ),
    };
    let word = |key| write(lang, key, &[]);
    Letter::new(lang, word(subject))
        .text_block(word(lead))
        .link(word(action), format!("{public_url}/account/{page}/{token}"))
        .text_block(count(lang, Key::Valid, hours(purpose) as usize))
        .text_block(word(otherwise))
}

pub fn deletion(lang: Lang) -> Letter {
    let word = |key| write(lang, key, &[]);
    Letter::new(lang, word(Key::DeletedSubject))
        .text_block(word(Key::DeletedLead))
        .text_block(word(Key::DeletedElse))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_is_whole_in_every_language() {
        for lang in Lang::ALL {
            for purpose in MailPurpose::ALL {
                let letter = letter(lang, *purpose, "https://eat.example", "0ff");
                assert!(
                    letter.text().contains("https://eat.example/account/") && letter.text().contains("/0ff"),
                    "{}",
                    letter.text()
                );
                assert!(!letter.text().contains(['{', '}', '\u{1e}']), "{}", letter.text());
            }
        }
        assert!(
            letter(Lang::Arabic, MailPurpose::Reset, "", "")
                .text()
                .contains("لمدة ساعتين")
        );
    }
}
