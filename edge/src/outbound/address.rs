//! Where an upstream of somebody else's is, and which machines its name may lead to (G-08): https unless it is on this
//! machine, and never into a private network that nobody has named.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::Uri;
use http::uri::Authority;

/// An address that an operator has given, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// As it was given, without a slash at its end.
    pub text: String,
    /// It may be on this machine or in a private network.
    pub private: bool,
}

/// Hosts that an operator has named as those that may be in a private network.
#[derive(Debug, Clone, Copy)]
pub struct PrivateHosts<'a> {
    /// Names or IP addresses.
    pub hosts: &'a [String],
    /// The setting that names them.
    pub setting: &'a str,
}

impl Address {
    /// Checks an address.
    ///
    /// # Errors
    /// A sentence without the setting's name.
    pub fn parse(text: &str, private_hosts: PrivateHosts<'_>) -> Result<Self, String> {
        let text = text.trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_| "it is no address".to_owned())?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("give the whole address, with https://".to_owned());
        };
        let host = Host::of(authority, private_hosts)?;
        if scheme != "https" && !(scheme == "http" && host.loopback) {
            return Err("it has to begin with https://, unless it is on this machine".to_owned());
        }
        Ok(Self {
            text: text.to_owned(),
            private: host.private,
        })
    }
}

/// The host of such an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// A name, or an IP address without brackets.
    pub name: String,
    /// It is this machine.
    pub loopback: bool,
    /// It may be this machine or in a private network.
    pub private: bool,
}

impl Host {
    /// The host that an authority names.
    ///
    /// # Errors
    /// A sentence without the setting's name.
    pub fn of(authority: &Authority, private_hosts: PrivateHosts<'_>) -> Result<Self, String> {
        if authority.as_str().contains('@') {
            return Err("no name or password belongs into it".to_owned());
        }
        let name = authority.host().trim_matches(['[', ']']);
        let ip: Option<IpAddr> = name.parse().ok();
        let loopback = name == "localhost" || ip.is_some_and(|ip| ip.to_canonical().is_loopback());
        let named = private_hosts
            .hosts
            .iter()
            .any(|named| named.eq_ignore_ascii_case(name));
        if ip.is_some_and(is_private) && !loopback && !named {
            return Err(format!(
                "it is in a private network: name it in {} if that is right",
                private_hosts.setting
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            loopback,
            private: loopback || named,
        })
    }
}

/// Where a name leads, without addresses that it must not lead to.
///
/// # Errors
/// Those of the system's resolver; when nothing is left.
pub async fn resolve(name: &str, port: u16, private: bool) -> io::Result<Vec<SocketAddr>> {
    let found = tokio::net::lookup_host((name, port)).await?;
    open(found, private)
}

fn open(found: impl Iterator<Item = SocketAddr>, private: bool) -> io::Result<Vec<SocketAddr>> {
    let open: Vec<_> = found
        .filter(|address| private || !is_private(address.ip()))
        .collect();
    if open.is_empty() {
        return Err(io::Error::other(
            "the name leads nowhere, or into a private network that no setting names",
        ));
    }
    Ok(open)
}

/// Whether an address is not one of the open internet: this machine, private and link-local networks,
/// where metadata services are too, and addresses that are nobody's.
pub fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_unique_local()
        || ip.is_unicast_link_local()
        || ip.is_multicast()
        // NAT64 leads wherever the last four bytes say.
        || ip.segments().starts_with(&[0x64, 0xff9b])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_unless_it_is_on_this_machine_and_no_private_network_g_08() {
        let hosts = ["sms.internal".to_owned(), "10.1.2.3".to_owned()];
        let named = PrivateHosts {
            hosts: &hosts,
            setting: "GATEWAY_PRIVATE_HOSTS",
        };
        for (address, private) in [
            ("https://api.twilio.com", false),
            ("https://api.twilio.com/", false),
            ("http://127.0.0.1:8080/send", true),
            ("http://localhost", true),
            ("http://[::1]:80", true),
            ("https://sms.internal:8443", true),
            ("https://10.1.2.3", true),
        ] {
            assert_eq!(
                Address::parse(address, named).unwrap().private,
                private,
                "{address}"
            );
        }
        for address in [
            "",
            "/send",
            "api.twilio.com",
            "ftp://localhost",
            "http://api.twilio.com",
            "http://sms.internal",
            "https://user:sesame@api.twilio.com",
            "https://10.1.2.4",
            "https://169.254.169.254/latest",
            "https://[fd00:ec2::254]",
            "https://[::ffff:192.168.0.1]",
        ] {
            let refused = Address::parse(address, named).unwrap_err();
            assert!(!refused.contains("sesame"), "{refused}");
        }
    }

    #[test]
    fn addresses_that_are_not_of_the_open_internet_g_08() {
        for private in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:10.0.0.1",
            "fd00:ec2::254",
            "fe80::1",
            "ff02::1",
            "64:ff9b::a00:1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for open in [
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "192.0.2.1",
            "2606:4700::1111",
        ] {
            assert!(!is_private(open.parse().unwrap()), "{open}");
        }
    }

    #[test]
    fn of_a_names_addresses_those_in_private_networks_are_passed_by_g_08() {
        let found = |addresses: &[&str], private| {
            let addresses = addresses.iter().map(|text| text.parse().unwrap());
            open(addresses, private).map(|open| open.len())
        };
        let both = ["10.0.0.1:465", "198.51.100.7:465", "[fd00::1]:465"];
        assert_eq!(found(&both, false).unwrap(), 1);
        assert_eq!(found(&both, true).unwrap(), 3);
        for one in [
            "127.0.0.1:465",
            "169.254.169.254:465",
            "[::ffff:10.0.0.1]:465",
        ] {
            assert!(found(&[one], false).is_err(), "{one}");
        }
        assert!(found(&[], true).is_err());
    }
}
