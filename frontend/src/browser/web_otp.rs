//! WebOTP: the browser reads the code from the message, where it can and the person agrees.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use super::member;

/// A request for the code; dropping it aborts the request.
#[derive(Debug)]
pub struct WebOtp {
    abort: AbortController,
}

impl WebOtp {
    /// Asks the browser for the next code; `None` where it does not know how.
    #[must_use]
    pub fn ask(received: impl FnOnce(String) + 'static) -> Option<Self> {
        let window: JsValue = web_sys::window()?.into();
        if !Reflect::has(&window, &"OTPCredential".into()).unwrap_or(false) {
            return None;
        }
        let credentials = member(&member(&window, "navigator")?, "credentials")?;
        let get: Function = member(&credentials, "get")?.dyn_into().ok()?;
        let abort = AbortController::new().ok()?;
        let request = request(&abort)?;
        // `resolve`, because what a polyfill gives may be another realm's promise.
        let promise = Promise::resolve(&get.call1(&credentials, &request).ok()?);
        spawn_local(async move {
            // Rejected when aborted, refused by the person or timed out: then the code is typed.
            if let Ok(credential) = JsFuture::from(promise).await
                && let Some(code) = member(&credential, "code").and_then(|code| code.as_string())
            {
                received(code);
            }
        });
        Some(Self { abort })
    }
}

impl Drop for WebOtp {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// `{otp: {transport: ["sms"]}, signal}`
fn request(abort: &AbortController) -> Option<Object> {
    let otp = Object::new();
    Reflect::set(&otp, &"transport".into(), &Array::of1(&"sms".into())).ok()?;
    let request = Object::new();
    Reflect::set(&request, &"otp".into(), &otp).ok()?;
    Reflect::set(&request, &"signal".into(), &abort.signal()).ok()?;
    Some(request)
}
