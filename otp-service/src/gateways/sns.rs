//! Amazon SNS: `Publish` to a phone number (API version 2010-03-31), by AWS's own SDK, which writes the form,
//! signs it and reads the XML. It gets its HTTP client and its clock from us and nothing from the
//! environment; of itself it neither waits nor tries again (H-01, H-02).
//!
//! A send is not idempotent there: 5xx may have sent, throttling surely has not. Receipts go to CloudWatch
//! and not over HTTP, so this way reports nothing. Not here: the settings
//! (`sns_settings`), which there are whether this is built or not.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_sdk_sns::Client as Sdk;
use aws_sdk_sns::config::http::{HttpRequest, HttpResponse};
use aws_sdk_sns::config::retry::RetryConfig;
use aws_sdk_sns::config::timeout::TimeoutConfig;
use aws_sdk_sns::config::{
    BehaviorVersion, Builder, Config, Credentials, IdentityCache, Region,
    StalledStreamProtectionConfig,
};
use aws_sdk_sns::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_sns::operation::publish::{PublishError, PublishOutput};
use aws_sdk_sns::types::MessageAttributeValue;
use aws_smithy_async::time::StaticTimeSource;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use axum::body::Bytes;
use edge::outbound::chain;
use http::Request;
use http_body_util::Full;
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;

use super::client::{Client, SHOWN};
use super::settings::{GatewaySettings, Needs};
use super::{
    Answered, Attempt, Doubt, Gateway, GatewayError, Handed, Outgoing, PerCountry, Refusal,
};

/// Of its errors those that mean that it is busy (its common errors and those of `Publish`).
const BUSY: [&str; 5] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
];
/// Those that mean that it does not know us, or that the key may not send.
const CREDENTIALS: [&str; 12] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "ExpiredToken",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// The SDK's word for all that is not an answer of success.
type Unpublished = SdkError<PublishError, HttpResponse>;

pub(super) struct Sns {
    sdk: Sdk,
    sender: PerCountry<Sender>,
}

impl Sns {
    pub(super) fn of(all: &GatewaySettings) -> Result<Self, GatewayError> {
        let settings = &all.sns;
        let mut needs = Needs::of("sns");
        let region = needs.value("SNS_REGION", settings.sns_region.as_ref());
        let key_id = needs.value("SNS_ACCESS_KEY_ID", settings.sns_access_key_id.as_ref());
        let secret = needs.secret(
            "SNS_SECRET_ACCESS_KEY",
            settings.sns_secret_access_key.as_ref(),
            settings.sns_secret_access_key_file.as_deref(),
        )?;
        needs.met()?;
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !region.bytes().all(word) {
            return Err("SNS_REGION: a region, as in eu-central-1".to_owned().into());
        }
        let sender = settings.sns_sender.as_ref();
        let sender = sender.map_or_else(
            || Ok(PerCountry::none()),
            |all| all.map(|text| Sender::parse(text)),
        );
        let sender = sender.map_err(|error| format!("SNS_SENDER: {error}"))?;
        let given = settings.sns_url.as_deref();
        let address = all.address("SNS_URL", given.unwrap_or("https://sns.amazonaws.com"))?;
        let connector =
            SharedHttpConnector::new(Connector(Arc::new(Client::new(&address, all.time_limits))));
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(Credentials::new(
                key_id,
                secret.expose(),
                None,
                None,
                "settings",
            ))
            .identity_cache(IdentityCache::no_cache())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .disable_clock_skew_correction(true)
            .http_client(http_client_fn(move |_, _| connector.clone()));
        if given.is_some() {
            config = config.endpoint_url(address.text);
        }
        Ok(Self {
            sdk: Sdk::from_conf(config.build()),
            sender,
        })
    }

    async fn publish(&self, message: &Outgoing<'_>) -> Result<PublishOutput, Box<Unpublished>> {
        let mut publish = self
            .sdk
            .publish()
            .phone_number(message.to)
            .message(message.text)
            .message_attributes("AWS.SNS.SMS.SMSType", text("Transactional")?);
        if let Some(sender) = self.sender.of(message.country) {
            publish = publish.message_attributes(sender.attribute, text(&sender.value)?);
        }
        let since = Duration::from_secs(u64::try_from(message.now).unwrap_or(0));
        let clock = StaticTimeSource::new(UNIX_EPOCH + since);
        let publish = publish
            .customize()
            .config_override(Builder::new().time_source(clock));
        // What the SDK has to log is the request with number and code (F-01).
        let sent = publish.send().with_subscriber(NoSubscriber::new()).await;
        sent.map_err(Box::new)
    }
}

fn text(value: &str) -> Result<MessageAttributeValue, Box<Unpublished>> {
    let value = MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value);
    let unwritten = |error| Box::new(SdkError::construction_failure(error));
    value.build().map_err(unwritten)
}

/// Who sends, and what SNS calls such a sender.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sender {
    attribute: &'static str,
    value: String,
}

