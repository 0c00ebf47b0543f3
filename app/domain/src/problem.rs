//! What went wrong, as RFC 9457 says it: the only error body there is.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! problems {
    ($($(#[doc = $doc:literal])+ $variant:ident = $status:literal $slug:literal $title:literal;)+) => {
        /// Each kind keeps its `type` for good; clients may act on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[doc = $doc])+ $variant),+ }

        impl Kind {
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status),+ } }
            pub const fn slug(self) -> &'static str { match self { $(Self::$variant => $slug),+ } }
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }
            pub const fn meaning(self) -> &'static str { match self { $(Self::$variant => concat!($($doc),+)),+ } }
        }
    };
}

problems! {
    /// A parameter has a value that is not one of its values.
    Malformed = 400 "malformed" "The request is malformed";
    /// There is nothing at this address.
    NotFound = 404 "not-found" "Not found";
    /// This address has no such method; the Allow field names those it has.
    WrongMethod = 405 "wrong-method" "Method not allowed";
    /// The address cannot answer in any format that the Accept field names.
    NotAcceptable = 406 "not-acceptable" "Not acceptable";
    /// The header fields of the request are larger than 32 KiB.
    HeadersTooLarge = 431 "headers-too-large" "Header fields too large";
    /// Something broke here. It is logged under the request id.
    Broken = 500 "broken" "Something broke on our side";
    /// The server cannot answer now; the Retry-After field says when to try again.
    Unavailable = 503 "unavailable" "Not available at the moment";
    /// Made by a client that got no answer: the network or the server is away.
    Unreachable = 503 "unreachable" "No connection";
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A stable address that names the kind of problem and explains it.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Problem {
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/api/v1/docs#problem-{}", kind.slug()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
        }
    }

    pub fn is(&self, kind: Kind) -> bool {
        self.kind.rsplit_once("#problem-").is_some_and(|(_, slug)| slug == kind.slug())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.title, self.status, self.detail)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_knows_its_kind() {
        for kind in Kind::ALL {
            let problem = Problem::new(*kind, "why");
            assert!(Kind::ALL.iter().all(|other| problem.is(*other) == (other == kind)));
        }
    }
}
