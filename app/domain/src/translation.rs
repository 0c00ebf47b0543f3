//! The texts of a menu in other languages than the one that it is written in.

mod part_translations;

pub use self::part_translations::{PartTranslation, PartTranslations};
use crate::limits;

/// Which text of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextField {
    Name,
    Description,
}

impl TextField {
    pub const ALL: [Self; 2] = [Self::Name, Self::Description];

    /// Characters that such a text has at most.
    pub const fn most(self) -> usize {
        match self {
            Self::Name => limits::NAME,
            Self::Description => limits::DESCRIPTION,
        }
    }
}
