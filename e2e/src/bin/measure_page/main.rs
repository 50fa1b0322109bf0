//! Measures the page: what goes over the network, how soon it is there on a slow one, and what
//! Lighthouse says. Prints tables. Called by `cargo xtask bench page`.
//!
//! Here live the command line and the order of things. Asserts nothing: how fast a machine is is not a
//! fault.

#![expect(clippy::print_stdout, reason = "a command line prints its tables")]

mod files;
mod lighthouse;
mod load;
mod median;

use std::path::PathBuf;

use clap::Parser;
use e2e::{Outcome, Product, Setup};

/// Measures the page.
#[derive(Debug, Parser)]
struct Options {
    /// The program `lighthouse`, a script for Node.
    #[arg(long)]
    lighthouse: PathBuf,
    /// How often the page is opened, each time by a browser that has never seen it, and how often
    /// Lighthouse looks.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

#[tokio::main]
async fn main() -> Outcome {
    let options = Options::parse();
    let product = Product::start(Setup::default()).await?;
    let address = product.url("/");

    println!("Over the network until the first screen works, in one language, nothing cached:\n");
    println!("{}", files::measure(&address).await?);

    println!(
        "\nOpened {} times by a new browser, processor {} times slower, network of {} Mbit/s with {} ms:\n",
        options.runs,
        load::PROCESSOR_SLOWER,
        load::MEGABITS,
        load::LATENCY_MS
    );
    println!("{}", load::measure(&address, options.runs).await?);

    println!("\nLighthouse, as a telephone:\n");
    println!(
        "{}",
        lighthouse::measure(&options.lighthouse, &address, options.runs).await?
    );
    product.stop().await
}
