//! Puts the declared operations together into one document.

use serde_json::{Map, Value, json};

use super::Declared;
use super::operation::Tag;
use super::schemas::Schemas;

const DESCRIPTION: &str = "\
Sends one-time passcodes by text message and e-mail, verifies them, keeps users and sessions.

Every success is a 200. Every other answer is the envelope with `status_code`, `error_message` and `error_type`. \
Unknown fields of a body are ignored, an empty body counts as `{}`. A body has at most 16 KiB, 16 levels and 64 keys; \
the same key twice is refused. Times are whole Unix seconds. Text that is unset is `\"\"`, lists are `[]`.";

/// The document (OpenAPI 3.1, JSON Schema 2020-12).
pub(crate) fn document(declared: &[Declared]) -> Value {
    let mut schemas = Schemas::new();
    let mut paths = Map::new();
    for route in declared {
        let operation = (route.operation)().write(&mut schemas);
        let path = paths
            .entry(route.path.as_str())
            .or_insert_with(|| json!({}));
        path[route.method] = operation;
    }
    let tags = Tag::ALL.map(|tag| json!({"name": tag.name(), "description": tag.description()}));
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "OTP service",
            "summary": "The Streambird Auth API, version 1, on a machine of your own",
            "description": DESCRIPTION,
            "version": "1",
        },
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.into_components(),
            "securitySchemes": {
                "secret_key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`sk_test_` or `sk_live_` and 48 letters and digits. Each key sees its own data.",
                },
                "key_in_address": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "api_key",
                    "description": "The same key, for old SDKs, unless the operator has turned it off.",
                },
            },
        },
    })
}
