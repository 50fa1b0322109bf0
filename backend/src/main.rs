//! Reads the settings, then serves until it is told to stop, or does a chore.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use backend::{Chore, Config, StartError};
use clap::Parser;
use edge::Workers;
// In the place of musl's allocator, for Rust and C alike.
#[cfg(target_env = "musl")]
use mimalloc as _;
use tokio::net::TcpListener;

#[derive(Parser)]
#[command(version, name = "backend")]
struct CommandLine {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    chore: Option<Chore>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let CommandLine { mut config, chore } = CommandLine::parse();
    config.read_environment();
    let outcome = match chore {
        None | Some(Chore::Serve) => serve(config).await,
        Some(chore) => {
            edge::process::lock_down();
            let done = chore.run(&config, &mut std::io::stdout()).await;
            done.map_err(|error| error.to_string())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            // If even that can't be written, the exit code says it.
            let _ = writeln!(std::io::stderr(), "backend: {sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: Config) -> Result<(), String> {
    edge::logging::init(&config.log)
        .map_err(|error| format!("LOG can't be understood: {error}"))?;
    edge::process::lock_down();
    run(config).await.map_err(|error| error.to_string())
}

async fn run(config: Config) -> Result<(), StartError> {
    let stop = edge::Stop::at_signals().map_err(StartError::Listen)?;
    let listener = TcpListener::bind(config.listen_addr)
        .await
        .map_err(StartError::Listen)?;
    let workers = Workers::start().map_err(StartError::Workers)?;
    backend::serve(config, listener, Some(Arc::new(workers)), stop).await
}
