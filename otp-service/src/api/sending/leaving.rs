//! A message that leaves the machine: whether it may, what it costs, and the wait for its gateway.

use edge::ApiError;
use shared::ErrorType;

use crate::budgets::Reserved;
use crate::commands::send_code::Hold;
use crate::message;
use crate::rules::budget::Verdict;
use crate::service::Service;
use crate::store::handing_over::Waiting;

/// When to try again where every gateway is ill (H-04).
const TRY_AGAIN_SECS: u32 = 5;

pub(super) fn not_sent() -> ApiError {
    ApiError::from(ErrorType::SmsNotSent).retry_after(TRY_AGAIN_SECS)
}

/// What a message costs, and whether it may be sent now.
pub(super) struct Spending {
    pub(super) hold: Option<Hold>,
    pub(super) verdict: Verdict,
    pub(super) reserved: Option<Reserved>,
    /// Millionths of the currency's unit.
    pub(super) cost: i64,
}

impl Default for Spending {
    /// It costs nothing.
    fn default() -> Self {
        Self {
            hold: None,
            verdict: Verdict::Fine,
            reserved: None,
            cost: 0,
        }
    }
}

pub(super) fn spend(service: &Service, country: &str, text: &str, now: i64) -> Spending {
    let gateway = service.gateways.preferred(country);
    let full = gateway.is_none_or(|gateway| service.queue.is_full(gateway));
    if full || !service.gateways.serve(country, now) {
        return Spending {
            hold: Some(Hold::NoGateway),
            ..Spending::default()
        };
    }
    let money = service.budgets.price(country, message::segments(text));
    let (verdict, reserved) = service.budgets.reserve(country, money, now);
    let hold = match verdict {
        Verdict::Stop(_, secs) => Some(Hold::Budget(secs)),
        Verdict::Fine | Verdict::Warn(_) => None,
    };
    Spending {
        hold,
        verdict,
        reserved,
        cost: i64::try_from(money).unwrap_or(i64::MAX),
    }
}

/// Gives the message to the dispatcher, and waits for its word where the operator wants that (H-10).
pub(super) async fn hand_on(service: &Service, message: Waiting) -> Result<(), ApiError> {
    let Some(patience) = service.gateway_wait else {
        service.queue.announce(message);
        return Ok(());
    };
    let mut watching = service.queue.watch(&message.id);
    service.queue.announce(message);
    match tokio::time::timeout(patience, watching.went()).await {
        Ok(false) => Err(not_sent()),
        // It went, or nobody knows yet.
        Ok(true) | Err(_) => Ok(()),
    }
}
