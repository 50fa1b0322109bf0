//! Ids in paths: malformed ones are answered like unknown ones, with the 404 of their kind.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use edge::ApiError;
use http::request::Parts;
use shared::ErrorType;

use crate::ids::{self, Kind};
use crate::service::Service;

async fn read(parts: &mut Parts, kind: Kind, unknown: ErrorType) -> Result<String, ApiError> {
    let path = Path::<String>::from_request_parts(parts, &()).await;
    let id = path
        .ok()
        .map(|Path(id)| id)
        .filter(|id| ids::is_id(kind, id));
    id.ok_or_else(|| unknown.into())
}

macro_rules! path_id {
    ($(#[$doc:meta])* $name:ident, $kind:ident, $unknown:ident) => {
        $(#[$doc])*
        pub(crate) struct $name(pub(crate) String);

        impl FromRequestParts<Arc<Service>> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, _: &Arc<Service>) -> Result<Self, ApiError> {
                read(parts, Kind::$kind, ErrorType::$unknown).await.map(Self)
            }
        }
    };
}

path_id! {
    /// `user_…`
    UserId, User, UserNotFound
}

path_id! {
    /// `pn_…`
    PhoneNumberId, PhoneNumber, PhoneNumberNotFound
}

path_id! {
    /// `chal_…`
    ChallengeId, Challenge, NotFound
}

path_id! {
    /// `email_…`
    EmailId, Email, EmailNotFound
}
