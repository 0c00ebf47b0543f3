//! How much client a page has.

use std::{fmt, str::FromStr};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Server HTML, no script at all.
    Thin,
    /// Server HTML, then wasm takes over.
    Hydrated,
    /// A static shell; wasm renders from JSON and local data, also offline.
    Thick,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Thin, Self::Hydrated, Self::Thick];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Thin => "thin",
            Self::Hydrated => "hydrated",
            Self::Thick => "thick",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownMode;

impl fmt::Display for UnknownMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mode is thin, hydrated or thick")
    }
}

impl std::error::Error for UnknownMode {}

impl FromStr for Mode {
    type Err = UnknownMode;
    fn from_str(text: &str) -> Result<Self, UnknownMode> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.name() == text)
            .ok_or(UnknownMode)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_is_read_from_its_name() {
        for mode in Mode::ALL {
            assert_eq!(mode.name().parse(), Ok(mode));
        }
        assert_eq!("thicker".parse::<Mode>(), Err(UnknownMode));
    }
}
