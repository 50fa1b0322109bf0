//! How many connections there may be, in all and from one address (D-12), and as many as the system has
//! file handles for (I-12).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::{Resource, getrlimit};

use crate::closed_set;

/// So many file handles are left for everything but the callers' connections: database, listeners,
/// connections to others.
const FOR_THE_REST: usize = 32;
/// With fewer there would be no service at all.
const FEWEST: usize = 8;

closed_set! {
    /// Why a connection was closed as soon as it came.
    pub(super) enum TooMany {
        /// In all.
        InAll => "limit",
        /// From this address.
        FromAddress => "address",
    }
}

/// Counts connections.
#[derive(Debug)]
pub(super) struct Connections {
    most: usize,
    most_per_address: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    from: HashMap<Origin, usize>,
}

/// What one caller can easily have many connections from: an IPv4 address, or an IPv6 network of /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Origin {
    V4(Ipv4Addr),
    V6([u16; 4]),
}

impl Origin {
    /// None for this machine itself: a proxy or a backend there speaks for everybody.
    fn of(address: IpAddr) -> Option<Self> {
        let address = address.to_canonical();
        match address {
            _ if address.is_loopback() => None,
            IpAddr::V4(address) => Some(Self::V4(address)),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Some(Self::V6([a, b, c, d]))
            }
        }
    }
}

impl Connections {
    /// At most so many, and so many from one address; with 0 an address may have all of them.
    pub(super) fn new(most: usize, most_per_address: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_per_address,
            open: Mutex::default(),
        })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a new one, or says why it is one too many.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Connected, TooMany> {
        let origin = Origin::of(address).filter(|_| self.most_per_address > 0);
        let mut open = self.open();
        if open.all >= self.most {
            return Err(TooMany::InAll);
        }
        if let Some(origin) = origin {
            let from = open.from.entry(origin).or_default();
            if *from >= self.most_per_address {
                return Err(TooMany::FromAddress);
            }
            *from += 1;
        }
        open.all += 1;
        drop(open);
        Ok(Connected {
            connections: Arc::clone(self),
            origin,
        })
    }
}

/// An open connection; counted until it is dropped.
#[derive(Debug)]
pub(super) struct Connected {
    connections: Arc<Connections>,
    origin: Option<Origin>,
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut open = self.connections.open();
        open.all = open.all.saturating_sub(1);
        let Some(origin) = self.origin else { return };
        if let Some(from) = open.from.get_mut(&origin) {
            *from = from.saturating_sub(1);
            if *from == 0 {
                open.from.remove(&origin);
            }
        }
    }
}

/// As many connections as are wanted, or as there are file handles for.
pub(super) fn within_file_handles(wanted: usize) -> usize {
    match getrlimit(Resource::Nofile).current {
        None => wanted,
        Some(files) => affordable(wanted, usize::try_from(files).unwrap_or(usize::MAX)),
    }
}

fn affordable(wanted: usize, files: usize) -> usize {
    wanted.min(files.saturating_sub(FOR_THE_REST).max(FEWEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_its_share_and_no_more_d_12() {
        let connections = Connections::new(10, 2);
        let first = connections.take(address("203.0.113.7")).unwrap();
        let _second = connections.take(address("::ffff:203.0.113.7")).unwrap();
        let third = connections.take(address("203.0.113.7"));
        assert_eq!(third.unwrap_err(), TooMany::FromAddress);
        let _other = connections.take(address("203.0.113.8")).unwrap();
        drop(first);
        assert!(connections.take(address("203.0.113.7")).is_ok());
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_d_12() {
        let connections = Connections::new(10, 1);
        let _first = connections.take(address("2001:db8:1:2::3")).unwrap();
        assert!(connections.take(address("2001:db8:1:2:ffff::4")).is_err());
        assert!(connections.take(address("2001:db8:1:3::3")).is_ok());
    }

    #[test]
    fn this_machine_itself_is_held_to_the_limit_in_all_alone() {
        let connections = Connections::new(3, 1);
        let held: Vec<_> = ["127.0.0.1", "127.0.0.1", "::1"]
            .map(|text| connections.take(address(text)).unwrap())
            .into();
        assert_eq!(
            connections.take(address("127.0.0.1")).unwrap_err(),
            TooMany::InAll
        );
        drop(held);
        assert!(connections.open().from.is_empty());
        assert_eq!(connections.open().all, 0);
    }

    #[test]
    fn an_operator_may_leave_addresses_unlimited() {
        let connections = Connections::new(3, 0);
        let held = [0; 3].map(|_| connections.take(address("203.0.113.7")).unwrap());
        assert!(connections.take(address("203.0.113.8")).is_err());
        drop(held);
    }

    #[test]
    fn there_are_no_more_connections_than_file_handles_for_them_i_12() {
        assert_eq!(affordable(10_000, 1_048_576), 10_000);
        assert_eq!(affordable(10_000, 64), 32);
        assert_eq!(affordable(10_000, 16), 8);
        assert_eq!(affordable(4, 16), 4);
    }
}
