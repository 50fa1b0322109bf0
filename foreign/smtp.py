"""A mail relay of the Python package `aiosmtpd`, and a whole sign-in whose code travels through it.

Started by `cargo xtask test` beside an OTP service that sends e-mail to SMTP_PORT, by STARTTLS or with TLS
at once. It only speaks to that service, by its API and by SMTP; letters are read by Python's own library.
Whoever wrote the other end of the wire has never seen ours.

`smtp.py certify FOLDER` makes the relay's certificate, before the service starts.
"""

import email
import email.policy
import json
import logging
import os
import queue
import re
import ssl
import sys
import urllib.error
import urllib.request
import warnings
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

NOBODY = "nobody@example.org"

# What aiosmtpd warns of is meant for those who run it for more than a test.
logging.getLogger("mail.log").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="aiosmtpd")


def certify(folder):
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    ca.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(folder / "relay.pem")


class Mailbox:
    """Refuses one recipient, and keeps what comes for the others."""

    def __init__(self):
        self.letters = queue.Queue()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == NOBODY:
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        encrypted = server.transport.get_extra_info("cipher") is not None
        self.letters.put((session, envelope, encrypted))
        return "250 2.0.0 Ok: queued as 1"


def knows(server, session, envelope, mechanism, credentials):
    assert isinstance(credentials, LoginPassword)
    known = credentials == LoginPassword(b"pipit", os.environb[b"SMTP_PASSWORD"])
    return AuthResult(success=known, handled=False)


def relay(mailbox):
    certificate = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.load_cert_chain(os.environ["SMTP_CERTIFICATE"])
    at_once = os.environ["SMTP_TLS"] == "at-once"
    return Controller(
        mailbox,
        hostname="127.0.0.1",
        port=int(os.environ["SMTP_PORT"]),
        ssl_context=certificate if at_once else None,
        tls_context=None if at_once else certificate,
        require_starttls=not at_once,
        auth_required=True,
        # It knows of no other TLS.
        auth_require_tls=not at_once,
        authenticator=knows,
    )


def call(method, path, body=None):
    request = urllib.request.Request(
        f"{os.environ['OTP_SERVICE_URL']}/v1/auth{path}",
        method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"authorization": f"Bearer {os.environ['OTP_API_KEY']}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def ask(address, locale):
    return call("POST", "/otps/email/login_or_create", {"email": address, "expires_in": 5, "locale": locale})


def delivery(sent):
    return call("GET", f"/otps/{sent['challenge_id']}/delivery")["delivery"]


def sign_in(mailbox, address, locale, subject):
    sent = ask(address, locale)
    session, envelope, encrypted = mailbox.letters.get(timeout=10)
    assert encrypted, "it came over TLS"
    assert session.authenticated
    assert session.host_name == "example.com"
    assert (envelope.mail_from, envelope.rcpt_tos) == ("no-reply@example.com", [address])
    assert envelope.content.isascii()
    letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert not letter.defects, letter.defects
    assert letter["subject"] == subject, letter["subject"]
    assert letter["from"].addresses[0].display_name == "Pipit"
    assert letter["to"] == address
    assert letter["date"].datetime is not None
    assert re.fullmatch(r"<msg_\w{27}@example\.com>", letter["message-id"])
    assert letter["auto-submitted"] == "auto-generated"
    assert (letter.get_content_type(), letter.get_content_charset()) == ("text/plain", "utf-8")
    text = letter.get_content()
    code = re.search(r"\n@localhost #(\d{6})\s*$", text)[1]
    assert code in text.splitlines()[0], text
    verified = call(
        "POST",
        "/otps/verify",
        {
            "method_id": sent["email_id"],
            "challenge_id": sent["challenge_id"],
            "otp": code,
            "session_expires_in": 60,
        },
    )
    assert verified["user_id"] == sent["user_id"]
    assert verified["session"]["factors"][0]["method"]["email"] == address
    assert verified["session_token"]
    assert mailbox.letters.empty(), "one letter"
    assert delivery(sent) == "not_reported"


def refused(mailbox):
    """With GATEWAY_WAIT_MS a send hears what the relay said."""
    try:
        ask(NOBODY, "en")
    except urllib.error.HTTPError as error:
        assert (error.code, json.load(error)["error_type"]) == (503, "sms_not_sent")
    else:
        raise AssertionError("the relay has refused it")
    assert mailbox.letters.empty()


def main():
    if sys.argv[1:2] == ["certify"]:
        certify(Path(sys.argv[2]))
        return
    mailbox = Mailbox()
    server = relay(mailbox)
    server.start()
    try:
        sign_in(mailbox, "ada@example.org", "en", "Your Pipit code")
        sign_in(mailbox, "indu@example.org", "hi", "आपका Pipit कोड")
        refused(mailbox)
    finally:
        server.stop()
    print(f"aiosmtpd (TLS {os.environ['SMTP_TLS']}) takes codes in two languages, and their owners are signed in.")


main()
