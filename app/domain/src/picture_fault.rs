//! Why a picture that somebody uploads is not accepted.

use std::fmt;

use crate::{codes::codes, limits, picture_shape::PictureShape};

codes! {
    PictureFault {
        /// No JPEG, PNG or WebP, or one that is damaged.
        Unreadable = "unreadable",
        /// More than `limits::PICTURE_FILE` bytes.
        TooLarge = "too-large",
        /// More than `limits::PICTURE_PIXELS`.
        TooManyPixels = "too-many-pixels",
        /// It would have to be enlarged.
        TooSmall = "too-small",
    }
}

impl fmt::Display for PictureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("the file is no JPEG, PNG or WebP picture, or it is damaged"),
            Self::TooLarge => write!(f, "a picture has at most {} bytes", limits::PICTURE_FILE),
            Self::TooManyPixels => write!(f, "a picture has at most {} pixels", limits::PICTURE_PIXELS),
            Self::TooSmall => {
                let ([photo, ..], [logo, ..]) = (PictureShape::Photo.widths(), PictureShape::Logo.widths());
                let height = PictureShape::Photo.height(photo);
                write!(
                    f,
                    "a photo is at least {photo} pixels wide and {height} high, the longer side of a logo at least {logo}"
                )
            }
        }
    }
}
