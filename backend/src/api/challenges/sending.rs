//! Sends the code of a challenge, also another one from the person's screen. As a second factor, so that it
//! opens nothing else; the OTP service wants a user for that, and gets one where there is none.

use edge::{ApiError, IdempotencyKey};
use shared::otp_service::{DeviceFingerprint, SendOtpBySmsRequest};
use shared::{CodeLifetime, ErrorType, HiddenText, LanguageTag, PhoneNumber};

use crate::api::send_otp::{CODE_MINUTES, RESEND_IN_SECS};
use crate::app::App;
use crate::otp_client::Fault;
use crate::store::SentCode;
use crate::throttle::numbers::{Sent, counted};

/// What is sent for whom.
#[derive(Debug)]
pub(crate) struct Sending<'a> {
    pub(crate) number: &'a PhoneNumber,
    /// The code is added to it.
    pub(crate) otp_challenge_id: Option<String>,
    pub(crate) language: Option<LanguageTag>,
    pub(crate) device: Option<DeviceFingerprint>,
    pub(crate) key: Option<&'a IdempotencyKey>,
}

/// The code that is on its way now, and whose number it went to.
#[derive(Debug)]
pub(crate) struct OnItsWay {
    pub(crate) sent: SentCode,
    pub(crate) user_id: String,
}

/// Sends it.
pub(crate) async fn send(app: &App, sending: Sending<'_>) -> Result<OnItsWay, Fault> {
    let request = SendOtpBySmsRequest {
        phone_number: HiddenText::from(sending.number.as_str()),
        expires_in: CodeLifetime::parse(CODE_MINUTES).ok(),
        requires_verification: None,
        device_fingerprint: sending.device,
        challenge_id: sending.otp_challenge_id,
        device_token: None,
        locale: sending.language,
    };
    let send = async {
        match app.otp.send_second_factor(&request, sending.key).await {
            Err(fault) if fault.error.error_type() == ErrorType::UserNotFound => {
                app.otp.user_of(sending.number).await?;
                app.otp.send_second_factor(&request, sending.key).await
            }
            outcome => outcome,
        }
    };
    let Sent {
        answer: sent,
        resend_in,
    } = counted(app, sending.number, send).await?;
    app.numbers.learn(sent.challenge.challenge_id.is_some());
    if sent.phone_number_id.is_empty() {
        let cause = "a send without a phone_number_id";
        let error = ApiError::unavailable(ErrorType::OtpServiceMisbehaved, cause);
        return Err(Fault {
            error,
            in_doubt: true,
        });
    }
    let resend_in = sent.challenge.resend_in_secs.or(resend_in);
    let resend_in = resend_in.unwrap_or(RESEND_IN_SECS);
    Ok(OnItsWay {
        sent: SentCode {
            method_id: sent.phone_number_id,
            otp_challenge_id: sent.challenge.challenge_id,
            resend_at: app.clock.now() + i64::from(resend_in),
            used_up: false,
        },
        user_id: sent.user_id,
    })
}
