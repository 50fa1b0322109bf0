//! Who calls, by address (B-08). What a header says counts only when a proxy of the operator's list has handed the
//! request on, and then only `X-Forwarded-For`, read from its end, where those proxies have written: what stands before
//! the first address that is not one of theirs, anybody may have made up.
//!
//! Not here: what an address may do ([`crate::throttle`]).

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use edge::{ApiError, Peer};
use http::HeaderMap;
use http::request::Parts;
use ipnet::IpNet;
use shared::ErrorType;

use crate::app::App;

const FORWARDED_FOR: &str = "x-forwarded-for";
/// Until somebody has mended the proxy.
const RETRY_AFTER_SECS: u32 = 60;

/// A proxy, or a network of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proxy(IpNet);

impl FromStr for Proxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let one = text.parse::<IpAddr>().map(IpNet::from);
        let network: IpNet = one.or_else(|_| text.parse()).map_err(|_| {
            "must be an address or a network, as 10.0.0.7 or 10.0.0.0/8 or fd00::/8".to_owned()
        })?;
        if network.prefix_len() == 0 {
            return Err("would believe anybody".to_owned());
        }
        Ok(Self(network))
    }
}

/// Whose word counts.
#[derive(Debug, Clone)]
pub(crate) struct Proxies(Vec<Proxy>);

impl Proxies {
    pub(crate) fn new(trusted: &[Proxy]) -> Self {
        Self(trusted.to_vec())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|proxy| proxy.0.contains(&address))
    }

    /// The caller's address; `None`: a trusted proxy says something that is none.
    fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let mut address = peer.to_canonical();
        // Several headers are one list, in their order.
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        for line in lines {
            for hop in line.as_bytes().rsplit(|byte| *byte == b',') {
                if !self.trusts(address) {
                    return Some(address);
                }
                address = std::str::from_utf8(hop).ok().and_then(hop_address)?;
            }
        }
        Some(address)
    }
}

impl fmt::Display for Proxies {
    /// The rule in force, for operators.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the address of the connection; TRUSTED_PROXIES is empty");
        }
        f.write_str("X-Forwarded-For of ")?;
        for (place, proxy) in self.0.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(f, "{comma}{}", proxy.0)?;
        }
        f.write_str("; of others the address of the connection")
    }
}

/// Some proxies write the port too.
fn hop_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok().or_else(|| {
        let with_port: Option<SocketAddr> = text.parse().ok();
        with_port.map(|address| address.ip())
    });
    address.map(|address: IpAddr| address.to_canonical())
}

/// Who makes a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Client {
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
    address: Option<IpAddr>,
}

impl Client {
    /// The person's address.
    ///
    /// # Errors
    /// While it is not known nothing is sent and nothing compared (B-11).
    pub(crate) fn address(self) -> Result<IpAddr, ApiError> {
        self.address.ok_or_else(|| {
            let cause = "X-Forwarded-For of a trusted proxy holds something that is no address";
            ApiError::unavailable(ErrorType::Overloaded, cause).retry_after(RETRY_AFTER_SECS)
        })
    }
}

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let Peer(peer) = Peer::from_request_parts(parts, app).await?;
        Ok(Self {
            peer: peer.ip().to_canonical(),
            address: app.proxies.caller(peer.ip(), &parts.headers),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, lines: &[&str]) -> Option<String> {
        let trusted = ["10.0.0.0/8", "127.0.0.1", "fd00::/8"].map(|text| text.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        for other in [
            "x-real-ip",
            "forwarded",
            "cf-connecting-ip",
            "true-client-ip",
        ] {
            headers.append(other, "192.0.2.66".parse().unwrap());
        }
        let caller = Proxies::new(&trusted).caller(peer.parse().unwrap(), &headers);
        caller.map(|address| address.to_string())
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_as_far_as_it_is_one_b_08() {
        for (peer, lines, address) in [
            ("203.0.113.7", &[][..], "203.0.113.7"),
            ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
            ("10.0.0.7", &[], "10.0.0.7"),
            ("10.0.0.7", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.7", &["198.51.100.1"], "198.51.100.1"),
            ("fd00::1", &["2001:db8::1"], "2001:db8::1"),
            // What the caller has written itself stands further in front.
            (
                "127.0.0.1",
                &["1.2.3.4, 198.51.100.1, 10.0.0.9"],
                "198.51.100.1",
            ),
            (
                "127.0.0.1",
                &["1.2.3.4", "198.51.100.1,10.0.0.9"],
                "198.51.100.1",
            ),
            ("127.0.0.1", &["nonsense, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
            ("127.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("127.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("127.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
        ] {
            assert_eq!(
                seen(peer, lines).as_deref(),
                Some(address),
                "{peer} {lines:?}"
            );
        }
    }

    #[test]
    fn what_a_trusted_proxy_says_that_is_no_address_is_nobodys_b_11() {
        for line in ["", "unknown", "198.51.100.1,", "198.51.100.256", "_hidden"] {
            assert_eq!(seen("10.0.0.7", &[line]), None, "{line:?}");
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network_but_not_everybody_b_08() {
        for text in ["10.0.0.7", "10.0.0.0/8", "::1", "2001:db8::/32"] {
            assert!(text.parse::<Proxy>().is_ok(), "{text}");
        }
        for text in ["", "proxy", "10.0.0.0/33", "0.0.0.0/0", "::/0", "*"] {
            assert!(text.parse::<Proxy>().is_err(), "{text}");
        }
    }
}
