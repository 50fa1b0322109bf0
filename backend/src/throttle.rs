//! What one address may do: codes that it has sent (B-05) and codes that it presents (B-06, B-16), at every door of the
//! backend (B-09). An address is an IPv4 address, or an IPv6 network of 64 bits, which one household has.
//!
//! Counted in memory, so each backend counts for itself. What a number and a verification may do is the OTP service's
//! business, and that of [`numbers`], [`flows`] and [`presses`] where it is one of which we don't know that it counts.

pub(crate) mod flows;
pub(crate) mod numbers;
pub(crate) mod presses;

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use edge::ApiError;
use shared::ErrorType;

use crate::client::Client;
use crate::otp_client::Fault;

const TEN_MINUTES: i64 = 600;
const FIVE_MINUTES: i64 = 300;
const HOUR: i64 = 3600;
/// So many addresses, or verifications, are remembered; those that do not fit are refused rather than forgotten ones
/// let through again (B-11, B-13). At most 100 MiB.
const MOST: usize = 250_000;
/// Looking through all of them is for once in so many seconds.
const SWEEP_EVERY: i64 = 10;

/// What one address may do, and how often.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Limits per address")]
pub struct AddressLimits {
    /// Codes that an address (IPv6: a /64) may have sent in ten minutes; 0 for any number. With a PUBLIC_URL on
    /// loopback, loopback is not counted
    #[arg(long, env = "STARTS_PER_ADDRESS_TEN_MINUTES", default_value_t = 10)]
    pub starts_per_address_ten_minutes: u16,
    /// The same in an hour
    #[arg(long, env = "STARTS_PER_ADDRESS_HOUR", default_value_t = 20)]
    pub starts_per_address_hour: u16,
    /// Codes that an address may present in five minutes; 0 for any number
    #[arg(long, env = "VERIFIES_PER_ADDRESS_FIVE_MINUTES", default_value_t = 30)]
    pub verifies_per_address_five_minutes: u16,
}

/// All addresses' histories.
#[derive(Debug)]
pub(crate) struct Throttle {
    starts: Mutex<Histories<IpAddr>>,
    verifies: Mutex<Histories<IpAddr>>,
    /// People sign in on this machine: it is a developer's.
    loopback_is_free: bool,
}

/// A send; it counts, also where its caller has gone, unless [`Turn::end`] takes it back.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    throttle: &'a Throttle,
    taken: Option<(IpAddr, i64)>,
}

impl Throttle {
    pub(crate) fn new(limits: &AddressLimits, loopback_is_free: bool) -> Self {
        let ten_minutes = usize::from(limits.starts_per_address_ten_minutes);
        let hour = usize::from(limits.starts_per_address_hour);
        let verifies = usize::from(limits.verifies_per_address_five_minutes);
        let starts = vec![(TEN_MINUTES, ten_minutes), (HOUR, hour)];
        Self {
            starts: Mutex::new(Histories::new(starts)),
            verifies: Mutex::new(Histories::new(vec![(FIVE_MINUTES, verifies)])),
            loopback_is_free,
        }
    }

    /// Somebody asks for a code.
    ///
    /// # Errors
    /// 429 when it is one too many, 503 when the address is not known or no more can be remembered.
    pub(crate) fn start(&self, client: Client, now: i64) -> Result<Turn<'_>, ApiError> {
        let key = self.key(client)?;
        if let Some(key) = key {
            held(&self.starts).take(key, now)?;
        }
        Ok(Turn {
            throttle: self,
            taken: key.map(|key| (key, now)),
        })
    }

    /// Somebody presents a code, right or wrong, for a verification that is there or not (B-16).
    ///
    /// # Errors
    /// As [`Throttle::start`].
    pub(crate) fn verify(&self, client: Client, now: i64) -> Result<(), ApiError> {
        match self.key(client)? {
            Some(key) => held(&self.verifies).take(key, now),
            None => Ok(()),
        }
    }

    /// None for who is not counted.
    fn key(&self, client: Client) -> Result<Option<IpAddr>, ApiError> {
        let address = client.address()?;
        let free = self.loopback_is_free && address.is_loopback();
        Ok((!free).then(|| household(address)))
    }
}

impl Turn<'_> {
    /// It does not count where surely nothing was sent (B-10).
    pub(crate) fn end<T>(self, outcome: &Result<T, Fault>) {
        if let (Err(fault), Some((key, at))) = (outcome, self.taken)
            && !fault.in_doubt
        {
            held(&self.throttle.starts).give_back(key, at);
        }
    }
}

fn held<K>(histories: &Mutex<Histories<K>>) -> MutexGuard<'_, Histories<K>> {
    histories.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One subscriber has a whole /64.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(network))
        }
    }
}

/// For how many seconds nothing more may happen, with `times` the oldest first, and so often at most in each span.
fn wait(times: &[i64], limits: &[(i64, usize)], now: i64) -> i64 {
    let waits = limits.iter().filter_map(|(span, most)| {
        // The last so many are within the span: the oldest of them has to leave it.
        let place = times.len().checked_sub(*most)?;
        times.get(place).map(|oldest| oldest + span - now)
    });
    waits.max().unwrap_or(0).max(0)
}

#[derive(Debug)]
struct Histories<K> {
    /// Spans in seconds, and how often; 0 is no limit.
    limits: Vec<(i64, usize)>,
    longest: i64,
    /// When, the oldest first, in Unix seconds.
    of: HashMap<K, Vec<i64>>,
    swept_at: i64,
}

impl<K: Eq + Hash> Histories<K> {
    fn new(limits: Vec<(i64, usize)>) -> Self {
        let limits: Vec<_> = limits.into_iter().filter(|(_, most)| *most > 0).collect();
        Self {
            longest: limits.iter().map(|(span, _)| *span).max().unwrap_or(0),
            limits,
            of: HashMap::new(),
            swept_at: 0,
        }
    }

    fn take(&mut self, key: K, now: i64) -> Result<(), ApiError> {
        if self.limits.is_empty() {
            return Ok(());
        }
        if !self.of.contains_key(&key) && !self.has_room(now) {
            let cause = "more callers come than can be remembered";
            return Err(ApiError::unavailable(ErrorType::Overloaded, cause)
                .retry_after(u32::try_from(SWEEP_EVERY).unwrap_or(u32::MAX)));
        }
        let times = self.of.entry(key).or_default();
        times.retain(|at| *at > now - self.longest);
        let wait = wait(times, &self.limits, now);
        if wait > 0 {
            let secs = u32::try_from(wait).unwrap_or(u32::MAX);
            return Err(ApiError::from(ErrorType::TooManyRequests).retry_after(secs));
        }
        times.push(now);
        Ok(())
    }

    fn give_back(&mut self, key: K, at: i64) {
        if let Some(times) = self.of.get_mut(&key)
            && let Some(place) = times.iter().rposition(|time| *time == at)
        {
            times.remove(place);
        }
    }

    fn has_room(&mut self, now: i64) -> bool {
        if self.of.len() >= MOST && now >= self.swept_at + SWEEP_EVERY {
            self.swept_at = now;
            let since = now - self.longest;
            self.of
                .retain(|_, times| times.last().is_some_and(|at| *at > since));
        }
        self.of.len() < MOST
    }
}

#[cfg(test)]
mod tests;
