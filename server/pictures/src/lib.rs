//! From what a camera writes to what a page shows: upright, 4:3 or square, in the colours of the web, without metadata, in each format and width.
//!
//! Invariant: nothing of a file but its pixels is in what is made of it, and nothing is decoded that has more than
//! `limits::PICTURE_PIXELS`.
//!
//! It is a crate of its own because encoders are of no use without optimisation, also while one develops.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage,
    imageops::{self, FilterType},
    metadata::Orientation,
};
use moxcms::{ColorProfile, Layout, TransformOptions};
use ravif::{Encoder, Img, RGB8, RGBA8};
use servery_domain::{limits, menu::PictureFormat, picture_fault::PictureFault, picture_shape::PictureShape};

/// What a decoded picture takes at most: 16 bits of each of four channels. Usual ones take 96 MB, and a progressive JPEG as much as 300
/// while it is decoded.
const DECODED_BYTES: u64 = limits::PICTURE_PIXELS * 8;
const AVIF_QUALITY: f32 = 65.0;
/// From 1 to 10. At 8 a file is a sixth smaller, and takes more than twice as long.
const AVIF_SPEED: u8 = 9;
const WEBP_QUALITY: f32 = 78.0;

pub struct ConvertedFile {
    pub format: PictureFormat,
    pub width: u16,
    pub content: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConversionError {
    #[error("{0}")]
    Fault(PictureFault),
    #[error("no AVIF was made: {0}")]
    Avif(#[from] ravif::Error),
    #[error("no WebP was made: {0:?}")]
    Webp(webp::WebPEncodingError),
}

impl From<PictureFault> for ConversionError {
    fn from(fault: PictureFault) -> Self {
        Self::Fault(fault)
    }
}

/// The widths in their order, and in each the formats.
pub fn convert(file: &[u8], shape: PictureShape) -> Result<Vec<ConvertedFile>, ConversionError> {
    let picture = match shape {
        PictureShape::Photo => upright(file)?,
        PictureShape::Logo => square(file)?,
    };
    let widths = shape.widths().into_iter();
    let widths: Vec<u16> = widths
        .filter(|width| u32::from(*width) <= picture.width())
        .collect();
    if widths.is_empty() {
        return Err(PictureFault::TooSmall.into());
    }
    let mut files = Vec::new();
    for width in widths {
        let size = (u32::from(width), u32::from(shape.height(width)));
        let mut scaled = picture.resize_exact(size.0, size.1, FilterType::Lanczos3);
        if let DynamicImage::ImageRgba8(pixels) = &mut scaled {
            divide_by_alpha(pixels);
        }
        let mut add = |format, content| {
            files.push(ConvertedFile {
                format,
                width,
                content,
            });
        };
        add(PictureFormat::Avif, avif(&scaled)?);
        add(PictureFormat::Webp, webp(&scaled)?);
    }
    Ok(files)
}

/// A picture as a camera has stored it.
struct Photo {
    picture: DynamicImage,
    orientation: Orientation,
    icc_profile: Option<Vec<u8>>,
}

/// Not much larger than the largest width, cropped to 4:3 around its middle, in the colours of the web, and as it was held.
fn upright(file: &[u8]) -> Result<DynamicImage, PictureFault> {
    let Photo {
        mut picture,
        orientation,
        icc_profile,
    } = decode(file)?;
    let is_turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (wide, high) = match is_turned {
        true => (3, 4),
        false => (4, 3),
    };
    let units = |picture: &DynamicImage| (picture.width() / wide).min(picture.height() / high);
    // A fast average first: the fine filter is slow on many pixels. And before anything is copied.
    let [.., largest] = limits::PICTURE_WIDTHS;
    let (most, unit) = (u32::from(largest) / 4 * 2, units(&picture));
    if unit > most {
        let scaled = |side: u32| (u64::from(side) * u64::from(most)).div_ceil(u64::from(unit)) as u32;
        picture = picture.thumbnail_exact(scaled(picture.width()), scaled(picture.height()));
    }
    let unit = units(&picture);
    let (width, height) = (unit * wide, unit * high);
    let (x, y) = ((picture.width() - width) / 2, (picture.height() - height) / 2);
    let mut cropped = on_white(picture.crop_imm(x, y, width, height));
    if let Some(profile) = icc_profile {
        to_srgb(&mut cropped, Layout::Rgb, &profile);
    }
    let mut picture = DynamicImage::ImageRgb8(cropped);
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// All of the picture in the middle of a square, not larger than needed. What is beside it is transparent. Its colours are multiplied by
/// their opacity: else what is transparent would darken the edges when it is scaled.
fn square(file: &[u8]) -> Result<DynamicImage, PictureFault> {
    let Photo {
        mut picture,
        orientation,
        icc_profile,
    } = decode(file)?;
    let [.., largest] = PictureShape::Logo.widths();
    let most = u32::from(largest) * 2;
    if picture.width().max(picture.height()) > most {
        picture = match picture.color().has_alpha() {
            true => smaller_by_alpha(picture, most),
            false => picture.thumbnail(most, most),
        };
    }
    let mut logo = picture.into_rgba8();
    if let Some(profile) = icc_profile {
        to_srgb(&mut logo, Layout::Rgba, &profile);
    }
    multiply_by_alpha(&mut logo);
    let side = logo.width().max(logo.height());
    let mut square = RgbaImage::new(side, side);
    let (x, y) = ((side - logo.width()) / 2, (side - logo.height()) / 2);
    imageops::replace(&mut square, &logo, x.into(), y.into());
    let mut square = DynamicImage::ImageRgba8(square);
    square.apply_orientation(orientation);
    Ok(square)
}

fn smaller_by_alpha(picture: DynamicImage, most: u32) -> DynamicImage {
    let mut pixels = picture.into_rgba8();
    multiply_by_alpha(&mut pixels);
    let smaller = DynamicImage::ImageRgba8(pixels).thumbnail(most, most);
    let mut pixels = smaller.into_rgba8();
    divide_by_alpha(&mut pixels);
    DynamicImage::ImageRgba8(pixels)
}

fn multiply_by_alpha(picture: &mut RgbaImage) {
    for pixel in picture.pixels_mut() {
        let [colors @ .., alpha] = &mut pixel.0;
        let alpha = u32::from(*alpha);
        for color in colors {
            *color = ((u32::from(*color) * alpha + 127) / 255) as u8;
        }
    }
}

fn divide_by_alpha(picture: &mut RgbaImage) {
    for pixel in picture.pixels_mut() {
        let [colors @ .., alpha] = &mut pixel.0;
        let alpha = u32::from(*alpha);
        for color in colors {
            let divided = (u32::from(*color) * 255 + alpha / 2).checked_div(alpha);
            *color = divided.unwrap_or_default().min(255) as u8;
        }
    }
}

fn decode(file: &[u8]) -> Result<Photo, PictureFault> {
    let unreadable = |_| PictureFault::Unreadable;
    let format = image::guess_format(file).map_err(unreadable)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PictureFault::Unreadable);
    }
    let mut most = Limits::default();
    most.max_alloc = Some(DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(most);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > limits::PICTURE_PIXELS {
        return Err(PictureFault::TooManyPixels);
    }
    if format == ImageFormat::WebP {
        check_webp(file, (width, height))?;
    }
    // Metadata that cannot be read say nothing.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let icc_profile = decoder.icc_profile().unwrap_or_default();
    let picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    Ok(Photo {
        picture,
        orientation,
        icc_profile,
    })
}

/// A WebP says its size twice, and the decoder believes the one and allocates for the other.
fn check_webp(file: &[u8], dimensions: (u32, u32)) -> Result<(), PictureFault> {
    let features = webp::BitstreamFeatures::new(file).ok_or(PictureFault::Unreadable)?;
    let is_sound = !features.has_animation() && (features.width(), features.height()) == dimensions;
    is_sound.then_some(()).ok_or(PictureFault::Unreadable)
}

/// Phones store wider colours than browsers assume. A profile that cannot be used leaves them as they are.
fn to_srgb(pixels: &mut [u8], layout: Layout, profile: &[u8]) {
    let options = TransformOptions::default();
    let transform = ColorProfile::new_from_slice(profile).and_then(|profile| {
        profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), layout, options)
    });
    let Ok(transform) = transform else { return };
    let before = pixels.to_vec();
    if transform.transform(&before, pixels).is_err() {
        pixels.copy_from_slice(&before);
    }
}

