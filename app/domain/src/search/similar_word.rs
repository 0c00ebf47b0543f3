//! Words with typing errors.

/// Whether a text has a word that begins like this one, but for typing errors: a letter too much, too few, another one, or two letters
/// in the wrong order. Both are [folded](super::fold). Letters that are not ASCII have two bytes, and words of them twice the errors.
pub fn occurs_nearly(word: &str, text: &str) -> bool {
    let wanted = word.as_bytes();
    let allowed = allowed_errors(wanted.len());
    let mut words = text.as_bytes().split(is_between_words);
    allowed > 0 && words.any(|found| errors(wanted, found) <= allowed)
}

fn is_between_words(byte: &u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

/// A short word is soon another one.
const fn allowed_errors(bytes: usize) -> usize {
    match bytes {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The fewest errors that lead from the beginning of `found` to `wanted` (optimal string alignment).
fn errors(wanted: &[u8], found: &[u8]) -> usize {
    let width = wanted.len() + 1;
    // A row for each beginning of `found`: the errors to each beginning of `wanted`.
    let mut table: Vec<usize> = (0..width).collect();
    let mut fewest = wanted.len();
    for (row, letter) in found.iter().enumerate() {
        table.push(row + 1);
        for (at, wanted_letter) in wanted.iter().enumerate() {
            let above = row * width + at;
            let replaced = table[above] + usize::from(letter != wanted_letter);
            let added_or_missing = table[above + 1].min(table[above + width]) + 1;
            let mut errors = replaced.min(added_or_missing);
            if at > 0 && row > 0 && wanted[at - 1] == *letter && found[row - 1] == *wanted_letter {
                errors = errors.min(table[above - width - 1] + 1);
            }
            table.push(errors);
        }
        fewest = fewest.min(table[table.len() - 1]);
    }
    fewest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_error_in_a_word_and_two_in_a_long_one() {
        for (word, text) in [
            ("piza", "pizza margherita"),
            ("pizzza", "pizza"),
            ("puzza", "pizza"),
            ("pziza", "pizza"),
            ("ramne", "tonkotsu-ramen"),
            ("tiramsu", "tiramisu della casa"),
            ("tratoria", "trattoria da lucia"),
            ("trattroai", "trattoria"),
            ("margarita", "pizza margherita"),
            ("كباد", "كباب مشوي"),
            ("شورما", "شاورما دجاج"),
            // Somebody is still typing.
            ("tratori", "trattoria"),
        ] {
            assert!(occurs_nearly(word, text), "{word} in {text}");
        }
        for (word, text) in [
            ("thai", "italian"),
            ("rice", "dish"),
            ("tea", "tee"),
            ("pasta", "pizza"),
            ("sushi", "ramen house"),
            ("trattoria", "taverna"),
            ("", "pizza"),
            ("pizza", ""),
        ] {
            assert!(!occurs_nearly(word, text), "{word} in {text}");
        }
    }
}
