//! What follows `./dev cluster`.

use crate::failure::{Result, fail};

/// Whether a visitor is always sent to the same node. None is needed: a node keeps nothing that another needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sticky {
    No,
    BySource,
    ByCookie,
}

impl Sticky {
    /// As `deploy/haproxy.cfg` reads it.
    pub fn name(self) -> &'static str {
        match self {
            Self::No => "",
            Self::BySource => "source",
            Self::ByCookie => "cookie",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    pub sticky: Sticky,
    pub check: bool,
}

impl Options {
    pub fn read(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            sticky: Sticky::No,
            check: false,
        };
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match (word, options.sticky) {
                ("--check", _) => options.check = true,
                ("--cookie", Sticky::No) => options.sticky = Sticky::ByCookie,
                ("--balance", Sticky::No) if words.next() == Some("source") => {
                    options.sticky = Sticky::BySource
                }
                _ => return fail("./dev cluster takes --cookie or --balance source, and --check"),
            }
        }
        match options.check && options.sticky != Sticky::No {
            true => fail("--check looks at both kinds of stickiness by itself"),
            false => Ok(options),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Options, Sticky};

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let read = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            Options::read(&words)
                .ok()
                .map(|options| (options.sticky, options.check))
        };
        for (line, expected) in [
            ("", Some((Sticky::No, false))),
            ("--check", Some((Sticky::No, true))),
            ("--cookie", Some((Sticky::ByCookie, false))),
            ("--balance source", Some((Sticky::BySource, false))),
            ("--balance", None),
            ("--balance random", None),
            ("--cookie --balance source", None),
            ("--cookie --check", None),
            ("--checks", None),
        ] {
            assert_eq!(read(line), expected, "{line}");
        }
    }
}
