//! Reads the settings, then serves until Ctrl-C or SIGTERM.

use std::process::ExitCode;

use clap::Parser as _;
use otp_service::Config;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    edge::process::lock_down();
    let mut config = Config::parse();
    config.initial_api_key = edge::settings::secret_from_environment("INITIAL_API_KEY");
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the OTP service does not start");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    edge::logging::init(&config.log)?;
    let listener = TcpListener::bind(config.listen_addr)
        .await
        .map_err(|error| format!("LISTEN_ADDR {}: {error}", config.listen_addr))?;
    let mut terminate = signal(SignalKind::terminate())?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    Ok(otp_service::serve(config, listener, shutdown).await?)
}
