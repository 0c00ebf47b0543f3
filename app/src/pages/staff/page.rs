//! Which page of the staff app is open.

use super::premises::Premises;

#[derive(Debug, Clone)]
pub enum StaffPage {
    Device(Premises),
    Till(Premises),
    Kitchen(Premises),
    Floor(Premises),
    Runs(Premises),
}

impl StaffPage {
    /// The same page with newer data.
    pub fn at(&self, premises: Premises) -> Self {
        let page = match self {
            Self::Device(_) => Self::Device,
            Self::Till(_) => Self::Till,
            Self::Kitchen(_) => Self::Kitchen,
            Self::Floor(_) => Self::Floor,
            Self::Runs(_) => Self::Runs,
        };
        page(premises)
    }

    pub fn premises(&self) -> &Premises {
        match self {
            Self::Device(premises)
            | Self::Till(premises)
            | Self::Kitchen(premises)
            | Self::Floor(premises)
            | Self::Runs(premises) => premises,
        }
    }
}
