//! The document as a page for people: plain HTML that asks no other address for anything.
//!
//! What it says is all the document's; here is only how it is laid out.

use serde_json::{Map, Value};

/// The whole page.
pub(super) fn page(document: &Value) -> String {
    let mut page = Page(String::with_capacity(64 * 1024));
    let info = &document["info"];
    page.raw(concat!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"color-scheme\" content=\"light dark\">\n",
        "<link rel=\"stylesheet\" href=\"/docs/docs.css\">\n",
    ));
    page.element("title", text(&info["title"]));
    page.raw("</head>\n<body>\n<header>\n");
    page.element("h1", text(&info["title"]));
    page.prose(text(&info["summary"]));
    page.prose(text(&info["description"]));
    page.raw("<p>For programs: <a href=\"/openapi.json\">/openapi.json</a></p>\n</header>\n");
    page.contents(document);
    page.raw("<main>\n");
    for tag in items(&document["tags"]) {
        page.raw(&format!(
            "<section>\n<h2>{}</h2>\n",
            escaped(text(&tag["description"]))
        ));
        for (method, path, operation) in operations(document, tag) {
            page.operation(method, path, operation);
        }
        page.raw("</section>\n");
    }
    page.types(&document["components"]["schemas"]);
    page.raw("</main>\n</body>\n</html>\n");
    page.0
}

fn operations<'a>(
    document: &'a Value,
    tag: &'a Value,
) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
    entries(&document["paths"])
        .flat_map(|(path, methods)| {
            entries(methods).map(move |(method, operation)| (method, path, operation))
        })
        .filter(move |(_, _, operation)| operation["tags"][0] == tag["name"])
}

fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let map = object.as_object().into_iter();
    map.flat_map(Map::iter)
        .map(|(key, value)| (key.as_str(), value))
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn text(&mut self, text: &str) {
        self.0.push_str(&escaped(text));
    }

    fn element(&mut self, name: &str, text: &str) {
        self.raw(&format!("<{name}>{}</{name}>\n", escaped(text)));
    }

    /// Paragraphs, with what stands between backticks as code.
    fn prose(&mut self, text: &str) {
        for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            self.raw(&format!("<p>{}</p>\n", inline(paragraph)));
        }
    }

    fn contents(&mut self, document: &Value) {
        self.raw("<nav aria-label=\"Operations\">\n<ul>\n");
        for tag in items(&document["tags"]) {
            for (method, path, operation) in operations(document, tag) {
                let id = escaped(text(&operation["operationId"]));
                let (method, path) = (method.to_ascii_uppercase(), escaped(path));
                self.raw(&format!(
                    "<li><a href=\"#{id}\"><b>{method}</b> {path}</a></li>\n"
                ));
            }
        }
        self.raw("</ul>\n</nav>\n");
    }

    fn operation(&mut self, method: &str, path: &str, operation: &Value) {
        let id = escaped(text(&operation["operationId"]));
        let (method, path) = (method.to_ascii_uppercase(), escaped(path));
        self.raw(&format!("<article id=\"{id}\">\n"));
        self.element("h3", text(&operation["summary"]));
        self.raw(&format!(
            "<p class=\"call\"><b>{method}</b> <code>{path}</code></p>\n"
        ));
        if operation["deprecated"] == true {
            self.prose("Kept for old callers.");
        }
        self.prose(text(&operation["description"]));
        self.prose(match items(&operation["security"]) {
            [] => "Needs no key.",
            [_] => "Needs a secret key: `Authorization: Bearer …`.",
            _ => "Needs a secret key: `Authorization: Bearer …` or `?api_key=…`.",
        });
        self.parameters(items(&operation["parameters"]));
        let request = &operation["requestBody"]["content"]["application/json"];
        if !request.is_null() {
            self.media("Body", request);
        }
        let responses = &operation["responses"];
        self.media("Answer", &responses["200"]["content"]["application/json"]);
        self.errors(responses);
        self.raw("</article>\n");
    }

    fn parameters(&mut self, parameters: &[Value]) {
        if parameters.is_empty() {
            return;
        }
        self.raw("<h4>Parameters</h4>\n<dl>\n");
        for parameter in parameters {
            let need = if parameter["required"] == true {
                "required"
            } else {
                "optional"
            };
            let place = text(&parameter["in"]);
            let kind = kind(&parameter["schema"]);
            self.term(
                text(&parameter["name"]),
                &format!("{kind}, in the {place}, {need}"),
                text(&parameter["description"]),
            );
        }
        self.raw("</dl>\n");
    }

    fn term(&mut self, name: &str, kind_html: &str, description: &str) {
        self.raw("<dt><code>");
        self.text(name);
        self.raw(&format!("</code> <span>{kind_html}</span></dt>\n<dd>"));
        self.raw(&inline(description));
        self.raw("</dd>\n");
    }

    fn media(&mut self, title: &str, media: &Value) {
        self.raw(&format!(
            "<h4>{title}</h4>\n<p>{}</p>\n",
            kind(&media["schema"])
        ));
        self.examples(&media["examples"]);
    }

    fn examples(&mut self, examples: &Value) {
        for (name, example) in entries(examples) {
            let value = serde_json::to_string_pretty(&example["value"]).unwrap_or_default();
            self.raw("<details>\n");
            self.element("summary", &name.replace('_', " "));
            self.element("pre", &value);
            self.raw("</details>\n");
        }
    }

    fn errors(&mut self, responses: &Value) {
        self.raw("<h4>Errors</h4>\n<details>\n<summary>By status</summary>\n<dl>\n");
        let errors: Vec<_> = entries(responses)
            .filter(|(status, _)| *status != "200")
            .collect();
        for (status, response) in &errors {
            self.raw(&format!("<dt>{}</dt>\n<dd>", escaped(status)));
            self.prose(text(&response["description"]));
            self.raw("</dd>\n");
        }
        self.raw("</dl>\n</details>\n");
        for (_, response) in errors {
            self.examples(&response["content"]["application/json"]["examples"]);
        }
    }

    fn types(&mut self, schemas: &Value) {
        self.raw("<section>\n<h2>Types</h2>\n");
        for (name, schema) in entries(schemas) {
            let id = escaped(name);
            self.raw(&format!("<article id=\"type-{id}\">\n"));
            self.element("h3", name);
            self.prose(text(&schema["description"]));
            if schema["properties"].is_null() {
                self.choices(schema);
            } else {
                self.fields(schema);
            }
            self.raw("</article>\n");
        }
        self.raw("</section>\n");
    }

    fn fields(&mut self, schema: &Value) {
        self.raw("<dl>\n");
        for (name, field) in entries(&schema["properties"]) {
            let required = items(&schema["required"]).iter().any(|one| one == name);
            let need = if required { ", required" } else { "" };
            self.term(
                name,
                &format!("{}{need}", kind(field)),
                text(&field["description"]),
            );
        }
        self.raw("</dl>\n");
    }

    fn choices(&mut self, schema: &Value) {
        self.raw("<dl>\n");
        let choices = items(&schema["oneOf"])
            .iter()
            .chain(items(&schema["anyOf"]));
        for choice in choices {
            let shown = choice["const"].as_str();
            let kind = if shown.is_some() {
                String::new()
            } else {
                kind(choice)
            };
            self.term(
                shown.unwrap_or_default(),
                &kind,
                text(&choice["description"]),
            );
        }
        self.raw("</dl>\n");
    }
}

