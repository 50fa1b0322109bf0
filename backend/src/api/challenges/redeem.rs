//! `POST /api/challenges/{challenge_id}/redeem`: takes the result of a challenge, once, within two minutes
//! after the code was right. A wrong, used or late code is one answer.

use axum::extract::{Path, State};
use edge::{ApiError, Json};
use shared::ErrorType;
use shared::app_server::{RedeemChallengeRequest, RedeemChallengeResponse};

use crate::app::Shared;
use crate::openapi::{CHALLENGES, Operation, SERVER};
use crate::server_key::AppServer;
use crate::store::fault;

pub(crate) fn operation() -> Operation {
    Operation::new::<RedeemChallengeResponse>(
        "redeem_challenge",
        CHALLENGES,
        "Take the result of a challenge, once",
    )
    .in_path::<String>("challenge_id", "`chlg_…`")
    .takes::<RedeemChallengeRequest>()
    .needs(SERVER)
    .fails(&[
        ErrorType::ChallengeNotFound,
        ErrorType::InvalidResultCode,
        ErrorType::OriginNotAllowed,
    ])
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    Path(challenge_id): Path<String>,
    Json(request): Json<RedeemChallengeRequest>,
) -> Result<Json<RedeemChallengeResponse>, ApiError> {
    let known = app.store.challenge(&challenge_id).await.map_err(fault)?;
    if known.is_none() {
        return Err(ErrorType::ChallengeNotFound.into());
    }
    if !app
        .results
        .is_of(request.result_code.as_str(), &challenge_id)
    {
        return Err(ErrorType::InvalidResultCode.into());
    }
    let redeemed = app.store.redeem(&challenge_id, app.clock.now()).await;
    let challenge = redeemed.map_err(fault)?;
    let challenge = challenge.ok_or(ErrorType::InvalidResultCode)?;
    let verified_at = challenge.proved_at.ok_or(ErrorType::InvalidResultCode)?;
    Ok(Json(RedeemChallengeResponse {
        challenge_id,
        purpose: challenge.wanted.purpose,
        phone_number: challenge.wanted.phone_number,
        account_id: challenge.wanted.account_id,
        verified_at,
    }))
}
