//! The texts of the pages that no code shows; there are none. The compiler does not find them: their keys are variants of an enum that is
//! read as a number.

use std::collections::HashSet;

use crate::{
    context::Context,
    failure::{Result, fail},
    sources::production_files,
    steps::Log,
};

const CATALOGUES: [&str; 6] = ["en", "staff.en", "office.en", "legal.en", "mail.en", "card.en"];

pub fn check(context: &Context, log: &Log) -> Result {
    let mut code = String::new();
    for file in production_files(context)? {
        code.push_str(&context.read(&file)?);
    }
    let words: HashSet<&str> = code
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .collect();
    let mut unused = Vec::new();
    for catalogue in CATALOGUES {
        let texts = context.read(&format!("app/text/{catalogue}.json"))?;
        let keys = texts.lines().filter_map(key);
        unused.extend(
            keys.filter(|key| !words.contains(variant(key).as_str()))
                .map(str::to_owned),
        );
    }
    for key in &unused {
        log.say(&format!("no code shows {key}"))?;
    }
    match unused.is_empty() {
        true => Ok(()),
        false => fail("a text that nobody sees is removed"),
    }
}

/// The key that begins on this line of a catalogue; the forms of a plural stand deeper.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.strip_prefix("  \"")?.split_once("\":")?;
    Some(key)
}

/// As app/build.rs names it.
fn variant(key: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    key.split(['.', '-']).map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_and_named_as_in_the_code() {
        assert_eq!(key("  \"board.due-day\": \"Due {day}\","), Some("board.due-day"));
        assert_eq!(key("    \"one\": \"{n} minute\","), None);
        assert_eq!(variant("board.due-day"), "BoardDueDay");
    }
}
