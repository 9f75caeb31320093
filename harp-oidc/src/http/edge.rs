//! Where HARP stands in the network: its own address, and which proxies it believes.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use url::Url;

use crate::config::network::Network;

/// The provider's address as people see it. Every URL that HARP writes comes from here, never from `Host`.
#[derive(Debug, Clone)]
pub struct Edge {
    issuer: Url,
    proxies: Vec<Network>,
}

impl Edge {
    pub fn new(issuer: Url, proxies: Vec<Network>) -> Edge {
        Edge { issuer, proxies }
    }

    /// Under https cookies are `__Host-` and `Secure`, and browsers are told to stay on https.
    pub fn is_secure(&self) -> bool {
        self.issuer.scheme() == "https"
    }

    /// `https://id.example` without a path: what `Origin` says when a page of ours posts.
    pub fn origin(&self) -> String {
        self.issuer.origin().ascii_serialization()
    }

    pub fn issuer(&self) -> &Url {
        &self.issuer
    }

    /// Who really asked. A forwarded address counts only when a configured proxy forwards it: the last address
    /// in `X-Forwarded-For` that is not itself such a proxy. Anything else there is the client's own invention.
    pub fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer?.ip().to_canonical();
        if !self.trusts(peer) {
            return Some(peer);
        }
        let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let hops: Vec<&str> = forwarded.flat_map(|v| v.split(',')).map(str::trim).collect();
        for hop in hops.iter().rev() {
            match hop.parse::<IpAddr>().map(|a| a.to_canonical()) {
                Ok(address) if self.trusts(address) => {}
                Ok(address) => return Some(address),
                // A proxy that we trust wrote something that is no address: believe nothing further out.
                Err(_) => return Some(peer),
            }
        }
        Some(peer)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let proxies = vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()];
        let edge = Edge::new(Url::parse("https://id.example").unwrap(), proxies);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        edge.client(Some(peer.parse().unwrap()), &headers).unwrap().to_string()
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_configured_proxy() {
        assert_eq!(client("192.0.2.7:1", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(client("10.0.0.1:1", &["198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn what_the_client_itself_wrote_into_the_list_is_not_believed() {
        assert_eq!(client("10.0.0.1:1", &["203.0.113.9, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1:1", &["203.0.113.9", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1:1", &["203.0.113.9, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1:1", &[]), "10.0.0.1");
    }

    #[test]
    fn an_ipv4_address_in_ipv6_dress_is_the_same_address() {
        assert_eq!(client("[::ffff:10.0.0.1]:1", &["198.51.100.1"]), "198.51.100.1");
    }
}
