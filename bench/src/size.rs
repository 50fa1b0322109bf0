//! The same sign-ins on a small and on a large database, the time to start on it, and the memory that
//! it takes.

use std::sync::Arc;
use std::time::Duration;

use crate::load::{Who, measure};
use crate::process::{Service, Store};
use crate::{Failure, Options, numbers};

/// Clients of these measurements.
const CLIENTS: usize = 16;
/// Users of the small database, and of the one whose memory has a limit.
const SIZES: [u64; 2] = [1_000, 100_000];
/// Users of one commit while the database is filled.
const BATCH: u64 = 10_000;
/// Seconds of a year, over which the users came.
const YEAR: i64 = 365 * 24 * 3600;
const FIRST_USER_AT: i64 = 1_760_000_000;

/// Prints a table.
pub(crate) async fn rows(options: &Options, lasts: Duration) -> Result<(), Failure> {
    println!(
        "| users | start-up ms | new users/s | CPU ms per sign-in | known users/s | peak MiB | of the small one |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    let mut small = None;
    for users in SIZES.into_iter().chain([options.users]) {
        let service = Service::start(options, Store::Sqlite).await?;
        fill(&service, users).await?;
        let service = Arc::new(Service::start_on(service.stop().await?).await?);
        let start_up = service.start_up;
        let new = measure(&service, Who::New, CLIENTS, lasts).await?;
        // A number may ask for a code only so often: each of the few users comes once.
        let known = if users >= 100_000 {
            let known = measure(&service, Who::Known(users), CLIENTS, lasts).await?;
            format!("{:.0}", known.rate())
        } else {
            "-".to_owned()
        };
        let peak = service.peak_memory()?;
        let share = new.rate() / *small.get_or_insert(new.rate());
        println!(
            "| {users} | {:.0} | {:.0} | {:.3} | {known} | {peak:.0} | {:.0} % |",
            start_up.as_secs_f64() * 1000.0,
            new.rate(),
            new.processor_ms(),
            share * 100.0
        );
        Service::end(service).await?;
    }
    Ok(())
}

async fn fill(service: &Service, users: u64) -> Result<(), Failure> {
    for first in (0..users).step_by(usize::try_from(BATCH)?) {
        let batch = first..users.min(first + BATCH);
        let created_at = FIRST_USER_AT + i64::try_from(first)? * YEAR / i64::try_from(users)?;
        service
            .beside
            .add_users(batch.map(numbers::nth).collect(), created_at)
            .await?;
        eprint!("\r{} of {users} users", first + BATCH);
    }
    eprintln!();
    Ok(())
}
