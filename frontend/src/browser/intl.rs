//! Words that the browser has in every language: countries, dates, times ago.

use std::cell::OnceCell;

use js_sys::{Array, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::member;
use crate::deadline::Millis;
use crate::phone::CountryCode;

/// Names of countries in one language (`Intl.DisplayNames`) and their order.
///
/// What asks the browser is made when it is first needed: the first of its kind takes a browser as long as all
/// of a screen.
#[derive(Debug, Clone)]
pub struct CountryNames {
    languages: Array,
    known: Option<String>,
    names: OnceCell<Option<JsValue>>,
    compare: OnceCell<Function>,
}

impl CountryNames {
    /// In the language of this BCP 47 tag. The browser is not asked for what is `known`: a code and a name, as
    /// `DE Germany`.
    #[must_use]
    pub fn new(language: &str, known: Option<String>) -> Self {
        Self {
            languages: Array::of1(&language.into()),
            known,
            names: OnceCell::new(),
            compare: OnceCell::new(),
        }
    }

    /// The country's name, or its code where the browser has none.
    #[must_use]
    pub fn name(&self, code: CountryCode) -> String {
        let known = self.known.as_deref();
        known
            .and_then(|known| Some(known.strip_prefix(code.as_str())?.trim_start().to_owned()))
            .or_else(|| self.ask(code))
            .unwrap_or_else(|| code.as_str().to_owned())
    }

    fn ask(&self, code: CountryCode) -> Option<String> {
        let names = self.names.get_or_init(|| display_names(&self.languages));
        let names = names.as_ref()?;
        let of: Function = member(names, "of")?.dyn_into().ok()?;
        of.call1(names, &code.as_str().into()).ok()?.as_string()
    }

    /// The order of names in this language.
    #[must_use]
    pub fn compare(&self, one: &str, other: &str) -> std::cmp::Ordering {
        let compare = self
            .compare
            .get_or_init(|| Intl::Collator::new(&self.languages, &Object::new()).compare());
        let order = compare.call2(&JsValue::NULL, &one.into(), &other.into());
        let order = order
            .ok()
            .and_then(|order| order.as_f64())
            .unwrap_or_default();
        order.total_cmp(&0.0)
    }
}

fn display_names(languages: &Array) -> Option<JsValue> {
    let intl = member(&js_sys::global(), "Intl")?;
    let constructor: Function = member(&intl, "DisplayNames")?.dyn_into().ok()?;
    let options = options(&[("type", "region")]);
    Reflect::construct(&constructor, &Array::of2(languages, &options)).ok()
}

fn options(entries: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (name, value) in entries {
        // Setting a member of a plain object can't fail.
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    options
}

/// A moment, milliseconds since 1970, in the words of a language.
#[must_use]
pub fn date_and_time(language: &str, at: Millis) -> String {
    let options = options(&[("dateStyle", "medium"), ("timeStyle", "short")]);
    js_sys::Date::new(&millis(at))
        .to_locale_string(language, &options)
        .into()
}

/// A number as a language writes it.
#[must_use]
pub fn number(language: &str, value: u32) -> String {
    js_sys::Number::from(f64::from(value))
        .to_locale_string(language)
        .into()
}

/// "5 minutes ago" in the words of a language.
#[must_use]
pub fn ago(language: &str, secs: i64) -> Option<String> {
    let (amount, unit) = match secs {
        ..3600 => (secs / 60, "minute"),
        3600..86_400 => (secs / 3600, "hour"),
        _ => (secs / 86_400, "day"),
    };
    let intl = member(&js_sys::global(), "Intl")?;
    let constructor: Function = member(&intl, "RelativeTimeFormat")?.dyn_into().ok()?;
    let arguments = Array::of2(&language.into(), &options(&[("numeric", "auto")]));
    let format = Reflect::construct(&constructor, &arguments).ok()?;
    let method: Function = member(&format, "format")?.dyn_into().ok()?;
    method
        .call2(&format, &millis(-amount), &unit.into())
        .ok()?
        .as_string()
}

#[allow(clippy::cast_precision_loss, reason = "times are far below 2^53")]
fn millis(value: i64) -> JsValue {
    JsValue::from_f64(value as f64)
}

/// Small letters without accents, to find what is written differently.
#[must_use]
pub fn fold(text: &str) -> String {
    let decomposed: String = js_sys::JsString::from(text)
        .normalize("NFD")
        .to_lower_case()
        .into();
    let is_accent = |character: &char| ('\u{300}'..='\u{36f}').contains(character);
    decomposed
        .chars()
        .filter(|character| !is_accent(character))
        .collect()
}
