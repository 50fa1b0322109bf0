//! The product, running in this process and entered by the one door `serve`: page and backend on a
//! free port, with a data folder of their own. The OTP service is the embedded one, or runs beside
//! the backend with settings of its own, as it does on two machines.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Parser;
use edge::Workers;
use http::Method;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::gate::Gate;
use crate::outbox::Outbox;
use crate::patience::wait_for;
use crate::plain_http::send;
use crate::server::Server;
use crate::trouble::{Outcome, Trouble};

/// The key by which the backend and an OTP service beside it know each other; data of tests only.
const API_KEY: &str = "sk_test_0000000000000000000000000000000000000000endtoend";
/// The same where messages leave.
const LIVE_KEY: &str = "sk_live_0000000000000000000000000000000000000000endtoend";

/// What an app's server calls the backend with.
pub const SERVER_KEY: &str = "sk_000000000000000000000000endtoend";

/// How a product is set up.
#[derive(Debug, Clone, Copy)]
pub struct Setup<'a> {
    /// Flags of the backend on top of its defaults.
    pub backend: &'a [&'a str],
    /// Flags of an OTP service that runs beside the backend; without them it is embedded.
    pub otp_service: Option<&'a [&'a str]>,
    /// Where messages go by HTTP, in place of the outbox; the OTP service then runs beside the backend.
    pub gateway: Option<SocketAddr>,
    /// Another folder with a page than the built one.
    pub page: Option<&'a Path>,
    /// Files that end so are given out only after [`Product::let_through`].
    pub held_back: Option<&'a str>,
}

impl Setup<'_> {
    /// As `cargo xtask start` sets it up.
    pub const AS_STARTED: Self = Self {
        backend: &[],
        otp_service: None,
        gateway: None,
        page: None,
        held_back: None,
    };
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Self::AS_STARTED
    }
}

/// A product that can be stopped and started again with what it kept.
#[derive(Debug)]
pub struct Product {
    /// Where people go.
    address: SocketAddr,
    /// Where the backend listens; the same, but for what is held back.
    behind: SocketAddr,
    settings: Vec<String>,
    api_key: &'static str,
    page: PathBuf,
    data: TempDir,
    backend: Option<Server>,
    gate: Option<Gate>,
    otp_service: Option<(SocketAddr, Server)>,
}

