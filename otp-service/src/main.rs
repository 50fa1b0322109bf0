//! Reads the command line, then serves until Ctrl-C or SIGTERM, or does a chore.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
// In the place of musl's allocator, for Rust and C alike.
#[cfg(target_env = "musl")]
use mimalloc as _;
use otp_service::{Chore, Config};
use tokio::net::TcpListener;

#[derive(clap::Parser)]
#[command(version, name = "otp-service")]
struct CommandLine {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    chore: Option<Chore>,
}

#[tokio::main]
async fn main() -> ExitCode {
    edge::process::lock_down();
    let CommandLine { mut config, chore } = CommandLine::parse();
    config.database_url = edge::settings::secret_from_environment("DATABASE_URL");
    config.initial_api_key = edge::settings::secret_from_environment("INITIAL_API_KEY");
    config.gateways.read_environment();
    match chore {
        None | Some(Chore::Serve) => match serve(config).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(%error, "the OTP service does not start");
                ExitCode::FAILURE
            }
        },
        Some(chore) => match chore.run(&config, &mut std::io::stdout()).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                // Standard error closed: then there is nobody to tell.
                let _ = writeln!(std::io::stderr(), "{error}");
                ExitCode::FAILURE
            }
        },
    }
}

async fn serve(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    edge::logging::init(&config.log)?;
    let listener = TcpListener::bind(config.listen_addr)
        .await
        .map_err(|error| format!("LISTEN_ADDR {}: {error}", config.listen_addr))?;
    Ok(otp_service::serve(config, listener, edge::Stop::at_signals()?).await?)
}
