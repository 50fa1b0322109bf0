//! What every call has at hand. Made once at start, shared by all.

use std::sync::Arc;

use edge::clock::Clock;
use edge::metrics::Registry;
use edge::{Readiness, Traffic};

use crate::access_token::AccessTokens;
use crate::api::send_otp::Issued;
use crate::bundle::Bundle;
use crate::carrier::Carrier;
use crate::client::Proxies;
use crate::device::Devices;
use crate::events::Events;
use crate::otp_client::OtpClient;
use crate::outbox::Outbox;
use crate::plain::Keeper;
use crate::plain::challenge::Messenger;
use crate::result_code::ResultCodes;
use crate::return_to::Returns;
use crate::server_key::ServerKeys;
use crate::settings::Settings;
use crate::store::Store;
use crate::throttle::Throttle;
use crate::throttle::flows::Flows;
use crate::throttle::numbers::Numbers;
use crate::throttle::presses::Presses;
use crate::unbroken::Unbroken;
use crate::verification::Seal;
use crate::webhooks::Webhooks;

/// The backend's parts.
#[derive(Debug)]
pub(crate) struct App {
    /// What is logged and counted of what happens.
    pub(crate) events: Arc<Events>,
    /// All that is counted.
    pub(crate) registry: Arc<Registry>,
    pub(crate) traffic: Traffic,
    pub(crate) readiness: Readiness,
    /// What goes on though the browser hangs up.
    pub(crate) unbroken: Unbroken,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    /// Whose word on the caller's address counts.
    pub(crate) proxies: Proxies,
    /// What an address may do.
    pub(crate) throttle: Throttle,
    /// What a number may be sent, and a verification be tried, where that is counted here.
    pub(crate) numbers: Numbers,
    pub(crate) presses: Presses<Issued>,
    pub(crate) flows: Flows,
    /// Of the app's own servers.
    pub(crate) server_keys: ServerKeys,
    pub(crate) otp: OtpClient,
    pub(crate) seal: Seal,
    /// How browsers carry their sessions.
    pub(crate) carrier: Carrier,
    /// Where people may be sent back to.
    pub(crate) returns: Returns,
    /// For the app's own APIs, where they are offered.
    pub(crate) tokens: Option<AccessTokens>,
    pub(crate) devices: Devices,
    /// Where a browser without JavaScript is in its sign-in.
    pub(crate) plain: Keeper,
    /// What a screen of a challenge is to tell.
    pub(crate) messenger: Messenger,
    /// Tells the app's server what happens, where there is one to tell.
    pub(crate) webhooks: Option<Arc<Webhooks>>,
    /// Of challenges.
    pub(crate) results: ResultCodes,
    pub(crate) bundle: Bundle,
    /// Only while the OTP service runs in this process.
    pub(crate) outbox: Option<Outbox>,
}

/// How calls receive it.
pub(crate) type Shared = axum::extract::State<Arc<App>>;

impl App {
    /// Seconds from now until `instant`, Unix seconds; none are left of what is past.
    pub(crate) fn secs_until(&self, instant: i64) -> u32 {
        u32::try_from(instant.saturating_sub(self.clock.now()).max(0)).unwrap_or(u32::MAX)
    }
}
