//! The one door: puts the parts together, serves until told to stop, and takes them apart again.

use std::fmt;
use std::io;
use std::sync::Arc;

use edge::clock::Clock;
use edge::keys::{Key, KeyError};
use edge::metrics::Page;
use edge::settings::SettingError;
use edge::tls::TlsError;
use edge::{Door, Readiness, Stop, Traffic, Workers};
use shared::ErrorType;
use storage::OpenError;
use tokio::net::TcpListener;

use crate::access_token::AccessTokens;
use crate::app::App;
use crate::bundle::Bundle;
use crate::carrier::Carrier;
use crate::client::Proxies;
use crate::config::Config;
use crate::device::Devices;
use crate::embedded::Embedded;
use crate::events::Events;
use crate::housekeeping::keep_house;
use crate::in_clear::Beside;
use crate::otp_client::{OtpClient, TimeLimits, Unusable};
use crate::outbox::Outbox;
use crate::plain::Keeper;
use crate::plain::challenge::Messenger;
use crate::result_code::ResultCodes;
use crate::return_to::Returns;
use crate::router;
use crate::server_key::ServerKeys;
use crate::settings::{OtpService, Settings};
use crate::store::{Place, Store};
use crate::throttle::Throttle;
use crate::throttle::flows::Flows;
use crate::throttle::numbers::Numbers;
use crate::throttle::presses::Presses;
use crate::unbroken::Unbroken;
use crate::verification::Seal;
use crate::webhooks::{Webhooks, tell};

/// Why the backend does not run; each is a sentence for the operator.
#[derive(Debug)]
pub enum StartError {
    /// Settings that do not go together.
    Setting(String),
    /// A setting that both servers have.
    Shared(SettingError),
    /// The backend's key, or the embedded service's.
    Key(KeyError),
    /// The accounts database.
    Accounts(OpenError),
    /// The folder with the built page is there but can't be read.
    Bundle(io::Error),
    /// The client for the OTP service.
    Client(Unusable),
    /// The listener, ours or the embedded service's.
    Listen(io::Error),
    /// Threads that answer.
    Workers(io::Error),
    /// The certificate.
    Tls(TlsError),
    /// The port for plain HTTP beside TLS.
    Redirect(io::Error),
    /// Metrics can't be shown.
    Metrics(io::Error),
    /// The OTP service in this process.
    OtpService(otp_service::StartError),
    /// The OTP service in this process ended though nobody had stopped it.
    OtpServiceEnded,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(sentence) => f.write_str(sentence),
            Self::Shared(error) => error.fmt(f),
            Self::Key(error) => error.fmt(f),
            Self::Accounts(error) => write!(f, "the accounts database can't be opened: {error}"),
            Self::Bundle(error) => write!(f, "STATIC_DIR can't be read: {error}"),
            Self::Client(error) => error.fmt(f),
            Self::Listen(error) => write!(f, "can't listen: {error}"),
            Self::Workers(error) => write!(f, "no threads to answer with: {error}"),
            Self::Tls(error) => write!(f, "TLS_CERT_FILE and TLS_KEY_FILE: {error}"),
            Self::Redirect(error) => write!(f, "REDIRECT_ADDR: {error}"),
            Self::Metrics(error) => write!(f, "METRICS_ADDR: {error}"),
            Self::OtpService(error) => write!(f, "the OTP service in this process: {error}"),
            Self::OtpServiceEnded => {
                f.write_str("the OTP service in this process ended unexpectedly")
            }
        }
    }
}

impl std::error::Error for StartError {}

impl From<SettingError> for StartError {
    fn from(error: SettingError) -> Self {
        Self::Shared(error)
    }
}

impl From<KeyError> for StartError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

