//! The one door: puts the service together and serves it until it is told to stop.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use edge::clock::Clock;
use edge::keys::{self, KeyError};
use edge::metrics::Page;
use edge::settings::{Secret, SettingError};
use edge::tls::{Tls, TlsError};
use edge::{Door, Readiness, Stop, Traffic};
use storage::{Database, OpenError, Server, Sql, StoreError, Whole};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::api;
use crate::app::Mode;
use crate::budgets::Budgets;
use crate::config::Config;
use crate::dispatcher::{dispatch, give_up};
use crate::events::{self, Events};
use crate::gateways::{GatewayError, GatewayKind, Gateways};
use crate::housekeeping::keep_house;
use crate::jwt::KeyRings;
use crate::lookout::look_out;
use crate::message::{Template, TemplateError};
use crate::own_key::{OWN_KEY, OwnKey, Settled, settle};
use crate::queue::Queue;
use crate::random::Random;
use crate::reports::take_reports;
use crate::service::{KnownKeys, Service, UsualTimes};
use crate::store::{MIGRATIONS, api_keys, messages};
use crate::timekeeping::Timekeeper;

/// Why the service does not start. Each says what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// A setting can't be used.
    Setting(SettingError),
    /// `DATABASE_URL` is of a kind that this version does not speak.
    DatabaseUrl,
    /// `INITIAL_API_KEY` is no key.
    ApiKey,
    /// A live key with a gateway that shows messages on a page (J-11).
    LiveKeyWithOutbox,
    /// A gateway is not set up as it has to be (G-01).
    Gateway(GatewayError),
    /// The message can't be written.
    Template(TemplateError),
    /// The database can't be opened.
    Open(OpenError),
    /// The database does not answer.
    Store(StoreError),
    /// A key in the data folder can't be made or read.
    Key(KeyError),
    /// The database is used with another own key.
    OtherKey,
    /// The keys for session JWTs can't be made or used.
    SigningKey,
    /// The listener failed.
    Listen(io::Error),
    /// The certificate.
    Tls(TlsError),
    /// Metrics can't be shown.
    Metrics(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(cause) => cause.fmt(f),
            Self::DatabaseUrl => f.write_str("DATABASE_URL: give `postgres://user:password@localhost:5432/name`, or `sqlite:` and a file path, or leave it out"),
            Self::ApiKey => {
                f.write_str("INITIAL_API_KEY: a key is `sk_test_` or `sk_live_` and 48 letters and digits")
            }
            Self::LiveKeyWithOutbox => f.write_str(
                "the gateway `outbox` shows messages on a page and refuses live keys: use a key that starts with sk_test_",
            ),
            Self::Gateway(cause) => cause.fmt(f),
            Self::Template(cause) => cause.fmt(f),
            Self::Open(cause) => cause.fmt(f),
            Self::Store(cause) => cause.fmt(f),
            Self::Key(cause) => cause.fmt(f),
            Self::OtherKey => write!(
                f,
                "{OWN_KEY} in DATA_DIR is not the key that this database is used with: copy it from another service on \
                 this database, or from the backup"
            ),
            Self::SigningKey => f.write_str("the keys for session JWTs can't be made or used"),
            Self::Listen(cause) => write!(f, "the listener failed: {cause}"),
            Self::Tls(cause) => write!(f, "TLS_CERT_FILE and TLS_KEY_FILE: {cause}"),
            Self::Metrics(cause) => write!(f, "METRICS_ADDR: {cause}"),
        }
    }
}

impl std::error::Error for StartError {}

/// Serves on `listener` until it is told to stop; then lets running requests end and closes the
/// database.
///
/// # Errors
/// [`StartError`], before anything is served; or when the listener fails.
pub async fn serve(config: Config, listener: TcpListener, stop: Stop) -> Result<(), StartError> {
    prepare(&config).await?.serve(listener, stop).await
}

/// Does everything that can fail or take time before the first request: settings, database, keys.
///
/// # Errors
/// [`StartError`].
pub async fn prepare(config: &Config) -> Result<Prepared, StartError> {
    prepare_with(config, Clock::system(), Random::system()).await
}

/// The same with a clock and a source of randomness of the caller's.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_with(
    config: &Config,
    clock: Clock,
    random: Random,
) -> Result<Prepared, StartError> {
    events::configuration(config);
    let (router, service) = build(config, clock, random).await?;
    events::long_messages(&service.template);
    for app_id in service
        .database
        .read(api_keys::apps)
        .await
        .map_err(StartError::Store)?
    {
        // Making an RSA key takes longer than a caller waits for an answer.
        service
            .key_ring(&app_id)
            .await
            .map_err(|_| StartError::SigningKey)?;
    }
    let page = match config.traffic.metrics_addr {
        Some(address) => Some(Page::bind(address, config.insecure_listen).await),
        None => None,
    };
    Ok(Prepared {
        router,
        service,
        page: page.transpose().map_err(StartError::Metrics)?,
        tls: config.tls.load().map_err(StartError::Tls)?,
        insecure_listen: config.insecure_listen,
    })
}

