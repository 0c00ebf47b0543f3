//! Problems as RFC 9457 defines them: the only error body.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! problems {
    ($($(#[doc = $doc:literal])+ $variant:ident = $status:literal $slug:literal $title:literal;)+) => {
        /// The `type` of each kind never changes: clients may act on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ProblemType { $($(#[doc = $doc])+ $variant),+ }

        impl ProblemType {
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
    /// The Idempotency-Key field is missing, or is not 16 to 64 plain characters.
    KeyMissing = 400 "key-missing" "An Idempotency-Key is missing";
    /// Nobody is signed in, or the session has ended.
    SignedOut = 401 "signed-out" "Not signed in";
    /// The card was not accepted by the provider.
    Declined = 402 "declined" "The card was declined";
    /// Whoever is signed in may not do this, or the request comes from another site.
    Forbidden = 403 "forbidden" "Not allowed";
    /// An owner or manager has signed this device out. It is let in again by a new code.
    DeviceSignedOut = 403 "device-signed-out" "This device was signed out";
    /// There is nothing at this address.
    NotFound = 404 "not-found" "Not found";
    /// This address has no such method; the Allow field names those it has.
    WrongMethod = 405 "wrong-method" "Method not allowed";
    /// The address cannot answer in any format that the Accept field names.
    NotAcceptable = 406 "not-acceptable" "Not acceptable";
    /// The order's state does not allow this, or the id is another order's.
    Conflict = 409 "conflict" "Not possible now";
    /// Nothing was ordered: price, stock or time are not what the diner saw. The member `quote` says how they are now.
    Changed = 409 "changed" "Something has changed";
    /// The body of the request is larger than 64 KiB; than 1 MiB, where a device syncs; than 8 MiB, where its file is handed over.
    TooLarge = 413 "too-large" "The request is too large";
    /// The body has another format than application/json.
    WrongMedia = 415 "wrong-media" "Unsupported media type";
    /// The request is understood, but a field has a value that is not accepted.
    NotAccepted = 422 "not-accepted" "A value is not accepted";
    /// The password is among the first that are guessed. A sentence of a few words is not.
    WeakPassword = 422 "weak-password" "The password is easily guessed";
    /// The card provider does not answer; nothing was charged as far as this server knows.
    ProviderAway = 503 "provider-away" "The card provider does not answer";
    /// The Idempotency-Key belongs to a request with another body.
    KeyReused = 422 "key-reused" "The Idempotency-Key is another request's";
    /// Asked too often; the Retry-After field says when to ask again.
    TooOften = 429 "too-often" "Too many requests";
    /// The header fields of the request are larger than 32 KiB.
    HeadersTooLarge = 431 "headers-too-large" "Header fields too large";
    /// A fault of the server. It is logged under the request id.
    Broken = 500 "broken" "Something went wrong on our side";
    /// The server cannot answer now; the Retry-After field says when to try again.
    Unavailable = 503 "unavailable" "Not available at the moment";
    /// Made by a client that got no answer: the network or the server is away.
    Unreachable = 503 "unreachable" "No connection";
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A stable URL that identifies and explains the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Problem {
    pub fn new(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/api/v1/docs#problem-{}", kind.slug()),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: detail.into(),
        }
    }

    pub fn is(&self, kind: ProblemType) -> bool {
        self.kind
            .rsplit_once("#problem-")
            .is_some_and(|(_, slug)| slug == kind.slug())
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
        for kind in ProblemType::ALL {
            let problem = Problem::new(*kind, "why");
            assert!(
                ProblemType::ALL
                    .iter()
                    .all(|other| problem.is(*other) == (other == kind))
            );
        }
    }
}
