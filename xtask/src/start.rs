//! `cargo xtask start`: everything that a fresh machine needs, then page, backend and OTP service in
//! one process on embedded defaults, until Ctrl-C.
//!
//! No setting is explained here: the backend's own `--help` is the reference, and every environment
//! variable that it knows reaches it.

use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::command::{cargo, program, run};
use crate::failure::Failure;
use crate::progress::step;
use crate::{bundle, probe, tools, workspace};

/// How long the servers may take until they are ready.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// How `start` runs.
#[derive(Debug, Parser)]
pub(crate) struct Options {
    /// Address to listen on; port 0 takes any free one.
    #[arg(long, env = "LISTEN_ADDR", default_value = "127.0.0.1:3000")]
    listen_addr: SocketAddr,
    /// What the servers log: error, warn, info, debug.
    #[arg(long, env = "LOG", default_value = "warn")]
    log: String,
    /// Build the servers with optimisation: slower to build, faster to run.
    #[arg(long)]
    release: bool,
}

/// Sets up, builds, runs; comes back when the servers have ended.
pub(crate) fn start(options: &Options) -> Result<(), Failure> {
    // Asked first, so that nobody waits for a build only to read this.
    free_address(options.listen_addr)?;
    let tools = tools::set_up()?;
    tools::clean_up()?;
    bundle::build(&tools)?;
    step("Building the servers", || build_servers(options.release))?;
    let address = free_address(options.listen_addr)?;
    serve(options, address)
}

/// The address, with a free port in place of port 0; a failure when somebody else has it.
pub(crate) fn free_address(wanted: SocketAddr) -> Result<SocketAddr, Failure> {
    TcpListener::bind(wanted)
        .and_then(|listener| listener.local_addr())
        .map_err(|error| {
            Failure::new(
                format_args!("Can't listen on {wanted}: {error}."),
                "Stop the program that listens there, or take any free port: cargo xtask start --listen-addr 127.0.0.1:0",
            )
        })
}

fn build_servers(release: bool) -> Result<(), Failure> {
    let mut build = cargo();
    build.args(["build", "--locked", "--package", "backend"]);
    if release {
        build.arg("--release");
    }
    run(&mut build, "Read the compiler's message above.")
}

fn serve(options: &Options, address: SocketAddr) -> Result<(), Failure> {
    let signals = Signals::new([SIGINT, SIGTERM]).map_err(|error| {
        Failure::new(
            format_args!("Signals can't be heard: {error}"),
            "Try again on a system that is not short of file handles.",
        )
    })?;
    let profile = if options.release { "release" } else { "debug" };
    let binary = workspace::target_folder()?.join(profile).join("backend");
    let mut server = program(&binary)
        .env("LISTEN_ADDR", address.to_string())
        .env("STATIC_DIR", workspace::dist_folder())
        .env("DATA_DIR", workspace::data_folder())
        .env("LOG", &options.log)
        // A group of its own: the terminal's Ctrl-C comes to us, and reaches the server once.
        .process_group(0)
        .spawn()
        .map_err(|error| Failure::file(&binary, &error))?;
    pass_signals_on(signals, &server);

    match wait_until_ready(&mut server, address) {
        Ready::Yes => announce(address),
        Ready::Ended(status) => return ended(status),
        Ready::TooLate => {
            stop(&server);
            let _ = server.wait();
            return Err(Failure::new(
                format_args!(
                    "The servers were not ready within {} seconds.",
                    READY_WITHIN.as_secs()
                ),
                "Read their log above.",
            ));
        }
    }
    let status = server
        .wait()
        .map_err(|error| Failure::file(&binary, &error))?;
    ended(status)
}

/// What came of waiting for a server.
pub(crate) enum Ready {
    Yes,
    Ended(ExitStatus),
    TooLate,
}

/// Waits until the server answers that it can work.
pub(crate) fn wait_until_ready(server: &mut Child, address: SocketAddr) -> Ready {
    let began = Instant::now();
    while began.elapsed() < READY_WITHIN {
        if let Ok(Some(status)) = server.try_wait() {
            return Ready::Ended(status);
        }
        if probe::status_of(address, "/readyz") == Some(200) {
            return Ready::Yes;
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ready::TooLate
}

fn announce(address: SocketAddr) {
    let page = format!("http://{}", reachable(address));
    println!("\n  Pipit is running.\n");
    println!("  Page     {page}/");
    if probe::status_of(address, "/outbox") == Some(200) {
        println!("  Outbox   {page}/outbox   the text messages; none leaves this machine");
    }
    println!("\n  Stop with Ctrl-C.\n");
}

/// What a browser on this machine calls the server: the host must be the one that the backend takes
/// for its own, which is `localhost` unless it was told otherwise.
fn reachable(address: SocketAddr) -> String {
    if address.ip().is_unspecified() || address.ip().is_loopback() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    }
}

fn pass_signals_on(mut signals: Signals, server: &Child) {
    let server = server_id(server);
    thread::spawn(move || {
        for signal in signals.forever() {
            let signal = if signal == SIGINT {
                Signal::INT
            } else {
                Signal::TERM
            };
            if let Some(server) = server {
                // The only error is that the server is gone already, and then we end as well.
                let _ = kill_process(server, signal);
            }
        }
    });
}

fn stop(server: &Child) {
    if let Some(server) = server_id(server) {
        let _ = kill_process(server, Signal::TERM);
    }
}

fn server_id(server: &Child) -> Option<Pid> {
    i32::try_from(server.id()).ok().and_then(Pid::from_raw)
}

fn ended(status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        println!("Pipit has stopped.");
        return Ok(());
    }
    Err(Failure::new(
        format_args!("The servers ended with {status}."),
        "Read their log above.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_with_the_way_out() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let failure = free_address(taken.local_addr().unwrap()).unwrap_err();
        assert!(
            failure.to_string().contains("--listen-addr 127.0.0.1:0"),
            "{failure}"
        );
    }

    #[test]
    fn port_zero_becomes_a_real_port() {
        let address = free_address("127.0.0.1:0".parse().unwrap()).unwrap();
        assert_ne!(address.port(), 0);
    }

    #[test]
    fn the_printed_address_can_be_opened() {
        for (listens, opens) in [
            ("127.0.0.1:3000", "localhost:3000"),
            ("0.0.0.0:80", "localhost:80"),
            ("192.168.0.7:3000", "192.168.0.7:3000"),
            ("[::]:3000", "localhost:3000"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()), opens);
        }
    }
}
