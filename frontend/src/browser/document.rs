//! What the document says beside the program: settings, sentences, the choice of language.

use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlSelectElement};

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn by_id(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// The text of the element with this id.
#[must_use]
pub fn text_of(id: &str) -> Option<String> {
    by_id(id)?.text_content()
}

/// Writes into the first element that fits the selector, if there is one.
pub fn set_text(selector: &str, text: &str) {
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let Some(element) = found {
        element.set_text_content(Some(text));
    }
}

/// The content of `<meta name="…">`.
#[must_use]
pub fn meta(name: &str) -> Option<String> {
    let selector = ["meta[name=", name, "]"].concat();
    let element = document()?.query_selector(&selector).ok()??;
    element.get_attribute("content")
}

/// Says in the document which language it is in.
pub fn set_language(language: &str, direction: &str) {
    if let Some(page) = document().and_then(|document| document.document_element()) {
        // Fails only for names of attributes that are none.
        let _ = page.set_attribute("lang", language);
        let _ = page.set_attribute("dir", direction);
    }
}

/// Adds a style sheet behind those that are there.
pub fn add_style(address: &str) {
    let attributes = [("rel", "stylesheet"), ("href", address)];
    if let (Some(link), Some(head)) = (
        element("link", &attributes),
        document().and_then(|document| document.head()),
    ) {
        // An element that is new can be put anywhere.
        let _ = head.append_child(&link);
    }
}

/// Shows a picture, with this text in its place where it can't be seen, instead of everything that is
/// in the first element that fits the selector.
pub fn show_picture(selector: &str, address: &str, text: &str) {
    let attributes = [("class", "brand-logo"), ("src", address), ("alt", text)];
    let found = document().and_then(|document| document.query_selector(selector).ok().flatten());
    if let (Some(place), Some(picture)) = (found, element("img", &attributes)) {
        place.set_text_content(None);
        let _ = place.append_child(&picture);
    }
}

fn element(name: &str, attributes: &[(&str, &str)]) -> Option<Element> {
    let element = document()?.create_element(name).ok()?;
    for (name, value) in attributes {
        let _ = element.set_attribute(name, value);
    }
    Some(element)
}

/// Takes a class from the document's root.
pub fn remove_page_class(class: &str) {
    if let Some(page) = document().and_then(|document| document.document_element()) {
        let _ = page.class_list().remove_1(class);
    }
}

/// What is chosen in the `<select>` with this id.
#[must_use]
pub fn chosen(id: &str) -> Option<String> {
    let select: HtmlSelectElement = by_id(id)?.dyn_into().ok()?;
    Some(select.value())
}

/// Chooses in it.
pub fn choose(id: &str, value: &str) {
    if let Some(Ok(select)) = by_id(id).map(JsCast::dyn_into::<HtmlSelectElement>) {
        select.set_value(value);
    }
}
