//! Keeps a panic to the request it happened in (I-15). What the panic says is not looked at: it may
//! hold what somebody typed (F-11). Where it happened is logged by the hook of [`crate::logging`].

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use axum::response::{IntoResponse, Response};

use crate::ApiError;

pub(super) async fn caught(mut answer: Pin<&mut impl Future<Output = Response>>) -> Response {
    std::future::poll_fn(|context| {
        // A future that panicked is never polled again, so nothing half-done of it is seen.
        match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(_) => Poll::Ready(ApiError::internal("the handler panicked").into_response()),
        }
    })
    .await
}