/// A service that can answer at once.
#[derive(Debug)]
pub struct Prepared {
    router: Router,
    service: Arc<Service>,
    /// Where metrics are shown.
    page: Option<Page>,
    tls: Option<Tls>,
    insecure_listen: bool,
}

impl Prepared {
    /// Serves on `listener` until it is told to stop; then lets running requests end and closes the
    /// database.
    ///
    /// # Errors
    /// When the listener may not be used or fails.
    pub async fn serve(self, listener: TcpListener, stop: Stop) -> Result<(), StartError> {
        let Self {
            router,
            service,
            page,
            tls,
            insecure_listen,
        } = self;
        let address = listener.local_addr().map_err(StartError::Listen)?;
        edge::settings::check_listen(address, insecure_listen || tls.is_some())
            .map_err(StartError::Setting)?;
        tracing::info!(%address, "the OTP service listens");
        let lookout = tokio::spawn(look_out(Arc::clone(&service)));
        let housekeeping = tokio::spawn(keep_house(Arc::clone(&service)));
        let reports = service.gateways.listen();
        let reporting = tokio::spawn(take_reports(Arc::clone(&service), reports));
        let (last_call, stopping) = watch::channel(false);
        let dispatching = tokio::spawn(dispatch(Arc::clone(&service), stopping));
        let shown = show(page, &service, stop.clone());
        let served = edge::serve(
            Door::new(listener, tls),
            router,
            &service.traffic,
            stop.clone(),
        );
        let (served, ()) = tokio::join!(served, shown);
        service.traffic.flush_spans().await;
        for task in [housekeeping, lookout] {
            task.abort();
            // The task holds the service; it is gone once this returns.
            drop(task.await);
        }
        // What is in flight comes to its end; what waits is on disk.
        last_call.send_replace(true);
        drop(dispatching.await);
        // Nobody reports any more after that, and so nobody waits for reports.
        service.gateways.close().await;
        drop(reporting.await);
        match Arc::into_inner(service) {
            Some(service) => service.close().await,
            None => tracing::error!("somebody still holds the database; it was not waited for"),
        }
        served.map_err(StartError::Listen)
    }
}

/// The router, and the service behind it.
pub(crate) async fn build(
    config: &Config,
    clock: Clock,
    random: Random,
) -> Result<(Router, Arc<Service>), StartError> {
    let given = edge::settings::secret(
        "INITIAL_API_KEY",
        config.initial_api_key.clone(),
        config.initial_api_key_file.as_deref(),
    )
    .map_err(StartError::Setting)?;
    if let Some(key) = &given {
        let mode = Mode::of_key(key.expose()).ok_or(StartError::ApiKey)?;
        if mode == Mode::Live && config.gateway.contains(&GatewayKind::Outbox) {
            return Err(StartError::LiveKeyWithOutbox);
        }
    }
    let gateways = Gateways::of(config).map_err(StartError::Gateway)?;
    let budgets = Arc::new(Budgets::of(&config.budgets).map_err(StartError::Gateway)?);
    let template = Template::of_config(config).map_err(StartError::Template)?;
    template.check().map_err(StartError::Template)?;
    let place = Place::of(config)?;
    let database = place.open().map_err(StartError::Open)?;
    storage::fault_point("start-database-open");
    let timekeeper = Timekeeper::start(clock.clone(), database.clone())
        .await
        .map_err(StartError::Store)?;
    let own_key = OwnKey::load(&config.data_dir, &clock).map_err(StartError::Key)?;
    storage::fault_point("start-own-key-made");
    check_own_key(&own_key, &database, &clock, &random).await?;
    know_api_key(config, &database, given, clock.now(), &random).await?;
    storage::fault_point("start-api-key-known");
    let mut registry = edge::metrics::registry(env!("CARGO_PKG_VERSION"), clock.now());
    let traffic = Traffic::new(&mut registry, &config.traffic, api::work_of);
    traffic.export_to_collector(&config.traffic, "otp-service", env!("CARGO_PKG_VERSION"));
    let queue = open_queue(&database, &random).await?;
    let countries: Vec<String> = config
        .allowed_countries
        .iter()
        .map(|country| country.trim().to_ascii_uppercase())
        .collect();
    let service = Arc::new(Service {
        traffic,
        readiness: Readiness::default(),
        events: Events::register(&mut registry, &database, &gateways, &countries),
        registry: Arc::new(registry),
        gateways,
        queue,
        budgets,
        gateway_wait: (config.gateways.gateway_wait_ms > 0)
            .then(|| Duration::from_millis(config.gateways.gateway_wait_ms.into())),
        usual: UsualTimes::default(),
        database,
        clock,
        timekeeper,
        random,
        own_key,
        limits: Arc::new(config.policy.limits()),
        template,
        fixed_lines: config.allow_fixed_lines,
        countries,
        keys_in_addresses: config.jwks_key_in_address,
        known_keys: KnownKeys::default(),
        key_rings: KeyRings::default(),
    });
    // A file is nobody else's, so whoever held a message there is gone; on a server others may live,
    // and what they hold is theirs until their time is over.
    let held_until = match place {
        Place::File(_) => i64::MAX,
        Place::Server { .. } => service.clock.now(),
    };
    give_up(&service, held_until)
        .await
        .map_err(StartError::Store)?;
    service
        .budgets
        .agree(&service.database, service.clock.now())
        .await
        .map_err(StartError::Store)?;
    Ok((api::router(Arc::clone(&service)), service))
}

