//! Clients that sign in, one sign-in after the other each, side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::Client;
use crate::figures::{Row, Times};
use crate::process::Service;
use crate::{Failure, numbers};

/// Not measured: caches fill, memory is asked for.
const WARM_UP: Duration = Duration::from_secs(2);
pub(crate) const SEND: &str = "/v1/auth/otps/sms/login_or_create";
const VERIFY: &str = "/v1/auth/otps/verify";
const CHECK: &str = "/v1/auth/sessions/verify";

/// Users that are made by signing in have places from here on.
const NEW_FROM: u64 = 5_000_000;

/// Who signs in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// Every sign-in makes a user.
    New,
    /// Each of so many users at most once, strewn over the whole database.
    Known(u64),
}

impl Who {
    fn number(self, turn: u64) -> String {
        match self {
            Self::New => numbers::nth(NEW_FROM + turn),
            // A prime step comes to every place before it comes to one twice.
            Self::Known(users) => numbers::nth(turn * 7_919 % users),
        }
    }
}

/// How long the steps took that were served, and those that were refused because there was too much.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) send: Times,
    pub(crate) verify: Times,
    pub(crate) check: Times,
    pub(crate) refused: Times,
}

/// Lets the clients loose and measures.
pub(crate) async fn measure(
    service: &Arc<Service>,
    who: Who,
    clients: usize,
    lasts: Duration,
) -> Result<Row, Failure> {
    let turns = Arc::new(AtomicU64::new(0));
    run(service, who, &turns, clients, WARM_UP).await?;
    let processor = service.processor_time()?;
    let before = service.commits().await?;
    let began = Instant::now();
    let steps = run(service, who, &turns, clients, lasts).await?;
    let seconds = began.elapsed().as_secs_f64();
    let after = service.commits().await?;
    if steps.refused.len() > 0 {
        return Err("the service refused so few clients".into());
    }
    Ok(Row {
        store: service.store,
        clients,
        seconds,
        commits: after.0 - before.0,
        commands: after.1 - before.1,
        processor: service.processor_time()? - processor,
        memory_mib: service.peak_memory()?,
        send: steps.send,
        verify: steps.verify,
        check: steps.check,
    })
}

/// The clients of one time. A refusal ends a sign-in; the client goes on with the next one at once.
pub(crate) async fn run(
    service: &Arc<Service>,
    who: Who,
    turns: &Arc<AtomicU64>,
    clients: usize,
    lasts: Duration,
) -> Result<Steps, Failure> {
    let end = Instant::now() + lasts;
    let mut running = JoinSet::new();
    for _ in 0..clients {
        let (service, turns) = (Arc::clone(service), Arc::clone(turns));
        running.spawn(async move {
            let mut client = Client::connect(&service.authority).await?;
            let mut steps = Steps::default();
            while Instant::now() < end {
                let number = who.number(turns.fetch_add(1, Ordering::Relaxed));
                sign_in(&service, &mut client, number, &mut steps).await?;
            }
            Ok::<_, Failure>(steps)
        });
    }
    let mut all = Steps::default();
    while let Some(steps) = running.join_next().await {
        let steps = steps??;
        all.send.extend(steps.send);
        all.verify.extend(steps.verify);
        all.check.extend(steps.check);
        all.refused.extend(steps.refused);
    }
    Ok(all)
}

async fn sign_in(
    service: &Service,
    client: &mut Client,
    number: String,
    steps: &mut Steps,
) -> Result<(), Failure> {
    let refused = &mut steps.refused;
    let device =
        json!({"ip": "203.0.113.7", "user_agent": "Mozilla/5.0 (X11; Linux x86_64) bench"});
    let send = json!({"phone_number": number, "expires_in": 5, "device_fingerprint": device});
    let send = (SEND, &send);
    let Some(sent) = timed(client, send, &mut steps.send, refused).await? else {
        return Ok(());
    };
    let code = service.beside.code_for(number).await?;
    let code = code.ok_or("no message came")?;
    let verify = json!({
        "method_id": sent["phone_number_id"],
        "challenge_id": sent["challenge_id"],
        "otp": code,
        "session_expires_in": 60,
        "device_fingerprint": device,
    });
    let verify = (VERIFY, &verify);
    let Some(verified) = timed(client, verify, &mut steps.verify, refused).await? else {
        return Ok(());
    };
    let check = json!({"session_token": verified["session_token"]});
    let check = (CHECK, &check);
    let Some(checked) = timed(client, check, &mut steps.check, refused).await? else {
        return Ok(());
    };
    if checked["session"]["user_id"] != sent["user_id"] {
        return Err("the session is another user's".into());
    }
    Ok(())
}

/// What a step answered; nothing when it was refused because there was too much.
async fn timed(
    client: &mut Client,
    (path, body): (&str, &Value),
    served: &mut Times,
    refused: &mut Times,
) -> Result<Option<Value>, Failure> {
    let began = Instant::now();
    let reply = client.post(path, body).await?;
    let took = began.elapsed();
    if reply.status == StatusCode::SERVICE_UNAVAILABLE {
        refused.push(took);
        return Ok(None);
    }
    served.push(took);
    reply.ok().map(Some)
}
