//! What one operation is declared to do: read beside its handler, written into the document here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use shared::ErrorType;
use shared::schema::{IdempotencyKey, Seconds};

use super::Example;
use super::schemas::Schemas;

/// Errors that every call can end in, whatever it asks for.
const ANYWHERE: [ErrorType; 6] = [
    ErrorType::InvalidRequest,
    ErrorType::PayloadTooLarge,
    ErrorType::UriTooLong,
    ErrorType::HeadersTooLarge,
    ErrorType::InternalError,
    ErrorType::Overloaded,
];
/// Further errors of calls with a body.
const WITH_BODY: [ErrorType; 2] = [ErrorType::RequestTimeout, ErrorType::UnsupportedMediaType];
/// Further errors of calls with an id in the path: without the id it is another address.
const WITH_ID: [ErrorType; 2] = [ErrorType::NotFound, ErrorType::MethodNotAllowed];

/// What operations are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    Codes,
    Sessions,
    Users,
    Health,
}

impl Tag {
    pub(super) const ALL: [Self; 4] = [Self::Codes, Self::Sessions, Self::Users, Self::Health];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Codes => "codes",
            Self::Sessions => "sessions",
            Self::Users => "users",
            Self::Health => "health",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Codes => "Sending one-time passcodes and verifying them",
            Self::Sessions => "Who is signed in, and the keys of session JWTs",
            Self::Users => "Making, finding, changing and deleting users",
            Self::Health => "Whether the service runs",
        }
    }
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Whoever has a secret key, in the header.
    Key,
    /// The same, in the header or in the address.
    KeyInAddressToo,
    Anybody,
}

type SchemaOf = fn(&mut Schemas) -> Value;

#[derive(Debug, Clone)]
struct Parameter {
    name: &'static str,
    place: &'static str,
    required: bool,
    description: &'static str,
    schema: SchemaOf,
}

/// What an operation is declared to do.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    id: &'static str,
    tag: Tag,
    summary: &'static str,
    description: &'static str,
    access: Access,
    deprecated: bool,
    parameters: Vec<Parameter>,
    request: Option<SchemaOf>,
    answer: SchemaOf,
    errors: Vec<ErrorType>,
    pub(crate) examples: Vec<Example>,
}

impl Operation {
    /// An operation that callers with a secret key may use, and its answer of 200.
    pub(crate) fn new<Answer: JsonSchema>(
        id: &'static str,
        tag: Tag,
        summary: &'static str,
    ) -> Self {
        Self {
            id,
            tag,
            summary,
            description: "",
            access: Access::Key,
            deprecated: false,
            parameters: Vec::new(),
            request: None,
            answer: Schemas::answer::<Answer>,
            errors: Vec::new(),
            examples: Vec::new(),
        }
    }

    pub(crate) fn describe(self, description: &'static str) -> Self {
        Self {
            description,
            ..self
        }
    }

    /// The body's type.
    pub(crate) fn takes<Request: JsonSchema>(self) -> Self {
        Self {
            request: Some(Schemas::request::<Request>),
            ..self
        }
    }

    /// An id in the path.
    pub(crate) fn in_path<Shape: JsonSchema>(
        self,
        name: &'static str,
        description: &'static str,
    ) -> Self {
        self.parameter::<Shape>(name, "path", true, description)
    }

    /// A key that must be in the query.
    pub(crate) fn in_query<Shape: JsonSchema>(
        self,
        name: &'static str,
        description: &'static str,
    ) -> Self {
        self.parameter::<Shape>(name, "query", true, description)
    }

    /// Takes an `Idempotency-Key`.
    pub(crate) fn idempotent(self) -> Self {
        self.parameter::<IdempotencyKey>(
            "Idempotency-Key",
            "header",
            false,
            "Names this request: a repeat with the same key and the same body gets the first answer again and does nothing. \
             The same key with another body is refused. Kept for 24 hours, per API key and endpoint; `device_fingerprint` is not compared.",
        )
    }

    fn parameter<Shape: JsonSchema>(
        mut self,
        name: &'static str,
        place: &'static str,
        required: bool,
        description: &'static str,
    ) -> Self {
        self.parameters.push(Parameter {
            name,
            place,
            required,
            description,
            schema: Schemas::request::<Shape>,
        });
        self
    }

    /// What it can end in beside the errors that every call can end in.
    pub(crate) fn fails(mut self, errors: &[ErrorType]) -> Self {
        self.errors.extend(errors);
        self
    }

    pub(crate) fn example(mut self, example: Example) -> Self {
        self.examples.push(example);
        self
    }

    /// Needs no key.
    pub(crate) fn open(self) -> Self {
        let access = Access::Anybody;
        Self { access, ..self }
    }

