//! Addresses and country codes as they stand in settings, parsed once.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use http::uri::Scheme;

/// Why an address or a country code can't be used; a sentence for the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unusable(&'static str);

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Unusable {}

/// Scheme, host and port, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Origin {
    https: bool,
    host: String,
    port: Option<u16>,
}

impl Origin {
    const SHAPE: Unusable = Unusable("must be like https://login.example.com, without a path");

    fn parse(text: &str) -> Result<Self, Unusable> {
        let uri: Uri = text.parse().map_err(|_| Self::SHAPE)?;
        if uri.path() != "/" || text.contains(['?', '#']) {
            return Err(Self::SHAPE);
        }
        Self::of(&uri).ok_or(Self::SHAPE)
    }

    /// Of a whole address; none where a name stands before the host.
    fn of(uri: &Uri) -> Option<Self> {
        let https = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return None,
        };
        let authority = uri.authority()?;
        let named = authority.as_str().contains('@');
        let standard = if https { 443 } else { 80 };
        (!named).then(|| Self {
            https,
            host: authority.host().to_ascii_lowercase(),
            port: uri.port_u16().filter(|port| *port != standard),
        })
    }

    fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.to_canonical().is_loopback())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// The address that people type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Origin);

impl PublicUrl {
    /// What a server on this port is called while nobody has said otherwise.
    pub(crate) fn localhost(port: u16) -> Self {
        Self(Origin {
            https: false,
            host: "localhost".to_owned(),
            port: (port != 80).then_some(port),
        })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.https
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.0.is_loopback()
    }

    /// Whether its host is this domain or below it.
    pub(crate) fn is_within(&self, domain: &str) -> bool {
        let above = self.0.host.strip_suffix(domain);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    }

    /// For the last line of the text message.
    pub(crate) fn host(&self) -> &str {
        &self.0.host
    }

    /// Whether a page of this origin is ours (C-16). While the public address is this machine
    /// itself, as in development, every page of this machine is: trunk's server has its own port.
    pub(crate) fn is_origin(&self, origin: &str) -> bool {
        Origin::parse(origin).is_ok_and(|origin| {
            origin == self.0
                || (self.is_loopback() && !self.0.https && !origin.https && origin.is_loopback())
        })
    }
}

impl FromStr for PublicUrl {
    type Err = Unusable;

    fn from_str(text: &str) -> Result<Self, Unusable> {
        Origin::parse(text).map(Self)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The origin of an app that people may be sent back to: https, or http on loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnOrigin(Origin);

impl ReturnOrigin {
    /// Whether an address is one of this origin, with nobody's name before the host.
    pub(crate) fn is_of(&self, address: &Uri) -> bool {
        Origin::of(address).is_some_and(|origin| origin == self.0)
    }
}

impl FromStr for ReturnOrigin {
    type Err = Unusable;

    fn from_str(text: &str) -> Result<Self, Unusable> {
        let origin = Origin::parse(text)?;
        if !origin.https && !origin.is_loopback() {
            return Err(Unusable("must be https, but for an app on this machine"));
        }
        if origin.host.contains('*') {
            return Err(Unusable("must be one origin: name each app"));
        }
        Ok(Self(origin))
    }
}

impl fmt::Display for ReturnOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the OTP service is: https, or http on loopback (D-01).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceUrl(Origin);

impl FromStr for ServiceUrl {
    type Err = Unusable;

    fn from_str(text: &str) -> Result<Self, Unusable> {
        let origin = Origin::parse(text)?;
        if !origin.https && !origin.is_loopback() {
            return Err(Unusable(
                "must be https: the key and the codes would go over the network in clear",
            ));
        }
        Ok(Self(origin))
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A country, ISO 3166 alpha-2.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Country(String);

impl Country {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Country {
    type Err = Unusable;

    fn from_str(text: &str) -> Result<Self, Unusable> {
        let code = text.trim().to_ascii_uppercase();
        if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Self(code))
        } else {
            Err(Unusable("must be a country of two letters, as US"))
        }
    }
}

/// A link that a page can show: http, https, or a path of this server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link(String);

impl Link {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Link {
    type Err = Unusable;

    fn from_str(text: &str) -> Result<Self, Unusable> {
        let path = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        let absolute = text.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some()
        });
        if path || absolute {
            Ok(Self(text.to_owned()))
        } else {
            Err(Unusable("must begin with https:// or with /"))
        }
    }
}

#[cfg(test)]
mod tests;
