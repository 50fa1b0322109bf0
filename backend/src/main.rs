//! Reads the settings, listens, and serves until it is told to stop.

use std::io::Write;
use std::process::ExitCode;

use backend::{Config, StartError};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::load();
    if let Err(error) = edge::logging::init(&config.log) {
        return fail(&format!("LOG can't be understood: {error}"));
    }
    edge::process::lock_down();
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

async fn run(config: Config) -> Result<(), StartError> {
    let stop = edge::Stop::at_signals().map_err(StartError::Listen)?;
    let listener = TcpListener::bind(config.listen_addr)
        .await
        .map_err(StartError::Listen)?;
    backend::serve(config, listener, stop).await
}

/// Says on standard error why it does not run. If even that can't be written, the exit code says it.
fn fail(sentence: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "backend: {sentence}");
    ExitCode::FAILURE
}
