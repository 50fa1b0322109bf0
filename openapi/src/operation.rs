//! What one operation is declared to do: read beside its handler, written into the document here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use shared::ErrorType;
use shared::schema::{IdempotencyKey, Seconds};

use crate::Example;
use crate::schemas::Schemas;

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
pub struct Tag {
    /// A word.
    pub name: &'static str,
    /// What they have in common.
    pub description: &'static str,
}

/// Who may call.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    /// Names of security schemes: one of these sets is needed, and all of it.
    pub one_of: &'static [&'static [&'static str]],
    /// What everybody else is told.
    pub refused: ErrorType,
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
pub struct Operation {
    id: &'static str,
    tag: Tag,
    summary: &'static str,
    description: &'static str,
    access: Option<Access>,
    deprecated: bool,
    parameters: Vec<Parameter>,
    request: Option<SchemaOf>,
    /// None: an answer without a body.
    answer: Option<SchemaOf>,
    leads_on: Option<&'static str>,
    errors: Vec<ErrorType>,
    /// Calls and answers, as the document shows them.
    pub examples: Vec<Example>,
}

impl Operation {
    /// An operation that anybody may call, and its answer of 200.
    #[must_use]
    pub fn new<Answer: JsonSchema>(id: &'static str, tag: Tag, summary: &'static str) -> Self {
        Self {
            id,
            tag,
            summary,
            description: "",
            access: None,
            deprecated: false,
            parameters: Vec::new(),
            request: None,
            answer: Some(Schemas::answer::<Answer>),
            leads_on: None,
            errors: Vec::new(),
            examples: Vec::new(),
        }
    }

    /// More than its summary says.
    #[must_use]
    pub fn describe(self, description: &'static str) -> Self {
        Self {
            description,
            ..self
        }
    }

    /// The body's type.
    #[must_use]
    pub fn takes<Request: JsonSchema>(self) -> Self {
        Self {
            request: Some(Schemas::request::<Request>),
            ..self
        }
    }

    /// An id in the path.
    #[must_use]
    pub fn in_path<Shape: JsonSchema>(self, name: &'static str, description: &'static str) -> Self {
        self.parameter::<Shape>(name, "path", true, description)
    }

    /// A key that must be in the query.
    #[must_use]
    pub fn in_query<Shape: JsonSchema>(
        self,
        name: &'static str,
        description: &'static str,
    ) -> Self {
        self.parameter::<Shape>(name, "query", true, description)
    }

    /// A key that may be in the query.
    #[must_use]
    pub fn in_query_maybe<Shape: JsonSchema>(
        self,
        name: &'static str,
        description: &'static str,
    ) -> Self {
        self.parameter::<Shape>(name, "query", false, description)
    }

    /// Takes an `Idempotency-Key`.
    #[must_use]
    pub fn idempotent(self) -> Self {
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
    #[must_use]
    pub fn fails(mut self, errors: &[ErrorType]) -> Self {
        self.errors.extend(errors);
        self
    }

    /// Shows a call and its answer.
    #[must_use]
    pub fn example(mut self, example: Example) -> Self {
        self.examples.push(example);
        self
    }

    /// Only these may call.
    #[must_use]
    pub fn needs(self, access: Access) -> Self {
        let access = Some(access);
        Self { access, ..self }
    }

    /// Its success has no body; what it says stands in headers.
    #[must_use]
    pub fn without_body(self) -> Self {
        Self {
            answer: None,
            ..self
        }
    }

    /// It may lead a browser on (303), and this is when.
    #[must_use]
    pub fn may_lead_on(self, when: &'static str) -> Self {
        Self {
            leads_on: Some(when),
            ..self
        }
    }

    /// The same under another path that is kept for old callers; shown once, with the right path.
    #[must_use]
    pub fn old_path(self, id: &'static str) -> Self {
        Self {
            id,
            deprecated: true,
            examples: Vec::new(),
            ..self
        }
    }

    /// Every error that it can end in, by status.
    fn errors_by_status(&self) -> BTreeMap<u16, Vec<ErrorType>> {
        let keyed = self.access.map(|access| access.refused);
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
        put("tags", json!([self.tag.name]));
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
            self.access.map_or(json!([]), |access| {
                let sets = access.one_of.iter();
                sets.map(|set| {
                    set.iter()
                        .map(|name| ((*name).to_owned(), json!([])))
                        .collect::<Value>()
                })
                .collect()
            }),
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
        let mut success = json!({"description": "Success"});
        if let Some(answer) = self.answer {
            success["content"] = content(answer(schemas), of_status(200));
        }
        responses.insert("200".to_owned(), success);
        if let Some(when) = self.leads_on {
            let place =
                json!({"description": "Where to", "schema": {"type": "string", "format": "uri"}});
            let led = json!({"description": when, "headers": {"Location": place}});
            responses.insert("303".to_owned(), led);
        }
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
