//! `cargo xtask bench` runs this: whole sign-ins against the OTP service as it is shipped, and
//! what they cost. Prints tables; asserts nothing, since how fast a machine is is not a fault.
//!
//! Here live the command line and the order of things. The service under test is a process of its
//! own that knows nothing of being measured; the codes are read beside it, from its data. What the
//! backend adds to an OTP service is measured by [`thin`].

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line speaks on its two streams"
)]

mod client;
mod figures;
mod ill_gateway;
mod load;
mod machine;
mod numbers;
mod overload;
mod process;
mod size;
mod thin;
mod usage;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::load::Who;
use crate::process::{Service, Store};

/// Anything that ends the benchmark early, as a sentence.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
struct CommandLine {
    #[command(subcommand)]
    part: Part,
}

/// What this program is.
#[derive(Debug, Subcommand)]
enum Part {
    /// Measures the OTP service
    Service(Options),
    #[command(flatten)]
    Thin(thin::Part),
}

/// What is measured of the OTP service, and how long.
#[derive(Debug, Args)]
struct Options {
    /// The OTP service, built
    #[arg(long)]
    service: PathBuf,
    /// Folder on the disk to measure; what is made in it is removed again
    #[arg(long)]
    folder: PathBuf,
    /// Where the data is
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        default_value = "sqlite,postgres"
    )]
    stores: Vec<Store>,
    /// Clients that sign in side by side, one row each
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    clients: Vec<usize>,
    /// Seconds that each row is measured
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Users of the large database; 0 leaves it out
    #[arg(long, default_value_t = 1_000_000)]
    users: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let ran = match CommandLine::parse().part {
        Part::Service(options) => run(options).await,
        Part::Thin(part) => thin::run(part).await,
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("✗ {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let folder = options.folder.clone();
    let machine = tokio::task::spawn_blocking(move || machine::measure(&folder)).await??;
    println!("{machine}\n");

    let lasts = Duration::from_secs(options.seconds);
    println!(
        "Whole sign-ins (send; verify with session and JWT; session check), each of a new user:\n"
    );
    println!("{}", figures::Row::HEADINGS);
    for &store in &options.stores {
        for &clients in &options.clients {
            let service = Arc::new(Service::start(&options, store).await?);
            let row = load::measure(&service, Who::New, clients, lasts).await?;
            println!("{row}");
            Service::end(service).await?;
        }
    }
    println!("\nMore than it can do, SQLite (I-10):\n");
    overload::rows(&options, lasts).await?;
    println!("\nSends while the gateway is ill, SQLite (H-10):\n");
    ill_gateway::rows(&options, lasts).await?;
    if options.users > 0 {
        println!("\nThe size of the database, SQLite:\n");
        size::rows(&options, lasts).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_arguments_of_its_own() {
        for line in [
            "bench service --service a --folder b",
            "bench backend --backend a --folder b",
            "bench stub --listen a",
            "bench pass-through --listen a --to b",
        ] {
            let parsed = CommandLine::try_parse_from(line.split(' '));
            assert!(parsed.is_ok(), "{line}: {parsed:?}");
        }
    }
}