/// What a value may be, in a few words of HTML.
fn kind(schema: &Value) -> String {
    if let Some(name) = text(&schema["$ref"])
        .rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
    {
        let name = escaped(name);
        return format!("<a href=\"#type-{name}\">{name}</a>");
    }
    let choices = items(&schema["anyOf"]);
    if !choices.is_empty() {
        let kinds: Vec<_> = choices.iter().map(kind).collect();
        return kinds.join(" or ");
    }
    if let Some(format) = schema["format"]
        .as_str()
        .filter(|_| schema["type"].is_null())
    {
        return escaped(format);
    }
    if let Some(constant) = schema.get("const") {
        return format!("<code>{}</code>", escaped(&constant.to_string()));
    }
    let kinds = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        several => items(several).iter().map(text).collect(),
    };
    let mut words = Vec::new();
    for one in kinds {
        words.push(if one == "array" {
            format!("list of {}", kind(&schema["items"]))
        } else {
            escaped(one)
        });
    }
    let mut words = words.join(" or ");
    if let (Some(least), Some(most)) = (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
        words.push_str(&format!(" from {least} to {most}"));
    }
    if let Some(most) = schema["maxLength"].as_u64() {
        words.push_str(&format!(" of at most {most} characters"));
    }
    if let Some(pattern) = schema["pattern"].as_str() {
        words.push_str(&format!(", <code>{}</code>", escaped(pattern)));
    }
    words
}

/// Escaped, with what stands between backticks as code.
fn inline(text: &str) -> String {
    let parts = escaped(text);
    let parts = parts.split('`').enumerate();
    parts
        .map(|(place, part)| {
            if place % 2 == 1 {
                format!("<code>{part}</code>")
            } else {
                part.to_owned()
            }
        })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