/// The queue goes on where it ended.
async fn open_queue(database: &Database, random: &Random) -> Result<Queue, StartError> {
    let last_place = database
        .read(messages::last_place)
        .await
        .map_err(StartError::Store)?;
    let name: [u8; 16] = random
        .bytes()
        .map_err(|error| StartError::Store(StoreError::Unavailable(error.to_string())))?;
    let holder = name.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Queue::new(holder, last_place))
}

/// Refuses a key that is another database's: with it nobody's code or session would be recognised.
async fn check_own_key(
    own_key: &OwnKey,
    database: &Database,
    clock: &Clock,
    random: &Random,
) -> Result<(), StartError> {
    let (secrets, random, now) = (own_key.secrets(clock), random.clone(), clock.now());
    let check = move |sql: &Sql<'_>| settle(sql, &secrets, &random, now);
    match database.write(check).await.map_err(StartError::Store)? {
        Settled::Belongs => Ok(()),
        Settled::OtherKey => Err(StartError::OtherKey),
    }
}

/// Where the data is.
pub(crate) enum Place {
    /// An SQLite database.
    File(PathBuf),
    /// A database on a PostgreSQL server.
    Server {
        /// It may hold a password.
        url: Secret,
        ca_file: Option<PathBuf>,
    },
}

impl Place {
    pub(crate) fn of(config: &Config) -> Result<Self, StartError> {
        let url = edge::settings::secret(
            "DATABASE_URL",
            config.database_url.clone(),
            config.database_url_file.as_deref(),
        )
        .map_err(StartError::Setting)?;
        let Some(url) = url else {
            return Ok(Self::File(config.data_dir.join("otp-service.db")));
        };
        Self::at(url, config)
    }

    /// The place that an address names, as `DATABASE_URL` does.
    pub(crate) fn at(url: Secret, config: &Config) -> Result<Self, StartError> {
        let text = url.expose();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let ca_file = config.database_ca_file.clone();
            return Ok(Self::Server { url, ca_file });
        }
        let path = text
            .strip_prefix("sqlite:")
            .ok_or(StartError::DatabaseUrl)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        (!path.is_empty())
            .then(|| Self::File(PathBuf::from(path)))
            .ok_or(StartError::DatabaseUrl)
    }

    /// Opens the database and brings its schema up to date.
    pub(crate) fn open(&self) -> Result<Database, OpenError> {
        match self.whole() {
            Whole::File(path) => Database::open(path, MIGRATIONS),
            Whole::Server(server) => Database::connect(server, MIGRATIONS),
        }
    }

    /// The same in the words of the store.
    pub(crate) fn whole(&self) -> Whole<'_> {
        match self {
            Self::File(path) => Whole::File(path),
            Self::Server { url, ca_file } => Whole::Server(Server {
                url: url.expose(),
                ca_file: ca_file.as_deref(),
            }),
        }
    }
}

/// Makes the given key known; without one, and without any other, makes one and leaves it in a file
/// that only the owner can read.
async fn know_api_key(
    config: &Config,
    database: &Database,
    given: Option<Secret>,
    now: i64,
    random: &Random,
) -> Result<(), StartError> {
    let key = match given {
        Some(key) => key,
        None if database
            .read(api_keys::any)
            .await
            .map_err(StartError::Store)? =>
        {
            return Ok(());
        }
        None => {
            let path = config.data_dir.join("initial-api-key");
            // With a test key a gateway would send nothing.
            let sends = !config.gateway.contains(&GatewayKind::Outbox);
            let mode = if sends { Mode::Live } else { Mode::Test };
            let made = keys::keep(&path, || {
                let random = keys::base62(48, getrandom::fill)?;
                Ok(format!("sk_{}_{}", mode.as_str(), *random).into())
            });
            tracing::info!(file = %path.display(), "a secret key for callers was made; it is in this file");
            storage::fault_point("start-api-key-in-file");
            made.map_err(StartError::Key)?
        }
    };
    let mode = Mode::of_key(key.expose()).ok_or(StartError::ApiKey)?;
    let random = random.clone();
    let insert = move |sql: &Sql<'_>| api_keys::insert(sql, key.expose(), mode, &random, now);
    database.write(insert).await.map_err(StartError::Store)
}

/// Shows metrics and health where the operator wants them.
async fn show(page: Option<Page>, service: &Arc<Service>, stop: Stop) {
    if let Some(page) = page {
        let health = api::health().with_state(Arc::clone(service));
        page.serve(Arc::clone(&service.registry), health, stop)
            .await;
    }
}
