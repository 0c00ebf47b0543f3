//! A picture in the best format and width that the browser can use, loaded when it comes near.

use leptos::prelude::*;
use servery_domain::menu::{Picture, PictureFormat};

#[component]
pub fn PictureView(
    file: Picture,
    alt: &'static str,
    sizes: &'static str,
    #[prop(optional)] eager: bool,
) -> impl IntoView {
    let loading = if eager { "eager" } else { "lazy" };
    let (last, better) = match file.formats.split_last() {
        Some((last, better)) => (*last, better),
        None => (PictureFormat::Svg, &[][..]),
    };
    let sources: Vec<_> = better
        .iter()
        .map(|format| view! { <source type=format.media_type() srcset=srcset(&file, *format) sizes=sizes/> })
        .collect();
    let fallback = address(&file, last, file.widths.iter().copied().min());
    let set = (!file.widths.is_empty()).then(|| srcset(&file, last));
    let sizes = set.is_some().then_some(sizes);
    // The box is 4 : 3 whatever the picture, so nothing shifts when it arrives.
    view! {
        <picture class="picture">
            {sources}
            <img src=fallback srcset=set sizes=sizes alt=alt width="160" height="120" loading=loading decoding="async"/>
        </picture>
    }
}

/// A square with all of the logo. The name is beside it.
#[component]
pub fn LogoView(file: Picture) -> impl IntoView {
    let smallest = file.widths.iter().copied().min();
    let format = file.formats.last().copied().unwrap_or(PictureFormat::Svg);
    let set = (!file.widths.is_empty()).then(|| srcset(&file, format));
    let sizes = set.is_some().then_some("72px");
    view! {
        <img class="logo" src=address(&file, format, smallest) srcset=set sizes=sizes alt="" width="72" height="72" decoding="async"/>
    }
}

fn address(file: &Picture, format: PictureFormat, width: Option<u16>) -> String {
    match width {
        Some(width) => format!("/pictures/{}-{width}.{}", file.path, format.code()),
        None => format!("/pictures/{}.{}", file.path, format.code()),
    }
}

fn srcset(file: &Picture, format: PictureFormat) -> String {
    if file.widths.is_empty() {
        return address(file, format, None);
    }
    let candidates: Vec<_> = file
        .widths
        .iter()
        .map(|width| format!("{} {width}w", address(file, format, Some(*width))))
        .collect();
    candidates.join(", ")
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests {
    use super::*;

    fn html(file: Picture) -> String {
        Owner::new().with(|| view! { <PictureView file alt="Ramen" sizes="96px"/> }.to_html())
    }

    #[test]
    fn the_best_format_comes_first_and_every_width_is_offered() {
        let html = html(Picture {
            path: "ramen".into(),
            formats: vec![PictureFormat::Avif, PictureFormat::Webp, PictureFormat::Jpeg],
            widths: vec![160, 320],
        });
        let avif = html.find(r#"type="image/avif" srcset="/pictures/ramen-160.avif 160w, /pictures/ramen-320.avif 320w" sizes="96px""#);
        let webp = html.find(r#"type="image/webp" srcset="/pictures/ramen-160.webp 160w"#);
        let jpeg =
            html.find(r#"<img src="/pictures/ramen-160.jpeg" srcset="/pictures/ramen-160.jpeg 160w, /pictures/ramen-320.jpeg 320w""#);
        assert!(avif.is_some() && avif < webp && webp < jpeg, "{html}");
        assert!(
            html.contains(r#"loading="lazy""#) && html.contains(r#"width="160" height="120""#),
            "{html}"
        );
    }

    #[test]
    fn a_drawing_has_one_file() {
        let html = html(Picture {
            path: "ramen".into(),
            formats: vec![PictureFormat::Svg],
            widths: vec![],
        });
        assert!(
            html.contains(r#"<img src="/pictures/ramen.svg" alt="Ramen""#) && !html.contains("srcset"),
            "{html}"
        );
    }
}
