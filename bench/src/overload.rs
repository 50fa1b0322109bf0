//! Ten times as many clients as the service needs to be busy, none of which waits when it is refused
//! (I-10).

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use crate::figures::count;
use crate::load::{Who, run};
use crate::process::{Service, Store};
use crate::{Failure, Options};

/// Clients that keep the service busy, and ten times as many.
const CLIENTS: [usize; 2] = [64, 640];

/// Prints a table.
pub(crate) async fn rows(options: &Options, lasts: Duration) -> Result<(), Failure> {
    println!(
        "| clients | sign-ins/s | refused/s | served p50 / p99 ms (send) | (verify) | (check) | refused p50 / p99 ms | peak MiB |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    for clients in CLIENTS {
        let service = Arc::new(Service::start(options, Store::Sqlite).await?);
        let turns = Arc::new(AtomicU64::new(0));
        let began = Instant::now();
        let mut steps = run(&service, Who::New, &turns, clients, lasts).await?;
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "| {clients} | {:.0} | {:.0} | {} | {} | {} | {} | {:.0} |",
            count(steps.check.len()) / seconds,
            count(steps.refused.len()) / seconds,
            steps.send.shown(),
            steps.verify.shown(),
            steps.check.shown(),
            steps.refused.shown(),
            service.peak_memory()?,
        );
        Service::end(service).await?;
    }
    Ok(())
}
