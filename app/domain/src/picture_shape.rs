//! What becomes of a picture that somebody uploads: a photo is cropped, a logo is not.

use crate::{codes::codes, limits};

codes! {
    #[derive(Default)]
    PictureShape {
        /// 4:3, of a dish or of the restaurant.
        #[default]
        Photo = "photo",
        /// A square that has all of it; what is transparent stays so.
        Logo = "logo",
    }
}

impl PictureShape {
    /// In pixels, the smallest first.
    pub const fn widths(self) -> [u16; 3] {
        match self {
            Self::Photo => limits::PICTURE_WIDTHS,
            Self::Logo => limits::LOGO_WIDTHS,
        }
    }

    pub const fn height(self, width: u16) -> u16 {
        match self {
            Self::Photo => width / 4 * 3,
            Self::Logo => width,
        }
    }
}
