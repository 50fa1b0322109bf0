"""The official Python SDK against a running OTP service: every call that both know.

Started by `cargo xtask test` with the service's address and key in the environment. It only speaks to
that service; what a phone would receive is read from the service's outbox. Nothing is asserted here
that the SDK would not notice; the service's own tests look closer.
"""

import os

import requests
from streambird import Client
from streambird.exceptions import (
    StreambirdDuplicateResource,
    StreambirdException,
    StreambirdInvalidRequest,
    StreambirdResourceNotFound,
    StreambirdUnauthorized,
)

SERVICE = os.environ["OTP_SERVICE_URL"]
KEY = os.environ["OTP_API_KEY"]
DEVICE = {"ip": "192.0.2.1", "user_agent": "Mozilla/5.0"}


def client(key=KEY):
    return Client(key, api_instance_url=f"{SERVICE}/v1")


def code_sent_to(address):
    answer = requests.get(f"{SERVICE}/outbox/messages", params={"to": address}, timeout=10)
    return answer.json()["messages"][0]["code"]


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def assert_raises(kind, message, call, *arguments, **named):
    """The SDK raises exactly this error, with this message if one is given."""
    try:
        answer = call(*arguments, **named)
    except StreambirdException as error:
        assert type(error) is kind, f"{error!r} is no {kind.__name__}"
        assert message in (None, error.message), error.message
    else:
        raise AssertionError(f"no {kind.__name__} but {answer}")


def a_user_signs_in(sdk, send, address, id_field, address_field, channel):
    """By text message or by e-mail: send, a wrong code, the right one, the session, its end."""
    sent = send(address, expires_in=5, device_fingerprint=DEVICE, requires_verification=True)
    assert sent["user_created"] is True and sent["status"] == "pending", sent
    method_id, code = sent[id_field], code_sent_to(address)

    assert_raises(
        StreambirdInvalidRequest, "Invalid OTP Code.", sdk.otps.verify, wrong(code), method_id
    )
    other_device = {"ip": "192.0.2.2"}
    assert_raises(
        StreambirdInvalidRequest, "Invalid OTP Code.",
        sdk.otps.verify, code, method_id, device_fingerprint=other_device,
    )
    verified = sdk.otps.verify(
        code, method_id, session_expires_in=60, device_fingerprint=DEVICE
    )
    assert verified["user_id"] == sent["user_id"] and verified["method_id"] == method_id, verified
    assert_raises(
        StreambirdInvalidRequest, "Invalid OTP Code.", sdk.otps.verify, code, method_id
    )
    factor = verified["session"]["factors"][0]
    assert factor["delivery_channel"] == channel, factor
    assert factor["method"][address_field] == address, factor
    assert verified["session"]["device_fingerprint"] == DEVICE, verified

    session_id = verified["session"]["id"]
    for named in ({"session_token": verified["session_token"]}, {"session_jwt": verified["session_jwt"]}):
        found = sdk.sessions.verify(session_expires_in=30, **named)
        assert found["session"]["id"] == session_id, found
        assert found["session_token"] == verified["session_token"], found
    listed = sdk.sessions.list(sent["user_id"])["sessions"]
    assert [session["id"] for session in listed] == [session_id], listed
    ended = sdk.sessions.delete(session_token=verified["session_token"])
    assert ended == {"message": "Successfully deleted session"}, ended
    assert_raises(
        StreambirdUnauthorized, None,
        sdk.sessions.verify, session_jwt=verified["session_jwt"],
    )
    assert sdk.sessions.list(sent["user_id"]) == {"sessions": []}
    return sent["user_id"], method_id


def a_second_factor_extends_the_session(sdk, number, email):
    """A number first, then an e-mail address of the same user in the same session."""
    sent = sdk.otps.sms.login_or_create(number)
    assert sent["status"] == "active", "the SDK always says that no verification is required"
    first = sdk.otps.verify(code_sent_to(number), sent["phone_number_id"], session_expires_in=60)
    sdk.users.update(sent["user_id"], emails=[email])
    email_id = sdk.otps.email.send(email, expires_in=5)["email_id"]
    second = sdk.otps.verify(
        code_sent_to(email), email_id,
        session_token=first["session_token"], session_expires_in=120,
    )
    assert second["session"]["id"] == first["session"]["id"], second
    assert len(second["session"]["factors"]) == 2, second
    assert_raises(
        StreambirdUnauthorized, None,
        sdk.sessions.verify, session_token=first["session_token"],
    )
    sdk.sessions.delete(session_id=second["session"]["id"])


def users_are_kept(sdk):
    made = sdk.users.create(email="grace@example.com", first_name="Grace", requires_verification=True)
    user_id = made["user_id"]
    assert made["status"] == "pending" and made["phone_number_id"] == "", made
    assert_raises(StreambirdDuplicateResource, None, sdk.users.create, email="grace@example.com")
    updated = sdk.users.update(user_id, phone_numbers=["+12125550148"], last_name="Hopper")
    assert updated["user"]["last_name"] == "Hopper", updated
    user = sdk.users.get(user_id)
    assert user["phone_numbers"][0]["phone_number"] == "+12125550148", user
    # The SDK has no call for it; the HTTP client under it does.
    filters = {"operator": "AND", "fields": [{"field": "email", "operator": "eq", "value": "grace@example.com"}]}
    found = sdk.api.post_request("auth/users/search", body={"limit": 10, "filters": filters})
    assert (found["total_count"], found["users"][0]["user_id"]) == (1, user_id), found
    deleted = sdk.users.delete_phone_number(user["phone_numbers"][0]["id"])
    assert deleted["user_id"] == user_id, deleted
    assert sdk.users.delete_email(user["emails"][0]["id"])["user_id"] == user_id
    assert sdk.users.get(user_id)["emails"] == []
    assert sdk.users.delete(user_id)["message"] == "Successfully deleted user"
    assert_raises(StreambirdResourceNotFound, None, sdk.users.get, user_id)
    assert_raises(StreambirdResourceNotFound, None, sdk.users.delete, user_id)


def mistakes_raise_their_errors(sdk):
    assert_raises(StreambirdUnauthorized, None, client("sk_test_unknown").users.get, "user_x")
    assert_raises(StreambirdInvalidRequest, None, sdk.otps.sms.login_or_create, "12125550142")
    assert_raises(StreambirdResourceNotFound, None, sdk.otps.sms.send, "+12125550149")
    # No fields at all: the SDK then sends no body.
    assert_raises(StreambirdInvalidRequest, None, sdk.sessions.verify)


def main():
    sdk = client()
    by_sms = a_user_signs_in(
        sdk, sdk.otps.sms.login_or_create, "+12125550142", "phone_number_id", "phone_number", "sms"
    )
    by_email = a_user_signs_in(
        sdk, sdk.otps.email.login_or_create, "ada@example.com", "email_id", "email", "email"
    )
    assert by_sms[0] != by_email[0]
    a_second_factor_extends_the_session(sdk, "+12125550143", "second@example.com")
    users_are_kept(sdk)
    mistakes_raise_their_errors(sdk)
    print("The official Python SDK signs in by text message and by e-mail.")


if __name__ == "__main__":
    main()