/// What is transparent becomes white.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture: RgbaImage = picture.into_rgba8();
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (pixel, flat) in picture.pixels().zip(flat.pixels_mut()) {
        let [red, green, blue, alpha] = pixel.0.map(u32::from);
        let blend = |channel: u32| ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        flat.0 = [blend(red), blend(green), blend(blue)];
    }
    flat
}

fn avif(picture: &DynamicImage) -> Result<Vec<u8>, ravif::Error> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let encoder = Encoder::new().with_quality(AVIF_QUALITY).with_speed(AVIF_SPEED);
    let encoded = match picture.color().has_alpha() {
        true => {
            let pixels: Vec<RGBA8> = picture
                .to_rgba8()
                .pixels()
                .map(|pixel| RGBA8::from(pixel.0))
                .collect();
            encoder.encode_rgba(Img::new(pixels.as_slice(), width, height))
        }
        false => {
            let pixels: Vec<RGB8> = picture
                .to_rgb8()
                .pixels()
                .map(|pixel| RGB8::from(pixel.0))
                .collect();
            encoder.encode_rgb(Img::new(pixels.as_slice(), width, height))
        }
    };
    Ok(encoded?.avif_file)
}

fn webp(picture: &DynamicImage) -> Result<Vec<u8>, ConversionError> {
    let (width, height) = (picture.width(), picture.height());
    let encoded = match picture.color().has_alpha() {
        true => {
            webp::Encoder::from_rgba(&picture.to_rgba8(), width, height).encode_simple(false, WEBP_QUALITY)
        }
        false => {
            webp::Encoder::from_rgb(&picture.to_rgb8(), width, height).encode_simple(false, WEBP_QUALITY)
        }
    };
    Ok(encoded.map_err(ConversionError::Webp)?.to_vec())
}

