//! The domain of a restaurant's own: `order.trattoria.example`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::string_newtype::text_type;

/// In lower case and with ASCII only, as browsers send it; other letters are written with `xn--`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 253, example = "order.trattoria.example"))]
pub struct DomainName(String);

text_type!(
    DomainName,
    MalformedDomainName,
    "a domain is written order.trattoria.example, in lower case"
);

const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;

impl DomainName {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a browser sends in `Host`, without the port.
    pub fn of_host(host: &str) -> Option<Self> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        name.to_ascii_lowercase().parse().ok()
    }
}

impl FromStr for DomainName {
    type Err = MalformedDomainName;

    fn from_str(text: &str) -> Result<Self, MalformedDomainName> {
        let labels: Vec<&str> = text.split('.').collect();
        // The last label of an address of IPv4 is a number, that of a domain is not.
        let is_number = |label: &&str| label.bytes().all(|byte| byte.is_ascii_digit());
        let is_accepted = text.len() <= LONGEST
            && labels.len() > 1
            && labels.iter().all(|label| is_label(label))
            && !labels.last().is_some_and(is_number);
        match is_accepted {
            true => Ok(Self(text.to_owned())),
            false => Err(MalformedDomainName),
        }
    }
}

fn is_label(label: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(is_plain)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The domain that a restaurant is to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDomain {
    pub domain: DomainName,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_labels_of_letters_digits_and_hyphens() {
        for domain in [
            "trattoria.example",
            "order.trattoria.example",
            "xn--mller-kva.example",
            "4pizza.co",
        ] {
            assert_eq!(
                domain.parse::<DomainName>().map(String::from).as_deref(),
                Ok(domain)
            );
        }
        let long = format!("{}.example", "a".repeat(64));
        let longer = ["abcdefgh"; 30].join(".");
        for text in [
            "",
            "localhost",
            "Trattoria.example",
            "müller.example",
            "-a.example",
            "a-.example",
            "a..example",
            "a.example.",
            "127.0.0.1",
            "a.example:443",
            "a.example/menu",
            "a b.example",
            &long,
            &longer,
        ] {
            assert_eq!(text.parse::<DomainName>(), Err(MalformedDomainName), "{text}");
        }
    }

    #[test]
    fn a_host_may_have_a_port_and_capitals() {
        let of = |host| DomainName::of_host(host).map(String::from);
        assert_eq!(of("Order.Example:8443").as_deref(), Some("order.example"));
        assert_eq!(of("order.example").as_deref(), Some("order.example"));
        assert_eq!(of("[::1]:3000"), None);
        assert_eq!(of("127.0.0.1:3000"), None);
    }
}
