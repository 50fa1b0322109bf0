//! The sentences that a language must have, as one structure of plain texts.
//!
//! A language is one value of [`Catalogue`]; one with a missing sentence does not compile. The page
//! carries none of them: it reads the one language that it shows from the lines of a file
//! ([`Catalogue::lines`]), in the order of the fields here.
//!
//! Places for values are `{0}` and `{1}`. Sentences that depend on a number have one form per plural
//! category of the language, separated by `|`, in the order of [`crate::plural`].

use crate::plural;

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// All sentences of one language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Catalogue {
            /// BCP 47 tag.
            pub language: &'static str,
            $($(#[$doc])* pub $name: &'static str,)*
        }

        impl Catalogue {
            /// Names of the sentences, in the order of [`Catalogue::sentences`].
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// The sentences in the order of their fields.
            #[must_use]
            pub fn sentences(&self) -> Vec<&'static str> {
                vec![$(self.$name,)*]
            }

            /// Reads what [`Catalogue::lines`] has written; `None` for anything else, such as the
            /// lines of another version.
            #[must_use]
            pub fn from_lines(lines: &'static str) -> Option<Self> {
                let lines: Vec<&'static str> = lines.split('\n').collect();
                let [language, $($name,)*] = <[_; Self::NAMES.len() + 1]>::try_from(lines).ok()?;
                Some(Self { language, $($name,)* })
            }
        }
    };
}

catalogue! {
    /// Title of a screen in the browser's tab; takes screen and product.
    title,
    /// Name of the control that chooses the language.
    language_name,

    // phone screen
    /// Heading.
    sign_in,
    /// Under the heading.
    sign_in_lead,
    /// Field.
    country,
    /// Button that opens the list.
    show_countries,
    /// Said by the list when nothing fits.
    no_country_found,
    /// Field.
    phone_number,
    /// Button.
    send_code,
    /// On the button meanwhile.
    sending,
    /// Under the form.
    what_happens,
    /// Link.
    terms,
    /// Link.
    privacy,
    /// Link.
    help,

    // code screen
    /// Heading.
    enter_the_code,
    /// Stands before the number.
    sent_to,
    /// Button.
    change_number,
    /// Link to the app that asks for a code.
    go_back,
    /// Field.
    verification_code,
    /// Under that label, where the last digit sends the code in (WCAG 3.2.2).
    checked_at_once,
    /// Button.
    verify,
    /// On the button meanwhile.
    verifying,
    /// Button.
    resend_code,
    /// Takes the time left, such as `0:28`.
    resend_in,
    /// Another code can be asked for.
    resend_now,
    /// Another code was sent.
    sent_again,
    /// The message is being sent.
    on_its_way,
    /// The same; takes how long messages to that country usually take.
    on_its_way_usually,
    /// The message is on the phone.
    delivered,
    /// The message will not arrive: what to do.
    not_delivered,
    /// The person's network tells nothing of messages.
    not_reported,
    /// Takes the number of digits of a code, 6 to 10; no plural forms.
    code_incomplete,

    // account screen
    /// Heading.
    signed_in,
    /// Of a user.
    user_id,
    /// Stands before a date and time.
    session_ends,
    /// Button beside it: the session gets its full length again.
    stay_signed_in,
    /// After that.
    session_extended,
    /// Heading of a list.
    your_devices,
    /// Mark in the list.
    this_device,
    /// Takes a time in words, such as "5 minutes ago".
    last_used,
    /// For such a time, less than two minutes ago.
    just_now,
    /// Takes browser and system.
    browser_on_system,
    /// A device that says nothing known of itself.
    unknown_device,
    /// Button.
    sign_out,
    /// Button.
    sign_out_everywhere_else,
    /// One device was signed out by its button.
    device_signed_out,
    /// No other device was there to sign out.
    no_other_device,
    /// Plural; takes how many, 1 or more.
    devices_signed_out,
    /// Stands where something will be.
    loading,
    /// Button.
    try_again,

    // why the person is back at the phone screen
    /// By the button.
    signed_out,
    /// By the button, but the backend did not answer.
    signed_out_unreached,
    /// In another tab.
    signed_out_elsewhere,
    /// Expired or ended elsewhere.
    session_ended,
    /// A resend in a tab that has never seen the number.
    number_needed_again,
    /// The browser stores nothing.
    ends_with_the_tab,

    // what is wrong with the number
    /// Nothing was typed.
    number_missing,
    /// Letters, or two numbers.
    not_a_number,
    /// After a plus.
    unknown_calling_code,
    /// Takes a country.
    too_short,
    /// Takes a country.
    too_long,
    /// The server does not take it.
    invalid_number,
    /// Takes a country.
    country_not_allowed,
    /// Country or range.
    destination_not_allowed,
    /// After too many wrong codes.
    number_blocked,

    // what is wrong with the code
    /// How many tries are left is not known.
    wrong_code,
    /// Plural; takes the number of tries left, 1 or more.
    wrong_code_tries_left,
    /// Its time is over.
    code_expired,
    /// A new code can be asked for at once.
    too_many_tries,
    /// Takes a time in words.
    too_many_tries_wait,

    // what is wrong with the connection or the service
    /// The browser has no network.
    offline,
    /// The backend does not answer.
    unreachable,
    /// The OTP service does not work.
    service_down,
    /// By no gateway.
    message_not_sent,
    /// Limits; for how long is not known.
    slow_down,
    /// Takes a time in words.
    slow_down_for,
    /// Too much load.
    busy,
    /// The same request is still running.
    in_progress,
    /// The account is disabled.
    user_inactive,
    /// Called from another origin.
    origin_not_allowed,
    /// Page and backend are of different versions.
    out_of_date,
    /// Signed out before.
    device_already_gone,
    /// Anything else.
    unknown_error,
    /// Plural; takes how many seconds. Stands in other sentences: "Try again in {0}."
    seconds,
    /// Plural; takes how many minutes. Stands in other sentences.
    minutes,
}

impl Catalogue {
    /// The sentences as a file, one a line, the language first.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut lines = vec![self.language];
        lines.extend(self.sentences());
        lines.join("\n")
    }

    /// `ltr` or `rtl`.
    #[must_use]
    pub fn direction(&self) -> &'static str {
        match self.language {
            "ar" => "rtl",
            _ => "ltr",
        }
    }

    /// The form of a plural sentence for a number, with the number in it as `shown`.
    #[must_use]
    pub fn counted(&self, forms: &str, number: u32, shown: &str) -> String {
        let index = plural::form(self.language, number);
        // Tests hold every language to the forms that it needs.
        let form = forms.split('|').nth(index).unwrap_or(forms);
        filled(form, &[shown])
    }

    /// "28 seconds", "5 minutes": rounded up, minutes from 91 seconds on.
    #[must_use]
    pub fn duration(&self, secs: u32) -> String {
        let (forms, number) = match secs {
            0..=90 => (self.seconds, secs.max(1)),
            _ => (self.minutes, secs.div_ceil(60)),
        };
        self.counted(forms, number, &number.to_string())
    }
}

/// The sentence with its values in their places.
#[must_use]
pub fn filled(sentence: &str, values: &[&str]) -> String {
    let mut text = String::with_capacity(sentence.len() + 24);
    let mut parts = sentence.split('{');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // `0}` and the text behind it.
        let mut characters = part.chars();
        let index = characters.next().and_then(|digit| digit.to_digit(10));
        let value = index.and_then(|index| values.get(index as usize));
        text.push_str(value.copied().unwrap_or_default());
        characters.next();
        text.push_str(characters.as_str());
    }
    text
}
