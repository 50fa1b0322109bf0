//! Sends while the gateway is ill: they are answered by the queue, not by the gateway (H-10), and when the
//! queue is full at once (H-04, H-05).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::figures::Times;
use crate::load::SEND;
use crate::process::{LIVE_KEY, Service, Store};
use crate::{Failure, Options, numbers};

const CLIENTS: usize = 16;

/// Prints a table.
pub(crate) async fn rows(options: &Options, lasts: Duration) -> Result<(), Failure> {
    println!(
        "| gateway | answered 200 | p50 / p99 ms | answered 503 | p50 / p99 ms |\n\
         | --- | ---: | ---: | ---: | ---: |"
    );
    let hangs = TcpListener::bind("127.0.0.1:0").await?;
    let gone = TcpListener::bind("127.0.0.1:0").await?;
    let (there, nowhere) = (hangs.local_addr()?, gone.local_addr()?);
    drop(gone);
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((connection, _)) = hangs.accept().await {
            held.push(connection);
        }
    });
    row(options, "outbox", None, lasts).await?;
    row(
        options,
        "takes connections, never answers",
        Some(there),
        lasts,
    )
    .await?;
    row(options, "refuses connections", Some(nowhere), lasts).await?;
    held.abort();
    Ok(())
}

async fn row(
    options: &Options,
    name: &str,
    gateway: Option<std::net::SocketAddr>,
    lasts: Duration,
) -> Result<(), Failure> {
    let service = match gateway {
        None => Service::start(options, Store::Sqlite).await?,
        Some(address) => Service::start_sending(options, address).await?,
    };
    let service = Arc::new(service);
    let (end, turns) = (Instant::now() + lasts, Arc::new(AtomicU64::new(0)));
    let mut running = JoinSet::new();
    for _ in 0..CLIENTS {
        let (service, turns) = (Arc::clone(&service), Arc::clone(&turns));
        running.spawn(async move {
            let mut client = Client::connect(&service.authority).await?;
            if gateway.is_some() {
                client.uses(LIVE_KEY);
            }
            let (mut sent, mut refused) = (Times::default(), Times::default());
            while Instant::now() < end {
                let number = numbers::nth(turns.fetch_add(1, Ordering::Relaxed));
                let body = json!({"phone_number": number, "expires_in": 5});
                let began = Instant::now();
                let reply = client.post(SEND, &body).await?;
                match reply.status.as_u16() {
                    200 => sent.push(began.elapsed()),
                    503 => refused.push(began.elapsed()),
                    _ => reply.ok().map(drop)?,
                }
            }
            Ok::<_, Failure>((sent, refused))
        });
    }
    let (mut sent, mut refused) = (Times::default(), Times::default());
    while let Some(times) = running.join_next().await {
        let times = times??;
        sent.extend(times.0);
        refused.extend(times.1);
    }
    println!(
        "| {name} | {} | {} | {} | {} |",
        sent.len(),
        sent.shown(),
        refused.len(),
        refused.shown(),
    );
    Service::end(service).await
}
