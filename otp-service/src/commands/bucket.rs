//! Which history a caller's sends and tries count in: that of the number, or that of a browser that
//! has signed in with it before (B-14). Also: freeing both.

use storage::{Sql, StoreError};

use crate::address::Address;
use crate::rules::device;
use crate::rules::limits::Limits;
use crate::rules::throttle::{Refusal, Throttle};
use crate::store::devices::{self, StoredDevice};
use crate::store::throttles::{self, LastSend};

/// The histories that a call may count in.
#[derive(Debug)]
pub(super) struct Bucket {
    number: Throttle,
    pub(super) last_send: LastSend,
    pub(super) device: Option<StoredDevice>,
}

impl Bucket {
    /// `device` is the hash of the token that the caller gave; one that is not known, or is not of this
    /// address, counts as none, and nobody is told.
    pub(super) fn load(
        sql: &Sql<'_>,
        app_id: &str,
        address: &Address,
        device: Option<&str>,
        now: i64,
    ) -> Result<Self, StoreError> {
        let (number, last_send) = throttles::load(sql, app_id, address)?;
        let device = match device {
            Some(hash) => devices::find(sql, app_id, address, hash, now)?,
            None => None,
        };
        Ok(Self {
            number,
            last_send,
            device,
        })
    }

    /// The history in which tries count.
    pub(super) fn tries(&mut self) -> &mut Throttle {
        match &mut self.device {
            Some(device) => &mut device.history,
            None => &mut self.number,
        }
    }

    /// Writes down what was changed by a try.
    pub(super) fn save_tries(
        &self,
        sql: &Sql<'_>,
        app_id: &str,
        address: &Address,
    ) -> Result<(), StoreError> {
        match &self.device {
            Some(device) => devices::save(sql, app_id, device),
            None => throttles::save(sql, app_id, address, &self.number, &self.last_send),
        }
    }

    /// Whether a message may be sent now.
    pub(super) fn may_send(&self, limits: &Limits, now: i64) -> Result<(), Refusal> {
        match &self.device {
            Some(known) => device::may_send(limits, &self.number, &known.history, now),
            None => self.number.may_send(limits, now),
        }
    }

    /// In how many seconds the next message may be sent, should nothing fail until then.
    pub(super) fn resend_in(&self, limits: &Limits, now: i64) -> u32 {
        match &self.device {
            Some(known) => device::resend_in(limits, &self.number, &known.history, now),
            None => self.number.resend_in(limits, now),
        }
    }

    /// A message goes out: it counts for the number, and for the browser too.
    pub(super) fn record_send(&mut self, now: i64) {
        self.number.record_send(now);
        if let Some(device) = &mut self.device {
            device.history.record_send(now);
        }
    }

    /// Writes down a send with its answer.
    pub(super) fn save_send(
        &self,
        sql: &Sql<'_>,
        app_id: &str,
        address: &Address,
        answer: &LastSend,
    ) -> Result<(), StoreError> {
        throttles::save(sql, app_id, address, &self.number, answer)?;
        match &self.device {
            Some(device) => devices::save(sql, app_id, device),
            None => Ok(()),
        }
    }
}

/// Forgets the failures of an address, from wherever they were made; its sends stay counted. Whether
/// there were any.
pub(crate) fn free(sql: &Sql<'_>, app_id: &str, address: &str) -> Result<bool, StoreError> {
    let mut freed = throttles::unblock(sql, app_id, address)?;
    for mut device in devices::of_address(sql, app_id, address)? {
        if device.history.failures > 0 {
            freed = true;
            device.history.record_success();
            devices::save(sql, app_id, &device)?;
        }
    }
    Ok(freed)
}
