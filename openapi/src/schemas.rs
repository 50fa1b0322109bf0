//! Schemas of the wire types, gathered under `components`. A type is described as its reader takes it
//! in requests and as its writer gives it in answers.

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use shared::{ErrorEnvelope, ErrorType};

/// Where the document keeps its schemas.
const PLACE: &str = "/components/schemas";

pub(crate) struct Schemas {
    requests: SchemaGenerator,
    answers: SchemaGenerator,
    never_null: bool,
}

impl Schemas {
    pub(super) fn new(never_null: bool) -> Self {
        let settings = || {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = PLACE.into();
                settings.meta_schema = None;
            })
        };
        Self {
            requests: settings().for_deserialize().into_generator(),
            answers: settings().for_serialize().into_generator(),
            never_null,
        }
    }

    /// What is read.
    pub(super) fn request<T: JsonSchema>(&mut self) -> Value {
        self.requests.subschema_for::<T>().to_value()
    }

    /// Whether a request's schema refuses `{}`.
    pub(super) fn needs_a_field(&self, schema: &Value) -> bool {
        let name = schema["$ref"]
            .as_str()
            .unwrap_or_default()
            .rsplit('/')
            .next();
        let schema = name.and_then(|name| self.requests.definitions().get(name));
        schema.is_some_and(|schema| {
            ["required", "oneOf", "anyOf"]
                .into_iter()
                .any(|key| !schema[key].is_null())
        })
    }

    /// What is answered.
    pub(super) fn answer<T: JsonSchema>(&mut self) -> Value {
        let mut schema = self.answers.subschema_for::<T>();
        self.tidy(&mut schema);
        schema.to_value()
    }

    /// The envelope with this status and one of these errors.
    pub(super) fn error(&mut self, status: u16, errors: &[ErrorType]) -> Value {
        let mut schema = self.answer::<ErrorEnvelope>();
        let words: Vec<_> = errors.iter().map(|error| error.as_str()).collect();
        schema["properties"] =
            json!({"status_code": {"const": status}, "error_type": {"enum": words}});
        schema
    }

    fn tidy(&self, schema: &mut Schema) {
        if self.never_null {
            NeverNull.transform(schema);
        }
    }

    /// Every schema that was named.
    pub(super) fn into_components(mut self) -> Map<String, Value> {
        let mut components = self.requests.take_definitions(true);
        for (name, schema) in self.answers.take_definitions(true) {
            let mut schema = Schema::try_from(schema).unwrap_or_default();
            self.tidy(&mut schema);
            components.insert(name, schema.to_value());
        }
        components
    }
}

/// Takes `null` out: what an answer does not have is left out of it.
#[derive(Debug, Clone)]
struct NeverNull;

impl Transform for NeverNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(kinds)) = schema.get_mut("type") {
            kinds.retain(|kind| kind != "null");
            if let [only] = kinds.as_slice() {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        let null = json!({"type": "null"});
        if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
            choices.retain(|choice| *choice != null);
            if let [only] = choices.as_slice() {
                let only = only.as_object().cloned().unwrap_or_default();
                schema.remove("anyOf");
                for (key, value) in only {
                    schema.insert(key, value);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}