#[cfg(test)]
mod tests {
    use image::{ImageEncoder, Rgb, Rgba, codecs::jpeg::JpegEncoder};

    use super::*;

    const RED: [u8; 3] = [200, 30, 30];
    const BLUE: [u8; 3] = [30, 30, 200];

    /// Red above, blue below.
    fn two_colors(width: u32, height: u32) -> RgbImage {
        let half = (height / 2 * width) as usize;
        let rest = (width * height) as usize - half;
        let pixels = [RED.repeat(half), BLUE.repeat(rest)].concat();
        RgbImage::from_raw(width, height, pixels).unwrap()
    }

    fn written(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        picture.into().write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    /// With metadata as a camera writes them: how it was held, and where.
    fn with_metadata(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        // 0x0112, a short, one of them.
        exif.extend([0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        // 0x010e, a text of 8 bytes that begins at 38.
        exif.extend([0x0e, 1, 2, 0, 8, 0, 0, 0, 38, 0, 0, 0]);
        exif.extend(b"\0\0\0\0Bilbao!\0");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
    }

    fn fault(file: &[u8]) -> PictureFault {
        match photo(file) {
            Err(ConversionError::Fault(fault)) => fault,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it was accepted"),
        }
    }

    fn photo(file: &[u8]) -> Result<Vec<ConvertedFile>, ConversionError> {
        convert(file, PictureShape::Photo)
    }

    fn webp_of(files: &[ConvertedFile], width: u16) -> RgbImage {
        let mut files = files.iter();
        let file = files.find(|file| (file.format, file.width) == (PictureFormat::Webp, width));
        image::load_from_memory(&file.unwrap().content)
            .unwrap()
            .into_rgb8()
    }

    #[track_caller]
    fn assert_near(pixel: &Rgb<u8>, color: [u8; 3]) {
        let is_near = pixel
            .0
            .iter()
            .zip(color)
            .all(|(is, should)| is.abs_diff(should) < 16);
        assert!(is_near, "{pixel:?} is not {color:?}");
    }

    #[test]
    fn a_picture_becomes_two_formats_in_three_widths() {
        let files = photo(&written(two_colors(1600, 1200), ImageFormat::Jpeg)).unwrap();
        let made: Vec<(u16, &str)> = files
            .iter()
            .map(|file| (file.width, file.format.code()))
            .collect();
        let expected = [320, 640, 1280].map(|width| [(width, "avif"), (width, "webp")]);
        assert_eq!(made, expected.concat());
        for file in &files {
            match file.format {
                PictureFormat::Avif => assert_eq!(&file.content[4..12], b"ftypavif"),
                _ => assert_eq!(&file.content[8..12], b"WEBP"),
            }
        }
        let large = webp_of(&files, 1280);
        assert_eq!(large.dimensions(), (1280, 960));
        assert_near(large.get_pixel(640, 10), RED);
        assert_near(large.get_pixel(640, 950), BLUE);
    }

    #[test]
    fn a_picture_is_not_enlarged() {
        let files = photo(&written(two_colors(700, 600), ImageFormat::Png)).unwrap();
        let widths: Vec<u16> = files.iter().map(|file| file.width).collect();
        assert_eq!(widths, [320, 320, 640, 640]);
        for small in [two_colors(319, 240), two_colors(4000, 100), two_colors(1, 1)] {
            assert_eq!(fault(&written(small, ImageFormat::Png)), PictureFault::TooSmall);
        }
    }

    #[test]
    fn a_picture_is_upright_and_says_nothing_of_where_it_was_taken() {
        // Stored on its side: what the camera saw above is on the left.
        let lying = RgbImage::from_fn(800, 900, |x, _| Rgb(if x < 400 { RED } else { BLUE }));
        let file = with_metadata(&written(lying, ImageFormat::Jpeg), 6);
        assert!(file.windows(7).any(|window| window == b"Bilbao!"));
        let files = photo(&file).unwrap();
        for file in &files {
            assert!(
                !file
                    .content
                    .windows(4)
                    .any(|window| window == b"Bilb" || window == b"Exif")
            );
        }
        let small = webp_of(&files, 320);
        assert_eq!(small.dimensions(), (320, 240));
        // A quarter to the right: the left is above.
        assert_near(small.get_pixel(160, 10), RED);
        assert_near(small.get_pixel(160, 230), BLUE);
    }

    #[test]
    fn a_picture_is_cropped_around_its_middle() {
        let stripes = RgbImage::from_fn(1000, 300, |x, _| {
            Rgb(if (300..700).contains(&x) { RED } else { BLUE })
        });
        let small = webp_of(&photo(&written(stripes, ImageFormat::Png)).unwrap(), 320);
        for (x, y) in [(4, 4), (315, 4), (4, 235), (315, 235)] {
            assert_near(small.get_pixel(x, y), RED);
        }
    }

    #[test]
    fn what_is_transparent_becomes_white() {
        let clear = RgbaImage::from_pixel(400, 300, Rgba([0, 0, 0, 0]));
        let small = webp_of(&photo(&written(clear, ImageFormat::Png)).unwrap(), 320);
        assert_near(small.get_pixel(160, 120), [255, 255, 255]);
    }

    #[test]
    fn all_of_a_logo_is_in_a_square_and_what_is_transparent_stays_so() {
        let wide = RgbaImage::from_fn(600, 200, |x, _| {
            Rgba(if x < 300 { [200, 30, 30, 255] } else { [0, 0, 0, 0] })
        });
        let files = convert(&written(wide, ImageFormat::Png), PictureShape::Logo).unwrap();
        let widths: Vec<u16> = files.iter().map(|file| file.width).collect();
        assert_eq!(widths, [96, 96, 192, 192, 288, 288]);
        let small = &files[1];
        assert_eq!((small.format, small.width), (PictureFormat::Webp, 96));
        let small = image::load_from_memory(&small.content).unwrap().into_rgba8();
        assert_eq!(small.dimensions(), (96, 96));
        let alpha = |x, y| small.get_pixel(x, y).0[3];
        assert!(alpha(24, 48) > 250, "the left half");
        assert!(
            alpha(72, 48) < 5 && alpha(24, 8) < 5,
            "the right half, and beside it"
        );
        let [red, green, blue, _] = small.get_pixel(24, 48).0;
        assert_near(&Rgb([red, green, blue]), RED);
        // An edge is as red as the rest, and not darker.
        let edge = (40..56).map(|x| small.get_pixel(x, 48).0);
        let edge = edge.filter(|pixel| (60..200).contains(&pixel[3]));
        for [red, green, blue, alpha] in edge {
            assert!(
                red > 150 && green < 90 && blue < 90,
                "{red} {green} {blue} at {alpha}"
            );
        }
        let tiny = written(two_colors(95, 40), ImageFormat::Png);
        assert!(matches!(
            convert(&tiny, PictureShape::Logo),
            Err(ConversionError::Fault(PictureFault::TooSmall))
        ));
    }

    #[test]
    fn a_picture_of_many_megapixels_is_accepted_and_one_of_forty_is_not() {
        let files = photo(&written(two_colors(6400, 4800), ImageFormat::Jpeg)).unwrap();
        let large = webp_of(&files, 1280);
        assert_near(large.get_pixel(640, 10), RED);
        assert_near(large.get_pixel(640, 950), BLUE);
        let many = written(two_colors(7300, 5500), ImageFormat::Jpeg);
        assert_eq!(fault(&many), PictureFault::TooManyPixels);
    }

    #[test]
    fn wide_colors_become_those_of_the_web() {
        let mut file = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut file, 95);
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        encoder.set_icc_profile(profile).unwrap();
        let green = RgbImage::from_pixel(400, 300, Rgb([60, 200, 60]));
        green.write_with_encoder(encoder).unwrap();
        let small = webp_of(&photo(&file).unwrap(), 320);
        let Rgb([red, green, _]) = *small.get_pixel(160, 120);
        // The same light has less red and more green in it, counted in sRGB.
        assert!(red < 30 && green > 200, "{red}, {green}");
        assert!(
            !photo(&file)
                .unwrap()
                .iter()
                .any(|file| file.content.windows(4).any(|part| part == b"ICCP"))
        );
    }

    #[test]
    fn a_webp_that_says_two_sizes_is_refused() {
        let small = written(two_colors(400, 300), ImageFormat::WebP);
        // An extended file of 400 × 300 around a frame that has another size.
        let frame = written(two_colors(640, 480), ImageFormat::WebP);
        let extended = |inner: &[u8]| {
            let mut chunks = b"WEBPVP8X".to_vec();
            chunks.extend(10_u32.to_le_bytes());
            chunks.extend([0, 0, 0, 0]);
            chunks.extend(&399_u32.to_le_bytes()[..3]);
            chunks.extend(&299_u32.to_le_bytes()[..3]);
            chunks.extend(&inner[12..]);
            let size = u32::try_from(chunks.len()).unwrap().to_le_bytes();
            [b"RIFF", size.as_slice(), &chunks].concat()
        };
        assert!(photo(&extended(&small)).is_ok());
        assert_eq!(fault(&extended(&frame)), PictureFault::Unreadable);
    }

    #[test]
    fn a_few_bytes_that_unpack_to_gigabytes_are_refused_before_they_are_unpacked() {
        // A PNG says its size in its first bytes.
        let mut bomb = written(two_colors(400, 300), ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let checksum = crc(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&checksum);
        assert_eq!(fault(&bomb), PictureFault::TooManyPixels);
    }

    fn crc(bytes: &[u8]) -> u32 {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum()
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let jpeg = written(two_colors(400, 300), ImageFormat::Jpeg);
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
        let gif = b"GIF89a\x01\0\x01\0\0\0\0;";
        for file in [
            &jpeg[..jpeg.len() / 10],
            svg,
            gif,
            b"",
            b"hello",
            &[0xff, 0xd8, 0xff],
        ] {
            assert_eq!(fault(file), PictureFault::Unreadable);
        }
    }
}
