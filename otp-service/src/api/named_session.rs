//! How requests name a session: by its token, by a JWT of it, or by its id.

use edge::ApiError;
use shared::{ErrorType, HiddenText};

use crate::secrets::fingerprint;
use crate::service::Service;
use crate::store::sessions::SessionRef;

/// The session of a token, which may or may not exist.
pub(super) fn by_token(token: &HiddenText) -> SessionRef {
    SessionRef::TokenHash(fingerprint(token.as_str()))
}

/// The session of a JWT, which may or may not live.
pub(super) async fn by_jwt(
    service: &Service,
    app_id: &str,
    jwt: &HiddenText,
) -> Result<SessionRef, ApiError> {
    let ring = service.key_ring(app_id).await?;
    let id = ring.session_id(jwt.as_str(), service.clock.now());
    id.map(SessionRef::Id)
        .ok_or_else(|| ErrorType::InvalidSession.into())
}
