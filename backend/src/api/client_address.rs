//! `GET /api/client-address`, for the operator, with a server key: which address the backend takes this caller for, and by
//! which rule. Asked through the proxy it shows whether TRUSTED_PROXIES is right (B-08).

use axum::extract::State;
use edge::Json;
use serde::Serialize;

use crate::app::Shared;
use crate::client::Client;
use crate::openapi::{OPERATION, Operation, SERVER};
use crate::server_key::AppServer;
use schemars::JsonSchema;

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ClientAddressResponse {
    /// None: what the proxy says is no address.
    client_address: Option<String>,
    peer_address: String,
    rule: String,
}

pub(crate) fn operation() -> Operation {
    Operation::new::<ClientAddressResponse>(
        "get_client_address",
        OPERATION,
        "Ask which address this call is taken to come from",
    )
    .needs(SERVER)
}

pub(crate) async fn handle(
    _: AppServer,
    State(app): Shared,
    client: Client,
) -> Json<ClientAddressResponse> {
    Json(ClientAddressResponse {
        client_address: client.address().ok().map(|address| address.to_string()),
        peer_address: client.peer.to_string(),
        rule: app.proxies.to_string(),
    })
}
