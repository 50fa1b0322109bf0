//! `cargo xtask bench backend` runs this: what the backend adds to an OTP service, beside nginx as a plain
//! reverse proxy and beside a bare pass-through of hyper's, all in front of one stub of an OTP service.
//!
//! Each stands in a process of its own, and so does the stub. They are asked in turns, a short while each,
//! so that whatever else the machine does meets all of them; what is to be read are the ratios. Limits per
//! address are off by their own settings, everything else of the backend is as it is shipped.

mod caller;
mod load;
mod pass_through;
mod proxies;
mod stub;
mod table;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::Failure;
use caller::Request;
use load::{Asked, Visitor};
use proxies::Proxy;
use table::Row;

/// Numbers that sign in.
const PEOPLE: u64 = 1000;
/// Not measured: caches fill, connections are made.
const WARM_UP: Duration = Duration::from_secs(1);

/// What this program is where it does not measure the OTP service.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Part {
    /// Measures the backend
    Backend(Options),
    /// An OTP service without memory
    #[command(hide = true)]
    Stub {
        #[arg(long)]
        listen: String,
    },
    /// Hands every request on and its answer back
    #[command(hide = true)]
    PassThrough {
        #[arg(long)]
        listen: String,
        #[arg(long)]
        to: String,
    },
}

/// How much is measured.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// The backend; several builds of it are compared when it is given several times
    #[arg(long, required = true)]
    backend: Vec<PathBuf>,
    /// Folder for what is needed meanwhile; it is removed again
    #[arg(long)]
    folder: PathBuf,
    /// Callers side by side, one connection each; one table each
    #[arg(long, value_delimiter = ',', default_value = "64,1")]
    clients: Vec<usize>,
    /// How often each is asked
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Seconds that each is asked in a round
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
}

/// Does its part.
pub(crate) async fn run(part: Part) -> Result<(), Failure> {
    match part {
        Part::Backend(options) => measure(options).await,
        Part::Stub { listen } => off_the_threads(move || stub::serve(listen)).await,
        Part::PassThrough { listen, to } => pass_through::serve(listen, to).await,
    }
}

/// On one thread of its own: what stands around the measured ones is to leave them the machine.
async fn off_the_threads<T: Send + 'static, W: Future<Output = Result<T, Failure>>>(
    work: impl FnOnce() -> W + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(work())
    })
    .await?
}

async fn measure(options: Options) -> Result<(), Failure> {
    let folder = tempfile::tempdir_in(&options.folder)?;
    let proxies = Arc::new(proxies::start(&options.backend, folder.path()).await?);
    let mut backends = proxies.iter().filter(|proxy| proxy.is_backend);
    let any_door = backends.next().map(|backend| backend.authority.clone());
    let any_door = any_door.ok_or("there is no backend to measure")?;
    let mut visitors = Vec::new();
    for proxy in proxies.iter() {
        // What a backend gave out is worth nothing at another; the rest hands on whatever it is.
        let door = if proxy.is_backend {
            proxy.authority.clone()
        } else {
            any_door.clone()
        };
        visitors.push(off_the_threads(move || load::sign_in(door, PEOPLE)).await?);
    }
    let lasts = Duration::from_secs(options.seconds);
    for &clients in &options.clients {
        for (name, request) in [
            (
                "GET /api/session",
                Visitor::session as fn(&Visitor) -> &Request,
            ),
            ("POST /api/otp/verify", Visitor::verify),
        ] {
            let requests = |of: &Vec<Visitor>| Arc::new(of.iter().map(request).cloned().collect());
            let requests: Vec<Arc<Vec<Request>>> = visitors.iter().map(requests).collect();
            let mut rows: Vec<_> = proxies.iter().map(|proxy| Row::new(&proxy.name)).collect();
            for (proxy, requests) in proxies.iter().zip(&requests) {
                ask(proxy, requests, clients, WARM_UP).await?;
            }
            for _ in 0..options.rounds {
                for ((proxy, requests), row) in proxies.iter().zip(&requests).zip(&mut rows) {
                    let before = proxy.processor_time()?;
                    let asked = ask(proxy, requests, clients, lasts).await?;
                    row.add(asked, proxy.processor_time()? - before);
                }
            }
            for (proxy, row) in proxies.iter().zip(&mut rows) {
                row.memory_mib = proxy.memory()?;
            }
            table::print(name, clients, rows);
        }
    }
    Ok(())
}

async fn ask(
    proxy: &Proxy,
    requests: &Arc<Vec<Request>>,
    clients: usize,
    lasts: Duration,
) -> Result<Asked, Failure> {
    let (authority, requests) = (proxy.authority.clone(), Arc::clone(requests));
    off_the_threads(move || load::ask(authority, requests, clients, lasts)).await
}