impl Sender {
    fn parse(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self {
                attribute: "AWS.MM.SMS.OriginationNumber",
                value: text.to_owned(),
            });
        }
        let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (1..=11).contains(&text.len()) && text.bytes().all(name) {
            return Ok(Self {
                attribute: "AWS.SNS.SMS.SenderID",
                value: text.to_owned(),
            });
        }
        Err(
            "a number of the account, or a name of at most 11 letters, digits and hyphens"
                .to_owned(),
        )
    }
}

/// The SDK's way to the network is that of the other gateways.
#[derive(Debug)]
struct Connector(Arc<Client>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            // What can't be written was not sent.
            let unwritten = |error: &str| ConnectorError::user(error.into());
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let (parts, body) = request.into_parts();
            let body = body.bytes().map(Bytes::copy_from_slice);
            let body = body.ok_or_else(|| unwritten("the request is not whole"))?;
            let request = Request::from_parts(parts, Full::new(body));
            let reply = client.exchange(request).await.map_err(|(failure, cause)| {
                let handed = failure.into();
                ConnectorError::other(Box::new(NoReply { handed, cause }), None)
            })?;
            let mut response = http::Response::new(reply.body.into());
            *response.status_mut() = reply.status;
            HttpResponse::try_from(response).map_err(|error| {
                let cause = error.to_string();
                let handed = Handed::Unknown(Doubt::Garbled);
                ConnectorError::other(Box::new(NoReply { handed, cause }), None)
            })
        })
    }
}

/// What the HTTP client says, on its way through the SDK.
#[derive(Debug)]
struct NoReply {
    handed: Handed,
    cause: String,
}

impl fmt::Display for NoReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}

impl std::error::Error for NoReply {}

/// What an error of the SDK means.
fn read(error: &Unpublished) -> Handed {
    match error {
        SdkError::ConstructionFailure(_) => Handed::Refused(Refusal::Documented),
        SdkError::DispatchFailure(failure) => {
            let error = failure.as_connector_error();
            let source = error.and_then(|error| std::error::Error::source(error));
            match source.and_then(|source| source.downcast_ref::<NoReply>()) {
                Some(reply) => reply.handed.clone(),
                None if failure.is_user() => Handed::Refused(Refusal::Documented),
                None => Handed::Unknown(Doubt::BrokenOff),
            }
        }
        SdkError::ServiceError(error) => refused(error.raw().status().as_u16(), error.err().code()),
        SdkError::ResponseError(error) => refused(error.raw().status().as_u16(), None),
        // Of itself it waits for nothing.
        _ => Handed::Unknown(Doubt::TooSlow),
    }
}

/// An answer that is none of success, with the code that it names.
fn refused(status: u16, code: Option<&str>) -> Handed {
    match (status, code) {
        (429, _) => Handed::Refused(Refusal::Busy),
        (500.., _) => Handed::Unknown(Doubt::ServerError),
        (400..500, Some(code)) if BUSY.contains(&code) => Handed::Refused(Refusal::Busy),
        (400..500, Some(code)) if CREDENTIALS.contains(&code) => {
            Handed::Refused(Refusal::Credentials)
        }
        // Its errors name a code; a proxy's page does not.
        (400..500, Some(_)) => Handed::Refused(Refusal::Documented),
        _ => Handed::Unknown(Doubt::Garbled),
    }
}

/// What came back, for an operator who tests.
fn shown(error: &Unpublished) -> (u16, String) {
    let Some(raw) = error.raw_response() else {
        return (0, chain(error));
    };
    let body = raw.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(body).chars().take(SHOWN).collect();
    (raw.status().as_u16(), body)
}

impl Gateway for Sns {
    fn hand_over<'a>(&'a self, message: Outgoing<'a>) -> Attempt<'a> {
        Box::pin(async move {
            match self.publish(&message).await {
                Ok(taken) => {
                    let named = taken.message_id().filter(|id| !id.is_empty());
                    Answered {
                        handed: named.map_or(Handed::Unknown(Doubt::Garbled), |id| {
                            Handed::Accepted {
                                reference: id.to_owned(),
                            }
                        }),
                        status: 200,
                        came_back: format!("MessageId {}", named.unwrap_or("is missing")),
                    }
                }
                Err(error) => {
                    let (status, came_back) = shown(&error);
                    Answered {
                        handed: read(&error),
                        status,
                        came_back,
                    }
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_number_of_the_account_or_a_name() {
        for (given, attribute) in [
            ("+12125550100", "AWS.MM.SMS.OriginationNumber"),
            ("54321", "AWS.MM.SMS.OriginationNumber"),
            ("Pipit", "AWS.SNS.SMS.SenderID"),
            ("Pipit-2", "AWS.SNS.SMS.SenderID"),
        ] {
            let sender = Sender::parse(given).unwrap();
            assert_eq!(
                (sender.attribute, sender.value.as_str()),
                (attribute, given)
            );
        }
        for given in ["", "+", "Pipit GmbH", "Pipît", "a-name-too-long"] {
            assert!(Sender::parse(given).is_err(), "{given}");
        }
    }
}
