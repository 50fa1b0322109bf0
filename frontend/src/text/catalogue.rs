//! The sentences a language must have. Where a number or a name stands in a sentence, the language
//! gives a function, so that it can choose its own order and plural.

/// All sentences of one language.
#[derive(Debug)]
pub struct Catalogue {
    /// BCP 47 tag.
    pub language: &'static str,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// Title of a screen in the browser's tab: screen, product.
    pub title: fn(&str, &str) -> String,

    // phone screen
    pub sign_in: &'static str,
    pub sign_in_lead: &'static str,
    pub country: &'static str,
    pub show_countries: &'static str,
    pub no_country_found: &'static str,
    pub phone_number: &'static str,
    pub send_code: &'static str,
    pub sending: &'static str,
    pub what_happens: &'static str,
    pub terms: &'static str,
    pub privacy: &'static str,
    pub help: &'static str,

    // code screen
    pub enter_the_code: &'static str,
    pub sent_to: &'static str,
    pub change_number: &'static str,
    pub verification_code: &'static str,
    pub verify: &'static str,
    pub verifying: &'static str,
    pub resend_code: &'static str,
    /// Takes the time left, such as `0:28`.
    pub resend_in: fn(&str) -> String,
    pub resend_now: &'static str,
    pub sent_again: &'static str,
    /// Takes the number of digits of a code.
    pub code_incomplete: fn(u8) -> String,

    // account screen
    pub signed_in: &'static str,
    pub user_id: &'static str,
    pub session_ends: &'static str,
    pub your_devices: &'static str,
    pub this_device: &'static str,
    /// Takes a time in words, such as "5 minutes ago".
    pub last_used: fn(&str) -> String,
    pub just_now: &'static str,
    /// Takes browser and system.
    pub browser_on_system: fn(&str, &str) -> String,
    pub unknown_device: &'static str,
    pub sign_out: &'static str,
    pub sign_out_everywhere_else: &'static str,
    pub device_signed_out: &'static str,
    /// Takes how many.
    pub devices_signed_out: fn(u32) -> String,
    pub loading: &'static str,
    pub try_again: &'static str,

    // why the person is back at the phone screen
    pub signed_out: &'static str,
    pub signed_out_unreached: &'static str,
    pub signed_out_elsewhere: &'static str,
    pub session_ended: &'static str,
    pub number_needed_again: &'static str,
    pub ends_with_the_tab: &'static str,

    // what is wrong with the number; a name of a country where one is taken
    pub number_missing: &'static str,
    pub not_a_number: &'static str,
    pub unknown_calling_code: &'static str,
    pub too_short: fn(&str) -> String,
    pub too_long: fn(&str) -> String,
    pub invalid_number: &'static str,
    pub country_not_allowed: fn(&str) -> String,
    pub destination_not_allowed: &'static str,
    pub number_blocked: &'static str,

    // what is wrong with the code
    pub wrong_code: &'static str,
    /// Takes the number of tries left.
    pub wrong_code_tries_left: fn(u8) -> String,
    pub code_expired: &'static str,
    pub too_many_tries: &'static str,
    /// Takes a time in words.
    pub too_many_tries_wait: fn(&str) -> String,

    // what is wrong with the connection or the service
    pub offline: &'static str,
    pub unreachable: &'static str,
    pub service_down: &'static str,
    pub message_not_sent: &'static str,
    pub slow_down: &'static str,
    /// Takes a time in words.
    pub slow_down_for: fn(&str) -> String,
    pub busy: &'static str,
    pub in_progress: &'static str,
    pub user_inactive: &'static str,
    pub origin_not_allowed: &'static str,
    pub out_of_date: &'static str,
    pub device_already_gone: &'static str,
    pub unknown_error: &'static str,
    /// "28 seconds", "5 minutes"; takes seconds.
    pub duration: fn(u32) -> String,
}
