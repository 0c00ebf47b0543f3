//! A restaurant's brand colour, adjusted so that text in it has a contrast of at least 4.5 : 1.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::string_newtype::text_type;

/// An sRGB colour, `#a63d2f`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, pattern = "^#[0-9a-f]{6}$", example = "#a63d2f"))]
pub struct BrandColor([u8; 3]);

/// The backgrounds of `style/tokens.css`, light and dark.
pub const PAPER: BrandColor = BrandColor([0xfb, 0xf8, 0xf2]);
pub const NIGHT: BrandColor = BrandColor([0x17, 0x15, 0x12]);

/// Of a restaurant that has not chosen one.
/// The accent of `style/tokens.css`.
impl Default for BrandColor {
    fn default() -> Self {
        Self([0x8c, 0x2f, 0x23])
    }
}

const READABLE: f64 = 4.5;

text_type!(
    BrandColor,
    MalformedAccent,
    "a colour is written #a63d2f, in lower case"
);

/// As `powf(2.4)`, for which every browser would load two kilobytes. For numbers from 0.09 to 1.
fn to_the_2_4(base: f64) -> f64 {
    let square = base * base;
    // Newton's method: the fifth root of the square.
    let mut root = 1.0;
    for _ in 0..16 {
        root = (4.0 * root + square / (root * root * root * root)) / 5.0;
    }
    square * root
}

impl BrandColor {
    fn luminance(self) -> f64 {
        let linear = self.0.map(|channel| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.040_45 {
                share / 12.92
            } else {
                to_the_2_4((share + 0.055) / 1.055)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// WCAG's contrast ratio, 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// This colour, darkened or lightened only as far as needed to be readable on `background`.
    pub fn readable_on(self, background: Self) -> Self {
        let goal = if background.luminance() > 0.18 { 0 } else { 255 };
        let mixed = |step: u32| {
            Self(
                self.0
                    .map(|channel| ((u32::from(channel) * (32 - step) + goal * step) / 32) as u8),
            )
        };
        (0..=32)
            .map(mixed)
            .find(|color| color.contrast(background) >= READABLE)
            .unwrap_or_else(|| mixed(32))
    }
}

impl FromStr for BrandColor {
    type Err = MalformedAccent;
    fn from_str(text: &str) -> Result<Self, MalformedAccent> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6)
            .ok_or(MalformedAccent)?;
        if !digits
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        {
            return Err(MalformedAccent);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| MalformedAccent)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl fmt::Display for BrandColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_power_is_that_of_the_standard_library() {
        for channel in 11..=255_u8 {
            let base = (f64::from(channel) / 255.0 + 0.055) / 1.055;
            assert!((to_the_2_4(base) - base.powf(2.4)).abs() < 1e-14, "{channel}");
        }
    }

    proptest! {
        #[test]
        fn any_colour_becomes_readable(channels: [u8; 3]) {
            for background in [PAPER, NIGHT] {
                prop_assert!(BrandColor(channels).readable_on(background).contrast(background) >= READABLE);
            }
        }
    }

    #[test]
    fn a_readable_colour_stays_as_it_is() {
        let brick: BrandColor = "#8c2f23".parse().unwrap();
        assert_eq!(brick.readable_on(PAPER), brick);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "#fff", "a63d2f", "#A63D2F", "#a63d2g", "#+63d2f", "red"] {
            assert_eq!(text.parse::<BrandColor>(), Err(MalformedAccent), "{text}");
        }
    }
}
