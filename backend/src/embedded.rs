//! The OTP service in this process, for whoever has configured none: same HTTP, on a loopback port of
//! its own, with a key made at first start. Its messages go to the outbox page and nowhere else, unless its own settings
//! name a gateway; delivery reports do not reach it.

use std::path::Path;

use clap::Parser;
use edge::Stop;
use edge::keys::{KeyError, base62, keep};
use edge::settings::Secret;
use edge::tls::TlsFiles;
use otp_service::GatewayKind;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::StartError;
use crate::config::Config;
use crate::settings::Settings;

/// The files of its keys in DATA_DIR: with the first nothing leaves the machine, the second is for gateways.
pub(crate) const KEYS: [&str; 2] = ["otp-service.key", "otp-service-live.key"];
/// Its data's folder in DATA_DIR.
pub(crate) const FOLDER: &str = "otp-service";

/// A running OTP service.
#[derive(Debug)]
pub(crate) struct Embedded {
    /// Address and port on loopback.
    pub(crate) authority: String,
    pub(crate) key: Secret,
    /// Whether its messages are shown on a page.
    pub(crate) has_outbox: bool,
    stop: Stop,
    done: JoinHandle<Result<(), otp_service::StartError>>,
}

impl Embedded {
    /// Starts it; it answers at once.
    pub(crate) async fn start(config: &Config, settings: &Settings) -> Result<Self, StartError> {
        let mut service = service_config(config, settings)?;
        let has_outbox = service.gateway.contains(&GatewayKind::Outbox);
        if has_outbox && settings.public_url.is_https() {
            return Err(StartError::Setting(format!(
                "PUBLIC_URL is {}, but no OTP service is configured, and the one in this process shows \
                 every code on a page: set OTP_SERVICE_URL and OTP_API_KEY, or GATEWAY as the OTP service's --help says",
                settings.public_url
            )));
        }
        let key = kept_key(&config.data_dir, has_outbox)?;
        service.initial_api_key = Some(key.clone());
        let prepared = otp_service::prepare(&service)
            .await
            .map_err(StartError::OtpService)?;
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(StartError::Listen)?;
        let authority = listener
            .local_addr()
            .map_err(StartError::Listen)?
            .to_string();
        if has_outbox {
            tracing::warn!(
                outbox = format!("{}/outbox", settings.public_url),
                "no OTP service is configured: one runs in this process, messages are shown at the outbox and sent to nobody"
            );
        }
        let stop = Stop::default();
        let done = tokio::spawn(prepared.serve(listener, stop.clone()));
        Ok(Self {
            authority,
            key,
            has_outbox,
            stop,
            done,
        })
    }

    /// Waits until it ends by itself, which it should not.
    pub(crate) async fn ended(&mut self) -> StartError {
        match (&mut self.done).await {
            Ok(Err(error)) => StartError::OtpService(error),
            Ok(Ok(())) => StartError::OtpServiceEnded,
            Err(_) => StartError::OtpServiceEnded,
        }
    }

    /// Stops it and waits until everything is on disk.
    pub(crate) async fn stop(self) -> Result<(), StartError> {
        self.stop.close();
        match self.done.await {
            Ok(outcome) => outcome.map_err(StartError::OtpService),
            Err(_) => Err(StartError::OtpServiceEnded),
        }
    }
}

/// A test key with the outbox: with it nothing leaves the machine.
fn kept_key(data_dir: &Path, has_outbox: bool) -> Result<Secret, KeyError> {
    let [test, live] = KEYS;
    let (name, kind) = if has_outbox {
        (test, "test")
    } else {
        (live, "live")
    };
    keep(&data_dir.join(name), || {
        let word = base62(48, getrandom::fill)?;
        Ok(Zeroizing::new(format!("sk_{kind}_{}", *word)))
    })
}

/// Its policy and its gateways come from the environment as if it ran alone; its place and key from here.
fn service_config(config: &Config, settings: &Settings) -> Result<otp_service::Config, StartError> {
    let mut service = otp_service::Config::try_parse_from(["otp-service"])
        .map_err(|error| StartError::Setting(error.to_string()))?;
    service.insecure_listen = false;
    // Its only caller is this process, and its metrics are nobody's.
    service.traffic.metrics_addr = None;
    service.tls = TlsFiles::default();
    service.data_dir = config.data_dir.join(FOLDER);
    service.database_url = None;
    service.database_url_file = None;
    service.database_ca_file = None;
    service.gateways.read_environment();
    // They would be told to an address that is nobody's.
    service.gateways.receipts_url = None;
    service.origin_host = settings.public_url.host().to_owned();
    service.app_name.clone_from(&settings.app_name);
    service.policy.code_length = settings.code_length;
    service.initial_api_key_file = None;
    Ok(service)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(arguments: &[&str]) -> (Config, Settings) {
        let config = Config::parse_from(["backend"].iter().chain(arguments));
        let settings = Settings::work_out(&config, "127.0.0.1:3000".parse().unwrap()).unwrap();
        (config, settings)
    }

    #[tokio::test]
    async fn behind_a_public_address_it_does_not_start_j_11() {
        let (config, settings) = parts(&["--public-url", "https://login.example.com"]);
        let error = Embedded::start(&config, &settings)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("shows every code on a page"), "{error}");
    }

    #[test]
    fn its_key_is_a_test_key_unless_messages_leave_and_kept_j_11() {
        let folder = tempfile::tempdir().unwrap();
        let key = kept_key(folder.path(), true).unwrap();
        assert!(key.expose().starts_with("sk_test_") && key.expose().len() == 56);
        assert_eq!(kept_key(folder.path(), true).unwrap(), key);
        let live = kept_key(folder.path(), false).unwrap();
        assert!(live.expose().starts_with("sk_live_") && live.expose().len() == 56);
    }

    #[test]
    fn it_takes_its_host_and_names_from_here() {
        let (config, settings) = parts(&[
            "--public-url",
            "http://localhost:8080",
            "--code-length",
            "8",
            "--data-dir",
            "here",
        ]);
        let service = service_config(&config, &settings).unwrap();
        assert_eq!(service.origin_host, "localhost");
        assert_eq!(service.policy.code_length, 8);
        assert_eq!(service.data_dir, Path::new("here/otp-service"));
    }
}
