//! Puts the declared operations together into one document.

use serde_json::{Map, Value, json};

use crate::Declared;
use crate::operation::Tag;
use crate::schemas::Schemas;

/// What a document says beside its operations.
#[derive(Debug, Clone)]
pub struct Document {
    /// The server's name.
    pub title: &'static str,
    /// In one line.
    pub summary: &'static str,
    /// What holds for every call.
    pub description: &'static str,
    /// What operations are sorted by, in this order.
    pub tags: &'static [Tag],
    /// By name, what [`crate::Access`] speaks of: `securitySchemes` of OpenAPI.
    pub security_schemes: Value,
    /// Whether answers leave out what they do not have, so that none of their fields is ever `null`.
    pub never_null: bool,
}

impl Document {
    /// The document (OpenAPI 3.1, JSON Schema 2020-12).
    #[must_use]
    pub fn of(&self, declared: &[Declared]) -> Value {
        let mut schemas = Schemas::new(self.never_null);
        let mut paths = Map::new();
        for route in declared {
            let operation = (route.operation)().write(&mut schemas);
            let path = paths
                .entry(route.path.as_str())
                .or_insert_with(|| json!({}));
            path[route.method] = operation;
        }
        let tags = self.tags.iter();
        let tags: Vec<_> = tags
            .map(|tag| json!({"name": tag.name, "description": tag.description}))
            .collect();
        json!({
            "openapi": "3.1.1",
            "info": {
                "title": self.title,
                "summary": self.summary,
                "description": self.description,
                "version": "1",
            },
            "servers": [{"url": "/"}],
            "tags": tags,
            "paths": paths,
            "components": {
                "schemas": schemas.into_components(),
                "securitySchemes": self.security_schemes,
            },
        })
    }
}
