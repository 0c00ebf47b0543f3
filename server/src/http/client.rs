//! Who is at the other end, as far as a limit cares.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, request::Parts},
    middleware::Next,
    response::Response,
};

use crate::{
    http::rate_limit::{self, Level},
    state::AppState,
};

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub IpAddr);

/// Remembers which limits were asked about it, so that its answer can say how they stand.
#[derive(Debug, Clone)]
pub struct Client {
    pub address: IpAddr,
    levels: Arc<Mutex<Vec<Level>>>,
}

impl Default for Client {
    /// This machine itself.
    fn default() -> Self {
        Self::new(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

impl Client {
    fn new(address: IpAddr) -> Self {
        Self {
            address,
            levels: Arc::default(),
        }
    }

    pub fn note(&self, level: Level) {
        self.levels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(level);
    }

    fn levels(&self) -> Vec<Level> {
        std::mem::take(&mut *self.levels.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An IPv6 line has as many addresses as it likes within its /64, and counts as one.
fn line(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        address => address,
    }
}

/// The last hop is what our own proxy saw; anything before it is hearsay.
fn address(peer: Option<PeerAddress>, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|hops| hops.to_str().ok());
    let last = forwarded.and_then(|hops| hops.rsplit(',').next()?.trim().parse().ok());
    let seen = last.filter(|_| behind_proxy).or(peer.map(|peer| peer.0));
    seen.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), line)
}

pub async fn meet(State(app): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<PeerAddress>().copied();
    let client = Client::new(address(peer, request.headers(), app.settings.behind_proxy()));
    request.extensions_mut().insert(client.clone());
    let mut response = next.run(request).await;
    rate_limit::say(&client.levels(), response.headers_mut());
    response
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_where_the_connection_or_the_proxy_says() {
        for (peer, hops, behind_proxy, seen) in [
            ("192.0.2.7", None, false, "192.0.2.7"),
            ("192.0.2.7", Some("203.0.113.9"), false, "192.0.2.7"),
            ("127.0.0.1", Some("203.0.113.9"), true, "203.0.113.9"),
            ("127.0.0.1", Some("10.0.0.1, 203.0.113.9"), true, "203.0.113.9"),
            ("127.0.0.1", Some("unknown"), true, "127.0.0.1"),
            ("::ffff:192.0.2.7", None, false, "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", None, false, "2001:db8:1:2::"),
            ("::1", None, false, "::1"),
        ] {
            let headers = hops.into_iter().map(|hops| {
                (
                    axum::http::HeaderName::from_static("x-forwarded-for"),
                    hops.parse().unwrap(),
                )
            });
            let found = address(
                Some(PeerAddress(peer.parse().unwrap())),
                &headers.collect(),
                behind_proxy,
            );
            assert_eq!(found, seen.parse::<IpAddr>().unwrap(), "{peer} {hops:?}");
        }
    }
}
