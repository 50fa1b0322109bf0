//! One request to a gateway, made by [`edge::outbound`], and what came of it for the message: whether its bytes may
//! have left (H-02).

use axum::body::Bytes;
use edge::outbound::Failure;
pub(super) use edge::outbound::{Client, Reply};
use http::Request;
use http_body_util::Full;

use super::{Answered, Doubt, Handed, Refusal};

/// An operator who tests sees so much of an answer.
pub(super) const SHOWN: usize = 500;

impl From<Failure> for Handed {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotReached => Self::Refused(Refusal::Unreachable),
            Failure::BrokenOff => Self::Unknown(Doubt::BrokenOff),
            Failure::TooSlow => Self::Unknown(Doubt::TooSlow),
        }
    }
}

/// Makes the request; `read` says what an answer means.
pub(super) async fn hand_over(
    client: &Client,
    request: http::Result<Request<Full<Bytes>>>,
    read: impl FnOnce(&Reply) -> Handed,
) -> Answered {
    let Ok(request) = request else {
        // What can't be written was not sent.
        return Answered {
            handed: Handed::Refused(Refusal::Documented),
            status: 0,
            came_back: "the request can't be written with these settings".to_owned(),
        };
    };
    match client.exchange(request).await {
        Ok(reply) => Answered {
            handed: read(&reply),
            status: reply.status.as_u16(),
            came_back: String::from_utf8_lossy(&reply.body)
                .chars()
                .take(SHOWN)
                .collect(),
        },
        Err((failure, came_back)) => Answered {
            handed: failure.into(),
            status: 0,
            came_back,
        },
    }
}