    /// Takes the key as `?api_key=` too.
    pub(crate) fn key_in_address(self) -> Self {
        let access = Access::KeyInAddressToo;
        Self { access, ..self }
    }

    /// The same under another path that is kept for old callers; shown once, with the right path.
    pub(crate) fn old_path(self, id: &'static str) -> Self {
        Self {
            id,
            deprecated: true,
            examples: Vec::new(),
            ..self
        }
    }

    /// Every error that it can end in, by status.
    fn errors_by_status(&self) -> BTreeMap<u16, Vec<ErrorType>> {
        let keyed = (self.access != Access::Anybody).then_some(ErrorType::Unauthorized);
        let body = self.request.iter().flat_map(|_| WITH_BODY);
        let ids = self.parameters.iter().filter(|one| one.place == "path");
        let ids = ids.flat_map(|_| WITH_ID);
        let mut by_status = BTreeMap::<u16, Vec<ErrorType>>::new();
        let own = self.errors.iter().copied();
        for error in own.chain(keyed).chain(ANYWHERE).chain(body).chain(ids) {
            let same_status = by_status.entry(error.http_status()).or_default();
            if !same_status.contains(&error) {
                same_status.push(error);
            }
        }
        by_status
    }

    /// The operation object of OpenAPI.
    pub(super) fn write(&self, schemas: &mut Schemas) -> Value {
        let mut object = Map::new();
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("tags", json!([self.tag.name()]));
        put("operationId", self.id.into());
        put("summary", self.summary.into());
        if !self.description.is_empty() {
            put("description", self.description.into());
        }
        if self.deprecated {
            put("deprecated", true.into());
        }
        put(
            "security",
            match self.access {
                Access::Key => json!([{"secret_key": []}]),
                Access::KeyInAddressToo => json!([{"secret_key": []}, {"key_in_address": []}]),
                Access::Anybody => json!([]),
            },
        );
        let parameters = self.parameters.iter();
        let parameters = parameters.map(|parameter| self.write_parameter(parameter, schemas));
        put("parameters", parameters.collect());
        if let Some(schema) = self.request {
            let examples = self.examples.iter();
            let examples = examples.filter_map(|example| Some((example, example.request.clone()?)));
            let content = content(schema(schemas), named(examples));
            // An empty body counts as `{}`.
            let required = schemas.needs_a_field(&content["application/json"]["schema"]);
            put(
                "requestBody",
                json!({"required": required, "content": content}),
            );
        }
        put("responses", self.write_responses(schemas));
        object.into()
    }

    fn write_parameter(&self, parameter: &Parameter, schemas: &mut Schemas) -> Value {
        let given = self.examples.iter().filter_map(|example| {
            let value = example
                .parameters
                .iter()
                .find(|(name, _)| *name == parameter.name);
            value.map(|(_, value)| (example, (*value).into()))
        });
        let mut object = json!({
            "name": parameter.name,
            "in": parameter.place,
            "required": parameter.required,
            "description": parameter.description,
            "schema": (parameter.schema)(schemas),
        });
        let examples = named(given);
        if !examples.is_empty() {
            object["examples"] = examples.into();
        }
        object
    }

    fn write_responses(&self, schemas: &mut Schemas) -> Value {
        let of_status = |status: u16| {
            let examples = self.examples.iter();
            let examples = examples.filter(move |example| example.status == status);
            named(examples.map(|example| (example, example.answer.clone())))
        };
        let mut responses = Map::new();
        let success = content((self.answer)(schemas), of_status(200));
        responses.insert(
            "200".to_owned(),
            json!({"description": "Success", "content": success}),
        );
        for (status, errors) in self.errors_by_status() {
            let schema = schemas.error(status, &errors);
            let words = errors
                .iter()
                .map(|error| format!("`{error}`: {}", error.message()));
            let mut response = json!({
                "description": words.collect::<Vec<_>>().join("\n\n"),
                "content": content(schema, of_status(status)),
            });
            if matches!(status, 400 | 429 | 503) {
                let schema = schemas.answer::<Seconds>();
                response["headers"] = json!({"Retry-After": {
                    "description": "When to try again, in seconds, where that is known", "schema": schema,
                }});
            }
            responses.insert(status.to_string(), response);
        }
        responses.into()
    }
}

fn named<'a>(examples: impl Iterator<Item = (&'a Example, Value)>) -> Map<String, Value> {
    examples
        .map(|(example, value)| (example.name.to_owned(), json!({"value": value})))
        .collect()
}

fn content(schema: Value, examples: Map<String, Value>) -> Value {
    let mut media = json!({"schema": schema});
    if !examples.is_empty() {
        media["examples"] = examples.into();
    }
    json!({"application/json": media})
}