impl Product {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// When the page is not built, or a server does not start.
    pub async fn start(setup: Setup<'_>) -> Outcome<Self> {
        let page = setup
            .page
            .map_or_else(built_page, |page| Ok(page.to_owned()))?;
        let data = tempfile::Builder::new().prefix("pipit-data-").tempdir()?;
        let api_key = match setup.gateway {
            Some(_) => LIVE_KEY,
            None => API_KEY,
        };
        let otp_service = match (setup.otp_service, setup.gateway) {
            (None, None) => None,
            (settings, gateway) => {
                let settings = settings.unwrap_or_default();
                Some(start_otp_service(data.path(), settings, gateway, api_key).await?)
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let behind = listener.local_addr()?;
        let (address, gate) = match setup.held_back {
            None => (behind, None),
            Some(ending) => {
                let front = TcpListener::bind("127.0.0.1:0").await?;
                let address = front.local_addr()?;
                (address, Some(Gate::hold_back(ending, front, behind)))
            }
        };
        let mut product = Self {
            address,
            behind,
            settings: setup.backend.iter().map(|&one| one.to_owned()).collect(),
            api_key,
            page,
            data,
            backend: None,
            gate,
            otp_service,
        };
        product.serve(listener).await?;
        Ok(product)
    }

    /// The address of a page.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The messages that it has sent.
    #[must_use]
    pub fn outbox(&self) -> Outbox {
        let server = self.otp_service.as_ref().map_or(self.address, |one| one.0);
        Outbox::new(format!("http://{server}"))
    }

    /// Gives out what was held back.
    pub fn let_through(&self) {
        if let Some(gate) = &self.gate {
            gate.open();
        }
    }

    /// Stops the backend as Ctrl-C would and waits for its end.
    ///
    /// # Errors
    /// When it ends with an error.
    pub async fn stop_backend(&mut self) -> Outcome {
        match self.backend.take() {
            Some(backend) => backend.stop().await,
            None => Ok(()),
        }
    }

    /// Starts the backend again at the same address with the same data.
    ///
    /// # Errors
    /// As [`Product::start`].
    pub async fn start_backend_again(&mut self) -> Outcome {
        let listener = wait_for("the port to be free again", async || {
            Ok(Some(TcpListener::bind(self.behind).await?))
        })
        .await?;
        self.serve(listener).await
    }

    /// Stops everything.
    ///
    /// # Errors
    /// When a server ends with an error.
    pub async fn stop(mut self) -> Outcome {
        self.stop_backend().await?;
        match self.otp_service.take() {
            Some((_, server)) => server.stop().await,
            None => Ok(()),
        }
    }

    async fn serve(&mut self, listener: TcpListener) -> Outcome {
        let mut arguments = vec![
            "backend".to_owned(),
            format!("--static-dir={}", self.page.display()),
            format!("--data-dir={}", self.data.path().join("backend").display()),
            format!("--public-url={}", self.url("")),
            "--log=warn".to_owned(),
        ];
        arguments.extend(self.settings.iter().cloned());
        if let Some((service, _)) = &self.otp_service {
            arguments.push(format!("--otp-service-url=http://{service}"));
        }
        let mut config = backend::Config::try_parse_from(arguments)?;
        if self.otp_service.is_some() {
            config.otp_api_key = Some(self.api_key.into());
        }
        config.server_keys = Some(SERVER_KEY.into());
        let workers = Some(Arc::new(Workers::start()?));
        let backend = Server::run(|stop| backend::serve(config, listener, workers, stop));
        self.backend = Some(wait_until_ready(backend, &self.url("/readyz")).await?);
        Ok(())
    }
}

async fn start_otp_service(
    data: &Path,
    settings: &[&str],
    gateway: Option<SocketAddr>,
    api_key: &'static str,
) -> Outcome<(SocketAddr, Server)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut arguments = vec![
        "otp-service".to_owned(),
        format!("--data-dir={}", data.join("otp-service").display()),
        "--log=warn".to_owned(),
    ];
    arguments.extend(settings.iter().map(|&one| one.to_owned()));
    if let Some(gateway) = gateway {
        arguments.extend([
            "--gateway=http".to_owned(),
            "--allowed-countries=DE".to_owned(),
            "--http-gateway-sender=Pipit".to_owned(),
            format!("--http-gateway-url=http://{gateway}/send"),
        ]);
    }
    let mut config = otp_service::Config::try_parse_from(arguments)?;
    config.initial_api_key = Some(api_key.into());
    if gateway.is_some() {
        config.gateways.http_gateway_secret = Some("sesame12".into());
    }
    let server = Server::run(|stop| otp_service::serve(config, listener, stop));
    let ready = format!("http://{address}/readyz");
    Ok((address, wait_until_ready(server, &ready).await?))
}

/// The server, once it answers 200 there.
async fn wait_until_ready(server: Server, url: &str) -> Outcome<Server> {
    let ready = wait_for("a server to be ready", async || {
        if server.has_ended() {
            return Ok(Some(false));
        }
        let answer = send(Method::GET, url, &[]).await?;
        Ok((answer.status == 200).then_some(true))
    })
    .await?;
    if ready {
        return Ok(server);
    }
    server.stop().await?;
    Err(Trouble::new("a server ended right after its start"))
}

/// The folder with the built page, where Trunk puts it.
///
/// # Errors
/// When it is not there.
pub fn built_page() -> Outcome<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let page = root.map(|root| root.join("dist")).unwrap_or_default();
    if page.join("index.html").is_file() {
        Ok(page)
    } else {
        Err(Trouble::new(
            "the page is not built: run `cargo xtask test`, or `cargo xtask bundle` for the page alone",
        ))
    }
}
