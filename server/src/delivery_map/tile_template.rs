//! The address of tiles on another host.

use std::str::FromStr;

use reqwest::Url;

/// Characters of an address.
const LENGTH: usize = 500;

#[derive(Debug)]
pub struct TileTemplate {
    /// With `{z}`, `{x}` and `{y}`.
    pub address: String,
    /// As a Content-Security-Policy names it.
    pub origin: String,
}

impl FromStr for TileTemplate {
    type Err = ();

    fn from_str(address: &str) -> Result<Self, ()> {
        let url = Url::parse(address).map_err(|_| ())?;
        let host = url.host_str().ok_or(())?;
        let is_here = servery_store::is_here(host);
        // It becomes a part of a policy, and a host may have brackets and semicolons in it.
        let is_named = host
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || "-.:[]".contains(character));
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let is_whole = ["{z}", "{x}", "{y}"].iter().all(|part| address.contains(part));
        let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_here;
        if address.len() > LENGTH || !is_named || !is_plain || !is_whole || !is_safe {
            return Err(());
        }
        Ok(Self {
            address: address.to_owned(),
            origin: url.origin().ascii_serialization(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_tiles_has_a_host_and_places_for_the_tile() {
        for (address, origin) in [
            (
                "https://tiles.example/{z}/{x}/{y}.png?key=1",
                Some("https://tiles.example"),
            ),
            (
                "https://tiles.example:8443/v/{z}/{x}/{y}.mvt",
                Some("https://tiles.example:8443"),
            ),
            ("http://127.0.0.1:9/{z}/{x}/{y}", Some("http://127.0.0.1:9")),
            ("http://tiles.example/{z}/{x}/{y}", None),
            ("https://{s}.tiles.example/{z}/{x}/{y}", None),
            ("https://tiles.example;x/{z}/{x}/{y}", None),
            ("https://me:secret@tiles.example/{z}/{x}/{y}", None),
            ("https://tiles.example/{z}/{x}", None),
            ("javascript://tiles.example/{z}/{x}/{y}", None),
            ("data:text/html,{z}{x}{y}", None),
        ] {
            let read = address.parse::<TileTemplate>().ok();
            assert_eq!(
                read.as_ref().map(|read| read.origin.as_str()),
                origin,
                "{address}"
            );
        }
    }
}
