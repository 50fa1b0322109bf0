//! The connection that a request came in by, as the listener tells it with every one of its requests.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{ApiError, Stop};

/// Address and port of the other end: the caller's, or those of a proxy in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// All that is told. A request has an [`Arc`] of it as its extension.
#[derive(Debug)]
pub(crate) struct Connected {
    pub(crate) peer: SocketAddr,
    /// Of the server that took it.
    pub(crate) stop: Stop,
}

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let connected = parts.extensions.get::<Arc<Connected>>();
        let unknown = || ApiError::internal("a request came in by no connection");
        Ok(Self(connected.ok_or_else(unknown)?.peer))
    }
}
