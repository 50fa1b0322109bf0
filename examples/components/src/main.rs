//! The phone field, the country picker and the code field in all their states, on a page that has
//! nothing else of Pipit: what another Leptos project needs to use them is what this file uses.
//!
//! `trunk serve --config examples/components/Trunk.toml` shows it at <http://127.0.0.1:8081>.

use frontend::browser::CountryNames;
use frontend::components::{CodeField, CountryChoice, CountryPicker, PhoneField};
use frontend::phone::{self, CountryCode, international};
use frontend::value::Value;
use leptos::prelude::*;

fn main() {
    leptos::mount::mount_to_body(Gallery);
}

#[component]
fn Gallery() -> impl IntoView {
    view! {
        <div class="page">
            <main class="card">
                <h1>"Components"</h1>
                <section>
                    <h2>"Country picker"</h2>
                    <Picker id="any" label="Any country" selected=None allowed=vec![]/>
                    <Picker id="chosen" label="One is chosen" selected=country("DE") allowed=vec![]/>
                    <Picker id="three" label="Three to choose from" selected=country("AT") allowed=vec!["AT", "CH", "DE"]/>
                </section>
                <section>
                    <h2>"Phone field"</h2>
                    <p class="lead">"A number with a + moves the country that it is read in."</p>
                    <Phone id="empty" label="Empty" number="" wrong=None/>
                    <Phone id="national" label="National form" number="0151 23456789" wrong=None/>
                    <Phone id="abroad" label="International form" number="+44 7400 123456" wrong=None/>
                    <Phone id="short" label="Wrong" number="0151" wrong=Some("This number is too short for Germany.")/>
                </section>
                <section>
                    <h2>"Code field"</h2>
                    <Code id="code-empty" label="Empty" length=6 digits="" wrong=None/>
                    <Code id="code-half" label="Half typed" length=6 digits="314" wrong=None/>
                    <Code id="code-whole" label="Complete" length=6 digits="314159" wrong=None/>
                    <Code id="code-long" label="Eight digits" length=8 digits="3141" wrong=None/>
                    <Code id="code-wrong" label="Wrong" length=6 digits="314159" wrong=Some("That code isn’t right. You have 4 tries left.")/>
                </section>
                <section lang="ar" dir="rtl">
                    <h2>"من اليمين إلى اليسار"</h2>
                    <Phone id="phone-rtl" label="رقم الهاتف" number="+20 100 123 4567" wrong=None/>
                    <Code id="code-rtl" label="رمز التحقق" length=6 digits="314" wrong=None/>
                </section>
            </main>
        </div>
    }
}

fn country(code: &str) -> Option<CountryCode> {
    CountryCode::parse(code)
}

/// What comes out of a field stands under it.
#[component]
fn Picker(
    id: &'static str,
    label: &'static str,
    selected: Option<CountryCode>,
    /// No list means every country.
    allowed: Vec<&'static str>,
) -> impl IntoView {
    let names = StoredValue::new_local(CountryNames::new("en", None));
    let allowed: Vec<CountryCode> = match allowed.as_slice() {
        [] => phone::all().map(|country| country.code).collect(),
        some => some
            .iter()
            .filter_map(|code| CountryCode::parse(code))
            .collect(),
    };
    let selected = Value::new(selected);
    view! {
        <CountryPicker
            id
            label
            toggle_label="Show countries"
            none_found="No country found"
            choices=Callback::new(move |()| names.with_value(|names| CountryChoice::sorted(&allowed, names)))
            name=Callback::new(move |code| names.with_value(|names| names.name(code)))
            selected
        />
        <p class="fine" lang="en" dir="ltr">"Chosen: " {move || selected.get().map(|code| code.as_str().to_owned())}</p>
    }
}

#[component]
fn Phone(
    id: &'static str,
    label: &'static str,
    number: &'static str,
    wrong: Option<&'static str>,
) -> impl IntoView {
    let value = Value::new(number.to_owned());
    let usual = country("DE");
    let named = usual.and_then(phone::find);
    let named = named.and_then(|usual| phone::country_of(number, usual));
    let home = Value::new(named.or(usual));
    let read = move || {
        let home = home.get().and_then(phone::find)?;
        match phone::read(&value.get(), home) {
            Ok(reading) => Some(international(&reading.number)),
            Err(misread) => Some(format!("{misread:?}")),
        }
    };
    view! {
        <PhoneField
            id
            label
            value
            country=home
            allowed=Callback::new(|_| true)
            error=Value::new(wrong.map(str::to_owned))
        />
        <p class="fine" lang="en" dir="ltr">
            "Country: " {move || home.get().map(|code| code.as_str().to_owned())} " · Read as: "
            <bdi dir="ltr">{read}</bdi>
        </p>
    }
}

#[component]
fn Code(
    id: &'static str,
    label: &'static str,
    length: usize,
    digits: &'static str,
    wrong: Option<&'static str>,
) -> impl IntoView {
    let value = Value::new(digits.to_owned());
    let completed = RwSignal::new(0);
    view! {
        <CodeField
            id
            label
            hint="It is checked as soon as the last digit is in."
            length
            value
            error=Value::new(wrong.map(str::to_owned))
            on_complete=Callback::new(move |()| *completed.write() += 1)
        />
        <p class="fine" lang="en" dir="ltr">
            "Digits: " {move || value.with(String::len)} " · Completed: " {completed} " times"
        </p>
    }
}