/// Serves on `listener` until it is told to stop; then lets running requests end and closes what it
/// opened, so that the same port and data folder can be used again at once. Requests are answered by `workers`; where there
/// are none, by the runtime that this runs in.
///
/// # Errors
/// When it can't start, or when the listener or the OTP service in this process fails.
pub async fn serve(
    config: Config,
    listener: TcpListener,
    workers: Option<Arc<Workers>>,
    stop: Stop,
) -> Result<(), StartError> {
    let address = listener.local_addr().map_err(StartError::Listen)?;
    let mut settings = Settings::work_out(&config, address)?;
    let key = Key::load(
        config.backend_key()?.as_ref(),
        &config.data_dir.join("backend.key"),
    )?;
    let door = Door::new(listener, config.tls.load().map_err(StartError::Tls)?);
    let door = door.answered_by(workers.clone());
    let chosen = OtpService::choose(&config)?;
    let server_keys = ServerKeys::parse(config.server_keys()?.as_ref())?;
    let tokens = AccessTokens::of(&config, settings.public_url.to_string(), &key)?;
    let webhooks = Webhooks::of(&config.webhooks)?.map(Arc::new);
    let store = Store::open(&Place::of(&config)?).map_err(StartError::Accounts)?;
    let store = store.announcing(webhooks.is_some());
    let mut embedded = match &chosen {
        OtpService::Embedded => Some(Embedded::start(&config, &settings).await?),
        OtpService::Remote { .. } => None,
    };
    let clock = Clock::system();
    let mut registry = edge::metrics::registry(env!("CARGO_PKG_VERSION"), clock.now());
    let events = Arc::new(Events::register(&mut registry));
    let (base, otp_key) = match (&chosen, &embedded) {
        (OtpService::Remote { url, key }, _) => (url.to_string(), key),
        (OtpService::Embedded, None) => return Err(StartError::OtpServiceEnded),
        (OtpService::Embedded, Some(own)) => (format!("http://{}", own.authority), &own.key),
    };
    let limits = TimeLimits::default();
    let otp = OtpClient::new(&base, otp_key, limits, clock.clone(), Arc::clone(&events));
    let otp = otp.map_err(StartError::Client)?;
    let numbers = Numbers::new(&key, config.limit_numbers);
    numbers.learn(embedded.is_some());
    narrow(&mut settings, &otp, &numbers).await?;
    let traffic = Traffic::new(&mut registry, &config.traffic, router::work_of);
    traffic.export_to_collector(&config.traffic, "backend", env!("CARGO_PKG_VERSION"));
    let page = match config.traffic.metrics_addr {
        Some(address) => Some(Page::bind(address, config.insecure_listen).await),
        None => None,
    };
    let page = page.transpose().map_err(StartError::Metrics)?;
    let beside = match config.redirect_addr {
        Some(address) => Some(Beside::bind(address).await.map_err(StartError::Redirect)?),
        None => None,
    };
    let app = Arc::new(App {
        clock,
        events,
        webhooks,
        registry: Arc::new(registry),
        traffic,
        readiness: Readiness::default(),
        unbroken: Unbroken::default(),
        otp,
        seal: Seal::new(&key),
        carrier: Carrier::new(&key, &settings),
        proxies: Proxies::new(&config.trusted_proxies),
        throttle: Throttle::new(&config.per_address, settings.public_url.is_loopback()),
        numbers,
        presses: Presses::new(),
        flows: Flows::new(),
        returns: Returns::new(&config.return_origins, &settings.public_url),
        tokens,
        devices: Devices::new(&key, &settings.public_url),
        plain: Keeper::new(&key, &settings.public_url),
        messenger: Messenger::new(&key, &settings.public_url),
        results: ResultCodes::new(&key),
        bundle: Bundle::load(&config.static_dir, &settings).map_err(StartError::Bundle)?,
        outbox: embedded
            .as_ref()
            .filter(|own| own.has_outbox)
            .map(|own| Outbox::new(own.authority.clone())),
        store,
        server_keys,
        settings,
    });
    tracing::info!(%address, public_url = %app.settings.public_url, client_address = %app.proxies, "ready");
    if app.proxies.is_empty() && app.settings.public_url.is_https() && !config.tls.are_set() {
        // Somebody else ends TLS, so there is a proxy (B-08).
        tracing::warn!(
            "PUBLIC_URL is https and TRUSTED_PROXIES is empty: everybody behind the proxy counts as one address; see /api/client-address"
        );
    }
    let outcome = run(door, &app, beside, page, &stop, embedded.as_mut()).await;
    tokio::select! {
        () = app.unbroken.ended() => {}
        () = stop.cutting() => {}
    }
    // The database is closed when nobody holds it.
    drop(workers);
    app.traffic.flush_spans().await;
    let stopped = match embedded {
        Some(own)
            if !matches!(
                outcome,
                Err(StartError::OtpService(_) | StartError::OtpServiceEnded)
            ) =>
        {
            own.stop().await
        }
        _ => Ok(()),
    };
    match Arc::into_inner(app) {
        Some(app) => app.store.close().await,
        None => tracing::error!("somebody still holds the database; it was not waited for"),
    }
    outcome.and(stopped)
}

/// The page offers the countries that the OTP service sends codes to (G-01), as far as it says so now: the vendor's
/// does not, and one that can't be asked refuses the others by itself. One that says so is ours.
async fn narrow(
    settings: &mut Settings,
    otp: &OtpClient,
    numbers: &Numbers,
) -> Result<(), StartError> {
    match otp.list_countries().await {
        Ok(served) => {
            numbers.learn(true);
            settings.narrow(&served.countries)
        }
        Err(error) if error.error_type() == ErrorType::NotFound => Ok(()),
        Err(_) => {
            tracing::warn!(
                "the OTP service can't be asked which countries it sends codes to: the page offers all of COUNTRIES"
            );
            Ok(())
        }
    }
}

async fn run(
    door: Door,
    app: &Arc<App>,
    turned_away: Option<Beside>,
    page: Option<Page>,
    stop: &Stop,
    embedded: Option<&mut Embedded>,
) -> Result<(), StartError> {
    let ended = async {
        match embedded {
            Some(own) => own.ended().await,
            None => std::future::pending().await,
        }
    };
    let router = router::router(Arc::clone(app));
    let served = edge::serve(door, router, &app.traffic, stop.clone());
    let turned_away = async {
        match turned_away {
            Some(port) => port
                .serve(app, stop.clone())
                .await
                .map_err(StartError::Redirect),
            None => Ok(()),
        }
    };
    let shown = async {
        if let Some(page) = page {
            let health = router::health().with_state(Arc::clone(app));
            let registry = Arc::clone(&app.registry);
            page.serve(registry, health, stop.clone()).await;
        }
    };
    // When the listener fails nobody says to the others that they are to stop.
    let all = async {
        let served = async { served.await.map_err(StartError::Listen) };
        let beside = async {
            tokio::join!(shown, tell(app, stop));
            Ok(())
        };
        tokio::try_join!(served, turned_away, beside).map(|_| ())
    };
    tokio::select! {
        outcome = all => outcome,
        error = ended => Err(error),
        () = app.otp.look_after() => Ok(()),
        () = keep_house(app) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
