//! Reads a request's body within limits of size and time (D-11, D-12). Nothing is read beyond the
//! limit, with or without an announced length.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Request};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use shared::ErrorType;
use tokio::task::futures::TaskLocalFuture;
use tokio::task_local;

use crate::ApiError;
use crate::harden::overloaded;
use crate::traffic::Inside;

task_local! {
    static ARRIVING: Arriving;
}

/// What reading a body has to know of its request. Among the extensions it would be one too many for the small table
/// that the others fit in, for every request, also those without a body.
#[derive(Debug, Clone)]
pub(crate) struct Arriving {
    pub(crate) limits: BodyLimits,
    pub(crate) inside: Inside,
}

impl Arriving {
    pub(crate) fn within<W: Future>(self, work: W) -> TaskLocalFuture<Self, W> {
        ARRIVING.scope(self, work)
    }
}

/// How much is read of a body, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimits {
    pub(crate) bytes: usize,
    pub(crate) deadline: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            bytes: 4 * 1024,
            deadline: Duration::from_secs(5),
        }
    }
}

pub(crate) fn announced_too_large(body: &Body, limits: BodyLimits) -> bool {
    usize::try_from(body.size_hint().lower()).map_or(true, |bytes| bytes > limits.bytes)
}

/// A body as it came, for whoever has to check a signature over it; within the server's limits.
#[derive(Clone)]
pub struct RawBody(pub Bytes);

impl std::fmt::Debug for RawBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RawBody(hidden)")
    }
}

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read(request).await.map(Self)
    }
}

pub(crate) async fn read(request: Request) -> Result<Bytes, ApiError> {
    let (limits, inside) = match ARRIVING.try_with(Clone::clone) {
        Ok(Arriving { limits, inside }) => (limits, Some(inside)),
        Err(_) => (BodyLimits::default(), None),
    };
    let body = request.into_body();
    if announced_too_large(&body, limits) {
        return Err(ErrorType::PayloadTooLarge.into());
    }
    let collected = Limited::new(body, limits.bytes).collect();
    let arrives = tokio::time::timeout(limits.deadline, collected);
    // Who is slow with its body keeps no other's request waiting (I-10).
    let arrived = match &inside {
        Some(inside) => inside.outside(arrives).await.ok_or_else(overloaded)?,
        None => arrives.await,
    };
    match arrived {
        Err(_) => Err(ErrorType::RequestTimeout.into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(ErrorType::PayloadTooLarge.into()),
        Ok(Err(_)) => {
            Err(ApiError::from(ErrorType::InvalidRequest)
                .message("The body did not arrive in full."))
        }
        Ok(Ok(body)) => Ok(body.to_bytes()),
    }
}
