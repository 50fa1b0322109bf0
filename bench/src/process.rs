//! The service under test: what is shipped of it, in a process of its own, with its defaults, and what
//! the system says that it uses.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Parser as _, ValueEnum};
use otp_service::Config;
use otp_service::testing::Beside;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use test_postgres::Server;

use crate::client::Client;
use crate::{Failure, Options, usage};

pub(crate) const KEY: &str = "sk_test_benchbenchbenchbenchbenchbenchbenchbenchbenchxxx";
/// Of an app whose messages leave.
pub(crate) const LIVE_KEY: &str = "sk_live_benchbenchbenchbenchbenchbenchbenchbenchbenchxxx";
/// How long a service may take to come up or to end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Where the service keeps its data.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Store {
    /// In a file, with `synchronous=FULL`.
    Sqlite,
    /// On a server of the benchmark's own, with `fsync` on.
    Postgres,
}

/// A running service.
pub(crate) struct Service {
    process: Running,
    pub(crate) authority: String,
    metrics: String,
    pub(crate) beside: Beside,
    pub(crate) store: &'static str,
    /// From the start of the process to its first answer.
    pub(crate) start_up: Duration,
    data: Data,
}

/// Data that outlives a process.
pub(crate) struct Data {
    folder: TempDir,
    binary: PathBuf,
    config: Config,
    server: Option<Server>,
    /// Settings that are not the defaults.
    settings: Vec<(&'static str, String)>,
}

/// Ends with this value: asked to, or by force when that takes too long. What it answered is on disk either way.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        Ok(Self(command.spawn()?))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let workers = usage::children(self.id()).unwrap_or_default();
        // A build that counts for the compiler writes down what it has counted when it ends by itself.
        if let Some(id) = Pid::from_raw(self.id().cast_signed()) {
            let _ = kill_process(id, Signal::TERM);
        }
        let asked = Instant::now();
        while matches!(self.0.try_wait(), Ok(None)) && asked.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
        // One that has ended by itself can't be killed; both ways it is gone after this.
        let _ = self.0.kill();
        let _ = self.0.wait();
        // Those of nginx outlive a master that could not tell them.
        for worker in workers
            .into_iter()
            .filter_map(|id| Pid::from_raw(id.cast_signed()))
        {
            let _ = kill_process(worker, Signal::KILL);
        }
    }
}

impl Data {
    fn new(options: &Options, store: Store) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(&options.folder)?;
        let mut config = Config::try_parse_from(["otp-service"])?;
        config.data_dir = folder.path().join("data");
        let server = match store {
            Store::Sqlite => None,
            Store::Postgres => Some(Server::start_durable()?),
        };
        let url = server.as_ref().map(Server::address);
        config.database_url = url.as_deref().map(Into::into);
        Ok(Self {
            folder,
            binary: options.service.clone(),
            config,
            server,
            settings: vec![("INITIAL_API_KEY", KEY.to_owned())],
        })
    }
}

impl Service {
    /// With new, empty data.
    pub(crate) async fn start(options: &Options, store: Store) -> Result<Self, Failure> {
        Self::start_on(Data::new(options, store)?).await
    }

    /// With new, empty data, and messages that leave by HTTP to this address. Limits of traffic that is
    /// no people's are off.
    pub(crate) async fn start_sending(
        options: &Options,
        gateway: SocketAddr,
    ) -> Result<Self, Failure> {
        let mut data = Data::new(options, Store::Sqlite)?;
        data.settings = [
            ("INITIAL_API_KEY", LIVE_KEY),
            ("GATEWAY", "http"),
            ("HTTP_GATEWAY_SENDER", "Pipit"),
            ("HTTP_GATEWAY_SECRET", "sesame12"),
            ("ALLOWED_COUNTRIES", "DE"),
            ("BUDGET_PER_HOUR", "0"),
            ("BUDGET_PER_DAY", "0"),
            ("PREFIX_SENDS_PER_TEN_MINUTES", "0"),
            ("PREFIX_SENDS_PER_HOUR", "0"),
            ("PREFIX_BLOCK_BELOW_PERCENT", "0"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec();
        let url = format!("http://{gateway}/send");
        data.settings.push(("HTTP_GATEWAY_URL", url));
        Self::start_on(data).await
    }

    /// With the data that another one has left.
    pub(crate) async fn start_on(data: Data) -> Result<Self, Failure> {
        let (authority, metrics) = free_addresses()?;
        let log = File::create(data.folder.path().join("log"))?;
        let mut command = Command::new(&data.binary);
        command
            .env("LISTEN_ADDR", &authority)
            .env("METRICS_ADDR", &metrics)
            .env("DATA_DIR", &data.config.data_dir)
            .envs(data.settings.iter().map(|(name, value)| (name, value)))
            .stdout(log.try_clone()?)
            .stderr(log)
            .stdin(Stdio::null());
        if let Some(server) = &data.server {
            command.env("DATABASE_URL", server.address());
        }
        let began = Instant::now();
        let process = Running::start(&mut command)?;
        while !is_up(&authority).await {
            if began.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(data.folder.path().join("log"))?;
                return Err(format!("the service did not come up:\n{log}").into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Self {
            process,
            authority,
            metrics,
            start_up: began.elapsed(),
            beside: Beside::open(&data.config).await?,
            store: if data.server.is_some() {
                "PostgreSQL"
            } else {
                "SQLite"
            },
            data,
        })
    }

    /// Transactions so far, and the commands in them, as the service counts them.
    pub(crate) async fn commits(&self) -> Result<(f64, f64), Failure> {
        let mut client = Client::connect(&self.metrics).await?;
        let text = client.get("/metrics").await?.text()?;
        let value = |name: &str| -> Result<f64, Failure> {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            Ok(line.ok_or("a metric is missing")?.trim().parse()?)
        };
        Ok((
            value("database_commit_commands_count")?,
            value("database_commit_commands_sum")?,
        ))
    }

    /// Seconds of processor time so far.
    pub(crate) fn processor_time(&self) -> Result<f64, Failure> {
        usage::processor_time(self.process.id())
    }

    /// The most memory that was resident so far, in MiB.
    pub(crate) fn peak_memory(&self) -> Result<f64, Failure> {
        usage::peak_memory(self.process.id())
    }

    /// Ends the process; its data stays for the next one, or goes when it is dropped.
    pub(crate) async fn stop(self) -> Result<Data, Failure> {
        self.beside.close().await;
        drop(self.process);
        Ok(self.data)
    }
}

impl Service {
    /// Ends a service that clients have shared, and removes its data.
    pub(crate) async fn end(shared: Arc<Self>) -> Result<(), Failure> {
        let service = Arc::into_inner(shared).ok_or("a client still uses the service")?;
        service.stop().await.map(drop)
    }
}

/// Two addresses that nobody has.
fn free_addresses() -> Result<(String, String), Failure> {
    let one = TcpListener::bind("127.0.0.1:0")?;
    let other = TcpListener::bind("127.0.0.1:0")?;
    Ok((
        one.local_addr()?.to_string(),
        other.local_addr()?.to_string(),
    ))
}

async fn is_up(authority: &str) -> bool {
    let Ok(mut client) = Client::connect(authority).await else {
        return false;
    };
    let reply = client.get("/readyz").await;
    reply.is_ok_and(|reply| reply.status.is_success())
}
