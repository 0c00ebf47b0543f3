//! Addresses that others name and the server then asks: public ones only, so that nobody can make it send requests into its own network.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

/// An address on the internet, with one of these schemes at its usual port. With `private`, any address.
pub fn public_url(address: &str, schemes: &[&str], private: bool) -> Option<Url> {
    let url = Url::parse(address).ok()?;
    is_public_url(&url, schemes, private).then_some(url)
}

/// The same for an address that was read already, such as that of a redirect.
pub fn is_public_url(url: &Url, schemes: &[&str], private: bool) -> bool {
    let anonymous = url.username().is_empty() && url.password().is_none();
    let outside = schemes.contains(&url.scheme())
        && url.port().is_none()
        && url.domain().is_some_and(|name| name.contains('.'));
    let anywhere = private && matches!(url.scheme(), "http" | "https");
    anonymous && (outside || anywhere)
}

/// A DNS resolver that returns public addresses only, unless private ones are allowed.
pub struct PublicResolver {
    pub private: bool,
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let private = self.private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| private || is_public(at.ip())).collect();
            match public.is_empty() {
                true => Err(io::Error::other("no address on the internet has this name").into()),
                false => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && b & 0xc0 == 64;
    let special = matches!((a, b, c), (0 | 240.., _, _) | (192, 0, 0) | (198, 18 | 19, _));
    let local = address.is_private() || address.is_loopback() || address.is_link_local();
    !(shared || special || local || address.is_documentation() || address.is_multicast())
}

/// Global unicast addresses, without those that embed IPv4 addresses and those for documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    a & 0xe000 == 0x2000 && !matches!((a, b), (0x2001, 0..0x200 | 0xdb8) | (0x2002 | 0x3fff, _))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_out_on_the_internet() {
        for address in [
            "https://push.example.com/x?y",
            "https://fcm.googleapis.com:443/fcm/send/a:b",
        ] {
            assert!(public_url(address, &["https"], false).is_some(), "{address}");
        }
        for address in [
            "http://push.example.com/x",
            "https://push.example.com:8443/x",
            "https://ada@push.example.com/x",
            "https://localhost/x",
            "https://intranet/x",
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://10.0.0.1/x",
            "https://[::1]/x",
            "https://[2606:4700::1111]/x",
            "ftp://push.example.com",
            "push.example.com",
            "",
        ] {
            assert!(public_url(address, &["https"], false).is_none(), "{address}");
        }
    }

    #[test]
    fn private_addresses_are_reached_if_the_operator_says_so() {
        for address in [
            "http://127.0.0.1:4000/x",
            "http://localhost:4000/x",
            "http://[::1]:4000/x",
            "https://push.example.com/x",
        ] {
            assert!(public_url(address, &["https"], true).is_some(), "{address}");
        }
        assert!(public_url("ftp://127.0.0.1/x", &["https"], true).is_none());
    }

    #[test]
    fn names_lead_to_nobodys_own_network() {
        for address in [
            "1.1.1.1",
            "100.128.0.1",
            "172.32.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:1.1.1.1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.5",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::",
            "3fff::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_found() {
        let name = || "localhost".parse().unwrap();
        assert!(PublicResolver { private: false }.resolve(name()).await.is_err());
        assert!(PublicResolver { private: true }.resolve(name()).await.is_ok());
    }
}
