//! People who have signed in, and callers who ask for them again and again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use super::caller::{Caller, Request};
use crate::figures::Times;
use crate::{Failure, numbers};

/// Somebody whose verification is sealed and whose session is bound by the backend under test: it
/// checks both at every call, the stub checks nothing.
#[derive(Debug)]
pub(super) struct Visitor {
    verify: Request,
    session: Request,
}

impl Visitor {
    pub(super) fn verify(&self) -> &Request {
        &self.verify
    }

    pub(super) fn session(&self) -> &Request {
        &self.session
    }
}

/// What the callers of one time have met.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) seconds: f64,
    pub(super) times: Times,
}

/// Signs so many people in, one after the other.
pub(super) async fn sign_in(authority: String, people: u64) -> Result<Vec<Visitor>, Failure> {
    let mut caller = Caller::connect(&authority).await?;
    let mut visitors = Vec::new();
    for place in 0..people {
        let number = json!({"phone_number": numbers::nth(place)});
        let send = Request::post("/api/otp/send", "", &number);
        let sent = caller.call(&send).await?.json()?;
        let code = json!({"verification_id": sent["verification_id"], "otp": "123456"});
        let verify = Request::post("/api/otp/verify", "", &code);
        let answer = caller.call(&verify).await?;
        let (cookies, verified) = (answer.cookies(), answer.json()?);
        let token = verified["session_token"].as_str().ok_or("no token")?;
        let headers = format!("authorization: Bearer {token}\r\ncookie: {cookies}\r\n");
        visitors.push(Visitor {
            session: Request::get("/api/session", &headers),
            verify: Request::post("/api/otp/verify", &format!("cookie: {cookies}\r\n"), &code),
        });
    }
    Ok(visitors)
}

/// Asks, each caller one request after the other.
pub(super) async fn ask(
    authority: String,
    requests: Arc<Vec<Request>>,
    clients: usize,
    lasts: Duration,
) -> Result<Asked, Failure> {
    let mut callers = Vec::new();
    for _ in 0..clients {
        callers.push(Caller::connect(&authority).await?);
    }
    let began = Instant::now();
    let mut running = JoinSet::new();
    for (place, mut caller) in callers.into_iter().enumerate() {
        let requests = Arc::clone(&requests);
        running.spawn(async move {
            let mut times = Times::default();
            // Everybody begins with somebody else.
            let first = place * requests.len() / clients;
            for request in requests.iter().cycle().skip(first) {
                let asked = Instant::now();
                if asked > began + lasts {
                    break;
                }
                caller.call(request).await?;
                times.push(asked.elapsed());
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut times = Times::default();
    while let Some(one) = running.join_next().await {
        times.extend(one??);
    }
    let seconds = began.elapsed().as_secs_f64();
    Ok(Asked { seconds, times })
}
