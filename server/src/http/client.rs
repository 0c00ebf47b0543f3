//! The client of a request, as the rate limits see it.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};

use crate::http::rate_limit_headers::Level;

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub struct PeerAddress(pub IpAddr);

/// Collects the rate limits that were checked for the request, so that the response can report them.
#[derive(Debug, Clone)]
pub struct Client {
    pub address: IpAddr,
    levels: Arc<Mutex<Vec<Level>>>,
}

impl Default for Client {
    /// The loopback address.
    fn default() -> Self {
        Self::new(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

impl Client {
    pub fn of_request(peer: Option<PeerAddress>, headers: &HeaderMap, behind_proxy: bool) -> Self {
        Self::new(address(peer, headers, behind_proxy))
    }

    fn new(address: IpAddr) -> Self {
        Self {
            address,
            levels: Arc::default(),
        }
    }

    pub fn record(&self, level: Level) {
        self.levels
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(level);
    }

    pub fn take_levels(&self) -> Vec<Level> {
        std::mem::take(&mut *self.levels.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One IPv6 subscriber has all addresses of a /64, and counts as one client.
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        address => address,
    }
}

/// The last hop is what our own proxy saw; the client may have made up the hops before it.
fn address(peer: Option<PeerAddress>, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|hops| hops.to_str().ok());
    let last = forwarded.and_then(|hops| hops.rsplit(',').next()?.trim().parse().ok());
    let seen = last.filter(|_| behind_proxy).or(peer.map(|peer| peer.0));
    seen.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), subscriber)
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
    fn the_address_is_the_peers_or_the_last_forwarded_one() {
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
